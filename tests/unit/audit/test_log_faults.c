/* SPDX-License-Identifier: MPL-2.0
 *
 * A log's life on a disk that fails at the n-th call, for every n: nothing acknowledged
 * is lost, nothing that was not is counted, the numbers have no hole, and verify is
 * content afterwards.
 */
#define LOG_DISK "/dev/shm" /* thousands of small files, and no power cut */
#include "disk_faults.h"
#include "log_read.h"

#define FOR_GOOD 1000000u

static struct bench bench;
static struct seen seen;

struct life {
	uint32_t put, acknowledged[SEEN_MAX]; /* by `subject` of the record */
	size_t n;
};

/* One group. What is acknowledged is remembered. */
static void write_group(struct life *life, unsigned n)
{
	uint32_t first = life->put + 1;

	for (unsigned i = 0; i < n; i++) {
		struct record r = { .event = AUDIT_SEARCH, .subject = ++life->put };

		if (audit_log_put(bench.log, &r, false) != 0) {
			life->put--;
			break;
		}
	}
	n = life->put - first + 1;
	if (audit_log_commit(bench.log, true) != 0)
		return;
	for (unsigned i = 0; i < n; i++)
		life->acknowledged[life->n++] = first + i;
}

/* Two starts, two days, urgent and idle checkpoints, other auditors, a deletion. */
static void live(struct life *life)
{
	size_t n;

	for (unsigned start = 0; start < 2; start++) {
		if (bench_open(&bench) != 0)
			return;
		for (unsigned day = 0; day < 2; day++) {
			write_group(life, 2);
			clock_shift(MS_SECOND);
			(void)audit_log_tick(bench.log);
			write_group(life, 3);
			clock_shift(MS_DAY);
		}
		(void)audit_log_tick(bench.log);
		if (audit_log_prune(
			    bench.log, clock_utc_ms() - 2 * MS_DAY - MS_HOUR, &n) != 0)
			return;
		bench_close(&bench);
	}
}

/* The oldest may have been deleted; of what is here none is missing. */
static size_t first_left(const struct life *life)
{
	for (size_t i = 0; i < seen.n; i++)
		for (size_t j = 0; seen.of[i].event == AUDIT_SEARCH && j < life->n; j++)
			if (seen.of[i].subject == life->acknowledged[j])
				return j;
	return 0;
}

static void check(const struct life *life, bool exactly)
{
	size_t next;

	bench_see(&bench, &seen);
	next = first_left(life);
	assert_true(next <= 5); /* the first day's */
	for (size_t i = 0; i < seen.n; i++) {
		if (seen.of[i].event != AUDIT_SEARCH)
			continue;
		if (next < life->n && seen.of[i].subject == life->acknowledged[next])
			next++;
		else
			assert_false(exactly);
	}
	assert_int_equal(next, life->n);
}

/* Returns how many calls the disk saw. */
static unsigned try(struct disk_fault f, bool exactly)
{
	struct life life = { 0 };
	struct verify_result v;
	unsigned calls;

	bench_make(&bench, 1);
	disk_fail(f);
	live(&life);
	bench_close(&bench);
	calls = disk_calls();
	disk_fail((struct disk_fault){ 0 });
	if (bench_open(&bench) != 0)
		fail_msg("fault %d at call %u: does not open again: %s", f.error, f.at,
			bench.sentence);
	write_group(&life, 1);
	bench_close(&bench);
	check(&life, exactly);
	assert_true(life.n > 0 && life.acknowledged[life.n - 1] == life.put);
	v = bench_verify(&bench, true);
	if (v.verdict != VERIFY_OK && v.verdict != VERIFY_NOTABLE)
		fail_msg("fault %d at call %u: verdict %d", f.error, f.at, v.verdict);
	bench_remove(&bench);
	return calls;
}

static void every_call(int error, unsigned times, unsigned step)
{
	unsigned calls = try((struct disk_fault){ 0 }, true);

	assert_true(calls > 40);
	for (unsigned at = 1; at <= calls; at += step)
		(void)try((struct disk_fault){ at, times, error }, times < FOR_GOOD);
}

static void a_fault_of_the_disk_loses_nothing(void **state)
{
	(void)state;
	every_call(EIO, 1, 1);
}

static void a_disk_that_is_full_for_a_moment_loses_nothing(void **state)
{
	(void)state;
	every_call(ENOSPC, 1, 2);
}

static void half_a_write_is_none(void **state)
{
	(void)state;
	every_call(0, 1, 2);
}

/* Not even cutting back succeeds at once. */
static void a_fault_that_lasts_a_while_loses_nothing(void **state)
{
	(void)state;
	every_call(EIO, 3, 3);
}

/* What was never acknowledged may lie there then; what was is there. */
static void a_disk_that_is_gone_for_good_loses_nothing(void **state)
{
	(void)state;
	every_call(EIO, FOR_GOOD, 5);
	every_call(ENOSPC, FOR_GOOD, 5);
}

static void a_commit_that_failed_gives_its_numbers_back_but_not_its_keys(void **state)
{
	struct record r = { .event = AUDIT_SEARCH };
	struct audit_log_state before, after;

	(void)state;
	bench_make(&bench, 2);
	assert_int_equal(bench_open(&bench), 0);
	audit_log_state(bench.log, &before);
	assert_int_equal(audit_log_put(bench.log, &r, true), 0);
	disk_sync_fails(EIO);
	assert_int_equal(audit_log_commit(bench.log, false), -EIO);
	assert_int_equal(audit_log_next(bench.log), before.size + 1);
	assert_int_equal(audit_log_put(bench.log, &r, true), -EIO); /* not cut yet */
	disk_sync_fails(0);
	assert_int_equal(audit_log_put(bench.log, &r, true), 0);
	assert_int_equal(audit_log_commit(bench.log, false), 0);
	audit_log_state(bench.log, &after);
	assert_int_equal(after.size, before.size + 1);
	assert_int_equal(after.segment, before.segment + 1);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_OK);
	bench_remove(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_of_the_disk_loses_nothing),
		cmocka_unit_test(a_disk_that_is_full_for_a_moment_loses_nothing),
		cmocka_unit_test(half_a_write_is_none),
		cmocka_unit_test(a_fault_that_lasts_a_while_loses_nothing),
		cmocka_unit_test(a_disk_that_is_gone_for_good_loses_nothing),
		cmocka_unit_test(
			a_commit_that_failed_gives_its_numbers_back_but_not_its_keys),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
