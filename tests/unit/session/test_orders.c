/* SPDX-License-Identifier: MPL-2.0
 *
 * What the consultant and the caller do to a telephone in the talk becomes an order to
 * its leg, and the end of the meeting one to the whole room.
 */
#include "gateway_stage.h"

#define PRESS(event, on) "{\"type\":\"phone\",\"event\":\"" event "\",\"on\":" on "}"

static void mute_and_hold_go_to_the_leg_that_was_called(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	actor_say(&mette, PRESS("mute", "true"));
	assert_int_equal(HEARS(&g, MUTE)->m.leg, leg);
	assert_int_equal(HEARS(&g, MUTE)->m.flags, PHONE_ON);
	actor_say(&mette, PRESS("mute", "false"));
	assert_int_equal(HEARS(&g, MUTE)->m.flags, 0);
	actor_say(&mette, PRESS("hold", "true"));
	assert_int_equal(HEARS(&g, HOLD)->m.leg, leg);
	assert_int_equal(HEARS(&g, HOLD)->m.flags, PHONE_ON);
	assert_true(flag(call_of(&mette), "held"));
	actor_hang_up(&mette);
}

static void the_same_of_a_telephone_that_called_in(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	REPORT_OF(&g, INCOMING, .leg = CALLER, .text = BYTES_LIT("+4522345678"));
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	actor_say(&mette, "{\"type\":\"admit\",\"entry\":1}");
	actor_say(&mette, PRESS("mute", "true"));
	assert_int_equal(HEARS(&g, MUTE)->m.leg, CALLER);
	actor_say(&mette, PRESS("hold", "true"));
	assert_int_equal(HEARS(&g, HOLD)->m.leg, CALLER);
	actor_hang_up(&mette);
}

static void keys_of_the_telephone_are_seen_by_the_consultant(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	REPORT_OF(&g, KEY, .leg = leg, .word = PHONE_KEY_MUTE, .flags = PHONE_ON);
	assert_true(flag(call_of(&mette), "by_caller"));
	assert_false(flag(call_of(&mette), "muted")); /* that is hers */
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"mute\",\"on\":true}");
	REPORT_OF(&g, KEY, .leg = leg, .word = PHONE_KEY_MUTE);
	assert_false(flag(call_of(&mette), "by_caller"));
	assert_true(flag(call_of(&mette), "muted"));
	REPORT_OF(&g, KEY, .leg = leg, .word = PHONE_KEY_HAND, .flags = PHONE_ON);
	assert_true(flag(call_of(&mette), "hand"));
	actor_hang_up(&mette);
}

static void hanging_up_is_an_order_and_what_follows_is_counted(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	const struct call_attempt who = { MEETING, METTE, 0, clock_utc_ms() };
	const struct call_price price = { 50, 90 * MS_MINUTE };
	struct call_counts counts;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"hung_up\"}");
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg);
	assert_int_equal(HEARS(&g, HANG_UP)->m.word, PHONE_CAUSE_CANCELLED);
	assert_string_equal(word(call_of(&mette), "progress"), "none");
	REPORT_OF(&g, ENDED, .leg = leg, .word = PHONE_CAUSE_CANCELLED, .value = 601);
	stage_settle(s);
	assert_int_equal(s->store->call->counts(s->store, &who, &price, &counts), 0);
	assert_true(counts.day_ore == 11 * 50); /* eleven minutes begun */
	actor_hang_up(&mette);
}

static void the_end_of_the_meeting_closes_the_room(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	struct house_gateway_figures f;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	assert_true(HEARS(&g, CLOSE_ROOM)->m.room == MEETING);
	assert_null(HEARS(&g, HANG_UP));
	actor_hang_up(&mette);
	stage_settle(s);
	house_gateway_figures(s->house, &f);
	assert_int_equal(f.calls, 1); /* until the gateway says that it ended */
	REPORT_OF(&g, ENDED, .leg = leg, .word = PHONE_CAUSE_CANCELLED, .value = 3);
	house_gateway_figures(s->house, &f);
	assert_int_equal(f.calls, 0);
}

static void a_log_that_takes_nothing_leaves_a_call_alone(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	log_set_level(LOG_E_ERROR - 1);
	s->audit_result = -EAGAIN;
	REPORT_OF(&g, KEY, .leg = leg, .word = PHONE_KEY_MUTE, .flags = PHONE_ON);
	assert_null(HEARS(&g, HANG_UP));
	assert_int_equal(mette.closed, 0);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	s->audit_result = 0;
	log_set_level(LOG_E_ERROR);
	assert_true(HEARS(&g, CLOSE_ROOM)->m.room == MEETING);
	assert_int_equal(mette.closed, 0);
	assert_true(audit_dropped(s->audit) > 0);
	actor_hang_up(&mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(mute_and_hold_go_to_the_leg_that_was_called),
		CALL_STORY(the_same_of_a_telephone_that_called_in),
		CALL_STORY(keys_of_the_telephone_are_seen_by_the_consultant),
		CALL_STORY(hanging_up_is_an_order_and_what_follows_is_counted),
		CALL_STORY(the_end_of_the_meeting_closes_the_room),
		CALL_STORY(a_log_that_takes_nothing_leaves_a_call_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
