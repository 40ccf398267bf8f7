/* SPDX-License-Identifier: MPL-2.0
 *
 * What the vault process is made of: node key, keys.db and the sealed log behind one
 * door. Every key that leaves was put on record first, durably. The vault process serves
 * it over links (link/vault.h); the command opens it itself while nobody serves. No
 * thread, no socket of its own, nothing but its folder.
 */
#pragma once

#include "samtale/audit/audit.h"
#include "samtale/audit/log.h"
#include "samtale/link/frame.h"
#include "samtale/vault/vault.h"

struct custody;
struct node_key;

struct custody_parts {
	const char *folder;   /* the vault's */
	const char *node_key; /* path */
	int64_t epoch_ms, keep_days;
	void (*anchor)(void *arg, const char *line); /* see audit_log_parts */
	void *arg;
	enum record_source source; /* who opens it: RECORD_VAULT or RECORD_COMMAND */
	bool accept_loss;
};

#define CUSTODY_E_BAD   1 /* the sentence says what and what to do */
#define CUSTODY_E_LATER 2 /* the group is full: settle it, then ask this again */
struct custody_error {
	char sentence[1024];
};

/* -- making and opening ------------------------------------------------------------ */
/* Makes what is missing: folder 0700, node.key, signing.key, signing.pub, keys.db. The
 * auditors file is the caller's (init). An older installation's keys.db and node.key are
 * moved in from old_folder. */
must_check int custody_make(const struct custody_parts *parts, const char *old_folder,
	struct custody_error *ret);
/* Finishes an interrupted rotation, opens everything, recovers the log. Refuses without
 * auditors, without keys.db, and with a node key that does not belong to it. The log lets
 * one at a time in; who may find another there waits first. */
must_check int custody_open(struct custody **ret, const struct custody_parts *parts,
	struct custody_error *ret_error);
struct custody *custody_close(struct custody *c);
DEFINE_FREEP(struct custody, custody_close, custody_closep)

/* -- for the command, in its own process ------------------------------------------- */
struct vault *custody_vault(struct custody *c); /* borrowed; only the _here calls */
/* Every subkey but NODE_WRAP; borrowed. */
const struct node_key *custody_node(struct custody *c);
/* For audit_new(): durable when it returns 0. arg: the custody. */
int custody_note(void *custody, const struct audit_event *events, size_t n);
/* Minutes alone; on record. See minutes_sign(). */
must_check int custody_sign(
	struct custody *c, struct bytes minutes, struct vault_signature *ret);
/* Reads the auditors' file again; others than before go on record and a new segment
 * begins. Faults: -EINVAL, it cannot be used. */
must_check int custody_reload(struct custody *c);
/* New node key, everything wrapped anew in one transaction; on record first. A key that
 * is a systemd credential cannot be replaced from here: -EROFS, -EACCES, nothing has
 * changed. Key backups made before open with the old node key alone: make a new one. */
must_check int custody_rotate(struct custody *c);
must_check int custody_prune(struct custody *c, int64_t now_ms, size_t *ret_segments);
const struct auditor_set *custody_auditors(const struct custody *c);

/* -- for the vault process: questions in groups ------------------------------------ */
/* Up to LOG_GROUP_MAX questions share one commit. ask() stages one frame that came over
 * `link` (any number); settle() commits and then writes every answer, in order, through
 * answer(); frames are wiped when it returns. Outcomes of ask(): CUSTODY_E_BAD, it is not
 * our language: drop that link; CUSTODY_E_LATER. Faults, of settle() alone: questions
 * were answered as FAILED; this is the first reason why, for the log of the operation. */
must_check int custody_ask(
	struct custody *c, unsigned link, const struct frame *question);
must_check int custody_settle(struct custody *c,
	void (*answer)(void *arg, unsigned link, struct bytes frames), void *arg);
/* Epochs and the like; boot-clock ms when to call again. */
int64_t custody_tick(struct custody *c);
