/* SPDX-License-Identifier: MPL-2.0
 *
 * The report is one document in each language, stands alone, has every chapter, and the
 * example in the tree is what the code writes.
 */
#include "example.h"

static void it_stands_alone_and_is_well_formed(void **state)
{
	const struct settings all[] = { kit_full(), kit_bare() };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		for (int in = 0; in < LANGUAGE_COUNT; in++) {
			const char *text =
				kit_said(&all[i], (enum language)in, example_report);

			kit_well_formed(text);
			kit_alone(text);
			assert_int_equal(kit_count(text, "<h1>"), 1);
			assert_int_equal(kit_count(text, "<h2 id="), 7);
			assert_non_null(strstr(text, "2026-11-22"));
			assert_non_null(strstr(
				text, in == LANGUAGE_DA ? "lang=\"da\"" : "lang=\"en\""));
		}
}

static void nothing_is_left_to_guess(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();
	const char *text = kit_said(&full, LANGUAGE_EN, example_report);

	(void)state;
	assert_null(strstr(text, "set org.dpo"));
	assert_non_null(strstr(text, "Who runs the TURN server"));
	assert_non_null(strstr(text, "processor agreement"));
	assert_non_null(strstr(text, "sip.operator.example"));
	text = kit_said(&bare, LANGUAGE_EN, example_report);
	assert_non_null(strstr(text, "set org.dpo"));
	assert_null(strstr(text, "Who runs the TURN server"));
	assert_non_null(strstr(text, "TURN server: none"));
}

static unsigned auditors;
static bool development;

static void say_with_auditors(const struct speaker *s)
{
	const struct report_about about = { .version = "1",
		.utc_ms = INT64_C(1795348800000),
		.auditors = auditors,
		.development = development };

	report_write(s, &about);
}

static void who_can_read_the_log_stands_first(void **state)
{
	static const char *const said[] = { "could not be read from here",
		"one auditor alone", "two auditors together", "any two of three" };
	struct settings s = kit_full();
	const char *text;

	(void)state;
	for (auditors = 0; auditors < ARRAY_LEN(said); auditors++) {
		text = kit_said(&s, LANGUAGE_EN, say_with_auditors);
		assert_non_null(strstr(text, said[auditors]));
		assert_int_equal(kit_count(text, "class=\"warn\""), auditors < 2);
	}
	auditors = 1;
	development = true;
	text = kit_said(&s, LANGUAGE_DA, say_with_auditors);
	assert_non_null(strstr(text, "class=\"warn\">Kun til afprøvning"));
}

static void the_limits_of_erasure_are_told(void **state)
{
	static const char *const must[] = { "newest backup of the keys",
		"Snapshots and copies of the whole machine", "Older data backups",
		"samtale audit shred --case REF" };
	struct settings s = kit_full();
	const char *text = kit_said(&s, LANGUAGE_EN, example_report);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(must); i++)
		assert_non_null(strstr(text, must[i]));
}

static void say_notice(const struct speaker *s)
{
	report_notice_write(s, NOTICE_PRIVACY);
}

static void a_citizens_page_can_stand_by_itself(void **state)
{
	struct settings s = kit_full();
	const char *text = kit_said(&s, LANGUAGE_DA, say_notice);

	(void)state;
	kit_well_formed(text);
	kit_alone(text);
	assert_non_null(strstr(text, "<title>Sådan passer vi på dine oplysninger – "
				     "Hedensted Kommune</title>"));
}

static void the_example_in_the_tree_is_what_is_written(void **state)
{
	static char page[REPORT_BYTES_MAX + 1];
	struct settings s = kit_full();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(example_files); i++) {
		const struct example_file *f = &example_files[i];
		const char *text = kit_said(&s, f->language, f->write);
		char path[512];
		FILE *from;

		(void)snprintf(path, sizeof(path), PAGES "/%s", f->name);
		from = fopen(path, "re");
		if (!from)
			fail_msg("no docs/%s: ninja privacy-pages", f->name);
		page[fread(page, 1, sizeof(page) - 1, from)] = '\0';
		fclose(from);
		if (strcmp(page, text) != 0)
			fail_msg("docs/%s is stale: ninja privacy-pages", f->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_stands_alone_and_is_well_formed),
		cmocka_unit_test(nothing_is_left_to_guess),
		cmocka_unit_test(who_can_read_the_log_stands_first),
		cmocka_unit_test(the_limits_of_erasure_are_told),
		cmocka_unit_test(a_citizens_page_can_stand_by_itself),
		cmocka_unit_test(the_example_in_the_tree_is_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
