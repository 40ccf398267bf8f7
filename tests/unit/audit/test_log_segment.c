/* SPDX-License-Identifier: MPL-2.0
 *
 * A segment begins with each day and with other auditors, who alone can open it.
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

static void a_new_day_begins_a_new_segment(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(bench_write(&bench, 2), 0);
	clock_shift(MS_DAY);
	assert_int_equal(bench_write(&bench, 2), 0);
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen.segments, 2);
	assert_int_equal(seen.segment[2], 1);
	assert_int_equal(seen.segment[3], 2);
	assert_int_equal(seen.n, 5);
}

static void other_auditors_begin_a_segment_that_is_theirs(void **state)
{
	struct auditor_set others;
	char path[128];

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(
		audit_log_auditors(bench.log, &bench.auditors), 0); /* the same */
	others = set_some(1, bench.secrets);
	assert_int_equal(audit_log_auditors(bench.log, &others), 0);
	assert_int_equal(bench_write(&bench, 1), 0);
	bench_close(&bench);
	bench.auditors = others;
	disk_path(&bench.disk, "00000001.seg", path);
	assert_int_equal(unlink(path), 0); /* not for these eyes */
	bench_see(&bench, &seen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.of[0].event, AUDIT_AUDITORS_CHANGED);
	assert_int_equal(seen.of[0].value, 1);
}

/* Who exchanges them does not do so behind their back. */
static void the_former_auditors_read_that_they_were_exchanged(void **state)
{
	struct auditor_set others = set_some(1, NULL);
	char path[128];

	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_auditors(bench.log, &others), 0);
	bench_close(&bench);
	disk_path(&bench.disk, "00000002.seg", path);
	assert_int_equal(unlink(path), 0); /* theirs */
	bench_see(&bench, &seen);
	assert_true(seen.n > 0);
	assert_int_equal(seen.of[seen.n - 1].event, AUDIT_AUDITORS_CHANGED);
	assert_int_equal(seen.of[seen.n - 1].value, 1);
}

static void auditors_exchanged_while_it_was_down_are_on_record(void **state)
{
	(void)state;
	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	bench.auditors = set_some(3, bench.secrets);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 4); /* STARTED and CHANGED */
	bench_close(&bench);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 5);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_new_day_begins_a_new_segment),
		T(other_auditors_begin_a_segment_that_is_theirs),
		T(the_former_auditors_read_that_they_were_exchanged),
		T(auditors_exchanged_while_it_was_down_are_on_record),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
