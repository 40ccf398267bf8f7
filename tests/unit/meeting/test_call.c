/* SPDX-License-Identifier: MPL-2.0
 *
 * The telephone: the table of docs/protocol.md 6, the citizen's own number, the way back.
 */
#include "stage.h"

static void every_event_in_every_state_of_the_call_is_as_the_table_says(void **state)
{
	/* first letters of the next state from none, asked, announced (n a A), ringing,
	 * missed, talking; - is refused with no_call, / with no_trunk */
	static const char *const plan[MEETING_PHONE_COUNT] = {
		[MEETING_PHONE_OPEN] = "AAAAA-",
		[MEETING_PHONE_RINGING] = "--rrr-",
		[MEETING_PHONE_ANSWERED] = "--rr--",
		[MEETING_PHONE_NO_ANSWER] = "--mm--",
		[MEETING_PHONE_WRONG_PERSON] = "--mm--",
		[MEETING_PHONE_IS_CITIZEN] = "--tt--",
		[MEETING_PHONE_CANCEL] = "nnnnn-",
		[MEETING_PHONE_ACCEPT_NUMBER] = "......",
		[MEETING_PHONE_DECLINE_NUMBER] = "......",
		[MEETING_PHONE_HUNG_UP] = "-----n",
		[MEETING_PHONE_DIAL] = "///-/-",
		[MEETING_PHONE_MUTE] = "------",
		[MEETING_PHONE_HOLD] = "------",
	};
	static const char letters[] = "naArmt";

	(void)state;
	for (unsigned event = 0; event < MEETING_PHONE_COUNT; event++) {
		for (unsigned from = 0; from < MEETING_CALL_COUNT; from++) {
			struct stage s = stage_live();
			int result;

			if (from == MEETING_CALL_ASKED)
				assert_int_equal(ACT(&s, CALL_ME, .call_me = { 0 }), 0);
			if (from >= MEETING_CALL_ANNOUNCED)
				assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
			if (from == MEETING_CALL_RINGING)
				assert_int_equal(phone(&s, MEETING_PHONE_RINGING), 0);
			if (from == MEETING_CALL_MISSED)
				assert_int_equal(phone(&s, MEETING_PHONE_NO_ANSWER), 0);
			if (from == MEETING_CALL_TALKING)
				assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
			assert_int_equal(s.m.call.state, from);
			result = phone(&s, (enum meeting_phone)event);
			if (plan[event][from] == '.') {
				assert_int_equal(result, MEETING_E_NO_NUMBER);
			} else if (plan[event][from] == '/') {
				assert_int_equal(result, MEETING_E_NO_TRUNK);
			} else if (plan[event][from] == '-') {
				assert_int_equal(result, MEETING_E_NO_CALL);
				assert_int_equal(s.m.call.state, from);
			} else {
				assert_int_equal(result, 0);
				assert_int_equal(
					letters[s.m.call.state], plan[event][from]);
			}
		}
	}
}

static void two_digits_are_drawn_when_the_panel_opens_and_stay_until_it_closes(
	void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_false(s.m.call.has_digits);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_true(s.m.call.has_digits);
	assert_int_equal(s.m.call.digits, 47);
	assert_int_equal(phone(&s, MEETING_PHONE_NO_ANSWER), 0);
	assert_int_equal(ACT(&s, PHONE,
				 .phone = { .event = MEETING_PHONE_OPEN,
					 .from = MEETING_CALL_FROM_HIDDEN,
					 .digits = 12 }),
		0);
	assert_int_equal(s.m.call.digits, 47);
	assert_int_equal(s.m.call.from, MEETING_CALL_FROM_HIDDEN);
	assert_int_equal(phone(&s, MEETING_PHONE_CANCEL), 0);
	assert_false(s.m.call.has_digits);
	assert_int_equal(ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_OPEN }),
		MEETING_E_NO_CALL); /* from no telephone */
}

