/* SPDX-License-Identifier: MPL-2.0
 *
 * The link to the gateway: a call from the click to the end, what a dead gateway does to
 * it, and what a gateway may not say.
 */
#include "gateway_stage.h"

static void a_call_goes_from_the_click_to_the_end(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_dial(s, &g, &mette);
	assert_true(flag(call_of(&mette), "trunk"));
	assert_string_equal(word(call_of(&mette), "progress"), "calling");
	REPORT_OF(&g, PROGRESS, .leg = leg, .word = PHONE_PROGRESS_RINGING);
	assert_string_equal(word(call_of(&mette), "progress"), "ringing");
	REPORT_OF(&g, PROGRESS, .leg = leg, .word = PHONE_PROGRESS_ANSWERED);
	assert_string_equal(word(call_of(&mette), "progress"), "answered");
	assert_null(HEARS(&g, CONFIRM));
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"is_citizen\"}");
	assert_int_equal(HEARS(&g, CONFIRM)->m.leg, leg);
	REPORT_OF(&g, PROGRESS, .leg = leg, .word = PHONE_PROGRESS_TALKING);
	assert_string_equal(word(actor_hears(&mette, "state"), "form"), "phone");
	REPORT_OF(&g, ENDED, .leg = leg, .word = PHONE_CAUSE_HUNG_UP, .value = 61);
	assert_string_equal(word(call_of(&mette), "progress"), "none");
	assert_string_equal(word(call_of(&mette), "reason"), "hung_up");
	assert_int_equal(s->audited[AUDIT_CALL_OVER], 1);
	actor_hang_up(&mette);
}

static void every_cause_of_an_end_is_told_by_its_name(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	s->settings.phone_calls_per_meeting = 100;
	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	for (unsigned cause = 1; cause < PHONE_CAUSE_COUNT; cause++) {
		const char *name = phone_cause_name((enum phone_cause)cause);

		if (cause == PHONE_CAUSE_LIMIT)
			continue; /* ours, with names of their own */
		gateway_forget(&g);
		actor_say(&mette, DIAL);
		REPORT_OF(
			&g, ENDED, .leg = HEARS(&g, DIAL)->m.leg, .word = (uint8_t)cause);
		assert_string_equal(word(call_of(&mette), "reason"), name);
	}
	actor_hang_up(&mette);
}

static void the_trunks_state_is_seen_by_the_consultant(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_false(flag(call_of(&mette), "trunk"));
	assert_int_equal(house_trunk_state(s->house), PHONE_TRUNK_OFF);
	actor_say(&mette, DIAL);
	assert_string_equal(word(actor_hears(&mette, "refused"), "code"), "no_trunk");
	gateway_up(s, &g);
	assert_true(flag(call_of(&mette), "trunk"));
	assert_int_equal(house_trunk_state(s->house), PHONE_TRUNK_UP);
	REPORT_OF(&g, TRUNK, .word = PHONE_TRUNK_DOWN, .value = PHONE_CAUSE_LINE_DOWN);
	assert_false(flag(call_of(&mette), "trunk"));
	REPORT_OF(&g, TRUNK, .word = PHONE_TRUNK_UP);
	assert_true(flag(call_of(&mette), "trunk"));
	house_gateway_down(s->house);
	stage_settle(s);
	assert_false(flag(call_of(&mette), "trunk"));
	actor_hang_up(&mette);
}

static void a_gateway_that_dies_ends_its_calls_and_nobody_elses(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	house_gateway_down(s->house);
	stage_settle(s);
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	stage_wait(s, GATEWAY_PATIENCE_MS);
	assert_string_equal(word(call_of(&mette), "progress"), "none");
	assert_string_equal(word(call_of(&mette), "reason"), "line_down");
	assert_int_equal(mette.closed, 0);
	gateway_forget(&g);
	gateway_up(s, &g); /* the restarted one */
	actor_say(&mette, DIAL);
	assert_non_null(HEARS(&g, DIAL));
	actor_hang_up(&mette);
}

static void a_graceful_stop_hangs_nobody_up(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	gateway_forget(&g);
	house_stop(s->house);
	actor_hang_up(&mette);
	stage_shut(s);
	assert_int_equal(g.count, 0);
	stage_open(s);
}

