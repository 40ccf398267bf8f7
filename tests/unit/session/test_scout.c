/* SPDX-License-Identifier: MPL-2.0
 *
 * Meetings that nobody touches: their time comes all the same.
 */
#include "stage.h"

static void nobody_came_and_the_team_is_told(void **state)
{
	struct stage *s = *state;
	struct actor ole;

	staff_hello(s, &ole, OLE);
	house_recover(s->house);
	stage_wait(s, 170 * MS_SECOND);
	assert_null(actor_hears(&ole, "card"));
	stage_wait(s, 20 * MS_SECOND);
	assert_string_equal(word(actor_hears(&ole, "card"), "alert"), "overdue");
	assert_true(flag(part(actor_hears(&ole, "card"), "live"), "not_come"));
	actor_hang_up(&ole);
}

static void a_meeting_is_brought_in_when_it_begins(void **state)
{
	struct stage *s = *state;
	struct booking row = stage_row(s);

	row.starts_ms += 5 * MS_MINUTE;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	house_recover(s->house);
	stage_wait(s, 3 * MS_MINUTE);
	assert_null(live_find(s->house, MEETING));
	stage_wait(s, 3 * MS_MINUTE);
	assert_non_null(live_find(s->house, MEETING));
}

static void an_abandoned_meeting_ends_by_itself_after_a_restart_too(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
	stage_shut(s);
	clock_shift(5 * MS_HOUR);
	stage_open(s);
	house_recover(s->house);
	stage_settle(s);
	assert_int_equal(stage_row(s).outcome, BOOKING_UNFINISHED);
	assert_null(live_find(s->house, MEETING));
}

static void what_was_said_days_before_is_there_after_a_restart(void **state)
{
	struct stage *s = *state;
	struct booking row = stage_row(s);
	struct actor mette;

	row.starts_ms += 2 * MS_DAY; /* long before the door opens */
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	staff_hello(s, &mette, METTE);
	actor_say(&mette, "{\"type\":\"late\",\"minutes\":9,\"meeting\":\"8121\"}");
	actor_hang_up(&mette);
	stage_shut(s);
	stage_open(s);
	house_recover(s->house);
	stage_settle(s);
	assert_non_null(live_find(s->house, MEETING));
	assert_int_equal(live_find(s->house, MEETING)->meeting.late_minutes, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(nobody_came_and_the_team_is_told),
		STORY(a_meeting_is_brought_in_when_it_begins),
		STORY(an_abandoned_meeting_ends_by_itself_after_a_restart_too),
		STORY(what_was_said_days_before_is_there_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
