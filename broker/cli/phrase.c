/* SPDX-License-Identifier: MPL-2.0
 *
 * Patterns against words. A pattern is matched word by word from the left; options may
 * stand anywhere after the plain words. Nothing is guessed: an unknown option, a missing
 * or a surplus value is a mistake with its own answer.
 */
#include "samtale/cli/phrase.h"

#include "samtale/store/store.h"

#include <stdarg.h>
#include <string.h>

#define PARTS 16

enum part_kind { PART_PLAIN, PART_VALUE, PART_OPTION, PART_FLAG };

struct part {
	enum part_kind kind;
	bool optional;
	char name[PHRASE_WORD_MAX];
};

/* -- patterns -------------------------------------------------------------------- */
static const char *take_word(const char *at, char ret[PHRASE_WORD_MAX + 4])
{
	size_t n = 0;

	at += strspn(at, " ");
	while (at[n] && at[n] != ' ')
		n++;
	(void)snprintf(ret, PHRASE_WORD_MAX + 4, "%.*s", (int)n, at);
	return at + n;
}

static void bare(const char *word, char ret[PHRASE_WORD_MAX])
{
	size_t skip = strspn(word, "[<-");

	(void)snprintf(ret, PHRASE_WORD_MAX, "%.*s", (int)strcspn(word + skip, ">]"),
		word + skip);
}

/* "--team <name>" is an option with its value, "--leader" or "[--leader]" a flag. */
static enum part_kind kind_of(const char *word, const char **rest)
{
	char next[PHRASE_WORD_MAX + 4];
	const char *after;

	if (!strstr(word, "--"))
		return strchr(word, '<') ? PART_VALUE : PART_PLAIN;
	after = take_word(*rest, next);
	if (next[0] != '<' || strchr(word, ']'))
		return PART_FLAG;
	*rest = after;
	return PART_OPTION;
}

static unsigned read_pattern(const char *pattern, struct part ret[PARTS])
{
	char word[PHRASE_WORD_MAX + 4];
	unsigned n = 0;

	for (; n < PARTS; n++) {
		pattern = take_word(pattern, word);
		if (!word[0])
			break;
		ret[n].optional = word[0] == '[';
		ret[n].kind = kind_of(word, &pattern);
		bare(word, ret[n].name);
	}
	return n;
}

/* -- matching -------------------------------------------------------------------- */
static unsigned plain_words(const struct part *parts, unsigned n)
{
	unsigned plain = 0;

	while (plain < n && parts[plain].kind == PART_PLAIN)
		plain++;
	return plain;
}

static void put_slot(struct phrase_words *w, const char *name, const char *value)
{
	struct phrase_slot *s = &w->slots[w->count++];

	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	s->value = value;
}

static const struct part *find_option(
	const struct part *parts, unsigned n, const char *word)
{
	for (unsigned i = 0; i < n; i++)
		if ((parts[i].kind == PART_OPTION || parts[i].kind == PART_FLAG) &&
			strcmp(parts[i].name, word + 2) == 0)
			return &parts[i];
	return NULL;
}

/* The next <value> that has none yet. */
static const struct part *find_value(
	const struct phrase_words *w, const struct part *parts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (parts[i].kind == PART_VALUE && !phrase_value(w, parts[i].name))
			return &parts[i];
	return NULL;
}

static bool is_complete(
	const struct phrase_words *w, const struct part *parts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (parts[i].kind != PART_PLAIN && !parts[i].optional &&
			!phrase_value(w, parts[i].name))
			return false;
	return true;
}

/* words[] after the plain ones. */
static bool take_values(struct phrase_words *w, const struct part *parts, unsigned n,
	unsigned count, const char *const words[])
{
	for (unsigned i = 0; i < count; i++) {
		bool is_option = strncmp(words[i], "--", 2) == 0;
		const struct part *t = is_option ? find_option(parts, n, words[i])
						 : find_value(w, parts, n);

		if (!t || w->count == PHRASE_SLOTS || phrase_value(w, t->name))
			return false;
		if (t->kind == PART_OPTION && ++i == count)
			return false;
		put_slot(w, t->name, t->kind == PART_FLAG ? "" : words[i]);
	}
	return is_complete(w, parts, n);
}

/* How many of the phrase's plain words the words begin with. */
static unsigned agree(const struct part *parts, unsigned plain, unsigned count,
	const char *const words[])
{
	unsigned n = 0;

	while (n < plain && n < count && strcmp(parts[n].name, words[n]) == 0)
		n++;
	return n;
}

/* -- nearest --------------------------------------------------------------------- */
#define NEAR_MAX 64

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Levenshtein, of the first NEAR_MAX bytes. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NEAR_MAX + 1];
	size_t la = strnlen(a, NEAR_MAX), lb = strnlen(b, NEAR_MAX);

	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; i < la; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t j = 0; j < lb; j++) {
			unsigned old = row[j + 1];

			row[j + 1] = least(
				least(old, row[j]) + 1, corner + (a[i] == b[j] ? 0 : 1));
			corner = old;
		}
	}
	return row[lb];
}

static void join(char ret[NEAR_MAX], unsigned count, const char *const words[])
{
	size_t n = 0;

	ret[0] = '\0';
	for (unsigned i = 0; i < count && n < NEAR_MAX; i++)
		n += (size_t)snprintf(
			ret + n, NEAR_MAX - n, "%s%s", i ? " " : "", words[i]);
}

static const struct phrase *nearest(unsigned count, const char *const words[])
{
	const struct phrase *best = NULL;
	unsigned best_distance = 4; /* further away is no suggestion */

	for (size_t i = 0; i < phrase_count; i++) {
		struct part parts[PARTS];
		unsigned plain =
			plain_words(parts, read_pattern(phrases[i].pattern, parts));
		const char *names[PARTS];
		char mine[NEAR_MAX] = "", theirs[NEAR_MAX] = "";

		for (unsigned k = 0; k < plain; k++)
			names[k] = parts[k].name;
		join(mine, plain, names);
		join(theirs, least(plain, count), words);
		if (distance(mine, theirs) < best_distance) {
			best_distance = distance(mine, theirs);
			best = &phrases[i];
		}
	}
	return best;
}

int phrase_parse(struct phrase_words *ret, unsigned count, const char *const words[])
{
	const struct phrase *meant = NULL;

	*ret = (struct phrase_words){ 0 };
	for (size_t i = 0; i < phrase_count; i++) {
		struct part parts[PARTS];
		unsigned n = read_pattern(phrases[i].pattern, parts);
		unsigned plain = plain_words(parts, n);
		struct phrase_words w = { .phrase = &phrases[i] };

		if (agree(parts, plain, count, words) < plain)
			continue;
		meant = &phrases[i];
		if (take_values(
			    &w, parts + plain, n - plain, count - plain, words + plain)) {
			*ret = w;
			return 0;
		}
	}
	ret->phrase = meant ? meant : nearest(count, words);
	return meant ? PHRASE_E_USAGE : PHRASE_E_UNKNOWN;
}

const char *phrase_value(const struct phrase_words *w, const char *name)
{
	for (unsigned i = 0; i < w->count; i++)
		if (strcmp(w->slots[i].name, name) == 0)
			return w->slots[i].value;
	return NULL;
}

/* -- failing --------------------------------------------------------------------- */
int phrase_fail(struct phrase_call *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vfprintf(c->err, fmt, args);
	va_end(args);
	(void)fputc('\n', c->err);
	return 1;
}

int phrase_fault(struct phrase_call *c, int fault)
{
	return phrase_fail(c, "%s", store_fault_sentence(fault));
}
