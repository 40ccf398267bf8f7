/* SPDX-License-Identifier: MPL-2.0
 *
 * A worker: one thread that runs jobs in order. run() happens there, done() back on the
 * loop's thread; the job belongs to the worker in between. The wake-up handed in is the
 * only call that crosses threads.
 */
#pragma once

#include "samtale/base/compiler.h"

struct worker;

struct job {                        /* embed as first part of your own struct */
	void (*run)(struct job *);  /* on the worker's thread */
	void (*done)(struct job *); /* on the loop's thread; frees the job */
	struct job *next;           /* the worker's */
};

struct worker_hooks {
	/* Called on the worker's thread when done() calls wait: make the loop call
	 * worker_reap(). Must be safe from any thread. */
	void (*wake)(void *arg);
	/* Around every batch of queued jobs, on the worker's thread; may be NULL. The
	 * store uses them for one transaction a batch; done() calls wait for after(). */
	void (*before)(void *arg);
	void (*after)(void *arg);
	void *arg;
};

#define WORK_E_FULL 1

/* name shows in ps -L, at most 15 characters. limit: jobs not yet reaped at once.
 * Faults: -ENOMEM, -EAGAIN. */
must_check int worker_new(struct worker **ret, const char *name, unsigned limit,
	const struct worker_hooks *hooks);
/* Finishes what is queued, joins the thread, runs the remaining done() calls. */
struct worker *worker_free(struct worker *w);
DEFINE_FREEP(struct worker, worker_free, worker_freep)

/* Takes the job. Outcome: WORK_E_FULL, also while closing; the job stays the caller's. */
must_check int worker_put(struct worker *w, struct job *job);
/* Runs the done() of every finished job. The loop's thread only. */
void worker_reap(struct worker *w);
/* Jobs not yet reaped. */
unsigned worker_depth(const struct worker *w);
