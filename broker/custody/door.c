/* SPDX-License-Identifier: MPL-2.0
 *
 * The custody as struct vault, for the command in its own process: each use is a group
 * of its own, on the disk before anything is handed over.
 */
#include "inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>

/* What became of an action, once its group has ended. */
static int ended(struct custody *c, int r)
{
	struct group_end end = group_end(c);

	if (end.log != 0)
		r = end.log;
	if (r == STAGE_E_FULL)
		return fault_here(ENOSPC);
	if (r < 0)
		return fault_pass(r);
	return end.keys < 0 ? fault_pass(end.keys) : r;
}

static int door_open(void *arg, const struct vault_use *use, struct meeting_keys *keys)
{
	owned(meeting_keys_freep) struct meeting_keys *opened = NULL;
	int r = ended(arg, act_open(arg, use, &opened));

	if (r == 0)
		memcpy(keys, opened, use->n * sizeof(*keys));
	return r;
}

static int door_create(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct meeting_keys *keys)
{
	owned(meeting_keys_freep) struct meeting_keys *made = NULL;
	int r = ended(arg, act_create(arg, use, case_ref, &made));

	if (r == 0)
		*keys = *made;
	return r == ACT_E_TAKEN ? VAULT_E_TAKEN : r;
}

static int door_forget(void *arg, const struct vault_use *use, enum vault_which which)
{
	return ended(arg, act_forget(arg, use, which));
}

static int door_shelf_ids(void *arg, int64_t before_ms, struct vault_ids *ids)
{
	struct custody *c = arg;

	return vault_shelf_ids_here(
		c->shelf, ids->after, before_ms, ids->at, ids->cap, &ids->n);
}

static int door_set_case(void *arg, const struct vault_use *use, struct bytes case_ref)
{
	return ended(arg, act_set_case(arg, use, case_ref));
}

static int door_find_case(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct vault_ids *ids)
{
	int r = ended(arg, act_find_case(arg, use, case_ref, ids));

	if (r != 0)
		ids->n = 0;
	return r;
}

static int door_sign(void *arg, struct bytes minutes, struct vault_signature *ret)
{
	return custody_sign(arg, minutes, ret);
}

const struct vault_ops custody_door = {
	.open = door_open,
	.create = door_create,
	.forget = door_forget,
	.shelf_ids = door_shelf_ids,
	.set_case = door_set_case,
	.find_case = door_find_case,
	.sign = door_sign,
};

/* -- records and signatures of the command ----------------------------------------- */
int custody_note(void *custody, const struct audit_event *events, size_t n)
{
	struct custody *c = custody;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = stage_may_note(&events[i])
			    ? stage_event(c, &events[i], c->source, NULL)
			    : fault_here(EINVAL);
	return ended(c, r);
}

int custody_sign(struct custody *c, struct bytes minutes, struct vault_signature *ret)
{
	struct vault_signature signature;
	int r;

	if (!act_is_minutes(minutes))
		return fault_here(EINVAL);
	r = ended(c, act_sign(c, minutes, &signature));
	if (r != 0)
		return fault_fold(r);
	*ret = signature;
	return 0;
}

int custody_reload(struct custody *c)
{
	return fault_fold(act_reload(c));
}

int custody_prune(struct custody *c, int64_t now_ms, size_t *ret_segments)
{
	int64_t clock = clock_utc_ms();

	/* Whoever asks cannot make the log older than it is. */
	if (now_ms > clock)
		now_ms = clock;
	if (now_ms < c->keep_ms)
		now_ms = c->keep_ms;
	return fault_fold(audit_log_prune(c->log, now_ms - c->keep_ms, ret_segments));
}
