/* SPDX-License-Identifier: MPL-2.0
 *
 * What people and browsers write into single fields.
 */
#include "samtale/api/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#define HOUR_MS ((int64_t)3600 * 1000)

static void danish_numbers_are_read_as_people_write_them(void **state)
{
	static const char *const good[] = { "12345678" /* see below */, "22 33 44 55",
		"+45 22334455", "+4522334455", "0045 22 33 44 55", "22-33-44-55",
		"22.33.44.55" };
	char ret[LIMIT_PHONE + 1];

	(void)state;
	assert_false(field_phone(bytes_str(good[0]), ret)); /* 1… is no subscriber */
	for (size_t i = 1; i < ARRAY_LEN(good); i++) {
		assert_true(field_phone(bytes_str(good[i]), ret));
		assert_string_equal(ret, "+4522334455");
	}
}

static void foreign_short_premium_and_garbled_numbers_are_refused(void **state)
{
	static const char *const bad[] = { "", "112", "118", "1813", "2233445",
		"223344556", "90123456", "+4590123456", "+46701234567", "004670123456",
		"+45223344", "22334455x", "++4522334455", "2+2334455", "22/33/44/55", "+",
		"0022334455", "02334455", "٢٢٣٣٤٤٥٥" };
	char ret[LIMIT_PHONE + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(field_phone(bytes_str(bad[i]), ret));
}

/* Of tests/fixtures/cpr.json, which the page's rule is held against as well. */
static size_t all_examples(const char *kind, bool has_cpr)
{
	json_t *root = json_load_file(CPR_FIXTURE, 0, NULL);
	const json_t *list = json_object_get(root, kind);
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		assert_non_null(text);
		if (field_has_cpr(bytes_str(text)) != has_cpr)
			fail_msg("%s: %s", kind, text);
	}
	json_decref(root);
	return n;
}

static void a_cpr_number_is_found_in_free_text(void **state)
{
	(void)state;
	assert_true(all_examples("with", true) > 15);
}

static void other_digits_are_no_cpr_number(void **state)
{
	(void)state;
	assert_true(all_examples("without", false) > 15);
}

static void text_that_breaks_off_inside_a_character_is_no_cpr_number(void **state)
{
	static const char *const cut[] = { "010190-123\xef", "010190-123\xef\xbc", "\xf0",
		"010190\xe2\x80" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cut); i++)
		assert_false(field_has_cpr(bytes_str(cut[i])));
}

static void a_day_is_as_long_as_the_calendar_says(void **state)
{
	static const struct {
		const char *date;
		int64_t hours;
	} days[] = { { "2026-11-22", 24 }, { "2026-03-29", 23 }, { "2026-10-25", 25 },
		{ "2028-02-29", 24 } };
	int64_t from, to;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		assert_true(field_day(bytes_str(days[i].date), &from, &to));
		assert_int_equal(to - from, days[i].hours * HOUR_MS);
	}
	assert_true(field_day(bytes_str("2026-11-22"), &from, &to));
	assert_int_equal(from, 1795302000000); /* 2026-11-21T23:00Z */
}

static void a_day_that_does_not_exist_is_refused(void **state)
{
	static const char *const bad[] = { "", "2026-02-30", "2027-02-29", "2026-13-01",
		"2026-00-10", "2026-1-1", "2026/11/22", "22-11-2026", "2026-11-22T",
		"1999-01-01" };
	int64_t from, to;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(field_day(bytes_str(bad[i]), &from, &to));
}

static void a_cookie_is_found_by_its_whole_name_and_only_once(void **state)
{
	static const struct {
		const char *header, *value; /* NULL: none */
	} rows[] = {
		{ "__Host-staff=abc", "abc" },
		{ "a=1; __Host-staff=abc; b=2", "abc" },
		{ "a=1;__Host-staff=abc", "abc" },
		{ "x__Host-staff=abc", NULL },
		{ "__Host-staffx=abc", NULL },
		{ "__Host-staff=abc; __Host-staff=def", NULL },
		{ "__Host-staff", NULL },
		{ "", NULL },
		{ ";;;=;", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct bytes v = field_cookie(bytes_str(rows[i].header), "__Host-staff");

		if (rows[i].value)
			assert_true(bytes_equal_str(v, rows[i].value));
		else
			assert_int_equal(v.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(danish_numbers_are_read_as_people_write_them),
		cmocka_unit_test(foreign_short_premium_and_garbled_numbers_are_refused),
		cmocka_unit_test(a_cpr_number_is_found_in_free_text),
		cmocka_unit_test(other_digits_are_no_cpr_number),
		cmocka_unit_test(
			text_that_breaks_off_inside_a_character_is_no_cpr_number),
		cmocka_unit_test(a_day_is_as_long_as_the_calendar_says),
		cmocka_unit_test(a_day_that_does_not_exist_is_refused),
		cmocka_unit_test(a_cookie_is_found_by_its_whole_name_and_only_once),
	};

	setenv("TZ", "Europe/Copenhagen", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
