/* SPDX-License-Identifier: MPL-2.0
 *
 * What people type and browsers send: a telephone number, text that may hold a CPR
 * number, a day, a Cookie header. Each answer is checked against a plainer way to say it.
 */
#include "samtale/api/field.h"

#include "fuzz.h"

static void check_phone(struct bytes typed)
{
	char once[LIMIT_PHONE + 1], twice[LIMIT_PHONE + 1];

	if (!field_phone(typed, once))
		return;
	PROMISE(strlen(once) == 11 && memcmp(once, "+45", 3) == 0);
	PROMISE(strspn(once + 1, "0123456789") == 10);
	PROMISE(once[3] >= '2' && !(once[3] == '9' && once[4] == '0'));
	PROMISE(field_phone(bytes_str(once), twice) && strcmp(once, twice) == 0);
}

static bool is_digit(struct bytes t, size_t i)
{
	return i < t.len && t.at[i] >= '0' && t.at[i] <= '9';
}

static unsigned digits(struct bytes t, size_t i)
{
	unsigned n = 0;

	while (is_digit(t, i + n))
		n++;
	return n;
}

/* The plainest ones: ten digits in a row, or six, one blank or dash, and four. */
static bool looks_like_cpr(struct bytes t, size_t i)
{
	unsigned n = digits(t, i);
	unsigned day, month;

	if ((i > 0 && is_digit(t, i - 1)) || (n != 10 && n != 6))
		return false;
	if (n == 6 && (i + 6 >= t.len || !strchr(" -", t.at[i + 6]) || t.at[i + 6] == 0 ||
			      digits(t, i + 7) != 4))
		return false;
	day = (t.at[i] - '0') * 10U + t.at[i + 1] - '0';
	month = (t.at[i + 2] - '0') * 10U + t.at[i + 3] - '0';
	return day >= 1 && month >= 1 && month <= 12 &&
	       day <= (month == 2 ? 29U : 30U + ((month + month / 8) & 1));
}

static void check_cpr(struct bytes text)
{
	bool any = false, wide = false;
	unsigned n = 0;

	for (size_t i = 0; i < text.len; i++) {
		any |= is_digit(text, i) && looks_like_cpr(text, i);
		wide |= text.at[i] >= 0x80;
		n += is_digit(text, i) || (text.at[i] & 0xc0) == 0x80;
	}
	any &= !wide; /* a digit of full width may touch it */
	PROMISE(!any || field_has_cpr(text));
	PROMISE(n >= 10 || !field_has_cpr(text));
}

static void check_day(struct bytes date)
{
	int64_t from, to;

	if (!field_day(date, &from, &to))
		return;
	PROMISE(date.len == 10);
	PROMISE(to - from >= 23 * 3600000 && to - from <= 25 * 3600000);
	PROMISE(from > INT64_C(1577000000000) && to < INT64_C(7300000000000));
}

static void check_cookie(struct bytes header)
{
	struct bytes v = field_cookie(header, "__Host-staff");

	if (v.at == NULL)
		return;
	PROMISE(v.at > header.at && v.at + v.len <= header.at + header.len);
	PROMISE(v.at[-1] == '=' && (v.len == 0 || !memchr(v.at, ';', v.len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static bool in_denmark;

	if (!in_denmark)
		PROMISE(setenv("TZ", "Europe/Copenhagen", 1) == 0);
	in_denmark = true;
	check_phone(bytes_of(at, len));
	check_cpr(bytes_of(at, len));
	check_day(bytes_of(at, len));
	check_cookie(bytes_of(at, len));
	return 0;
}
