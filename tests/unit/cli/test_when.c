/* SPDX-License-Identifier: MPL-2.0
 *
 * Days are those of the organisation's time zone, also when the clocks change.
 */
#include "when.h"

#include "samtale/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static int in_denmark(void **state)
{
	(void)state;
	(void)setenv("TZ", "Europe/Copenhagen", 1);
	tzset();
	return 0;
}

static void a_day_has_the_hours_that_people_live_through(void **state)
{
	static const struct {
		const char *date;
		int hours;
	} cases[] = { { "2026-11-22", 24 }, { "2026-03-29", 23 }, { "2026-10-25", 25 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct when_span day;

		assert_true(when_day(cases[i].date, &day));
		assert_int_equal(day.to_ms - day.from_ms, cases[i].hours * MS_HOUR);
	}
}

static void what_is_no_day_is_refused(void **state)
{
	static const char *const cases[] = { "", "x", "2026-13-01", "2026-11-22x",
		"22.11.2026", "2026-02-30", "2026-11-31" };
	struct when_span day;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_false(when_day(cases[i], &day));
	assert_true(when_day(NULL, &day));
	assert_in_range(clock_utc_ms(), day.from_ms, day.to_ms - 1);
}

static void a_span_holds_its_last_day_and_may_be_open(void **state)
{
	struct when_span day, span;

	(void)state;
	assert_true(when_day("2026-11-22", &day));
	assert_true(when_days("2026-11-01", "2026-11-22", &span));
	assert_int_equal(span.to_ms, day.to_ms);
	assert_true(when_days(NULL, "2026-11-22", &span));
	assert_true(span.from_ms < 0);
	assert_true(when_days("2026-11-22", "2026-11-22", &span));
	assert_false(when_days("2026-11-22", "2026-11-21", &span));
	assert_false(when_days("x", NULL, &span));
	assert_false(when_days(NULL, "x", &span));
}

static void times_are_written_as_people_read_them(void **state)
{
	char text[WHEN_TEXT];

	(void)state;
	when_minute(INT64_C(1795352709000), text);
	assert_string_equal(text, "2026-11-22 14:05");
	when_second(INT64_C(1795352709000), text);
	assert_string_equal(text, "2026-11-22 14:05:09");
	when_danish(INT64_C(1795352709000), text);
	assert_string_equal(text, "22.11.2026 kl. 14.05");
	when_utc(INT64_C(1795352709000), text);
	assert_string_equal(text, "2026-11-22T13:05:09Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_has_the_hours_that_people_live_through),
		cmocka_unit_test(what_is_no_day_is_refused),
		cmocka_unit_test(a_span_holds_its_last_day_and_may_be_open),
		cmocka_unit_test(times_are_written_as_people_read_them),
	};

	return cmocka_run_group_tests(tests, in_denmark, NULL);
}
