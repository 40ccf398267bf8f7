/* SPDX-License-Identifier: MPL-2.0
 *
 * Opening and pruning a log with the n-th allocation failing, for every n.
 */
#include "alloc_ladder.h"
#include "log_read.h"

static struct bench bench;

static int open_step(void *arg)
{
	int r = bench_open(&bench);

	(void)arg;
	if (r != 0)
		assert_null(bench.log);
	bench_close(&bench);
	return r;
}

static int prune_step(void *arg)
{
	size_t n;

	(void)arg;
	return audit_log_prune(bench.log, clock_utc_ms() - MS_HOUR, &n);
}

static void without_memory_a_log_does_not_open_and_stays_as_it_was(void **state)
{
	(void)state;
	bench_make(&bench, 1);
	bench.parts.anchor = NULL;
	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	(void)ladder_climb(open_step, NULL, 20);
	assert_int_equal(bench_verify(&bench, false).verdict, VERIFY_UNANCHORED);
	bench_remove(&bench);
}

static void without_memory_nothing_is_deleted(void **state)
{
	(void)state;
	bench_make(&bench, 1);
	bench.parts.anchor = NULL;
	assert_int_equal(bench_open(&bench), 0);
	clock_shift(2 * MS_DAY);
	assert_int_equal(bench_write(&bench, 1), 0);
	clock_shift(2 * MS_DAY);
	assert_int_equal(bench_write(&bench, 1), 0);
	(void)ladder_climb(prune_step, NULL, 20);
	bench_close(&bench);
	assert_int_not_equal(bench_verify(&bench, false).verdict, VERIFY_BROKEN);
	bench_remove(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_a_log_does_not_open_and_stays_as_it_was),
		cmocka_unit_test(without_memory_nothing_is_deleted),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
