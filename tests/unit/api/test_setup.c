/* SPDX-License-Identifier: MPL-2.0
 *
 * The one-time set-up link of an account.
 */
#include "kit.h"

#define START  "/api/v1/staff/setup/start"
#define FINISH "/api/v1/staff/setup/finish"

static void give_link(struct kit *k, char token[TOKEN_SHORT_TEXT])
{
	struct user u;

	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	token_random(TOKEN_SETUP, token, TOKEN_SHORT_TEXT);
	assert_true(token_hash(k->node, TOKEN_SETUP, bytes_str(token), &u.setup));
	u.has_setup = true;
	u.setup_expires_ms = clock_utc_ms() + 48 * MS_HOUR;
	u.password[0] = '\0';
	u.totp.len = 0;
	assert_int_equal(k->store->user->update(k->store, &u), 0);
}

static int finish(
	struct kit *k, const char *token, const char *password, const char *code)
{
	char body[256];

	(void)snprintf(body, sizeof(body),
		"{\"token\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}", token, password,
		code);
	return kit_ask(k, API_POST, FINISH, body);
}

static void secret_from_uri(struct kit *k, struct totp_secret *ret)
{
	struct user u;

	kit_settle(k);
	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	assert_int_equal(totp_open(k->node, METTE, &u.totp, ret), 0);
}

static void a_person_sets_password_and_authenticator_and_signs_in(void **state)
{
	char token[TOKEN_SHORT_TEXT], code[7], body[256];
	struct kit *k = *state;
	struct totp_secret s;

	give_link(k, token);
	assert_int_equal(kit_ask(k, API_POST, START, pair("token", token)), 200);
	assert_string_equal(text(k, "given_name"), "Mette");
	assert_non_null(strstr(text(k, "uri"), "otpauth://totp/"));
	assert_int_equal(strlen(text(k, "secret")), 32);
	secret_from_uri(k, &s);
	assert_int_equal(
		totp_code(&s, clock_utc_ms() / (TOTP_STEP_S * MS_SECOND), code), 0);
	assert_int_equal(finish(k, token, "a long enough one", code), 200);
	assert_int_equal(json_array_size(at(k->json, "recovery")), RECOVERY_CODES);
	clock_shift(TOTP_STEP_S * MS_SECOND);
	assert_int_equal(
		totp_code(&s, clock_utc_ms() / (TOTP_STEP_S * MS_SECOND), code), 0);
	(void)snprintf(body, sizeof(body),
		"{\"username\":\"mette\",\"password\":\"a long enough "
		"one\",\"code\":\"%s\"}",
		code);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/sign-in", body), 200);
	assert_int_equal(
		kit_ask(k, API_POST, START, pair("token", token)), 404); /* used up */
}

static void opening_the_link_twice_shows_the_same_secret(void **state)
{
	char token[TOKEN_SHORT_TEXT], first[40];
	struct kit *k = *state;

	give_link(k, token);
	assert_int_equal(kit_ask(k, API_POST, START, pair("token", token)), 200);
	(void)snprintf(first, sizeof(first), "%s", text(k, "secret"));
	assert_int_equal(kit_ask(k, API_POST, START, pair("token", token)), 200);
	assert_string_equal(text(k, "secret"), first);
}

static void a_weak_password_or_a_wrong_code_uses_nothing_up(void **state)
{
	char token[TOKEN_SHORT_TEXT], code[7];
	struct kit *k = *state;
	struct totp_secret s;

	give_link(k, token);
	assert_int_equal(kit_ask(k, API_POST, START, pair("token", token)), 200);
	assert_int_equal(finish(k, token, "short", "000000"), 422);
	assert_string_equal(error_of(k), "password_weak");
	assert_int_equal(finish(k, token, "a long enough one", "abc"), 422);
	assert_string_equal(error_of(k), "code_wrong");
	secret_from_uri(k, &s);
	assert_int_equal(
		totp_code(&s, clock_utc_ms() / (TOTP_STEP_S * MS_SECOND), code), 0);
	assert_int_equal(finish(k, token, "a long enough one", code), 200);
}

static void a_link_is_dead_after_two_days_and_guessing_is_throttled(void **state)
{
	char token[TOKEN_SHORT_TEXT];
	struct kit *k = *state;
	int status = 404, tries = 0;

	give_link(k, token);
	clock_shift(49 * MS_HOUR);
	assert_int_equal(kit_ask(k, API_POST, START, pair("token", token)), 404);
	assert_string_equal(error_of(k), "setup_unknown");
	assert_int_equal(k->noted.what, AUDIT_ACCOUNT_SET_UP);
	assert_int_equal(k->noted.outcome, AUDIT_REFUSED);
	for (; status == 404 && tries < 100; tries++)
		status = kit_ask(
			k, API_POST, START, pair("token", "AAAAAAAAAAAAAAAAAAAAAA"));
	assert_int_equal(status, 429);
}

static void setting_up_again_ends_every_sign_in(void **state)
{
	char token[TOKEN_SHORT_TEXT];
	struct kit *k = *state;

	k->settings.staff_totp = false;
	give_link(k, token);
	kit_sign_in(k, METTE);
	assert_int_equal(kit_ask(k, API_POST, START, pair("token", token)), 200);
	assert_false(flag(k, "totp"));
	assert_int_equal(finish(k, token, "a long enough one", ""), 200);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_person_sets_password_and_authenticator_and_signs_in),
		T(opening_the_link_twice_shows_the_same_secret),
		T(a_weak_password_or_a_wrong_code_uses_nothing_up),
		T(a_link_is_dead_after_two_days_and_guessing_is_throttled),
		T(setting_up_again_ends_every_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
