/* SPDX-License-Identifier: MPL-2.0
 *
 * What the gateway reports, and what is left of the calls when one of the two processes
 * dies: those that stand go on, those that do not are over, nobody else leaves.
 */
#include "stage.h"

static void a_leg_that_the_rules_do_not_know_is_refused(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(CITIZEN(&s, ANSWERED), MEETING_E_NO_CALL);
	assert_int_equal(OWN(&s, TALKING), MEETING_E_NO_CALL);
	assert_int_equal(
		line(&s, MEETING_LEG_LINE, 0, MEETING_LINE_TALKING), MEETING_E_NO_CALL);
	assert_int_equal(line(&s, MEETING_LEG_GUEST, 1, MEETING_LINE_ANSWERED),
		MEETING_E_ENTRY_GONE);          /* a browser */
	assert_int_equal(CITIZEN(&s, NONE), 0); /* that it ended is no news */
	assert_int_equal(s.fx.count, 0);
}

static void a_call_outlives_the_broker_when_the_gateway_says_so(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	s.now += 3 * MINUTE;
	assert_int_equal(ACT(&s, LATE, .late = 0), 0);
	crash(&s);
	s.now += 2 * SECOND;
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	assert_int_equal(line(&s, MEETING_LEG_LINE, 0, MEETING_LINE_TALKING), 0);
	assert_int_equal(ACT(&s, LINE_SYNC), 0);
	assert_int_equal(
		ACT(&s, ENTER, .enter = { .user = OWNER, .epoch = 1, .line = 1 }), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_LINE_START, 0), 0); /* held on to */
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	s.now += MINUTE;
	assert_int_equal(phone(&s, MEETING_PHONE_HUNG_UP), 0);
	assert_int_equal(look(&s).total_ms[MEETING_FORM_PHONE], 4 * MINUTE + 2 * SECOND);
}

static void a_call_that_does_not_stand_is_over_and_the_meeting_is_not(void **state)
{
	struct stage s = stage_calling();
	uint16_t number = call_in(&s, 50, false);

	(void)state;
	s.now += 3 * MINUTE;
	assert_int_equal(ACT(&s, LATE, .late = 0), 0);
	crash(&s);
	s.now += 2 * SECOND;
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(ACT(&s, LINE_SYNC), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_LINE_DOWN);
	assert_int_equal(s.m.form, MEETING_FORM_NONE);
	assert_null(meeting_entry_at(&s.m, number));
	assert_int_equal(meeting_admitted(&s.m)->number, 1);
	assert_int_equal(look(&s).total_ms[MEETING_FORM_PHONE], 3 * MINUTE);
}

static void a_gateway_that_never_comes_back_is_not_waited_for(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	crash(&s);
	pass(&s, 0);
	pass(&s, MEETING_STANDING_MS - 1);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(meeting_next_deadline(&s.m), s.now + 1);
	pass(&s, 1);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_LINE_DOWN);
}

static void an_order_that_the_crash_swallowed_is_given_again(void **state)
{
	struct stage s = stage_calling();
	uint16_t number, other;

	(void)state;
	crash(&s);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_CONFIRM, 0), 1);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	number = call_in(&s, 50, false);
	other = call_in(&s, 51, false);
	assert_int_equal(ACT(&s, ADMIT, .entry = number), 0);
	crash(&s);
	assert_int_equal(line(&s, MEETING_LEG_GUEST, number, MEETING_LINE_ANSWERED), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_ADMIT_LINE, number), 1);
	/* and nobody is in the talk whose admission is not on record */
	assert_int_equal(line(&s, MEETING_LEG_GUEST, other, MEETING_LINE_TALKING), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, other, MEETING_LEG_GUEST));
}

static void what_was_quietened_while_the_gateway_was_away_is_quiet_after_it(void **state)
{
	struct stage s = stage_calling();
	uint16_t number;

	(void)state;
	assert_int_equal(ACT(&s, TRUNK, .trunk = { .lost = true }), 0);
	assert_int_equal(
		ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_HOLD, .on = true }), 0);
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	assert_true(has_fx(&s, MEETING_FX_HOLD_LINE, 0, 1));
	assert_true(has_fx(&s, MEETING_FX_MUTE_LINE, 0, 0));
	assert_int_equal(CITIZEN(&s, TALKING), 0); /* known to stand: nothing is new */
	assert_int_equal(count_fx(&s, MEETING_FX_HOLD_LINE, 0), 0);

	number = call_in(&s, 50, false);
	assert_int_equal(ACT(&s, ADMIT, .entry = number), 0);
	assert_int_equal(
		ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_MUTE, .on = true }), 0);
	crash(&s);
	assert_int_equal(line(&s, MEETING_LEG_GUEST, number, MEETING_LINE_TALKING), 0);
	assert_true(has_fx(&s, MEETING_FX_MUTE_LINE, number, 1));
	assert_true(has_fx(&s, MEETING_FX_HOLD_LINE, number, 0));
}

