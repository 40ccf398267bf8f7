/* SPDX-License-Identifier: MPL-2.0
 *
 * One ring of events under one lock, one worker that empties it, in groups: an event
 * waits a moment for company, and leaves the ring when its group is on record. The worker
 * also asks how the log does, now and then, so that readiness and metrics can be told
 * without waiting for anybody.
 */
#include "recorder.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/limits.h"
#include "samtale/base/lock.h"
#include "samtale/base/ops_log.h"
#include "samtale/base/work.h"
#include "samtale/listener/loop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS  MS_SECOND    /* how the log does, while it refuses */
#define LOOKS    5            /* so many times less often while it does not */
#define AGAIN_US (200 * 1000) /* the vault refused: not at once again */
#define FLUSH_US (2 * 1000)

/* A talk says several things in a moment: they share a question and a commit. */
#define GATHER_MS 50
/* Other duties of the worker come between. */
#define GROUPS_MAX (LIMIT_AUDIT_QUEUE / VAULT_LINK_EVENTS)

enum errand { SEND, LOOK, RELOAD, ERRANDS };

struct duty { /* a job that is out at most once */
	struct job job;
	struct recorder *r;
	bool is_out, is_wanted; /* under the lock */
	int result;
};

struct recorder {
	struct recorder_parts parts;
	struct worker *worker;
	struct loop_wake *wake;
	struct loop_timer *look;
	unsigned looks;
	_Atomic bool closing;
	bool is_development; /* by RELOAD, for the loop */
	struct duty duties[ERRANDS];

	struct lock *lock;
	struct audit_event ring[LIMIT_AUDIT_QUEUE];
	unsigned first, n;
	bool is_flushed;        /* do not gather */
	uint64_t dropped, told; /* told: of them the log knows */
	struct vault_state state;
	bool is_refusing;
};

/* -- duties ------------------------------------------------------------------------ */
/* Under the lock. */
static void want(struct recorder *r, enum errand which)
{
	struct duty *d = &r->duties[which];

	d->is_wanted = true;
	if (d->is_out || worker_put(r->worker, &d->job) != 0)
		return;
	d->is_out = true;
	d->is_wanted = false;
}

/* On the loop. What it came to is read before it may go out again. */
static void duty_done(struct job *job)
{
	struct duty *d = container_of(job, struct duty, job);
	struct recorder *r = d->r;

	if (d == &r->duties[RELOAD])
		r->parts.reloaded(r->parts.arg, d->result, r->is_development);
	lock_take(r->lock);
	d->is_out = false;
	if (d->is_wanted && !r->closing)
		want(r, (enum errand)(d - r->duties));
	lock_leave(r->lock);
}

/* -- events ------------------------------------------------------------------------ */
static struct vault_event on_the_link(const struct audit_event *e)
{
	return (struct vault_event){ .what = (uint16_t)e->what,
		.purpose = (uint8_t)e->purpose,
		.outcome = (uint8_t)e->outcome,
		.role = (uint8_t)e->role,
		.actor = e->actor,
		.subject = e->subject,
		.meeting = e->meeting,
		.value = e->value };
}

static int note(struct recorder *r, const struct audit_event *events, size_t n)
{
	struct vault_question q = { .kind = VAULT_ASK_NOTE, .n = (uint16_t)n };
	int result;

	for (size_t i = 0; i < n; i++)
		q.events[i] = on_the_link(&events[i]);
	result = fault_fold(custodian_ask(r->parts.custodian, &q, NULL));
	if (result == -ENOSPC) {
		lock_take(r->lock);
		r->is_refusing = true; /* until the next look says otherwise */
		lock_leave(r->lock);
	}
	return result;
}

static int keep(void *arg, const struct audit_event *events, size_t n)
{
	int result = 0;

	for (size_t at = 0; result == 0 && at < n; at += VAULT_LINK_EVENTS)
		result = note(arg, events + at,
			n - at < VAULT_LINK_EVENTS ? n - at : VAULT_LINK_EVENTS);
	return result;
}

