/* SPDX-License-Identifier: MPL-2.0
 *
 * Counters of failures: they close, they melt, they do not punish the neighbours.
 */
#include "samtale/session/throttle.h"

#include "samtale/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW ((int64_t)1000000)

static struct throttle *t;

static int make(void **state)
{
	(void)state;
	return throttle_new(&t);
}

static int drop(void **state)
{
	(void)state;
	t = throttle_free(t);
	return 0;
}

static void after_its_tries_a_name_waits_for_the_lock_time(void **state)
{
	(void)state;
	throttle_set_lock(t, 3, 15 * MS_MINUTE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 7, false, NOW), 0);
		throttle_charge(t, THROTTLE_SIGN_IN_NAME, 7, NOW);
	}
	assert_int_equal(throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 7, false, NOW), 900);
	assert_int_equal(throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 7, false,
				 NOW + 15 * MS_MINUTE - 1),
		1);
	assert_int_equal(
		throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 7, false, NOW + 15 * MS_MINUTE),
		0);
}

static void another_key_and_another_kind_are_not_touched(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		throttle_charge(t, THROTTLE_DIGITS_MEETING, 7, NOW);
	assert_true(throttle_wait_s(t, THROTTLE_DIGITS_MEETING, 7, false, NOW) > 0);
	assert_int_equal(throttle_wait_s(t, THROTTLE_DIGITS_MEETING, 8, false, NOW), 0);
	assert_int_equal(throttle_wait_s(t, THROTTLE_PIN_MEETING, 7, false, NOW), 0);
}

static void success_forgets_the_failures_before_it(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		throttle_charge(t, THROTTLE_SIGN_IN_NAME, 7, NOW);
	throttle_clear(t, THROTTLE_SIGN_IN_NAME, 7);
	assert_int_equal(throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 7, false, NOW), 0);
}

static void what_is_given_back_was_never_counted(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		throttle_charge(t, THROTTLE_SIGN_IN_NAME, 7, NOW);
		throttle_give_back(t, THROTTLE_SIGN_IN_NAME, 7);
	}
	assert_int_equal(throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 7, false, NOW), 0);
	throttle_give_back(t, THROTTLE_SIGN_IN_NAME, 8);
	assert_int_equal(throttle_wait_s(t, THROTTLE_SIGN_IN_NAME, 8, false, NOW), 0);
}

static void an_own_network_has_more_tries_than_a_stranger(void **state)
{
	(void)state;
	for (int i = 0; i < 40; i++)
		throttle_charge(t, THROTTLE_SIGN_IN_PREFIX, 7, NOW);
	assert_true(throttle_wait_s(t, THROTTLE_SIGN_IN_PREFIX, 7, false, NOW) > 0);
	assert_int_equal(throttle_wait_s(t, THROTTLE_SIGN_IN_PREFIX, 7, true, NOW), 0);
}

static void a_flood_of_keys_leaves_the_counter_that_is_in_use(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		throttle_charge(t, THROTTLE_DIGITS_ALL, 0, NOW);
	for (uint64_t k = 1; k < 200000; k++)
		throttle_charge(t, THROTTLE_LINK_PREFIX, k, NOW);
	assert_true(throttle_wait_s(t, THROTTLE_DIGITS_ALL, 0, false, NOW) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			after_its_tries_a_name_waits_for_the_lock_time, make, drop),
		cmocka_unit_test_setup_teardown(
			another_key_and_another_kind_are_not_touched, make, drop),
		cmocka_unit_test_setup_teardown(
			success_forgets_the_failures_before_it, make, drop),
		cmocka_unit_test_setup_teardown(
			what_is_given_back_was_never_counted, make, drop),
		cmocka_unit_test_setup_teardown(
			an_own_network_has_more_tries_than_a_stranger, make, drop),
		cmocka_unit_test_setup_teardown(
			a_flood_of_keys_leaves_the_counter_that_is_in_use, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
