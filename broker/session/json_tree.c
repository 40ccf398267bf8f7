/* SPDX-License-Identifier: MPL-2.0
 *
 * The grammar of JSON, and nothing beyond it: no duplicate key, no NUL, no lone
 * surrogate, no broken UTF-8, no integer that does not fit. Why it is ours: decision 6.
 */
#include "json_tree.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_NODES 16 /* enough for most messages */
struct parse {
	struct jtree *tree;
	uint8_t *at, *end;
	unsigned depth;
	int why; /* result when it fails */
};

/* -- text -------------------------------------------------------------------------- */

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Four hex digits, or -1. */
static int32_t hex4(struct parse *p)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	int32_t v = 0;

	if (p->end - p->at < 4)
		return -1;
	for (int i = 0; i < 4; i++, p->at++) {
		const char *found = *p->at ? strchr(digits, *p->at) : NULL;
		int32_t digit = found ? (int32_t)(found - digits) : 0;

		if (!found)
			return -1;
		v = v << 4 | (digit < 16 ? digit : digit - 6);
	}
	return v;
}

/* The code point of \uXXXX, with its second half where it needs one; 0 or less: bad. */
static int32_t code_point(struct parse *p)
{
	int32_t high = hex4(p), low;

	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
		return -1;
	p->at += 2;
	low = hex4(p);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static uint8_t *put_utf8(uint8_t *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (uint8_t)c;
		return to;
	}
	if (c >= 0x10000) {
		*to++ = (uint8_t)(0xf0 | c >> 18);
		*to++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	} else if (c >= 0x800) {
		*to++ = (uint8_t)(0xe0 | c >> 12);
	}
	if (c >= 0x800)
		*to++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	else
		*to++ = (uint8_t)(0xc0 | c >> 6);
	*to++ = (uint8_t)(0x80 | (c & 0x3f));
	return to;
}

/* Behind the backslash. What it stands for is never longer than it is. */
static bool unescape(struct parse *p, uint8_t **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int32_t c;

	if (p->at == p->end)
		return false;
	if (*p->at != 'u') {
		found = *p->at ? strchr(from, *p->at) : NULL;
		p->at++;
		if (found)
			*(*to)++ = (uint8_t)into[found - from];
		return found != NULL;
	}
	p->at++;
	c = code_point(p);
	if (c <= 0)
		return false;
	*to = put_utf8(*to, (uint32_t)c);
	return true;
}

/* Moves n bytes down over what escapes left free. */
static void move(struct parse *p, uint8_t **to, size_t n)
{
	if (*to != p->at)
		memmove(*to, p->at, n);
	*to += n;
	p->at += n;
}

static bool pass_beyond_ascii(struct parse *p, uint8_t **to)
{
	size_t n = 0;

	while (p->at + n < p->end && p->at[n] >= 0x80)
		n++;
	if (!bytes_is_clean_text(bytes_of(p->at, n), false)) {
		p->why = JIN_E_NOT_UTF8;
		return false;
	}
	move(p, to, n);
	return true;
}

/* Behind the opening quote; unescaped in place. */
static bool parse_text(struct parse *p, uint32_t *ret_at, uint32_t *ret_len)
{
	uint8_t *from = p->at, *to = p->at;

	for (;;) {
		size_t n = 0;

		while (p->at + n < p->end && is_plain(p->at[n]))
			n++;
		move(p, &to, n);
		if (p->at == p->end)
			return false;
		if (*p->at >= 0x80) {
			if (!pass_beyond_ascii(p, &to))
				return false;
			continue;
		}
		if (*p->at != '\\')
			break;
		p->at++;
		if (!unescape(p, &to))
			return false;
	}
	if (*p->at++ != '"')
		return false;
	*ret_at = (uint32_t)(from - p->tree->text);
	*ret_len = (uint32_t)(to - from);
	return true;
}

/* -- other values ------------------------------------------------------------------ */

static bool skip_digits(struct parse *p)
{
	const uint8_t *from = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at > from;
}

static bool skip_char(struct parse *p, const char *any_of)
{
	if (p->at == p->end || *p->at == 0 || !strchr(any_of, *p->at))
		return false;
	p->at++;
	return true;
}

static bool parse_integer(struct bytes digits, bool negative, int64_t *ret)
{
	uint64_t v = 0;
	bool fits = bytes_to_u64(digits, (uint64_t)INT64_MAX + negative, &v);

	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return fits;
}

static bool parse_number(struct parse *p, struct jnode *n)
{
	bool negative = skip_char(p, "-");
	const uint8_t *digits = p->at;
	bool good = skip_char(p, "0") || skip_digits(p);
	size_t len = (size_t)(p->at - digits);

	n->kind = JNODE_INTEGER;
	if (good && skip_char(p, ".")) {
		n->kind = JNODE_REAL;
		good = skip_digits(p);
	}
	if (good && skip_char(p, "eE")) {
		n->kind = JNODE_REAL;
		(void)skip_char(p, "+-");
		good = skip_digits(p);
	}
	if (good && n->kind == JNODE_INTEGER)
		good = parse_integer(bytes_of(digits, len), negative, &n->number);
	return good;
}

