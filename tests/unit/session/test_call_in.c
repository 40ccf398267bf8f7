/* SPDX-License-Identifier: MPL-2.0
 *
 * Calling in: who comes to a lobby, by number or by digits, and who does not, however
 * often he guesses.
 */
#include "gateway_stage.h"

#define CALLER UINT32_C(0x80000001)

static void rings(struct gateway *g, uint32_t leg, const char *from)
{
	gateway_forget(g);
	REPORT_OF(g, INCOMING, .leg = leg, .text = bytes_str(from),
		.flags = from[0] ? 0 : PHONE_HIDDEN);
}

static void types(struct gateway *g, uint32_t leg, unsigned try, const char *number_text,
	const char *pin)
{
	gateway_forget(g);
	REPORT_OF(g, DIGITS, .leg = leg, .value = try, .text = bytes_str(number_text),
		.more = bytes_str(pin));
}

static int answered(const struct gateway *g)
{
	const struct order *o = HEARS(g, ANSWER);

	return o ? o->m.word : -1;
}

static int judged(const struct gateway *g)
{
	const struct order *o = HEARS(g, VERDICT);

	return o ? o->m.word : -1;
}

static const json_t *guest(struct actor *mette, size_t i)
{
	return json_array_get(part(actor_hears(mette, "state"), "guests"), i);
}

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
		c = caller_find(s->house->board, CALLER + i);
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
	assert_int_equal(vault_create_here(s->vault, &use, &keys), 0);
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

static void a_full_lobby_turns_the_next_caller_away(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (uint32_t i = 0; i < LIMIT_ENTRIES; i++) {
		rings(&g, CALLER + i, "+4522345678");
		assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
	}
	rings(&g, CALLER + 9, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_ASK);
	types(&g, CALLER + 9, 1, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_LATER);
	REPORT_OF(&g, ENDED, .leg = CALLER, .word = PHONE_CAUSE_HUNG_UP);
	rings(&g, CALLER + 10, "+4522345678");
	assert_int_equal(answered(&g), PHONE_ANSWER_LOBBY);
}

static void a_second_and_a_third_try_are_given(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	rings(&g, CALLER, "");
	types(&g, CALLER, 1, "12345678", "123457");
	assert_int_equal(judged(&g), PHONE_VERDICT_WRONG);
	types(&g, CALLER, 2, "12345679", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_WRONG);
	types(&g, CALLER, 3, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_LOBBY);
	assert_int_equal(s->audited[AUDIT_DIGITS_REFUSED], 2);
}

static void what_is_no_digits_is_wrong_like_every_other(void **state)
{
	static const char *const rows[][2] = { { "", "" }, { "12345678", "" },
		{ "12345678", "12345" }, { "12345678", "1234567" },
		{ "12345678", "12345a" }, { "1234567", "123456" },
		{ "123456789", "123456" }, { "012345678", "123456" } };
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
		rings(&g, CALLER + i, "");
		types(&g, CALLER + i, 1, rows[i][0], rows[i][1]);
		assert_int_equal(judged(&g), PHONE_VERDICT_WRONG);
	}
}

static unsigned joined(struct gateway *g)
{
	unsigned n = 0;

	for (unsigned i = 0; i < g->count; i++)
		n += (g->orders[i].m.kind == PHONE_ORDER_VERDICT &&
			     g->orders[i].m.word == PHONE_VERDICT_LOBBY) ||
		     (g->orders[i].m.kind == PHONE_ORDER_ANSWER &&
			     g->orders[i].m.word == PHONE_ANSWER_LOBBY);
	return n;
}

/* A million PINs, one right: what is let through must stay far below. */
static void ten_thousand_guesses_bring_nobody_in(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	unsigned looked_at = 0, joins = 0;
	struct house_gateway_figures f;

	gateway_up(s, &g);
	for (unsigned i = 0; i < 10000; i++) {
		uint32_t leg = CALLER + 100 + i;
		char pin[8];

		rings(&g, leg, "");
		(void)snprintf(
			pin, sizeof(pin), "%06u", 113457 + i); /* 123456 is in it */
		types(&g, leg, 1, "12345678", pin);
		looked_at += judged(&g) == PHONE_VERDICT_WRONG;
		joins += joined(&g);
		REPORT_OF(&g, ENDED, .leg = leg, .word = PHONE_CAUSE_HUNG_UP);
		clock_shift(100); /* ten a second */
	}
	assert_int_equal(joins, 0);
	assert_true(looked_at < 16); /* ten, and one each six minutes */
	house_gateway_figures(s->house, &f);
	assert_true(f.throttled + f.wrong_digits == 10000);
}

