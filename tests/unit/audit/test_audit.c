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
	const struct audit_event event = { .what = AUDIT_DAY_READ,
		.role = AUDIT_CONSULTANT };

	(void)state;
	answer = -ENOSPC;
	assert_int_equal(audit_new(&a, &sink), 0);
	assert_int_equal(audit_note(a, &event), -ENOSPC);
	assert_int_equal(audit_count(a, AUDIT_DAY_READ), 0);
}

static void what_must_be_on_the_disk_first_cannot_be_queued(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event first = { .what = AUDIT_NUMBER_SHOWN,
		.role = AUDIT_CONSULTANT };
	const struct audit_event queued = { .what = AUDIT_ADMITTED,
		.role = AUDIT_CONSULTANT };

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
		{ .what = AUDIT_WHAT_COUNT, .role = AUDIT_CONSULTANT },
		{ .purpose = AUDIT_PURPOSE_COUNT, .role = AUDIT_CONSULTANT },
		{ .outcome = AUDIT_OUTCOME_COUNT, .role = AUDIT_CONSULTANT },
		{ .role = AUDIT_ROLE_COUNT },
	};

	(void)state;
	assert_int_equal(audit_new(&a, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(audit_note(a, &rows[i]), -EINVAL);
	assert_int_equal(audit_count(a, AUDIT_DAY_READ), 0);
}

/* -- never: names, numbers, addresses, tokens, digits, text, SDP --------------------- */

/* Nothing but numbers fits in at all. */
_Static_assert(sizeof(struct audit_event) == 4 * sizeof(enum audit_what) +
						     3 * sizeof(uint32_t) +
						     sizeof(uint64_t) + sizeof(uint32_t),
	"an event has no room for text");

static bool is_taken(struct audit *a, const struct audit_event *event)
{
	answer = 0;
	return audit_note(a, event) == 0;
}

static void every_event_has_room_for_its_own_values_and_for_no_persons_number(
	void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const uint32_t persons[] = { 20000000, 61728394, 99999999, 0x7f000001,
		UINT32_MAX };
	struct audit_event e = { 0 };

	(void)state;
	assert_int_equal(audit_new(&a, &sink), 0);
	for (int what = 0; what < AUDIT_WHAT_COUNT; what++)
		for (int purpose = 0; purpose < AUDIT_PURPOSE_COUNT; purpose++)
			for (int outcome = 0; outcome < AUDIT_OUTCOME_COUNT; outcome++)
				for (int role = 0; role < AUDIT_ROLE_COUNT; role++) {
					e.what = (enum audit_what)what;
					e.purpose = (enum audit_purpose)purpose;
					e.outcome = (enum audit_outcome)outcome;
					e.role = (enum audit_role)role;
					e.value = audit_most(e.what);
					assert_int_equal(is_taken(a, &e),
						audit_may_cause(e.what, e.role));
					e.value++;
					assert_false(is_taken(a, &e));
					for (size_t i = 0; i < ARRAY_LEN(persons); i++) {
						e.value = persons[i];
						assert_false(is_taken(a, &e));
					}
				}
}

static void a_count_too_large_for_its_place_is_the_largest(void **state)
{
	(void)state;
	assert_int_equal(audit_count_of(0), 0);
	assert_int_equal(audit_count_of(AUDIT_COUNT - 1), AUDIT_COUNT - 1);
	assert_int_equal(audit_count_of(SIZE_MAX), AUDIT_COUNT);
}

static void every_event_says_what_it_is_in_both_languages(void **state)
{
	(void)state;
	for (int i = 0; i < AUDIT_WHAT_COUNT; i++) {
		enum audit_what what = (enum audit_what)i;
		bool by_someone = false;

		for (int role = 0; role < AUDIT_ROLE_COUNT; role++)
			by_someone |= audit_may_cause(what, (enum audit_role)role);
		assert_true(by_someone);
		assert_true(strlen(audit_sentence(what)) > 10);
		assert_true(strlen(audit_sentence_da(what)) > 10);
		assert_int_equal(audit_most(what) > 0, audit_value_means(what)[0] != 0);
		assert_int_equal(
			audit_sentence(what)[strlen(audit_sentence(what)) - 1], '.');
		assert_int_equal(
			audit_sentence_da(what)[strlen(audit_sentence_da(what)) - 1],
			'.');
	}
	for (int i = 0; i < AUDIT_PURPOSE_COUNT; i++)
		assert_string_not_equal(
			audit_purpose_da((enum audit_purpose)i), "unknown");
	for (int i = 0; i < AUDIT_OUTCOME_COUNT; i++)
		assert_string_not_equal(
			audit_outcome_da((enum audit_outcome)i), "unknown");
	for (int i = 0; i < AUDIT_ROLE_COUNT; i++)
		assert_string_not_equal(audit_role_da((enum audit_role)i), "unknown");
}

static void what_cannot_be_queued_is_counted(void **state)
{
	owned(audit_freep) struct audit *a = NULL;
	const struct audit_event event = { .what = AUDIT_ADMITTED,
		.role = AUDIT_CONSULTANT };

	(void)state;
	assert_int_equal(audit_new(&a, &sink), 0);
	answer = -EAGAIN;
	assert_int_equal(audit_note_soon(a, &event), -EAGAIN);
	answer = 0;
	assert_int_equal(audit_note_soon(a, &event), 0);
	assert_int_equal(audit_dropped(a), 1);
	assert_int_equal(audit_count(a, AUDIT_ADMITTED), 1);
}

/* The numbers are stored for years: these rows pin some of them. */
static void stored_numbers_do_not_move(void **state)
{
	(void)state;
	assert_int_equal(AUDIT_DAY_READ, 0);
	assert_int_equal(AUDIT_SIGN_IN, 12);
	assert_int_equal(AUDIT_SERVICE_STOPPED, 30);
	assert_int_equal(AUDIT_SELF_TEST, 57);
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
		cmocka_unit_test(
			every_event_has_room_for_its_own_values_and_for_no_persons_number),
		cmocka_unit_test(a_count_too_large_for_its_place_is_the_largest),
		cmocka_unit_test(every_event_says_what_it_is_in_both_languages),
		cmocka_unit_test(what_cannot_be_queued_is_counted),
		cmocka_unit_test(stored_numbers_do_not_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
