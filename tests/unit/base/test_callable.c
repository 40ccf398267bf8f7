/* SPDX-License-Identifier: MPL-2.0
 *
 * Which numbers may be called: hundreds of them against the settings as they come, and
 * some against other ones.
 */
#include "samtale/base/callable.h"

#include "samtale/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct callable by_default;

static int start(void **state)
{
	struct settings s;

	settings_init(&s);
	callable_of(&s, &by_default);
	*state = NULL;
	return 0;
}

static unsigned tried;

static void is(bool expected, const char *number)
{
	tried++;
	if (callable_is(&by_default, number) != expected)
		fail_msg("%s: not %d", number, expected);
}

/* Every two first digits of a Danish number of eight. */
static void danish_subscribers_are_called_short_and_premium_numbers_are_not(void **state)
{
	char number[32];

	(void)state;
	for (int begin = 0; begin < 100; begin++) {
		(void)snprintf(number, sizeof(number), "+45%02d345678", begin);
		is(begin >= 20 && begin != 90, number);
		(void)snprintf(number, sizeof(number), "+45%02d34567", begin); /* seven */
		is(false, number);
		(void)snprintf(
			number, sizeof(number), "+45%02d3456789", begin); /* nine */
		is(false, number);
	}
}

/* What fraud calls: the countries and services of its lists, all outside of +45. */
static void no_other_country_is_called_unless_it_is_allowed(void **state)
{
	static const char *const codes[] = { "1", "1242", "1246", "1264", "1268", "1284",
		"1345", "1441", "1473", "1649", "1664", "1721", "1758", "1767", "1784",
		"1809", "1868", "1869", "1876", "1900", "20", "211", "212", "213", "216",
		"218", "220", "221", "222", "223", "224", "225", "226", "227", "228",
		"229", "230", "231", "232", "233", "234", "235", "236", "237", "238",
		"239", "240", "241", "242", "243", "244", "245", "246", "247", "248",
		"249", "250", "251", "252", "253", "254", "255", "256", "257", "258",
		"260", "261", "262", "263", "264", "265", "266", "267", "268", "269",
		"27", "290", "291", "297", "298", "299", "30", "31", "32", "33", "34",
		"350", "351", "352", "353", "354", "355", "356", "357", "358", "359",
		"36", "370", "371", "372", "373", "374", "375", "376", "377", "378",
		"380", "381", "382", "383", "385", "386", "387", "389", "39", "40", "41",
		"420", "421", "423", "43", "44", "46", "47", "48", "49", "500", "501",
		"502", "503", "504", "505", "506", "507", "508", "509", "51", "52", "53",
		"54", "55", "56", "57", "58", "590", "591", "592", "593", "594", "595",
		"596", "597", "598", "599", "60", "61", "62", "63", "64", "65", "66",
		"670", "672", "673", "674", "675", "676", "677", "678", "679", "680",
		"681", "682", "683", "685", "686", "687", "688", "689", "690", "691",
		"692", "7", "800", "808", "81", "82", "84", "850", "852", "853", "855",
		"856", "86", "870", "878", "880", "881", "882", "883", "886", "888", "90",
		"91", "92", "93", "94", "95", "960", "961", "962", "963", "964", "965",
		"966", "967", "968", "970", "971", "972", "973", "974", "975", "976",
		"977", "979", "98", "992", "993", "994", "995", "996", "998" };
	struct callable abroad = by_default;
	unsigned open = 0;

	(void)state;
	(void)snprintf(abroad.allowed, sizeof(abroad.allowed), "+");
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		char number[32];

		(void)snprintf(number, sizeof(number), "+%s55512345", codes[i]);
		is(false, number);
		open += callable_is(&abroad, number);
	}
	/* Satellites and premium services of no country stay closed whatever is allowed.
	 */
	assert_int_equal(open, ARRAY_LEN(codes) - 7);
	assert_true(tried > 500);
}

static void what_is_no_number_is_not_called(void **state)
{
	static const char *const rows[] = { "", "+", "45", "112", "114", "118", "1813",
		"+112", "+45112", "4520304050", "004520304050", "20304050",
		"+45 20304050", "+4520304o50", "+4520304050;ext=1", "+4520304050,1",
		"++4520304050", "+4520304050\r\nTo: x", "sip:+4520304050@x",
		"+4520304050@x", "*31*20304050", "+045203040", "+4520304050\x80",
		"tel:+4520304050", "+45203040500000000000" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		is(false, rows[i]);
	is(true, "+4520304050");
}

static void prefixes_are_words_between_blanks_and_the_refused_win(void **state)
{
	struct callable c = { .allowed = " +47  +4520 ", .refused = "+47900" };

	(void)state;
	assert_true(callable_is(&c, "+4722334455"));
	assert_false(callable_is(&c, "+4790034455"));
	assert_true(callable_is(&c, "+4520304050"));
	assert_false(callable_is(&c, "+4521304050"));
	c = (struct callable){ .allowed = "+45" }; /* short ones stay closed */
	assert_false(callable_is(&c, "+4511223344"));
	assert_false(callable_is(&c, "+4501223344"));
	c = (struct callable){ .allowed = "" };
	assert_false(callable_is(&c, "+4520304050"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup(test, start)
		AT(danish_subscribers_are_called_short_and_premium_numbers_are_not),
		AT(no_other_country_is_called_unless_it_is_allowed),
		AT(what_is_no_number_is_not_called),
		AT(prefixes_are_words_between_blanks_and_the_refused_win),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
