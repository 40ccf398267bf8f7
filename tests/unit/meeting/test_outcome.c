/* SPDX-License-Identifier: MPL-2.0
 *
 * Which outcome is allowed when, and what the end does.
 */
#include "stage.h"

#define HELD        (1U << MEETING_OUTCOME_HELD)
#define NO_SHOW     (1U << MEETING_OUTCOME_NO_SHOW)
#define NOT_REACHED (1U << MEETING_OUTCOME_NOT_REACHED)
#define CANCELLED   (1U << MEETING_OUTCOME_CANCELLED)
#define TECHNICAL   (1U << MEETING_OUTCOME_TECHNICAL)
#define UNFINISHED  (1U << MEETING_OUTCOME_UNFINISHED)

static void attempt(struct stage *s)
{
	assert_int_equal(phone(s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(s, MEETING_PHONE_NO_ANSWER), 0);
}

static void no_show_needs_time_an_attempt_and_no_sign_of_the_citizen(void **state)
{
	static const struct {
		int64_t after;
		bool attempt, redeemed, asked;
		uint32_t allowed;
	} cases[] = {
		{ 0, false, false, false, CANCELLED | TECHNICAL },
		{ 15 * MINUTE, false, false, false, CANCELLED | TECHNICAL },
		{ 15 * MINUTE - 1, true, false, false,
			CANCELLED | TECHNICAL | NOT_REACHED },
		{ 15 * MINUTE, true, false, false,
			CANCELLED | TECHNICAL | NOT_REACHED | NO_SHOW },
		{ 15 * MINUTE, true, true, false, CANCELLED | TECHNICAL | NOT_REACHED },
		{ 15 * MINUTE, true, false, true, CANCELLED | TECHNICAL | NOT_REACHED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s = stage_at(NINE - MINUTE);

		assert_int_equal(enter(&s, OWNER, 0), 0);
		if (cases[i].redeemed)
			redeem(&s, 1);
		if (cases[i].asked) {
			assert_int_equal(ACT(&s, CALL_ME, .call_me = { 0 }), 0);
			assert_int_equal(
				ACT(&s, CALL_ME, .call_me = { .cancel = true }), 0);
		}
		if (cases[i].attempt)
			attempt(&s);
		s.now = NINE + cases[i].after;
		assert_int_equal(look(&s).outcomes, cases[i].allowed);
		assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_NO_SHOW),
			cases[i].allowed & NO_SHOW ? 0 : MEETING_E_OUTCOME_NOT_ALLOWED);
	}
}

static void a_removed_device_has_still_come(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	assert_int_equal(enter(&s, OWNER, 0), 0);
	arrive(&s, 1);
	assert_int_equal(ACT(&s, REMOVE, .entry = 1), 0);
	attempt(&s);
	s.now += HOUR;
	assert_int_equal(look(&s).outcomes & NO_SHOW, 0);
}

static void after_admission_it_was_held_or_unfinished_and_technical_for_a_minute(
	void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(look(&s).outcomes, HELD | TECHNICAL | UNFINISHED);
	assert_int_equal(media(&s, 1, false, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(meeting_next_deadline(&s.m), s.now + MINUTE);
	pass(&s, MINUTE - 1);
	assert_int_equal(look(&s).outcomes, HELD | TECHNICAL | UNFINISHED);
	pass(&s, 1);
	assert_int_equal(look(&s).outcomes, HELD | UNFINISHED);
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, 0), 1);
}

static void the_end_tells_everybody_and_lets_them_go(void **state)
{
	struct stage s = stage_live();

	(void)state;
	arrive(&s, 2);
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_CONSULTANT_ABSENT),
		MEETING_E_OUTCOME_NOT_ALLOWED);
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_NONE),
		MEETING_E_OUTCOME_NOT_ALLOWED);
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
	assert_true(s.fx.save);
	for (uint16_t entry = 0; entry <= 2; entry++) {
		assert_int_equal(count_fx(&s, MEETING_FX_ENDED, entry), 1);
		assert_int_equal(count_fx(&s, MEETING_FX_STATE, entry), 0);
	}
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 1, MEETING_CLOSE_DONE));
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 2, MEETING_CLOSE_DONE));
	assert_int_equal(count_fx(&s, MEETING_FX_LEAVE, 0), 1);
	assert_true(has_record(&s, MEETING_RECORD_ENDED, MEETING_OUTCOME_HELD));
	assert_int_equal(look(&s).outcomes, 0);
	assert_int_equal(meeting_next_deadline(&s.m), MEETING_NEVER);
	/* a page that comes back sees the last page, and no more */
	assert_int_equal(hello(&s, 1, 1, 1), 0);
	assert_int_equal(s.fx.count, 3);
	assert_int_equal(s.fx.list[1].kind, MEETING_FX_ENDED);
	assert_int_equal(s.fx.list[2].kind, MEETING_FX_CLOSE);
}

