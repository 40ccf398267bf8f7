/* SPDX-License-Identifier: MPL-2.0
 *
 * Parser and checks, both from the rows of settings.def. An error names the line,
 * the setting and what was expected; it never repeats a value, because a secret pasted
 * into the wrong place must not reach a log.
 */
#include "samtale/base/settings.h"

#include "samtale/base/bytes.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

enum setting_kind { KIND_SECTION, KIND_TEXT, KIND_NUMBER, KIND_BOOL, KIND_CHOICE };

struct setting_row {
	enum setting_kind kind;
	const char *section, *key;
	const char *def; /* as it would stand in the file */
	size_t offset;
	int64_t min, max;  /* of a number; max is the length of a text in bytes */
	const char *words; /* unit of a number, choices of a choice */
	const char *sentence;
};

#define AT(section, key) offsetof(struct settings, section##_##key)
static const struct setting_row rows[] = {
#define SECTION(name, sentence) { KIND_SECTION, #name, "", "", 0, 0, 0, "", sentence },
#define SET_TEXT(section, key, def, max, sentence)                                       \
	{ KIND_TEXT, #section, #key, def, AT(section, key), 0, max, "", sentence },
#define SET_NUMBER(section, key, def, min, max, unit, sentence)                          \
	{ KIND_NUMBER, #section, #key, #def, AT(section, key), min, max, unit, sentence },
#define SET_BOOL(section, key, def, sentence)                                            \
	{ KIND_BOOL, #section, #key, #def, AT(section, key), 0, 1, "", sentence },
#define SET_CHOICE(section, key, def, choices, sentence)                                 \
	{ KIND_CHOICE, #section, #key, def, AT(section, key), 0, 31, choices, sentence },
#include "samtale/base/settings.def"
#undef SECTION
#undef SET_TEXT
#undef SET_NUMBER
#undef SET_BOOL
#undef SET_CHOICE
};

#define NAME_MAX_BYTES 48 /* longer names of sections and keys are not ours */
#define FILE_LINE_MAX  (2 * SETTING_TEXT_MAX)

/* -- rows -------------------------------------------------------------------------- */
static bool is_section(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].kind == KIND_SECTION && strcmp(rows[i].section, name) == 0)
			return true;
	return false;
}

static const struct setting_row *row_find(const char *section, const char *key)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].kind != KIND_SECTION &&
			strcmp(rows[i].section, section) == 0 &&
			strcmp(rows[i].key, key) == 0)
			return &rows[i];
	return NULL;
}

/* The key of "section.key"; NULL: it is none. */
static const char *name_split(const char *name, char ret_section[NAME_MAX_BYTES + 1])
{
	const char *dot = strchr(name, '.');

	if (!dot || !bytes_to_str(bytes_of(name, (size_t)(dot - name)), ret_section,
			    NAME_MAX_BYTES + 1))
		return NULL;
	return dot + 1;
}

/* A name from the file is repeated only when it looks like one. */
static const char *name_or(const char *name, const char *otherwise)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789");

	return len > 0 && len <= NAME_MAX_BYTES && name[len] == '\0' ? name : otherwise;
}

/* -- errors ------------------------------------------------------------------------ */
static void printf_like(2, 3) complain(struct setting_error *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(e->sentence, sizeof(e->sentence), fmt, args);
	va_end(args);
}

static int complain_range(struct setting_error *e, const struct setting_row *row)
{
	switch (row->kind) {
	case KIND_NUMBER:
		complain(e,
			"%s.%s: expected a whole number from %" PRId64 " to %" PRId64
			"%s%s",
			row->section, row->key, row->min, row->max,
			row->words[0] ? " " : "", row->words);
		break;
	case KIND_BOOL:
		complain(e, "%s.%s: expected true or false", row->section, row->key);
		break;
	case KIND_CHOICE:
		complain(e, "%s.%s: expected one of: %s", row->section, row->key,
			row->words);
		break;
	case KIND_TEXT:
	case KIND_SECTION:
		complain(e, "%s.%s: expected clean UTF-8 of at most %" PRId64 " bytes",
			row->section, row->key, row->max);
		break;
	}
	return SETTINGS_E_BAD;
}

/* A name that no row has, and those that there are. */
static int complain_unknown(struct setting_error *e, const char *section, const char *key)
{
	struct writer w = writer_of(e->sentence, sizeof(e->sentence) - 1);
	bool is_known = is_section(section);

	if (is_known)
		write_fmt(&w, "%s.%s: no such setting", section, name_or(key, "?"));
	else
		write_fmt(&w, "[%s]: no such section", name_or(section, "?"));
	write_fmt(&w, "; expected one of:");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!is_known && rows[i].kind == KIND_SECTION)
			write_fmt(&w, " %s", rows[i].section);
		else if (is_known && rows[i].key[0] &&
			 strcmp(rows[i].section, section) == 0)
			write_fmt(&w, " %s", rows[i].key);
	e->sentence[w.len] = '\0';
	return SETTINGS_E_BAD;
}

/* -- one value --------------------------------------------------------------------- */
/* True when value is one of the words separated by single spaces. */
static bool is_choice(const char *words, const char *value)
{
	size_t len = strlen(value);

	for (const char *at = words; len > 0; at++) {
		size_t word = strcspn(at, " ");

		if (word == len && memcmp(at, value, len) == 0)
			return true;
		at += word;
		if (*at == '\0')
			break;
	}
	return false;
}

