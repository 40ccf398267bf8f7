/* SPDX-License-Identifier: MPL-2.0
 *
 * The shelf of wrapped keys in a file of its own. Dropping overwrites the page
 * (secure_delete) and asks for the log to be emptied after the commit, so that what was
 * dropped is in no file any more.
 */
#include "samtale/store/keys_db.h"

#include "database.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

struct keys_db {
	struct sqlite_store store; /* nothing but `batch` */
	struct key_shelf shelf;
};

static struct database *db_of(void *arg)
{
	return &((struct keys_db *)arg)->store.db;
}

/* Everything of a row but its name and age. */
static void put_keys(struct query *q, const struct shelf_row *row)
{
	query_put_blob(q, bytes_of(row->ck, row->has_ck ? sizeof(row->ck) : 0));
	query_put_blob(q, bytes_of(row->mk, row->has_mk ? sizeof(row->mk) : 0));
	query_put_blob(
		q, bytes_of(row->case_tag.at, row->has_case ? TOKEN_HASH_BYTES : 0));
	query_put_blob(
		q, bytes_of(row->case_ref.at, row->has_case ? row->case_ref.len : 0));
}

static int shelf_put(void *arg, const struct shelf_row *row)
{
	struct query q;
	int r;

	query_begin(&q, db_of(arg), SQL_SHELF_PUT);
	query_put_i64(&q, row->meeting);
	query_put_i64(&q, row->created_ms);
	put_keys(&q, row);
	r = query_run(&q);
	return r == STORE_E_TAKEN ? SHELF_E_TAKEN : r;
}

static int shelf_change(void *arg, const struct shelf_row *row)
{
	struct database *d = db_of(arg);
	struct query q;
	int r;

	d->truncate = true;
	query_begin(&q, d, SQL_SHELF_CHANGE);
	query_put_i64(&q, row->meeting);
	put_keys(&q, row);
	r = query_run_one(&q);
	return r == STORE_E_NONE ? SHELF_E_NONE : fault_fold(r);
}

static void get_row(struct query *q, struct shelf_row *row)
{
	*row = (struct shelf_row){ 0 };
	row->meeting = query_get_i64(q);
	row->created_ms = query_get_i64(q);
	row->has_ck = query_get_fixed(q, row->ck, sizeof(row->ck));
	row->has_mk = query_get_fixed(q, row->mk, sizeof(row->mk));
	row->has_case = query_get_fixed(q, row->case_tag.at, sizeof(row->case_tag.at));
	row->case_ref.len =
		(uint16_t)query_get_blob(q, row->case_ref.at, sizeof(row->case_ref.at));
}

static int shelf_get(void *arg, int64_t meeting, struct shelf_row *ret)
{
	struct shelf_row row;
	struct query q;
	int r;

	query_begin(&q, db_of(arg), SQL_SHELF_GET);
	query_put_i64(&q, meeting);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r == 0 ? SHELF_E_NONE : fault_pass(r);
	get_row(&q, &row);
	r = query_end(&q, 0);
	if (r == 0)
		*ret = row;
	return r;
}

static int drop(struct database *d, enum sql_id which, int64_t meeting)
{
	const enum sql_id steps[] = { which, SQL_SHELF_SWEEP };
	int r = 0;

	d->truncate = true;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(steps); i++) {
		struct query q;

		query_begin(&q, d, steps[i]);
		query_put_i64(&q, meeting);
		r = query_run(&q);
	}
	return fault_fold(r);
}

static int shelf_drop_ck(void *arg, int64_t meeting)
{
	return drop(db_of(arg), SQL_SHELF_DROP_CK, meeting);
}

static int shelf_drop_mk(void *arg, int64_t meeting)
{
	return drop(db_of(arg), SQL_SHELF_DROP_MK, meeting);
}

static int shelf_list(
	void *arg, int64_t after, struct shelf_row *rows, size_t cap, size_t *ret_n)
{
	struct query q;
	size_t n = 0;
	int r;

	query_begin(&q, db_of(arg), SQL_SHELF_LIST);
	query_put_i64(&q, after);
	query_put_i64(&q, (int64_t)cap);
	while ((r = query_next(&q)) == QUERY_E_ROW)
		get_row(&q, &rows[n++]);
	if (r < 0 || q.bad)
		return query_end(&q, r);
	*ret_n = n;
	return 0;
}

static int shelf_find(void *arg, const struct token_hash *tag, int64_t after,
	int64_t *ids, size_t cap, size_t *ret_n)
{
	struct query q;
	size_t n = 0;
	int r;

	query_begin(&q, db_of(arg), SQL_SHELF_FIND);
	query_put_blob(&q, bytes_of(tag->at, sizeof(tag->at)));
	query_put_i64(&q, after);
	query_put_i64(&q, (int64_t)cap);
	while ((r = query_next(&q)) == QUERY_E_ROW)
		ids[n++] = query_get_i64(&q);
	if (r < 0 || q.bad)
		return query_end(&q, r);
	*ret_n = n;
	return 0;
}

/* -- the root key ------------------------------------------------------------------ */
int keys_db_root_get(struct keys_db *k, struct keys_root *ret)
{
	struct keys_root root;
	struct query q;
	int r;

	query_begin(&q, db_of(k), SQL_KEYS_META_GET);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	if (!query_get_fixed(&q, root.wrapped, sizeof(root.wrapped)) ||
		!query_get_fixed(&q, root.key_id, sizeof(root.key_id)))
		q.bad = true;
	r = query_end(&q, 0);
	if (r == 0)
		*ret = root;
	return r;
}

int keys_db_root_put(struct keys_db *k, const struct keys_root *root)
{
	struct database *d = db_of(k);
	struct query q;

	d->truncate = true;
	query_begin(&q, d, SQL_KEYS_META_PUT);
	query_put_blob(&q, bytes_of(root->wrapped, sizeof(root->wrapped)));
	query_put_blob(&q, bytes_of(root->key_id, sizeof(root->key_id)));
	return fault_fold(query_run(&q));
}

/* -- opening ----------------------------------------------------------------------- */
int keys_db_open(struct keys_db **ret, const char *path)
{
	struct sqlite_parts parts = { .path = path };
	struct keys_db *k = calloc(1, sizeof(*k));
	int r;

	if (!k)
		return fault_here(ENOMEM);
	r = database_open(&k->store.db, &schema_keys, &parts, NULL);
	if (r != 0) {
		free(k);
		return r;
	}
	k->store.store.batch = &sqlite_batch;
	k->shelf = (struct key_shelf){ k, shelf_put, shelf_get, shelf_drop_ck,
		shelf_drop_mk, shelf_list, shelf_change, shelf_find };
	*ret = k;
	return 0;
}

struct keys_db *keys_db_close(struct keys_db *k)
{
	if (!k)
		return NULL;
	database_close(&k->store.db);
	free(k);
	return NULL;
}

const struct key_shelf *keys_db_shelf(struct keys_db *k)
{
	return &k->shelf;
}

struct store *keys_db_store(struct keys_db *k)
{
	return &k->store.store;
}

int keys_db_backup(const char *path, struct seal_stream *to)
{
	return database_copy(path, to);
}
