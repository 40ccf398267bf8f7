/* SPDX-License-Identifier: MPL-2.0
 *
 * People who wait to be called back: masked in the list, shown on record, gone when they
 * were called or after a day; never another team's.
 */
#include "kit.h"

#include "samtale/store/call.h"

#define LIST "/api/v1/staff/callbacks"

static void put(struct kit *k, int64_t id, const char *team, const char *number)
{
	struct call_back b = { .id = id, .created_ms = clock_utc_ms() };

	(void)snprintf(b.team, sizeof(b.team), "%s", team);
	assert_int_equal(seal_text(node_key_get(k->node, NODE_CALL_BACK_SEAL),
				 SEAL_CALL_BACK, id, number, &b.number),
		0);
	kit_settle(k);
	assert_int_equal(k->store->call->back_add(k->store, &b), 0);
}

static int act(struct kit *k, int64_t id, const char *what)
{
	char path[96];

	(void)snprintf(path, sizeof(path), LIST "/%lld/%s", (long long)id, what);
	return kit_ask(k, API_POST, path, "{}");
}

static size_t listed(struct kit *k)
{
	assert_int_equal(kit_ask(k, API_GET, LIST, NULL), 200);
	return json_array_size(at(k->json, "callbacks"));
}

static void the_list_shows_the_teams_and_everybodys_with_two_digits(void **state)
{
	struct kit *k = *state;
	char *dump;

	put(k, 11, "job", "+4522334455");
	put(k, 12, "", "+4522334466");
	put(k, 13, "care", "+4522334477");
	kit_sign_in(k, OLE);
	assert_int_equal(listed(k), 2);
	assert_string_equal(text(k, "callbacks.0.id"), "11");
	assert_string_equal(text(k, "callbacks.0.masked"), "\u00b7\u00b7\u00b7\u00b7 55");
	assert_string_equal(text(k, "callbacks.0.team"), "job");
	assert_string_equal(text(k, "callbacks.1.team"), "");
	assert_true(number(k, "callbacks.1.created") > clock_utc_ms() - MS_MINUTE);
	dump = json_dumps(k->json, 0);
	assert_null(strstr(dump, "223344"));
	free(dump);
	kit_sign_in(k, EVA);
	assert_int_equal(listed(k), 2);
	assert_string_equal(text(k, "callbacks.1.id"), "13");
}

static void a_number_is_shown_on_record(void **state)
{
	struct kit *k = *state;

	put(k, 11, "job", "+4522334455");
	kit_sign_in(k, METTE);
	assert_int_equal(act(k, 11, "number"), 200);
	assert_string_equal(text(k, "phone"), "+4522334455");
	assert_int_equal(k->audited[AUDIT_CALL_BACK_SHOWN], 1);
	assert_int_equal(k->noted.actor, METTE);
	kit_sign_in(k, EVA);
	assert_int_equal(act(k, 11, "number"), 404);
	assert_int_equal(k->audited[AUDIT_CALL_BACK_SHOWN], 1);
	kit_sign_in(k, METTE);
	k->audit_result = -ENOSPC;
	assert_int_equal(act(k, 11, "number"), 503);
	assert_string_equal(text(k, "phone"), "(none)");
	k->audit_result = 0;
}

static void who_was_called_leaves_the_list(void **state)
{
	struct kit *k = *state;
	struct call_back b;

	put(k, 11, "job", "+4522334455");
	kit_sign_in(k, EVA);
	assert_int_equal(act(k, 11, "done"), 404);
	kit_sign_in(k, METTE);
	assert_int_equal(act(k, 11, "done"), 200);
	assert_int_equal(k->audited[AUDIT_CALL_BACK_DONE], 1);
	assert_int_equal(listed(k), 0);
	assert_int_equal(act(k, 11, "done"), 404);
	kit_settle(k);
	assert_int_equal(k->store->call->back_get(k->store, 11, &b), STORE_E_NONE);
}

static void nobody_waits_for_longer_than_a_day(void **state)
{
	struct kit *k = *state;

	put(k, 11, "job", "+4522334455");
	kit_sign_in(k, METTE);
	assert_int_equal(listed(k), 1);
	clock_shift(CALL_BACK_KEEP_MS);
	kit_add_user(k, "Kim", "job"); /* the sign-ins of before are over */
	kit_sign_in(k, 4);
	assert_int_equal(listed(k), 0);
	assert_int_equal(act(k, 11, "number"), 404);
	clock_shift(-CALL_BACK_KEEP_MS);
}

static void only_staff_are_answered(void **state)
{
	struct kit *k = *state;

	put(k, 11, "", "+4522334455");
	assert_int_equal(kit_ask(k, API_GET, LIST, NULL), 401);
	assert_int_equal(act(k, 11, "number"), 401);
	assert_int_equal(act(k, 11, "done"), 401);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, kit_up, kit_down)
		AT(the_list_shows_the_teams_and_everybodys_with_two_digits),
		AT(a_number_is_shown_on_record),
		AT(who_was_called_leaves_the_list),
		AT(nobody_waits_for_longer_than_a_day),
		AT(only_staff_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
