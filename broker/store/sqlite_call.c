/* SPDX-License-Identifier: MPL-2.0
 *
 * Placed calls and call-backs in SQLite.
 */
#include "database.h"
#include "questions.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

/* -- placed calls ------------------------------------------------------------------ */
static int call_counts(struct store *s, const struct call_attempt *who,
	const struct call_price *price, struct call_counts *ret)
{
	struct call_counts c;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_CALL_COUNTS);
	query_put_i64(&q, who->meeting);
	query_put_i64(&q, who->user);
	query_put_i64(&q, who->at_ms);
	query_put_i64(&q, price->longest_ms);
	query_put_i64(&q, price->ore_per_minute);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r < 0 ? fault_pass(r) : fault_here(EIO);
	c.meeting_day = query_get_u32(&q);
	c.user_hour = query_get_u32(&q);
	c.day = query_get_u32(&q);
	c.day_ore = (uint64_t)query_get_i64(&q);
	r = query_end(&q, 0);
	if (r == 0)
		*ret = c;
	return r;
}

static int call_placed(struct store *s, const struct call_attempt *a)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_CALL_PLACED);
	query_put_i64(&q, a->meeting);
	query_put_i64(&q, a->user);
	query_put_i64(&q, a->leg);
	query_put_i64(&q, a->at_ms);
	return query_run(&q);
}

static int call_over(
	struct store *s, int64_t meeting, uint32_t leg, uint32_t seconds, uint32_t ore)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_CALL_OVER);
	query_put_i64(&q, meeting);
	query_put_i64(&q, leg);
	query_put_i64(&q, seconds);
	query_put_i64(&q, ore);
	return query_run_one(&q);
}

/* -- call-backs -------------------------------------------------------------------- */
static int back_add(struct store *s, const struct call_back *b)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_CALL_BACK_ADD);
	query_put_i64(&q, b->id);
	query_put_text(&q, b->team);
	query_put_blob(&q, bytes_of(b->number.at, b->number.len));
	query_put_i64(&q, b->created_ms);
	return query_run(&q);
}

static void get_back(struct query *q, struct call_back *b)
{
	*b = (struct call_back){ 0 };
	b->id = query_get_i64(q);
	query_get_text(q, b->team, sizeof(b->team));
	b->number.len = (uint16_t)query_get_blob(q, b->number.at, sizeof(b->number.at));
	b->created_ms = query_get_i64(q);
}

static int back_get(struct store *s, int64_t id, struct call_back *ret)
{
	struct call_back b;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_CALL_BACK_GET);
	query_put_i64(&q, id);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	get_back(&q, &b);
	r = query_end(&q, 0);
	if (r == 0)
		*ret = b;
	return r;
}

static int back_list(
	struct store *s, const char *team, int64_t after_ms, struct call_back_list *ret)
{
	owned(heap_freep) struct call_back *rows = NULL;
	size_t cap = 0, n = 0;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_CALL_BACK_LIST);
	query_put_text(&q, team);
	query_put_i64(&q, after_ms);
	query_put_i64(&q, STORE_ROWS_MAX + 1);
	while ((r = query_next(&q)) == QUERY_E_ROW) {
		void *at = rows;

		r = rows_grow(&at, &cap, n, sizeof(*rows));
		rows = at;
		if (r < 0)
			return query_end(&q, r);
		get_back(&q, &rows[n++]);
	}
	if (r < 0 || q.bad)
		return query_end(&q, r);
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	ret->at = rows;
	rows = NULL;
	return 0;
}

static int back_drop(struct store *s, int64_t id)
{
	struct query q;

	database_of(s)->truncate = true;
	query_begin(&q, database_of(s), SQL_CALL_BACK_DROP);
	query_put_i64(&q, id);
	return query_run_one(&q);
}

/* -- what is old ------------------------------------------------------------------- */
static int old(struct database *d, const enum sql_id ids[2], int64_t before_ms, bool drop,
	size_t *ret_n)
{
	struct query q;
	size_t n;
	int r;

	query_begin(&q, d, ids[0]);
	query_put_i64(&q, before_ms);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r < 0 ? fault_pass(r) : fault_here(EIO);
	n = (size_t)query_get_i64(&q);
	r = query_end(&q, 0);
	if (r == 0 && drop && n > 0) {
		d->truncate = true;
		query_begin(&q, d, ids[1]);
		query_put_i64(&q, before_ms);
		r = query_run(&q);
	}
	if (r == 0)
		*ret_n = n;
	return r;
}

static int calls_old(struct store *s, int64_t before_ms, bool drop, size_t *ret_n)
{
	static const enum sql_id ids[2] = { SQL_CALL_COUNT_OLD, SQL_CALL_DROP_OLD };

	return old(database_of(s), ids, before_ms, drop, ret_n);
}

static int backs_old(struct store *s, int64_t before_ms, bool drop, size_t *ret_n)
{
	static const enum sql_id ids[2] = { SQL_CALL_BACK_COUNT_OLD,
		SQL_CALL_BACK_DROP_OLD };

	return old(database_of(s), ids, before_ms, drop, ret_n);
}

const struct call_questions sqlite_call = {
	.counts = call_counts,
	.placed = call_placed,
	.over = call_over,
	.back_add = back_add,
	.back_get = back_get,
	.back_list = back_list,
	.back_drop = back_drop,
	.calls_old = calls_old,
	.backs_old = backs_old,
};
