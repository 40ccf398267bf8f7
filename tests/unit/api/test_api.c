/* SPDX-License-Identifier: MPL-2.0
 *
 * What every route needs, before any route's code runs.
 */
#include "kit.h"

static void a_path_that_is_not_there_is_404_and_a_wrong_method_405(void **state)
{
	static const char *const unknown[] = { "/", "/api/v1/", "/api/v1/link",
		"/api/v2/link/peek", "/api/v1/link/peek/", "/api/v1/link/peek/x",
		"/api/v1/staff/meetings/0", "/api/v1/staff/meetings/x",
		"/api/v1/staff/meetings/99999999999999999" };
	struct kit *k = *state;

	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		assert_int_equal(kit_ask(k, API_POST, unknown[i], "{}"), 404);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/link/peek", NULL), 405);
	assert_int_equal(kit_ask(k, API_OTHER, "/api/v1/link/peek", NULL), 405);
}

static void a_post_from_a_foreign_page_is_refused(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	k->foreign_origin = true;
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/sign-out", "{}"), 403);
	assert_string_equal(error_of(k), "wrong_origin");
	k->foreign_origin = false;
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 200);
}

static void a_body_must_be_one_json_object_and_say_that_it_is(void **state)
{
	static const char *const bad[] = { "", "[]", "{", "\"x\"",
		"{\"token\":\"a\",\"token\":\"b\"}", "{\"token\":1}", "{}" };
	struct kit *k = *state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(kit_ask(k, API_POST, "/api/v1/link/peek", bad[i]), 400);
		assert_string_equal(error_of(k), "bad_request");
	}
	k->not_json = true;
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/peek", "{\"token\":\"a\"}"), 415);
}

static void staff_routes_need_a_sign_in_that_is_still_good(void **state)
{
	struct kit *k = *state;

	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
	(void)snprintf(k->cookie, sizeof(k->cookie), "__Host-staff=%043d", 0);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
	kit_sign_in(k, METTE);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 200);
	clock_shift(11 * MS_HOUR);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
	assert_string_equal(error_of(k), "signed_out");
}

static void a_disabled_account_is_signed_out(void **state)
{
	struct kit *k = *state;
	struct user u;

	kit_sign_in(k, METTE);
	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	u.disabled = true;
	assert_int_equal(k->store->user->update(k->store, &u), 0);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
}

static void being_idle_locks_and_use_keeps_open(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	for (int i = 0; i < 3; i++) { /* used every 20 of 30 minutes */
		clock_shift(20 * MS_MINUTE);
		assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 200);
	}
	clock_shift(31 * MS_MINUTE);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 423);
	assert_string_equal(error_of(k), "locked");
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/sign-out", "{}"), 200);
}

static void woken(void *conn)
{
	(void)conn;
}

static void closed(void *conn, uint16_t code, const char *reason)
{
	(void)conn;
	(void)code;
	(void)reason;
}

static void a_talk_is_neither_locked_nor_signed_out(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	struct peer_credentials who = { .has_session = true };
	const struct peer_link link = { .conn = k, .wake = woken, .close = closed };
	struct peer *peer = NULL;
	char enter[96];

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\"");
	assert_true(token_hash(
		k->node, TOKEN_SESSION, bytes_str(k->session[METTE]), &who.session));
	assert_int_equal(peer_open(&peer, k->house, &who, &link), 0);
	peer_message(peer,
		BYTES_LIT("{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"t\"}"));
	kit_settle(k);
	(void)snprintf(enter, sizeof(enter),
		"{\"type\":\"enter\",\"meeting\":\"%s\",\"epoch\":0}", m.id);
	peer_message(peer, bytes_str(enter));
	kit_settle(k);
	for (int i = 0; i < 2;
		i++) { /* idle for long, then past the end of the sign-in */
		clock_shift(i == 0 ? 31 * MS_MINUTE : 10 * MS_HOUR);
		assert_int_equal(
			kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 200);
	}
	peer_closed(peer);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
}

static void without_a_record_nothing_is_shown(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"label\":\"planted\"");
	k->audit_result = -EIO;
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/day/2026-11-22", NULL), 503);
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 503);
	assert_int_equal(kit_do(k, API_GET, &m, "invitation", NULL), 503);
	assert_int_equal(kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 503);
	assert_string_equal(error_of(k), "not_recorded");
	k->audit_result = -ENOSPC;
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 503);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_path_that_is_not_there_is_404_and_a_wrong_method_405),
		T(a_post_from_a_foreign_page_is_refused),
		T(a_body_must_be_one_json_object_and_say_that_it_is),
		T(staff_routes_need_a_sign_in_that_is_still_good),
		T(a_disabled_account_is_signed_out),
		T(being_idle_locks_and_use_keeps_open),
		T(a_talk_is_neither_locked_nor_signed_out),
		T(without_a_record_nothing_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
