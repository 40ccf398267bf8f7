/* SPDX-License-Identifier: MPL-2.0
 *
 * The deletion run as a task for the store's worker. One at a time; one that found more
 * than it may delete at once is followed by the next. Once a day the vault is asked to
 * delete what is past its time of the sealed log.
 */
#include "keeper.h"

#include "broker.h"
#include "custodian.h"

#include "samtale/audit/log.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/store/retention.h"

#include <errno.h>
#include <stdlib.h>

#define EVERY_MS  MS_HOUR
#define AGAIN_MS  100       /* there is more */
#define FAILED_MS MS_MINUTE /* something was in the way */
#define PRUNE_MS  MS_DAY

struct keeper {
	struct desk_task task;
	struct broker *b;
	struct loop_timer *timer;
	bool running, again;
	int64_t pruned_ms; /* UTC; the worker's while it runs */
	int prune_fault;
	bool prune_again; /* the log has more */
	struct retention_policy policy;
	struct retention_counts counts;
};

static size_t deleted(const struct retention_counts *c)
{
	size_t n = 0;

	for (int kind = 0; kind < RETENTION_KIND_COUNT; kind++)
		n += c->of[kind];
	return n;
}

/* On the worker. */
static int prune_log(struct keeper *k)
{
	int64_t now = clock_utc_ms();
	struct vault_question q = { .kind = VAULT_ASK_PRUNE, .before = now };
	struct custodian_reply reply;
	int r;

	k->prune_again = false;
	if (k->pruned_ms > 0 && now - k->pruned_ms < PRUNE_MS)
		return 0;
	r = fault_fold(custodian_ask(k->b->custodian, &q, &reply));
	if (r < 0)
		return fault_pass(r);
	k->prune_again = reply.answer.segments >= LOG_PRUNE_MOST;
	if (!k->prune_again)
		k->pruned_ms = now;
	custodian_reply_drop(&reply);
	return 0;
}

/* On the worker. */
static int ask(struct desk_task *t, struct store *s)
{
	struct keeper *k = container_of(t, struct keeper, task);
	struct retention_run run = { .store = s,
		.vault = k->b->vault,
		.policy = &k->policy,
		.now_ms = clock_utc_ms() };
	struct audit_event e = { .what = AUDIT_DELETION_RUN,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_SYSTEM };
	int r = retention_run_here(&run, &k->counts);

	if (r < 0)
		return fault_pass(r);
	e.value = (uint32_t)deleted(&k->counts);
	if (e.value > 0)
		r = audit_note(k->b->audit, &e);
	k->prune_fault = r < 0 ? 0 : prune_log(k); /* which undoes nothing of this */
	return r < 0 ? fault_pass(r) : 0;
}

static void answer(struct desk_task *t, int result)
{
	struct keeper *k = container_of(t, struct keeper, task);
	int64_t next = EVERY_MS;

	k->running = false;
	if (result == 0)
		result = k->prune_fault;
	if (result < 0) {
		log_event(EV_RETENTION_FAILED, F_ERRNO(-result));
		next = FAILED_MS;
	} else {
		if (deleted(&k->counts) > 0)
			log_event(EV_RETENTION_RAN,
				F_COUNT("deleted", deleted(&k->counts)));
		if (k->counts.more || k->prune_again || k->again)
			next = AGAIN_MS;
	}
	k->again = false;
	if (!k->b->stopping)
		loop_timer_once(k->timer, next);
}

static void due(void *arg)
{
	keeper_run(arg);
}

void keeper_run(struct keeper *k)
{
	const struct settings *s = &k->b->place->settings;

	if (k->running) {
		k->again = true;
		return;
	}
	k->policy = (struct retention_policy){
		.contact_hours = s->data_contact_hours,
		.contact_days = s->data_contact_days,
		.booking_days = s->data_booking_days,
		.attendance_days = s->data_attendance_days,
		.record_days = s->data_record_days,
	};
	k->task.ask = ask;
	k->task.answer = answer;
	if (desk_put(k->b->desk, &k->task) == 0)
		k->running = true;
	else
		loop_timer_once(k->timer, FAILED_MS);
}

int keeper_new(struct keeper **ret, struct broker *b)
{
	struct keeper *k = calloc(1, sizeof(*k));
	int r;

	if (!k)
		return fault_here(ENOMEM);
	k->b = b;
	r = loop_timer_new(&k->timer, b->loop, due, k);
	if (r < 0) {
		free(k);
		return fault_pass(r);
	}
	*ret = k;
	return 0;
}

struct keeper *keeper_free(struct keeper *k)
{
	if (!k)
		return NULL;
	(void)loop_timer_free(k->timer);
	free(k);
	return NULL;
}
