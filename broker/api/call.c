/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of a call: to the store's worker and back, refusals, the answer, the end.
 * Every call that was begun is answered exactly once and then wiped.
 */
#include "call.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define SMALL_BODY 512

void call_refuse_field(struct call *c, int status, const char *code, const char *field)
{
	if (c->error)
		return;
	c->status = status;
	c->error = code;
	c->field = field;
}

void call_refuse(struct call *c, int status, const char *code)
{
	call_refuse_field(c, status, code, NULL);
}

void call_throttled(struct call *c, unsigned retry_after_s)
{
	if (!c->error)
		c->retry_after_s = retry_after_s;
	call_refuse(c, 429, "throttled");
}

void call_fault(struct call *c, int fault)
{
	if (c->error)
		return;
	log_event(EV_API_FAULT, F_ERRNO(fault));
	if (fault == -ENOSPC || fault == -EROFS) {
		call_refuse(c, 507, "disk_full");
		return;
	}
	call_refuse(c, 500, "fault");
}

bool call_may_try(struct call *c, enum throttle_kind kind, uint64_t key)
{
	unsigned wait = throttle_wait_s(
		c->api->throttle, kind, key, c->own_network, clock_boot_ms());

	if (wait)
		call_throttled(c, wait);
	return wait == 0;
}

void call_charge(struct call *c, enum throttle_kind kind, uint64_t key)
{
	throttle_charge(c->api->throttle, kind, key, clock_boot_ms());
}

bool call_try(struct call *c, enum throttle_kind kind, uint64_t key)
{
	assert(c->tries_n < CALL_TRIES);
	if (!call_may_try(c, kind, key))
		return false;
	call_charge(c, kind, key);
	c->tries[c->tries_n].kind = kind;
	c->tries[c->tries_n++].key = key;
	return true;
}

void call_failed(struct call *c)
{
	c->tries_n = 0;
}

static void give_tries_back(struct call *c)
{
	for (unsigned i = 0; i < c->tries_n; i++)
		throttle_give_back(c->api->throttle, c->tries[i].kind, c->tries[i].key);
}

/* -- on record -------------------------------------------------------------------- */

int call_recorded(struct call *c, int r)
{
	if (r >= 0)
		return r;
	log_event(EV_API_FAULT, F_ERRNO(-r));
	call_refuse(c, 503, "not_recorded");
	return CALL_E_REFUSED;
}

enum audit_purpose call_purpose(const struct call *c)
{
	return c->row.owner == c->user.id ? AUDIT_FOR_OWN_MEETING : AUDIT_FOR_COLLEAGUE;
}

int call_note(struct call *c, enum audit_what what, enum audit_purpose purpose,
	int64_t meeting, uint32_t value)
{
	struct audit_event e = {
		.what = what,
		.purpose = purpose,
		.outcome = AUDIT_DONE,
		.role = AUDIT_CONSULTANT,
		.actor = (uint32_t)c->user.id,
		.subject = (uint32_t)c->other.id,
		.meeting = (uint64_t)meeting,
		.value = value,
	};

	return call_recorded(c, audit_note(c->api->parts.audit, &e));
}

static bool is_same(const struct view *a, const struct view *b)
{
	return a->user == b->user && a->meeting == b->meeting && a->day_ms == b->day_ms &&
	       a->what == b->what && a->purpose == b->purpose;
}

/* A place for each; two that share one are on record more often, never less. */
static struct view *view_place(struct api *a, const struct view *v)
{
	uint64_t h = (uint64_t)v->user * 0x9e3779b97f4a7c15u;

	h = (h ^ (uint64_t)v->meeting) * 0x9e3779b97f4a7c15u;
	h = (h ^ (uint64_t)(v->day_ms / MS_HOUR)) * 0x9e3779b97f4a7c15u;
	h = (h ^ ((uint64_t)v->what << 8 | v->purpose)) * 0x9e3779b97f4a7c15u;
	return &a->views[(h >> 32) % LIMIT_VIEWS];
}

int call_note_view(struct call *c, enum audit_what what, enum audit_purpose purpose,
	int64_t meeting, uint32_t value)
{
	int64_t now = clock_boot_ms();
	struct view v = { .user = c->user.id,
		.meeting = meeting,
		.day_ms = c->day.from_ms,
		.until_ms = now + VIEW_MS,
		.what = what,
		.purpose = purpose };
	struct view *place = view_place(c->api, &v);
	int r;

	if (is_same(place, &v) && place->until_ms > now)
		return 0;
	r = call_note(c, what, purpose, meeting, value);
	if (r == 0)
		*place = v;
	return r;
}

int call_keep_text(struct call *c, unsigned place, const char *text)
{
	if (!bytes_to_str(bytes_str(text), c->texts[place], sizeof(c->texts[place])))
		return fault_here(EMSGSIZE);
	return 0;
}

