/* SPDX-License-Identifier: MPL-2.0
 *
 * The reader takes one object and nothing that is not exactly asked for; the writer
 * writes what the reader gives back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/session/json.h"

static void only_one_object_is_taken(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{ "{}", 0 },
		{ "{\"a\":{\"b\":[{\"c\":[1]}]}}", 0 },
		{ "", JIN_E_BAD },
		{ "[]", JIN_E_BAD },
		{ "7", JIN_E_BAD },
		{ "{}{}", JIN_E_BAD },
		{ "{\"a\":1,\"a\":2}", JIN_E_BAD },
		{ "{\"a\":{\"b\":1,\"b\":2}}", JIN_E_BAD },
		{ "{\"a\":\"\\u0000\"}", JIN_E_BAD },
		{ "{\"a\":[[[[[[1]]]]]]}", JIN_E_BAD },
		{ "{\"a\":\"[[[[[[[[[[\"}", 0 },
		{ "{\"a\":\"\\\"[[[[[[[[[[\"}", 0 },
		{ "{\"a\":\"\xff\"}", JIN_E_NOT_UTF8 },
		{ "{\"a\":\"\xed\xa0\x80\"}", JIN_E_NOT_UTF8 },
		{ "{\"a\":1", JIN_E_BAD },
	};
	struct jin in;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int r = jin_open(&in, bytes_str(rows[i].text), 1024);

		if (r != rows[i].result)
			fail_msg("%s: %d", rows[i].text, r);
		assert_int_equal(jin_ok(&in), r == 0);
		jin_close(&in);
	}
	assert_int_equal(jin_open(&in, BYTES_LIT("{\"a\":1}"), 6), JIN_E_BAD);
	jin_close(&in);
}

static void a_field_of_another_type_or_range_is_refused(void **state)
{
	static const char text[] =
		"{\"text\":\"Åse\",\"number\":7,\"flag\":true,\"id\":\"81\","
		"\"lines\":\"a\\r\\nb\",\"none\":null,\"real\":1.0}";
	static const char *const words[] = { NULL, "Åse" };
	struct jin in;

#define GOOD(step)                                                                       \
	assert_int_equal(jin_open(&in, bytes_str(text), 1024), 0);                       \
	step;                                                                            \
	assert_true(jin_ok(&in));                                                        \
	jin_close(&in)
#define BAD(field, step)                                                                 \
	assert_int_equal(jin_open(&in, bytes_str(text), 1024), 0);                       \
	(void)(step);                                                                    \
	assert_false(jin_ok(&in));                                                       \
	assert_string_equal(in.bad_field, field);                                        \
	jin_close(&in)

	(void)state;
	GOOD(assert_true(bytes_equal_str(jin_text(&in, "text", 1, 4), "Åse")));
	GOOD(assert_int_equal(jin_int(&in, "number", 7, 7), 7));
	GOOD(assert_true(jin_bool(&in, "flag")));
	GOOD(assert_int_equal(jin_id(&in, "id"), 81));
	GOOD(assert_int_equal(jin_word(&in, "text", words, 2), 1));
	GOOD(assert_true(bytes_equal_str(jin_blob(&in, "lines", 4), "a\r\nb")));
	GOOD(assert_int_equal(jin_text_or_empty(&in, "absent", 9).len, 0));
	GOOD(assert_false(jin_has(&in, "none") || jin_has(&in, "absent")));
	BAD("text", jin_text(&in, "text", 1, 3));
	BAD("text", jin_text(&in, "text", 5, 9));
	BAD("text", jin_int(&in, "text", 0, 9));
	BAD("text", jin_id(&in, "text"));
	BAD("lines", jin_text(&in, "lines", 0, 9));
	BAD("lines", jin_word(&in, "lines", words, 2));
	BAD("number", jin_int(&in, "number", 8, 9));
	BAD("number", jin_text(&in, "number", 0, 9));
	BAD("number", jin_id(&in, "number"));
	BAD("number", jin_bool(&in, "number"));
	BAD("real", jin_int(&in, "real", 0, 9));
	BAD("none", jin_bool(&in, "none"));
	BAD("absent", jin_blob(&in, "absent", 9));
	BAD("flag", jin_array(&in, "flag", 0, 9));
	BAD("why", jin_refuse(&in, "why"));
	/* The first one counts. */
	BAD("number", (jin_bool(&in, "number"), jin_bool(&in, "text")));
#undef GOOD
#undef BAD
}

static void items_of_an_array_are_entered_one_by_one(void **state)
{
	struct jin in;

	(void)state;
	assert_int_equal(
		jin_open(&in, BYTES_LIT("{\"a\":[{\"n\":1},{\"n\":2}],\"n\":3}"), 99), 0);
	assert_int_equal(jin_array(&in, "a", 1, 2), 2);
	jin_enter(&in, "a", 1);
	assert_int_equal(jin_int(&in, "n", 0, 9), 2);
	jin_leave(&in);
	assert_int_equal(jin_int(&in, "n", 0, 9), 3);
	assert_true(jin_ok(&in));
	jin_enter(&in, "a", 2);
	assert_false(jin_ok(&in));
	jin_close(&in);
	jin_close(&in);
}

static void what_is_written_reads_back(void **state)
{
	uint8_t room[512];
	struct jout o = jout_of(room, sizeof(room));
	struct jin in;

	(void)state;
	jout_object(&o, NULL);
	jout_str(&o, "text", "a\"b\\c\r\nd\t\x01 Åse");
	jout_int(&o, "low", INT64_MIN);
	jout_int(&o, "zero", 0);
	jout_id(&o, "id", 9007199254740991);
	jout_bool(&o, "yes", true);
	jout_array(&o, "empty");
	jout_end_array(&o);
	jout_array(&o, "items");
	jout_object(&o, NULL);
	jout_word(&o, "w", "one");
	jout_end_object(&o);
	jout_object(&o, NULL);
	jout_word(&o, "w", "two");
	jout_end_object(&o);
	jout_end_array(&o);
	jout_bool(&o, "no", false);
	jout_end_object(&o);
	assert_true(jout_ok(&o));
	assert_int_equal(jin_open(&in, jout_bytes(&o), sizeof(room)), 0);
	assert_true(bytes_equal_str(jin_blob(&in, "text", 99), "a\"b\\c\r\nd\t\x01 Åse"));
	assert_int_equal(jin_int(&in, "low", INT64_MIN, 0), INT64_MIN);
	assert_int_equal(jin_id(&in, "id"), 9007199254740991);
	assert_int_equal(jin_array(&in, "empty", 0, 0), 0);
	assert_int_equal(jin_array(&in, "items", 2, 2), 2);
	jin_enter(&in, "items", 1);
	assert_true(bytes_equal_str(jin_text(&in, "w", 1, 9), "two"));
	jin_leave(&in);
	assert_true(jin_bool(&in, "yes") && !jin_bool(&in, "no") && jin_ok(&in));
	jin_close(&in);
}

static void a_full_buffer_is_told_once_at_the_end(void **state)
{
	uint8_t room[8];
	struct jout o = jout_of(room, sizeof(room));

	(void)state;
	jout_object(&o, NULL);
	jout_str(&o, "text", "far too long for it");
	jout_end_object(&o);
	assert_false(jout_ok(&o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_object_is_taken),
		cmocka_unit_test(a_field_of_another_type_or_range_is_refused),
		cmocka_unit_test(items_of_an_array_are_entered_one_by_one),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_full_buffer_is_told_once_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
