/* SPDX-License-Identifier: MPL-2.0
 *
 * The third wrong try is no dead line: it becomes the meeting's *call me*, or a request
 * for the team; and the number lies nowhere in clear.
 */
#include "gateway_stage.h"

/* Three wrong tries of that number; the last verdict. */
static int fails(struct gateway *g, const char *from, const char *number_text)
{
	REPORT_OF(g, INCOMING, .leg = CALLER, .text = bytes_str(from),
		.flags = from[0] ? 0 : PHONE_HIDDEN);
	for (unsigned i = 1; i <= 3; i++) {
		gateway_forget(g);
		REPORT_OF(g, DIGITS, .leg = CALLER, .value = i,
			.text = bytes_str(number_text), .more = BYTES_LIT("000000"));
	}
	assert_int_equal(HEARS(g, VERDICT)->m.leg, CALLER);
	return HEARS(g, VERDICT)->m.word;
}

static struct call_back_list waiting(struct stage *s, const char *team)
{
	struct call_back_list list = STORE_LIST_NULL;

	stage_settle(s);
	assert_int_equal(s->store->call->back_list(s->store, team, 0, &list), 0);
	return list;
}

static void at_a_meeting_of_today_it_is_its_call_me_with_the_callers_number(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	struct call_back_list list;

	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	assert_int_equal(fails(&g, "+4533445566", "12345678"), PHONE_VERDICT_CALL_BACK);
	assert_string_equal(word(actor_hears(&mette, "card"), "alert"), "call_me");
	staff_enter(&mette, 0);
	assert_string_equal(word(call_of(&mette), "state"), "asked");
	assert_string_equal(word(call_of(&mette), "given_number"), "+4533445566");
	list = waiting(s, "job");
	assert_int_equal(list.n, 0);
	free(list.at);
	actor_hang_up(&mette);
}

/* The gateway says so by a report without digits. */
static void who_types_nothing_is_called_back_too(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct call_back_list list;

	gateway_up(s, &g);
	REPORT_OF(&g, INCOMING, .leg = CALLER, .text = BYTES_LIT("+4533445566"));
	REPORT_OF(&g, DIGITS, .leg = CALLER, .value = 3);
	list = waiting(s, "");
	assert_int_equal(list.n, 1);
	free(list.at);
	assert_int_equal(HEARS(&g, VERDICT)->m.word, PHONE_VERDICT_CALL_BACK);
	gateway_forget(&g);
	REPORT_OF(&g, INCOMING, .leg = CALLER + 1, .flags = PHONE_HIDDEN);
	REPORT_OF(&g, DIGITS, .leg = CALLER + 1, .value = 3);
	stage_settle(s);
	assert_int_equal(HEARS(&g, VERDICT)->m.word, PHONE_VERDICT_LATER);
}

static void a_hidden_caller_hears_nothing_of_which_meetings_there_are(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	assert_int_equal(fails(&g, "", "12345678"), PHONE_VERDICT_LATER);
	REPORT_OF(&g, ENDED, .leg = CALLER, .word = PHONE_CAUSE_HUNG_UP);
	assert_int_equal(fails(&g, "", "87654321"), PHONE_VERDICT_LATER);
}

static void a_hidden_number_asks_for_a_call_to_the_number_on_file(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	assert_int_equal(fails(&g, "", "12345678"), PHONE_VERDICT_LATER);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(call_of(&mette), "state"), "asked");
	assert_string_equal(word(call_of(&mette), "given_number"), "");
	actor_hang_up(&mette);
}

static void who_calls_from_the_number_on_file_gives_no_other_one(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	struct booking row = stage_row(s);

	row.id = 77; /* two meetings of that number: digits are asked for */
	row.number = 20000077;
	row.link = hash_of(0x78);
	assert_int_equal(s->store->meeting->insert(s->store, &row), 0);
	gateway_up(s, &g);
	assert_int_equal(fails(&g, "+4522345678", "12345678"), PHONE_VERDICT_CALL_BACK);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(call_of(&mette), "state"), "asked");
	assert_string_equal(word(call_of(&mette), "given_number"), "");
	actor_hang_up(&mette);
}

