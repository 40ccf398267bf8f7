/* SPDX-License-Identifier: MPL-2.0
 *
 * What is due in memory, and its removal.
 */
#include "memory_rows.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

/* Keeps the smallest RETENTION_STEP ids in order, each once. */
static void keep_smallest(int64_t *ids, size_t *n, int64_t id)
{
	size_t at = *n;

	for (size_t i = 0; i < *n; i++)
		if (ids[i] == id)
			return;
	while (at > 0 && ids[at - 1] > id)
		at--;
	if (at == RETENTION_STEP)
		return;
	if (*n == RETENTION_STEP)
		(*n)--;
	memmove(&ids[at + 1], &ids[at], (*n - at) * sizeof(*ids));
	ids[at] = id;
	(*n)++;
}

static bool is_due(const struct booking *b, enum retention_kind kind,
	const struct retention_cuts *cuts)
{
	int64_t over = booking_over_ms(b);
	bool held = b->state == BOOKING_ENDED && b->outcome == BOOKING_HELD;

	switch (kind) {
	case RETENTION_CONTACT:
		return !b->contact_gone &&
		       over <= (held ? cuts->held_ms : cuts->other_ms);
	case RETENTION_BOOKING:
		return b->contact_gone && over <= cuts->booking_ms;
	case RETENTION_RECORD:
		return !b->record_gone && over <= cuts->record_ms;
	default:
		return false;
	}
}

static int retention_due(
	struct store *s, const struct retention_ask *ask, int64_t *ids, size_t *ret_n)
{
	struct memory_store *m = memory_of(s);
	struct retention_cuts cuts;
	size_t n = 0;

	if (ask->kind > RETENTION_RECORD)
		return fault_here(EINVAL);
	cuts = retention_cuts_of(ask->policy, ask->now_ms);
	for (size_t i = 0; i < m->bookings.n; i++)
		if (m->bookings.at[i].id > ask->after &&
			is_due(&m->bookings.at[i], ask->kind, &cuts))
			keep_smallest(ids, &n, m->bookings.at[i].id);
	for (size_t i = 0; ask->kind == RETENTION_ATTENDANCE && i < m->attendance.n; i++)
		if (m->attendance.at[i].meeting > ask->after &&
			m->attendance.at[i].changed_ms <= cuts.attendance_ms)
			keep_smallest(ids, &n, m->attendance.at[i].meeting);
	for (size_t i = 0; ask->kind == RETENTION_RECORD && i < m->shredding.n; i++)
		if (m->shredding.at[i].meeting > ask->after &&
			m->shredding.at[i].over_ms <= cuts.record_ms)
			keep_smallest(ids, &n, m->shredding.at[i].meeting);
	*ret_n = n;
	return 0;
}

static void forget_contact(struct booking *b)
{
	b->version++;
	b->contact_gone = true;
	b->label = b->phone = b->way = (struct sealed){ 0 };
	b->has_link = b->phone_by_citizen = b->has_phone_tag = false;
	b->link = b->pin = b->phone_tag = (struct token_hash){ 0 };
}

static void forget_record(struct booking *b)
{
	b->version++;
	b->record_gone = true;
	b->case_ref = (struct sealed){ 0 };
	b->has_case = false;
	b->case_tag = (struct token_hash){ 0 };
}

static void drop_attendance(struct memory_store *m, int64_t meeting)
{
	for (size_t i = m->attendance.n; i-- > 0;)
		if (m->attendance.at[i].meeting == meeting) {
			free(m->attendance.at[i].record);
			ROWS_DROP(&m->attendance, i);
		}
}

static int drop_booking(struct memory_store *m, struct booking *b)
{
	struct tombstone *t = NULL;

	if (!b)
		return 0;
	if (!b->record_gone) {
		t = ROWS_ADD(&m->shredding);
		if (!t)
			return fault_here(ENOMEM);
		*t = (struct tombstone){ b->id, booking_over_ms(b) };
	}
	ROWS_DROP(&m->bookings, (size_t)(b - m->bookings.at));
	return 0;
}

static int retention_drop(struct store *s, enum retention_kind kind, int64_t meeting)
{
	struct memory_store *m = memory_of(s);
	struct booking *b = memory_booking(m, meeting);
	int r = 0;

	if (kind > RETENTION_RECORD)
		return fault_here(EINVAL);
	if (kind == RETENTION_CONTACT && b)
		forget_contact(b);
	if (kind == RETENTION_RECORD && b)
		forget_record(b);
	if (kind == RETENTION_ATTENDANCE || kind == RETENTION_RECORD)
		drop_attendance(m, meeting);
	if (kind == RETENTION_BOOKING || kind == RETENTION_RECORD)
		r = s->record->live_drop(s, meeting);
	if (r == 0 && kind == RETENTION_BOOKING)
		r = drop_booking(m, b);
	for (size_t i = m->shredding.n; kind == RETENTION_RECORD && i-- > 0;)
		if (m->shredding.at[i].meeting == meeting)
			ROWS_DROP(&m->shredding, i);
	return r;
}

static int retention_is_known(struct store *s, int64_t meeting, bool *ret)
{
	struct memory_store *m = memory_of(s);
	bool known = memory_booking(m, meeting) != NULL;

	for (size_t i = 0; !known && i < m->shredding.n; i++)
		known = m->shredding.at[i].meeting == meeting;
	*ret = known;
	return 0;
}

static int retention_sessions_expired(struct store *s, int64_t now_ms, size_t *ret_n)
{
	struct memory_store *m = memory_of(s);
	size_t n = 0;

	for (size_t i = 0; i < m->sessions.n; i++)
		n += m->sessions.at[i].expires_ms <= now_ms;
	*ret_n = n;
	return 0;
}

/* Memory is never upgraded. */
static int retention_copies_old(
	struct store *s, int64_t before_ms, bool drop, size_t *ret_n)
{
	(void)s;
	(void)before_ms;
	(void)drop;
	*ret_n = 0;
	return 0;
}

const struct retention_questions memory_retention = {
	.due = retention_due,
	.drop = retention_drop,
	.is_known = retention_is_known,
	.sessions_expired = retention_sessions_expired,
	.copies_old = retention_copies_old,
};
