/* SPDX-License-Identifier: MPL-2.0
 *
 * What can be done with keys, each deed with its record in the same group. Nothing here
 * makes anything durable or lets anything out: that is the end of the group.
 */
#include "inside.h"

#include "samtale/base/fault.h"

#include <errno.h>

int group_begin(struct custody *c)
{
	int r = 0;

	if (!c->has_begun)
		r = c->batch->batch->begin(c->batch);
	if (r < 0)
		return fault_pass(r);
	c->has_begun = true;
	return 0;
}

/* -- records of many meetings ------------------------------------------------------ */
/* What the record says when the meeting has no such key: that it was asked for. */
static int stage_each(struct custody *c, struct stage_use *u,
	const struct meeting_keys *keys, unsigned wanted)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->use->n; i++) {
		unsigned has = (keys[i].has_ck ? VAULT_CK : 0u) |
			       (keys[i].has_mk ? VAULT_MK : 0u);

		u->meeting = u->use->meetings[i];
		u->was_refused = !(has & wanted);
		r = stage_use(c, u);
	}
	return r;
}

int act_open(struct custody *c, const struct vault_use *use, struct meeting_keys **ret)
{
	owned(meeting_keys_freep) struct meeting_keys *opened = NULL;
	struct stage_use u = {
		.what = AUDIT_KEY_OPENED, .use = use, .value = (uint32_t)use->purpose
	};
	int r = group_begin(c);

	if (r == 0)
		r = vault_open_here(c->shelf, use, &opened);
	if (r < 0)
		return fault_pass(r);
	r = stage_each(c, &u, opened, VAULT_BOTH);
	if (r != 0)
		return r;
	*ret = opened;
	opened = NULL;
	return 0;
}

int act_forget(struct custody *c, const struct vault_use *use, enum vault_which which)
{
	owned(meeting_keys_freep) struct meeting_keys *opened = NULL;
	struct stage_use u = {
		.what = AUDIT_KEY_DESTROYED, .use = use, .value = (uint32_t)which
	};
	int r = group_begin(c);

	if (r == 0)
		r = vault_open_here(c->shelf, use, &opened);
	if (r < 0)
		return fault_pass(r);
	r = stage_each(c, &u, opened, which);
	if (r != 0)
		return r;
	r = vault_forget_here(c->shelf, use, which);
	for (size_t i = 0; i < use->n && (which & VAULT_MK); i++)
		known_drop(c->known, use->meetings[i]);
	if (r < 0)
		c->keys_broken = r; /* half of them may be gone from the transaction */
	return r;
}

/* -- one meeting ------------------------------------------------------------------- */
static int create_and_stage(struct custody *c, const struct vault_use *use,
	struct bytes case_ref, struct meeting_keys **ret)
{
	struct stage_use u = { .what = AUDIT_KEY_MADE,
		.use = use,
		.meeting = use->meetings[0],
		.value = (uint32_t)use->purpose };
	int r = vault_create_here(c->shelf, use, case_ref, ret), staged;

	if (r < 0)
		return fault_pass(r);
	u.was_refused = r == VAULT_E_TAKEN;
	staged = stage_use(c, &u);
	if (staged != 0)
		return staged;
	return r == VAULT_E_TAKEN ? ACT_E_TAKEN : 0;
}

/* The record is sealed under a key that must be there first; without the record the key
 * goes again. */
int act_create(struct custody *c, const struct vault_use *use, struct bytes case_ref,
	struct meeting_keys **ret)
{
	owned(meeting_keys_freep) struct meeting_keys *made = NULL;
	const struct store_batch *b = c->batch->batch;
	int end, r = group_begin(c);

	if (r == 0)
		r = b->save(c->batch);
	if (r < 0)
		return fault_pass(r);
	r = create_and_stage(c, use, case_ref, &made);
	end = r == 0 ? b->keep(c->batch) : b->undo(c->batch);
	if (r != 0)
		known_drop(c->known, use->meetings[0]);
	if (end < 0) {
		c->keys_broken = end;
		return fault_pass(end);
	}
	if (r != 0)
		return r;
	*ret = made;
	made = NULL;
	return 0;
}

