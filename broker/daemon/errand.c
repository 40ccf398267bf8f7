/* SPDX-License-Identifier: MPL-2.0
 *
 * Runs a phrase inside the broker: those that need the database as a task for the store's
 * worker, in one transaction with whatever else waits there; a few on the loop itself,
 * because only the house or the clock can answer them.
 */
#include "errand.h"

#include "broker.h"
#include "custodian.h"
#include "keeper.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/cli/phrase.h"
#include "samtale/session/gateway.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define SHIFT_MAX_MS (10 * 366 * MS_DAY)

struct errand {
	struct desk_task task;
	struct broker *b;
	errand_done_fn *done;
	void *arg;
	struct phrase_call call;
	int64_t meeting; /* to end */
	struct phrase_vault at_vault;
	char *words[CONTROL_WORDS];
	unsigned count;
	char *out, *err; /* what the streams wrote */
	size_t out_len, err_len;
	int code;
};

static void errand_end(struct errand *e, int code)
{
	struct errand_result r = { .code = code };

	if (e->call.out)
		(void)fclose(e->call.out);
	if (e->call.err)
		(void)fclose(e->call.err);
	r.out = bytes_of(e->out, e->out_len);
	r.err = bytes_of(e->err, e->err_len);
	e->done(e->arg, &r);
	secret_wipe(e->out, e->out_len); /* a set-up link may have been in it */
	free(e->out);
	free(e->err);
	for (unsigned i = 0; i < e->count; i++)
		free(e->words[i]);
	free(e);
}

/* -- with the database ----------------------------------------------------------- */
/* On the worker. What did not succeed is undone. */
static int ask(struct desk_task *t, struct store *s)
{
	struct errand *e = container_of(t, struct errand, task);

	e->call.store = s;
	e->code = e->call.words.phrase->run(&e->call);
	return e->code;
}

static void take_effect(struct errand *e)
{
	const struct phrase_effects *f = &e->call.effects;

	if (f->user_gone)
		house_user_gone(e->b->house, f->user_gone);
	if (f->booking_changed)
		house_booking_changed(e->b->house, &f->booking);
}

static void answer(struct desk_task *t, int result)
{
	struct errand *e = container_of(t, struct errand, task);

	if (result < 0)
		e->code = phrase_fault(&e->call, result);
	else if (result == 0)
		take_effect(e);
	errand_end(e, e->code);
}

static void put_at_desk(struct errand *e,
	int (*ask_it)(struct desk_task *, struct store *),
	void (*answer_it)(struct desk_task *, int))
{
	e->task.ask = ask_it;
	e->task.answer = answer_it;
	if (desk_put(e->b->desk, &e->task) != 0)
		errand_end(e, phrase_fail(&e->call, "The store is too busy; try again."));
}

/* On the worker, which may wait for the vault. */
static int ask_vault(struct broker *b, enum vault_frame kind)
{
	struct vault_question q = { .kind = kind };

	return fault_fold(custodian_ask(b->custodian, &q, NULL));
}

static int vault_reload(void *broker)
{
	return ask_vault(broker, VAULT_ASK_RELOAD);
}

static int vault_rotate(void *broker)
{
	return ask_vault(broker, VAULT_ASK_ROTATE);
}

/* -- on the loop ----------------------------------------------------------------- */
static void meeting_ended(void *arg, int result)
{
	struct errand *e = arg;

	if (result == 0)
		(void)fprintf(e->call.out, "ended\n");
	else if (result == HOUSE_E_NONE)
		result = phrase_fail(&e->call, "There is no such meeting.");
	else if (result == HOUSE_E_OVER)
		result = phrase_fail(&e->call, "The meeting has ended already.");
	else if (result == HOUSE_E_BUSY)
		result = phrase_fail(&e->call, "The broker is too busy; try again.");
	else
		result = phrase_fault(&e->call, result);
	errand_end(e, result);
}

/* On the worker: who wants it is on record before it happens. */
static int ask_end(struct desk_task *t, struct store *s)
{
	struct errand *e = container_of(t, struct errand, task);
	const struct audit_event ends = { .what = AUDIT_MEETING_ENDED,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_ADMINISTRATOR,
		.meeting = (uint64_t)e->meeting };
	struct booking row;
	int r = s->meeting->get(s, e->meeting, &row);

	if (r != 0 || row.state == BOOKING_ENDED)
		return r < 0 ? fault_pass(r) : 0; /* the house says so */
	return audit_note(e->call.audit, &ends);
}

static void answer_end(struct desk_task *t, int result)
{
	struct errand *e = container_of(t, struct errand, task);

	if (result < 0)
		errand_end(e, phrase_fault(&e->call, result));
	else
		house_end(e->b->house, e->meeting, meeting_ended, e);
}

