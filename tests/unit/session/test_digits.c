/* SPDX-License-Identifier: MPL-2.0
 *
 * Digits typed on a telephone: three tries a call, and however often somebody guesses,
 * nobody comes in.
 */
#include "gateway_stage.h"

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
	static const char *const rows[][2] = { { "12345678", "" },
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

static void digits_of_a_meeting_that_was_cancelled_are_wrong(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct booking row = stage_row(s);

	row.state = BOOKING_ENDED;
	row.outcome = BOOKING_CANCELLED;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	gateway_up(s, &g);
	rings(&g, CALLER, "");
	types(&g, CALLER, 1, "12345678", "123456");
	assert_int_equal(judged(&g), PHONE_VERDICT_WRONG);
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
	for (uint32_t i = 0; i < 5; i++)
		assert_true(gateway_says_at_once(
			&g, &(struct phone_message){ .kind = PHONE_REPORT_DIGITS,
				    .leg = CALLER + i,
				    .value = 1,
				    .text = BYTES_LIT("12345678"),
				    .more = BYTES_LIT("000000") }));
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

static void right_digits_forget_what_was_tried_before(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };

	gateway_up(s, &g);
	for (uint32_t i = 0; i < 18; i++) { /* ten in a row would lock the meeting */
		rings(&g, CALLER + i, "");
		types(&g, CALLER + i, 1, "12345678", "000000");
		assert_int_equal(judged(&g), PHONE_VERDICT_WRONG);
		if (i != 8)
			continue;
		types(&g, CALLER + i, 2, "12345678", "123456");
		assert_int_equal(judged(&g), PHONE_VERDICT_LOBBY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(a_second_and_a_third_try_are_given),
		CALL_STORY(what_is_no_digits_is_wrong_like_every_other),
		CALL_STORY(digits_of_a_meeting_that_was_cancelled_are_wrong),
		CALL_STORY(ten_thousand_guesses_bring_nobody_in),
		CALL_STORY(five_at_once_are_no_more_than_one_after_the_other),
		CALL_STORY(one_telephone_has_so_many_tries_whatever_it_types),
		CALL_STORY(all_telephones_together_have_sixty_tries_a_minute),
		CALL_STORY(
			digits_without_a_call_or_while_others_are_looked_at_are_nothing),
		CALL_STORY(right_digits_forget_what_was_tried_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
