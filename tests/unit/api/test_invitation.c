/* SPDX-License-Identifier: MPL-2.0
 *
 * Link, number and PIN, shown again.
 */
#include "kit.h"

static void the_same_link_number_and_pin_are_shown_as_often_as_needed(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	kit_settle(k);
	k->audited[AUDIT_KEY_OPENED] = 0;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kit_do(k, API_GET, &m, "invitation", NULL), 200);
		assert_non_null(strstr(text(k, "invitation.link"), m.token));
		assert_memory_equal(
			text(k, "invitation.link"), "https://localhost:8443/j#", 25);
		assert_string_equal(text(k, "invitation.number"), m.number);
		assert_string_equal(text(k, "invitation.pin"), m.pin);
	}
	assert_int_equal(k->audited[AUDIT_INVITATION_SHOWN], 2);
	assert_int_equal(
		k->audited[AUDIT_KEY_OPENED], 2); /* link and card by one opening */
}

static void with_a_trunk_the_number_to_call_in_by_is_there_too(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	memcpy(k->settings.phone_number, "+4570101010", 12);
	assert_int_equal(kit_do(k, API_GET, &m, "invitation", NULL), 200);
	assert_string_equal(text(k, "invitation.call_in"), "");
	memcpy(k->settings.phone_server, "sip.test", 9);
	assert_int_equal(kit_do(k, API_GET, &m, "invitation", NULL), 200);
	assert_string_equal(text(k, "invitation.call_in"), "+4570101010");
}

static void when_contact_data_is_destroyed_the_link_is_gone_for_good(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	int64_t id;
	struct vault_use use = { VAULT_RETENTION, 0, &id, 1 };

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"label\":\"Anne\",\"phone\":\"22334455\"");
	kit_settle(k);
	id = strtoll(m.id, NULL, 10);
	assert_int_equal(vault_forget_here(k->vault, &use, VAULT_CK), 0);
	assert_int_equal(kit_do(k, API_GET, &m, "invitation", NULL), 410);
	assert_int_equal(kit_do(k, API_POST, &m, "number", pair("purpose", "call")), 410);
	assert_int_equal(kit_do(k, API_POST, &m, "link", version_body(m.version)), 410);
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 200);
	assert_string_equal(text(k, "card.label"), "");
	assert_string_equal(text(k, "card.phone_last2"), "");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(the_same_link_number_and_pin_are_shown_as_often_as_needed),
		T(with_a_trunk_the_number_to_call_in_by_is_there_too),
		T(when_contact_data_is_destroyed_the_link_is_gone_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
