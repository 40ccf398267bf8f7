/* SPDX-License-Identifier: MPL-2.0
 *
 * Statistics never point at a person: small counts and small teams disappear.
 */
#include "../../../broker/cli/hide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void counts_under_five_are_not_shown(void **state)
{
	static const struct {
		int64_t count;
		const char *shown;
	} cases[] = { { 0, "<5" }, { 1, "<5" }, { 4, "<5" }, { 5, "5" },
		{ 12345, "12345" } };
	char text[24];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		hide_count(cases[i].count, text);
		assert_string_equal(text, cases[i].shown);
	}
}

static void small_teams_lose_their_name_and_are_added_up(void **state)
{
	struct stat_cell cells[] = {
		{ .week = 202647, .team = "Big", .form = 1, .count = 7 },
		{ .week = 202647, .team = "Two", .form = 1, .count = 3 },
		{ .week = 202647, .team = "One", .form = 1, .count = 4 },
		{ .week = 202647, .team = "One", .form = 2, .count = 1 },
		{ .week = 202648, .team = "Gone", .form = 1, .count = 9 },
	};
	struct user users[] = { { .team = "Big" }, { .team = "Big" }, { .team = "Big" },
		{ .team = "Two" }, { .team = "Two" }, { .team = "One" } };
	struct stat_cell_list list = { cells, ARRAY_LEN(cells), false };
	struct user_list people = { users, ARRAY_LEN(users), false };

	(void)state;
	hide_small_teams(&list, &people);
	assert_int_equal(list.n, 4);
	assert_string_equal(list.at[0].team, "Big");
	assert_int_equal(list.at[0].count, 7);
	assert_string_equal(list.at[1].team, HIDE_SMALL_TEAM);
	assert_int_equal(list.at[1].count, 7); /* Two and One, video */
	assert_int_equal(list.at[2].count, 1); /* One, phone */
	assert_int_equal(list.at[3].week, 202648);
	assert_string_equal(list.at[3].team, HIDE_SMALL_TEAM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_under_five_are_not_shown),
		cmocka_unit_test(small_teams_lose_their_name_and_are_added_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