static void at_no_meeting_it_waits_sealed_for_everybody(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor eva;
	struct call_back_list list;
	char text[OPEN_TEXT_CAP];

	gateway_up(s, &g);
	staff_hello(s, &eva, EVA);
	actor_forget(&eva);
	assert_int_equal(fails(&g, "+4533445566", "87654321"), PHONE_VERDICT_CALL_BACK);
	assert_non_null(actor_hears(&eva, "day_changed"));
	list = waiting(s, "care");
	assert_int_equal(list.n, 1);
	assert_string_equal(list.at[0].team, "");
	assert_null(memmem(list.at[0].number.at, list.at[0].number.len, "33445566", 8));
	assert_int_equal(open_text(node_key_get(s->node, NODE_CALL_BACK_SEAL),
				 SEAL_CALL_BACK, list.at[0].id, &list.at[0].number, text),
		0);
	assert_string_equal(text, "+4533445566");
	assert_int_equal(s->audited[AUDIT_CALL_BACK_ASKED], 1);
	free(list.at);
	actor_hang_up(&eva);
}

static void at_a_meeting_of_another_day_it_waits_for_its_team(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct booking row = stage_row(s);
	struct call_back_list list;
	struct actor eva, ole;

	row.starts_ms += 3 * MS_DAY;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	gateway_up(s, &g);
	staff_hello(s, &eva, EVA);
	staff_hello(s, &ole, OLE);
	actor_forget(&eva);
	assert_int_equal(fails(&g, "+4533445566", "12345678"), PHONE_VERDICT_CALL_BACK);
	assert_non_null(actor_hears(&ole, "day_changed"));
	assert_null(actor_hears(&eva, "day_changed"));
	list = waiting(s, "job");
	assert_int_equal(list.n, 1);
	assert_string_equal(list.at[0].team, "job");
	free(list.at);
	list = waiting(s, "care");
	assert_int_equal(list.n, 0);
	free(list.at);
	actor_hang_up(&eva);
	actor_hang_up(&ole);
}

static void whom_nobody_can_call_back_is_not_promised_it(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct call_back_list list;

	gateway_up(s, &g);
	assert_int_equal(fails(&g, "", "87654321"), PHONE_VERDICT_LATER);
	list = waiting(s, "job");
	assert_int_equal(list.n, 0);
	free(list.at);
}

/* A wish that its meeting cannot take any more is not lost. */
static void what_the_meeting_does_not_take_goes_to_its_team(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct call_back_list list;

	gateway_up(s, &g);
	rings(&g, CALLER, "+4533445566");
	types(&g, CALLER, 1, "12345678", "000000");
	types(&g, CALLER, 2, "12345678", "000000");
	s->house->stopping = true; /* no meeting answers now */
	types(&g, CALLER, 3, "12345678", "000000");
	s->house->stopping = false;
	assert_int_equal(judged(&g), PHONE_VERDICT_CALL_BACK);
	list = waiting(s, "job");
	assert_int_equal(list.n, 1);
	free(list.at);
}

static void a_log_that_takes_nothing_leaves_nobody_waiting_in_vain(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	log_set_level(LOG_E_ERROR - 1);
	s->audit_result = -EAGAIN;
	assert_int_equal(fails(&g, "+4533445566", "87654321"), PHONE_VERDICT_CALL_BACK);
	s->audit_result = 0;
	log_set_level(LOG_E_ERROR);
	assert_int_equal(audit_dropped(s->audit), 4); /* three tries, and the wish */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(
			at_a_meeting_of_today_it_is_its_call_me_with_the_callers_number),
		CALL_STORY(who_types_nothing_is_called_back_too),
		CALL_STORY(a_hidden_caller_hears_nothing_of_which_meetings_there_are),
		CALL_STORY(a_hidden_number_asks_for_a_call_to_the_number_on_file),
		CALL_STORY(who_calls_from_the_number_on_file_gives_no_other_one),
		CALL_STORY(at_no_meeting_it_waits_sealed_for_everybody),
		CALL_STORY(at_a_meeting_of_another_day_it_waits_for_its_team),
		CALL_STORY(whom_nobody_can_call_back_is_not_promised_it),
		CALL_STORY(what_the_meeting_does_not_take_goes_to_its_team),
		CALL_STORY(a_log_that_takes_nothing_leaves_nobody_waiting_in_vain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
