/* SPDX-License-Identifier: MPL-2.0
 *
 * The JSON reader. What is asked for keeps its range; what was read, written out again
 * and read once more, is the same. One refusal makes the reader bad for good.
 */
#include "samtale/session/json.h"

#include "fuzz.h"

#define TEXT_MAX 4096

static const char *const words[] = { "video", NULL, "phone" };

struct value { /* what the fields t b i d o w say, each with whether it was there */
	struct bytes text, blob;
	int64_t number, id;
	bool flag;
	unsigned word;
	bool has_text, has_blob, has_number, has_id, has_flag, has_word;
};

/* Each question to a copy, so that one refusal does not hide the next. */
#define ASK(has, into, ...)                                                              \
	do {                                                                             \
		struct jin copy = *in;                                                   \
		(into) = __VA_ARGS__;                                                    \
		(has) = jin_ok(&copy);                                                   \
		PROMISE((has) || copy.bad_field);                                        \
	} while (0)

static struct value read_value(const struct jin *in)
{
	struct value v;

	memset(&v, 0, sizeof(v));
	ASK(v.has_text, v.text, jin_text(&copy, "t", 1, 64));
	ASK(v.has_blob, v.blob, jin_blob(&copy, "b", TEXT_MAX));
	ASK(v.has_number, v.number, jin_int(&copy, "i", -5, 1000));
	ASK(v.has_id, v.id, jin_id(&copy, "d"));
	ASK(v.has_flag, v.flag, jin_bool(&copy, "o"));
	ASK(v.has_word, v.word, jin_word(&copy, "w", words, ARRAY_LEN(words)));
	return v;
}

static void check_value(const struct value *v)
{
	if (v->has_text)
		PROMISE(v->text.len >= 1 && v->text.len <= 64 &&
			bytes_is_clean_text(v->text, false));
	if (v->has_blob)
		PROMISE(v->blob.len <= TEXT_MAX &&
			(v->blob.len == 0 || !memchr(v->blob.at, 0, v->blob.len)));
	if (v->has_number)
		PROMISE(v->number >= -5 && v->number <= 1000);
	if (v->has_id)
		PROMISE(v->id > 0 && v->id <= INT64_C(9999999999999999));
	if (v->has_word)
		PROMISE(v->word == 0 || v->word == 2);
}

static void write_value(struct jout *o, const struct value *v)
{
	if (v->has_text)
		jout_text(o, "t", v->text);
	if (v->has_blob)
		jout_text(o, "b", v->blob);
	if (v->has_number)
		jout_int(o, "i", v->number);
	if (v->has_id)
		jout_id(o, "d", v->id);
	if (v->has_flag)
		jout_bool(o, "o", v->flag);
	if (v->has_word)
		jout_word(o, "w", words[v->word]);
}

static bool is_same(const struct value *a, const struct value *b)
{
	return a->has_text == b->has_text && a->has_blob == b->has_blob &&
	       a->has_number == b->has_number && a->has_id == b->has_id &&
	       a->has_flag == b->has_flag && a->has_word == b->has_word &&
	       bytes_equal(a->text, b->text) && bytes_equal(a->blob, b->blob) &&
	       a->number == b->number && a->id == b->id && a->flag == b->flag &&
	       a->word == b->word;
}

static void check_array(const struct jin *in)
{
	struct jin copy = *in;
	size_t n = jin_array(&copy, "l", 1, 8);

	PROMISE(jin_ok(&copy) ? n >= 1 && n <= 8 : n == 0);
	for (size_t i = 0; i < n && jin_ok(&copy); i++) {
		jin_enter(&copy, "l", i);
		if (!jin_ok(&copy))
			return;
		struct value v = read_value(&copy);
		check_value(&v);
		jin_leave(&copy);
	}
}

static void check(const struct jin *in)
{
	static uint8_t buffer[8 * TEXT_MAX];
	struct jout o = jout_of(buffer, sizeof(buffer));
	struct value v = read_value(in), again;
	struct jin second = JIN_NULL;

	check_value(&v);
	check_array(in);
	jout_object(&o, NULL);
	write_value(&o, &v);
	jout_end_object(&o);
	PROMISE(jout_ok(&o));
	PROMISE(jin_open(&second, jout_bytes(&o), sizeof(buffer)) == 0);
	again = read_value(&second);
	PROMISE(is_same(&v, &again));
	jin_close(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct jin in = JIN_NULL;

	if (jin_open(&in, bytes_of(at, len), 16 * 1024) == 0)
		check(&in);
	jin_close(&in);
	jin_close(&in);
	return 0;
}
