/* SPDX-License-Identifier: MPL-2.0
 *
 * One thread, two lists: jobs wait in `queued`, come back in `finished`. A batch is what
 * waits when the thread looks; its done() calls are released only after the after() hook,
 * so "done" can mean "committed". What is queued is always run, also while closing.
 */
#include "samtale/base/work.h"

#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct job_list {
	struct job *first;
	struct job **end;
};

struct worker {
	struct worker_hooks hooks;
	unsigned limit;
	_Atomic unsigned depth;

	pthread_mutex_t lock;
	pthread_cond_t wanted;
	struct job_list queued, finished; /* under lock */
	bool closing;                     /* under lock */

	pthread_t thread;
	bool has_thread;
};

static void list_init(struct job_list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void list_put(struct job_list *l, struct job *job)
{
	job->next = NULL;
	*l->end = job;
	l->end = &job->next;
}

static struct job *list_take_all(struct job_list *l)
{
	struct job *first = l->first;

	list_init(l);
	return first;
}

static void run_batch(struct worker *w, struct job *batch)
{
	struct job *next;

	if (w->hooks.before)
		w->hooks.before(w->hooks.arg);
	for (struct job *job = batch; job; job = job->next)
		job->run(job);
	if (w->hooks.after)
		w->hooks.after(w->hooks.arg);

	pthread_mutex_lock(&w->lock);
	for (struct job *job = batch; job; job = next) {
		next = job->next;
		list_put(&w->finished, job);
	}
	pthread_mutex_unlock(&w->lock);
	if (w->hooks.wake)
		w->hooks.wake(w->hooks.arg);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		struct job *batch;

		pthread_mutex_lock(&w->lock);
		while (!w->queued.first && !w->closing)
			pthread_cond_wait(&w->wanted, &w->lock);
		batch = list_take_all(&w->queued);
		pthread_mutex_unlock(&w->lock);
		if (!batch)
			return NULL;
		run_batch(w, batch);
	}
}

/* The loop handles signals; the new thread starts with all of them blocked. */
static int worker_start(struct worker *w, const char *name)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	err = pthread_create(&w->thread, NULL, worker_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return fault_here(err);
	w->has_thread = true;
	(void)pthread_setname_np(w->thread, name);
	return 0;
}

int worker_new(struct worker **ret, const char *name, unsigned limit,
	const struct worker_hooks *hooks)
{
	owned(worker_freep) struct worker *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return fault_here(ENOMEM);
	w->hooks = *hooks;
	w->limit = limit;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wanted, NULL);
	list_init(&w->queued);
	list_init(&w->finished);
	r = worker_start(w, name);
	if (r < 0)
		return fault_pass(r);
	*ret = w;
	w = NULL;
	return 0;
}

struct worker *worker_free(struct worker *w)
{
	if (!w)
		return NULL;
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->wanted);
	pthread_mutex_unlock(&w->lock);
	if (w->has_thread)
		pthread_join(w->thread, NULL);
	worker_reap(w);
	assert(w->depth == 0);
	pthread_cond_destroy(&w->wanted);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

int worker_put(struct worker *w, struct job *job)
{
	int r = WORK_E_FULL;

	pthread_mutex_lock(&w->lock);
	if (!w->closing && w->depth < w->limit) {
		w->depth++;
		list_put(&w->queued, job);
		pthread_cond_signal(&w->wanted);
		r = 0;
	}
	pthread_mutex_unlock(&w->lock);
	return r;
}

void worker_reap(struct worker *w)
{
	struct job *job, *next;

	pthread_mutex_lock(&w->lock);
	job = list_take_all(&w->finished);
	pthread_mutex_unlock(&w->lock);
	for (; job; job = next) {
		next = job->next;
		job->next = NULL;
		w->depth--;
		job->done(job);
	}
}

unsigned worker_depth(const struct worker *w)
{
	return w->depth;
}
