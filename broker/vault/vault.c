/* SPDX-License-Identifier: MPL-2.0
 *
 * The door to meeting keys. What is asked for is checked here, then answered by a table
 * of functions: those below, where keys are here, or those that ask the vault process.
 * Below, each way in goes through on_record() before the shelf is touched: when the use
 * cannot be put on record, no key leaves.
 */
#include "samtale/vault/vault.h"

#include "parts.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/vault/node_key.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define LIST_STEP 64

struct vault {
	const struct vault_ops *ops;
	void *arg; /* of the ops; the vault itself where keys are here */
	vault_submit_fn submit;
	void *submit_arg;
	struct vault_parts parts; /* only where keys are here */
};

static const struct vault_ops here_ops;

static int make(struct vault **ret, const struct vault *from)
{
	struct vault *v = malloc(sizeof(*v));

	if (!v)
		return fault_here(ENOMEM);
	*v = *from;
	*ret = v;
	return 0;
}

int vault_new(struct vault **ret, const struct vault_parts *parts)
{
	struct vault *v = NULL;
	int r;

	assert(parts->node && parts->shelf && parts->record);
	r = make(&v, &(struct vault){ .ops = &here_ops,
			     .submit = parts->submit,
			     .submit_arg = parts->submit_arg,
			     .parts = *parts });
	if (r < 0)
		return fault_pass(r);
	v->arg = v;
	*ret = v;
	return 0;
}

int vault_remote_new(struct vault **ret, const struct vault_ops *ops, void *arg,
	vault_submit_fn submit, void *submit_arg)
{
	return make(ret, &(struct vault){ .ops = ops,
				 .arg = arg,
				 .submit = submit,
				 .submit_arg = submit_arg });
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

/* -- the door, on the store's worker ----------------------------------------------- */
static bool is_many(const struct vault_use *use)
{
	return use->n > 0 && use->n <= VAULT_MEETINGS_MAX;
}

int vault_open_here(
	struct vault *v, const struct vault_use *use, struct meeting_keys **ret)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	int r;

	if (!is_many(use))
		return fault_here(EINVAL);
	keys = keys_new(use->n);
	if (!keys)
		return fault_here(ENOMEM);
	r = v->ops->open(v->arg, use, keys);
	if (r != 0)
		return fault_fold(r);
	*ret = keys;
	keys = NULL;
	return 0;
}

int vault_create_here(struct vault *v, const struct vault_use *use, struct bytes case_ref,
	struct meeting_keys **ret)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	int r;

	if (use->n != 1 || case_ref.len > LIMIT_CASE_REF)
		return fault_here(EINVAL);
	keys = keys_new(1);
	if (!keys)
		return fault_here(ENOMEM);
	r = v->ops->create(v->arg, use, case_ref, keys);
	if (r != 0)
		return r == VAULT_E_TAKEN ? r : fault_fold(r);
	*ret = keys;
	keys = NULL;
	return 0;
}

int vault_forget_here(
	struct vault *v, const struct vault_use *use, enum vault_which which)
{
	if (!is_many(use))
		return fault_here(EINVAL);
	return fault_fold(v->ops->forget(v->arg, use, which));
}

int vault_sign_here(struct vault *v, struct bytes minutes, struct vault_signature *ret)
{
	if (!v->ops->sign)
		return fault_here(ENOTSUP);
	return fault_fold(v->ops->sign(v->arg, minutes, ret));
}

int vault_shelf_ids_here(struct vault *v, int64_t after, int64_t before_ms, int64_t *ids,
	size_t cap, size_t *ret_n)
{
	struct vault_ids step = { .after = after, .cap = cap, .at = ids };
	int r;

	if (cap > VAULT_MEETINGS_MAX)
		return fault_here(EINVAL);
	r = v->ops->shelf_ids(v->arg, before_ms, &step);
	if (r == 0)
		*ret_n = step.n;
	return fault_fold(r);
}

int vault_set_case_here(
	struct vault *v, const struct vault_use *use, struct bytes case_ref)
{
	if (use->n != 1 || case_ref.len > LIMIT_CASE_REF)
		return fault_here(EINVAL);
	return fault_fold(v->ops->set_case(v->arg, use, case_ref));
}

int vault_find_case_here(struct vault *v, const struct vault_use *use,
	struct bytes case_ref, struct vault_ids *ids)
{
	if (use->n != 0 || case_ref.len > LIMIT_CASE_REF || ids->cap > VAULT_MEETINGS_MAX)
		return fault_here(EINVAL);
	return fault_fold(v->ops->find_case(v->arg, use, case_ref, ids));
}

