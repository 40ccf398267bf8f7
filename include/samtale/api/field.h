/* SPDX-License-Identifier: MPL-2.0
 *
 * What people type: telephone numbers, free text that must not hold a CPR number, dates.
 * Pure; fuzzed.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/base/limits.h"

/* A Danish number as people write it (12 34 56 78, +45 12345678, 0045…) as "+4512345678".
 * False: not eight digits, a short or premium number (90…), or anything else in it. */
must_check bool field_phone(struct bytes typed, char ret[LIMIT_PHONE + 1]);

/* True when the text holds a CPR number as people write one: DD MM YY NNNN, a gap or none
 * before NNNN, and gaps on both sides of MM or on neither; no digit touches either end.
 * Day and month exist (29 February does in any year; 61 to 91 is the day of a replacement
 * number). A gap is one or more blanks, dots, dashes and slashes; a digit may be of full
 * width. So 2026-11-22, 22.11.2026 1234, 22.11.26 10.30 and eight digits are none.
 * tests/fixtures/cpr.json has the examples that the page's own rule must pass as well. */
bool field_has_cpr(struct bytes text);

/* "2026-11-22" in the process's time zone: first and last + 1 millisecond of that day.
 * False: no such day. */
must_check bool field_day(struct bytes date, int64_t *ret_from_ms, int64_t *ret_to_ms);

/* One cookie's value out of a Cookie header; BYTES_NULL when it is not there or stands
 * there twice. */
struct bytes field_cookie(struct bytes header, const char *name);
