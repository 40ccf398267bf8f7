/* SPDX-License-Identifier: MPL-2.0
 *
 * The day, the team's day, finding.
 */
#include "kit.h"

static int day_now(struct kit *k, const char *tail)
{
	char path[64], date[16];
	time_t now = (time_t)(clock_utc_ms() / MS_SECOND);
	struct tm local;

	localtime_r(&now, &local);
	strftime(date, sizeof(date), "%Y-%m-%d", &local);
	(void)snprintf(path, sizeof(path), "/api/v1/staff/day/%s%s", date, tail);
	return kit_ask(k, API_GET, path, NULL);
}

static size_t cards(const struct kit *k)
{
	return json_array_size(at(k->json, "cards"));
}

static int find(struct kit *k, const char *what)
{
	return kit_ask(k, API_POST, "/api/v1/staff/find", pair("text", what));
}

static void the_day_holds_ones_own_meetings_and_the_teams_on_request(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	kit_book(k, ",\"label\":\"Anne\"");
	kit_sign_in(k, OLE);
	kit_book(k, ",\"label\":\"Bent\"");
	kit_sign_in(k, EVA);
	kit_book(k, ",\"label\":\"Carl\"");
	kit_sign_in(k, METTE);
	assert_int_equal(day_now(k, ""), 200);
	assert_int_equal(cards(k), 1);
	assert_string_equal(text(k, "cards.0.label"), "Anne");
	assert_int_equal(day_now(k, "/team"), 200);
	assert_int_equal(cards(k), 2);
	assert_int_equal(k->audited[AUDIT_DAY_READ], 2);
}

static void an_empty_day_is_an_empty_list_and_a_wrong_date_an_error(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/day/2031-01-01", NULL), 200);
	assert_int_equal(cards(k), 0);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/day/2031-02-30", NULL), 400);
	assert_string_equal(text(k, "field"), "date");
}

static void a_meeting_is_found_by_case_number_and_part_of_its_label(void **state)
{
	static const char *const words[] = { "SAG-77", "sag-77", "anne", "ANNE Ø" };
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"label\":\"Anne Ø.\",\"case_ref\":\"SAG-77\"");
	kit_book(k, ",\"label\":\"Bent\"");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		assert_int_equal(find(k, words[i]), 200);
		assert_int_equal(cards(k), 1);
		assert_string_equal(text(k, "cards.0.id"), m.id);
		assert_int_equal(k->noted.value, i < 2 ? 1001 : 3001);
	}
	assert_int_equal(find(k, m.number), 200);
	assert_int_equal(cards(k), 1);
	assert_int_equal(k->noted.value, 2001);
	assert_int_equal(find(k, "nobody"), 200);
	assert_int_equal(cards(k), 0);
	assert_int_equal(k->noted.value, 0);
	assert_int_equal(k->audited[AUDIT_SEARCH], ARRAY_LEN(words) + 2);
}

static void nobody_finds_another_teams_meeting(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	kit_sign_in(k, METTE);
	m = kit_book(k, ",\"label\":\"Anne\",\"case_ref\":\"SAG-77\"");
	kit_sign_in(k, EVA);
	assert_int_equal(find(k, "SAG-77"), 200);
	assert_int_equal(cards(k), 0);
	assert_int_equal(find(k, m.number), 200);
	assert_int_equal(cards(k), 0);
	assert_int_equal(find(k, "Anne"), 200);
	assert_int_equal(cards(k), 0);
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 404);
	assert_int_equal(k->noted.what, AUDIT_MEETING_READ);
	assert_int_equal(k->noted.outcome, AUDIT_REFUSED);
	assert_int_equal(k->noted.actor, EVA);
}

static void a_search_for_one_letter_is_refused(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	assert_int_equal(find(k, "a"), 400);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(the_day_holds_ones_own_meetings_and_the_teams_on_request),
		T(an_empty_day_is_an_empty_list_and_a_wrong_date_an_error),
		T(a_meeting_is_found_by_case_number_and_part_of_its_label),
		T(nobody_finds_another_teams_meeting),
		T(a_search_for_one_letter_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
