/* SPDX-License-Identifier: MPL-2.0
 *
 * What is done to a booking after it was made.
 */
#include "kit.h"

static void a_cancelled_meeting_is_over_for_the_citizen_and_can_be_brought_back(
	void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(kit_do(k, API_POST, &m, "cancel", version_body(m.version)), 200);
	assert_string_equal(text(k, "card.state"), "cancelled");
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/peek", pair("token", m.token)), 404);
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 200);
	assert_int_equal(kit_do(k, API_POST, &m, "restore",
				 version_body(number(k, "card.version"))),
		200);
	assert_string_equal(text(k, "card.state"), "booked");
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/peek", pair("token", m.token)), 200);
	assert_int_equal(k->audited[AUDIT_MEETING_CANCELLED], 1);
}

static void a_new_link_kills_the_old_one_and_its_pin(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char body[128];

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(kit_do(k, API_POST, &m, "link", version_body(m.version)), 200);
	assert_string_not_equal(strchr(text(k, "invitation.link"), '#') + 1, m.token);
	(void)snprintf(body, sizeof(body), "{\"number\":\"%s\",\"pin\":\"%s\"}", m.number,
		m.pin);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/peek", pair("token", m.token)), 404);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/link/digits", body), 404);
	assert_int_equal(k->audited[AUDIT_LINK_RENEWED], 1);
}

static void the_number_is_shown_to_the_owner_alone_and_recorded(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m, none;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\"");
	none = kit_book(k, "");
	assert_int_equal(kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 200);
	assert_string_equal(text(k, "phone"), "+4522334455");
	assert_int_equal(k->audited[AUDIT_NUMBER_SHOWN], 1);
	assert_int_equal(
		kit_do(k, API_POST, &m, "number", pair("purpose", "check")), 200);
	assert_int_equal(
		k->audited[AUDIT_NUMBER_SHOWN], 1); /* her page holds it, masked */
	assert_int_equal(k->audited[AUDIT_NUMBER_AVAILABLE], 1);
	assert_int_equal(
		kit_do(k, API_POST, &m, "number", pair("purpose", "curious")), 400);
	assert_int_equal(
		kit_do(k, API_POST, &none, "number", pair("purpose", "check")), 404);
	assert_string_equal(error_of(k), "no_number");
	kit_sign_in(k, OLE);
	assert_int_equal(kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 404);
	assert_string_equal(error_of(k), "not_found");
}

static void a_colleague_takes_over_and_a_stranger_does_not(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\"");
	kit_sign_in(k, EVA);
	assert_int_equal(
		kit_do(k, API_POST, &m, "take-over", pair("purpose", "urgent")), 404);
	kit_sign_in(k, OLE);
	assert_int_equal(kit_do(k, API_POST, &m, "take-over", "{}"), 400);
	assert_int_equal(
		kit_do(k, API_POST, &m, "take-over", pair("purpose", "absence")), 200);
	assert_string_equal(text(k, "card.owner.name"), "Ole");
	assert_int_equal(k->noted.what, AUDIT_TAKEN_OVER);
	assert_int_equal(k->noted.actor, OLE);
	assert_int_equal(k->noted.value, 0); /* absence */
	assert_int_equal(kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 200);
	assert_int_equal(k->audited[AUDIT_TAKEN_OVER], 1);
	kit_sign_in(k, METTE);
	assert_int_equal(kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 404);
	assert_int_equal(
		kit_do(k, API_POST, &m, "take-over", pair("purpose", "urgent")), 200);
	assert_int_equal(k->noted.value, 2);
}

static void the_owner_hands_over_within_the_team_only(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(kit_do(k, API_POST, &m, "hand-over", pair("user", "3")), 404);
	assert_int_equal(kit_do(k, API_POST, &m, "hand-over", pair("user", "99")), 404);
	assert_int_equal(kit_do(k, API_POST, &m, "hand-over", pair("user", "2")), 200);
	assert_string_equal(text(k, "card.owner.id"), "2");
	assert_int_equal(k->audited[AUDIT_HANDED_OVER], 1);
}

static void a_meeting_that_has_not_ended_has_no_summary(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(kit_do(k, API_GET, &m, "summary", NULL), 409);
	assert_string_equal(error_of(k), "not_ended");
	assert_int_equal(k->noted.what, AUDIT_RECORD_READ);
	k->audit_result = -EIO;
	assert_int_equal(kit_do(k, API_GET, &m, "summary", NULL), 503);
}

static void the_self_test_learns_the_servers(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/check", "{}"), 200);
	assert_true(json_is_array(at(k->json, "servers")));
	assert_string_equal(text(k, "policy"), "all"); /* no TURN server is configured */
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_cancelled_meeting_is_over_for_the_citizen_and_can_be_brought_back),
		T(a_new_link_kills_the_old_one_and_its_pin),
		T(the_number_is_shown_to_the_owner_alone_and_recorded),
		T(a_colleague_takes_over_and_a_stranger_does_not),
		T(the_owner_hands_over_within_the_team_only),
		T(a_meeting_that_has_not_ended_has_no_summary),
		T(the_self_test_learns_the_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
