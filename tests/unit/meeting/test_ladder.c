/* SPDX-License-Identifier: MPL-2.0
 *
 * The ladder to the telephone and back: the call that is placed by itself once an outage,
 * the way back to video beside the call, and calls that nobody of ours hears.
 */
#include "stage.h"

/* Media died six seconds ago. */
static struct stage stage_dead(void)
{
	struct stage s = stage_trunk();

	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	s.now += MINUTE;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_DEAD), 0);
	pass(&s, MEETING_DEAD_MS);
	assert_true(look(&s).offer_call);
	return s;
}

static void dead_media_place_the_call_by_themselves_once_and_by_key(void **state)
{
	struct stage s = stage_dead();

	(void)state;
	assert_int_equal(look(&s).auto_at_ms, s.now + 20 * SECOND);
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, 0), 1); /* she sees it coming */
	pass(&s, 20 * SECOND - 1);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(meeting_next_deadline(&s.m), s.now + 1);
	pass(&s, 1);
	assert_true(has_fx(&s, MEETING_FX_DIAL, 0, MEETING_DIAL_KEY));
	assert_true(s.m.call.has_digits && s.m.call.state == MEETING_CALL_ANNOUNCED);
	assert_int_equal(look(&s).auto_at_ms, 0);
	assert_int_equal(line_ended(&s, MEETING_LEG_CITIZEN, 0, MEETING_REASON_BUSY), 0);
	assert_true(look(&s).offer_call);
	pass(&s, 10 * MINUTE);
	assert_int_equal(s.m.call.attempts, 1); /* not again for the same outage */
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_DEAD), 0);
	pass(&s, MEETING_DEAD_MS);
	assert_int_equal(look(&s).auto_at_ms, s.now + 20 * SECOND);
}

static void a_cancel_keeps_the_ladder_quiet_until_the_next_outage(void **state)
{
	struct stage s = stage_dead();

	(void)state;
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_CANCEL), 0);
	assert_int_equal(look(&s).auto_at_ms, 0);
	pass(&s, HOUR);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { 0 }), 0); /* a wish is new */
	assert_int_equal(look(&s).auto_at_ms, s.now + 20 * SECOND);
}

/* New epochs of a connection that brings no sound are no new outage. */
static void who_was_called_or_hung_up_is_not_called_again_for_the_same_outage(
	void **state)
{
	struct stage s = stage_dead();

	(void)state;
	pass(&s, 20 * SECOND);
	assert_int_equal(line_ended(&s, MEETING_LEG_CITIZEN, 0, MEETING_REASON_BUSY), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ACT(&s, BROKEN, .broken = { .epoch = s.m.epoch }), 0);
		pass(&s, 10 * SECOND);
		assert_int_equal(media(&s, 1, true, MEETING_HEALTH_DEAD), 0);
		pass(&s, MEETING_DEAD_MS);
		pass(&s, MINUTE);
		assert_int_equal(s.m.call.attempts, 1);
		assert_int_equal(s.m.call.state, MEETING_CALL_MISSED);
	}
	s = stage_dead();
	pass(&s, 20 * SECOND);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(CITIZEN(&s, TALKING), 0);
	s.now += MINUTE;
	assert_int_equal(
		line_ended(&s, MEETING_LEG_CITIZEN, 0, MEETING_REASON_HUNG_UP), 0);
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_DEAD), 0);
	pass(&s, MEETING_DEAD_MS);
	assert_true(look(&s).offer_call); /* a click calls again */
	pass(&s, MINUTE);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
}

/* His page is gone with his net: there is nobody to pair with, but she hears that. */
static void a_browser_that_died_is_an_outage_too(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(media(&s, 0, true, MEETING_HEALTH_GOOD), 0);
	s.now += MINUTE;
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	pass(&s, MINUTE);
	assert_false(look(&s).offer_call); /* the talk may go on without his socket */
	assert_int_equal(media(&s, 0, true, MEETING_HEALTH_DEAD), 0);
	pass(&s, MEETING_DEAD_MS);
	assert_true(look(&s).offer_call);
	pass(&s, 20 * SECOND);
	assert_true(has_fx(&s, MEETING_FX_DIAL, 0, MEETING_DIAL_KEY));
}

static void a_cancel_stops_the_countdown_before_any_call(void **state)
{
	struct stage s = stage_dead();

	(void)state;
	pass(&s, MEETING_DEAD_MS);
	assert_int_not_equal(look(&s).auto_at_ms, 0);
	assert_int_equal(phone(&s, MEETING_PHONE_CANCEL), 0);
	assert_int_equal(look(&s).auto_at_ms, 0);
	pass(&s, HOUR);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
}

