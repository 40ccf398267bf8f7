/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: days and times as people type and read them, in the organisation's
 * time zone. Pure but for the zone.
 */
#pragma once

#include "samtale/base/bytes.h"

struct when_span { /* from_ms <= t < to_ms */
	int64_t from_ms, to_ms;
};
#define WHEN_ALWAYS                                                                      \
	(struct when_span)                                                               \
	{                                                                                \
		INT64_MIN, INT64_MAX                                                     \
	}

/* A day such as 2026-11-22; NULL: today. False: not a day. */
must_check bool when_day(const char *date, struct when_span *ret);
/* From the first day to the end of the last; NULL: open at that end. */
must_check bool when_days(const char *from, const char *to, struct when_span *ret);

#define WHEN_TEXT 24
void when_minute(int64_t utc_ms, char ret[WHEN_TEXT]); /* 2026-11-22 13:05 */
void when_second(int64_t utc_ms, char ret[WHEN_TEXT]); /* 2026-11-22 13:05:09 */
void when_danish(int64_t utc_ms, char ret[WHEN_TEXT]); /* 22.11.2026 kl. 13.05 */
/* UTC, RFC 3339: 2026-11-22T12:05:09Z */
void when_utc(int64_t utc_ms, char ret[WHEN_TEXT]);
