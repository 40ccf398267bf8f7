/* SPDX-License-Identifier: MPL-2.0
 *
 * A call through the trunk: placed, followed, confirmed, ended; what the citizen's page
 * is told meanwhile, and what counts as an attempt.
 */
#include "stage.h"

static void a_call_goes_from_the_click_to_the_talk_and_its_minutes_are_measured(
	void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_true(has_fx(&s, MEETING_FX_DIAL, 0, 0));
	assert_true(has_fx(&s, MEETING_FX_LINE_START, 0, 1));
	assert_int_equal(s.m.call.state, MEETING_CALL_ANNOUNCED);
	assert_int_equal(s.m.call.digits, 47);
	assert_int_equal(meeting_line_progress(&s.m), MEETING_LINE_CALLING);
	assert_int_equal(CITIZEN(&s, EARLY), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_RINGING);
	assert_int_equal(CITIZEN(&s, RINGING), 0);
	assert_int_equal(meeting_line_progress(&s.m), MEETING_LINE_RINGING);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_true(s.m.call.answered);
	assert_int_equal(CITIZEN(&s, RINGING), 0); /* too late to ring */
	assert_int_equal(meeting_line_progress(&s.m), MEETING_LINE_ANSWERED);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_CONFIRM, 0), 1);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(look(&s).level, 2);
	s.now += 8 * MINUTE;
	assert_int_equal(phone(&s, MEETING_PHONE_HUNG_UP), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_CITIZEN));
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_LINE));
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
	assert_int_equal(look(&s).minutes[MEETING_FORM_PHONE], 8);
	assert_false(look(&s).stated);
	assert_int_equal(s.m.call.attempts, 0);
}

static void what_cannot_be_called_is_refused(void **state)
{
	static const struct meeting_rules no_trunk;
	struct stage s = stage_trunk();

	(void)state;
	s.m.rules = &no_trunk;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), MEETING_E_NO_TRUNK);
	s = stage_trunk();
	s.m.booking.own_phone = false;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_OWN_PHONE), MEETING_E_NO_NUMBER);
	s.m.booking.has_phone = false;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), MEETING_E_NO_NUMBER);
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { .gave = true }), 0);
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), MEETING_E_NO_NUMBER);
	assert_int_equal(phone(&s, MEETING_PHONE_ACCEPT_NUMBER), 0);
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), MEETING_E_NO_CALL);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), MEETING_E_NO_CALL);
	assert_int_equal(phone(&s, MEETING_PHONE_NO_ANSWER), MEETING_E_NO_CALL);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), MEETING_E_NO_CALL);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(look(&s).level, 0); /* the citizen's own number proves nothing */
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), MEETING_E_NO_CALL);
}

static void only_a_telephone_that_was_really_called_counts_as_an_attempt(void **state)
{
	static const bool tried[MEETING_REASON_COUNT] = {
		[MEETING_REASON_HUNG_UP] = true,
		[MEETING_REASON_BUSY] = true,
		[MEETING_REASON_NO_ANSWER] = true,
		[MEETING_REASON_DECLINED] = true,
		[MEETING_REASON_UNKNOWN_NUMBER] = true,
		[MEETING_REASON_NOT_CONFIRMED] = true,
		[MEETING_REASON_SILENT] = true,
		[MEETING_REASON_TOO_LONG] = true,
		[MEETING_REASON_BAD_MEDIA] = true,
	};

	(void)state;
	for (unsigned reason = 0; reason < MEETING_REASON_COUNT; reason++) {
		struct stage s = stage_trunk();

		assert_int_equal(ACT(&s, CALL_ME, .call_me = { 0 }), 0);
		assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
		assert_int_equal(line_ended(&s, MEETING_LEG_CITIZEN, 0,
					 (enum meeting_reason)reason),
			0);
		assert_int_equal(s.m.call.lines.reason, reason);
		assert_int_equal(s.m.call.attempts, tried[reason]);
		/* she who asked to be called is still waiting for it */
		assert_int_equal(s.m.call.state,
			tried[reason] ? MEETING_CALL_MISSED : MEETING_CALL_ASKED);
		assert_int_equal(s.m.call.has_digits, tried[reason]);
		assert_int_equal(s.m.call.lines.line, 0);
		assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
		assert_int_equal(s.m.call.lines.reason, MEETING_REASON_NONE);
	}
}

static void a_wrong_person_and_a_cancel_hang_up(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_WRONG_PERSON), MEETING_E_NO_CALL);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_WRONG_PERSON), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_CITIZEN));
	assert_int_equal(s.m.call.state, MEETING_CALL_MISSED);
	assert_int_equal(s.m.call.attempts, 1);
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_CANCEL), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_CITIZEN));
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_CANCELLED);
	assert_int_equal(s.m.call.attempts, 1);
}

static void the_gateway_alone_confirms_nobody(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	assert_int_equal(s.m.call.lines.citizen, MEETING_LINE_ANSWERED);
	assert_int_equal(s.m.call.state, MEETING_CALL_RINGING);
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	assert_int_equal(s.m.call.lines.citizen, MEETING_LINE_ANSWERED);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
}

static void a_key_confirms_only_where_a_key_was_asked_for(void **state)
{
	static struct meeting_rules by_key;
	struct stage s = stage_trunk();

	(void)state;
	by_key = stage_trunk_rules;
	by_key.confirm_key = true;
	s.m.rules = &by_key;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_true(has_fx(&s, MEETING_FX_DIAL, 0, MEETING_DIAL_KEY));
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	/* she has not heard who it is */
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), MEETING_E_NO_CALL);
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	assert_int_equal(
		count_fx(&s, MEETING_FX_CONFIRM, 0), 0); /* in the talk already */
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
}

