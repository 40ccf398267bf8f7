/* SPDX-License-Identifier: MPL-2.0
 *
 * What a citizen's page learns of its meeting.
 */
#include "kit.h"

#define PEEK "/api/v1/link/peek"

static void the_number_to_call_is_the_nearest_one(void **state)
{
	struct kit *k = *state;
	struct kit_meeting plain, own;

	kit_sign_in(k, METTE);
	(void)snprintf(
		k->settings.org_phone, sizeof(k->settings.org_phone), "79 75 50 00");
	plain = kit_book(k, "");
	own = kit_book(k, ",\"contact_phone\":\"22 33 44 55\"");
	assert_int_equal(kit_ask(k, API_POST, PEEK, pair("token", plain.token)), 200);
	assert_string_equal(text(k, "call.number"), "79 75 50 00");
	assert_int_equal(kit_ask(k, API_POST, PEEK, pair("token", own.token)), 200);
	assert_string_equal(text(k, "call.number"), "+4522334455");
}

static void a_peek_tells_what_the_page_needs_and_no_more(void **state)
{
	static const char *const fields[] = { "org", "consultant", "starts", "minutes",
		"booked_form", "way", "language", "when", "phase", "pin", "late_minutes",
		"call", "now", "trial" };
	struct kit *k = *state;
	struct kit_meeting m;
	char *all;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"label\":\"planted "
			"label\",\"case_ref\":\"SAG-77\",\"phone\":\"22334455\"");
	assert_int_equal(kit_ask(k, API_POST, PEEK, pair("token", m.token)), 200);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		assert_non_null(at(k->json, fields[i]));
	assert_int_equal(json_object_size(k->json), ARRAY_LEN(fields));
	assert_string_equal(text(k, "call.last2"), "55");
	all = json_dumps(k->json, 0);
	assert_null(strstr(all, "planted"));
	assert_null(strstr(all, "SAG-77"));
	assert_null(strstr(all, "22334455"));
	free(all);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(the_number_to_call_is_the_nearest_one),
		T(a_peek_tells_what_the_page_needs_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
