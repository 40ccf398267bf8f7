/* SPDX-License-Identifier: MPL-2.0
 *
 * The configuration: defaults that pass their own checks, errors that name line, setting
 * and what was expected, and never the value.
 */
#include "samtale/base/bytes.h"
#include "samtale/base/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct setting_error error;

static int load_bytes(struct settings *s, struct bytes text)
{
	char path[] = "/tmp/samtale-test-XXXXXX";
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.at, text.len), text.len);
	close(fd);
	error = (struct setting_error){ 0 };
	r = settings_load(s, path, &error);
	unlink(path);
	return r;
}

static int load(struct settings *s, const char *text)
{
	return load_bytes(s, bytes_str(text));
}

static void defaults_are_those_of_the_table(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	assert_string_equal(s.org_language, "da");
	assert_int_equal(s.listener_port, 8443);
	assert_true(s.staff_totp);
	assert_false(s.meeting_share_whole_screen);
	assert_string_equal(s.media_p2p, "deny");
}

/* A default that fails its own check would be left at zero without a word. */
static void every_default_passes_its_own_check(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
#define SECTION(name, sentence)
#define CHECK(section, key, def)                                                         \
	assert_int_equal(settings_set(&s, #section "." #key, def, &error), 0)
#define SET_TEXT(section, key, def, max, sentence)              CHECK(section, key, def);
#define SET_NUMBER(section, key, def, min, max, unit, sentence) CHECK(section, key, #def);
#define SET_BOOL(section, key, def, sentence)                   CHECK(section, key, #def);
#define SET_CHOICE(section, key, def, choices, sentence)        CHECK(section, key, def);
#include "samtale/base/settings.def"
#undef SECTION
#undef CHECK
#undef SET_TEXT
#undef SET_NUMBER
#undef SET_BOOL
#undef SET_CHOICE
}

static void a_file_is_read_over_the_defaults(void **state)
{
	struct settings s;

	(void)state;
	memset(&s, 0x55, sizeof(s));
	assert_int_equal(load(&s, "# ours\n[org]\nname = Hedensted Kommune ; note\n\n"
				  "[listener]\nport=0\n[staff]\ntotp = false\n"
				  "[media]\np2p = allow\n[log]\n"),
		0);
	assert_string_equal(s.org_name, "Hedensted Kommune");
	assert_int_equal(s.listener_port, 0);
	assert_false(s.staff_totp);
	assert_string_equal(s.media_p2p, "allow");
	assert_int_equal(s.staff_session_hours, 10);
}

#define TEN   "1234567890"
#define FIFTY TEN TEN TEN TEN TEN
static const struct {
	const char *text;
	unsigned line;
	const char *sentence; /* part of it */
} bad_files[] = {
	{ "[listener]\nport = 65536\n", 2,
		"listener.port: expected a whole number from 0 to 65535" },
	{ "[listener]\nport = -1\n", 2, "from 0 to 65535" },
	{ "[listener]\nport = 84 43\n", 2, "from 0 to 65535" },
	{ "[listener]\nport =\n", 2, "from 0 to 65535" },
	{ "[staff]\nlock_minutes = 0\n", 2, "from 1 to 1440 min" },
	{ "[staff]\n\n\ntotp = yes\n", 4, "staff.totp: expected true or false" },
	{ "[media]\np2p = den\n", 2, "media.p2p: expected one of: deny allow" },
	{ "[media]\np2p = deny allow\n", 2, "expected one of: deny allow" },
	{ "[media]\np2p =\n", 2, "expected one of: deny allow" },
	{ "[org]\nname = a\tb\n", 2, "org.name: expected clean UTF-8" },
	{ "[org]\nname = \xc3\n", 2, "org.name: expected clean UTF-8" },
	{ "[org]\nphone = 123456789012345678901\n", 2, "at most 20 bytes" },
	{ "[log]\nlevle = info\n", 2,
		"log.levle: no such setting; expected one of: level" },
	{ "[log]\nlevel = info\n[log]\nlevel = info\n", 4,
		"log.level: expected once, found again" },
	{ "[logg]\n", 1, "[logg]: no such section; expected one of: org listener" },
	{ "[log\n", 1, "expected" },
	{ "level = info\n", 1, "no such section" },
	{ "[log]\nlevel\n", 2, "expected [section], key = value or # comment" },
	{ "[log]\n  level = info\n  debug\n", 3, "expected [section]" },
	{ "[log]\n#" FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY
			FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY FIFTY "\n",
		2, "at most 1022 bytes" },
};

static void an_error_names_line_setting_and_what_was_expected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_files); i++) {
		struct settings s, before;

		memset(&s, 0x55, sizeof(s));
		before = s;
		assert_int_equal(load(&s, bad_files[i].text), SETTINGS_E_BAD);
		if (!strstr(error.sentence, bad_files[i].sentence))
			fail_msg("row %zu: %s", i, error.sentence);
		assert_int_equal(error.line, bad_files[i].line);
		assert_memory_equal(&s, &before, sizeof(s));
	}
}

static void a_nul_is_not_text(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(
		load_bytes(&s, BYTES_LIT("[org]\nname = a\0b\n")), SETTINGS_E_BAD);
	assert_int_equal(error.line, 2);
}

