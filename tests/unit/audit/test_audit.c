/* SPDX-License-Identifier: MPL-2.0
 *
 * The audit door: counts, hands on, and stops the caller when the record failed.
 */
#include "samtale/audit/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static struct audit_event last;
static int answer;

static int soon(void *arg, const struct audit_event *event)
{
	assert_ptr_equal(arg, &answer);
	last = *event;
	return answer;
}

static int keep(void *arg, const struct audit_event *events, size_t n)
{
	assert_int_equal(n, 1);
	return soon(arg, events);
}

static const struct audit_sink sink = { keep, soon, &answer };

static void an_event_is_counted_and_reaches_the_sink(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event event = { AUDIT_NUMBER_SHOWN, AUDIT_FOR_COLLEAGUE,
		AUDIT_DONE, AUDIT_CONSULTANT, 7, 0, UINT64_C(1) << 40, 0 };

	(void)state;
	answer = 0;
	assert_int_equal(audit_new(&a, &sink), 0);
	assert_int_equal(audit_note(a, &event), 0);
	assert_memory_equal(&last, &event, sizeof(event));
	assert_int_equal(audit_count(a, AUDIT_NUMBER_SHOWN), 1);
	assert_int_equal(audit_count(a, AUDIT_SEARCH), 0);
}

static void a_failed_record_stops_the_caller_and_is_not_counted(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event event = { .what = AUDIT_DAY_READ };

	(void)state;
	answer = -ENOSPC;
	assert_int_equal(audit_new(&a, &sink), 0);
	assert_int_equal(audit_note(a, &event), -ENOSPC);
	assert_int_equal(audit_count(a, AUDIT_DAY_READ), 0);
}

static void what_must_be_on_the_disk_first_cannot_be_queued(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event first = { .what = AUDIT_NUMBER_SHOWN };
	const struct audit_event queued = { .what = AUDIT_ADMITTED };

	(void)state;
	answer = 0;
	assert_int_equal(audit_new(&a, &sink), 0);
	assert_int_equal(audit_note_soon(a, &first), -EINVAL);
	assert_int_equal(audit_count(a, AUDIT_NUMBER_SHOWN), 0);
	assert_int_equal(audit_note_soon(a, &queued), 0);
	assert_int_equal(last.what, AUDIT_ADMITTED);
}

static void without_a_sink_events_are_only_counted(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event event = { .what = AUDIT_SERVICE_STOPPED };

	(void)state;
	assert_int_equal(audit_new(&a, NULL), 0);
	assert_int_equal(audit_note(a, &event), 0);
	assert_int_equal(audit_note(a, &event), 0);
	assert_int_equal(audit_count(a, AUDIT_SERVICE_STOPPED), 2);
}

static void a_number_outside_its_enum_is_refused(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event rows[] = {
		{ .what = AUDIT_WHAT_COUNT },
		{ .purpose = AUDIT_PURPOSE_COUNT },
		{ .outcome = AUDIT_OUTCOME_COUNT },
		{ .role = AUDIT_ROLE_COUNT },
	};

	(void)state;
	assert_int_equal(audit_new(&a, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(audit_note(a, &rows[i]), -EINVAL);
	assert_int_equal(audit_count(a, AUDIT_DAY_READ), 0);
}

/* The numbers are stored for years: these rows pin some of them. */
static void stored_numbers_do_not_move(void **state)
{
	(void)state;
	assert_int_equal(AUDIT_DAY_READ, 0);
	assert_int_equal(AUDIT_SIGN_IN, 12);
	assert_int_equal(AUDIT_SERVICE_STOPPED, 30);
	assert_string_equal(audit_name(AUDIT_LINK_REDEEMED), "LINK_REDEEMED");
	assert_string_equal(audit_name(AUDIT_WHAT_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_counted_and_reaches_the_sink),
		cmocka_unit_test(a_failed_record_stops_the_caller_and_is_not_counted),
		cmocka_unit_test(what_must_be_on_the_disk_first_cannot_be_queued),
		cmocka_unit_test(without_a_sink_events_are_only_counted),
		cmocka_unit_test(a_number_outside_its_enum_is_refused),
		cmocka_unit_test(stored_numbers_do_not_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
