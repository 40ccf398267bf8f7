/* SPDX-License-Identifier: MPL-2.0
 *
 * The writer of the sealed log. One process, one thread, one open log per folder. What
 * audit_log_commit() returned 0 for is on the disk and survives anything but the loss of
 * the disk. Nothing that was written can be read back here: keys are ratcheted away.
 */
#pragma once

#include "samtale/audit/auditor.h"

struct audit_log;

#define LOG_RESERVE_BYTES (16 * 1024 * 1024)
#define LOG_GROUP_MAX     64 /* records in one commit */

struct audit_log_parts {
	const char *folder;                 /* made if missing */
	const struct auditor_set *auditors; /* copied */
	const struct key *signing;          /* borrowed: Ed25519 seed of the node */
	int64_t epoch_ms;
	/* A checkpoint became durable: line without line feed. Anchor it. May be NULL. */
	void (*anchor)(void *arg, const char *line);
	void *arg;
	bool accept_loss; /* go on though the log is shorter than its last checkpoint */
};

enum {
	AUDIT_LOG_E_SHORTER = 1, /* than its last checkpoint: restored or cut */
	AUDIT_LOG_E_FOREIGN,     /* of another node, or mixed from two logs */
	AUDIT_LOG_E_DAMAGED,     /* checkpoints or a header cannot be read */
	AUDIT_LOG_E_BUSY,        /* another process writes it */
	AUDIT_LOG_E_FULL,        /* no room, for this class: nothing was written */
};

/* Reads the boot id in /proc, so: before the lockdown, or with a rule for it. Recovers,
 * starts a segment, writes START or UNCLEAN_START and its checkpoint. On an
 * outcome or fault *ret_sentence (static) says what is wrong and what to do. Faults:
 * -EROFS, -ENOSPC, -EACCES, -errno. */
must_check int audit_log_open(struct audit_log **ret, const struct audit_log_parts *parts,
	const char **ret_sentence);
/* A clean end: last commit, `end` checkpoint. */
struct audit_log *audit_log_close(struct audit_log *l);
DEFINE_FREEP(struct audit_log, audit_log_close, audit_log_closep)

const uint8_t *audit_log_id(const struct audit_log *l); /* LOG_ID_BYTES */
/* The sequence number that the next put gets: for record_seal_inner(). */
uint64_t audit_log_next(const struct audit_log *l);

/* Fills utc, boot clock, boot id, node and takes the record into the group. may_use_
 * reserve: a meeting that begins or goes on; staff reading never. Outcome: _FULL. The
 * group is full after LOG_GROUP_MAX or ends with its segment: commit first and put again
 * (-EAGAIN). A new segment is begun by itself. Faults. */
must_check int audit_log_put(struct audit_log *l, struct record *r, bool may_use_reserve);
/* Group commit: frames, one fdatasync. On a fault or _FULL nothing of the group counts:
 * sequence and chain are those of before, so inner parts must be sealed anew. is_urgent:
 * a checkpoint follows (at most every second; what comes sooner is sealed by tick()). */
must_check int audit_log_commit(struct audit_log *l, bool is_urgent);

/* Call when due: epochs, steps of the clock (CLOCK records), refilling the reserve.
 * Returns boot-clock ms when it wants to be called next. */
int64_t audit_log_tick(struct audit_log *l);
/* Counts events that a full queue dropped elsewhere; in the next checkpoint. */
void audit_log_dropped(struct audit_log *l, uint64_t n);
/* Other auditors from the next record on: AUDITORS_CHANGED twice, as the last record that
 * the former ones can read and as the first of a new segment, which is the others'.
 * Faults: -EBUSY (commit what was put first). */
must_check int audit_log_auditors(struct audit_log *l, const struct auditor_set *to);
/* Deletes segments whose last record is older, the oldest first and no more at once than
 * nobody notices; as many as that: there may be more. Their links go to `chain` first,
 * and LOG_PRUNED on record before that, by the log itself. Faults: -EBUSY (commit what
 * was put first). */
#define LOG_PRUNE_MOST 16
must_check int audit_log_prune(struct audit_log *l, int64_t before_ms, size_t *ret_n);

struct audit_log_state {
	uint64_t size, epoch, dropped, checkpoint_size;
	int64_t checkpoint_ms, oldest_ms; /* UTC */
	uint32_t segment, segments;
	uint64_t bytes, reserve_bytes, free_bytes;
	bool is_refusing; /* staff reading, for want of room */
	char checkpoint[CHECKPOINT_LINE_MAX];
};
void audit_log_state(const struct audit_log *l, struct audit_log_state *ret);
