/* SPDX-License-Identifier: MPL-2.0
 *
 * A configuration file. What was taken is within the ranges of its rows; what was refused
 * changed nothing, names a line and repeats nothing that a log could not hold.
 */
#include "samtale/base/settings.h"

#include "fuzz_file.h"

static void check_taken(const struct settings *s)
{
#define SECTION(name, sentence)
#define SET_TEXT(section, key, def, max, sentence)                                       \
	PROMISE(strnlen(s->section##_##key, (max) + 1) <= (max));                        \
	PROMISE(bytes_is_clean_text(bytes_str(s->section##_##key), false));
#define SET_NUMBER(section, key, def, min, max, unit, sentence)                          \
	PROMISE(s->section##_##key >= (min) && s->section##_##key <= (max));
#define SET_BOOL(section, key, def, sentence)                                            \
	PROMISE(*(const uint8_t *)&s->section##_##key <= 1);
#define SET_CHOICE(section, key, def, choices, sentence)                                 \
	PROMISE(s->section##_##key[0] != '\0' && strstr(choices, s->section##_##key));
#include "samtale/base/settings.def"
#undef SECTION
#undef SET_TEXT
#undef SET_NUMBER
#undef SET_BOOL
#undef SET_CHOICE
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct setting_error error = { 0 };
	struct settings s, before;

	memset(&s, 0, sizeof(s));
	settings_init(&s);
	memset(s.org_name, 'x', 4); /* not a default: load must leave or replace it */
	before = s;
	if (settings_load(&s, fuzz_file_path(bytes_of(at, len)), &error) == 0) {
		check_taken(&s);
		return 0;
	}
	PROMISE(memcmp(&s, &before, sizeof(s)) == 0);
	PROMISE(error.line > 0 && error.line <= len + 1);
	PROMISE(error.sentence[0] != '\0');
	PROMISE(strnlen(error.sentence, sizeof(error.sentence)) < sizeof(error.sentence));
	PROMISE(bytes_is_clean_text(bytes_str(error.sentence), false));
	return 0;
}
