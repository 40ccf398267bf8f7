/* SPDX-License-Identifier: MPL-2.0
 *
 * Calling in: who comes to a lobby, by number or by digits, and who leaves it again.
 */
#include "gateway_stage.h"

static void todays_only_booking_with_that_number_has_the_caller_in_its_lobby(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	const struct order *o;

	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	rings(&g, CALLER, "+4522345678");
	o = HEARS(&g, ANSWER);
	assert_int_equal(o->m.word, PHONE_ANSWER_LOBBY);
	assert_int_equal(o->m.leg, CALLER);
	assert_true(o->m.room == MEETING);
	assert_int_equal(s->audited[AUDIT_CALLED_IN], 1);
	assert_string_equal(word(actor_hears(&mette, "card"), "alert"), "arrived");
	staff_enter(&mette, 0);
	assert_string_equal(word(guest(&mette, 0), "kind"), "phone");
	assert_true(flag(guest(&mette, 0), "known"));
	assert_int_equal(number(guest(&mette, 0), "level"), 0);
	assert_string_equal(word(guest(&mette, 0), "place"), "lobby");
	assert_null(HEARS(&g, ADMIT));
	actor_say(&mette, "{\"type\":\"admit\",\"entry\":1}");
	assert_int_equal(HEARS(&g, ADMIT)->m.leg, CALLER);
	assert_string_equal(word(actor_hears(&mette, "state"), "form"), "phone");
	actor_hang_up(&mette);
}

static void other_and_hidden_numbers_type_digits(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	rings(&g, CALLER, "+4599887766");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	rings(&g, CALLER + 1, "");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	types(&g, CALLER + 1, 1, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_LOBBY);
	assert_true(HEARS(&g, VERDICT)->m.room == MEETING);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(guest(&mette, 0), "kind"), "phone");
	assert_false(flag(guest(&mette, 0), "known"));
	actor_hang_up(&mette);
}

static void a_number_that_is_none_counts_as_hidden(void **state)
{
	static const char *const rows[] = { "anonymous", "22345678", "+", "+45223a5678",
		"+452234567812345678901" };
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct caller *c;

		rings(&g, CALLER + i, rows[i]);
		assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
		c = caller_of_leg(s->house->board, CALLER + i);
		assert_string_equal(c->number, "");
	}
}

static void add_booking(struct stage *s, int64_t id, int64_t starts_ms)
{
	struct vault_use use = { .purpose = VAULT_BOOK, .meetings = &id, .n = 1 };
	struct meeting_keys *keys = NULL;
	struct booking b = stage_row(s);

	b.id = id;
	b.number = 20000000 + (uint32_t)id;
	b.starts_ms = starts_ms;
	b.link = hash_of((uint8_t)id);
	assert_true(pin_hash(s->node, id, BYTES_LIT("654321"), &b.pin));
	assert_int_equal(vault_create_here(s->vault, &use, BYTES_NULL, &keys), 0);
	meeting_keys_free(keys);
	assert_int_equal(s->store->meeting->insert(s->store, &b), 0);
}

