/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of close codes against docs/protocol.md: the same codes, the same names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "samtale/base/ops_log.h"
#include "samtale/session/close_code.h"

static void every_code_stands_in_the_protocol_and_back(void **state)
{
	static char page[64 * 1024];
	FILE *f = fopen(PROTOCOL, "r");
	unsigned rows = 0;
	char row[64];

	(void)state;
	assert_non_null(f);
	assert_true(fread(page, 1, sizeof(page) - 1, f) < sizeof(page) - 1);
	fclose(f);
	for (int c = 0; c < CLOSE_COUNT; c++) {
		(void)snprintf(row, sizeof(row), "\n| %d | `%s` |",
			close_code_number((enum close_code)c),
			close_code_name((enum close_code)c));
		if (!strstr(page, row))
			fail_msg("not in protocol.md:%s", row);
	}
	for (const char *at = page; (at = strstr(at, "\n| ")); at++)
		rows += strtol(at + 3, NULL, 10) >= 1000;
	assert_int_equal(rows, CLOSE_COUNT);
}

static void closes_are_counted(void **state)
{
	uint64_t before = close_code_count(CLOSE_DONE);

	(void)state;
	log_set_level(LOG_E_ERROR);
	close_code_note(CLOSE_DONE);
	close_code_note(CLOSE_TOO_FAST);
	assert_int_equal(close_code_count(CLOSE_DONE), before + 1);
	assert_int_equal(close_code_count(CLOSE_TOO_FAST), 1);
	assert_int_equal(log_event_count(EV_PEER_CLOSED), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_stands_in_the_protocol_and_back),
		cmocka_unit_test(closes_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
