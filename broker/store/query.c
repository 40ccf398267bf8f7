/* SPDX-License-Identifier: MPL-2.0
 *
 * Queries: prepared once, bound and read in order. A failure anywhere sticks and is told
 * at the end, so the code of a question is a plain list of its columns.
 */
#include "database.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static const char *const texts[SQL_COUNT] = {
#define SQL(id, text) [SQL_##id] = text,
#include "sql.def"
#undef SQL
};

void query_begin(struct query *q, struct database *d, enum sql_id id)
{
	*q = (struct query){ .d = d, .rc = SQLITE_OK };
	if (!d->cached[id])
		q->rc = sqlite3_prepare_v3(d->db, texts[id], -1,
			SQLITE_PREPARE_PERSISTENT, &d->cached[id], NULL);
	q->st = d->cached[id];
}

static void note(struct query *q, int rc)
{
	if (q->rc == SQLITE_OK)
		q->rc = rc;
}

void query_put_i64(struct query *q, int64_t v)
{
	q->bound++;
	if (q->rc == SQLITE_OK)
		note(q, sqlite3_bind_int64(q->st, q->bound, v));
}

void query_put_text(struct query *q, const char *text)
{
	q->bound++;
	if (q->rc == SQLITE_OK && text)
		note(q, sqlite3_bind_text(q->st, q->bound, text, -1, SQLITE_STATIC));
}

void query_put_blob(struct query *q, struct bytes b)
{
	q->bound++;
	if (q->rc == SQLITE_OK && b.len > 0)
		note(q, sqlite3_bind_blob64(q->st, q->bound, b.at, b.len, SQLITE_STATIC));
}

int query_end(struct query *q, int result)
{
	if (q->st) {
		(void)sqlite3_reset(q->st); /* its code was the last step's */
		(void)sqlite3_clear_bindings(q->st);
	}
	if (q->rc != SQLITE_OK)
		return database_fault(q->d->db, q->rc);
	if (q->bad)
		return fault_here(EIO);
	return result;
}

int query_next(struct query *q)
{
	int rc;

	if (q->rc != SQLITE_OK)
		return query_end(q, 0);
	rc = sqlite3_step(q->st);
	q->column = 0;
	if (rc == SQLITE_ROW)
		return QUERY_E_ROW;
	if (rc != SQLITE_DONE)
		note(q, rc);
	return query_end(q, 0);
}

int query_run(struct query *q)
{
	int r = query_next(q);

	/* Rows that a pragma or a RETURNING would give are of no interest. */
	return r == QUERY_E_ROW && q->rc == SQLITE_OK ? query_end(q, 0) : r;
}

int query_run_one(struct query *q)
{
	int r = query_run(q);

	return r == 0 && sqlite3_changes(q->d->db) == 0 ? STORE_E_NONE : r;
}

int64_t query_get_i64(struct query *q)
{
	return sqlite3_column_int64(q->st, q->column++);
}

bool query_get_bool(struct query *q)
{
	return query_get_i64(q) != 0;
}

uint32_t query_get_u32(struct query *q)
{
	int64_t v = query_get_i64(q);

	if (v < 0 || v > UINT32_MAX) {
		q->bad = true;
		return 0;
	}
	return (uint32_t)v;
}

void query_get_text(struct query *q, char *buf, size_t cap)
{
	const unsigned char *text = sqlite3_column_text(q->st, q->column);
	int len = sqlite3_column_bytes(q->st, q->column++);

	if (!bytes_to_str(bytes_of(text, text ? (size_t)len : 0), buf, cap))
		q->bad = true;
}

size_t query_get_blob(struct query *q, void *buf, size_t cap)
{
	const void *at = sqlite3_column_blob(q->st, q->column);
	size_t len = (size_t)sqlite3_column_bytes(q->st, q->column++);

	if (len > cap || (len > 0 && !at)) {
		q->bad = true;
		return 0;
	}
	if (len > 0)
		memcpy(buf, at, len);
	return len;
}

bool query_get_fixed(struct query *q, void *buf, size_t len)
{
	size_t got = query_get_blob(q, buf, len);

	if (got != 0 && got != len)
		q->bad = true;
	return got != 0;
}

int rows_grow(void **at, size_t *cap, size_t n, size_t row_size)
{
	size_t want = *cap > 0 ? *cap * 2 : 16, size;
	void *more;

	if (n < *cap)
		return 0;
	if (__builtin_mul_overflow(want, row_size, &size))
		return fault_here(ENOMEM);
	more = realloc(*at, size);
	if (!more)
		return fault_here(ENOMEM);
	*at = more;
	*cap = want;
	return 0;
}
