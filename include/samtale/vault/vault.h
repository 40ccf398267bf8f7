/* SPDX-License-Identifier: MPL-2.0
 *
 * The only way to a meeting's keys. No record, no data: the record function handed in
 * must have put the use on record before a key is released; when it fails, so does the
 * release. Where the keys lie, here or in the vault process, is known to the maker alone.
 */
#pragma once

#include "samtale/vault/key_shelf.h"
#include "samtale/vault/signature.h"

struct node_key;
struct vault;

/* ck: contact data, label, way of talking. mk: the record of the meeting. Neither is
 * derived from the other; each may be gone before the other. */
struct meeting_keys {
	int64_t meeting;
	bool has_ck, has_mk;
	struct key ck, mk;
};

/* Wipes all n and frees; NULL is fine. */
void meeting_keys_free(struct meeting_keys *keys);
DEFINE_FREEP(struct meeting_keys, meeting_keys_free, meeting_keys_freep)

/* What the record says the key was for. Numbers are kept in the log: only append. */
enum vault_purpose {
	VAULT_BOOK,      /* make a booking */
	VAULT_DAY,       /* the day list of a consultant */
	VAULT_VIEW,      /* one booking of one's own */
	VAULT_CHANGE,    /* edit, move, cancel, new link */
	VAULT_LINK,      /* show link and PIN again, guide */
	VAULT_TALK,      /* hold the meeting, live record */
	VAULT_CALL,      /* show or dial the citizen's number */
	VAULT_RECOVER,   /* take running meetings up after a restart */
	VAULT_MINUTES,   /* read attendance, minutes */
	VAULT_TAKE_OVER, /* a colleague takes the meeting */
	VAULT_RETENTION, /* deletion run */
	VAULT_EXPORT,    /* what the citizen may demand */
	VAULT_TEAM,      /* the team's list, a colleague's booking */
	VAULT_SEARCH,    /* looked through, and found */
	VAULT_PURPOSE_COUNT
};

#define VAULT_MEETINGS_MAX 512 /* in one request */

struct vault_use {
	enum vault_purpose purpose;
	int64_t actor; /* staff user id; 0 = the service itself, -1 = the citizen's seat
			*/
	const int64_t *meetings; /* borrowed for the call; copied by the async door */
	size_t n;
};

/* Puts the use on record, durably, or fails. Runs on the store's worker. */
typedef int (*vault_record_fn)(void *arg, const struct vault_use *use);

/* Work that must be done on the store's worker and answered on the loop after the batch
 * was committed; result is ask()'s, or the fault of the commit. */
struct vault_task {
	int (*ask)(struct vault_task *);
	void (*answer)(struct vault_task *, int result); /* frees the task */
};
#define VAULT_E_FULL 1 /* the worker's queue is full; nothing was taken */
typedef int (*vault_submit_fn)(void *arg, struct vault_task *task);

/* By the node's signing key. */
#define VAULT_CHECKPOINT_MAX 640
struct vault_signature {
	uint8_t at[SIGNATURE_BYTES], public_key[SIGN_PUBLIC];
	char checkpoint[VAULT_CHECKPOINT_MAX]; /* the log's newest; "": none yet */
};
/* Signs minutes as minutes_sign() does. On the store's worker; what was signed is put on
 * record by who asks. */
typedef int (*vault_sign_fn)(
	void *arg, struct bytes minutes, struct vault_signature *ret);

/* -- two makers ------------------------------------------------------------------ */

/* Keys made, opened and destroyed right here: in the vault process and in tests. */
struct vault_parts { /* all borrowed; must outlive the vault */
	const struct node_key *node;
	const struct key_shelf *shelf;
	vault_record_fn record;
	void *record_arg;
	vault_submit_fn submit; /* desk_submit(); NULL: only the _here calls work */
	void *submit_arg;
	vault_sign_fn sign; /* with record_arg; NULL: nothing is signed here */
};

must_check int vault_new(struct vault **ret, const struct vault_parts *parts);

