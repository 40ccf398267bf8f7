/* SPDX-License-Identifier: MPL-2.0
 *
 * JSON in and out. The reader leaves the grammar to json_tree.c; whatever comes out of it
 * is checked here for type, length and range. The writer allocates nothing.
 */
#include "samtale/session/json.h"

#include "json_tree.h"

/* -- reading ----------------------------------------------------------------------- */

static void refuse(struct jin *in, const char *field)
{
	if (!in->bad)
		in->bad_field = field;
	in->bad = true;
}

void jin_refuse(struct jin *in, const char *field)
{
	refuse(in, field);
}

int jin_open(struct jin *in, struct bytes text, size_t max)
{
	struct jtree *tree = NULL;
	int r;

	*in = (struct jin){ .bad_field = "", .bad = true };
	r = text.len > max ? JIN_E_BAD : jtree_new(&tree, text);
	if (r == 0)
		*in = (struct jin){ .tree = tree, .at = tree->node };
	return r;
}

void jin_close(struct jin *in)
{
	in->tree = jtree_free(in->tree);
	in->at = NULL;
	refuse(in, "");
}

static const struct jnode *find(const struct jin *in, const char *field)
{
	return in->at ? jtree_field(in->tree, in->at, field) : NULL;
}

/* The field when it is of that kind, else NULL and bad. */
static const struct jnode *find_kind(
	struct jin *in, const char *field, enum jnode_kind kind)
{
	const struct jnode *n = find(in, field);

	if (n && n->kind == kind)
		return n;
	refuse(in, field);
	return NULL;
}

bool jin_has(const struct jin *in, const char *field)
{
	const struct jnode *n = find(in, field);

	return n && n->kind != JNODE_NULL;
}

struct bytes jin_blob(struct jin *in, const char *field, size_t max)
{
	const struct jnode *n = find_kind(in, field, JNODE_TEXT);

	if (n && n->len <= max)
		return jtree_text(in->tree, n);
	refuse(in, field);
	return BYTES_NULL;
}

struct bytes jin_text(struct jin *in, const char *field, size_t min, size_t max)
{
	struct bytes text = jin_blob(in, field, max);

	if (text.at && text.len >= min && bytes_is_clean_text(text, false))
		return text;
	refuse(in, field);
	return BYTES_NULL;
}

struct bytes jin_text_or_empty(struct jin *in, const char *field, size_t max)
{
	return jin_has(in, field) ? jin_text(in, field, 0, max) : BYTES_LIT("");
}

int64_t jin_int(struct jin *in, const char *field, int64_t min, int64_t max)
{
	const struct jnode *n = find_kind(in, field, JNODE_INTEGER);

	if (n && n->number >= min && n->number <= max)
		return n->number;
	refuse(in, field);
	return min;
}

bool jin_bool(struct jin *in, const char *field)
{
	const struct jnode *n = find_kind(in, field, JNODE_BOOL);

	return n && n->number;
}

int64_t jin_id(struct jin *in, const char *field)
{
	uint64_t id = 0;

	if (!bytes_to_u64(jin_text(in, field, 1, 16), INT64_MAX, &id) || id == 0) {
		refuse(in, field);
		return 0;
	}
	return (int64_t)id;
}

unsigned jin_word(struct jin *in, const char *field, const char *const *table, size_t n)
{
	struct bytes word = jin_blob(in, field, 32);

	for (size_t i = 0; word.at && i < n; i++)
		if (table[i] && bytes_equal_str(word, table[i]))
			return (unsigned)i;
	refuse(in, field);
	return 0;
}

size_t jin_array(struct jin *in, const char *field, size_t min, size_t max)
{
	const struct jnode *n = find_kind(in, field, JNODE_ARRAY);

	if (n && n->count >= min && n->count <= max)
		return n->count;
	refuse(in, field);
	return 0;
}

