/* SPDX-License-Identifier: MPL-2.0
 *
 * What is seen at a moment.
 */
#include "stage.h"

static void the_citizen_has_not_come_three_minutes_after_the_start(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	pass(&s, 3 * MINUTE - 1);
	assert_false(look(&s).not_come);
	pass(&s, 1);
	assert_true(look(&s).not_come && look(&s).offer_call);
	assert_true(has_fx(&s, MEETING_FX_CARD, 0, MEETING_ALERT_OVERDUE));
	pass(&s, MINUTE);
	assert_int_equal(s.fx.count, 0); /* once */
	arrive(&s, 1);
	assert_false(look(&s).not_come);
}

static void a_meeting_by_phone_waits_for_nobody(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	s.m.booking.form = MEETING_FORM_PHONE;
	s.now += HOUR;
	assert_false(look(&s).not_come);
}

static void the_call_is_never_offered_to_who_writes_or_signs(void **state)
{
	(void)state;
	for (unsigned way = 0; way < MEETING_WAY_COUNT; way++) {
		struct stage s = stage_at(NINE);

		s.m.booking.way = (enum meeting_way)way;
		s.now += 5 * MINUTE;
		assert_true(look(&s).not_come);
		assert_int_equal(look(&s).offer_call, way == MEETING_WAY_SPEECH);
	}
}

static void the_link_is_early_then_good_then_over(void **state)
{
	struct stage s = stage_at(NINE - HOUR);

	(void)state;
	assert_int_equal(look(&s).when, MEETING_WHEN_EARLY);
	pass(&s, 30 * MINUTE);
	assert_int_equal(look(&s).when, MEETING_WHEN_NOW);
	pass(&s, 4 * HOUR); /* planned end was long ago, nobody ended it */
	assert_int_equal(look(&s).when, MEETING_WHEN_NOW);
	pass(&s, HOUR);
	assert_int_equal(s.m.phase, MEETING_PHASE_ENDED);
	assert_int_equal(look(&s).when, MEETING_WHEN_NOW);
	s.now += 30 * MINUTE;
	assert_int_equal(look(&s).when, MEETING_WHEN_NOW);
	s.now++;
	assert_int_equal(look(&s).when, MEETING_WHEN_OVER);
}

static void minutes_are_rounded(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	s.now += 29 * SECOND;
	assert_int_equal(look(&s).minutes[MEETING_FORM_VIDEO], 0);
	s.now += SECOND;
	assert_int_equal(look(&s).minutes[MEETING_FORM_VIDEO], 1);
	assert_int_equal(look(&s).total_ms[MEETING_FORM_VIDEO], 30 * SECOND);
}

static void a_tick_at_the_deadline_moves_the_deadline(void **state)
{
	struct stage s = stage_at(NINE - HOUR);

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		int64_t deadline = meeting_next_deadline(&s.m);

		if (deadline == MEETING_NEVER)
			break;
		assert_true(deadline > s.now);
		s.now = deadline;
		pass(&s, 0);
	}
	assert_int_equal(s.m.outcome, MEETING_OUTCOME_UNFINISHED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_citizen_has_not_come_three_minutes_after_the_start),
		cmocka_unit_test(a_meeting_by_phone_waits_for_nobody),
		cmocka_unit_test(the_call_is_never_offered_to_who_writes_or_signs),
		cmocka_unit_test(the_link_is_early_then_good_then_over),
		cmocka_unit_test(minutes_are_rounded),
		cmocka_unit_test(a_tick_at_the_deadline_moves_the_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
