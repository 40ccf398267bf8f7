/* SPDX-License-Identifier: MPL-2.0
 *
 * Working days and ISO weeks; every hour of two years is tried against the definition.
 */
#include "store_fixture.h"

#include "samtale/store/calendar.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static void working_days_skip_the_weekend(void **state)
{
	static const struct {
		int64_t t;
		unsigned n;
		int64_t after;
	} rows[] = {
		/* NOON is a Monday */
		{ NOON, 0, NOON },
		{ NOON, 4, NOON + 4 * DAY },
		{ NOON, 5, NOON + 7 * DAY },
		{ NOON + 4 * DAY, 1, NOON + 7 * DAY },             /* Friday */
		{ NOON + 5 * DAY, 1, NOON + 8 * DAY - 12 * HOUR }, /* Saturday */
		{ NOON + 6 * DAY, 0, NOON + 7 * DAY - 12 * HOUR }, /* Sunday */
		{ NOON, 10, NOON + 14 * DAY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
			calendar_working_days_after(rows[i].t, rows[i].n), rows[i].after);
}

static void before_is_the_latest_moment_that_is_due(void **state)
{
	(void)state;
	for (int64_t now = NOON; now < NOON + 730 * DAY; now += 7 * HOUR + 1)
		for (unsigned n = 0; n < 7; n++) {
			int64_t cut = calendar_working_days_before(now, n);

			assert_true(calendar_working_days_after(cut, n) <= now);
			assert_true(calendar_working_days_after(cut + 1, n) > now);
		}
}

static void after_never_goes_back(void **state)
{
	int64_t last = 0;

	(void)state;
	for (int64_t t = NOON; t < NOON + 60 * DAY; t += HOUR / 2) {
		int64_t after = calendar_working_days_after(t, 5);

		assert_true(after >= last);
		last = after;
	}
}

static void a_week_belongs_to_the_year_of_its_thursday(void **state)
{
	static const struct {
		int64_t t;
		int32_t week;
	} rows[] = {
		{ INT64_C(1764590400000), 202549 }, /* 2025-12-01 */
		{ INT64_C(1767225600000), 202601 }, /* 2026-01-01, a Thursday */
		{ INT64_C(1609459200000), 202053 }, /* 2021-01-01, a Friday */
		{ INT64_C(1735603200000), 202501 }, /* 2024-12-31, a Tuesday */
		{ INT64_C(1704067200000), 202401 }, /* 2024-01-01, a Monday */
		{ INT64_C(1704067199999), 202352 }, /* the millisecond before */
		{ 0, 197001 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(calendar_iso_week(rows[i].t), rows[i].week);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(working_days_skip_the_weekend),
		cmocka_unit_test(before_is_the_latest_moment_that_is_due),
		cmocka_unit_test(after_never_goes_back),
		cmocka_unit_test(a_week_belongs_to_the_year_of_its_thursday),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
