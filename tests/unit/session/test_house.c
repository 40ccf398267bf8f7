/* SPDX-License-Identifier: MPL-2.0
 *
 * The house as a whole: stopping, the clock, people without a team.
 */
#include "stage.h"

static void a_house_that_stops_sends_everybody_away_and_lets_nobody_in(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials who = { .has_session = true,
		.session = hash_of(METTE) };
	struct actor mette, fresh;

	staff_hello(s, &mette, METTE);
	house_stop(s->house);
	assert_int_equal(mette.closed, 4005);
	actor_connect(s, &fresh, &who);
	assert_int_equal(fresh.closed, 4005);
	actor_hang_up(&mette);
	actor_hang_up(&fresh);
}

static void a_stop_saves_what_was_not_saved_yet(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	peer_message(mette.peer, BYTES_LIT("{\"type\":\"end\",\"outcome\":\"held\"}"));
	house_stop(s->house);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
	stage_shut(s);
	stage_open(s);
	assert_int_equal(stage_row(s).outcome, BOOKING_HELD);
}

static void the_time_of_the_house_is_utc(void **state)
{
	struct stage *s = *state;

	assert_true(llabs(house_now(s->house) - clock_utc_ms()) < 1000);
	clock_shift(MS_HOUR);
	house_tick(s->house);
	assert_true(llabs(house_now(s->house) - clock_utc_ms()) < 1000);
}

static void new_rules_hold_for_meetings_in_memory(void **state)
{
	struct stage *s = *state;
	struct setting_error e;

	(void)stage_redeem(s, DEVICE_A);
	assert_int_equal(
		settings_set(&s->settings, "meeting.not_come_minutes", "7", &e), 0);
	house_set_settings(s->house, &s->settings, NULL);
	assert_int_equal(
		live_find(s->house, MEETING)->meeting.rules->not_come_ms, 7 * MS_MINUTE);
}

static void people_without_a_team_see_their_own_only(void **state)
{
	struct stage *s = *state;

	assert_ptr_equal(
		house_circle(s->house, "job", 1), house_circle(s->house, "job", 2));
	assert_ptr_not_equal(
		house_circle(s->house, "", 1), house_circle(s->house, "", 2));
	assert_ptr_equal(house_circle(s->house, "", 1), house_circle(s->house, "", 1));
}

static void staff_whose_sign_in_ran_out_are_sent_away_outside_of_a_talk(void **state)
{
	struct stage *s = *state;
	struct actor mette, ole, citizen;

	stage_talk(s, &mette, &citizen);
	staff_hello(s, &ole, OLE);
	house_recover(s->house);
	for (int i = 0; i < 2; i++) { /* nobody sleeps for ten hours: two long steps */
		clock_shift(5 * MS_HOUR + MS_MINUTE);
		actor_say(&mette, "{\"type\":\"ping\"}");
		actor_say(&ole, "{\"type\":\"ping\"}");
		actor_say(&citizen, "{\"type\":\"ping\"}");
		house_tick(s->house);
		stage_settle(s);
	}
	assert_int_equal(ole.closed, 4006);
	assert_int_equal(mette.closed, 0);
	actor_hang_up(&mette);
	actor_hang_up(&ole);
	actor_hang_up(&citizen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_house_that_stops_sends_everybody_away_and_lets_nobody_in),
		STORY(a_stop_saves_what_was_not_saved_yet),
		STORY(the_time_of_the_house_is_utc),
		STORY(new_rules_hold_for_meetings_in_memory),
		STORY(people_without_a_team_see_their_own_only),
		STORY(staff_whose_sign_in_ran_out_are_sent_away_outside_of_a_talk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