static int soon(void *arg, const struct audit_event *event)
{
	struct recorder *r = arg;
	int result = 0;

	lock_take(r->lock);
	if (r->n == LIMIT_AUDIT_QUEUE) {
		r->dropped++;
		result = fault_here(ENOBUFS);
	} else {
		r->ring[(r->first + r->n++) % LIMIT_AUDIT_QUEUE] = *event;
		want(r, SEND);
		if (r->n == VAULT_LINK_EVENTS)
			lock_tell(r->lock);
	}
	lock_leave(r->lock);
	return result;
}

struct audit_sink recorder_sink(struct recorder *r)
{
	return (struct audit_sink){ .keep = keep, .soon = soon, .arg = r };
}

/* -- on the worker: sending -------------------------------------------------------- */
/* Under the lock. */
static void gather(struct recorder *r)
{
	int64_t until = lock_deadline(GATHER_MS);
	bool goes_on = true;

	while (goes_on && r->n > 0 && r->n < VAULT_LINK_EVENTS && !r->is_flushed &&
		!r->closing)
		goes_on = lock_wait(r->lock, until);
}

static size_t copy_group(struct recorder *r, struct audit_event group[VAULT_LINK_EVENTS])
{
	size_t n;

	lock_take(r->lock);
	gather(r);
	n = r->n < VAULT_LINK_EVENTS ? r->n : VAULT_LINK_EVENTS;
	for (size_t i = 0; i < n; i++)
		group[i] = r->ring[(r->first + i) % LIMIT_AUDIT_QUEUE];
	lock_leave(r->lock);
	return n;
}

static void drop_group(struct recorder *r, size_t n)
{
	lock_take(r->lock);
	r->first = (r->first + (unsigned)n) % LIMIT_AUDIT_QUEUE;
	r->n -= (unsigned)n;
	lock_leave(r->lock);
}

/* The log itself says how many are missing in it. */
static void tell_dropped(struct recorder *r)
{
	struct vault_question q = { .kind = VAULT_ASK_DROPPED };
	uint64_t more;

	lock_take(r->lock);
	more = r->dropped - r->told;
	lock_leave(r->lock);
	q.dropped = more < UINT32_MAX ? (uint32_t)more : UINT32_MAX;
	if (more == 0 || custodian_ask(r->parts.custodian, &q, NULL) != 0)
		return;
	log_event(EV_AUDIT_DROPPED, F_COUNT("dropped", q.dropped));
	lock_take(r->lock);
	r->told += q.dropped;
	lock_leave(r->lock);
}

/* What is left has its turn after what else waits for the worker. */
static void run_send(struct job *job)
{
	struct duty *d = container_of(job, struct duty, job);
	struct recorder *r = d->r;
	struct audit_event group[VAULT_LINK_EVENTS];
	size_t n;

	for (unsigned i = 0; i < GROUPS_MAX && !r->closing; i++) {
		n = copy_group(r, group);
		if (n == 0)
			break;
		if (note(r, group, n) == 0)
			drop_group(r, n);
		else
			(void)usleep(AGAIN_US);
	}
	tell_dropped(r);
	lock_take(r->lock);
	d->is_wanted |= r->n > 0;
	lock_leave(r->lock);
}

void recorder_flush(struct recorder *r, int64_t at_most_ms)
{
	int64_t until = loop_now_ms() + at_most_ms;
	unsigned n;

	do {
		worker_reap(r->worker); /* what was sent may be sent again */
		lock_take(r->lock);
		n = r->n;
		r->is_flushed = n > 0;
		lock_tell(r->lock);
		lock_leave(r->lock);
		if (n > 0)
			(void)usleep(FLUSH_US);
	} while (n > 0 && loop_now_ms() < until);
}

