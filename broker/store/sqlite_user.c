/* SPDX-License-Identifier: MPL-2.0
 *
 * Staff accounts and their sign-ins in SQLite.
 */
#include "database.h"
#include "questions.h"

#include "samtale/base/fault.h"

#include <stdlib.h>

static struct bytes sealed_bytes(const struct sealed *s)
{
	return bytes_of(s->at, s->len);
}

static void put_user(struct query *q, const struct user *u)
{
	query_put_text(q, u->name);
	query_put_text(q, u->given);
	query_put_text(q, u->team);
	query_put_blob(q, sealed_bytes(&u->phone));
	query_put_i64(q, u->roles);
	query_put_text(q, u->password);
	query_put_blob(q, sealed_bytes(&u->totp));
	query_put_i64(q, u->totp_last_step);
	query_put_blob(q, bytes_of(u->recovery, u->recovery_n * sizeof(u->recovery[0])));
	query_put_blob(q, bytes_of(u->setup.at, u->has_setup ? sizeof(u->setup) : 0));
	query_put_i64(q, u->setup_expires_ms);
	query_put_i64(q, u->failures);
	query_put_i64(q, u->locked_until_ms);
	query_put_i64(q, u->disabled);
	query_put_i64(q, u->created_ms);
	query_put_i64(q, u->last_sign_in_ms);
}

static void get_user(struct query *q, struct user *u)
{
	size_t recovery;

	*u = (struct user){ 0 };
	u->id = query_get_i64(q);
	u->version = query_get_i64(q);
	query_get_text(q, u->name, sizeof(u->name));
	query_get_text(q, u->given, sizeof(u->given));
	query_get_text(q, u->team, sizeof(u->team));
	u->phone.len = (uint16_t)query_get_blob(q, u->phone.at, sizeof(u->phone.at));
	u->roles = query_get_u32(q);
	query_get_text(q, u->password, sizeof(u->password));
	u->totp.len = (uint16_t)query_get_blob(q, u->totp.at, sizeof(u->totp.at));
	u->totp_last_step = query_get_i64(q);
	recovery = query_get_blob(q, u->recovery, sizeof(u->recovery));
	u->recovery_n = (uint8_t)(recovery / sizeof(u->recovery[0]));
	u->has_setup = query_get_fixed(q, u->setup.at, sizeof(u->setup));
	u->setup_expires_ms = query_get_i64(q);
	u->failures = query_get_u32(q);
	u->locked_until_ms = query_get_i64(q);
	u->disabled = query_get_bool(q);
	u->created_ms = query_get_i64(q);
	u->last_sign_in_ms = query_get_i64(q);
}

static int user_add(struct store *s, struct user *u)
{
	struct database *d = database_of(s);
	struct query q;
	int r;

	query_begin(&q, d, SQL_USER_ADD);
	query_put_i64(&q, u->id);
	put_user(&q, u);
	r = query_run(&q);
	if (r != 0)
		return r;
	u->id = sqlite3_last_insert_rowid(d->db);
	u->version = 1;
	return 0;
}

/* The one row of a query whose parameters are bound. */
static int one_user(struct query *q, struct user *ret)
{
	struct user u;
	int r = query_next(q);

	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	get_user(q, &u);
	r = query_end(q, 0);
	if (r == 0)
		*ret = u;
	return r;
}

static int user_by_id(struct store *s, int64_t id, struct user *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_USER_BY_ID);
	query_put_i64(&q, id);
	return one_user(&q, ret);
}

static int user_by_name(struct store *s, const char *name, struct user *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_USER_BY_NAME);
	query_put_text(&q, name);
	return one_user(&q, ret);
}

static int user_by_setup(struct store *s, const struct token_hash *h, struct user *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_USER_BY_SETUP);
	query_put_blob(&q, bytes_of(h->at, sizeof(h->at)));
	return one_user(&q, ret);
}

static int user_update(struct store *s, struct user *u)
{
	struct user now;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_USER_UPDATE);
	query_put_i64(&q, u->id);
	query_put_i64(&q, u->version);
	put_user(&q, u);
	r = query_run_one(&q);
	if (r == STORE_E_NONE && user_by_id(s, u->id, &now) == 0)
		return STORE_E_CONFLICT;
	if (r == 0)
		u->version++;
	return r;
}

static int user_list(struct store *s, const char *team, struct user_list *ret)
{
	owned(heap_freep) struct user *rows = NULL;
	size_t cap = 0, n = 0;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_USER_LIST);
	query_put_text(&q, team);
	query_put_i64(&q, STORE_ROWS_MAX + 1);
	while ((r = query_next(&q)) == QUERY_E_ROW) {
		void *at = rows;

		r = rows_grow(&at, &cap, n, sizeof(*rows));
		rows = at;
		if (r < 0)
			return query_end(&q, r);
		get_user(&q, &rows[n++]);
	}
	if (r < 0 || q.bad)
		return query_end(&q, r);
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	ret->at = rows;
	rows = NULL;
	return 0;
}

const struct user_questions sqlite_user = {
	.add = user_add,
	.by_id = user_by_id,
	.by_name = user_by_name,
	.by_setup = user_by_setup,
	.update = user_update,
	.list = user_list,
};

/* -- sign-ins ---------------------------------------------------------------------- */
static void put_hash(struct query *q, const struct token_hash *h)
{
	query_put_blob(q, bytes_of(h ? h->at : NULL, h ? sizeof(h->at) : 0));
}

static int session_put(struct store *s, const struct staff_session *row)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_SESSION_PUT);
	put_hash(&q, &row->hash);
	query_put_i64(&q, row->user);
	query_put_i64(&q, row->created_ms);
	query_put_i64(&q, row->used_ms);
	query_put_i64(&q, row->expires_ms);
	return query_run(&q);
}

static int session_get(
	struct store *s, const struct token_hash *h, struct staff_session *ret)
{
	struct staff_session row = { 0 };
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_SESSION_GET);
	put_hash(&q, h);
	r = query_next(&q);
	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	(void)query_get_fixed(&q, row.hash.at, sizeof(row.hash.at));
	row.user = query_get_i64(&q);
	row.created_ms = query_get_i64(&q);
	row.used_ms = query_get_i64(&q);
	row.expires_ms = query_get_i64(&q);
	r = query_end(&q, 0);
	if (r == 0)
		*ret = row;
	return r;
}

static int session_touch(struct store *s, const struct token_hash *h, int64_t used_ms)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_SESSION_TOUCH);
	put_hash(&q, h);
	query_put_i64(&q, used_ms);
	return query_run_one(&q);
}

static int session_drop(struct store *s, const struct token_hash *h)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_SESSION_DROP);
	put_hash(&q, h);
	return query_run(&q);
}

static int session_drop_of_user(
	struct store *s, int64_t user, const struct token_hash *except)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_SESSION_DROP_USER);
	query_put_i64(&q, user);
	put_hash(&q, except);
	return query_run(&q);
}

static int session_drop_expired(struct store *s, int64_t now_ms)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_SESSION_DROP_EXPIRED);
	query_put_i64(&q, now_ms);
	return query_run(&q);
}

const struct staff_session_questions sqlite_staff_session = {
	.put = session_put,
	.get = session_get,
	.touch = session_touch,
	.drop = session_drop,
	.drop_of_user = session_drop_of_user,
	.drop_expired = session_drop_expired,
};
