/* SPDX-License-Identifier: MPL-2.0
 *
 * The words of phone.def against the codes of the network.
 */
#include "cause.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct {
	unsigned scode;
	const char *reason;
	enum phone_cause want;
} rows[] = {
	{ 486, "", PHONE_CAUSE_BUSY },
	{ 600, "", PHONE_CAUSE_BUSY },
	{ 408, "", PHONE_CAUSE_NO_ANSWER },
	{ 480, "", PHONE_CAUSE_NO_ANSWER },
	{ 603, "", PHONE_CAUSE_DECLINED },
	{ 403, "", PHONE_CAUSE_DECLINED },
	{ 302, "", PHONE_CAUSE_DECLINED },
	{ 404, "", PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 410, "", PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 484, "", PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 604, "", PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 500, "", PHONE_CAUSE_LINE_DOWN },
	{ 503, "", PHONE_CAUSE_LINE_DOWN },
	{ 401, "", PHONE_CAUSE_LINE_DOWN },
	{ 407, "", PHONE_CAUSE_LINE_DOWN },
	{ 488, "", PHONE_CAUSE_BAD_MEDIA },
	{ 499, "", PHONE_CAUSE_NO_ANSWER },
	{ 480, "Q.850;cause=17;text=\"User busy\"", PHONE_CAUSE_BUSY },
	{ 480, "q.850 ; cause=18", PHONE_CAUSE_NO_ANSWER },
	{ 503, "Q.850;text=\"x\";cause=21", PHONE_CAUSE_DECLINED },
	{ 404, "Q.850;cause=1", PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 500, "Q.850;cause=28", PHONE_CAUSE_UNKNOWN_NUMBER },
	/* What says nothing more leaves it to the status. */
	{ 486, "SIP;cause=480", PHONE_CAUSE_BUSY },
	{ 486, "Q.850;cause=", PHONE_CAUSE_BUSY },
	{ 486, "Q.850;cause=127", PHONE_CAUSE_BUSY },
	{ 486, "Q.850;cause=99999999999999999999", PHONE_CAUSE_BUSY },
	{ 486, "Q.85", PHONE_CAUSE_BUSY },
};

static void every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
			cause_of_status(rows[i].scode, bytes_str(rows[i].reason)),
			rows[i].want);
}

static void every_cause_is_a_final_refusal(void **state)
{
	(void)state;
	for (int c = 0; c < PHONE_CAUSE_COUNT; c++) {
		const struct cause_status s = cause_to_status((enum phone_cause)c);
		assert_in_range(s.scode, 400, 699);
		assert_non_null(s.reason);
	}
	assert_int_equal(cause_to_status(PHONE_CAUSE_BUSY).scode, 486);
	assert_int_equal(cause_to_status(PHONE_CAUSE_DECLINED).scode, 603);
	assert_int_equal(cause_to_status(PHONE_CAUSE_FULL).scode, 503);
	assert_int_equal(cause_to_status(PHONE_CAUSE_LINE_DOWN).scode, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_row),
		cmocka_unit_test(every_cause_is_a_final_refusal) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
