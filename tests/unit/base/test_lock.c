/* SPDX-License-Identifier: MPL-2.0
 *
 * Two threads: one changes and tells, the other waits for it.
 */
#include "samtale/base/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <unistd.h>

static struct lock *lock;
static int number;

static void *change(void *arg)
{
	(void)usleep(20 * 1000);
	for (int i = 0; i < 10000; i++) {
		lock_take(lock);
		number++;
		lock_tell(lock);
		lock_leave(lock);
	}
	return arg;
}

static void who_waits_sees_what_was_told(void **state)
{
	int64_t deadline = lock_deadline(5000);
	pthread_t other;

	(void)state;
	number = 0;
	assert_int_equal(pthread_create(&other, NULL, change, NULL), 0);
	lock_take(lock);
	while (number < 10000)
		assert_true(lock_wait(lock, deadline));
	lock_leave(lock);
	(void)pthread_join(other, NULL);
}

static void nobody_waits_past_the_deadline(void **state)
{
	int64_t begun = lock_deadline(0);

	(void)state;
	lock_take(lock);
	while (lock_wait(lock, begun + 50)) {
		/* woken for nothing, which may be */
	}
	lock_leave(lock);
	assert_in_range(lock_deadline(0) - begun, 50, 2000);
}

static int make(void **state)
{
	(void)state;
	return lock_new(&lock);
}

static int drop(void **state)
{
	(void)state;
	lock = lock_free(lock);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_sees_what_was_told),
		cmocka_unit_test(nobody_waits_past_the_deadline),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
