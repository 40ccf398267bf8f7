/* SPDX-License-Identifier: MPL-2.0
 *
 * Devices come, wait, are admitted, moved, removed.
 */
#include "stage.h"

static void the_same_device_gets_the_same_entry_again(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	assert_int_equal(redeem(&s, 1), 1);
	assert_int_equal(redeem(&s, 2), 2);
	assert_int_equal(redeem(&s, 1), 1);
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	assert_int_equal(hello(&s, 1, 2, 0), MEETING_E_UNKNOWN_SEAT);
	assert_int_equal(hello(&s, 3, 1, 0), MEETING_E_UNKNOWN_SEAT);
}

static void a_full_lobby_gives_the_oldest_absent_place_or_turns_away(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	for (uint8_t device = 1; device <= 4; device++)
		arrive(&s, device);
	assert_int_equal(redeem_via(&s, 5, MEETING_VIA_LINK), MEETING_E_LOBBY_FULL);
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 3), 0);
	/* 1 is older, but the seat is bound to it */
	assert_int_equal(redeem(&s, 5), 5);
	assert_null(meeting_entry_at(&s.m, 3));
	assert_non_null(meeting_entry_at(&s.m, 1));
	assert_int_equal(hello(&s, 5, 5, 0), 0);
	assert_int_equal(redeem(&s, 6), 6);
	assert_null(meeting_entry_at(&s.m, 1));
	assert_int_equal(hello(&s, 1, 1, 0), MEETING_E_UNKNOWN_SEAT);
}

static void an_admitted_device_never_gives_its_place(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	for (uint8_t device = 2; device <= 4; device++)
		arrive(&s, device);
	assert_int_equal(redeem_via(&s, 5, MEETING_VIA_LINK), MEETING_E_LOBBY_FULL);
}

static void the_level_follows_the_way_in(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_DIGITS), 0);
	assert_int_equal(meeting_entry_at(&s.m, 1)->level, 0);
	assert_int_equal(redeem_via(&s, 2, MEETING_VIA_LINK_PIN), 0);
	assert_int_equal(meeting_entry_at(&s.m, 2)->level, 1);
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_LINK_PIN), 0);
	assert_int_equal(meeting_entry_at(&s.m, 1)->level, 1);
	assert_true(has_record(&s, MEETING_RECORD_LEVEL, 1));
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_LINK), 0);
	assert_int_equal(meeting_entry_at(&s.m, 1)->level, 1);
}

static void a_booking_with_a_pin_lets_no_link_in_without(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	s.m.booking.pin = true;
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_LINK), MEETING_E_PIN_NEEDED);
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_LINK_PIN), 0);
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_LINK), 0); /* known by now */
}

static void arrival_is_alerted_once_and_another_device_as_new(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	assert_true(has_fx(&s, MEETING_FX_CARD, 0, MEETING_ALERT_ARRIVED));
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	assert_true(has_fx(&s, MEETING_FX_CARD, 0, MEETING_ALERT_NONE));
	arrive(&s, 2);
	assert_true(has_fx(&s, MEETING_FX_CARD, 0, MEETING_ALERT_NEW_DEVICE));
	assert_false(meeting_entry_is_new_device(&s.m, meeting_entry_at(&s.m, 1)));
	assert_true(meeting_entry_is_new_device(&s.m, meeting_entry_at(&s.m, 2)));
}

static void a_second_tab_takes_the_seat_over_and_the_first_is_told(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 1, MEETING_CLOSE_TAKEN_OVER));
	assert_int_equal(s.fx.list[0].kind, MEETING_FX_CLOSE);
	assert_int_equal(s.fx.list[1].kind, MEETING_FX_SEAT);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
}