/* Ids of meetings, a step at a time. */
struct vault_ids {
	int64_t after; /* above this one, ascending */
	size_t cap;    /* at most so many, and at most VAULT_MEETINGS_MAX */
	int64_t *at;
	size_t n; /* filled in */
};

enum vault_which { VAULT_CK = 1, VAULT_MK = 2, VAULT_BOTH = 3 };

/* Keys that lie behind somebody else who puts each use on record: the vault process, seen
 * from the serving one. Every function is called on the store's worker and waits for the
 * answer; what it means is told at the _here call of its name. use is within its limits
 * and keys (guarded memory, zeroed, one a meeting asked for) are the caller's to wipe.
 * Faults: refused for want of room in the log: -ENOSPC; the vault is away: -EAGAIN. */
struct vault_ops {
	int (*open)(void *arg, const struct vault_use *use, struct meeting_keys *keys);
	int (*create)(void *arg, const struct vault_use *use, struct bytes case_ref,
		struct meeting_keys *keys);
	int (*forget)(void *arg, const struct vault_use *use, enum vault_which which);
	int (*shelf_ids)(void *arg, int64_t before_ms, struct vault_ids *ids);
	int (*set_case)(void *arg, const struct vault_use *use, struct bytes case_ref);
	int (*find_case)(void *arg, const struct vault_use *use, struct bytes case_ref,
		struct vault_ids *ids);
	vault_sign_fn sign;
};

/* ops and arg are borrowed; submit as in vault_parts. */
must_check int vault_remote_new(struct vault **ret, const struct vault_ops *ops,
	void *arg, vault_submit_fn submit, void *submit_arg);
struct vault *vault_free(struct vault *v);
DEFINE_FREEP(struct vault, vault_free, vault_freep)

/* -- asynchronous door, from the loop's thread ------------------------------------- */

/* result 0: keys[n] in the order asked for, the receiver's to meeting_keys_free(). A
 * meeting whose keys are gone has neither flag; that is not an error. result < 0: a
 * fault, or the refusal of record(); keys is NULL. */
typedef void (*vault_done_fn)(void *arg, int result, struct meeting_keys *keys, size_t n);

/* Outcome: VAULT_E_FULL, done is never called. Faults: -ENOMEM, -EINVAL. */
must_check int vault_open(
	struct vault *v, const struct vault_use *use, vault_done_fn done, void *arg);

/* -- from inside a task on the store's worker -------------------------------------- */

/* New random keys for use->meetings[0] (n must be 1). The case reference goes with them,
 * sealed under mk, so that the vault itself finds a case's meetings; empty: none, at most
 * LIMIT_CASE_REF bytes. Outcome: VAULT_E_TAKEN. */
#define VAULT_E_TAKEN 2
must_check int vault_create_here(struct vault *v, const struct vault_use *use,
	struct bytes case_ref, struct meeting_keys **ret);
must_check int vault_open_here(
	struct vault *v, const struct vault_use *use, struct meeting_keys **ret);
/* Destroys keys for good (retention, erasure); recorded as well. Gone already is fine. */
must_check int vault_forget_here(
	struct vault *v, const struct vault_use *use, enum vault_which which);
/* Ids on the shelf above `after`, ascending, created before `before_ms`; no key leaves.
 */
must_check int vault_shelf_ids_here(struct vault *v, int64_t after, int64_t before_ms,
	int64_t *ids, size_t cap, size_t *ret_n);
/* Another case reference for use->meetings[0] (n must be 1); empty: none from now on. A
 * meeting whose mk is gone has none and keeps none. */
must_check int vault_set_case_here(
	struct vault *v, const struct vault_use *use, struct bytes case_ref);
/* Meetings of a case whose keys live; on record. use->n must be 0. References are
 * compared as case_tag() does. */
must_check int vault_find_case_here(struct vault *v, const struct vault_use *use,
	struct bytes case_ref, struct vault_ids *ids);
/* Signs minutes (store/minutes.h); ret->checkpoint is what was appended to them. Faults:
 * -EINVAL, no minutes; -ENOTSUP, no key here. */
must_check int vault_sign_here(
	struct vault *v, struct bytes minutes, struct vault_signature *ret);