static void the_talk_goes_on_by_phone_and_its_minutes_are_counted(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	s.now += 20 * MINUTE;
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_true(has_record(&s, MEETING_RECORD_FORM, MEETING_FORM_PHONE));
	assert_int_equal(look(&s).level, 2);
	assert_int_equal(
		ACT(&s, DISCONNECT, .entry = 1), 0); /* the phone took the browser */
	s.now += 8 * MINUTE;
	assert_int_equal(ACT(&s, LATE, .late = 0), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	assert_int_equal(media(&s, 0, true, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(look(&s).minutes[MEETING_FORM_VIDEO], 20);
	assert_int_equal(look(&s).minutes[MEETING_FORM_PHONE], 8);
	assert_int_equal(s.m.interval[1].form, MEETING_FORM_PHONE);
}

static void video_is_asked_by_the_citizen_and_ordered_by_the_consultant(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, VIDEO, .entry = 1), MEETING_E_NO_CALL);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	arrive(&s, 2);
	assert_int_equal(ACT(&s, VIDEO, .entry = 2), MEETING_E_WRONG_STATE);
	assert_int_equal(ACT(&s, VIDEO, .entry = 1), 0);
	assert_true(s.m.call.video_asked);
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.form, MEETING_FORM_NONE);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
}

static void hanging_up_brings_the_browsers_back_too(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_HUNG_UP), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
}

static void the_phone_alone_can_begin_and_hold_the_meeting(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	assert_int_equal(look(&s).level, 2);
	/* the device in the lobby is somebody else until it is admitted */
	assert_int_equal(meeting_entry_at(&s.m, 1)->place, MEETING_PLACE_LOBBY);
	assert_int_equal(meeting_entry_at(&s.m, 1)->level, 0);
	assert_int_equal(
		signal_of(&s, 1, 0, MEETING_SIGNAL_CANDIDATES), MEETING_E_WRONG_STATE);
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), MEETING_E_ENTRY_GONE);
	assert_int_equal(ACT(&s, ADMIT, .entry = 1), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_START, 1), 0);
	assert_int_equal(look(&s).level, 0);
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 1));
}

static void ring_til_mig_alerts_and_can_be_taken_back(void **state)
{
	struct stage s = stage_at(NINE - HOUR); /* before the door opens, too */

	(void)state;
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { 0 }), 0);
	assert_true(has_fx(&s, MEETING_FX_CARD, 0, MEETING_ALERT_CALL_ME));
	assert_int_equal(s.m.call.state, MEETING_CALL_ASKED);
	assert_true(look(&s).offer_call);
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { .cancel = true }), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_true(s.m.call.asked_ever);
}

static void a_number_of_the_citizens_own_waits_for_the_consultant(void **state)
{
	struct stage s = stage_live();

	(void)state;
	s.m.booking.has_phone = false;
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { 0 }), MEETING_E_NO_NUMBER);
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { .gave = true }), 0);
	assert_int_equal(s.m.call.given, MEETING_GIVEN_PENDING);
	assert_int_equal(phone(&s, MEETING_PHONE_DECLINE_NUMBER), 0);
	assert_int_equal(s.m.call.given, MEETING_GIVEN_NONE);
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { .gave = true }), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_ACCEPT_NUMBER), 0);
	assert_int_equal(s.m.call.given, MEETING_GIVEN_ACCEPTED);
	assert_int_equal(phone(&s, MEETING_PHONE_ACCEPT_NUMBER), MEETING_E_NO_NUMBER);
}

static void only_the_booked_number_proves_anything(void **state)
{
	static const struct {
		bool booked, own;
		uint8_t level;
	} cases[] = { { true, false, 2 }, { true, true, 0 }, { false, true, 0 },
		{ false, false, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s = stage_live();

		s.m.booking.has_phone = cases[i].booked;
		if (cases[i].own) {
			assert_int_equal(
				ACT(&s, CALL_ME, .call_me = { .gave = true }), 0);
			assert_int_equal(phone(&s, MEETING_PHONE_ACCEPT_NUMBER), 0);
		}
		assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
		assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
		assert_int_equal(look(&s).level, cases[i].level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_event_in_every_state_of_the_call_is_as_the_table_says),
		cmocka_unit_test(
			two_digits_are_drawn_when_the_panel_opens_and_stay_until_it_closes),
		cmocka_unit_test(the_talk_goes_on_by_phone_and_its_minutes_are_counted),
		cmocka_unit_test(
			video_is_asked_by_the_citizen_and_ordered_by_the_consultant),
		cmocka_unit_test(hanging_up_brings_the_browsers_back_too),
		cmocka_unit_test(the_phone_alone_can_begin_and_hold_the_meeting),
		cmocka_unit_test(ring_til_mig_alerts_and_can_be_taken_back),
		cmocka_unit_test(a_number_of_the_citizens_own_waits_for_the_consultant),
		cmocka_unit_test(only_the_booked_number_proves_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
