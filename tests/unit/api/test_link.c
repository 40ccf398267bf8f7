/* SPDX-License-Identifier: MPL-2.0
 *
 * Links and digits: looked at, redeemed, guessed.
 */
#include "kit.h"

static int peek(struct kit *k, const char *token)
{
	return kit_ask(k, API_POST, "/api/v1/link/peek", pair("token", token));
}

static void a_link_is_looked_at_without_being_used(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	kit_sign_in(k, 0);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(peek(k, m.token), 200);
		assert_string_equal(k->set_cookie, "");
	}
	assert_string_equal(text(k, "when"), "now");
	assert_string_equal(text(k, "consultant"), "Mette");
}

static void a_mistyped_a_foreign_and_a_replaced_link_get_one_answer(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(kit_do(k, API_POST, &m, "link", version_body(m.version)), 200);
	kit_sign_in(k, 0);
	for (int i = 0; i < 3; i++) {
		static const char *const other[] = { "AAAAAAAAAAAAAAAAAAAAAA", "x" };

		assert_int_equal(peek(k, i < 2 ? other[i] : m.token), 404);
		assert_string_equal(error_of(k), "link_unknown");
		assert_int_equal(k->noted.what, AUDIT_LINK_REDEEMED);
		assert_int_equal(k->noted.outcome, AUDIT_REFUSED);
	}
}

static void guessing_links_is_throttled_by_address_and_the_neighbour_is_not(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	int status = 404, tries = 0;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	k->prefix = 7;
	for (; status == 404 && tries < 1000; tries++)
		status = peek(k, "AAAAAAAAAAAAAAAAAAAAAA");
	assert_int_equal(status, 429);
	assert_int_equal(tries, 31);
	assert_true(k->retry_after_s > 0);
	k->prefix = 8;
	assert_int_equal(peek(k, m.token), 200);
}

static void redeem_gives_a_seat_and_one_device_keeps_it(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char seat[32];

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	kit_sign_in(k, 0);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	(void)snprintf(seat, sizeof(seat), "%s", text(k, "seat"));
	assert_non_null(strstr(k->set_cookie, "__Host-device="));
	assert_non_null(
		strstr(k->set_cookie, "; Path=/; Secure; HttpOnly; SameSite=Strict"));
	kit_keep_cookie(k);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	assert_string_equal(text(k, "seat"), seat);
	assert_string_equal(k->set_cookie, "");
	k->cookie[0] = '\0';
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	assert_string_not_equal(text(k, "seat"), seat);
}

static void a_link_that_asks_for_the_pin_takes_no_other(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char body[128];

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"pin\":true");
	kit_sign_in(k, 0);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 403);
	assert_string_equal(k->set_cookie, "");
	(void)snprintf(body, sizeof(body), "{\"token\":\"%s\",\"pin\":\"%06u\"}", m.token,
		(unsigned)(strtoul(m.pin, NULL, 10) + 1) % 1000000);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/link/redeem", body), 403);
	assert_string_equal(error_of(k), "pin_wrong");
	assert_int_equal(k->noted.what, AUDIT_LINK_REDEEMED);
	assert_int_equal(k->noted.outcome, AUDIT_REFUSED);
	assert_int_equal(k->noted.value, 1);
	(void)snprintf(
		body, sizeof(body), "{\"token\":\"%s\",\"pin\":\"%s\"}", m.token, m.pin);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/link/redeem", body), 200);
}

static void number_and_pin_open_the_lobby_and_guesses_close_the_number(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char right[128], wrong[128];
	int status = 404, tries = 0;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	kit_sign_in(k, 0);
	(void)snprintf(right, sizeof(right), "{\"number\":\"%s\",\"pin\":\"%s\"}",
		m.number, m.pin);
	(void)snprintf(wrong, sizeof(wrong), "{\"number\":\"%s\",\"pin\":\"%06u\"}",
		m.number, (unsigned)(strtoul(m.pin, NULL, 10) + 1) % 1000000);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/link/digits", right), 200);
	assert_string_equal(text(k, "peek.consultant"), "Mette");
	for (; status == 404 && tries < 1000; tries++) {
		k->prefix = (uint64_t)tries + 100; /* another address each time */
		status = kit_ask(k, API_POST, "/api/v1/link/digits", wrong);
	}
	assert_int_equal(status, 429);
	assert_int_equal(tries, 11);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/link/digits", right), 429);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
}

static void the_link_lets_in_from_half_an_hour_before_until_the_meeting_has_ended(
	void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char body[256];
	int64_t starts = clock_utc_ms() + 2 * MS_HOUR;

	kit_sign_in(k, METTE);
	(void)snprintf(
		body, sizeof(body), "{" BOOKING ",\"starts\":%lld}", (long long)starts);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/meetings", body), 200);
	(void)snprintf(m.token, sizeof(m.token), "%s",
		strchr(text(k, "invitation.link"), '#') + 1);
	kit_sign_in(k, 0);
	assert_int_equal(peek(k, m.token), 200);
	assert_string_equal(text(k, "when"), "early");
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 409);
	assert_string_equal(error_of(k), "too_early");
	assert_int_equal(number(k, "starts"), starts);
	clock_shift(91 * MS_MINUTE);
	assert_int_equal(peek(k, m.token), 200);
	assert_string_equal(text(k, "when"), "now");
	clock_shift(5 * MS_HOUR); /* nobody came: it ended by itself */
	assert_int_equal(peek(k, m.token), 200);
	assert_string_equal(text(k, "when"), "over");
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 409);
	assert_string_equal(error_of(k), "over");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_link_is_looked_at_without_being_used),
		T(a_mistyped_a_foreign_and_a_replaced_link_get_one_answer),
		T(guessing_links_is_throttled_by_address_and_the_neighbour_is_not),
		T(redeem_gives_a_seat_and_one_device_keeps_it),
		T(a_link_that_asks_for_the_pin_takes_no_other),
		T(number_and_pin_open_the_lobby_and_guesses_close_the_number),
		T(the_link_lets_in_from_half_an_hour_before_until_the_meeting_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
