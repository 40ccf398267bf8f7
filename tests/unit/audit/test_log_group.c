/* SPDX-License-Identifier: MPL-2.0
 *
 * Records become durable in groups: a record that was not committed does not count, a
 * full group asks for its commit, and a step of the clock goes on record.
 */
#include "log_read.h"

static struct bench bench;
static struct seen seen;

static int64_t utc_shift_ms;
int64_t __real_clock_utc_ms(void);
int64_t __wrap_clock_utc_ms(void);

/* Somebody sets the clock: UTC moves, the boot clock does not. */
int64_t __wrap_clock_utc_ms(void)
{
	return __real_clock_utc_ms() + utc_shift_ms;
}

static int begin(void **state)
{
	(void)state;
	utc_shift_ms = 0;
	bench_make(&bench, 3);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_remove(&bench);
	return 0;
}

static void a_record_that_was_not_committed_does_not_count(void **state)
{
	struct record r = { .event = AUDIT_SEARCH };
	struct audit_log_state s;

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_put(bench.log, &r, false), 0);
	audit_log_state(bench.log, &s);
	assert_int_equal(s.size, 1);
	assert_int_equal(audit_log_next(bench.log), 3);
}

static void a_full_group_asks_for_a_commit(void **state)
{
	struct record r = { .event = AUDIT_SEARCH };

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	for (unsigned i = 0; i < LOG_GROUP_MAX; i++)
		assert_int_equal(audit_log_put(bench.log, &r, false), 0);
	assert_int_equal(audit_log_put(bench.log, &r, false), -EAGAIN);
	assert_int_equal(audit_log_commit(bench.log, false), 0);
	assert_int_equal(audit_log_put(bench.log, &r, false), 0);
}

static void a_step_of_the_clock_is_on_record(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	utc_shift_ms = -MS_HOUR;
	(void)audit_log_tick(bench.log);
	clock_shift(MS_SECOND); /* its checkpoint */
	(void)audit_log_tick(bench.log);
	utc_shift_ms = 0;
	assert_int_equal(bench_write(&bench, 1), 0);
	utc_shift_ms = MS_SECOND; /* slewing is no step */
	(void)audit_log_tick(bench.log);
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_CLOCK), 2);
	assert_int_equal(seen.of[1].event, AUDIT_LOG_CLOCK);
	assert_in_range(seen.of[1].value, 3599, 3601);
	assert_int_equal(seen.of[1].subject, 1);
	assert_int_equal(seen.of[3].event, AUDIT_LOG_CLOCK);
	assert_int_equal(seen.of[3].subject, 0);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
}

static void a_clock_set_back_between_two_starts_is_on_record(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	utc_shift_ms = -2 * MS_DAY;
	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_CLOCK), 1);
	assert_int_equal(seen.of[seen.n - 1].subject, 1);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_record_that_was_not_committed_does_not_count),
		T(a_full_group_asks_for_a_commit),
		T(a_step_of_the_clock_is_on_record),
		T(a_clock_set_back_between_two_starts_is_on_record),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