static void the_ladder_waits_for_everything_that_a_call_needs(void **state)
{
	static struct meeting_rules rules;
	struct stage s = stage_dead();

	(void)state;
	rules = stage_trunk_rules;
	s.m.rules = &rules;
	rules.trunk = false;
	assert_int_equal(ACT(&s, TRUNK), 0);
	assert_int_equal(look(&s).auto_at_ms, 0);
	rules.trunk = true;
	assert_int_equal(ACT(&s, TRUNK), 0);
	assert_int_equal(look(&s).auto_at_ms, s.now + 20 * SECOND);
	assert_int_equal(ACT(&s, LOST), 0);
	assert_int_equal(look(&s).auto_at_ms, 0);
	s = stage_dead();
	s.m.booking.way = MEETING_WAY_WRITING;
	pass(&s, MINUTE);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	s = stage_dead();
	s.m.booking.has_phone = false;
	pass(&s, MINUTE);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	s = stage_dead();
	rules.auto_call_ms = 0;
	s.m.rules = &rules;
	pass(&s, MINUTE);
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
}

/* -- back to video ----------------------------------------------------------------- */
static void the_telephone_stays_until_both_browsers_have_sound(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	s.now += MINUTE;
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(signal_of(&s, 0, 2, MEETING_SIGNAL_OFFER), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_RELAY, 1), 1);
	assert_int_equal(media(&s, 0, true, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_DEAD), 0);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	s.now += SECOND;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_WEAK), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_CITIZEN));
	assert_int_equal(count_fx(&s, MEETING_FX_START, 1), 0); /* the epoch goes on */
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.form, MEETING_FORM_VIDEO);
	assert_int_equal(s.m.epoch, 2);
}

static void video_that_does_not_come_back_leaves_the_telephone(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), 0);
	assert_int_equal(media(&s, 0, true, MEETING_HEALTH_GOOD), 0);
	pass(&s, MEETING_RETURN_MS);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0); /* too late */
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(signal_of(&s, 1, 2, MEETING_SIGNAL_CANDIDATES), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_RELAY, 0), 0);
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), 0); /* and once more */
	assert_true(has_fx(&s, MEETING_FX_START, 1, 3));
}

static void a_citizen_who_hangs_up_on_the_way_back_is_in_the_video(void **state)
{
	struct stage s = stage_calling();

	(void)state;
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), 0);
	assert_int_equal(media(&s, 1, false, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(
		line_ended(&s, MEETING_LEG_CITIZEN, 0, MEETING_REASON_HUNG_UP), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_START, 1), 0);
	assert_int_equal(s.m.form, MEETING_FORM_AUDIO);
}

/* -- nobody there ------------------------------------------------------------------ */
static void a_call_that_nobody_of_ours_hears_is_given_up(void **state)
{
	struct stage s = stage_trunk();

	(void)state;
	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(ACT(&s, LOST), 0);
	pass(&s, MEETING_GRACE_MS);
	pass(&s, MEETING_ALONE_MS - 1);
	assert_int_equal(s.m.call.lines.citizen, MEETING_LINE_ANSWERED);
	pass(&s, 1);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_CITIZEN));
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_CANCELLED);
	/* one that was confirmed goes on without her page */
	s = stage_calling();
	assert_int_equal(ACT(&s, LOST), 0);
	pass(&s, 5 * MINUTE);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dead_media_place_the_call_by_themselves_once_and_by_key),
		cmocka_unit_test(
			who_was_called_or_hung_up_is_not_called_again_for_the_same_outage),
		cmocka_unit_test(a_browser_that_died_is_an_outage_too),
		cmocka_unit_test(a_cancel_stops_the_countdown_before_any_call),
		cmocka_unit_test(a_cancel_keeps_the_ladder_quiet_until_the_next_outage),
		cmocka_unit_test(the_ladder_waits_for_everything_that_a_call_needs),
		cmocka_unit_test(the_telephone_stays_until_both_browsers_have_sound),
		cmocka_unit_test(video_that_does_not_come_back_leaves_the_telephone),
		cmocka_unit_test(a_citizen_who_hangs_up_on_the_way_back_is_in_the_video),
		cmocka_unit_test(a_call_that_nobody_of_ours_hears_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