/* A secret that was pasted into the wrong place must not reach a log. */
static void an_error_never_repeats_a_value(void **state)
{
	static const char *const texts[] = {
		"[listener]\nport = Hunter2!\n",
		"[media]\np2p = Hunter2!\n",
		"[staff]\ntotp = Hunter2!\n",
		"[org]\nphone = Hunter2!Hunter2!Hunter2!\n",
		"[org]\nHunter2! = x\n",
		"[Hunter2!]\nx = x\n",
		"Hunter2!\n",
		"[org]\nwrong = Hunter2!\n",
		"[org]\nname = x\nname = Hunter2!\n",
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		assert_int_equal(load(&s, texts[i]), SETTINGS_E_BAD);
		assert_null(strstr(error.sentence, "Hunter2"));
	}
}

static void a_missing_file_and_a_folder_are_faults(void **state)
{
	struct settings s;

	(void)state;
	assert_int_equal(settings_load(&s, "/tmp/no/such/file.ini", &error), -ENOENT);
	assert_int_equal(settings_load(&s, "/tmp", &error), -EISDIR);
}

static void one_setting_by_name_takes_the_same_checks(void **state)
{
	struct settings s;

	(void)state;
	settings_init(&s);
	assert_int_equal(settings_set(&s, "listener.port", "99", &error), 0);
	assert_int_equal(s.listener_port, 99);
	assert_int_equal(settings_set(&s, "listener.port", "x", &error), SETTINGS_E_BAD);
	assert_int_equal(s.listener_port, 99);
	assert_int_equal(settings_set(&s, "listener", "x", &error), SETTINGS_E_BAD);
	assert_int_equal(settings_set(&s, "nowhere.port", "1", &error), SETTINGS_E_BAD);
	assert_int_equal(settings_set(&s, "listener.prot", "1", &error), SETTINGS_E_BAD);
	assert_int_equal(settings_set(&s, "." FIFTY, "1", &error), SETTINGS_E_BAD);
	assert_int_equal(settings_set(&s, FIFTY ".x", "1", &error), SETTINGS_E_BAD);
}

static void a_setting_is_found_by_name_with_its_limits(void **state)
{
	struct settings s;
	struct setting_value v;

	(void)state;
	settings_init(&s);
	assert_true(settings_find(&s, "data.contact_hours", &v));
	assert_null(v.text);
	assert_int_equal(v.number, 24);
	assert_int_equal(v.min, 1);
	assert_int_equal(v.max, 168);
	assert_string_equal(v.def, "24");
	assert_string_equal(v.unit, "h");
	assert_true(settings_find(&s, "staff.totp", &v));
	assert_int_equal(v.number, 1);
	assert_true(settings_find(&s, "org.language", &v));
	assert_string_equal(v.text, "da");
	assert_false(settings_find(&s, "org.nothing", &v));
	assert_false(settings_find(&s, "org", &v));
	assert_false(settings_find(&s, FIFTY ".x", &v));
}

static void the_manual_has_a_row_for_every_setting(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_non_null(to);
	settings_manual(to);
	fclose(to);
	assert_non_null(strstr(text, "\n## [listener]\n"));
	assert_non_null(strstr(text, "| `port` | `8443` | 0 to 65535 | TCP port"));
#define SECTION(name, sentence)                                                          \
	assert_non_null(strstr(text, "## [" #name "]\n\n" sentence));
#define SET_TEXT(section, key, def, max, sentence)                                       \
	assert_non_null(strstr(text, "| `" #key "`")),                                   \
		assert_non_null(strstr(text, sentence));
#define SET_NUMBER(section, key, def, min, max, unit, sentence)                          \
	SET_TEXT(section, key, , , sentence)
#define SET_BOOL(section, key, def, sentence) SET_TEXT(section, key, , , sentence)
#define SET_CHOICE(section, key, def, choices, sentence)                                 \
	SET_TEXT(section, key, , , sentence)
#include "samtale/base/settings.def"
	free(text);
}

static void the_page_in_the_tree_is_the_manual(void **state)
{
	char *expected = NULL, *page;
	size_t len, page_len;
	FILE *to = open_memstream(&expected, &len),
	     *from = fopen(CONFIGURATION_PAGE, "re");

	(void)state;
	assert_non_null(to);
	settings_manual(to);
	fclose(to);
	if (!from)
		fail_msg("no docs/configuration.md: ninja configuration-page");
	page = calloc(1, len + 2);
	assert_non_null(page);
	page_len = fread(page, 1, len + 1, from);
	fclose(from);
	if (page_len != len || memcmp(page, expected, len) != 0)
		fail_msg("docs/configuration.md is stale: ninja configuration-page");
	free(page);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(every_default_passes_its_own_check),
		cmocka_unit_test(a_file_is_read_over_the_defaults),
		cmocka_unit_test(an_error_names_line_setting_and_what_was_expected),
		cmocka_unit_test(a_nul_is_not_text),
		cmocka_unit_test(an_error_never_repeats_a_value),
		cmocka_unit_test(a_missing_file_and_a_folder_are_faults),
		cmocka_unit_test(one_setting_by_name_takes_the_same_checks),
		cmocka_unit_test(a_setting_is_found_by_name_with_its_limits),
		cmocka_unit_test(the_manual_has_a_row_for_every_setting),
		cmocka_unit_test(the_page_in_the_tree_is_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
