/* SPDX-License-Identifier: MPL-2.0
 *
 * The configuration: one row per setting in settings.def (section, key, type, range,
 * default, sentence). The struct, the parser, the range check, docs/configuration.md and
 * `samtale config check` all come from those rows. An unknown key is an error with its
 * line.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SETTING_TEXT_MAX 512

struct settings {
#define SECTION(name, sentence)
#define SET_TEXT(section, key, def, max, sentence)              char section##_##key[(max) + 1];
#define SET_NUMBER(section, key, def, min, max, unit, sentence) int64_t section##_##key;
#define SET_BOOL(section, key, def, sentence)                   bool section##_##key;
#define SET_CHOICE(section, key, def, choices, sentence)        char section##_##key[32];
#include "samtale/base/settings.def"
#undef SECTION
#undef SET_TEXT
#undef SET_NUMBER
#undef SET_BOOL
#undef SET_CHOICE
};

struct setting_error {
	unsigned line;
	char sentence[256]; /* key and what was expected; never the value of a secret */
};

#define SETTINGS_E_BAD 1

/* Every default. */
void settings_init(struct settings *s);
/* Reads an INI file over the defaults. Outcome SETTINGS_E_BAD: *ret_error filled, *s
 * untouched. Faults: -errno of opening the file. */
must_check int settings_load(
	struct settings *s, const char *path, struct setting_error *ret_error);
/* One setting by "section.key"; the same checks. For `--set` in tests and for the trial.
 */
must_check int settings_set(struct settings *s, const char *name, const char *value,
	struct setting_error *ret_error);
/* What one setting is and may be, by "section.key"; borrowed from s and the table. */
struct setting_value {
	const char *text; /* NULL: a number, or true and false as 1 and 0 */
	int64_t number, min, max;
	const char *def, *unit;
};
must_check bool settings_find(
	const struct settings *s, const char *name, struct setting_value *ret);
/* docs/configuration.md, whole. */
void settings_manual(FILE *to);
