/* SPDX-License-Identifier: MPL-2.0
 *
 * Days are counted from 1970-01-01, a Thursday. Time before that does not occur, but the
 * arithmetic holds there too.
 */
#include "samtale/store/calendar.h"

#include "samtale/base/clock.h"

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* 0 = Monday ... 6 = Sunday */
static int weekday(int64_t day)
{
	return (int)(((day + 3) % 7 + 7) % 7);
}

/* Working days alone, numbered without gaps: the Monday of a week is its week times 5. */
static int64_t working_number(int64_t day)
{
	return floor_div(day + 3, 7) * 5 + weekday(day);
}

static int64_t day_of_working(int64_t number)
{
	int64_t week = floor_div(number, 5);

	return week * 7 + (number - week * 5) - 3;
}

int64_t calendar_working_days_after(int64_t t_ms, unsigned n)
{
	int64_t day = floor_div(t_ms, MS_DAY);
	int64_t rest = t_ms - day * MS_DAY;
	int w = weekday(day);

	if (w > 4) {
		day += 7 - w;
		rest = 0;
	}
	return day_of_working(working_number(day) + (int64_t)n) * MS_DAY + rest;
}

int64_t calendar_working_days_before(int64_t now_ms, unsigned n)
{
	int64_t day = floor_div(now_ms, MS_DAY);
	int64_t rest = now_ms - day * MS_DAY;
	int w = weekday(day);

	if (w > 4) {
		day -= w - 4;
		rest = MS_DAY - 1;
	}
	return day_of_working(working_number(day) - (int64_t)n) * MS_DAY + rest;
}

/* Days since 1970 of January 1st (proleptic Gregorian). */
static int64_t new_year(int64_t year)
{
	int64_t y = year - 1;

	return y * 365 + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 719162;
}

int32_t calendar_iso_week(int64_t t_ms)
{
	int64_t day = floor_div(t_ms, MS_DAY);
	int64_t thursday = day - weekday(day) + 3; /* its year is the week's year */
	int64_t year = 1970 + thursday / 366;

	while (new_year(year + 1) <= thursday)
		year++;
	return (int32_t)(year * 100 + (thursday - new_year(year)) / 7 + 1);
}
