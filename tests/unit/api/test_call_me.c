/* SPDX-License-Identifier: MPL-2.0
 *
 * *Ring til mig*, and the seat of a device.
 */
#include "kit.h"

#define CALL "/api/v1/link/call-me"

static const char *ask_body(const char *key, const char *value, const char *more)
{
	static char body[256];

	(void)snprintf(body, sizeof(body), "{\"%s\":\"%s\"%s}", key, value, more);
	return body;
}

static void call_me_shows_two_digits_of_the_number_on_file(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22 33 44 55\"");
	kit_sign_in(k, 0);
	assert_int_equal(kit_ask(k, API_POST, CALL, pair("token", m.token)), 200);
	assert_string_equal(text(k, "last2"), "55");
	assert_true(flag(k, "asked"));
	assert_false(flag(k, "given"));
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/peek", pair("token", m.token)), 200);
	assert_true(flag(k, "call.asked"));
	assert_int_equal(kit_ask(k, API_POST, CALL,
				 ask_body("token", m.token, ",\"cancel\":true")),
		200);
	assert_false(flag(k, "asked"));
}

static void without_a_number_the_citizen_is_asked_for_one(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	kit_sign_in(k, 0);
	assert_int_equal(kit_ask(k, API_POST, CALL, pair("token", m.token)), 422);
	assert_string_equal(error_of(k), "phone_missing");
	assert_int_equal(kit_ask(k, API_POST, CALL,
				 ask_body("token", m.token, ",\"phone\":\"112\"")),
		422);
	assert_string_equal(error_of(k), "phone_bad");
	assert_int_equal(
		kit_ask(k, API_POST, CALL,
			ask_body("token", m.token, ",\"phone\":\"33 44 55 66\"")),
		200);
	assert_true(flag(k, "given"));
	assert_string_equal(text(k, "last2"), "66");
}

static void a_seat_answers_to_its_own_device_alone(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char seat[32];

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\"");
	kit_sign_in(k, 0);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	(void)snprintf(seat, sizeof(seat), "%s", text(k, "seat"));
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/seat/peek", pair("seat", seat)), 404);
	assert_int_equal(kit_ask(k, API_POST, CALL, pair("seat", seat)), 404);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	kit_keep_cookie(k); /* another device */
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/seat/peek", pair("seat", seat)), 404);
	(void)snprintf(seat, sizeof(seat), "%s", text(k, "seat"));
}

static void after_a_reload_the_seat_finds_its_meeting(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char seat[32];

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\"");
	kit_sign_in(k, 0);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	kit_keep_cookie(k);
	(void)snprintf(seat, sizeof(seat), "%s", text(k, "seat"));
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/seat/peek", pair("seat", seat)), 200);
	assert_string_equal(text(k, "consultant"), "Mette");
	assert_int_equal(kit_ask(k, API_POST, CALL, pair("seat", seat)), 200);
	assert_true(flag(k, "asked"));
}

static void a_forgotten_device_loses_its_cookie_and_its_seat(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char seat[32];

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	kit_sign_in(k, 0);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	kit_keep_cookie(k);
	(void)snprintf(seat, sizeof(seat), "%s", text(k, "seat"));
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/device/forget", "{}"), 200);
	assert_non_null(strstr(k->set_cookie, "__Host-device=; "));
	assert_non_null(strstr(k->set_cookie, "Max-Age=0"));
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/seat/peek", pair("seat", seat)), 404);
}

static void pressing_call_me_for_ever_is_throttled_per_meeting(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m, other;
	int status = 200, tries = 0;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\"");
	other = kit_book(k, ",\"phone\":\"22334455\"");
	for (; status == 200 && tries < 100; tries++)
		status = kit_ask(k, API_POST, CALL, pair("token", m.token));
	assert_int_equal(status, 429);
	assert_int_equal(kit_ask(k, API_POST, CALL, pair("token", other.token)), 200);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(call_me_shows_two_digits_of_the_number_on_file),
		T(without_a_number_the_citizen_is_asked_for_one),
		T(a_seat_answers_to_its_own_device_alone),
		T(after_a_reload_the_seat_finds_its_meeting),
		T(a_forgotten_device_loses_its_cookie_and_its_seat),
		T(pressing_call_me_for_ever_is_throttled_per_meeting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
