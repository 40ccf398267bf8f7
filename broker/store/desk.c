/* SPDX-License-Identifier: MPL-2.0
 *
 * The desk: one worker, one transaction a batch, a savepoint a task. Keys are committed
 * before what refers to them: a crash in between leaves keys without a booking (which
 * retention collects), never a booking without keys.
 */
#include "samtale/store/desk.h"

#include "samtale/base/fault.h"
#include "samtale/base/limits.h"
#include "samtale/store/keys_db.h"

#include <errno.h>
#include <stdlib.h>

struct desk {
	struct worker *worker;
	struct desk_parts parts;
	struct store *stores[2]; /* keys first: the order of the commits */
	size_t n_stores;

	/* The worker's alone: */
	struct desk_task *batch; /* tasks that were kept, newest first */
	int broken;              /* fault that the whole batch shares */
};

/* -- on the worker ----------------------------------------------------------------- */
static void abandon_all(struct desk *d)
{
	for (size_t i = 0; i < d->n_stores; i++)
		d->stores[i]->batch->abandon(d->stores[i]);
}

static void before_batch(void *arg)
{
	struct desk *d = arg;

	d->batch = NULL;
	d->broken = 0;
	for (size_t i = 0; i < d->n_stores && d->broken == 0; i++)
		d->broken = d->stores[i]->batch->begin(d->stores[i]);
	if (d->broken)
		abandon_all(d);
}

static void after_batch(void *arg)
{
	struct desk *d = arg;

	for (size_t i = 0; i < d->n_stores && d->broken == 0; i++)
		d->broken = d->stores[i]->batch->commit(d->stores[i]);
	if (d->broken == 0)
		return;
	abandon_all(d);
	for (struct desk_task *t = d->batch; t; t = t->next)
		t->result = d->broken;
}

enum end { KEEP, UNDO };

/* A savepoint that cannot be ended takes the batch with it. */
static void end_task(struct desk *d, enum end how)
{
	for (size_t i = 0; i < d->n_stores && d->broken == 0; i++) {
		const struct store_batch *b = d->stores[i]->batch;

		d->broken = how == KEEP ? b->keep(d->stores[i]) : b->undo(d->stores[i]);
	}
}

static void run_task(struct job *job)
{
	struct desk_task *t = container_of(job, struct desk_task, job);
	struct desk *d = t->desk;

	for (size_t i = 0; i < d->n_stores && d->broken == 0; i++)
		d->broken = d->stores[i]->batch->save(d->stores[i]);
	t->result = d->broken;
	if (d->broken)
		return;
	t->result = t->ask(t, d->parts.store);
	end_task(d, t->result == 0 ? KEEP : UNDO);
	if (t->result != 0)
		return;
	t->next = d->batch;
	d->batch = t;
}

/* -- on the loop ------------------------------------------------------------------- */
static void done_task(struct job *job)
{
	struct desk_task *t = container_of(job, struct desk_task, job);

	t->answer(t, t->result);
}

static void wake(void *arg)
{
	struct desk *d = arg;

	if (d->parts.wake)
		d->parts.wake(d->parts.wake_arg);
}

int desk_new(struct desk **ret, const struct desk_parts *parts)
{
	struct worker_hooks hooks = { wake, before_batch, after_batch, NULL };
	owned(desk_freep) struct desk *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return fault_here(ENOMEM);
	d->parts = *parts;
	if (parts->keys)
		d->stores[d->n_stores++] = keys_db_store(parts->keys);
	d->stores[d->n_stores++] = parts->store;
	hooks.arg = d;
	r = worker_new(&d->worker, "store", LIMIT_STORE_QUEUE, &hooks);
	if (r < 0)
		return fault_pass(r);
	*ret = d;
	d = NULL;
	return 0;
}

struct desk *desk_free(struct desk *d)
{
	if (!d)
		return NULL;
	worker_free(d->worker);
	free(d);
	return NULL;
}

int desk_put(struct desk *d, struct desk_task *task)
{
	task->desk = d;
	task->job.run = run_task;
	task->job.done = done_task;
	return worker_put(d->worker, &task->job) == 0 ? 0 : DESK_E_FULL;
}

void desk_reap(struct desk *d)
{
	worker_reap(d->worker);
}

unsigned desk_depth(const struct desk *d)
{
	return worker_depth(d->worker);
}

/* -- the vault's tasks ------------------------------------------------------------- */
struct vault_errand {
	struct desk_task task;
	struct vault_task *vault;
};

static int errand_ask(struct desk_task *t, struct store *s)
{
	(void)s;
	struct vault_task *v = container_of(t, struct vault_errand, task)->vault;

	return v->ask(v);
}

static void errand_answer(struct desk_task *t, int result)
{
	struct vault_errand *e = container_of(t, struct vault_errand, task);

	e->vault->answer(e->vault, result);
	free(e);
}

int desk_submit(void *desk, struct vault_task *task)
{
	struct vault_errand *e = calloc(1, sizeof(*e));

	if (!e)
		return fault_here(ENOMEM);
	e->vault = task;
	e->task.ask = errand_ask;
	e->task.answer = errand_answer;
	if (desk_put(desk, &e->task) != 0) {
		free(e);
		return VAULT_E_FULL;
	}
	return 0;
}