static void a_meeting_that_is_over_is_let_go_whatever_its_legs(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette); /* with a line that is never offered */
	house_gateway_down(s->house);
	stage_wait(s, GATEWAY_PATIENCE_MS);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	actor_hang_up(&mette);
	stage_settle(s);
	assert_null(live_find(s->house, MEETING));
}

static void a_gateway_of_another_version_or_language_is_refused(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct frame garbage = { PHONE_REPORT_TRUNK, 0, BYTES_LIT("x") };
	struct phone_message m = { .kind = PHONE_REPORT_HELLO, .value = 2 };

	gateway_link(s, &g);
	assert_false(gateway_says(&g, &m));
	m = (struct phone_message){ .kind = PHONE_REPORT_SYNCED };
	assert_false(gateway_says(&g, &m)); /* no HELLO */
	gateway_up(s, &g);
	m = (struct phone_message){ .kind = PHONE_REPORT_HELLO, .value = PHONE_VERSION };
	assert_false(gateway_says(&g, &m)); /* twice */
	m = (struct phone_message){ .kind = PHONE_REPORT_SYNCED };
	assert_false(gateway_says(&g, &m)); /* twice */
	assert_false(house_gateway_frame(s->house, &garbage));
	garbage.kind = PHONE_ORDER_DIAL;
	assert_false(house_gateway_frame(s->house, &garbage));
	house_gateway_down(s->house);
	assert_true(
		house_gateway_frame(s->house, &garbage)); /* without a link: dropped */
}

static void reports_of_legs_that_are_not_there_are_nothing(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (unsigned kind = PHONE_REPORTS_BEGIN + 1; kind < PHONE_REPORTS_END; kind++) {
		struct phone_message m = { .kind = (enum phone_kind)kind, .leg = 77 };

		if (kind == PHONE_REPORT_HELLO || kind == PHONE_REPORT_STANDING ||
			kind == PHONE_REPORT_SYNCED || kind == PHONE_REPORT_INCOMING ||
			kind == PHONE_REPORT_TRUNK)
			continue;
		assert_true(gateway_says(&g, &m));
	}
	assert_int_equal(g.count, 0);
}

static void a_link_that_takes_nothing_ends_what_was_ordered(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	g.is_full = true;
	actor_say(&mette, DIAL);
	assert_string_equal(word(call_of(&mette), "reason"), "line_down");
	house_gateway_down(s->house);
	stage_wait(s, 2 * GATEWAY_PATIENCE_MS);
	g.is_full = false;
	gateway_up(s, &g);
	actor_say(&mette, DIAL);
	assert_non_null(HEARS(&g, DIAL));
	actor_hang_up(&mette);
}

static void the_figures_count_what_happened(void **state)
{
	struct stage *s = *state;
	struct house_gateway_figures f;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	house_gateway_figures(s->house, &f);
	assert_false(f.linked);
	gateway_up(s, &g);
	leg = stage_call(s, &g, &mette);
	house_gateway_figures(s->house, &f);
	assert_true(f.linked && f.trunk == PHONE_TRUNK_UP);
	assert_int_equal(f.calls, 1);
	assert_int_equal(f.lines, 0); /* started, not offered */
	assert_true(f.dials == 1);
	REPORT_OF(&g, ENDED, .leg = leg, .word = PHONE_CAUSE_SILENT, .value = 42);
	house_gateway_figures(s->house, &f);
	assert_int_equal(f.calls, 0);
	assert_true(f.seconds == 42 && f.ended[PHONE_CAUSE_SILENT] == 1);
	REPORT_OF(&g, INCOMING, .leg = CALLER, .flags = PHONE_HIDDEN);
	house_gateway_figures(s->house, &f);
	assert_int_equal(f.calls, 1); /* on the way in */
	assert_true(f.incoming == 1);
	REPORT_OF(&g, ENDED, .leg = CALLER, .word = PHONE_CAUSE_NOT_CONFIRMED);
	house_gateway_figures(s->house, &f);
	assert_int_equal(f.calls, 0);
	assert_true(f.ended[PHONE_CAUSE_NOT_CONFIRMED] == 1);
	actor_hang_up(&mette);
}

