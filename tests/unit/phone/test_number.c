/* SPDX-License-Identifier: MPL-2.0
 *
 * Caller numbers as trunks write them.
 */
#include "number.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	const char *given, *want; /* NULL: hidden */
} rows[] = {
	{ "+4512345678", "+4512345678" },
	{ "004512345678", "+4512345678" },
	{ "4512345678", "+4512345678" },
	{ "12345678", "+4512345678" },
	{ "12 34 56-78", "+4512345678" },
	{ "+4512345678;phone-context=x", "+4512345678" },
	{ "+46701234567", "+46701234567" },
	{ "+(46)70.123.4567", "+46701234567" },
	{ "004612345678901", "+4612345678901" },
	{ "+123456789012345", "+123456789012345" },
	{ "+1234567890123456", NULL }, /* 16 digits */
	{ "+4545", NULL },
	{ "46701234567", NULL }, /* nobody knows of which country */
	{ "02345678", NULL },
	{ "+0512345678", NULL },
	{ "112", NULL },
	{ "", NULL },
	{ "+", NULL },
	{ "anonymous", NULL },
	{ "1234567x", NULL },
	{ "12+345678", NULL },
	{ "%2B4512345678", NULL },
	{ "000000000000000000000000000000", NULL },
};

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char got[NUMBER_MAX] = "x";
		assert_int_equal(
			number_read(bytes_str(rows[i].given), got), rows[i].want != NULL);
		assert_string_equal(got, rows[i].want ? rows[i].want : "");
	}
}

static void only_e164_may_be_dialled(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "+", "+123456", "12345678", "+0512345678",
		"+1234567890123456", "+4512345678@x", "+45 12345678", "+451234567;",
		"++4512345" };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].want)
			assert_true(number_is_e164(bytes_str(rows[i].want)));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(number_is_e164(bytes_str(bad[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_row),
		cmocka_unit_test(only_e164_may_be_dialled) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
