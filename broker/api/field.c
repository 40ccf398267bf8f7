/* SPDX-License-Identifier: MPL-2.0
 *
 * Reads what people and browsers write into single fields. Refuses rather than guesses;
 * never keeps or prints what it refused.
 */
#include "samtale/api/field.h"

#include "samtale/base/clock.h"

#include <time.h>

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* -- telephone numbers ----------------------------------------------------------------
 */

static bool phone_digits(struct bytes typed, char *digits, size_t cap, size_t *ret_n)
{
	size_t n = 0;

	for (size_t i = 0; i < typed.len; i++) {
		uint8_t c = typed.at[i];

		if (c == ' ' || c == '-' || c == '.' || (c == '+' && n == 0 && i == 0))
			continue;
		if (!is_digit(c) || n == cap)
			return false;
		digits[n++] = (char)c;
	}
	*ret_n = n;
	return true;
}

bool field_phone(struct bytes typed, char ret[LIMIT_PHONE + 1])
{
	char d[16];
	const char *local = d;
	size_t n;
	bool plus = typed.len && typed.at[0] == '+';

	if (!phone_digits(typed, d, sizeof(d), &n))
		return false;
	if (plus && n == 10 && d[0] == '4' && d[1] == '5')
		local = d + 2;
	else if (!plus && n == 12 && memcmp(d, "0045", 4) == 0)
		local = d + 4;
	else if (plus || n != 8)
		return false;
	/* 0… and 1… are no subscribers (112, 118 …); 90… costs extra. */
	if (local[0] < '2' || (local[0] == '9' && local[1] == '0'))
		return false;
	memcpy(ret, "+45", 3);
	memcpy(ret + 3, local, 8);
	ret[11] = '\0';
	return true;
}

/* -- CPR numbers ----------------------------------------------------------------------
 */

/* Takes one character. What is no whole UTF-8 sequence is one byte and means nothing. */
static uint32_t take_rune(struct bytes *t)
{
	uint8_t lead = t->at[0];
	size_t len = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint32_t rune = len == 1 ? lead : lead & (0x7fu >> len);

	for (size_t i = 1; i < len; i++) {
		if (i == t->len || (t->at[i] & 0xc0) != 0x80) {
			rune = 0xfffd;
			len = 1;
			break;
		}
		rune = rune << 6 | (t->at[i] & 0x3f);
	}
	*t = bytes_of(t->at + len, t->len - len);
	return rune;
}

/* Takes one digit, of usual or of full width; -1, and nothing taken, when none is next.
 */
static int take_digit(struct bytes *t)
{
	struct bytes rest = *t;
	uint32_t rune = t->len ? take_rune(&rest) : 0;
	uint32_t zero = rune >= 0xff10 ? 0xff10 : '0';

	if (rune < zero || rune > zero + 9)
		return -1;
	*t = rest;
	return (int)(rune - zero);
}

static bool is_gap(uint32_t rune)
{
	static const uint32_t single[] = { ' ', '\t', '\n', '\r', '.', '-', '/', 0xa0,
		0x202f, 0x2212, 0x3000, 0xff0d, 0xff0e, 0xff0f };

	for (size_t i = 0; i < ARRAY_LEN(single); i++)
		if (rune == single[i])
			return true;
	return rune >= 0x2000 && rune <= 0x2015;
}

static bool take_gap(struct bytes *t)
{
	struct bytes rest = *t;
	bool any = false;

	while (rest.len && is_gap(take_rune(&rest))) {
		*t = rest;
		any = true;
	}
	return any;
}

static unsigned take_two(struct bytes *t)
{
	int tens = take_digit(t), ones = tens < 0 ? -1 : take_digit(t);

	return ones < 0 ? 100 : (unsigned)(tens * 10 + ones);
}

static bool cpr_begins(struct bytes t)
{
	static const uint8_t days[13] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	unsigned day = take_two(&t);
	bool apart = take_gap(&t);
	unsigned month = take_two(&t);

	if (take_gap(&t) != apart || take_two(&t) == 100)
		return false;
	(void)take_gap(&t);
	if (take_two(&t) == 100 || take_two(&t) == 100 || take_digit(&t) >= 0)
		return false;
	day -= day > 60 ? 60 : 0;
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month];
}

bool field_has_cpr(struct bytes text)
{
	bool after_digit = false;

	while (text.len) {
		if (!after_digit && cpr_begins(text))
			return true;
		after_digit = take_digit(&text) >= 0;
		if (!after_digit)
			(void)take_rune(&text);
	}
	return false;
}

/* -- days -----------------------------------------------------------------------------
 */

bool field_day(struct bytes date, int64_t *ret_from_ms, int64_t *ret_to_ms)
{
	struct tm day = { .tm_isdst = -1 }, next;
	uint64_t y, m, d;
	time_t from, to;

	if (date.len != 10 || date.at[4] != '-' || date.at[7] != '-' ||
		!bytes_to_u64(bytes_of(date.at, 4), 2200, &y) ||
		!bytes_to_u64(bytes_of(date.at + 5, 2), 12, &m) ||
		!bytes_to_u64(bytes_of(date.at + 8, 2), 31, &d) || y < 2020 || !m || !d)
		return false;
	day.tm_year = (int)y - 1900;
	day.tm_mon = (int)m - 1;
	day.tm_mday = (int)d;
	next = day;
	next.tm_mday++;
	from = mktime(&day);
	to = mktime(&next);
	if (from == (time_t)-1 || to == (time_t)-1 || day.tm_mday != (int)d)
		return false; /* 30 February became March */
	*ret_from_ms = (int64_t)from * MS_SECOND;
	*ret_to_ms = (int64_t)to * MS_SECOND;
	return true;
}

/* -- cookies --------------------------------------------------------------------------
 */

static struct bytes trimmed(struct bytes b)
{
	while (b.len && (b.at[0] == ' ' || b.at[0] == '\t')) {
		b.at++;
		b.len--;
	}
	while (b.len && (b.at[b.len - 1] == ' ' || b.at[b.len - 1] == '\t'))
		b.len--;
	return b;
}

struct bytes field_cookie(struct bytes header, const char *name)
{
	size_t name_len = strlen(name);
	struct bytes found = BYTES_NULL;
	bool seen = false;

	while (header.len) {
		const uint8_t *semi = memchr(header.at, ';', header.len);
		size_t len = semi ? (size_t)(semi - header.at) : header.len;
		struct bytes pair = trimmed(bytes_of(header.at, len));

		header.at += len + (semi ? 1 : 0);
		header.len -= len + (semi ? 1 : 0);
		if (pair.len <= name_len || pair.at[name_len] != '=' ||
			memcmp(pair.at, name, name_len) != 0)
			continue;
		if (seen)
			return BYTES_NULL;
		seen = true;
		found = bytes_of(pair.at + name_len + 1, pair.len - name_len - 1);
	}
	return found;
}