static bool row_set(const struct setting_row *row, struct settings *s, const char *value)
{
	struct bytes text = bytes_str(value);
	char *at = (char *)s + row->offset;
	uint64_t n;

	switch (row->kind) {
	case KIND_TEXT:
		return bytes_is_clean_text(text, false) &&
		       bytes_to_str(text, at, (size_t)row->max + 1);
	case KIND_CHOICE:
		return is_choice(row->words, value) &&
		       bytes_to_str(text, at, (size_t)row->max + 1);
	case KIND_NUMBER:
		if (!bytes_to_u64(text, (uint64_t)row->max, &n) || n < (uint64_t)row->min)
			return false;
		memcpy(at, &n, sizeof(n));
		return true;
	case KIND_BOOL:
		*(bool *)at = strcmp(value, "true") == 0;
		return *(bool *)at || strcmp(value, "false") == 0;
	case KIND_SECTION:
		break;
	}
	return false;
}

static int set_one(struct settings *s, const struct setting_row *row, const char *value,
	struct setting_error *e)
{
	struct settings changed = *s;

	if (!row_set(row, &changed, value))
		return complain_range(e, row);
	*s = changed;
	return 0;
}

void settings_init(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	/* That every default passes its own check is a test's to see. */
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].kind != KIND_SECTION)
			(void)row_set(&rows[i], s, rows[i].def);
}

int settings_set(struct settings *s, const char *name, const char *value,
	struct setting_error *ret_error)
{
	char section[NAME_MAX_BYTES + 1];
	const char *key = name_split(name, section);
	const struct setting_row *row = key ? row_find(section, key) : NULL;

	ret_error->line = 0;
	if (row)
		return set_one(s, row, value, ret_error);
	if (key)
		return complain_unknown(ret_error, section, key);
	complain(ret_error, "expected section.key");
	return SETTINGS_E_BAD;
}

bool settings_find(const struct settings *s, const char *name, struct setting_value *ret)
{
	char section[NAME_MAX_BYTES + 1];
	const char *at, *key = name_split(name, section);
	const struct setting_row *row = key ? row_find(section, key) : NULL;

	if (!row)
		return false;
	at = (const char *)s + row->offset;
	*ret = (struct setting_value){
		.min = row->min, .max = row->max, .def = row->def, .unit = row->words
	};
	if (row->kind == KIND_NUMBER)
		memcpy(&ret->number, at, sizeof(ret->number));
	else if (row->kind == KIND_BOOL)
		ret->number = *(const bool *)(const void *)at;
	else
		ret->text = at;
	return true;
}

/* -- a file ------------------------------------------------------------------------ */
struct loading {
	FILE *file;
	struct settings settings;
	bool seen[ARRAY_LEN(rows)];
	unsigned line;
	struct setting_error *error;
	bool failed;
};

/* A section header may stand without a key below it, where the handler is not called. */
static bool load_header(struct loading *l, const char *line)
{
	char section[NAME_MAX_BYTES + 1];
	size_t len = strcspn(line + 1, "]\n");

	if (bytes_to_str(bytes_of(line + 1, len), section, sizeof(section)) &&
		is_section(section))
		return true;
	(void)complain_unknown(l->error, section, "");
	l->failed = true;
	return false;
}

/* inih tells no line numbers to a handler, cuts long lines and NULs without a word, and
 * skips empty sections: so this reader counts the lines and refuses those. */
static char *load_line(char *line, int cap, void *arg)
{
	struct loading *l = arg;
	int c, len = 0;

	if (l->failed)
		return NULL;
	while ((c = getc(l->file)) != EOF && c != '\n') {
		if (c == '\0' || len >= cap - 2) {
			l->line++;
			l->failed = true;
			complain(l->error, "expected a line of text of at most %d bytes",
				cap - 2);
			return NULL;
		}
		line[len++] = (char)c;
	}
	if (c == EOF && len == 0)
		return NULL;
	l->line++;
	line[len++] = '\n';
	line[len] = '\0';
	return line[0] != '[' || load_header(l, line) ? line : NULL;
}

static int load_value(void *arg, const char *section, const char *key, const char *value)
{
	struct loading *l = arg;
	const struct setting_row *row = row_find(section, key);

	if (l->failed)
		return 0;
	l->failed = true;
	if (!row) {
		(void)complain_unknown(l->error, section, key);
	} else if (l->seen[row - rows]) {
		complain(l->error, "%s.%s: expected once, found again", section, key);
	} else {
		l->seen[row - rows] = true;
		l->failed = set_one(&l->settings, row, value, l->error) != 0;
	}
	return !l->failed;
}

/* The library's behaviour is chosen by its global variables. */
static int load_parse(struct loading *l)
{
	int bad_line;

	ini_allow_multiline = false;
	ini_allow_no_value = false;
	ini_stop_on_first_error = true;
	ini_use_stack = false;
	ini_allow_realloc = false;
	ini_max_line = FILE_LINE_MAX;
	ini_initial_alloc = FILE_LINE_MAX;
	bad_line = ini_parse_stream(load_line, l, load_value, l);
	if (bad_line == -2)
		return fault_here(ENOMEM);
	if (ferror(l->file))
		return fault_here(errno);
	if (bad_line > 0 && !l->failed) {
		complain(l->error, "expected [section], key = value or # comment");
		l->failed = true;
	}
	if (!l->failed)
		return 0;
	l->error->line = l->line;
	return SETTINGS_E_BAD;
}

int settings_load(struct settings *s, const char *path, struct setting_error *ret_error)
{
	struct loading l = { .error = ret_error };
	int r;

	l.file = fopen(path, "re");
	if (!l.file)
		return fault_here(errno);
	settings_init(&l.settings);
	r = load_parse(&l);
	(void)fclose(l.file);
	if (r == 0)
		*s = l.settings;
	return r;
}
