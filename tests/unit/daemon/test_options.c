/* SPDX-License-Identifier: MPL-2.0
 *
 * The broker's command line: what is taken, and what each mistake is told.
 */
#include "samtale/daemon/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PARSE(o, why, ...)                                                               \
	options_parse((o), (int)ARRAY_LEN(((char *[]){ "b", __VA_ARGS__ })),             \
		(char *[]){ "b", __VA_ARGS__ }, (why))

static void every_option_is_taken(void **state)
{
	const char *why = "";
	struct options o;

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--config", "f", "--set", "a.b=c", "--set",
				 "d.e=f", "--test-clock", "--foreground"),
		0);
	assert_string_equal(o.source.config, "f");
	assert_int_equal(o.source.set_count, 2);
	assert_string_equal(o.source.sets[1], "d.e=f");
	assert_true(o.test_clock && o.foreground);
	assert_int_equal(PARSE(&o, &why, "--config", "f"), 0);
	assert_false(o.test_clock || o.foreground);
	assert_int_equal(o.source.set_count, 0);
}

static void mistakes_are_told(void **state)
{
	const char *why = "";
	struct options o = { .test_clock = true };

	(void)state;
	assert_int_equal(PARSE(&o, &why, "--fast"), OPTIONS_E_USAGE);
	assert_string_equal(why, "unknown option");
	assert_int_equal(PARSE(&o, &why, "f"), OPTIONS_E_USAGE);
	assert_int_equal(PARSE(&o, &why, "--config"), OPTIONS_E_USAGE);
	assert_non_null(strstr(why, "needs a file"));
	assert_int_equal(PARSE(&o, &why, "--config", "f", "--set"), OPTIONS_E_USAGE);
	assert_non_null(strstr(why, "section.key=value"));
	assert_int_equal(PARSE(&o, &why, "--test-clock"), OPTIONS_E_USAGE);
	assert_non_null(strstr(why, "--config FILE is needed"));
	assert_true(o.test_clock); /* untouched */
	assert_int_equal(PARSE(&o, &why, "--version"), OPTIONS_E_END);
	assert_int_equal(PARSE(&o, &why, "--help"), OPTIONS_E_END);
}

static void there_is_a_limit_to_single_settings(void **state)
{
	char *argv[3 + 2 * (PLACE_SETS_MAX + 1)] = { "b", "--config", "f" };
	const char *why = "";
	struct options o;
	int n = 3;

	(void)state;
	for (int i = 0; i <= PLACE_SETS_MAX; i++) {
		assert_int_equal(options_parse(&o, n, argv, &why), 0);
		argv[n++] = "--set";
		argv[n++] = "a.b=c";
	}
	assert_int_equal(options_parse(&o, n, argv, &why), OPTIONS_E_USAGE);
	assert_string_equal(why, "too many --set");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_taken),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(there_is_a_limit_to_single_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