/* -- on the worker: looking -------------------------------------------------------- */
static void run_look(struct job *job)
{
	struct recorder *r = container_of(job, struct duty, job)->r;
	struct vault_question q = { .kind = VAULT_ASK_STATE };
	struct custodian_reply reply;

	if (r->closing || custodian_ask(r->parts.custodian, &q, &reply) != 0)
		return;
	lock_take(r->lock);
	r->state = reply.answer.state;
	r->is_refusing = r->state.is_refusing;
	lock_leave(r->lock);
	custodian_reply_drop(&reply);
}

static void look(void *arg)
{
	struct recorder *r = arg;

	lock_take(r->lock);
	if (r->looks++ % LOOKS == 0 || r->is_refusing)
		want(r, LOOK);
	lock_leave(r->lock);
}

/* -- on the worker: other auditors ------------------------------------------------- */
static void run_reload(struct job *job)
{
	struct duty *d = container_of(job, struct duty, job);
	struct custodian *c = d->r->parts.custodian;
	struct vault_question q = { .kind = VAULT_ASK_RELOAD };
	struct custodian_reply reply;

	d->result = fault_fold(custodian_ask(c, &q, NULL));
	q.kind = VAULT_ASK_STATE;
	if (d->result < 0 || custodian_ask(c, &q, &reply) != 0)
		return;
	d->r->is_development = reply.answer.state.is_development;
	custodian_reply_drop(&reply);
}

void recorder_reload(struct recorder *r)
{
	lock_take(r->lock);
	want(r, RELOAD);
	lock_leave(r->lock);
}

void recorder_figures(struct recorder *r, struct recorder_figures *ret)
{
	lock_take(r->lock);
	*ret = (struct recorder_figures){ .state = r->state,
		.is_refusing = r->is_refusing,
		.dropped = r->dropped,
		.waiting = r->n };
	lock_leave(r->lock);
	ret->is_up = custodian_is_up(r->parts.custodian);
	ret->lost = custodian_lost(r->parts.custodian);
}

/* -- the life ---------------------------------------------------------------------- */
static void reap(void *arg)
{
	struct recorder *r = arg;

	worker_reap(r->worker);
}

static void make_duties(struct recorder *r)
{
	static void (*const runs[ERRANDS])(
		struct job *) = { run_send, run_look, run_reload };

	for (int i = 0; i < ERRANDS; i++)
		r->duties[i] =
			(struct duty){ .job = { .run = runs[i], .done = duty_done },
				.r = r };
}

int recorder_new(struct recorder **ret, const struct recorder_parts *parts)
{
	struct worker_hooks hooks = { .wake = loop_wake_send };
	owned(recorder_freep) struct recorder *r = calloc(1, sizeof(*r));
	int result;

	if (!r)
		return fault_here(ENOMEM);
	r->parts = *parts;
	make_duties(r);
	result = lock_new(&r->lock);
	if (result == 0)
		result = loop_wake_new(&r->wake, parts->loop, reap, r);
	if (result == 0)
		result = loop_timer_new(&r->look, parts->loop, look, r);
	hooks.arg = r->wake;
	if (result == 0)
		result = worker_new(&r->worker, "record", ERRANDS, &hooks);
	if (result < 0)
		return fault_pass(result);
	loop_timer_every(r->look, LOOK_MS);
	look(r);
	*ret = r;
	r = NULL;
	return 0;
}

struct recorder *recorder_free(struct recorder *r)
{
	if (!r)
		return NULL;
	r->closing = true;
	if (r->lock) {
		lock_take(r->lock);
		lock_tell(r->lock);
		lock_leave(r->lock);
	}
	(void)worker_free(r->worker);
	r->look = loop_timer_free(r->look);
	r->wake = loop_wake_free(r->wake);
	if (r->n > 0)
		log_event(EV_AUDIT_DROPPED, F_COUNT("dropped", r->n));
	(void)lock_free(r->lock);
	free(r);
	return NULL;
}