void call_cookie(struct call *c, const char *name, const char *value, int64_t max_age_s)
{
	struct writer w = writer_of(c->set_cookie, sizeof(c->set_cookie) - 1);

	write_fmt(&w, "%s=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%lld",
		name, value, (long long)max_age_s);
	c->set_cookie[writer_ok(&w) ? w.len : 0] = '\0';
}

/* -- to the worker and back -----------------------------------------------------------
 */

struct step {
	int (*ask)(struct call *, struct store *);
	void (*answer)(struct call *);
};

struct call_task { /* one way to the worker; the call outlives several */
	struct desk_task task;
	struct call *call;
	struct step step;
};

static int task_ask(struct desk_task *t, struct store *s)
{
	struct call_task *ct = container_of(t, struct call_task, task);

	return ct->step.ask(ct->call, s);
}

/* Once more if she is in a talk: that is use, though nobody touched the page. */
static void answer_idle(struct call *c, const struct step *step)
{
	bool is_over = c->session.expires_ms <= clock_utc_ms();

	c->in_talk = house_is_talking(c->api->parts.house, &c->session_hash);
	if (c->in_talk) {
		call_again(c, step->ask, step->answer);
		return;
	}
	call_refuse(c, is_over ? 401 : 423, is_over ? "signed_out" : "locked");
	call_send(c);
}

static void task_answer(struct desk_task *t, int result)
{
	struct call_task *ct = container_of(t, struct call_task, task);
	struct call *c = ct->call;
	struct step step = ct->step;

	free(ct);
	if (result == CALL_E_IDLE) {
		answer_idle(c, &step);
		return;
	}
	if (result < 0)
		call_fault(c, result);
	else if (result > 0 && !c->error) /* an outcome that no route named */
		call_fault(c, -ENOTRECOVERABLE);
	if (c->error)
		call_send(c);
	else
		step.answer(c);
}

void call_again(struct call *c, int (*ask)(struct call *, struct store *),
	void (*answer)(struct call *))
{
	struct call_task *ct = calloc(1, sizeof(*ct));

	if (!ct) {
		call_fault(c, -ENOMEM);
		call_send(c);
		return;
	}
	ct->task.ask = task_ask;
	ct->task.answer = task_answer;
	ct->call = c;
	ct->step = (struct step){ ask, answer };
	if (desk_put(c->api->parts.desk, &ct->task) == 0)
		return;
	free(ct);
	c->retry_after_s = 2;
	call_refuse(c, 503, "busy");
	call_send(c);
}

/* -- the answer -----------------------------------------------------------------------
 */

struct jout *call_body(struct call *c, size_t size)
{
	free(c->buf);
	c->buf = malloc(size);
	c->buf_cap = size;
	if (!c->buf) {
		c->buf_cap = 0;
		call_fault(c, -ENOMEM);
	}
	c->out = jout_of(c->buf, c->buf_cap);
	jout_object(&c->out, NULL);
	return &c->out;
}

static void write_error(struct call *c)
{
	struct jout *o = call_body(c, SMALL_BODY);

	jout_word(o, "error", c->error);
	if (c->field)
		jout_str(o, "field", c->field);
	if (c->retry_after_s)
		jout_int(o, "retry_after_s", c->retry_after_s);
	if (c->error_ms)
		jout_int(o, "starts", c->error_ms);
	if (c->cards.n == 1 && c->status == 409)
		jout_int(o, "version", c->cards.at[0].row.changed_ms);
}

static void call_free(struct call *c)
{
	c->api->open_calls--;
	jin_close(&c->in);
	cards_free(&c->cards);
	free(c->users.at);
	free(c->call_backs.at);
	if (c->buf)
		secret_wipe(c->buf, c->buf_cap);
	free(c->buf);
	secret_wipe(c, sizeof(*c));
	free(c);
}

void call_send(struct call *c)
{
	struct api_reply reply = { 0 };

	if (!c->error && !c->buf)
		(void)call_body(c, SMALL_BODY);
	if (!c->error) {
		jout_end_object(&c->out);
		if (!jout_ok(&c->out))
			call_fault(c, -EMSGSIZE);
	}
	if (c->error) {
		if (c->route && c->route->refused)
			c->route->refused(c);
		write_error(c);
		jout_end_object(&c->out);
		c->set_cookie[0] = '\0';
	}
	give_tries_back(c);
	reply.status = c->error ? c->status : 200;
	reply.body = jout_ok(&c->out) ? jout_bytes(&c->out)
				      : BYTES_LIT("{\"error\":\"fault\"}");
	reply.retry_after_s = c->retry_after_s;
	memcpy(reply.set_cookie, c->set_cookie, sizeof(reply.set_cookie));
	c->answer(c->exchange, &reply);
	call_free(c);
}
