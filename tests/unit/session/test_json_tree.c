/* SPDX-License-Identifier: MPL-2.0
 *
 * The grammar: every case where readers of JSON are known to differ. That it says the
 * same as jansson about millions of others is the fuzz target's matter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "json_tree.h"

static int result_of(const char *text)
{
	struct jtree *t = NULL;
	int r = jtree_new(&t, bytes_str(text));

	(void)jtree_free(t);
	return r;
}

static void the_grammar_is_kept_to_the_letter(void **state)
{
	static const char *const good[] = { "{}", " \t\r\n{ } ", "{\"\":0}", "{\"a\":-0}",
		"{\"a\":0.5e+10}", "{\"a\":1E9}", "{\"a\":[ ]}", "{\"a\":null}",
		"{\"a\":\"\x7f\"}", "{\"a\":\"\\/\\b\\f\"}",
		"{\"a\":9223372036854775807,\"b\":-9223372036854775808}" };
	static const char *const bad[] = { "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
		"{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}",
		"{\"a\":1.}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":0x1}", "{\"a\":NaN}",
		"{\"a\":True}", "{\"a\":nul}", "{\"a\":\"\t\"}", "{\"a\":\"\\x41\"}",
		"{\"a\":\"\\u12g4\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\udc00\"}",
		"{\"a\":\"\\u0000\"}", "{\"a\":[1 2]}", "{\"a\":[1,]}", "{\"a\":[}",
		"{\"a\":1]", "{\"a\":1} x", "{\"a\":\"", "{\"a\":\"\\", "{\"a\"", "{", "",
		" ", "\"a\"", "/**/{}", "{\"a\":9223372036854775808}",
		"{\"a\":-9223372036854775809}", "{\"a\":1,\"\\u0061\":2}",
		"\xef\xbb\xbf{}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (result_of(good[i]) != 0)
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (result_of(bad[i]) != JIN_E_BAD)
			fail_msg("taken: %s", bad[i]);
}

static void broken_utf8_is_told_apart(void **state)
{
	static const char *const rows[] = { "\x80", "\xc0\x80", "\xc3", "\xe2\x82",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xf0\x80\x80\x80" };
	char text[32] = "{\"a\":\"";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i]);

		memcpy(text + 6, rows[i], n);
		memcpy(text + 6 + n, "\"}", 3);
		assert_int_equal(result_of(text), JIN_E_NOT_UTF8);
	}
}

static void escapes_become_what_they_stand_for(void **state)
{
	struct jtree *t = NULL;
	const struct jnode *n;

	(void)state;
	assert_int_equal(
		jtree_new(
			&t, BYTES_LIT("{\"\\u0061b\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e5"
				      "\\u20AC\\ud83d\\ude00 \xc3\xa5!\"}")),
		0);
	n = jtree_field(t, t->node, "ab");
	assert_non_null(n);
	assert_true(bytes_equal_str(jtree_text(t, n),
		"\"\\/\b\f\n\r\t\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80 \xc3\xa5!"));
	assert_null(jtree_field(t, t->node, "a"));
	assert_null(jtree_free(t));
}

static void it_is_bounded_in_every_direction(void **state)
{
	static char text[4 * JSON_NODES];
	struct writer w = writer_of(text, sizeof(text) - 1);

	(void)state;
	write_str(&w, "{\"a\":[0");
	for (int i = 0; i < JSON_NODES - 3; i++)
		write_str(&w, ",0");
	write_str(&w, "]}");
	assert_int_equal(result_of(text), 0);
	w.len -= 2;
	write_str(&w, ",0]}");
	assert_int_equal(result_of(text), JIN_E_BAD);

	memset(text, 0, sizeof(text));
	w.len = 0;
	for (int i = 0; i < JSON_FIELDS; i++)
		write_fmt(&w, "%s\"%d\":0", i ? "," : "{", i);
	write_str(&w, "}");
	assert_int_equal(result_of(text), 0);
	w.len--;
	write_str(&w, ",\"x\":0}");
	assert_int_equal(result_of(text), JIN_E_BAD);

	assert_int_equal(result_of("{\"a\":[[[[[1]]]]]}"), 0);
	assert_int_equal(result_of("{\"a\":[[[[[[1]]]]]]}"), JIN_E_BAD);
	assert_int_equal(result_of("{\"a\":[[]],\"b\":[[]],\"c\":{\"d\":[[]]}}"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_grammar_is_kept_to_the_letter),
		cmocka_unit_test(broken_utf8_is_told_apart),
		cmocka_unit_test(escapes_become_what_they_stand_for),
		cmocka_unit_test(it_is_bounded_in_every_direction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
