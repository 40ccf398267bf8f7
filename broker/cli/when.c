/* SPDX-License-Identifier: MPL-2.0
 *
 * A day begins and ends where people say so: one has 23 hours in spring, one 25 in
 * autumn.
 */
#include "when.h"

#include "samtale/base/clock.h"

#include <time.h>

/* strptime() takes a 31st in every month. */
static bool is_day(const struct tm *day)
{
	struct tm noon = { .tm_year = day->tm_year,
		.tm_mon = day->tm_mon,
		.tm_mday = day->tm_mday,
		.tm_hour = 12,
		.tm_isdst = -1 };

	return mktime(&noon) != (time_t)-1 && noon.tm_mday == day->tm_mday;
}

bool when_day(const char *date, struct when_span *ret)
{
	time_t now = (time_t)(clock_utc_ms() / MS_SECOND);
	struct tm tm = { 0 };
	const char *end = "";

	if (date)
		end = strptime(date, "%Y-%m-%d", &tm);
	else
		(void)localtime_r(&now, &tm);
	if (!end || *end || !is_day(&tm))
		return false;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	ret->from_ms = (int64_t)mktime(&tm) * MS_SECOND;
	tm.tm_mday++;
	tm.tm_isdst = -1; /* the next day may have other hours */
	ret->to_ms = (int64_t)mktime(&tm) * MS_SECOND;
	return true;
}

bool when_days(const char *from, const char *to, struct when_span *ret)
{
	struct when_span first = WHEN_ALWAYS, last = WHEN_ALWAYS;

	if ((from && !when_day(from, &first)) || (to && !when_day(to, &last)) ||
		first.from_ms >= last.to_ms)
		return false;
	*ret = (struct when_span){ first.from_ms, last.to_ms };
	return true;
}

/* A format is a literal, so that the compiler reads it. */
#define WRITE_TIME(split, format)                                                        \
	do {                                                                             \
		time_t t = (time_t)(utc_ms / MS_SECOND);                                 \
		struct tm tm;                                                            \
                                                                                         \
		ret[0] = '\0';                                                           \
		if (split(&t, &tm))                                                      \
			(void)strftime(ret, WHEN_TEXT, format, &tm);                     \
	} while (0)

void when_second(int64_t utc_ms, char ret[WHEN_TEXT])
{
	WRITE_TIME(localtime_r, "%Y-%m-%d %H:%M:%S");
}

void when_minute(int64_t utc_ms, char ret[WHEN_TEXT])
{
	WRITE_TIME(localtime_r, "%Y-%m-%d %H:%M");
}

void when_danish(int64_t utc_ms, char ret[WHEN_TEXT])
{
	WRITE_TIME(localtime_r, "%d.%m.%Y kl. %H.%M");
}

void when_utc(int64_t utc_ms, char ret[WHEN_TEXT])
{
	WRITE_TIME(gmtime_r, "%Y-%m-%dT%H:%M:%SZ");
}
