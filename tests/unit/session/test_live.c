/* SPDX-License-Identifier: MPL-2.0
 *
 * How long a meeting stays in memory: while anything of it is live, and no longer.
 */
#include "stage.h"

static unsigned in_memory(struct stage *s)
{
	struct house_figures f;

	stage_settle(s);
	house_figures(s->house, &f);
	return f.meetings;
}

static void an_ended_meeting_leaves_when_the_last_page_has_gone(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	assert_int_equal(in_memory(s), 1);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	actor_hang_up(&citizen);
	actor_hang_up(&mette);
	assert_int_equal(in_memory(s), 0);
}

static void a_meeting_of_next_week_leaves_when_it_was_only_looked_at(void **state)
{
	struct stage *s = *state;
	struct booking row = stage_row(s);
	struct actor mette;

	row.starts_ms += 7 * MS_DAY;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_int_equal(in_memory(s), 1);
	actor_say(&mette, "{\"type\":\"leave\"}");
	assert_int_equal(in_memory(s), 0);
	actor_hang_up(&mette);
}

static void a_talk_stays_though_both_are_away(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_hang_up(&citizen);
	actor_hang_up(&mette);
	stage_wait(s, MS_MINUTE);
	assert_int_equal(in_memory(s), 1);
	assert_int_equal(
		live_find(s->house, MEETING)->meeting.phase, MEETING_PHASE_PAUSED);
}

static void presence_has_a_grace_of_three_seconds(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_hang_up(&citizen);
	actor_forget(&mette);
	stage_wait(s, 2900);
	assert_null(actor_hears(&mette, "state"));
	stage_wait(s, 200);
	assert_false(flag(
		json_array_get(part(actor_hears(&mette, "state"), "guests"), 0), "here"));
	actor_hang_up(&mette);
}

static void the_row_says_who_may_see_the_card(void **state)
{
	struct stage *s = *state;
	struct actor ole, eva;
	struct booking row;

	(void)stage_redeem(s, DEVICE_A);
	staff_hello(s, &ole, OLE);
	staff_hello(s, &eva, EVA);
	row = stage_row(s);
	row.owner = EVA;
	(void)snprintf(row.team, sizeof(row.team), "care");
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	house_owner_changed(s->house, &row, METTE);
	assert_non_null(actor_hears(&ole, "day_changed"));
	assert_non_null(actor_hears(&eva, "card"));
	actor_forget(&ole);
	(void)stage_redeem(s, DEVICE_B);
	assert_null(actor_hears(&ole, "card"));
	actor_hang_up(&ole);
	actor_hang_up(&eva);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(an_ended_meeting_leaves_when_the_last_page_has_gone),
		STORY(a_meeting_of_next_week_leaves_when_it_was_only_looked_at),
		STORY(a_talk_stays_though_both_are_away),
		STORY(presence_has_a_grace_of_three_seconds),
		STORY(the_row_says_who_may_see_the_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
