/* SPDX-License-Identifier: MPL-2.0
 *
 * Minutes come signed, on record, for the team alone, and only of what is over and kept.
 */
#include "kit.h"

#include "samtale/store/minutes.h"

static struct kit_meeting cancelled(struct kit *k)
{
	struct kit_meeting m = kit_book(k, ",\"case_ref\":\"Sag 12-34\"");

	assert_int_equal(kit_do(k, API_POST, &m, "cancel", version_body(m.version)), 200);
	kit_settle(k);
	return m;
}

static void they_are_signed_and_on_record(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	uint8_t key[SIGN_PUBLIC];
	unsigned n;

	kit_sign_in(k, METTE);
	m = cancelled(k);
	assert_int_equal(kit_do(k, API_GET, &m, "minutes", NULL), 200);
	assert_int_equal(k->audited[AUDIT_MINUTES_SIGNED], 1);
	assert_int_equal(k->noted.actor, METTE);
	sign_public(&kit_signing, key);
	assert_int_equal(minutes_check(bytes_str(text(k, "minutes")), key, &n), 0);
	assert_int_equal(n, 1);
	assert_non_null(strstr(text(k, "minutes"), "\ncase: Sag 12-34\n"));
	assert_non_null(strstr(text(k, "minutes"), "\noutcome: cancelled\n"));
	assert_non_null(strstr(text(k, "minutes"), text(k, "receipt")));
}

static void a_colleague_gets_them_and_another_team_does_not(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = cancelled(k);
	kit_sign_in(k, OLE);
	assert_int_equal(kit_do(k, API_GET, &m, "minutes", NULL), 200);
	assert_int_equal(k->noted.purpose, AUDIT_FOR_COLLEAGUE);
	kit_sign_in(k, EVA);
	assert_int_equal(kit_do(k, API_GET, &m, "minutes", NULL), 404);
	assert_int_equal(k->audited[AUDIT_MINUTES_SIGNED], 1);
}

static void what_is_not_over_has_none(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	assert_int_equal(kit_do(k, API_GET, &m, "minutes", NULL), 409);
	assert_string_equal(error_of(k), "not_ended");
	assert_int_equal(k->audited[AUDIT_MINUTES_SIGNED], 0);
}

static void what_was_erased_is_gone(void **state)
{
	struct vault_use use = { .purpose = VAULT_RETENTION, .n = 1 };
	struct kit *k = *state;
	struct kit_meeting m;
	int64_t id;

	kit_sign_in(k, METTE);
	m = cancelled(k);
	id = strtoll(m.id, NULL, 10);
	use.meetings = &id;
	assert_int_equal(vault_forget_here(k->vault, &use, VAULT_BOTH), 0);
	assert_int_equal(kit_do(k, API_GET, &m, "minutes", NULL), 404);
	assert_string_equal(error_of(k), "record_gone");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(they_are_signed_and_on_record),
		T(a_colleague_gets_them_and_another_team_does_not),
		T(what_is_not_over_has_none),
		T(what_was_erased_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