static void run_meeting_end(struct errand *e)
{
	uint64_t id;

	if (!bytes_to_u64(bytes_str(phrase_value(&e->call.words, "id")),
		    (UINT64_C(1) << 53) - 1, &id)) {
		errand_end(e, phrase_fail(&e->call, "A meeting's id is a number."));
		return;
	}
	e->meeting = (int64_t)id;
	put_at_desk(e, ask_end, answer_end);
}

static void run_status(struct errand *e)
{
	struct broker *b = e->b;
	struct house_figures h;
	struct listener_figures l;
	struct house_gateway_figures g;
	bool json = phrase_value(&e->call.words, "json");

	house_figures(b->house, &h);
	listener_figures(b->listener, &l);
	house_gateway_figures(b->house, &g);
	(void)fprintf(e->call.out,
		json ? "{\"origin\":\"%s\",\"uptime_s\":%" PRId64
		       ",\"connections\":%u,\"citizens\":%u,\"staff\":%u,\"meetings\":%u,"
		       "\"talks\":%u,\"trunk\":\"%s\",\"trunk_cause\":\"%s\",\"calls\":%"
		       "u,"
		       "\"trial\":%s}\n"
		     : "serving %s\nfor %" PRId64 " s\nconnections %u\ncitizens %u\n"
		       "staff %u\nmeetings %u\ntalks %u\ntrunk %s %s\ncalls %u\ntrial "
		       "%s\n",
		listener_origin(b->listener), (loop_now_ms() - b->started_loop_ms) / 1000,
		l.connections_now, h.citizens, h.staff, h.meetings, h.talks,
		phone_trunk_name(g.trunk), phone_cause_name(g.trunk_cause), g.calls,
		b->trial ? "true" : "false");
	errand_end(e, 0);
}

static void run_clock_shift(struct errand *e)
{
	const char *ms = phrase_value(&e->call.words, "ms");
	struct broker *b = e->b;
	uint64_t n;

	if (!b->options->test_clock) {
		errand_end(
			e, phrase_fail(&e->call, "The broker runs on the real clock; it "
						 "was not started with --test-clock."));
		return;
	}
	if (!bytes_to_u64(bytes_str(ms), SHIFT_MAX_MS, &n)) {
		errand_end(e,
			phrase_fail(&e->call, "The clock moves forward only, by at most "
					      "ten years of milliseconds."));
		return;
	}
	clock_shift((int64_t)n);
	house_tick(b->house);
	keeper_run(b->keeper);
	(void)fprintf(e->call.out, "%" PRId64 "\n", clock_utc_ms());
	errand_end(e, 0);
}

static const struct {
	const char *pattern;
	void (*run)(struct errand *);
} at_loop[] = {
	{ "meeting end <id>", run_meeting_end },
	{ "status [--json]", run_status },
	{ "clock shift <ms>", run_clock_shift },
};

static void run_at_loop(struct errand *e)
{
	for (size_t i = 0; i < ARRAY_LEN(at_loop); i++)
		if (strcmp(at_loop[i].pattern, e->call.words.phrase->pattern) == 0) {
			at_loop[i].run(e);
			return;
		}
	errand_end(e, phrase_fail(&e->call, "This broker does not know that phrase."));
}

/* -- in -------------------------------------------------------------------------- */
static struct errand *errand_new(struct broker *b, const struct control_request *q)
{
	struct errand *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->b = b;
	for (; e->count < q->count; e->count++) {
		struct bytes word = q->words[e->count];

		e->words[e->count] = strndup((const char *)word.at, word.len);
		if (!e->words[e->count])
			break;
	}
	e->call = (struct phrase_call){ .place = b->place,
		.origin = listener_origin(b->listener),
		.vault = b->vault,
		.audit = b->audit,
		.node = b->node,
		.at_vault = &e->at_vault };
	e->at_vault = (struct phrase_vault){ vault_reload, vault_rotate, b };
	e->call.out = open_memstream(&e->out, &e->out_len);
	e->call.err = open_memstream(&e->err, &e->err_len);
	return e;
}

void errand_run(struct broker *b, const struct control_request *request,
	errand_done_fn *done, void *arg)
{
	struct errand *e = errand_new(b, request);

	if (!e || e->count < request->count || !e->call.out || !e->call.err) {
		static const struct errand_result none = { .code = 1 };

		if (e) {
			e->done = done;
			e->arg = arg;
			errand_end(e, 1);
		} else {
			done(arg, &none);
		}
		return;
	}
	e->done = done;
	e->arg = arg;
	if (phrase_parse(&e->call.words, e->count, (const char *const *)e->words) != 0 ||
		e->call.words.phrase->where <= PHRASE_HERE)
		errand_end(e,
			phrase_fail(&e->call, "The broker does not know that phrase; is "
					      "it another version than `samtale`?"));
	else if (e->call.words.phrase->where == PHRASE_BROKER)
		run_at_loop(e);
	else
		put_at_desk(e, ask, answer);
}
