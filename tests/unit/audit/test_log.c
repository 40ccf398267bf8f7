/* SPDX-License-Identifier: MPL-2.0
 *
 * The writer of the log: what it acknowledged is there, sealed and chained; each start
 * and end says how it was; nothing else happens unasked.
 */
#include "log_read.h"

static struct bench bench;
static struct seen seen;

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

static void what_was_acknowledged_opens_to_two_of_three_auditors(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 2);
	assert_int_equal(bench_write(&bench, 10), 0);
	assert_int_equal(audit_log_next(bench.log), 12);
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen.n, 11);
	assert_int_equal(seen.of[0].event, AUDIT_LOG_STARTED);
	for (uint32_t i = 1; i < 11; i++) {
		assert_int_equal(seen.of[i].event, AUDIT_DAY_READ);
		assert_int_equal(seen.of[i].actor, i + 1);
		assert_true(seen.of[i].node != 0);
		assert_memory_equal(
			seen.of[i].boot_id, seen.of[0].boot_id, BOOT_ID_BYTES);
	}
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_OK);
	assert_int_equal(bench_verify(&bench, false).verdict, VERIFY_UNANCHORED);
}

static void a_clean_end_is_told_from_none(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_non_null(strstr(bench.last_anchor, " start "));
	bench_close(&bench);
	assert_non_null(strstr(bench.last_anchor, " end "));
	assert_int_equal(bench_open(&bench), 0);
	assert_non_null(strstr(bench.last_anchor, " start "));
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.segments, 2);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_STARTED), 2);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_OK);
}

static void nobody_writes_a_log_that_another_writes(void **state)
{
	struct audit_log *second = NULL;

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(
		audit_log_open(&second, &bench.parts, &bench.sentence), AUDIT_LOG_E_BUSY);
	assert_non_null(strstr(bench.sentence, "Another process"));
	assert_null(second);
	bench_close(&bench);
	assert_int_equal(bench_open(&bench), 0);
}

static void its_state_tells_where_it_is(void **state)
{
	struct audit_log_state s;

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(bench_write(&bench, 3), 0);
	audit_log_state(bench.log, &s);
	assert_int_equal(s.size, 4);
	assert_int_equal(s.checkpoint_size, 1);
	assert_int_equal(s.segment, 1);
	assert_int_equal(s.segments, 1);
	assert_int_equal(s.bytes, SEGMENT_HEAD_BYTES + 4 * LOG_FRAME_BYTES);
	assert_int_equal(s.reserve_bytes, LOG_RESERVE_BYTES);
	assert_false(s.is_refusing);
	assert_true(s.free_bytes > 0);
	assert_true(clock_utc_ms() - s.oldest_ms < MS_MINUTE);
	assert_string_equal(s.checkpoint, bench.last_anchor);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_acknowledged_opens_to_two_of_three_auditors),
		T(a_clean_end_is_told_from_none),
		T(nobody_writes_a_log_that_another_writes),
		T(its_state_tells_where_it_is),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
