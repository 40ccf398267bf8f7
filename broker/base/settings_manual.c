/* SPDX-License-Identifier: MPL-2.0
 *
 * The page on the settings, printed from the same rows that the parser checks by, so that
 * a default or a limit cannot differ from what is written about it.
 */
#include "samtale/base/settings.h"

#include <inttypes.h>

static const char head[] =
	"# Configuration\n\n"
	"`samtale-broker --config FILE` reads an INI file: `[section]`, then\n"
	"`key = value`. A line that starts with `#` or `;` is a comment, and so is\n"
	"what follows ` ;`. Unknown or repeated keys and values out of range stop\n"
	"the start and name their line; `samtale config check` shows the same\n"
	"without starting.\n\n"
	"This page is printed from the table of settings; a test compares them.\n";

static void section(FILE *to, const char *name, const char *sentence)
{
	fprintf(to, "\n## [%s]\n\n%s\n\n", name, sentence);
	fputs("| key | default | values | what it does |\n|---|---|---|---|\n", to);
}

static void key(FILE *to, const char *name, const char *def)
{
	fprintf(to, "| `%s` | %s%s%s | ", name, def[0] ? "`" : "", def[0] ? def : "empty",
		def[0] ? "`" : "");
}

static void text(FILE *to, int64_t max)
{
	fprintf(to, "text, at most %" PRId64 " bytes", max);
}

static void number(FILE *to, int64_t min, int64_t max, const char *unit)
{
	fprintf(to, "%" PRId64 " to %" PRId64 "%s%s", min, max, unit[0] ? " " : "", unit);
}

void settings_manual(FILE *to)
{
#define SECTION(name, sentence) section(to, #name, sentence);
#define ROW(name, def, values, sentence)                                                 \
	key(to, #name, def);                                                             \
	values;                                                                          \
	fprintf(to, " | %s |\n", sentence);
#define SET_TEXT(section, key, def, max, sentence) ROW(key, def, text(to, max), sentence)
#define SET_NUMBER(section, key, def, min, max, unit, sentence)                          \
	ROW(key, #def, number(to, min, max, unit), sentence)
#define SET_BOOL(section, key, def, sentence)                                            \
	ROW(key, #def, fputs("`true` or `false`", to), sentence)
#define SET_CHOICE(section, key, def, choices, sentence)                                 \
	ROW(key, def, fprintf(to, "one of `%s`", choices), sentence)
	fputs(head, to);
#include "samtale/base/settings.def"
}