int act_set_case(struct custody *c, const struct vault_use *use, struct bytes case_ref)
{
	struct stage_use u = {
		.what = AUDIT_CASE_SET, .use = use, .meeting = use->meetings[0]
	};
	int r = group_begin(c);

	if (r == 0)
		r = stage_use(c, &u); /* under the old reference, which it ends */
	if (r == 0)
		r = vault_set_case_here(c->shelf, use, case_ref);
	known_drop(c->known, use->meetings[0]);
	return r;
}

/* -- of no meeting ----------------------------------------------------------------- */
int act_find_case(struct custody *c, const struct vault_use *use, struct bytes case_ref,
	struct vault_ids *ids)
{
	struct stage_use u = { .what = AUDIT_CASE_FOUND, .use = use };
	int r = group_begin(c);

	if (r == 0)
		r = vault_find_case_here(c->shelf, use, case_ref, ids);
	if (r < 0)
		return fault_pass(r);
	u.value = audit_count_of(ids->n);
	return stage_use(c, &u);
}

bool act_is_minutes(struct bytes text)
{
	size_t head = sizeof(MINUTES_FIRST_LINE) - 1;

	return text.len > head && text.len <= VAULT_LINK_TEXT &&
	       memcmp(text.at, MINUTES_FIRST_LINE, head) == 0 &&
	       bytes_is_clean_text(text, true);
}

int act_sign(struct custody *c, struct bytes minutes, struct vault_signature *ret)
{
	const struct audit_event event = { .what = AUDIT_MINUTES_SIGNED,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.role = AUDIT_SYSTEM };
	struct audit_log_state state;
	int r = stage_event(c, &event, RECORD_VAULT, NULL);

	if (r != 0)
		return r;
	audit_log_state(c->log, &state);
	*ret = (struct vault_signature){ 0 };
	if (!bytes_to_str(bytes_of(state.checkpoint, strcspn(state.checkpoint, "\n")),
		    ret->checkpoint, sizeof(ret->checkpoint)))
		return fault_here(EMSGSIZE);
	memcpy(ret->public_key, c->signing_public, SIGN_PUBLIC);
	return minutes_sign(c->signing, minutes, ret->checkpoint, ret->at);
}

static bool is_same_set(const struct auditor_set *a, const struct auditor_set *b)
{
	bool same = a->n == b->n && a->scheme == b->scheme;

	for (size_t i = 0; same && i < a->n; i++)
		same = memcmp(a->of[i].key, b->of[i].key, BOX_PUBLIC) == 0 &&
		       strcmp(a->of[i].name, b->of[i].name) == 0;
	return same;
}

/* The log itself records that they changed. */
int act_reload(struct custody *c)
{
	struct auditor_set set;
	int r = auditor_set_load(c->paths.auditors, &set);

	if (r != 0)
		return r < 0 ? fault_pass(r) : fault_here(EINVAL);
	if (is_same_set(&set, &c->auditors))
		return 0;
	r = audit_log_auditors(c->log, &set);
	if (r == 0)
		c->auditors = set;
	return fault_fold(r);
}

/* -- the end of a group ------------------------------------------------------------ */
static int end_log(struct custody *c)
{
	int r = c->log_broken;

	if (r == 0 && c->staged > 0)
		r = audit_log_commit(c->log, c->is_urgent);
	if (r == AUDIT_LOG_E_FULL && !c->log_broken)
		return STAGE_E_FULL;
	return r == STAGE_E_FULL ? r : fault_fold(r);
}

static int end_keys(struct custody *c, bool is_good)
{
	int r = c->keys_broken;

	if (!c->has_begun)
		return 0;
	if (r == 0 && is_good)
		return c->batch->batch->commit(c->batch);
	c->batch->batch->abandon(c->batch);
	return r;
}

struct group_end group_end(struct custody *c)
{
	struct group_end end;

	end.log = end_log(c);
	end.keys = end_keys(c, end.log == 0);
	if (end.log != 0 || end.keys != 0) {
		known_clear(c->known);
		seen_clear(c->seen);
	}
	c->has_begun = c->is_urgent = false;
	c->staged = 0;
	c->log_broken = c->keys_broken = 0;
	return end;
}
