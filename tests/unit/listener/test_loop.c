/* SPDX-License-Identifier: MPL-2.0
 *
 * The loop: timers, wake-ups from other threads, descriptors, signals.
 */
#include "samtale/listener/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static struct loop *loop;
static unsigned calls;

static void count_to_three(void *arg)
{
	(void)arg;
	if (++calls == 3)
		loop_stop(loop);
}

static void stop(void *arg)
{
	(void)arg;
	calls++;
	loop_stop(loop);
}

static void timers_fire_once_or_again_until_stopped(void **state)
{
	struct loop_timer *every, *once, *never;
	int64_t start = loop_now_ms();

	(void)state;
	calls = 0;
	assert_int_equal(loop_timer_new(&every, loop, count_to_three, NULL), 0);
	assert_int_equal(loop_timer_new(&never, loop, stop, NULL), 0);
	loop_timer_once(never, 1);
	loop_timer_stop(never);
	loop_timer_every(every, 10);
	loop_run(loop);
	assert_int_equal(calls, 3);
	assert_true(loop_now_ms() - start >= 29);
	every = loop_timer_free(every);
	assert_int_equal(loop_timer_new(&once, loop, stop, NULL), 0);
	loop_timer_once(once, 5000);
	loop_timer_once(once, 1); /* replaces */
	loop_run(loop);
	assert_int_equal(calls, 4);
	assert_true(loop_now_ms() - start < 2000);
	once = loop_timer_free(once);
	never = loop_timer_free(never);
}

static void *send_from_afar(void *wake)
{
	loop_wake_send(wake);
	return NULL;
}

static void a_wake_up_crosses_threads(void **state)
{
	struct loop_wake *wake;
	pthread_t thread;

	(void)state;
	calls = 0;
	assert_int_equal(loop_wake_new(&wake, loop, stop, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, send_from_afar, wake), 0);
	loop_run(loop);
	assert_int_equal(calls, 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	wake = loop_wake_free(wake);
}

static void a_descriptor_is_watched_for_what_is_wanted(void **state)
{
	struct loop_watch *watch;
	struct loop_timer *timer;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(loop_watch_new(&watch, loop, ends[0], stop, NULL), 0);
	assert_int_equal(loop_timer_new(&timer, loop, stop, NULL), 0);
	calls = 0;
	loop_watch_want(watch, LOOP_READ);
	loop_run(loop);
	assert_int_equal(calls, 1);
	loop_watch_want(watch, LOOP_NOTHING);
	loop_timer_once(timer, 30);
	loop_run(loop);
	assert_int_equal(calls, 2); /* the timer alone */
	watch = loop_watch_free(watch);
	timer = loop_timer_free(timer);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static int seen;

static void on_signal(void *arg, int number)
{
	(void)arg;
	seen = number;
	loop_stop(loop);
}

static void a_signal_is_a_callback(void **state)
{
	struct loop_signal *s;

	(void)state;
	assert_int_equal(loop_signal_new(&s, loop, SIGUSR1, on_signal, NULL), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	loop_run(loop);
	assert_int_equal(seen, SIGUSR1);
	s = loop_signal_free(s);
}

static int open_loop(void **state)
{
	(void)state;
	return loop_new(&loop);
}

static int close_loop(void **state)
{
	(void)state;
	loop = loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_once_or_again_until_stopped),
		cmocka_unit_test(a_wake_up_crosses_threads),
		cmocka_unit_test(a_descriptor_is_watched_for_what_is_wanted),
		cmocka_unit_test(a_signal_is_a_callback),
	};

	return cmocka_run_group_tests(tests, open_loop, close_loop);
}
