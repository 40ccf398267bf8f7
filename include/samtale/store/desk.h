/* SPDX-License-Identifier: MPL-2.0
 *
 * The desk: the store's worker. Tasks queued while it was busy share one transaction and
 * one fsync; a task that fails takes back its own writes alone. answer() comes on the
 * loop, after the commit: result 0 means durable.
 */
#pragma once

#include "samtale/base/work.h"
#include "samtale/store/store.h"
#include "samtale/vault/vault.h"

struct desk;
struct keys_db;

/* Embed as the first part of your own struct. */
struct desk_task {
	struct job job; /* the desk's */
	struct desk *desk;
	struct desk_task *next;
	int result;
	/* On the worker. 0 keeps what was written; an outcome or a fault undoes it. */
	int (*ask)(struct desk_task *, struct store *);
	/* On the loop. result: ask()'s, or the fault of the commit. Frees the task. */
	void (*answer)(struct desk_task *, int result);
};

struct desk_parts {
	struct store *store;     /* borrowed; the worker's while the desk lives */
	struct keys_db *keys;    /* the same; NULL: none */
	void (*wake)(void *arg); /* from the worker: make the loop call desk_reap() */
	void *wake_arg;
};

#define DESK_E_FULL 1

must_check int desk_new(struct desk **ret, const struct desk_parts *parts);
/* Finishes what is queued and answers it. */
struct desk *desk_free(struct desk *d);
DEFINE_FREEP(struct desk, desk_free, desk_freep)

/* Takes the task. Outcome: DESK_E_FULL, it stays the caller's. */
must_check int desk_put(struct desk *d, struct desk_task *task);
/* Loop's thread: answers everything that is done. */
void desk_reap(struct desk *d);
unsigned desk_depth(const struct desk *d);
/* For vault_parts: submit = desk_submit, submit_arg = the desk. */
int desk_submit(void *desk, struct vault_task *task);
