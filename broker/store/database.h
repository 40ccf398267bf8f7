/* SPDX-License-Identifier: MPL-2.0
 *
 * One SQLite file: opened with our pragmas, checked, brought to the newest schema; its
 * statements prepared once each; and queries, whose steps are sticky: bind all, ask once.
 */
#pragma once

#include "samtale/store/sqlite.h"

#include <sqlite3.h>

enum sql_id {
#define SQL(id, text) SQL_##id,
#include "sql.def"
#undef SQL
	SQL_COUNT
};

struct schema { /* forward only: a step is never edited once released */
	uint32_t application_id;
	const char *const *steps; /* step i leads from version i to i + 1 */
	unsigned count;
};
extern const struct schema schema_samtale;
extern const struct schema schema_keys;

struct database {
	sqlite3 *db;
	bool truncate; /* something was deleted: empty the log after the commit */
	sqlite3_stmt *cached[SQL_COUNT];
};

struct sqlite_store { /* a struct store over a database */
	struct store store;
	struct database db;
};

static inline struct database *database_of(struct store *s)
{
	return &container_of(s, struct sqlite_store, store)->db;
}
extern const struct store_batch sqlite_batch;

/* Outcomes SQLITE_STORE_E_NEWER, _DAMAGED; *ret_sentence is set for every failure. */
must_check int database_open(struct database *d, const struct schema *schema,
	const struct sqlite_parts *parts, const char **ret_sentence);
void database_close(struct database *d);
must_check int database_migrate(struct database *d, const struct schema *schema,
	const struct sqlite_parts *parts);
/* The copies that migrations put beside the database; see retention.h. */
must_check int database_copies_old(
	struct database *d, int64_t before_ms, bool drop, size_t *ret_n);
/* Is it ours, and not newer? Reads only. */
must_check int database_look(
	sqlite3 *db, const struct schema *schema, unsigned *ret_version);
/* quick: PRAGMA quick_check; else integrity_check. */
must_check int database_check(sqlite3 *db, bool quick);
must_check int database_exec(sqlite3 *db, const char *sql);
/* Turns a result code of SQLite into a fault, or into STORE_E_TAKEN. */
must_check int database_fault(sqlite3 *db, int rc);
/* A consistent copy of the file at path, sealed; finishes the stream. */
must_check int database_copy(const char *path, struct seal_stream *to);

/* -- queries ----------------------------------------------------------------------- */
struct query {
	struct database *d;
	sqlite3_stmt *st;
	int bound, column;
	int rc;   /* first failure of a step */
	bool bad; /* a column did not have the shape we wrote */
};

#define QUERY_E_ROW 1

void query_begin(struct query *q, struct database *d, enum sql_id id);
void query_put_i64(struct query *q, int64_t v);
void query_put_text(struct query *q, const char *text); /* NULL: null */
void query_put_blob(struct query *q, struct bytes b);   /* empty: null */
/* What was bound must live until query_run() or query_end(). */

/* A statement without rows. Outcome: STORE_E_TAKEN. Ends the query. */
must_check int query_run(struct query *q);
/* The same, and STORE_E_NONE when no row was changed. */
must_check int query_run_one(struct query *q);
/* Outcome: QUERY_E_ROW, columns are read from the first. */
must_check int query_next(struct query *q);
int64_t query_get_i64(struct query *q);
bool query_get_bool(struct query *q);
uint32_t query_get_u32(struct query *q);
void query_get_text(struct query *q, char *buf, size_t cap);
/* Copies; returns the length. Longer than cap is bad. */
size_t query_get_blob(struct query *q, void *buf, size_t cap);
/* Exactly len bytes or null; true when there were any. */
bool query_get_fixed(struct query *q, void *buf, size_t len);
/* -EIO when a column was bad. Ends the query; `result` passes through otherwise. */
must_check int query_end(struct query *q, int result);

/* Makes room for one more row; cap and n count rows. Faults: -ENOMEM. */
must_check int rows_grow(void **at, size_t *cap, size_t n, size_t row_size);
