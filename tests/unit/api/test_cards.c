/* SPDX-License-Identifier: MPL-2.0
 *
 * Cards, with and without their keys.
 */
#include "kit.h"

static void a_card_whose_keys_are_gone_is_empty_not_an_error(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	int64_t id;
	struct vault_use use = { VAULT_RETENTION, 0, &id, 1 };

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"label\":\"Anne\",\"case_ref\":\"SAG-77\"");
	kit_settle(k);
	id = strtoll(m.id, NULL, 10);
	assert_int_equal(vault_forget_here(k->vault, &use, VAULT_BOTH), 0);
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 200);
	assert_string_equal(text(k, "card.label"), "");
	assert_string_equal(text(k, "card.case_ref"), "");
	assert_string_equal(text(k, "card.number"), m.number);
}

static void the_longest_fields_in_escapes_still_fit_the_card(void **state)
{
	struct kit *k = *state;
	char fields[512] = ",\"label\":\"", *at_end = fields + strlen(fields);

	kit_sign_in(k, METTE);
	for (int i = 0; i < LIMIT_LABEL; i++, at_end += 2)
		memcpy(at_end, "\\\"", 3);
	memcpy(at_end, "\"", 2);
	kit_book(k, fields);
	assert_int_equal(strlen(text(k, "card.label")), LIMIT_LABEL);
}

static void a_card_carries_what_is_live(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/redeem", pair("token", m.token)), 200);
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 200);
	assert_string_equal(text(k, "card.live.phase"), "open");
	assert_int_equal(json_array_size(at(k->json, "card.live.guests")), 1);
	assert_string_equal(text(k, "card.live.guests.0.place"), "lobby");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_card_whose_keys_are_gone_is_empty_not_an_error),
		T(the_longest_fields_in_escapes_still_fit_the_card),
		T(a_card_carries_what_is_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
