/* SPDX-License-Identifier: MPL-2.0
 *
 * Sealed records, weekly counters and facts in SQLite.
 */
#include "database.h"
#include "questions.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

/* -- records ----------------------------------------------------------------------- */
static int record_put(
	struct query *q, int64_t meeting, int64_t now_ms, struct bytes sealed)
{
	query_put_i64(q, meeting);
	query_put_i64(q, now_ms);
	query_put_blob(q, sealed);
	return query_run(q);
}

static bool is_fit(struct bytes sealed)
{
	return sealed.len > 0 && sealed.len <= LIMIT_RECORD_BLOB;
}

static int record_get(struct query *q, int64_t meeting, struct record **ret)
{
	owned(heap_freep) struct record *row = NULL;
	int64_t id, changed;
	size_t len;
	int r;

	query_put_i64(q, meeting);
	r = query_next(q);
	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	id = query_get_i64(q);
	changed = query_get_i64(q);
	len = (size_t)sqlite3_column_bytes(q->st, q->column);
	row = malloc(sizeof(*row) + len);
	if (!row)
		return query_end(q, fault_here(ENOMEM));
	row->meeting = id;
	row->changed_ms = changed;
	row->len = query_get_blob(q, row->blob, len);
	r = query_end(q, 0);
	if (r != 0)
		return r;
	*ret = row;
	row = NULL;
	return 0;
}

static int live_put(struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed)
{
	struct query q;

	if (!is_fit(sealed))
		return fault_here(EMSGSIZE);
	query_begin(&q, database_of(s), SQL_LIVE_PUT);
	return record_put(&q, meeting, now_ms, sealed);
}

static int live_get(struct store *s, int64_t meeting, struct record **ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_LIVE_GET);
	return record_get(&q, meeting, ret);
}

static int live_drop(struct store *s, int64_t meeting)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_LIVE_DROP);
	query_put_i64(&q, meeting);
	return query_run(&q);
}

static int live_list(struct store *s, int64_t **ret, size_t *ret_n)
{
	owned(heap_freep) int64_t *ids = NULL;
	size_t cap = 0, n = 0;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_LIVE_LIST);
	while ((r = query_next(&q)) == QUERY_E_ROW) {
		void *at = ids;

		r = rows_grow(&at, &cap, n, sizeof(*ids));
		ids = at;
		if (r < 0)
			return query_end(&q, r);
		ids[n++] = query_get_i64(&q);
	}
	if (r < 0)
		return fault_pass(r);
	*ret = ids;
	*ret_n = n;
	ids = NULL;
	return 0;
}

static int attendance_put(
	struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed)
{
	struct query q;

	if (!is_fit(sealed))
		return fault_here(EMSGSIZE);
	query_begin(&q, database_of(s), SQL_ATTENDANCE_PUT);
	return record_put(&q, meeting, now_ms, sealed);
}

static int attendance_get(struct store *s, int64_t meeting, struct record **ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_ATTENDANCE_GET);
	return record_get(&q, meeting, ret);
}

const struct record_questions sqlite_record = {
	.live_put = live_put,
	.live_get = live_get,
	.live_drop = live_drop,
	.live_list = live_list,
	.attendance_put = attendance_put,
	.attendance_get = attendance_get,
};

/* -- counters ---------------------------------------------------------------------- */
static int stats_add(struct store *s, const struct stat_cell *cell)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_STAT_ADD);
	query_put_i64(&q, cell->week);
	query_put_text(&q, cell->team);
	query_put_i64(&q, cell->form);
	query_put_i64(&q, cell->outcome);
	query_put_i64(&q, cell->cause);
	query_put_i64(&q, cell->waiting);
	query_put_i64(&q, cell->count);
	return query_run(&q);
}

static void get_cell(struct query *q, struct stat_cell *c)
{
	*c = (struct stat_cell){ 0 };
	c->week = (int32_t)query_get_i64(q);
	query_get_text(q, c->team, sizeof(c->team));
	c->form = (uint8_t)query_get_i64(q);
	c->outcome = (uint8_t)query_get_i64(q);
	c->cause = (uint8_t)query_get_i64(q);
	c->waiting = (uint8_t)query_get_i64(q);
	c->count = query_get_i64(q);
}

static int stats_list(
	struct store *s, int32_t from_week, int32_t to_week, struct stat_cell_list *ret)
{
	owned(heap_freep) struct stat_cell *rows = NULL;
	size_t cap = 0, n = 0;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_STAT_LIST);
	query_put_i64(&q, from_week);
	query_put_i64(&q, to_week);
	query_put_i64(&q, STORE_ROWS_MAX + 1);
	while ((r = query_next(&q)) == QUERY_E_ROW) {
		void *at = rows;

		r = rows_grow(&at, &cap, n, sizeof(*rows));
		rows = at;
		if (r < 0)
			return query_end(&q, r);
		get_cell(&q, &rows[n++]);
	}
	if (r < 0 || q.bad)
		return query_end(&q, r);
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	ret->at = rows;
	rows = NULL;
	return 0;
}

const struct stats_questions sqlite_stats = { .add = stats_add, .list = stats_list };

/* -- facts ------------------------------------------------------------------------- */
static int meta_put(struct store *s, const char *key, const char *value)
{
	struct query q;

	if (strlen(value) > META_VALUE_MAX)
		return fault_here(EMSGSIZE);
	query_begin(&q, database_of(s), SQL_META_PUT);
	query_put_text(&q, key);
	query_put_text(&q, value);
	return query_run(&q);
}

static int meta_get(struct store *s, const char *key, char ret[META_VALUE_MAX + 1])
{
	char value[META_VALUE_MAX + 1];
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_META_GET);
	query_put_text(&q, key);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	query_get_text(&q, value, sizeof(value));
	r = query_end(&q, 0);
	if (r == 0)
		memcpy(ret, value, sizeof(value));
	return r;
}

const struct meta_questions sqlite_meta = { .put = meta_put, .get = meta_get };
