/* SPDX-License-Identifier: MPL-2.0
 *
 * Each function is one question over the link. Keys go from the reply into the caller's
 * guarded memory, and the reply is wiped.
 */
#include "remote.h"

#include "custodian.h"

#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>

_Static_assert(VAULT_MEETINGS_MAX == VAULT_LINK_MEETINGS, "meetings in one question");
_Static_assert(VAULT_CHECKPOINT_MAX == VAULT_LINK_LINE, "a checkpoint's line");
_Static_assert(KEY_BYTES == VAULT_LINK_KEY, "keys on the link");

static struct vault_question question(enum vault_frame kind, const struct vault_use *use)
{
	struct vault_question q = { .kind = kind };

	if (!use)
		return q;
	assert(use->n <= VAULT_LINK_MEETINGS);
	q.purpose = (uint8_t)use->purpose;
	q.actor = use->actor;
	q.n = (uint16_t)use->n;
	if (use->n)
		memcpy(q.meetings, use->meetings, use->n * sizeof(q.meetings[0]));
	return q;
}

/* A result that the question cannot have is the vault's fault, not an outcome. */
static int ask(void *custodian, struct vault_question *q, struct custodian_reply *ret)
{
	return fault_fold(custodian_ask(custodian, q, ret));
}

/* -- keys ------------------------------------------------------------------------ */
static void take_one(const struct vault_keys *from, struct meeting_keys *to)
{
	to->meeting = from->meeting;
	to->has_ck = from->has & VAULT_CK;
	to->has_mk = from->has & VAULT_MK;
	memcpy(to->ck.at, from->ck, KEY_BYTES);
	memcpy(to->mk.at, from->mk, KEY_BYTES);
}

/* In the order asked for, or they are not the answer. */
static int take_keys(const struct vault_answer *a, const struct vault_use *use,
	struct meeting_keys *keys)
{
	wiped(struct vault_keys, one);

	if (a->n != use->n)
		return fault_here(EPROTO);
	for (uint16_t i = 0; i < a->n; i++) {
		vault_answer_keys(a, i, &one);
		if (one.meeting != use->meetings[i])
			return fault_here(EPROTO);
		take_one(&one, &keys[i]);
	}
	return 0;
}

static int open_keys(void *arg, const struct vault_use *use, struct meeting_keys *keys)
{
	struct vault_question q = question(VAULT_ASK_OPEN, use);
	struct custodian_reply reply;
	int r = ask(arg, &q, &reply);

	if (r < 0)
		return fault_pass(r);
	r = take_keys(&reply.answer, use, keys);
	custodian_reply_drop(&reply);
	return r;
}

static int create(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct meeting_keys *keys)
{
	struct vault_question q = question(VAULT_ASK_CREATE, use);
	struct custodian_reply reply;
	int r;

	q.text = case_ref;
	r = custodian_ask(arg, &q, &reply);
	if (r == VAULT_RESULT_TAKEN)
		return VAULT_E_TAKEN;
	if (r != 0)
		return fault_fold(r);
	r = take_keys(&reply.answer, use, keys);
	custodian_reply_drop(&reply);
	return r;
}

static int forget(void *arg, const struct vault_use *use, enum vault_which which)
{
	struct vault_question q = question(VAULT_ASK_FORGET, use);

	q.which = (uint8_t)which;
	return ask(arg, &q, NULL);
}

/* -- ids and cases --------------------------------------------------------------- */
static int ask_ids(void *arg, struct vault_question *q, struct vault_ids *ids)
{
	struct custodian_reply reply;
	size_t cap = ids->cap < VAULT_LINK_MEETINGS ? ids->cap : VAULT_LINK_MEETINGS;
	int r;

	q->after = ids->after;
	q->at_most = (uint16_t)cap;
	r = ask(arg, q, &reply);
	if (r < 0)
		return fault_pass(r);
	if (reply.answer.n > cap)
		r = fault_here(EPROTO);
	for (uint16_t i = 0; r == 0 && i < reply.answer.n; i++)
		ids->at[i] = vault_answer_id(&reply.answer, i);
	if (r == 0)
		ids->n = reply.answer.n;
	custodian_reply_drop(&reply);
	return r;
}

static int shelf_ids(void *arg, int64_t before_ms, struct vault_ids *ids)
{
	struct vault_question q = question(VAULT_ASK_SHELF, NULL);

	q.before = before_ms;
	return ask_ids(arg, &q, ids);
}

static int set_case(void *arg, const struct vault_use *use, struct bytes case_ref)
{
	struct vault_question q = question(VAULT_ASK_SET_CASE, use);

	q.text = case_ref;
	return ask(arg, &q, NULL);
}

static int find_case(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct vault_ids *ids)
{
	struct vault_question q = question(VAULT_ASK_FIND_CASE, use);

	q.text = case_ref;
	return ask_ids(arg, &q, ids);
}

/* -- signatures ------------------------------------------------------------------ */
static int take_signature(const struct vault_answer *a, struct vault_signature *ret)
{
	if (a->signature.len != sizeof(ret->at) ||
		a->public_key.len != sizeof(ret->public_key))
		return fault_here(EPROTO);
	memcpy(ret->at, a->signature.at, sizeof(ret->at));
	memcpy(ret->public_key, a->public_key.at, sizeof(ret->public_key));
	return bytes_to_str(a->checkpoint, ret->checkpoint, sizeof(ret->checkpoint))
		       ? 0
		       : fault_here(EPROTO);
}

static int sign(void *arg, struct bytes minutes, struct vault_signature *ret)
{
	struct vault_question q = question(VAULT_ASK_SIGN, NULL);
	struct custodian_reply reply;
	int r;

	q.text = minutes;
	r = ask(arg, &q, &reply);
	if (r < 0)
		return fault_pass(r);
	r = take_signature(&reply.answer, ret);
	custodian_reply_drop(&reply);
	return r;
}

const struct vault_ops remote_ops = {
	.open = open_keys,
	.create = create,
	.forget = forget,
	.shelf_ids = shelf_ids,
	.set_case = set_case,
	.find_case = find_case,
	.sign = sign,
};