/* -- where keys are here ----------------------------------------------------------- */
static int on_record(struct vault *v, const struct vault_use *use)
{
	return fault_fold(v->parts.record(v->parts.record_arg, use));
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
	return shelf_unwrap(node_key_get(v->parts.node, NODE_WRAP), &row, ret);
}

static int here_open(void *arg, const struct vault_use *use, struct meeting_keys *keys)
{
	int r = on_record(arg, use);

	for (size_t i = 0; r == 0 && i < use->n; i++)
		r = take_one(arg, use->meetings[i], &keys[i]);
	return fault_fold(r);
}

static int here_create(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct meeting_keys *keys)
{
	struct vault *v = arg;
	struct shelf_row row = { 0 };
	int r = on_record(v, use);

	if (r < 0)
		return fault_pass(r);
	keys->meeting = row.meeting = use->meetings[0];
	keys->has_ck = keys->has_mk = true;
	random_fill(&keys->ck, sizeof(keys->ck));
	random_fill(&keys->mk, sizeof(keys->mk));
	row.created_ms = clock_utc_ms();
	shelf_wrap(node_key_get(v->parts.node, NODE_WRAP), keys, &row);
	r = shelf_set_case(v->parts.node, &keys->mk, case_ref, &row);
	if (r == 0)
		r = v->parts.shelf->put(v->parts.shelf->arg, &row);
	return r == SHELF_E_TAKEN ? VAULT_E_TAKEN : fault_fold(r);
}

static int here_forget(void *arg, const struct vault_use *use, enum vault_which which)
{
	struct vault *v = arg;
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

static int here_shelf_ids(void *arg, int64_t before_ms, struct vault_ids *ids)
{
	const struct vault *v = arg;
	const struct key_shelf *shelf = v->parts.shelf;
	struct shelf_row rows[LIST_STEP];
	size_t n = 0, got = LIST_STEP;
	int64_t after = ids->after;

	while (n < ids->cap && got == LIST_STEP) {
		int r = shelf->list(shelf->arg, after, rows, LIST_STEP, &got);

		if (r != 0)
			return fault_fold(r);
		for (size_t i = 0; i < got && n < ids->cap; i++) {
			after = rows[i].meeting;
			if (rows[i].created_ms < before_ms)
				ids->at[n++] = after;
		}
	}
	ids->n = n;
	return 0;
}

static int here_set_case(void *arg, const struct vault_use *use, struct bytes case_ref)
{
	struct vault *v = arg;
	const struct key_shelf *shelf = v->parts.shelf;
	wiped(struct meeting_keys, keys);
	struct shelf_row row;
	int r = on_record(v, use);

	if (r == 0)
		r = shelf->get(shelf->arg, use->meetings[0], &row);
	if (r == SHELF_E_NONE)
		return 0;
	if (r == 0)
		r = shelf_unwrap(node_key_get(v->parts.node, NODE_WRAP), &row, &keys);
	if (r != 0 || !keys.has_mk)
		return fault_fold(r);
	r = shelf_set_case(v->parts.node, &keys.mk, case_ref, &row);
	return fault_fold(r == 0 ? shelf->change(shelf->arg, &row) : r);
}

static int here_find_case(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct vault_ids *ids)
{
	struct vault *v = arg;
	const struct key_shelf *shelf = v->parts.shelf;
	struct token_hash tag;
	int r = on_record(v, use);

	ids->n = 0;
	if (r < 0 || !case_tag(v->parts.node, case_ref, &tag))
		return fault_fold(r);
	return fault_fold(
		shelf->find(shelf->arg, &tag, ids->after, ids->at, ids->cap, &ids->n));
}

static int here_sign(void *arg, struct bytes minutes, struct vault_signature *ret)
{
	const struct vault *v = arg;

	if (!v->parts.sign)
		return fault_here(ENOTSUP);
	return v->parts.sign(v->parts.record_arg, minutes, ret);
}

static const struct vault_ops here_ops = {
	.open = here_open,
	.create = here_create,
	.forget = here_forget,
	.shelf_ids = here_shelf_ids,
	.set_case = here_set_case,
	.find_case = here_find_case,
	.sign = here_sign,
};

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

	if (!v->submit || !is_many(use))
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
	r = v->submit(v->submit_arg, &t->task);
	if (r != 0)
		free(t);
	return r;
}
