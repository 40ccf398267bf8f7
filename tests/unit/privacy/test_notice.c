/* SPDX-License-Identifier: MPL-2.0
 *
 * The citizen's pages say what Art. 13 asks for, with the periods in force, and nothing
 * that is not so here. How plain they are is tests/web/notice_lix.test.ts.
 */
#include "kit.h"

static enum notice asked;

static void say(const struct speaker *s)
{
	notice_write(s->to, s->settings, asked, s->language);
}

static const char *page(
	const struct settings *s, enum notice which, enum language language)
{
	asked = which;
	return kit_said(s, language, say);
}

static void each_page_is_whole_and_stands_alone(void **state)
{
	const struct settings all[] = { kit_full(), kit_bare() };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (int which = 0; which < NOTICE_COUNT; which++)
			for (int in = 0; in < LANGUAGE_COUNT; in++) {
				const char *text = page(
					&all[i], (enum notice)which, (enum language)in);

				kit_well_formed(text);
				kit_alone(text);
				assert_int_equal(kit_count(text, "<h1>"), 1);
				assert_in_range(strlen(text), 500, NOTICE_BYTES_MAX);
				assert_null(strchr(text, '{'));
				assert_null(strstr(text, ": ."));
			}
}

static void it_says_what_must_be_said(void **state)
{
	static const char *const must[] = { "Hedensted Kommune", "79 75 50 00",
		"dpo@hedensted.dk", "https://www.hedensted.dk/privatliv",
		"artikel 6, stk. 1", "Datatilsynet", "At se, hvad vi har gemt",
		"At vi retter", "At vi sletter", "CPR-nummer", "cookie", "7 timer efter",
		"8 hverdage", "31 dage", "61 dage", "Ingen maskine" };
	struct settings s = kit_full();
	const char *text;

	(void)state;
	kit_set(&s, "data.contact_hours", "7");
	kit_set(&s, "data.contact_days", "8");
	kit_set(&s, "data.booking_days", "31");
	kit_set(&s, "data.attendance_days", "61");
	text = page(&s, NOTICE_PRIVACY, LANGUAGE_DA);
	for (size_t i = 0; i < ARRAY_LEN(must); i++)
		if (!strstr(text, must[i]))
			fail_msg("not said: %s", must[i]);
}

static void only_what_is_so_here_is_said(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();
	const char *text = page(&full, NOTICE_PRIVACY, LANGUAGE_EN);

	(void)state;
	assert_non_null(strstr(text, "pass through a server"));
	assert_null(strstr(text, "straight between you"));
	assert_non_null(strstr(text, "do not get through"));
	text = page(&bare, NOTICE_PRIVACY, LANGUAGE_EN);
	assert_null(strstr(text, "pass through a server"));
	assert_non_null(strstr(text, "straight between you"));
	assert_null(strstr(text, "do not get through"));
	assert_null(strstr(text, "You can call us on"));
	assert_non_null(strstr(text, "Ask us and we will find our DPO"));
}

static void a_name_with_markup_stays_text(void **state)
{
	struct settings s = kit_full();

	(void)state;
	kit_set(&s, "org.name", "<script>alert(1)</script>");
	kit_well_formed(page(&s, NOTICE_ACCESSIBILITY, LANGUAGE_DA));
	assert_null(strstr(page(&s, NOTICE_PRIVACY, LANGUAGE_DA), "<script"));
}

static void each_page_has_a_title(void **state)
{
	(void)state;
	assert_string_equal(
		notice_title(NOTICE_ACCESSIBILITY, LANGUAGE_EN), "Accessibility");
	assert_string_equal(notice_title(NOTICE_PRIVACY, LANGUAGE_DA),
		"Sådan passer vi på dine oplysninger");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_page_is_whole_and_stands_alone),
		cmocka_unit_test(it_says_what_must_be_said),
		cmocka_unit_test(only_what_is_so_here_is_said),
		cmocka_unit_test(a_name_with_markup_stays_text),
		cmocka_unit_test(each_page_has_a_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
