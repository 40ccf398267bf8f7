/* SPDX-License-Identifier: MPL-2.0
 *
 * Making, editing and moving a booking.
 */
#include "kit.h"

#define MEETINGS "/api/v1/staff/meetings"

static int book(struct kit *k, const char *fields)
{
	char body[1024];

	(void)snprintf(body, sizeof(body), "{" BOOKING "%s}", fields);
	return kit_ask(k, API_POST, MEETINGS, body);
}

static void a_booking_comes_back_as_it_was_typed(void **state)
{
	struct kit *k = *state;
	char fields[512], body[1024];
	int64_t starts = clock_utc_ms() + MS_DAY;

	kit_sign_in(k, METTE);
	(void)snprintf(fields, sizeof(fields),
		",\"starts\":%lld,\"label\":\"Anne "
		"Ø.\",\"case_ref\":\"SAG-77\",\"pin\":true,"
		"\"phone\":\"22 33 44 55\",\"contact_phone\":\"+45 33445566\"",
		(long long)starts);
	assert_int_equal(book(k, fields), 200);
	(void)snprintf(body, sizeof(body), MEETINGS "/%s", text(k, "card.id"));
	assert_int_equal(kit_ask(k, API_GET, body, NULL), 200);
	assert_string_equal(text(k, "card.label"), "Anne Ø.");
	assert_string_equal(text(k, "card.case_ref"), "SAG-77");
	assert_string_equal(text(k, "card.phone_last2"), "55");
	assert_string_equal(text(k, "card.contact_phone"), "+4533445566");
	assert_string_equal(text(k, "card.owner.name"), "Mette");
	assert_string_equal(text(k, "card.state"), "booked");
	assert_int_equal(number(k, "card.starts"), starts);
	assert_true(flag(k, "card.pin") && flag(k, "card.mine"));
	assert_int_equal(k->audited[AUDIT_MEETING_CREATED], 1);
}

static struct booking row_of(struct kit *k, const struct kit_meeting *m)
{
	struct booking row;

	kit_settle(k);
	assert_int_equal(
		k->store->meeting->get(k->store, strtoll(m->id, NULL, 10), &row), 0);
	return row;
}

static void a_booking_is_found_by_the_callers_number(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	struct token_hash tag;
	char body[256];

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22 33 44 55\"");
	assert_true(phone_tag(k->node, BYTES_LIT("+4522334455"), &tag));
	assert_true(row_of(k, &m).has_phone_tag);
	assert_memory_equal(row_of(k, &m).phone_tag.at, tag.at, sizeof(tag.at));
	(void)snprintf(body, sizeof(body),
		"{" BOOKING ",\"version\":%lld,\"starts\":%lld,\"phone\":\"\"}",
		(long long)m.version, (long long)clock_utc_ms());
	assert_int_equal(kit_do(k, API_PATCH, &m, "", body), 200);
	assert_false(row_of(k, &m).has_phone_tag);
	m = kit_book(k, "");
	assert_false(row_of(k, &m).has_phone_tag);
}

static void a_cpr_number_is_refused_in_free_text_and_fine_as_a_telephone(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	assert_int_equal(book(k, ",\"now\":true,\"label\":\"Anne 010190-1234\""), 422);
	assert_string_equal(error_of(k), "cpr_in_field");
	assert_string_equal(text(k, "field"), "label");
	assert_int_equal(book(k, ",\"now\":true,\"case_ref\":\"0101901234\""), 422);
	assert_string_equal(text(k, "field"), "case_ref");
	assert_int_equal(book(k, ",\"now\":true,\"phone\":\"31129000\""), 200);
	assert_int_equal(k->audited[AUDIT_MEETING_CREATED], 1);
}

static void what_cannot_be_is_refused_by_field(void **state)
{
	static const struct {
		const char *fields;
		int status;
		const char *error, *field;
	} rows[] = {
		{ ",\"now\":true,\"phone\":\"112\"", 422, "phone_bad", "phone" },
		{ ",\"now\":true,\"contact_phone\":\"x\"", 422, "phone_bad",
			"contact_phone" },
		{ ",\"starts\":1000", 422, "time_past", "starts" },
		{ ",\"starts\":99999999999999", 422, "time_past", "starts" },
		{ "", 400, "bad_request", "starts" },
		{ ",\"now\":true,\"label\":7", 400, "bad_request", "label" },
	};
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(book(k, rows[i].fields), rows[i].status);
		assert_string_equal(error_of(k), rows[i].error);
		assert_string_equal(text(k, "field"), rows[i].field);
	}
	assert_int_equal(
		kit_ask(k, API_POST, MEETINGS, "{\"now\":true,\"minutes\":4}"), 400);
	assert_string_equal(text(k, "field"), "minutes");
}

static void a_moved_meeting_keeps_its_link_and_shows_the_new_time(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char body[512];
	int64_t starts = clock_utc_ms() + 3 * MS_DAY;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"phone\":\"22334455\",\"label\":\"Anne\"");
	(void)snprintf(body, sizeof(body),
		"{" BOOKING ",\"starts\":%lld,\"version\":%lld,"
		"\"label\":\"Bent\"}",
		(long long)starts, (long long)m.version);
	assert_int_equal(kit_do(k, API_PATCH, &m, "", body), 200);
	assert_string_equal(text(k, "card.label"), "Bent");
	assert_string_equal(text(k, "card.phone_last2"), "55"); /* absent: unchanged */
	assert_int_equal(k->audited[AUDIT_MEETING_MOVED], 1);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/link/peek", pair("token", m.token)), 200);
	assert_int_equal(number(k, "starts"), starts);
	assert_string_equal(text(k, "when"), "early");
	assert_int_equal(kit_do(k, API_PATCH, &m, "", body), 409); /* an old version */
	assert_string_equal(error_of(k), "changed");
}

static void only_the_owner_changes_a_booking(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;
	char body[512];

	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	(void)snprintf(body, sizeof(body),
		"{" BOOKING ",\"starts\":%lld,\"version\":%lld}",
		(long long)clock_utc_ms(), (long long)m.version);
	kit_sign_in(k, OLE);
	assert_int_equal(kit_do(k, API_PATCH, &m, "", body), 404);
	kit_sign_in(k, EVA);
	assert_int_equal(kit_do(k, API_PATCH, &m, "", body), 404);
	kit_sign_in(k, METTE);
	assert_int_equal(kit_do(k, API_PATCH, &m, "", body), 200);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_booking_comes_back_as_it_was_typed),
		T(a_booking_is_found_by_the_callers_number),
		T(a_cpr_number_is_refused_in_free_text_and_fine_as_a_telephone),
		T(what_cannot_be_is_refused_by_field),
		T(a_moved_meeting_keeps_its_link_and_shows_the_new_time),
		T(only_the_owner_changes_a_booking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
