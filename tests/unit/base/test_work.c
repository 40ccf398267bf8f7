/* SPDX-License-Identifier: MPL-2.0
 *
 * Jobs run in order on the worker's thread and come back on the loop's.
 */
#include "samtale/base/work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static pthread_t loop_thread;
static int wake_fd;
static _Atomic unsigned befores, afters; /* read while the worker goes on */
static unsigned ran, done;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

struct numbered {
	struct job job; /* first */
	unsigned number;
	unsigned order; /* in which it ran */
	bool on_loop;   /* where it ran; cmocka asserts on the loop's thread only */
};

static void wake(void *arg)
{
	uint64_t one = 1;

	(void)arg;
	(void)!write(wake_fd, &one, sizeof(one));
}

static void before(void *arg)
{
	(void)arg;
	befores++;
}

static void after(void *arg)
{
	(void)arg;
	afters++;
}

static void run(struct job *job)
{
	struct numbered *n = (struct numbered *)job;

	pthread_mutex_lock(&gate); /* a test that holds the gate holds the worker */
	pthread_mutex_unlock(&gate);
	n->on_loop = pthread_equal(pthread_self(), loop_thread);
	n->order = ran++;
}

static void finish(struct job *job)
{
	struct numbered *n = (struct numbered *)job;

	assert_false(n->on_loop);
	assert_int_equal(n->order, n->number);
	assert_true(pthread_equal(pthread_self(), loop_thread));
	assert_int_equal(n->number, done++);
	assert_true(afters > 0); /* committed before it is told */
	free(job);
}

static struct numbered *numbered_new(unsigned number)
{
	struct numbered *n = calloc(1, sizeof(*n));

	assert_non_null(n);
	n->job = (struct job){ .run = run, .done = finish };
	n->number = number;
	return n;
}

static const struct worker_hooks hooks = { wake, before, after, NULL };

static int fresh(void **state)
{
	(void)state;
	loop_thread = pthread_self();
	wake_fd = eventfd(0, EFD_CLOEXEC);
	befores = afters = ran = done = 0;
	return wake_fd < 0 ? -1 : 0;
}

static int stale(void **state)
{
	(void)state;
	return close(wake_fd);
}

static void wait_for_wake(void)
{
	struct pollfd in = { .fd = wake_fd, .events = POLLIN };
	uint64_t n;

	assert_int_equal(poll(&in, 1, 5000), 1);
	assert_int_equal(read(wake_fd, &n, sizeof(n)), sizeof(n));
}

static void jobs_run_in_order_and_come_back_on_the_loop(void **state)
{
	owned(worker_freep) struct worker *w = NULL;

	(void)state;
	assert_int_equal(worker_new(&w, "test", 100, &hooks), 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(worker_put(w, &numbered_new(i)->job), 0);
	while (done < 100) {
		wait_for_wake();
		worker_reap(w);
	}
	assert_int_equal(worker_depth(w), 0);
	assert_int_equal(befores, afters);
}

static void a_full_worker_leaves_the_job_to_the_caller(void **state)
{
	owned(worker_freep) struct worker *w = NULL;
	struct numbered *extra = numbered_new(2);

	(void)state;
	pthread_mutex_lock(&gate);
	assert_int_equal(worker_new(&w, "test", 2, &hooks), 0);
	assert_int_equal(worker_put(w, &numbered_new(0)->job), 0);
	assert_int_equal(worker_put(w, &numbered_new(1)->job), 0);
	assert_int_equal(worker_put(w, &extra->job), WORK_E_FULL);
	assert_int_equal(worker_depth(w), 2);
	pthread_mutex_unlock(&gate);
	while (done < 2) {
		wait_for_wake();
		worker_reap(w);
	}
	assert_int_equal(worker_put(w, &extra->job), 0);
}

static void waiting_jobs_share_one_batch(void **state)
{
	owned(worker_freep) struct worker *w = NULL;

	(void)state;
	pthread_mutex_lock(&gate);
	assert_int_equal(worker_new(&w, "test", 100, &hooks), 0);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(worker_put(w, &numbered_new(i)->job), 0);
	pthread_mutex_unlock(&gate);
	w = worker_free(w);
	/* the first batch took what was there when the thread looked, the second the rest
	 */
	assert_in_range(befores, 1, 2);
	assert_int_equal(done, 50);
}

static void closing_finishes_what_is_queued(void **state)
{
	struct worker *w = NULL;

	(void)state;
	assert_int_equal(worker_new(&w, "test", 10, &hooks), 0);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(worker_put(w, &numbered_new(i)->job), 0);
	assert_null(worker_free(w));
	assert_int_equal(ran, 10);
	assert_int_equal(done, 10);
	assert_null(worker_free(NULL));
}

static struct worker *closing;

static void finish_and_ask_again(struct job *job)
{
	assert_int_equal(worker_put(closing, job), WORK_E_FULL);
	free(job);
	done++;
}

static void a_closing_worker_takes_no_new_job(void **state)
{
	struct numbered *n = numbered_new(0);

	(void)state;
	n->job.done = finish_and_ask_again;
	assert_int_equal(worker_new(&closing, "test", 10, &hooks), 0);
	assert_int_equal(worker_put(closing, &n->job), 0);
	assert_null(worker_free(closing));
	assert_int_equal(done, 1);
}

int main(void)
{
#define FRESH(f) cmocka_unit_test_setup_teardown(f, fresh, stale)
	const struct CMUnitTest tests[] = {
		FRESH(jobs_run_in_order_and_come_back_on_the_loop),
		FRESH(a_full_worker_leaves_the_job_to_the_caller),
		FRESH(waiting_jobs_share_one_batch),
		FRESH(closing_finishes_what_is_queued),
		FRESH(a_closing_worker_takes_no_new_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