static void five_at_once_are_no_more_than_one_after_the_other(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct throttle *t = house_throttle(s->house);
	struct token_hash h;
	uint64_t key;

	gateway_up(s, &g);
	number_hash(s->node, 12345678, &h);
	memcpy(&key, h.at, sizeof(key));
	for (int i = 0; i < 7; i++) /* three tries are left */
		throttle_charge(t, THROTTLE_DIGITS_MEETING, key, clock_boot_ms());
	for (uint32_t i = 0; i < 5; i++)
		rings(&g, CALLER + i, "");
	gateway_forget(&g);
	for (uint32_t i = 0; i < 5; i++) { /* no turn of the loop in between */
		static uint8_t buf[ORDER_MAX];
		struct writer w = writer_of(buf, sizeof(buf));
		struct phone_message m = { .kind = PHONE_REPORT_DIGITS,
			.leg = CALLER + i,
			.value = 1,
			.text = BYTES_LIT("12345678"),
			.more = BYTES_LIT("000000") };
		struct frame f;

		phone_message_write(&w, &m);
		f = (struct frame){ buf[4], m.leg,
			bytes_of(buf + FRAME_HEAD, w.len - FRAME_HEAD) };
		assert_true(house_gateway_frame(s->house, &f));
	}
	stage_settle(s);
	assert_int_equal(g.count, 5);
	for (unsigned later = 0, i = 0; i < 5; i++) {
		later += g.orders[i].m.word == PHONE_VERDICT_LATER;
		if (i == 4)
			assert_int_equal(later, 2);
	}
}

static void one_telephone_has_so_many_tries_whatever_it_types(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	unsigned wrong = 0;

	gateway_up(s, &g);
	for (uint32_t i = 0; i < 20; i++) {
		char number_text[12];

		(void)snprintf(number_text, sizeof(number_text), "%08u", 30000000 + i);
		rings(&g, CALLER + i, "+4599887766");
		types(&g, CALLER + i, 1, number_text, "123456");
		wrong += judged(&g) == PHONE_VERDICT_WRONG;
		REPORT_OF(&g, ENDED, .leg = CALLER + i, .word = PHONE_CAUSE_HUNG_UP);
	}
	assert_int_equal(wrong, 9);
	rings(&g, CALLER + 30, "+4588776655"); /* another one is not affected */
	types(&g, CALLER + 30, 1, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_LOBBY);
}

static void all_telephones_together_have_sixty_tries_a_minute(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	unsigned wrong = 0;

	gateway_up(s, &g);
	for (uint32_t i = 0; i < 100; i++) {
		char number_text[12];

		(void)snprintf(number_text, sizeof(number_text), "%08u", 30000000 + i);
		rings(&g, CALLER + i, "");
		types(&g, CALLER + i, 1, number_text, "123456");
		wrong += judged(&g) == PHONE_VERDICT_WRONG;
	}
	assert_true(wrong >= 60 && wrong <= 62); /* one comes back each second */
}

static void digits_without_a_call_or_while_others_are_looked_at_are_nothing(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	types(&g, CALLER, 1, "12345678", "123456");
	assert_int_equal(g.count, 0);
	rings(&g, CALLER, "+4522345678"); /* in the lobby already */
	types(&g, CALLER, 1, "12345678", "123456");
	assert_int_equal(g.count, 0);
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
		CALL_STORY(a_full_lobby_turns_the_next_caller_away),
		CALL_STORY(a_second_and_a_third_try_are_given),
		CALL_STORY(what_is_no_digits_is_wrong_like_every_other),
		CALL_STORY(ten_thousand_guesses_bring_nobody_in),
		CALL_STORY(five_at_once_are_no_more_than_one_after_the_other),
		CALL_STORY(one_telephone_has_so_many_tries_whatever_it_types),
		CALL_STORY(all_telephones_together_have_sixty_tries_a_minute),
		CALL_STORY(
			digits_without_a_call_or_while_others_are_looked_at_are_nothing),
		CALL_STORY(a_leg_that_is_not_the_gateways_to_give_is_refused),
		CALL_STORY(who_hangs_up_in_the_lobby_leaves_it),
		CALL_STORY(who_waits_or_talks_is_still_there_after_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