void jin_enter(struct jin *in, const char *field, size_t i)
{
	const struct jnode *array = find_kind(in, field, JNODE_ARRAY);
	const struct jtree *tree = in->tree;
	const struct jnode *n;

	if (!array || i >= array->count || in->outer) {
		refuse(in, field);
		return;
	}
	n = array + 1;
	while (i-- > 0)
		n = &tree->node[n->end];
	if (n->kind != JNODE_OBJECT) {
		refuse(in, field);
		return;
	}
	in->outer = in->at;
	in->at = n;
}

void jin_leave(struct jin *in)
{
	if (in->outer)
		in->at = in->outer;
	in->outer = NULL;
}

/* -- writing ----------------------------------------------------------------------- */

static void begin(struct jout *o, const char *key)
{
	if (o->comma)
		write_u8(&o->w, ',');
	o->comma = true;
	if (!key)
		return;
	write_u8(&o->w, '"');
	write_str(&o->w, key);
	write_str(&o->w, "\":");
}

static void open_with(struct jout *o, const char *key, uint8_t bracket)
{
	begin(o, key);
	write_u8(&o->w, bracket);
	o->comma = false;
}

static void end_with(struct jout *o, uint8_t bracket)
{
	write_u8(&o->w, bracket);
	o->comma = true;
}

void jout_object(struct jout *o, const char *key)
{
	open_with(o, key, '{');
}

void jout_array(struct jout *o, const char *key)
{
	open_with(o, key, '[');
}

void jout_end_object(struct jout *o)
{
	end_with(o, '}');
}

void jout_end_array(struct jout *o)
{
	end_with(o, ']');
}

void jout_word(struct jout *o, const char *key, const char *word)
{
	begin(o, key);
	write_u8(&o->w, '"');
	write_str(&o->w, word);
	write_u8(&o->w, '"');
}

/* Length of the longest start of text that needs no escape. */
static size_t plain_run(struct bytes text)
{
	size_t n = 0;

	while (n < text.len && text.at[n] >= 0x20 && text.at[n] != '"' &&
		text.at[n] != '\\')
		n++;
	return n;
}

static void write_escaped(struct writer *w, uint8_t c)
{
	switch (c) {
	case '"':
	case '\\':
		write_u8(w, '\\');
		write_u8(w, c);
		break;
	case '\n':
		write_str(w, "\\n");
		break;
	case '\r':
		write_str(w, "\\r");
		break;
	default:
		write_fmt(w, "\\u%04x", c);
	}
}

void jout_text(struct jout *o, const char *key, struct bytes text)
{
	begin(o, key);
	write_u8(&o->w, '"');
	while (text.len > 0) {
		size_t n = plain_run(text);

		write_bytes(&o->w, bytes_of(text.at, n));
		text = bytes_of(text.at + n, text.len - n);
		if (text.len > 0) {
			write_escaped(&o->w, text.at[0]);
			text = bytes_of(text.at + 1, text.len - 1);
		}
	}
	write_u8(&o->w, '"');
}

void jout_str(struct jout *o, const char *key, const char *text)
{
	jout_text(o, key, bytes_str(text));
}

/* Decimal digits, without a detour through printf: ids and times are in every card. */
static void write_decimal(struct writer *w, int64_t v)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	if (v < 0)
		write_u8(w, '-');
	do {
		digits[--at] = (uint8_t)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	write_bytes(w, bytes_of(digits + at, sizeof(digits) - at));
}

void jout_int(struct jout *o, const char *key, int64_t v)
{
	begin(o, key);
	write_decimal(&o->w, v);
}

void jout_bool(struct jout *o, const char *key, bool v)
{
	begin(o, key);
	write_str(&o->w, v ? "true" : "false");
}

void jout_id(struct jout *o, const char *key, int64_t id)
{
	begin(o, key);
	write_u8(&o->w, '"');
	write_decimal(&o->w, id);
	write_u8(&o->w, '"');
}

void jout_raw(struct jout *o, const char *key, struct bytes json)
{
	begin(o, key);
	write_bytes(&o->w, json);
}
