/* SPDX-License-Identifier: MPL-2.0
 *
 * The writer of the log: what it acknowledged is there, sealed and chained; each start
 * and end says how it was; nothing else happens unasked.
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
		T(a_record_that_was_not_committed_does_not_count),
		T(a_full_group_asks_for_a_commit),
		T(a_clean_end_is_told_from_none),
		T(nobody_writes_a_log_that_another_writes),
		T(an_idle_log_makes_its_checkpoints_all_the_same),
		T(what_is_urgent_is_sealed_at_once_but_once_a_second),
		T(a_step_of_the_clock_is_on_record),
		T(a_clock_set_back_between_two_starts_is_on_record),
		T(a_new_day_begins_a_new_segment),
		T(other_auditors_begin_a_segment_that_is_theirs),
		T(auditors_exchanged_while_it_was_down_are_on_record),
		T(events_dropped_elsewhere_are_counted_for_ever),
		T(its_state_tells_where_it_is),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
