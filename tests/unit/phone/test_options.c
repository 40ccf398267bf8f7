/* SPDX-License-Identifier: MPL-2.0
 *
 * The command line that the broker gives the gateway. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char file[] = "/tmp/phone-options-XXXXXX";
static struct options o;
static struct setting_error error;

static int parse(int argc, char *const argv[])
{
	memset(&o, 0, sizeof(o));
	memset(&error, 0, sizeof(error));
	return options_parse(&o, argc, argv, &error);
}

static void settings_of_the_line_stand_over_the_file(void **state)
{
	char *argv[] = { "samtale-phone", "--set", "phone.calls=7", "--config", file,
		"--test-clock", "--prompts", "/somewhere", "--set",
		"phone.number=+4512345678" };

	(void)state;
	assert_int_equal(parse(ARRAY_LEN(argv), argv), 0);
	assert_int_equal(o.settings.phone_calls, 7);
	assert_int_equal(o.settings.phone_ring_seconds, 33);
	assert_string_equal(o.settings.phone_number, "+4512345678");
	assert_true(o.test_clock);
	assert_string_equal(o.prompts, "/somewhere");
}

static void what_is_wrong_is_said(void **state)
{
	static char *const cases[][4] = {
		{ "p", "--frobnicate", "x", NULL },
		{ "p", "--config", NULL },
		{ "p", "--set", "phone.calls", NULL },
		{ "p", "--set", "phone.calls=many", NULL },
		{ "p", "--set", "phone.nothing=1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int argc = 0;

		while (cases[i][argc])
			argc++;
		assert_int_equal(parse(argc, cases[i]), OPTIONS_E_BAD);
		assert_true(error.sentence[0]);
	}
}

static void a_file_with_an_error_is_named_by_its_line(void **state)
{
	char bad[] = "/tmp/phone-options-XXXXXX";
	char *argv[] = { "p", "--config", bad };
	int fd = mkstemp(bad);

	(void)state;
	assert_int_equal(write(fd, "[phone]\ncalls = 0\n", 18), 18);
	assert_int_equal(close(fd), 0);
	assert_int_equal(parse(3, argv), OPTIONS_E_BAD);
	assert_non_null(strstr(error.sentence, "line 2"));
	assert_int_equal(unlink(bad), 0);
	assert_true(parse(3, argv) < 0); /* gone: a fault */
}

static int make_file(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	return write(fd, "[phone]\ncalls = 5\nring_seconds = 33\n", 36) == 36 ? close(fd)
									      : -1;
}

static int drop_file(void **state)
{
	(void)state;
	return unlink(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_of_the_line_stand_over_the_file),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(a_file_with_an_error_is_named_by_its_line),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
