/* SPDX-License-Identifier: MPL-2.0
 *
 * Both clocks run, and move together when a test moves them.
 */
#include "samtale/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

static void utc_is_the_time_of_day_in_milliseconds(void **state)
{
	int64_t seconds = (int64_t)time(NULL);

	(void)state;
	assert_in_range(clock_utc_ms() / MS_SECOND, seconds, seconds + 5);
}

static void the_boot_clock_never_goes_back(void **state)
{
	int64_t last = clock_boot_ms();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_boot_ms();

		assert_true(now >= last);
		last = now;
	}
}

static void a_shift_moves_both_clocks_and_adds_up(void **state)
{
	int64_t utc = clock_utc_ms(), boot = clock_boot_ms();

	(void)state;
	clock_shift(MS_DAY);
	clock_shift(MS_HOUR);
	assert_in_range(
		clock_utc_ms() - utc, MS_DAY + MS_HOUR, MS_DAY + MS_HOUR + MS_MINUTE);
	assert_in_range(
		clock_boot_ms() - boot, MS_DAY + MS_HOUR, MS_DAY + MS_HOUR + MS_MINUTE);
	clock_shift(-(MS_DAY + MS_HOUR));
	assert_in_range(clock_utc_ms() - utc, 0, MS_MINUTE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_is_the_time_of_day_in_milliseconds),
		cmocka_unit_test(the_boot_clock_never_goes_back),
		cmocka_unit_test(a_shift_moves_both_clocks_and_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
