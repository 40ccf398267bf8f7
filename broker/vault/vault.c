/* SPDX-License-Identifier: MPL-2.0
 *
 * The door to meeting keys. Each way in goes through on_record() before the shelf is
 * touched: when the use cannot be put on record, no key leaves. Keys on the shelf are
 * bound to their meeting and to which of the two they are.
 */
#include "samtale/vault/vault.h"

#include "parts.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/vault/node_key.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define CONTEXT_CK "shelf.ck"
#define CONTEXT_MK "shelf.mk"
#define LIST_STEP  64

_Static_assert(WRAPPED_KEY_BYTES == KEY_BYTES + AEAD_EXTRA, "wrapped key");

struct vault {
	struct vault_parts parts;
};

int vault_new(struct vault **ret, const struct vault_parts *parts)
{
	struct vault *v = calloc(1, sizeof(*v));

	assert(parts->node && parts->shelf && parts->record);
	if (!v)
		return fault_here(ENOMEM);
	v->parts = *parts;
	*ret = v;
	return 0;
}

struct vault *vault_free(struct vault *v)
{
	free(v);
	return NULL;
}

static struct meeting_keys *keys_new(size_t n)
{
	return secret_alloc(sizeof(struct meeting_keys) * n);
}

void meeting_keys_free(struct meeting_keys *keys)
{
	secret_drop(keys);
}

/* -- here: on the store's worker --------------------------------------------------- */
static int on_record(struct vault *v, const struct vault_use *use)
{
	int r;

	if (use->n == 0 || use->n > VAULT_MEETINGS_MAX)
		return fault_here(EINVAL);
	r = v->parts.record(v->parts.record_arg, use);
	return fault_fold(r);
}

static int unwrap(struct vault *v, const struct shelf_row *row, struct meeting_keys *ret)
{
	const struct key *wrap = node_key_get(v->parts.node, NODE_WRAP);

	if (row->has_ck && !aead_open(wrap, CONTEXT_CK, row->meeting,
				   bytes_of(row->ck, WRAPPED_KEY_BYTES), ret->ck.at))
		return fault_here(EBADMSG);
	if (row->has_mk && !aead_open(wrap, CONTEXT_MK, row->meeting,
				   bytes_of(row->mk, WRAPPED_KEY_BYTES), ret->mk.at))
		return fault_here(EBADMSG);
	ret->has_ck = row->has_ck;
	ret->has_mk = row->has_mk;
	return 0;
}

static int take_one(struct vault *v, int64_t meeting, struct meeting_keys *ret)
{
	struct shelf_row row;
	int r = v->parts.shelf->get(v->parts.shelf->arg, meeting, &row);

	ret->meeting = meeting;
	if (r == SHELF_E_NONE)
		return 0; /* gone: neither flag */
	if (r != 0)
		return fault_fold(r);
	return unwrap(v, &row, ret);
}

int vault_open_here(
	struct vault *v, const struct vault_use *use, struct meeting_keys **ret)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	int r = on_record(v, use);

	if (r < 0)
		return fault_pass(r);
	keys = keys_new(use->n);
	if (!keys)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < use->n; i++) {
		r = take_one(v, use->meetings[i], &keys[i]);
		if (r < 0)
			return fault_pass(r);
	}
	*ret = keys;
	keys = NULL;
	return 0;
}

int vault_create_here(
	struct vault *v, const struct vault_use *use, struct meeting_keys **ret)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	const struct key *wrap = node_key_get(v->parts.node, NODE_WRAP);
	struct shelf_row row = { 0 };
	int r = use->n == 1 ? on_record(v, use) : fault_here(EINVAL);

	if (r < 0)
		return fault_pass(r);
	keys = keys_new(1);
	if (!keys)
		return fault_here(ENOMEM);
	keys->meeting = row.meeting = use->meetings[0];
	keys->has_ck = keys->has_mk = row.has_ck = row.has_mk = true;
	row.created_ms = clock_utc_ms();
	random_fill(&keys->ck, sizeof(keys->ck));
	random_fill(&keys->mk, sizeof(keys->mk));
	aead_seal(
		wrap, CONTEXT_CK, row.meeting, bytes_of(keys->ck.at, KEY_BYTES), row.ck);
	aead_seal(
		wrap, CONTEXT_MK, row.meeting, bytes_of(keys->mk.at, KEY_BYTES), row.mk);
	r = v->parts.shelf->put(v->parts.shelf->arg, &row);
	if (r == SHELF_E_TAKEN)
		return VAULT_E_TAKEN;
	if (r != 0)
		return fault_fold(r);
	*ret = keys;
	keys = NULL;
	return 0;
}

int vault_forget_here(
	struct vault *v, const struct vault_use *use, enum vault_which which)
{
	const struct key_shelf *shelf = v->parts.shelf;
	int r = on_record(v, use);

	for (size_t i = 0; r == 0 && i < use->n; i++) {
		if (which & VAULT_CK)
			r = shelf->drop_ck(shelf->arg, use->meetings[i]);
		if (r == 0 && (which & VAULT_MK))
			r = shelf->drop_mk(shelf->arg, use->meetings[i]);
	}
	return fault_fold(r);
}

int vault_shelf_ids_here(struct vault *v, int64_t after, int64_t before_ms, int64_t *ids,
	size_t cap, size_t *ret_n)
{
	const struct key_shelf *shelf = v->parts.shelf;
	struct shelf_row rows[LIST_STEP];
	size_t n = 0, got = LIST_STEP;

	while (n < cap && got == LIST_STEP) {
		int r = shelf->list(shelf->arg, after, rows, LIST_STEP, &got);

		if (r != 0)
			return fault_fold(r);
		for (size_t i = 0; i < got && n < cap; i++) {
			after = rows[i].meeting;
			if (rows[i].created_ms < before_ms)
				ids[n++] = after;
		}
	}
	*ret_n = n;
	return 0;
}

/* -- the asynchronous door --------------------------------------------------------- */
struct door_task {
	struct vault_task task;
	struct vault *vault;
	vault_done_fn done;
	void *arg;
	struct meeting_keys *keys;
	struct vault_use use;
	int64_t meetings[];
};

static int door_ask(struct vault_task *task)
{
	struct door_task *t = container_of(task, struct door_task, task);

	return vault_open_here(t->vault, &t->use, &t->keys);
}

/* A commit that failed means keys that are not on the shelf: they may not get out. */
static void door_answer(struct vault_task *task, int result)
{
	struct door_task *t = container_of(task, struct door_task, task);

	if (result != 0)
		meeting_keys_freep(&t->keys);
	t->done(t->arg, result, t->keys, result == 0 ? t->use.n : 0);
	free(t);
}

int vault_open(
	struct vault *v, const struct vault_use *use, vault_done_fn done, void *arg)
{
	struct door_task *t;
	int r;

	if (!v->parts.submit || use->n == 0 || use->n > VAULT_MEETINGS_MAX)
		return fault_here(EINVAL);
	t = calloc(1, sizeof(*t) + use->n * sizeof(t->meetings[0]));
	if (!t)
		return fault_here(ENOMEM);
	t->task = (struct vault_task){ door_ask, door_answer };
	t->vault = v;
	t->done = done;
	t->arg = arg;
	t->use = *use;
	t->use.meetings = t->meetings;
	memcpy(t->meetings, use->meetings, use->n * sizeof(t->meetings[0]));
	r = v->parts.submit(v->parts.submit_arg, &t->task);
	if (r != 0)
		free(t);
	return r;
}
