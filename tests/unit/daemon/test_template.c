/* SPDX-License-Identifier: MPL-2.0
 *
 * Pages are filled once, and nothing that an organisation writes becomes markup.
 */
#include "samtale/daemon/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct template_value values[] = {
	{ "name", BYTES_INIT("Å & <b>\"'"), false },
	{ "banner", BYTES_INIT("<p>x</p>"), true },
	{ "nested", BYTES_INIT("{{name}}"), false },
	{ "empty", BYTES_INIT(""), false },
};

static void pages_are_filled(void **state)
{
	static const struct {
		const char *text, *expected; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a{{banner}}b{{empty}}c", "a<p>x</p>bc" },
		{ "{{name}}", "Å &amp; &lt;b&gt;&quot;&#39;" },
		{ "{{nested}}", "{{name}}" }, /* a value is not looked at again */
		{ "a { b } c {", "a { b } c {" },
		{ "{{unknown}}", NULL },
		{ "{{name", NULL },
		{ "{{name}", NULL },
		{ "{{", NULL },
		{ "{{ name }}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char buf[128];
		struct writer w = writer_of(buf, sizeof(buf));

		template_fill(&w, bytes_str(cases[i].text), values, ARRAY_LEN(values));
		assert_int_equal(writer_ok(&w), cases[i].expected != NULL);
		if (cases[i].expected)
			assert_true(bytes_equal_str(writer_bytes(&w), cases[i].expected));
	}
}

static void a_page_that_does_not_fit_is_refused(void **state)
{
	char buf[8];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	template_fill(&w, BYTES_LIT("{{name}}"), values, ARRAY_LEN(values));
	assert_false(writer_ok(&w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_filled),
		cmocka_unit_test(a_page_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
