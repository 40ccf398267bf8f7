/* SPDX-License-Identifier: MPL-2.0
 *
 * The deletion run. For each kind: ask what is due, destroy the key, then remove what it
 * opened. Keys are committed first (desk.c), so a crash in between leaves rows that open
 * no more, and the next run finds them still due.
 */
#include "samtale/store/retention.h"

#include "questions.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/store/calendar.h"
#include "samtale/vault/vault.h"

#define STEPS_PER_KIND 8 /* so that one run never holds the store for long */
#define ORPHAN_MS      MS_HOUR

const char *retention_kind_name(enum retention_kind kind)
{
	static const char *const names[RETENTION_KIND_COUNT] = {
		[RETENTION_CONTACT] = "contact",
		[RETENTION_BOOKING] = "booking",
		[RETENTION_ATTENDANCE] = "attendance",
		[RETENTION_RECORD] = "record",
		[RETENTION_ORPHAN] = "orphan",
		[RETENTION_SESSION] = "session",
		[RETENTION_COPY] = "copy",
		[RETENTION_CALL] = "call",
		[RETENTION_CALL_BACK] = "call_back",
	};

	return kind < RETENTION_KIND_COUNT ? names[kind] : "unknown";
}

struct retention_cuts retention_cuts_of(
	const struct retention_policy *policy, int64_t now_ms)
{
	return (struct retention_cuts){
		.held_ms = now_ms - policy->contact_hours * MS_HOUR,
		.other_ms = calendar_working_days_before(
			now_ms, (unsigned)policy->contact_days),
		.booking_ms = now_ms - policy->booking_days * MS_DAY,
		.attendance_ms = now_ms - policy->attendance_days * MS_DAY,
		.record_ms = now_ms - policy->record_days * MS_DAY,
	};
}

/* Which keys die with that kind; 0: none. */
static int keys_of(enum retention_kind kind)
{
	switch (kind) {
	case RETENTION_CONTACT:
		return VAULT_CK;
	case RETENTION_RECORD:
	case RETENTION_ORPHAN:
		return VAULT_BOTH;
	default:
		return 0;
	}
}

static int delete_step(const struct retention_run *run, enum retention_kind kind,
	const int64_t *ids, size_t n)
{
	struct vault_use use = { VAULT_RETENTION, run->actor, ids, n };
	int which = keys_of(kind), r = 0;

	if (n > 0 && which)
		r = vault_forget_here(run->vault, &use, (enum vault_which)which);
	for (size_t i = 0; r == 0 && i < n && kind != RETENTION_ORPHAN; i++)
		r = run->store->retention->drop(run->store, kind, ids[i]);
	return fault_fold(r);
}

/* Of the ids on the shelf, those that no booking and no record knows. */
static int orphan_step(const struct retention_run *run, int64_t *after, int64_t *ids,
	size_t *ret_n, bool *ret_end)
{
	size_t got = 0, n = 0;
	int r = vault_shelf_ids_here(
		run->vault, *after, run->now_ms - ORPHAN_MS, ids, RETENTION_STEP, &got);

	for (size_t i = 0; r == 0 && i < got; i++) {
		bool known = true;

		*after = ids[i];
		r = run->store->retention->is_known(run->store, ids[i], &known);
		if (!known)
			ids[n++] = ids[i];
	}
	*ret_n = n;
	*ret_end = got < RETENTION_STEP;
	return fault_fold(r);
}

static int due_step(const struct retention_run *run, enum retention_kind kind,
	int64_t *after, int64_t *ids, size_t *ret_n)
{
	const struct retention_ask ask = { kind, run->now_ms, run->policy, *after };
	size_t n = 0;
	int r = run->store->retention->due(run->store, &ask, ids, &n);

	if (r == 0 && n > 0)
		*after = ids[n - 1];
	*ret_n = n;
	return fault_fold(r);
}

static int run_kind(const struct retention_run *run, enum retention_kind kind,
	struct retention_counts *counts)
{
	int64_t ids[RETENTION_STEP], after = 0;
	bool end = false;

	for (int step = 0; step < STEPS_PER_KIND && !end; step++) {
		size_t n = 0;
		int r;

		if (kind == RETENTION_ORPHAN) {
			r = orphan_step(run, &after, ids, &n, &end);
		} else {
			r = due_step(run, kind, &after, ids, &n);
			end = n < RETENTION_STEP;
		}
		if (r == 0 && !run->dry)
			r = delete_step(run, kind, ids, n);
		if (r < 0)
			return fault_pass(r);
		counts->of[kind] += n;
	}
	if (!end)
		counts->more = true;
	return 0;
}

static int run_sessions(const struct retention_run *run, struct retention_counts *counts)
{
	struct store *s = run->store;
	int r = s->retention->sessions_expired(
		s, run->now_ms, &counts->of[RETENTION_SESSION]);

	if (r == 0 && !run->dry)
		r = s->staff_session->drop_expired(s, run->now_ms);
	return fault_fold(r);
}

static int run_calls(const struct retention_run *run, struct retention_counts *counts)
{
	struct store *s = run->store;
	int r = s->call->calls_old(
		s, run->now_ms - CALL_KEEP_MS, !run->dry, &counts->of[RETENTION_CALL]);

	if (r == 0)
		r = s->call->backs_old(s, run->now_ms - CALL_BACK_KEEP_MS, !run->dry,
			&counts->of[RETENTION_CALL_BACK]);
	return fault_fold(r);
}

int retention_run_here(const struct retention_run *run, struct retention_counts *ret)
{
	struct retention_counts counts = { 0 };
	int r = 0;

	for (int kind = 0; r == 0 && kind < RETENTION_SESSION; kind++)
		r = run_kind(run, (enum retention_kind)kind, &counts);
	if (r == 0)
		r = run_sessions(run, &counts);
	if (r == 0)
		r = run->store->retention->copies_old(run->store,
			run->now_ms - RETENTION_COPY_DAYS * MS_DAY, !run->dry,
			&counts.of[RETENTION_COPY]);
	if (r == 0)
		r = run_calls(run, &counts);
	if (r < 0)
		return fault_pass(r);
	*ret = counts;
	return 0;
}
