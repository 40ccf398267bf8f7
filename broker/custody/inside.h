/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what a custody is made of, and how its files share the work. A
 * group: actions stage their records and change keys.db inside one transaction;
 * group_end() makes the records durable, then the keys, and only then may anything leave.
 */
#pragma once

#include "samtale/custody/custody.h"
#include "samtale/link/vault.h"
#include "samtale/store/keys_db.h"
#include "samtale/vault/node_key.h"

#define CUSTODY_PATH_MAX 600

/* -- what a record's inner part needs ---------------------------------------------- */
struct known_meeting {
	int64_t meeting;
	struct key mk;
	uint8_t case_len;
	char case_ref[LIMIT_CASE_REF];
};

/* The record keys used last, in guarded memory. */
struct known;
#define KNOWN_MAX 128
must_check int known_new(struct known **ret);
struct known *known_free(struct known *k);
DEFINE_FREEP(struct known, known_free, known_freep)
/* NULL: not among them. Good until the next put. */
const struct known_meeting *known_find(struct known *k, int64_t meeting);
void known_put(struct known *k, const struct known_meeting *m);
void known_drop(struct known *k, int64_t meeting);
void known_clear(struct known *k);

/* -- what was put on record a moment ago ------------------------------------------- */
struct seen;
#define SEEN_MS (15 * INT64_C(60000))
must_check int seen_new(struct seen **ret);
struct seen *seen_free(struct seen *s);
DEFINE_FREEP(struct seen, seen_free, seen_freep)
struct seen_use {
	int64_t actor, meeting;
	uint64_t keys; /* tells a meeting's keys from those it had before */
	uint32_t purpose;
};
/* Was the same use seen in the last quarter of an hour? Remembers it when not. Forgets
 * early rather than wrongly: its room is fixed. */
must_check bool seen_again(struct seen *s, const struct seen_use *use, int64_t boot_ms);
void seen_clear(struct seen *s);

/* -- a custody --------------------------------------------------------------------- */
struct pending { /* a question of the group, answered by a piece of `out` */
	unsigned link;
	uint32_t id;
	bool uses_keys; /* what it did is undone when keys.db does not commit */
	size_t at, len;
};

struct custody_paths {
	char auditors[CUSTODY_PATH_MAX], signing[CUSTODY_PATH_MAX];
	char signing_public[CUSTODY_PATH_MAX], keys[CUSTODY_PATH_MAX];
	char audit[CUSTODY_PATH_MAX], node[CUSTODY_PATH_MAX];
	char node_new[CUSTODY_PATH_MAX]; /* the next node key, while it is rotated */
	char log_id[CUSTODY_PATH_MAX];   /* there is, or was, a log */
};

struct custody {
	struct custody_paths paths;
	int64_t keep_ms;
	enum record_source source;

	struct key *signing; /* guarded */
	uint8_t signing_public[SIGN_PUBLIC];
	struct key *root;      /* guarded */
	struct node_key *full; /* with NODE_WRAP */
	struct node_key *most; /* without: what others may see */
	struct keys_db *keys;
	struct store *batch; /* of keys */
	struct vault *shelf; /* keys without any record: stage.h puts them on record */
	struct vault *door;  /* each use at once: for the command */
	struct auditor_set auditors;
	struct audit_log *log;
	bool has_lost_log;
	struct known *known;
	struct seen *seen;

	/* the group */
	bool has_begun; /* a transaction of keys.db */
	bool is_urgent;
	unsigned staged; /* records since the log's last commit */
	int log_broken;  /* 0, or why no question of the group was put on record */
	int keys_broken;
	int fault;     /* the first of its questions, for settle() */
	bool is_alone; /* one that commits by itself; nothing may join it */
	unsigned n;
	struct pending pending[LOG_GROUP_MAX];
	uint8_t *out; /* guarded: answers carry keys */
	size_t out_len;
};

must_check int custody_say(struct custody_error *e, const char *fmt, ...)
	printf_like(2, 3);
/* Outcome: CUSTODY_E_BAD, a path is too long. */
must_check int custody_find_paths(struct custody_paths *ret,
	const struct custody_parts *parts, struct custody_error *e);

/* -- opening ----------------------------------------------------------------------- */
/* keys.db, its root key and the node key that it is wrapped under, whichever of the two
 * files that is; changes nothing. */
must_check int custody_open_keys(struct custody *c, struct custody_error *e);
/* Once nobody else can be at work: an older keys.db gets its root, an interrupted
 * rotation is finished or taken back. */
must_check int custody_settle_keys(struct custody *c, struct custody_error *e);
void custody_close_keys(struct custody *c);
/* node.key and keys.db of an older installation, moved in. */
must_check int custody_move_in(const struct custody_paths *paths, const char *old_folder,
	struct custody_error *e);

/* Before the log is opened: refuses when there was one and it is gone as a whole. */
must_check int custody_find_past(
	struct custody *c, const struct custody_parts *parts, struct custody_error *e);
/* After it: an accepted loss is put on record, and that there is a log is remembered. */
must_check int custody_keep_past(struct custody *c);

/* -- records ----------------------------------------------------------------------- */
#define STAGE_E_FULL 1 /* no room for this class of records */
/* Stages one event. request_id may be NULL. */
must_check int stage_event(struct custody *c, const struct audit_event *event,
	enum record_source source, const uint8_t *request_id);
/* Stages a use of keys by the vault's own hand. */
struct stage_use {
	enum audit_what what;
	const struct vault_use *use;
	int64_t meeting; /* 0: none */
	uint32_t value;
	bool was_refused;
};
must_check int stage_use(struct custody *c, const struct stage_use *u);
/* Of an event that came over a link: is it one that others than the vault may note? */
must_check bool stage_may_note(const struct audit_event *event);

/* -- actions: records staged, keys changed inside the group ------------------------ */
#define ACT_E_TAKEN 2 /* beside STAGE_E_FULL */
must_check int act_open(
	struct custody *c, const struct vault_use *use, struct meeting_keys **ret);
must_check int act_create(struct custody *c, const struct vault_use *use,
	struct bytes case_ref, struct meeting_keys **ret);
must_check int act_forget(
	struct custody *c, const struct vault_use *use, enum vault_which which);
must_check int act_set_case(
	struct custody *c, const struct vault_use *use, struct bytes case_ref);
must_check int act_find_case(struct custody *c, const struct vault_use *use,
	struct bytes case_ref, struct vault_ids *ids);
must_check int act_sign(
	struct custody *c, struct bytes minutes, struct vault_signature *ret);
/* May these minutes be signed? The signing key signs the log's START lines too. */
must_check bool act_is_minutes(struct bytes text);
must_check int act_reload(struct custody *c);
/* keys of `use` are those of custody_vault() in the command's own process. */
extern const struct vault_ops custody_door;

/* -- the end of a group ------------------------------------------------------------ */
/* The log first, then keys.db. False: *ret_fault is why; nothing may leave of what used
 * keys, and when log_broken is set nothing at all. */
struct group_end {
	int log;  /* 0, STAGE_E_FULL, fault */
	int keys; /* 0, fault */
};
struct group_end group_end(struct custody *c);
/* Guarded memory for the answers of a group: the longest is 512 keys. */
#define CUSTODY_OUT_BYTES ((size_t)128 * 1024)

/* A transaction of keys.db from here to the group's end. */
must_check int group_begin(struct custody *c);
