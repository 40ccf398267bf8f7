/* SPDX-License-Identifier: MPL-2.0
 *
 * Words become phrases, or a mistake with its own answer.
 */
#include "samtale/cli/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 12

struct words {
	unsigned count;
	const char *at[WORDS_MAX];
	char text[200];
};

static void split(const char *text, struct words *ret)
{
	char *at = ret->text, *word;

	ret->count = 0;
	(void)snprintf(ret->text, sizeof(ret->text), "%s", text);
	while ((word = strsep(&at, " ")) && ret->count < WORDS_MAX)
		if (*word)
			ret->at[ret->count++] = word;
}

static int parse(const char *text, struct words *w, struct phrase_words *ret)
{
	split(text, w);
	return phrase_parse(ret, w->count, w->at);
}

#define INIT "init [--trial] [--auditors <file>]"

static void phrases_are_found_with_their_values(void **state)
{
	static const struct {
		const char *text, *pattern, *name, *value; /* value NULL: not given */
	} cases[] = {
		{ "version", "version", "x", NULL },
		{ "init", INIT, "trial", NULL },
		{ "init --trial", INIT, "trial", "" },
		{ "user list", "user list [--json]", "json", NULL },
		{ "user list --json", "user list [--json]", "json", "" },
		{ "user disable anna", "user disable <name>", "name", "anna" },
		{ "meeting list --day 2026-11-22", "meeting list [--day <date>] [--json]",
			"day", "2026-11-22" },
		{ "meeting list --json --day d", "meeting list [--day <date>] [--json]",
			"day", "d" },
		{ "backup f", "backup <file> [--to <public>]", "file", "f" },
		{ "backup --to p f", "backup <file> [--to <public>]", "file", "f" },
		{ "key backup f", "key backup <file> [--to <public>]", "file", "f" },
		{ "help", "help [<word>] [--man]", "word", NULL },
		{ "help user", "help [<word>] [--man]", "word", "user" },
		{ "clock shift -5", "clock shift <ms>", "ms", "-5" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct phrase_words w;
		struct words words;

		assert_int_equal(parse(cases[i].text, &words, &w), 0);
		assert_string_equal(w.phrase->pattern, cases[i].pattern);
		if (cases[i].value)
			assert_string_equal(
				phrase_value(&w, cases[i].name), cases[i].value);
		else
			assert_null(phrase_value(&w, cases[i].name));
	}
}

static void many_values_find_their_slots(void **state)
{
	struct phrase_words w;
	struct words words;

	(void)state;
	assert_int_equal(
		parse("user add --leader anna --team T --phone 20304050 --given A",
			&words, &w),
		0);
	assert_string_equal(phrase_value(&w, "name"), "anna");
	assert_string_equal(phrase_value(&w, "given"), "A");
	assert_string_equal(phrase_value(&w, "team"), "T");
	assert_string_equal(phrase_value(&w, "phone"), "20304050");
	assert_string_equal(phrase_value(&w, "leader"), "");
}

static void mistakes_say_what_was_meant(void **state)
{
	static const struct {
		const char *text;
		int outcome;
		const char *meant; /* how the pattern begins; NULL: nothing near */
	} cases[] = {
		{ "user add anna", PHRASE_E_USAGE, "user add" },
		{ "user add anna --given A --team", PHRASE_E_USAGE, "user add" },
		{ "user disable", PHRASE_E_USAGE, "user disable" },
		{ "user disable a b", PHRASE_E_USAGE, "user disable" },
		{ "user list --json --json", PHRASE_E_USAGE, "user list" },
		{ "user list --xml", PHRASE_E_USAGE, "user list" },
		{ "version 2", PHRASE_E_USAGE, "version" },
		{ "usr list", PHRASE_E_UNKNOWN, "user list" },
		{ "user lits", PHRASE_E_UNKNOWN, "user list" },
		{ "docter", PHRASE_E_UNKNOWN, "doctor" },
		{ "", PHRASE_E_UNKNOWN, NULL },
		{ "xyzzy plugh", PHRASE_E_UNKNOWN, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *meant = cases[i].meant;
		struct phrase_words w;
		struct words words;

		assert_int_equal(parse(cases[i].text, &words, &w), cases[i].outcome);
		assert_int_equal(w.phrase != NULL, meant != NULL);
		if (meant)
			assert_memory_equal(w.phrase->pattern, meant, strlen(meant));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phrases_are_found_with_their_values),
		cmocka_unit_test(many_values_find_their_slots),
		cmocka_unit_test(mistakes_say_what_was_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