static bool parse_literal(struct parse *p, struct jnode *n)
{
	static const struct {
		const char *word;
		enum jnode_kind kind;
		int number;
	} words[] = { { "true", JNODE_BOOL, 1 }, { "false", JNODE_BOOL, 0 },
		{ "null", JNODE_NULL, 0 } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i].word);

		if ((size_t)(p->end - p->at) < len ||
			memcmp(p->at, words[i].word, len) != 0)
			continue;
		p->at += len;
		n->kind = words[i].kind;
		n->number = words[i].number;
		return true;
	}
	return false;
}

/* -- structure --------------------------------------------------------------------- */

static void skip_blanks(struct parse *p)
{
	while (p->at < p->end &&
		(*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
		p->at++;
}

/* Index of a new node, 0 when there is no room (the root is made by itself). */
static uint32_t add_node(struct parse *p)
{
	struct jtree *t = p->tree;

	if (t->nodes == JSON_NODES)
		return 0;
	if (t->nodes == t->cap) {
		size_t cap = t->cap * 4;
		struct jnode *node = realloc(t->node, cap * sizeof(*node));

		if (!node) {
			p->why = fault_here(ENOMEM);
			return 0;
		}
		t->node = node;
		t->cap = cap;
	}
	t->node[t->nodes] = (struct jnode){ 0 };
	return (uint32_t)t->nodes++;
}

static bool parse_value(struct parse *p, uint32_t at);

static bool is_new_key(const struct jtree *t, uint32_t parent, uint32_t child)
{
	struct bytes key = bytes_of(t->text + t->node[child].key, t->node[child].key_len);

	for (uint32_t i = parent + 1; i < child; i = t->node[i].end)
		if (bytes_equal(
			    key, bytes_of(t->text + t->node[i].key, t->node[i].key_len)))
			return false;
	return true;
}

static bool parse_key(struct parse *p, uint32_t parent, uint32_t child)
{
	struct jnode *n = &p->tree->node[child];

	if (!skip_char(p, "\"") || !parse_text(p, &n->key, &n->key_len))
		return false;
	skip_blanks(p);
	return skip_char(p, ":") && is_new_key(p->tree, parent, child);
}

/* Behind the bracket; children until the other one. */
static bool parse_children(struct parse *p, uint32_t at, const char *close, bool keyed)
{
	uint32_t count = 0;

	if (++p->depth > JSON_DEPTH)
		return false;
	skip_blanks(p);
	if (skip_char(p, close))
		return p->depth-- > 0;
	do {
		uint32_t child = add_node(p);

		skip_blanks(p);
		if (child == 0 || (keyed && ++count > JSON_FIELDS) ||
			(keyed && !parse_key(p, at, child)) || !parse_value(p, child))
			return false;
		p->tree->node[at].count++;
		skip_blanks(p);
	} while (skip_char(p, ","));
	return p->depth-- > 0 && skip_char(p, close);
}

static bool parse_any(struct parse *p, uint32_t at)
{
	struct jnode *n = &p->tree->node[at];

	if (skip_char(p, "{")) {
		n->kind = JNODE_OBJECT;
		return parse_children(p, at, "}", true);
	}
	if (skip_char(p, "[")) {
		n->kind = JNODE_ARRAY;
		return parse_children(p, at, "]", false);
	}
	if (skip_char(p, "\"")) {
		n->kind = JNODE_TEXT;
		return parse_text(p, &n->at, &n->len);
	}
	return parse_literal(p, n) || parse_number(p, n);
}

static bool parse_value(struct parse *p, uint32_t at)
{
	bool good;

	skip_blanks(p);
	good = parse_any(p, at);
	p->tree->node[at].end = (uint32_t)p->tree->nodes;
	return good;
}

/* -- life -------------------------------------------------------------------------- */

static struct jtree *copy_of(struct bytes text)
{
	struct jtree *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->text = malloc(text.len + 1);
	t->node = calloc(FIRST_NODES, sizeof(*t->node));
	t->nodes = 1;
	t->cap = FIRST_NODES;
	if (!t->text || !t->node)
		return jtree_free(t);
	if (text.len > 0)
		memcpy(t->text, text.at, text.len);
	return t;
}

int jtree_new(struct jtree **ret, struct bytes text)
{
	struct jtree *t = copy_of(text);
	struct parse p = { .tree = t, .why = JIN_E_BAD };
	bool good;

	if (!t)
		return fault_here(ENOMEM);
	p.at = t->text;
	p.end = t->text + text.len;
	good = parse_value(&p, 0) && t->node[0].kind == JNODE_OBJECT;
	skip_blanks(&p);
	if (good && p.at == p.end) {
		*ret = t;
		return 0;
	}
	(void)jtree_free(t);
	return p.why;
}

struct jtree *jtree_free(struct jtree *t)
{
	if (t) {
		free(t->node);
		free(t->text);
	}
	free(t);
	return NULL;
}

const struct jnode *jtree_field(
	const struct jtree *t, const struct jnode *object, const char *key)
{
	size_t len = strlen(key);
	uint32_t at = (uint32_t)(object - t->node);

	for (uint32_t i = at + 1; i < object->end; i = t->node[i].end)
		if (t->node[i].key_len == len &&
			memcmp(t->text + t->node[i].key, key, len) == 0)
			return &t->node[i];
	return NULL;
}
