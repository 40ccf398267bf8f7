/* SPDX-License-Identifier: MPL-2.0
 *
 * A text stays one JSON string, whatever is in it.
 */
#include "../../../broker/cli/json_text.h"

#include "samtale/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void what_json_demands_is_escaped(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "", "\"\"" },
		{ "Æble", "\"Æble\"" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "a\n\x01", "\"a\\u000a\\u0001\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		owned(heap_freep) char *text = NULL;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		json_text_put(f, cases[i].text);
		(void)fclose(f);
		assert_string_equal(text, cases[i].json);
	}
}

static void texts_stand_in_one_object(void **state)
{
	static const char *const pairs[][2] = { { "share", "a\"b" }, { "bundle", "c" } };
	owned(heap_freep) char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	json_texts_put(f, pairs, ARRAY_LEN(pairs));
	(void)fclose(f);
	assert_string_equal(text, "{\"share\":\"a\\\"b\",\"bundle\":\"c\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_json_demands_is_escaped),
		cmocka_unit_test(texts_stand_in_one_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
