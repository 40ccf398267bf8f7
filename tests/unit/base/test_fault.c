/* SPDX-License-Identifier: MPL-2.0
 *
 * Faults are negative, remember where they began, and pass unchanged.
 */
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static void a_fault_is_negative_whatever_sign_came_in(void **state)
{
	(void)state;
	assert_int_equal(fault_here(ENOENT), -ENOENT);
	assert_int_equal(fault_here(-ENOENT), -ENOENT);
	assert_int_equal(fault_here(0), -EIO);
}

static void the_origin_is_file_and_line_without_a_path(void **state)
{
	char expected[64];
	uint64_t before = log_event_count(EV_FAULT);
	int r;

	(void)state;
	(void)snprintf(expected, sizeof(expected), "test_fault.c:%d", __LINE__ + 1);
	r = fault_here(EPERM);
	assert_int_equal(fault_pass(r), -EPERM);
	assert_string_equal(fault_origin(), expected);
	assert_int_equal(log_event_count(EV_FAULT), before + 1);
}

static void an_unexpected_outcome_folds_into_a_fault(void **state)
{
	(void)state;
	assert_int_equal(fault_fold(0), 0);
	assert_int_equal(fault_fold(-ENOMEM), -ENOMEM);
	assert_int_equal(fault_fold(3), -ENOTRECOVERABLE);
}

static void *other_thread(void *arg)
{
	*(int *)arg = fault_origin()[0] == '\0' && fault_here(EBUSY) == -EBUSY;
	return NULL;
}

static void each_thread_has_an_origin_of_its_own(void **state)
{
	pthread_t thread;
	char mine[64];
	int clean = 0;

	(void)state;
	assert_int_equal(fault_here(EPERM), -EPERM);
	(void)snprintf(mine, sizeof(mine), "%s", fault_origin());
	assert_int_equal(pthread_create(&thread, NULL, other_thread, &clean), 0);
	pthread_join(thread, NULL);
	assert_true(clean);
	assert_string_equal(fault_origin(), mine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_negative_whatever_sign_came_in),
		cmocka_unit_test(the_origin_is_file_and_line_without_a_path),
		cmocka_unit_test(an_unexpected_outcome_folds_into_a_fault),
		cmocka_unit_test(each_thread_has_an_origin_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