static void her_own_telephone_rings_first_and_its_key_says_who_it_is(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_OWN_PHONE), 0);
	assert_true(has_fx(&s, MEETING_FX_DIAL, 0, MEETING_DIAL_OWN | MEETING_DIAL_KEY));
	assert_int_equal(s.m.call.lines.line, 0); /* no line in the page */
	assert_int_equal(OWN(&s, RINGING), 0);
	assert_int_equal(OWN(&s, ANSWERED), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_DIAL, 0), 0);
	assert_int_equal(OWN(&s, TALKING), 0);
	assert_true(has_fx(&s, MEETING_FX_DIAL, 0, 0));
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	/* her own net is gone by now */
	assert_int_equal(ACT(&s, LOST), 0);
	pass(&s, MEETING_ALONE_MS + SECOND);
	assert_int_equal(s.m.call.lines.citizen, MEETING_LINE_ANSWERED);
	assert_int_equal(
		ACT(&s, LINE_KEY,
			.line_key = { MEETING_LEG_CITIZEN, MEETING_KEY_CITIZEN, true }),
		0);
	assert_int_equal(s.m.call.state, MEETING_CALL_RINGING); /* not the other's key */
	assert_int_equal(
		ACT(&s, LINE_KEY,
			.line_key = { MEETING_LEG_OWN, MEETING_KEY_CITIZEN, true }),
		0);
	assert_int_equal(count_fx(&s, MEETING_FX_CONFIRM, 0), 1);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	s.now += 5 * MINUTE; /* she talks all the time although her page is away */
	assert_int_equal(
		line_ended(&s, MEETING_LEG_CITIZEN, 0, MEETING_REASON_HUNG_UP), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_OWN));
	assert_int_equal(look(&s).minutes[MEETING_FORM_PHONE], 5);
}

static void her_own_telephone_that_nobody_takes_calls_nobody(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_OWN_PHONE), 0);
	assert_int_equal(line_ended(&s, MEETING_LEG_OWN, 0, MEETING_REASON_BUSY), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_BUSY);
	assert_int_equal(s.m.call.attempts, 0);
	/* in the talk its end leaves the page with the call */
	assert_int_equal(dial(&s, MEETING_DIAL_TO_OWN_PHONE), 0);
	assert_int_equal(OWN(&s, TALKING), 0);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(line_ended(&s, MEETING_LEG_OWN, 0, MEETING_REASON_HUNG_UP), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(count_fx(&s, MEETING_FX_LINE_START, 0), 1);
}

static void a_talking_telephone_can_be_muted_held_and_can_do_so_itself(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	assert_int_equal(
		ACT(&s, LINE_KEY,
			.line_key = { MEETING_LEG_CITIZEN, MEETING_KEY_HAND, false }),
		0);
	assert_false(s.m.call.lines.hand); /* a press before it was lost */
	assert_int_equal(
		ACT(&s, LINE_KEY,
			.line_key = { MEETING_LEG_CITIZEN, MEETING_KEY_HAND, true }),
		0);
	assert_true(s.m.call.lines.hand);
	assert_int_equal(
		ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_MUTE, .on = true }), 0);
	assert_true(has_fx(&s, MEETING_FX_MUTE_LINE, 0, 1));
	assert_true(s.m.call.lines.muted && !s.m.call.lines.hand);
	assert_int_equal(
		ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_HOLD, .on = true }), 0);
	assert_true(has_fx(&s, MEETING_FX_HOLD_LINE, 0, 1));
	assert_int_equal(
		ACT(&s, LINE_KEY,
			.line_key = { MEETING_LEG_CITIZEN, MEETING_KEY_MUTE, true }),
		0);
	assert_true(s.m.call.lines.by_caller);
	assert_int_equal(
		line_ended(&s, MEETING_LEG_CITIZEN, 0, MEETING_REASON_SILENT), 0);
	assert_false(
		s.m.call.lines.muted || s.m.call.lines.held || s.m.call.lines.by_caller);
	assert_int_equal(ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_HOLD }),
		MEETING_E_NO_CALL);
}

static void by_hand_and_by_trunk_are_told_apart_in_one_meeting(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	s.now += 2 * MINUTE;
	assert_int_equal(phone(&s, MEETING_PHONE_HUNG_UP), 0);
	assert_false(look(&s).stated);
	s.now += MINUTE;
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_CONFIRM, 0), 0);
	assert_int_equal(ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_MUTE }),
		MEETING_E_NO_CALL);
	s.now += 3 * MINUTE;
	assert_int_equal(phone(&s, MEETING_PHONE_HUNG_UP), 0);
	assert_true(look(&s).stated);
	assert_int_equal(look(&s).minutes[MEETING_FORM_PHONE], 5);
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
	assert_true(look(&s).stated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_call_goes_from_the_click_to_the_talk_and_its_minutes_are_measured),
		cmocka_unit_test(what_cannot_be_called_is_refused),
		cmocka_unit_test(
			only_a_telephone_that_was_really_called_counts_as_an_attempt),
		cmocka_unit_test(a_wrong_person_and_a_cancel_hang_up),
		cmocka_unit_test(the_gateway_alone_confirms_nobody),
		cmocka_unit_test(a_key_confirms_only_where_a_key_was_asked_for),
		cmocka_unit_test(
			her_own_telephone_rings_first_and_its_key_says_who_it_is),
		cmocka_unit_test(her_own_telephone_that_nobody_takes_calls_nobody),
		cmocka_unit_test(
			a_talking_telephone_can_be_muted_held_and_can_do_so_itself),
		cmocka_unit_test(by_hand_and_by_trunk_are_told_apart_in_one_meeting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