static void the_link_shows_the_last_page_to_a_known_device_for_half_an_hour(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
	assert_int_equal(redeem(&s, 1), 1);
	assert_int_equal(redeem_via(&s, 2, MEETING_VIA_LINK), MEETING_E_OVER);
	s.now = NINE + HOUR; /* the planned end is later than the real one */
	assert_int_equal(look(&s).when, MEETING_WHEN_NOW);
	assert_int_equal(redeem(&s, 1), 1);
	s.now++;
	assert_int_equal(look(&s).when, MEETING_WHEN_OVER);
	assert_int_equal(redeem_via(&s, 1, MEETING_VIA_LINK), MEETING_E_OVER);
}

static void a_forgotten_meeting_asks_after_twenty_minutes_and_ends_after_four_hours(
	void **state)
{
	struct stage s = stage_live();
	int64_t end = meeting_planned_end_ms(&s.m);

	(void)state;
	s.now = end + 2 * HOUR; /* it lasts as long as they talk */
	assert_false(look(&s).overtime);
	assert_int_equal(ACT(&s, LEAVE, .entry = 0), 0);
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	end = s.now;
	pass(&s, 3 * SECOND);
	s.now = end + 20 * MINUTE - 1;
	assert_false(look(&s).overtime);
	s.now++;
	assert_true(look(&s).overtime);
	pass(&s, 0);
	assert_int_equal(meeting_next_deadline(&s.m), end + 4 * HOUR);
	s.now = end + 4 * HOUR - 1;
	pass(&s, 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_PAUSED);
	pass(&s, 1);
	assert_int_equal(s.m.outcome, MEETING_OUTCOME_UNFINISHED);
}

static void a_citizen_who_waited_in_vain_ends_as_consultant_absent(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	pass(&s, 30 * MINUTE + 4 * HOUR);
	assert_int_equal(s.m.outcome, MEETING_OUTCOME_CONSULTANT_ABSENT);
	assert_int_equal(count_fx(&s, MEETING_FX_ENDED, 1), 1);
	s = stage_at(NINE);
	arrive(&s, 1);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	pass(&s, 30 * MINUTE + 4 * HOUR);
	assert_int_equal(s.m.outcome, MEETING_OUTCOME_UNFINISHED);
}

static void an_administrator_ends_within_the_same_rules(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	assert_int_equal(ACT(&s, ADMIN_END, .outcome = MEETING_OUTCOME_NO_SHOW),
		MEETING_E_OUTCOME_NOT_ALLOWED);
	assert_int_equal(
		ACT(&s, ADMIN_END, .outcome = MEETING_OUTCOME_CONSULTANT_ABSENT), 0);
	s = stage_live();
	assert_int_equal(ACT(&s, ADMIN_END, .outcome = MEETING_OUTCOME_CONSULTANT_ABSENT),
		MEETING_E_OUTCOME_NOT_ALLOWED);
	assert_int_equal(ACT(&s, ADMIN_END, .outcome = MEETING_OUTCOME_UNFINISHED), 0);
}

static void a_cancelled_meeting_can_be_restored_and_others_not(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	assert_int_equal(ACT(&s, CANCEL, .entry = 0), 0);
	assert_int_equal(s.m.outcome, MEETING_OUTCOME_CANCELLED);
	assert_int_equal(look(&s).when, MEETING_WHEN_OVER);
	assert_int_equal(ACT(&s, RESTORE, .entry = 0), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_OPEN);
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	s = stage_live();
	assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_HELD), 0);
	assert_int_equal(ACT(&s, RESTORE, .entry = 0), MEETING_E_NOT_CANCELLED);
}

static void a_meeting_moves_until_it_began_and_may_change_otherwise_later(void **state)
{
	struct meeting_booking next = stage_booking;
	struct stage s = stage_at(NINE);

	(void)state;
	assert_int_equal(enter(&s, OWNER, 0), 0);
	attempt(&s);
	assert_int_equal(ACT(&s, LATE, .late = 10), 0);
	next.starts_ms += 10 * MINUTE;
	assert_int_equal(ACT(&s, BOOKING, .booking = next), 0);
	assert_int_equal(s.m.call.attempts, 0); /* of the former time */
	assert_int_equal(s.m.late_minutes, 0);
	s = stage_live();
	assert_int_equal(ACT(&s, BOOKING, .booking = next), MEETING_E_STARTED);
	next.starts_ms = NINE;
	next.minutes = 60;
	next.owner = COLLEAGUE;
	assert_int_equal(ACT(&s, BOOKING, .booking = next), 0);
	assert_int_equal(meeting_planned_end_ms(&s.m), NINE + HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			no_show_needs_time_an_attempt_and_no_sign_of_the_citizen),
		cmocka_unit_test(a_removed_device_has_still_come),
		cmocka_unit_test(
			after_admission_it_was_held_or_unfinished_and_technical_for_a_minute),
		cmocka_unit_test(the_end_tells_everybody_and_lets_them_go),
		cmocka_unit_test(
			the_link_shows_the_last_page_to_a_known_device_for_half_an_hour),
		cmocka_unit_test(
			a_forgotten_meeting_asks_after_twenty_minutes_and_ends_after_four_hours),
		cmocka_unit_test(a_citizen_who_waited_in_vain_ends_as_consultant_absent),
		cmocka_unit_test(an_administrator_ends_within_the_same_rules),
		cmocka_unit_test(a_cancelled_meeting_can_be_restored_and_others_not),
		cmocka_unit_test(
			a_meeting_moves_until_it_began_and_may_change_otherwise_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