static uint32_t dice; /* reproducible */

static uint32_t throw(uint32_t sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

/* Whatever a gateway says that is somebody else's by now; leg: one that it knows. */
static void lie(struct gateway *g, uint32_t leg)
{
	static const uint8_t words[] = { [PHONE_REPORT_STANDING] = PHONE_PROGRESS_COUNT,
		[PHONE_REPORT_TRUNK] = PHONE_TRUNK_COUNT,
		[PHONE_REPORT_PROGRESS] = PHONE_PROGRESS_COUNT,
		[PHONE_REPORT_ENDED] = PHONE_CAUSE_COUNT,
		[PHONE_REPORT_KEY] = PHONE_KEY_COUNT,
		[PHONE_REPORTS_END] = 0 };
	static const uint64_t rooms[] = { MEETING, MEETING, 0, 999, UINT64_MAX };
	static const char *const texts[] = { "", "+4522345678", "12345678", "87654321",
		"v=0\r\n", "\xff\xfe" };
	static const char *const mores[] = { "", "000000", "654321", "1234567890" };
	const uint32_t legs[] = { leg, leg, CALLER, CALLER + throw(8), throw(9), 0 };
	struct phone_message m = { .kind = PHONE_REPORT_HELLO +
					   throw(PHONE_REPORTS_END - PHONE_REPORT_HELLO),
		.leg = legs[throw(ARRAY_LEN(legs))],
		.room = rooms[throw(ARRAY_LEN(rooms))],
		.flags = (uint8_t) throw(256),
		.value = throw(4) ? throw(8) : UINT32_MAX,
		.text = bytes_str(texts[throw(ARRAY_LEN(texts))]),
		.more = bytes_str(mores[throw(ARRAY_LEN(mores))]) };

	m.word = (uint8_t)(words[m.kind] ? throw(words[m.kind]) : throw(256));
	if (m.kind == PHONE_REPORT_TRUNK)
		m.value %= PHONE_CAUSE_COUNT;
	if (!gateway_says(g, &m) || throw(200) == 0) {
		house_gateway_down(g->stage->house);
		gateway_link(g->stage, g);
		m = (struct phone_message){ .kind = PHONE_REPORT_HELLO,
			.value = PHONE_VERSION };
		assert_true(gateway_says(g, &m));
	}
}

static void a_gateway_that_lies_lets_nobody_into_the_talk(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	leg = stage_dial(s, &g, &mette);
	for (unsigned i = 0; i < 4000; i++) {
		const struct live *l = live_find(s->house, MEETING);

		gateway_forget(&g);
		actor_forget(&mette);
		lie(&g, leg);
		assert_null(HEARS(&g, ADMIT));
		assert_null(HEARS(&g, CONFIRM));
		assert_null(HEARS(&g, DIAL)); /* nor does it have anybody called */
		assert_int_not_equal(l->meeting.call.state, MEETING_CALL_TALKING);
		for (size_t n = 0; n < LIMIT_ENTRIES; n++)
			assert_int_not_equal(
				l->meeting.entries[n].place, MEETING_PLACE_ADMITTED);
	}
	actor_hang_up(&mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(a_call_goes_from_the_click_to_the_end),
		CALL_STORY(every_cause_of_an_end_is_told_by_its_name),
		CALL_STORY(the_trunks_state_is_seen_by_the_consultant),
		CALL_STORY(a_gateway_that_dies_ends_its_calls_and_nobody_elses),
		CALL_STORY(a_graceful_stop_hangs_nobody_up),
		CALL_STORY(a_meeting_that_is_over_is_let_go_whatever_its_legs),
		CALL_STORY(a_gateway_of_another_version_or_language_is_refused),
		CALL_STORY(reports_of_legs_that_are_not_there_are_nothing),
		CALL_STORY(a_link_that_takes_nothing_ends_what_was_ordered),
		CALL_STORY(the_figures_count_what_happened),
		CALL_STORY(a_gateway_that_lies_lets_nobody_into_the_talk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
