/* SPDX-License-Identifier: MPL-2.0
 *
 * Checkpoints come when they are due, also when nothing happened, and at once for what is
 * urgent, but not more than once a second.
 */
#include "log_read.h"

static struct bench bench;

static int begin(void **state)
{
	(void)state;
	bench_make(&bench, 3);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_remove(&bench);
	return 0;
}

static void an_idle_log_makes_its_checkpoints_all_the_same(void **state)
{
	unsigned before;
	int64_t due;

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	before = bench.anchor_n;
	due = audit_log_tick(bench.log);
	assert_true(due > clock_boot_ms());
	assert_int_equal(bench.anchor_n, before);
	for (unsigned i = 1; i <= 3; i++) {
		clock_shift(bench.parts.epoch_ms);
		(void)audit_log_tick(bench.log);
		assert_int_equal(bench.anchor_n, before + i);
	}
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_OK);
}

static void what_is_urgent_is_sealed_at_once_but_once_a_second(void **state)
{
	struct record r = { .event = AUDIT_ACCOUNT_CREATED };
	unsigned before;

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	clock_shift(MS_SECOND);
	before = bench.anchor_n;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(audit_log_put(bench.log, &r, false), 0);
		assert_int_equal(audit_log_commit(bench.log, true), 0);
	}
	assert_int_equal(bench.anchor_n, before + 1);
	assert_true(audit_log_tick(bench.log) <= clock_boot_ms() + MS_SECOND);
	clock_shift(MS_SECOND);
	(void)audit_log_tick(bench.log);
	assert_int_equal(bench.anchor_n, before + 2);
	clock_shift(MS_SECOND);
	(void)audit_log_tick(bench.log);
	assert_int_equal(bench.anchor_n, before + 2);
}

static void events_dropped_elsewhere_are_counted_for_ever(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	audit_log_dropped(bench.log, 7);
	bench_close(&bench);
	assert_non_null(strstr(bench.last_anchor, " 7 "));
	assert_int_equal(bench_open(&bench), 0);
	assert_non_null(strstr(bench.last_anchor, " 7 "));
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_idle_log_makes_its_checkpoints_all_the_same),
		T(what_is_urgent_is_sealed_at_once_but_once_a_second),
		T(events_dropped_elsewhere_are_counted_for_ever),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
