/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the serving process's way to the sealed log. What must be on the
 * disk first is asked for and waited for, by whoever may wait; what happens in talks is
 * queued here and sent by a worker of its own, in groups, and outlives a restart of the
 * vault. It can be recorded twice then, but not be lost while there is room.
 */
#pragma once

#include "custodian.h"

#include "samtale/audit/audit.h"

struct loop;
struct recorder;

struct recorder_parts { /* borrowed */
	struct custodian *custodian;
	struct loop *loop;
	/* The auditors were read anew, or were refused. On the loop. */
	void (*reloaded)(void *arg, int result, bool is_development);
	void *arg;
};

must_check int recorder_new(struct recorder **ret, const struct recorder_parts *parts);
/* Gives up what could not be sent. Nobody may note anything any more. */
struct recorder *recorder_free(struct recorder *r);
DEFINE_FREEP(struct recorder, recorder_free, recorder_freep)

/* For audit_new(). */
struct audit_sink recorder_sink(struct recorder *r);
/* Waits until what was queued is on record, at most so long. On the loop. */
void recorder_flush(struct recorder *r, int64_t at_most_ms);
/* The vault is to read its auditors again; reloaded() tells. */
void recorder_reload(struct recorder *r);

struct recorder_figures {
	struct vault_state state; /* the last one; size 0: none yet */
	bool is_up;               /* the vault answers */
	bool is_refusing;         /* no staff reading, for want of room */
	uint64_t lost;            /* links */
	uint64_t dropped;         /* events that found the queue full */
	unsigned waiting;         /* events in the queue */
};
void recorder_figures(struct recorder *r, struct recorder_figures *ret);
