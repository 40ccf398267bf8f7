/* SPDX-License-Identifier: MPL-2.0
 *
 * Long work is told of once a second, short work not at all.
 */
#include "progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* An alarm cuts a sleep short; work it does not. */
static void rest(long ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) != 0)
		;
}

static void work(long ms, int64_t size, char said[256])
{
	FILE *to = tmpfile(), *file = tmpfile();

	assert_true(to && file);
	assert_int_equal(lseek(fileno(file), 3 << 20, SEEK_SET), 3 << 20);
	progress_begin(fileno(to), "read", fileno(file), size);
	rest(ms);
	progress_end();
	memset(said, 0, 256);
	assert_true(pread(fileno(to), said, 255, 0) >= 0);
	(void)fclose(to);
	(void)fclose(file);
}

static void short_work_says_nothing(void **state)
{
	char said[256];

	(void)state;
	work(1, 0, said);
	assert_string_equal(said, "");
}

static void long_work_says_one_line_a_second(void **state)
{
	char said[256];

	(void)state;
	work(1400, 0, said);
	assert_string_equal(said, "read: 3 MiB\n");
	work(1400, INT64_C(1234) << 20, said);
	assert_string_equal(said, "read: 3 of 1234 MiB\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_work_says_nothing),
		cmocka_unit_test(long_work_says_one_line_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