static void a_number_on_two_of_todays_bookings_opens_none(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	add_booking(s, 77, s->starts_ms);
	gateway_up(s, &g);
	rings(&g, CALLER, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
}

static void whom_we_missed_lands_at_her_meeting(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	add_booking(s, 77, s->starts_ms);
	gateway_up(s, &g);
	REPORT_OF(&g, ENDED, .leg = stage_dial(s, &g, &mette),
		.word = PHONE_CAUSE_NO_ANSWER);
	rings(&g, CALLER, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
	assert_true(HEARS(&g, ANSWER)->m.room == MEETING);
	actor_hang_up(&mette);
}

static void who_comes_too_early_types_digits_and_is_told(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct booking row = stage_row(s);

	row.starts_ms += 30 * MS_MINUTE + MS_MINUTE; /* the door opens in a minute */
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	gateway_up(s, &g);
	rings(&g, CALLER, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	types(&g, CALLER, 1, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_LATER);
}

static void a_forged_number_does_not_fill_the_lobby(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (uint32_t i = 0; i < LIMIT_KNOWN_CALLERS; i++) {
		rings(&g, CALLER + i, "+4522345678");
		assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
	}
	rings(&g, CALLER + 8, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	types(&g, CALLER + 8, 1, "12345678", "123456"); /* there is room left */
	assert_int_equal(judged(&g), PHONE_VERDICT_LOBBY);
}

static void numbers_are_looked_up_sixty_times_a_minute(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	char from[16];

	gateway_up(s, &g);
	for (uint32_t i = 0; i < 60; i++) {
		(void)snprintf(from, sizeof(from), "+4533%06u", i);
		rings(&g, CALLER + i, from);
		assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	}
	rings(&g, CALLER + 60, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	stage_wait(s, 2 * MS_SECOND);
	rings(&g, CALLER + 61, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
}

static void a_full_lobby_turns_the_next_caller_away(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (uint32_t i = 0; i < LIMIT_ENTRIES; i++) {
		rings(&g, CALLER + i, "");
		types(&g, CALLER + i, 1, "12345678", "123456");
		assert_int_equal(judged(&g), PHONE_VERDICT_LOBBY);
	}
	rings(&g, CALLER + 9, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	types(&g, CALLER + 9, 1, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_LATER);
	assert_null(leg_find(s->house->board, CALLER + 9)); /* nothing of it is left */
	assert_int_equal(s->audited[AUDIT_CALLED_IN], LIMIT_ENTRIES);
	REPORT_OF(&g, ENDED, .leg = CALLER, .word = PHONE_CAUSE_HUNG_UP);
	rings(&g, CALLER + 10, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
}

static void a_leg_that_is_not_the_gateways_to_give_is_refused(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	rings(&g, 5, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_REFUSE);
	rings(&g, CALLER, "+4522345678");
	rings(&g, CALLER, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_REFUSE);
}

/* A gateway that starts again numbers its callers from the beginning, and an answer of
 * the store may still be on its way to the former ones. */
static void what_was_asked_for_a_former_gateways_caller_is_no_other_ones(void **state)
{
	const struct phone_message known = { .kind = PHONE_REPORT_INCOMING,
		.leg = CALLER,
		.text = BYTES_LIT("+4522345678") };
	const struct phone_message steps[] = {
		{ .kind = PHONE_REPORT_HELLO, .value = PHONE_VERSION },
		{ .kind = PHONE_REPORT_SYNCED },
		{ .kind = PHONE_REPORT_INCOMING, .leg = CALLER, .flags = PHONE_HIDDEN },
	};
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	assert_true(gateway_says_at_once(&g, &known));
	gateway_link(s, &g);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_true(gateway_says_at_once(&g, &steps[i]));
	stage_settle(s);
	assert_int_equal(g.count, 1);
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	assert_int_equal(s->audited[AUDIT_CALLED_IN], 0);
}

static void a_log_that_takes_nothing_keeps_nobody_out_of_the_lobby(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	log_set_level(LOG_E_ERROR - 1);
	s->audit_result = -EAGAIN;
	rings(&g, CALLER, "+4522345678");
	s->audit_result = 0;
	log_set_level(LOG_E_ERROR);
	assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
	assert_int_equal(audit_dropped(s->audit), 1);
}

static void who_hangs_up_in_the_lobby_leaves_it(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	rings(&g, CALLER, "+4522345678");
	assert_non_null(guest(&mette, 0));
	REPORT_OF(&g, ENDED, .leg = CALLER, .word = PHONE_CAUSE_HUNG_UP, .value = 9);
	assert_null(guest(&mette, 0));
	rings(&g, CALLER + 1, "+4522345678");
	actor_say(&mette, "{\"type\":\"remove\",\"entry\":2}");
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, CALLER + 1);
	assert_null(guest(&mette, 0));
	actor_hang_up(&mette);
}

static void who_waits_or_talks_is_still_there_after_a_crash(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	rings(&g, CALLER, "+4522345678");
	actor_say(&mette, "{\"type\":\"admit\",\"entry\":1}");
	rings(&g, CALLER + 1, "");
	types(&g, CALLER + 1, 1, "12345678", "123456");
	actor_hang_up(&mette);
	stage_settle(s);
	stage_shut(s);
	stage_open(s);
	house_recover(s->house);
	stage_settle(s);
	gateway_forget(&g);
	gateway_link(s, &g);
	REPORT_OF(&g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(&g, STANDING, .leg = CALLER, .room = MEETING, .flags = PHONE_INCOMING,
		.word = PHONE_PROGRESS_TALKING);
	REPORT_OF(&g, STANDING, .leg = CALLER + 1, .room = MEETING,
		.flags = PHONE_INCOMING, .word = PHONE_PROGRESS_LOBBY);
	REPORT_OF(&g, SYNCED, .leg = 0);
	assert_null(HEARS(&g, HANG_UP));
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(word(guest(&mette, 0), "place"), "admitted");
	assert_string_equal(word(guest(&mette, 1), "place"), "lobby");
	actor_hang_up(&mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(
			todays_only_booking_with_that_number_has_the_caller_in_its_lobby),
		CALL_STORY(other_and_hidden_numbers_type_digits),
		CALL_STORY(a_number_that_is_none_counts_as_hidden),
		CALL_STORY(a_number_on_two_of_todays_bookings_opens_none),
		CALL_STORY(whom_we_missed_lands_at_her_meeting),
		CALL_STORY(who_comes_too_early_types_digits_and_is_told),
		CALL_STORY(a_forged_number_does_not_fill_the_lobby),
		CALL_STORY(numbers_are_looked_up_sixty_times_a_minute),
		CALL_STORY(a_full_lobby_turns_the_next_caller_away),
		CALL_STORY(a_leg_that_is_not_the_gateways_to_give_is_refused),
		CALL_STORY(what_was_asked_for_a_former_gateways_caller_is_no_other_ones),
		CALL_STORY(a_log_that_takes_nothing_keeps_nobody_out_of_the_lobby),
		CALL_STORY(who_hangs_up_in_the_lobby_leaves_it),
		CALL_STORY(who_waits_or_talks_is_still_there_after_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