static void admitting_another_device_moves_the_seat_and_closes_the_first(void **state)
{
	struct stage s = stage_live();

	(void)state;
	arrive(&s, 2);
	assert_int_equal(ACT(&s, ADMIT, .entry = 2), 0);
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 1, MEETING_CLOSE_SEAT_MOVED));
	assert_true(has_fx(&s, MEETING_FX_START, 2, 2));
	assert_true(has_record(&s, MEETING_RECORD_ADMITTED, 0));
	assert_null(meeting_entry_at(&s.m, 1));
	assert_int_equal(hello(&s, 1, 1, 1), MEETING_E_UNKNOWN_SEAT);
	assert_int_equal(redeem(&s, 1), 3);
	assert_true(meeting_entry_is_new_device(&s.m, meeting_entry_at(&s.m, 3)));
	assert_int_equal(ACT(&s, ADMIT, .entry = 1), MEETING_E_ENTRY_GONE);
	assert_int_equal(ACT(&s, ADMIT, .entry = 2), 0);
	assert_int_equal(s.fx.count, 0); /* it is in already */
}

static void removing_closes_frees_the_seat_and_pauses_the_talk(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(ACT(&s, REMOVE, .entry = 1), 0);
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 1, MEETING_CLOSE_REMOVED));
	assert_int_equal(s.m.phase, MEETING_PHASE_PAUSED);
	assert_int_equal(s.m.form, MEETING_FORM_NONE);
	assert_false(s.m.bound);
	assert_int_equal(signal_of(&s, 0, 1, MEETING_SIGNAL_OFFER), MEETING_E_ENTRY_GONE);
	assert_int_equal(ACT(&s, REMOVE, .entry = 1), MEETING_E_ENTRY_GONE);
}

static void here_outlives_the_connection_by_three_seconds(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	assert_int_equal(meeting_next_deadline(&s.m), s.now + 3 * SECOND);
	pass(&s, 3 * SECOND - 1);
	assert_true(meeting_entry_at(&s.m, 1)->side.here);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	pass(&s, 1);
	assert_false(meeting_entry_at(&s.m, 1)->side.here);
	assert_int_equal(s.m.phase, MEETING_PHASE_PAUSED);
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, 0), 1);
	assert_int_equal(hello(&s, 1, 1, 1), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	assert_int_equal(meeting_admitted(&s.m)->number, 1);
}

static void a_forgotten_device_leaves_the_lobby_but_not_a_talk(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, FORGET, .entry = 1), MEETING_E_STARTED);
	arrive(&s, 2);
	assert_int_equal(ACT(&s, FORGET, .entry = 2), 0);
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 2, MEETING_CLOSE_DONE));
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
	assert_int_equal(ACT(&s, FORGET, .entry = 1), 0);
	assert_null(meeting_entry_at(&s.m, 1));
}

static void step_and_screen_reach_the_consultant_only(void **state)
{
	struct stage s = stage_live();

	(void)state;
	s.now += MINUTE;
	assert_int_equal(
		ACT(&s, STEP, .entry = 1, .progress = MEETING_PROGRESS_NO_SOUND), 0);
	assert_int_equal(s.m.last_progress, MEETING_PROGRESS_NO_SOUND);
	assert_int_equal(s.m.last_seen_ms, s.now);
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, 0), 1);
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, 1), 0);
	assert_int_equal(ACT(&s, HIDDEN, .entry = 1, .hidden = true), 0);
	assert_true(meeting_entry_at(&s.m, 1)->hidden);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_device_gets_the_same_entry_again),
		cmocka_unit_test(
			a_full_lobby_gives_the_oldest_absent_place_or_turns_away),
		cmocka_unit_test(an_admitted_device_never_gives_its_place),
		cmocka_unit_test(the_level_follows_the_way_in),
		cmocka_unit_test(a_booking_with_a_pin_lets_no_link_in_without),
		cmocka_unit_test(arrival_is_alerted_once_and_another_device_as_new),
		cmocka_unit_test(a_second_tab_takes_the_seat_over_and_the_first_is_told),
		cmocka_unit_test(
			admitting_another_device_moves_the_seat_and_closes_the_first),
		cmocka_unit_test(removing_closes_frees_the_seat_and_pauses_the_talk),
		cmocka_unit_test(here_outlives_the_connection_by_three_seconds),
		cmocka_unit_test(a_forgotten_device_leaves_the_lobby_but_not_a_talk),
		cmocka_unit_test(step_and_screen_reach_the_consultant_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
