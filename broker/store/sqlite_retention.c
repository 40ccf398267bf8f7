/* SPDX-License-Identifier: MPL-2.0
 *
 * What is due, and its removal, in SQLite. Each removal asks for the write-ahead log to
 * be emptied after the commit, so that no older copy of a page stays behind.
 */
#include "database.h"
#include "questions.h"

#include "samtale/base/fault.h"

#include <errno.h>

static int due_query(struct query *q, struct database *d, const struct retention_ask *ask)
{
	static const struct {
		enum sql_id sql;
		size_t cut; /* offset of the cut */
	} rows[] = {
		[RETENTION_CONTACT] = { SQL_DUE_CONTACT,
			offsetof(struct retention_cuts, held_ms) },
		[RETENTION_BOOKING] = { SQL_DUE_BOOKING,
			offsetof(struct retention_cuts, booking_ms) },
		[RETENTION_ATTENDANCE] = { SQL_DUE_ATTENDANCE,
			offsetof(struct retention_cuts, attendance_ms) },
		[RETENTION_RECORD] = { SQL_DUE_RECORD,
			offsetof(struct retention_cuts, record_ms) },
	};
	struct retention_cuts cuts;
	int64_t cut;

	if ((size_t)ask->kind >= ARRAY_LEN(rows))
		return fault_here(EINVAL);
	cuts = retention_cuts_of(ask->policy, ask->now_ms);
	memcpy(&cut, (const char *)&cuts + rows[ask->kind].cut, sizeof(cut));
	query_begin(q, d, rows[ask->kind].sql);
	query_put_i64(q, ask->after);
	query_put_i64(q, cut);
	if (ask->kind == RETENTION_CONTACT)
		query_put_i64(q, cuts.other_ms);
	query_put_i64(q, RETENTION_STEP);
	return 0;
}

static int retention_due(
	struct store *s, const struct retention_ask *ask, int64_t *ids, size_t *ret_n)
{
	struct query q;
	size_t n = 0;
	int r = due_query(&q, database_of(s), ask);

	if (r < 0)
		return fault_pass(r);
	while ((r = query_next(&q)) == QUERY_E_ROW) /* LIMIT is RETENTION_STEP */
		ids[n++] = query_get_i64(&q);
	if (r < 0)
		return fault_pass(r);
	*ret_n = n;
	return 0;
}

static int run_id(struct store *s, enum sql_id id, int64_t meeting)
{
	struct query q;

	query_begin(&q, database_of(s), id);
	query_put_i64(&q, meeting);
	return query_run(&q);
}

static int retention_drop(struct store *s, enum retention_kind kind, int64_t meeting)
{
	static const enum sql_id steps[][4] = {
		/* SQL_BEGIN, the first, ends a list */
		[RETENTION_CONTACT] = { SQL_DROP_CONTACT },
		[RETENTION_BOOKING] = { SQL_SHREDDING_PUT, SQL_LIVE_DROP,
			SQL_BOOKING_DROP },
		[RETENTION_ATTENDANCE] = { SQL_ATTENDANCE_DROP },
		[RETENTION_RECORD] = { SQL_ATTENDANCE_DROP, SQL_LIVE_DROP,
			SQL_SHREDDING_DROP, SQL_DROP_RECORD },
	};
	int r = 0;

	if ((size_t)kind >= ARRAY_LEN(steps))
		return fault_here(EINVAL);
	database_of(s)->truncate = true;
	for (size_t i = 0; r == 0 && i < 4 && steps[kind][i] != SQL_BEGIN; i++)
		r = run_id(s, steps[kind][i], meeting);
	return r;
}

static int retention_is_known(struct store *s, int64_t meeting, bool *ret)
{
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_MEETING_KNOWN);
	query_put_i64(&q, meeting);
	r = query_next(&q);
	if (r < 0)
		return fault_pass(r);
	*ret = r == QUERY_E_ROW;
	return r == QUERY_E_ROW ? query_end(&q, 0) : 0;
}

static int retention_sessions_expired(struct store *s, int64_t now_ms, size_t *ret_n)
{
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_SESSION_COUNT_EXPIRED);
	query_put_i64(&q, now_ms);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r < 0 ? fault_pass(r) : fault_here(EIO);
	*ret_n = (size_t)query_get_i64(&q);
	return query_end(&q, 0);
}

static int retention_copies_old(
	struct store *s, int64_t before_ms, bool drop, size_t *ret_n)
{
	return database_copies_old(database_of(s), before_ms, drop, ret_n);
}

const struct retention_questions sqlite_retention = {
	.due = retention_due,
	.drop = retention_drop,
	.is_known = retention_is_known,
	.sessions_expired = retention_sessions_expired,
	.copies_old = retention_copies_old,
};