static void when_the_gateway_dies_nobody_else_leaves(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	(void)call_in(&s, 50, false);
	assert_int_equal(ACT(&s, TRUNK, .trunk = { .died = true }), 0);
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_LINE_DOWN);
	assert_int_equal(meeting_line_progress(&s.m), MEETING_LINE_NONE);
	assert_int_equal(s.m.call.lines.line, 0);
	assert_int_equal(count_fx(&s, MEETING_FX_HANG_UP, 0), 0); /* nothing is left */
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0); /* and again */
}

static void a_link_that_is_lost_for_a_moment_ends_nothing(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	s.now += MINUTE;
	assert_int_equal(ACT(&s, TRUNK, .trunk = { .lost = true }), 0);
	s.now += SECOND;
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	assert_int_equal(ACT(&s, LINE_SYNC), 0); /* the browser's line did not stand */
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(count_fx(&s, MEETING_FX_LINE_START, 0), 1);
	assert_int_equal(look(&s).total_ms[MEETING_FORM_PHONE], MINUTE + SECOND);
}

static void a_broken_line_is_made_anew_but_not_without_end(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	pass(&s, MINUTE);
	assert_int_equal(ACT(&s, LINE_BROKEN, .line_broken = 7), 0); /* a stale one */
	assert_int_equal(s.fx.count, 0);
	assert_int_equal(ACT(&s, LINE_BROKEN, .line_broken = 1), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_LINE));
	assert_true(has_fx(&s, MEETING_FX_LINE_START, 0, 2));
	assert_int_equal(
		line_ended(&s, MEETING_LEG_LINE, 0, MEETING_REASON_BAD_MEDIA), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_LINE_START, 0), 0);
	assert_int_equal(meeting_next_deadline(&s.m), s.now + MEETING_RESTART_GAP_MS);
	pass(&s, MEETING_RESTART_GAP_MS);
	assert_true(has_fx(&s, MEETING_FX_LINE_START, 0, 3));
}

static void a_colleague_who_takes_over_gets_a_line_of_her_own(void **state)
{
	struct stage s = stage_calling();
	struct meeting_booking booking = s.m.booking;

	(void)state;
	booking.owner = COLLEAGUE;
	assert_int_equal(ACT(&s, BOOKING, .booking = booking), 0);
	assert_int_equal(ACT(&s, ENTER, .enter = { .user = COLLEAGUE, .line = 1 }), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_LINE));
	assert_true(has_fx(&s, MEETING_FX_LINE_START, 0, 2));
	assert_int_equal(ACT(&s, LEAVE), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_LINE));
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
}

static void a_telephone_of_the_former_owner_is_hung_up(void **state)
{
	struct stage s = stage_trunk();
	struct meeting_booking booking = s.m.booking;

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_OWN_PHONE), 0);
	booking.owner = COLLEAGUE;
	assert_int_equal(ACT(&s, BOOKING, .booking = booking), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_OWN));
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_leg_that_the_rules_do_not_know_is_refused),
		cmocka_unit_test(a_call_outlives_the_broker_when_the_gateway_says_so),
		cmocka_unit_test(
			a_call_that_does_not_stand_is_over_and_the_meeting_is_not),
		cmocka_unit_test(a_gateway_that_never_comes_back_is_not_waited_for),
		cmocka_unit_test(an_order_that_the_crash_swallowed_is_given_again),
		cmocka_unit_test(
			what_was_quietened_while_the_gateway_was_away_is_quiet_after_it),
		cmocka_unit_test(when_the_gateway_dies_nobody_else_leaves),
		cmocka_unit_test(a_link_that_is_lost_for_a_moment_ends_nothing),
		cmocka_unit_test(a_broken_line_is_made_anew_but_not_without_end),
		cmocka_unit_test(a_colleague_who_takes_over_gets_a_line_of_her_own),
		cmocka_unit_test(a_telephone_of_the_former_owner_is_hung_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
