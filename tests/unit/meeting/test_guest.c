/* SPDX-License-Identifier: MPL-2.0
 *
 * Telephones that call in: the lobby like everyone else, one seat with the browser, and
 * never a level.
 */
#include "stage.h"

static void a_caller_waits_in_the_lobby_like_everyone_else(void **state)
{
	struct stage s = stage_at(NINE);
	const struct meeting_entry *entry;
	uint16_t number;

	(void)state;
	assert_int_equal(enter(&s, OWNER, 0), 0);
	number = call_in(&s, 50, false);
	assert_true(has_fx(&s, MEETING_FX_CARD, 0, MEETING_ALERT_ARRIVED));
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, number), 0); /* it has no page */
	entry = meeting_entry_at(&s.m, number);
	assert_int_equal(meeting_entry_kind(entry), MEETING_KIND_PHONE);
	assert_int_equal(entry->place, MEETING_PLACE_LOBBY);
	assert_true(entry->side.here && !meeting_entry_is_new_device(&s.m, entry));
	assert_ptr_equal(meeting_entry_of_device(&s.m, entry->device), entry);
	assert_int_equal(s.m.form, MEETING_FORM_NONE);
	assert_false(s.m.bound);
	pass(&s, 20 * MINUTE);
	assert_false(look(&s).not_come);
	assert_int_equal(look(&s).outcomes & 1U << MEETING_OUTCOME_NO_SHOW, 0);
}

static void nothing_of_a_page_comes_from_a_telephone(void **state)
{
	struct stage s = stage_live();
	uint16_t number = call_in(&s, 50, true);

	(void)state;
	assert_int_equal(hello(&s, number, 50, 0), MEETING_E_UNKNOWN_SEAT);
	assert_int_equal(redeem_via(&s, 50, MEETING_VIA_LINK), MEETING_E_WRONG_STATE);
	assert_int_equal(redeem_via(&s, 51, MEETING_VIA_PHONE), MEETING_E_WRONG_STATE);
	assert_int_equal(ACT(&s, FORGET, .entry = number), MEETING_E_ENTRY_GONE);
	assert_int_equal(ACT(&s, DISCONNECT, .entry = number), MEETING_E_ENTRY_GONE);
	assert_int_equal(signal_of(&s, number, 1, MEETING_SIGNAL_CANDIDATES),
		MEETING_E_ENTRY_GONE);
}

static void a_lobby_that_is_full_is_full_for_callers_too(void **state)
{
	struct stage s = stage_at(NINE);
	struct meeting_event e = { .kind = MEETING_EV_CALL_IN };

	(void)state;
	for (uint8_t i = 0; i < LIMIT_ENTRIES; i++)
		(void)call_in(&s, (uint8_t)(50 + i), false);
	memset(e.call_in.device, 60, MEETING_DEVICE_LEN);
	assert_int_equal(act(&s, e), MEETING_E_LOBBY_FULL);
	assert_int_equal(line_ended(&s, MEETING_LEG_GUEST, 2, MEETING_REASON_HUNG_UP), 0);
	assert_int_equal(act(&s, e), 0);
}

static void an_admitted_caller_shares_the_seat_with_the_browser(void **state)
{
	struct stage s = stage_live();
	uint16_t number = call_in(&s, 50, true);

	(void)state;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	s.now += MINUTE;
	assert_int_equal(ACT(&s, ADMIT, .entry = number), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_ADMIT_LINE, number), 1);
	assert_int_equal(count_fx(&s, MEETING_FX_LINE_START, 0), 1);
	assert_int_equal(look(&s).admitted, 1);
	assert_int_equal(look(&s).phone, number);
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(meeting_line_progress(&s.m), MEETING_LINE_TALKING);
	assert_int_equal(look(&s).level, 0);
	assert_int_equal(ACT(&s, ADMIT, .entry = number), 0); /* twice is once */
	assert_int_equal(count_fx(&s, MEETING_FX_ADMIT_LINE, number), 0);
	s.now += 4 * MINUTE;
	assert_int_equal(
		line_ended(&s, MEETING_LEG_GUEST, number, MEETING_REASON_HUNG_UP), 0);
	assert_null(meeting_entry_at(&s.m, number));
	assert_int_equal(s.m.call.state, MEETING_CALL_NONE);
	assert_int_equal(s.m.call.lines.reason, MEETING_REASON_HUNG_UP);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2)); /* the browser is still there */
	assert_int_equal(look(&s).minutes[MEETING_FORM_PHONE], 4);
	assert_false(look(&s).stated);
}

static void a_second_telephone_in_the_talk_ends_the_first(void **state)
{
	struct stage s = stage_calling();
	uint16_t first, second;

	(void)state;
	first = call_in(&s, 50, false);
	second = call_in(&s, 51, false);
	assert_int_equal(ACT(&s, ADMIT, .entry = first), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, 0, MEETING_LEG_CITIZEN));
	assert_int_equal(s.m.call.lines.citizen, MEETING_LINE_NONE);
	assert_int_equal(ACT(&s, ADMIT, .entry = second), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, first, MEETING_LEG_GUEST));
	assert_null(meeting_entry_at(&s.m, first));
	assert_int_equal(look(&s).phone, second);
	assert_int_equal(s.m.form, MEETING_FORM_PHONE);
	assert_int_equal(phone(&s, MEETING_PHONE_HUNG_UP), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, second, MEETING_LEG_GUEST));
	assert_int_equal(look(&s).phone, 0);
}

static void a_caller_alone_can_begin_and_hold_the_meeting(void **state)
{
	struct stage s = stage_at(NINE);
	uint16_t number = call_in(&s, 50, false);

	(void)state;
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(ACT(&s, ADMIT, .entry = number), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	assert_true(has_record(&s, MEETING_RECORD_ADMITTED, 0));
	assert_int_equal(ACT(&s, VIDEO, .entry = 0), MEETING_E_ENTRY_GONE);
	s.now += 2 * MINUTE;
	assert_int_equal(ACT(&s, REMOVE, .entry = number), 0);
	assert_true(has_fx(&s, MEETING_FX_HANG_UP, number, MEETING_LEG_GUEST));
	assert_int_equal(s.m.form, MEETING_FORM_NONE);
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
}

static void the_end_of_the_meeting_ends_every_leg(void **state)
{
	struct stage s = stage_calling();
	uint16_t number = call_in(&s, 50, false);

	(void)state;
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_CLOSE_LINES, 0), 1);
	assert_null(meeting_entry_at(&s.m, number));
	assert_int_equal(line(&s, MEETING_LEG_GUEST, number, MEETING_LINE_ANSWERED),
		MEETING_E_ALREADY_ENDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_caller_waits_in_the_lobby_like_everyone_else),
		cmocka_unit_test(nothing_of_a_page_comes_from_a_telephone),
		cmocka_unit_test(a_lobby_that_is_full_is_full_for_callers_too),
		cmocka_unit_test(an_admitted_caller_shares_the_seat_with_the_browser),
		cmocka_unit_test(a_second_telephone_in_the_talk_ends_the_first),
		cmocka_unit_test(a_caller_alone_can_begin_and_hold_the_meeting),
		cmocka_unit_test(the_end_of_the_meeting_ends_every_leg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
