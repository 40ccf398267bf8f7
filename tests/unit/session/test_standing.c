/* SPDX-License-Identifier: MPL-2.0
 *
 * What outlives a link: calls are taken up again after a blink of the link and after a
 * crash of the broker, and what nobody knows is hung up.
 */
#include "gateway_stage.h"

static void a_gateway_that_comes_back_with_nothing_has_no_calls(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	gateway_up(s, &g); /* the former link is not even known to be dead */
	assert_string_equal(word(call_of(&mette), "progress"), "none");
	assert_string_equal(word(call_of(&mette), "reason"), "line_down");
	actor_hang_up(&mette);
}

static void a_link_that_blinks_keeps_the_call(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	house_gateway_down(s->house);
	stage_wait(s, GATEWAY_PATIENCE_MS - 100);
	gateway_forget(&g);
	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(&g, STANDING, .leg = leg, .room = MEETING,
		.word = PHONE_PROGRESS_TALKING);
	REPORT_OF(&g, SYNCED, .leg = 0);
	REPORT_OF(&g, TRUNK, .word = PHONE_TRUNK_UP);
	stage_wait(s, GATEWAY_PATIENCE_MS);
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	assert_string_equal(word(call_of(&mette), "reason"), "none");
	assert_null(HEARS(&g, HANG_UP));
	actor_hang_up(&mette);
}

static void a_gateway_that_takes_long_to_say_what_stands_keeps_its_calls(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	stage_wait(s, GATEWAY_PATIENCE_MS + 1000);
	gateway_forget(&g);
	REPORT_OF(&g, STANDING, .leg = leg, .room = MEETING,
		.word = PHONE_PROGRESS_TALKING);
	REPORT_OF(&g, SYNCED, .leg = 0);
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	assert_null(HEARS(&g, HANG_UP));
	actor_hang_up(&mette);
}

/* What stands in the store is all that the next process has. */
static void restart(struct stage *s, struct actor *mette)
{
	actor_hang_up(mette);
	stage_settle(s);
	stage_shut(s);
	stage_open(s);
	house_recover(s->house);
}

static void a_broker_that_crashed_takes_its_call_up_again(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	restart(s, &mette);
	stage_settle(s); /* the meeting is in memory before the gateway comes */
	gateway_forget(&g);
	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(&g, STANDING, .leg = leg, .room = MEETING,
		.word = PHONE_PROGRESS_TALKING);
	REPORT_OF(&g, SYNCED, .leg = 0);
	REPORT_OF(&g, TRUNK, .word = PHONE_TRUNK_UP);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	assert_null(HEARS(&g, HANG_UP));
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"hung_up\"}");
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg);
	actor_hang_up(&mette);
}

static void a_gateway_faster_than_the_store_finds_its_meeting_too(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	struct phone_message m = { .kind = PHONE_REPORT_HELLO, .value = PHONE_VERSION };
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	actor_hang_up(&mette);
	stage_settle(s);
	stage_shut(s);
	stage_open(s); /* nothing is loaded */
	gateway_forget(&g);
	gateway_link(s, &g);
	assert_true(gateway_says(&g, &m));
	m = (struct phone_message){ .kind = PHONE_REPORT_STANDING,
		.leg = leg,
		.room = MEETING,
		.word = PHONE_PROGRESS_TALKING };
	assert_true(gateway_says(&g, &m));
	REPORT_OF(&g, STANDING, .leg = leg + 7, .room = MEETING,
		.word = PHONE_PROGRESS_RINGING); /* nobody's */
	REPORT_OF(&g, SYNCED, .leg = 0);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg + 7);
	actor_hang_up(&mette);
}

static void what_nobody_knows_is_hung_up(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(&g, STANDING, .leg = 5, .room = 999, .word = PHONE_PROGRESS_TALKING);
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, 5); /* no such meeting */
	REPORT_OF(&g, STANDING, .leg = 6, .word = PHONE_PROGRESS_LOBBY);
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, 6); /* in no room */
	REPORT_OF(
		&g, STANDING, .leg = 7, .room = MEETING, .word = PHONE_PROGRESS_TALKING);
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, 7); /* the meeting knows of no call */
	REPORT_OF(&g, SYNCED, .leg = 0);
	assert_int_equal(g.count, 3);
}

static void legs_that_are_made_up_take_no_end_of_memory(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	unsigned n = 0;

	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(&g, STANDING, .leg = 0, .room = MEETING);
	for (uint32_t i = 1; i < 3000; i++) {
		gateway_forget(&g);
		REPORT_OF(&g, STANDING, .leg = i);
	}
	for (uint32_t i = 1; i < 3000; i++)
		n += leg_find(s->house->board, i) != NULL;
	assert_int_equal(n, 2000);
	assert_null(HEARS(&g, HANG_UP)); /* nor is it answered any more */
}

static void what_did_not_stand_after_a_crash_is_over(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	restart(s, &mette);
	stage_settle(s);
	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(call_of(&mette), "progress"), "none");
	assert_string_equal(word(call_of(&mette), "reason"), "line_down");
	actor_hang_up(&mette);
}

/* Each loss of the link is waited for anew. */
static void a_link_that_blinks_twice_keeps_it_too(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	for (int i = 0; i < 2; i++) {
		house_gateway_down(s->house);
		stage_wait(s, GATEWAY_PATIENCE_MS - 500);
		gateway_link(s, &g);
		REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
		REPORT_OF(&g, STANDING, .leg = leg, .room = MEETING,
			.word = PHONE_PROGRESS_TALKING);
		REPORT_OF(&g, SYNCED, .leg = 0);
	}
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	assert_null(HEARS(&g, HANG_UP));
	actor_hang_up(&mette);
}

static void what_was_hung_up_while_the_link_was_gone_is_hung_up_again(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	house_gateway_down(s->house);
	gateway_forget(&g);
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"hung_up\"}");
	assert_null(HEARS(&g, HANG_UP));
	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(&g, STANDING, .leg = leg, .room = MEETING,
		.word = PHONE_PROGRESS_TALKING);
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg);
	assert_string_equal(word(call_of(&mette), "progress"), "none");
	actor_hang_up(&mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(a_gateway_that_comes_back_with_nothing_has_no_calls),
		CALL_STORY(a_link_that_blinks_keeps_the_call),
		CALL_STORY(a_gateway_that_takes_long_to_say_what_stands_keeps_its_calls),
		CALL_STORY(a_broker_that_crashed_takes_its_call_up_again),
		CALL_STORY(a_gateway_faster_than_the_store_finds_its_meeting_too),
		CALL_STORY(what_nobody_knows_is_hung_up),
		CALL_STORY(legs_that_are_made_up_take_no_end_of_memory),
		CALL_STORY(what_did_not_stand_after_a_crash_is_over),
		CALL_STORY(a_link_that_blinks_twice_keeps_it_too),
		CALL_STORY(what_was_hung_up_while_the_link_was_gone_is_hung_up_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
