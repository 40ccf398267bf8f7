/* SPDX-License-Identifier: MPL-2.0
 *
 * Deletion of what is past its time: whole segments, the oldest first, and what remains
 * verifies against every checkpoint and anchor that there ever was.
 */
#include "log_read.h"

static struct bench bench;
static struct seen seen;
static int64_t utc_shift_ms;
int64_t __real_clock_utc_ms(void);
int64_t __wrap_clock_utc_ms(void);

int64_t __wrap_clock_utc_ms(void)
{
	return __real_clock_utc_ms() + utc_shift_ms;
}

/* Five days, a segment and a checkpoint each. */
static int begin(void **state)
{
	(void)state;
	utc_shift_ms = 0;
	bench_make(&bench, 1);
	assert_int_equal(bench_open(&bench), 0);
	for (unsigned day = 0; day < 5; day++) {
		if (day > 0)
			clock_shift(MS_DAY);
		assert_int_equal(bench_write(&bench, 3), 0);
		(void)audit_log_tick(bench.log);
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_remove(&bench);
	return 0;
}

static size_t prune_older_than(int64_t age_ms)
{
	size_t n = 99;

	assert_int_equal(audit_log_prune(bench.log, clock_utc_ms() - age_ms, &n), 0);
	return n;
}

static bool is_there(const char *name)
{
	char path[128];

	disk_path(&bench.disk, name, path);
	return access(path, F_OK) == 0;
}

static void what_is_past_its_time_goes_and_the_rest_verifies(void **state)
{
	struct audit_log_state s;

	(void)state;
	/* A day's last record may be as young as the next day's header. */
	assert_int_equal(prune_older_than(3 * MS_DAY + MS_HOUR), 0);
	assert_int_equal(prune_older_than(MS_DAY - MS_HOUR), 3);
	assert_false(is_there("00000003.seg"));
	assert_true(is_there("00000004.seg"));
	audit_log_state(bench.log, &s);
	assert_int_equal(s.segments, 2);
	assert_in_range(
		clock_utc_ms() - s.oldest_ms, MS_DAY - MS_MINUTE, MS_DAY + MS_MINUTE);
	assert_int_equal(
		s.bytes, 2 * SEGMENT_HEAD_BYTES + (s.size - 10) * LOG_FRAME_BYTES);
	assert_int_equal(prune_older_than(MS_DAY - MS_HOUR), 0);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE); /* late */
	bench_see(&bench, &seen);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_PRUNED), 1);
	assert_int_equal(bench_open(&bench), 0);
}

static void the_segment_being_written_stays(void **state)
{
	(void)state;
	assert_int_equal(prune_older_than(-MS_DAY), 4);
	assert_true(is_there("00000005.seg"));
	assert_int_equal(bench_write(&bench, 1), 0);
}

static void so_many_go_at_once_and_the_rest_with_the_next_call(void **state)
{
	(void)state;
	for (unsigned day = 0; day < LOG_PRUNE_MOST; day++) {
		clock_shift(MS_DAY);
		assert_int_equal(bench_write(&bench, 1), 0);
	}
	assert_int_equal(prune_older_than(-MS_DAY), LOG_PRUNE_MOST);
	assert_int_equal(prune_older_than(-MS_DAY), 4);
	assert_int_equal(prune_older_than(-MS_DAY), 0);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
	bench_see(&bench, &seen);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_PRUNED), 2);
	assert_int_equal(bench_open(&bench), 0);
}

static void nothing_is_deleted_while_a_group_is_pending(void **state)
{
	struct record r = { .event = AUDIT_SEARCH };
	size_t n = 99;

	(void)state;
	assert_int_equal(audit_log_put(bench.log, &r, false), 0);
	assert_int_equal(audit_log_prune(bench.log, clock_utc_ms(), &n), -EBUSY);
	assert_int_equal(audit_log_auditors(bench.log, &bench.auditors), -EBUSY);
	assert_true(is_there("00000001.seg"));
}

/* The service ended between the links and the file: both are there. */
static void an_end_in_between_is_made_good(void **state)
{
	char path[128];
	uint8_t *at;
	size_t len;
	FILE *f;

	(void)state;
	disk_path(&bench.disk, "00000002.seg", path);
	len = file_read_whole(path, &at);
	assert_int_equal(prune_older_than(2 * MS_DAY - MS_HOUR), 2);
	bench_close(&bench);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(at, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	free(at);
	/* and of the links only the first segment's, then zeros that no one wrote */
	disk_path(&bench.disk, "chain", path);
	len = file_read_whole(path, &at);
	free(at);
	assert_int_equal(truncate(path, 24 + 80 + 4 * HASH_BYTES), 0);
	assert_int_equal(truncate(path, (off_t)len + 4000), 0);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(prune_older_than(2 * MS_DAY - MS_HOUR), 1);
	bench_close(&bench);
	assert_int_equal(file_read_whole(path, &at), len);
	free(at);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
}

/* A clock that is wrong for a while neither deletes too early nor keeps for ever. */
static void a_clock_that_was_wrong_deletes_nothing_too_early(void **state)
{
	(void)end(state);
	bench_make(&bench, 1);
	assert_int_equal(bench_open(&bench), 0); /* segment 1, now */
	utc_shift_ms = -1000 * MS_DAY;
	assert_int_equal(bench_write(&bench, 1), 0); /* segment 2, long ago */
	utc_shift_ms = 0;
	assert_int_equal(bench_write(&bench, 1), 0);
	assert_int_equal(prune_older_than(MS_DAY), 0);
}

static void a_clock_that_was_wrong_keeps_nothing_for_ever(void **state)
{
	(void)state;
	utc_shift_ms = 1000 * MS_DAY;
	assert_int_equal(bench_write(&bench, 1), 0); /* segment 6, far ahead */
	utc_shift_ms = 0;
	assert_int_equal(bench_write(&bench, 1), 0);
	clock_shift(10 * MS_DAY);
	assert_int_equal(bench_write(&bench, 1), 0);
	assert_int_equal(prune_older_than(5 * MS_DAY), 6);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_past_its_time_goes_and_the_rest_verifies),
		T(the_segment_being_written_stays),
		T(so_many_go_at_once_and_the_rest_with_the_next_call),
		T(nothing_is_deleted_while_a_group_is_pending),
		T(an_end_in_between_is_made_good),
		T(a_clock_that_was_wrong_deletes_nothing_too_early),
		T(a_clock_that_was_wrong_keeps_nothing_for_ever),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
