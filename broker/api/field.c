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

static unsigned two(const uint8_t *at)
{
	return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

static bool cpr_at(struct bytes t, size_t i)
{
	static const uint8_t days[13] = { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	size_t k = i;
	unsigned day, month;

	if (i > 0 && is_digit(t.at[i - 1]))
		return false;
	if (t.len - i < 10)
		return false;
	for (; k < i + 6; k++)
		if (!is_digit(t.at[k]))
			return false;
	day = two(t.at + i);
	month = two(t.at + i + 2);
	if (month < 1 || month > 12 || day < 1 || day > days[month])
		return false;
	if (t.at[k] == '-' || t.at[k] == ' ')
		k++;
	if (t.len - k < 4)
		return false;
	for (size_t end = k + 4; k < end; k++)
		if (!is_digit(t.at[k]))
			return false;
	return k == t.len || !is_digit(t.at[k]);
}

bool field_has_cpr(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (cpr_at(text, i))
			return true;
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
