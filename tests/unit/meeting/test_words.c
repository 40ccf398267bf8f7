/* SPDX-License-Identifier: MPL-2.0
 *
 * Words and numbers; the words a client sees are spelt here a second time.
 */
#include "stage.h"

#define CHECK(list, LIST)                                                                \
	for (int i = 0; i < MEETING_##LIST##_COUNT; i++)                                 \
	assert_int_equal(meeting_##list##_of(bytes_str(                                  \
				 meeting_##list##_name((enum meeting_##list)i))),        \
		i)

static void every_word_leads_back_to_its_number(void **state)
{
	(void)state;
	CHECK(way, WAY);
	CHECK(progress, PROGRESS);
	CHECK(signal, SIGNAL);
	CHECK(health, HEALTH);
	CHECK(call_from, CALL_FROM);
	CHECK(outcome, OUTCOME);
}

static void a_foreign_word_is_none_of_ours(void **state)
{
	(void)state;
	assert_int_equal(meeting_rung_of(bytes_str("Video")), -1);
	assert_int_equal(meeting_rung_of(bytes_str("vide")), -1);
	assert_int_equal(meeting_rung_of(BYTES_NULL), -1);
	assert_int_equal(meeting_rung_of(bytes_of("video", 6)), -1);
	assert_int_equal(meeting_rung_of(bytes_str("video")), MEETING_RUNG_VIDEO);
	assert_int_equal(meeting_break_of(bytes_str("lost")), MEETING_BREAK_LOST);
	assert_int_equal(meeting_phone_of(bytes_str("hung_up")), MEETING_PHONE_HUNG_UP);
	assert_string_equal(meeting_phase_name((enum meeting_phase)99), "unknown");
}

static void the_refusals_are_those_of_the_protocol(void **state)
{
	static const char *const codes[] = { "entry_gone", "already_ended", "not_entered",
		"outcome_not_allowed", "too_early", "not_yours", "no_call", "no_trunk",
		"no_number" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		assert_string_equal(meeting_refusal_name((int)i + 1), codes[i]);
	assert_int_equal(MEETING_E_NO_NUMBER, ARRAY_LEN(codes));
	assert_string_equal(meeting_refusal_name(MEETING_E_WRONG_STATE), "wrong_state");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_leads_back_to_its_number),
		cmocka_unit_test(a_foreign_word_is_none_of_ours),
		cmocka_unit_test(the_refusals_are_those_of_the_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
