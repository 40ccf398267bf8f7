/* SPDX-License-Identifier: MPL-2.0
 *
 * The picture shows what is configured, in words too, and each arrow has its row.
 */
#include "kit.h"

#include "picture.h"

static void the_picture_follows_the_configuration(void **state)
{
	static const char *const of_full[] = { "TURN server", "samtale-phone",
		"10.0.0.5:514", "sip.operator.example", "Reverse proxy" };
	struct settings full = kit_full(), bare = kit_bare();
	const char *text = kit_said(&full, LANGUAGE_EN, picture_write);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(of_full); i++)
		assert_non_null(strstr(text, of_full[i]));
	text = kit_said(&bare, LANGUAGE_EN, picture_write);
	for (size_t i = 0; i < ARRAY_LEN(of_full); i++)
		assert_null(strstr(text, of_full[i]));
	assert_non_null(strstr(text, "Consultant&#39;s telephone"));
}

static void every_arrow_is_numbered_told_and_explained(void **state)
{
	const struct settings all[] = { kit_full(), kit_bare() };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const char *text = kit_said(&all[i], LANGUAGE_DA, picture_body);
		unsigned arrows = kit_count(text, "<path class=\"a\"");
		char last[16];

		assert_in_range(arrows, 8, 20);
		assert_int_equal(kit_count(text, "<circle"), arrows);
		(void)snprintf(last, sizeof(last), "%u. ", arrows);
		assert_non_null(strstr(strstr(text, "<desc"), last));
		text = kit_said(&all[i], LANGUAGE_DA, picture_table);
		assert_int_equal(kit_count(text, "<td class=\"no\">"), arrows);
		kit_well_formed(text);
	}
}

static void who_cannot_see_it_can_hear_it(void **state)
{
	struct settings s = kit_full();
	const char *text = kit_said(&s, LANGUAGE_DA, picture_write);

	(void)state;
	assert_non_null(
		strstr(text, "role=\"img\" aria-labelledby=\"pic-title pic-desc\""));
	assert_non_null(strstr(text, "<title id=\"pic-title\">Hvor data løber</title>"));
	assert_non_null(strstr(text, "xmlns=\"http://www.w3.org/2000/svg\""));
	kit_well_formed(text);
	kit_alone(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_picture_follows_the_configuration),
		cmocka_unit_test(every_arrow_is_numbered_told_and_explained),
		cmocka_unit_test(who_cannot_see_it_can_hear_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
