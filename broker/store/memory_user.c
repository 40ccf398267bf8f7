/* SPDX-License-Identifier: MPL-2.0
 *
 * Staff accounts and their sign-ins in memory.
 */
#include "memory_rows.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

static bool same(const struct token_hash *a, const struct token_hash *b)
{
	return secret_equal(
		bytes_of(a->at, sizeof(a->at)), bytes_of(b->at, sizeof(b->at)));
}

static struct user *find(struct memory_store *m, int64_t id)
{
	for (size_t i = 0; i < m->users.n; i++)
		if (m->users.at[i].id == id)
			return &m->users.at[i];
	return NULL;
}

static bool is_taken(struct memory_store *m, const struct user *u)
{
	for (size_t i = 0; i < m->users.n; i++) {
		const struct user *o = &m->users.at[i];

		if (o->id != u->id && (strcmp(o->name, u->name) == 0 ||
					      (o->has_setup && u->has_setup &&
						      same(&o->setup, &u->setup))))
			return true;
	}
	return false;
}

static int user_add(struct store *s, struct user *u)
{
	struct memory_store *m = memory_of(s);
	struct user *row;

	if (is_taken(m, u) || (u->id != 0 && find(m, u->id)))
		return STORE_E_TAKEN;
	row = ROWS_ADD(&m->users);
	if (!row)
		return fault_here(ENOMEM);
	if (u->id == 0)
		u->id = m->last_user + 1;
	if (u->id > m->last_user)
		m->last_user = u->id;
	u->version = 1;
	*row = *u;
	return 0;
}

static int user_by_id(struct store *s, int64_t id, struct user *ret)
{
	const struct user *u = find(memory_of(s), id);

	if (!u)
		return STORE_E_NONE;
	*ret = *u;
	return 0;
}

static int user_by_name(struct store *s, const char *name, struct user *ret)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = 0; i < m->users.n; i++)
		if (strcmp(m->users.at[i].name, name) == 0) {
			*ret = m->users.at[i];
			return 0;
		}
	return STORE_E_NONE;
}

static int user_by_setup(struct store *s, const struct token_hash *h, struct user *ret)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = 0; i < m->users.n; i++)
		if (m->users.at[i].has_setup && same(&m->users.at[i].setup, h)) {
			*ret = m->users.at[i];
			return 0;
		}
	return STORE_E_NONE;
}

static int user_update(struct store *s, struct user *u)
{
	struct memory_store *m = memory_of(s);
	struct user *row = find(m, u->id);

	if (!row)
		return STORE_E_NONE;
	if (row->version != u->version)
		return STORE_E_CONFLICT;
	if (is_taken(m, u))
		return STORE_E_TAKEN;
	u->version++;
	*row = *u;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct user *)a)->name, ((const struct user *)b)->name);
}

static int user_list(struct store *s, const char *team, struct user_list *ret)
{
	struct memory_store *m = memory_of(s);
	struct user *rows = calloc(m->users.n + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < m->users.n; i++)
		if (!team || strcmp(m->users.at[i].team, team) == 0)
			rows[n++] = m->users.at[i];
	qsort(rows, n, sizeof(*rows), by_name);
	ret->at = rows;
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	return 0;
}

const struct user_questions memory_user = {
	.add = user_add,
	.by_id = user_by_id,
	.by_name = user_by_name,
	.by_setup = user_by_setup,
	.update = user_update,
	.list = user_list,
};

/* -- sign-ins ---------------------------------------------------------------------- */
static struct staff_session *find_session(
	struct memory_store *m, const struct token_hash *h)
{
	for (size_t i = 0; i < m->sessions.n; i++)
		if (same(&m->sessions.at[i].hash, h))
			return &m->sessions.at[i];
	return NULL;
}

static int session_put(struct store *s, const struct staff_session *row)
{
	struct memory_store *m = memory_of(s);
	struct staff_session *made;

	if (find_session(m, &row->hash))
		return STORE_E_TAKEN;
	if (!find(m, row->user))
		return fault_here(EINVAL);
	made = ROWS_ADD(&m->sessions);
	if (!made)
		return fault_here(ENOMEM);
	*made = *row;
	return 0;
}

static int session_get(
	struct store *s, const struct token_hash *h, struct staff_session *ret)
{
	const struct staff_session *row = find_session(memory_of(s), h);

	if (!row)
		return STORE_E_NONE;
	*ret = *row;
	return 0;
}

static int session_touch(struct store *s, const struct token_hash *h, int64_t used_ms)
{
	struct staff_session *row = find_session(memory_of(s), h);

	if (!row)
		return STORE_E_NONE;
	row->used_ms = used_ms;
	return 0;
}

static int session_drop(struct store *s, const struct token_hash *h)
{
	struct memory_store *m = memory_of(s);
	struct staff_session *row = find_session(m, h);

	if (row)
		ROWS_DROP(&m->sessions, (size_t)(row - m->sessions.at));
	return 0;
}

static int session_drop_of_user(
	struct store *s, int64_t user, const struct token_hash *except)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = m->sessions.n; i-- > 0;) {
		const struct staff_session *row = &m->sessions.at[i];

		if (row->user == user && !(except && same(&row->hash, except)))
			ROWS_DROP(&m->sessions, i);
	}
	return 0;
}

static int session_drop_expired(struct store *s, int64_t now_ms)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = m->sessions.n; i-- > 0;)
		if (m->sessions.at[i].expires_ms <= now_ms)
			ROWS_DROP(&m->sessions, i);
	return 0;
}

const struct staff_session_questions memory_staff_session = {
	.put = session_put,
	.get = session_get,
	.touch = session_touch,
	.drop = session_drop,
	.drop_of_user = session_drop_of_user,
	.drop_expired = session_drop_expired,
};
