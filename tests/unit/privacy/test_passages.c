/* SPDX-License-Identifier: MPL-2.0
 *
 * Rows become HTML: lists are gathered, what is not true here is left out.
 */
#include "kit.h"

#include "passages.h"

static const struct passage rows[] = {
	{ 0, FACT_ALWAYS, "h2", SAID("Et", "One") },
	{ 0, FACT_ALWAYS, "li", SAID("a", "a") },
	{ 1, FACT_ALWAYS, "p", SAID("andet", "other") },
	{ 0, FACT_TRUNK, "li", SAID("telefon", "telephone") },
	{ 0, FACT_ALWAYS, "p", SAID("til sidst", "at last") },
	{ 0, FACT_ALWAYS, "fill", SAID("navn", "name") },
};

static void say_flat(const struct speaker *s)
{
	passages_write(s, &(struct passages){ rows, ARRAY_LEN(rows), 0 }, 0);
}

static void say_deeper(const struct speaker *s)
{
	passages_write(s, &(struct passages){ rows, ARRAY_LEN(rows), 2 }, 0);
}

static void neighbouring_items_are_one_list(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();

	(void)state;
	assert_string_equal(kit_said(&bare, LANGUAGE_EN, say_flat),
		"<h2>One</h2>\n<ul>\n<li>a</li>\n</ul>\n<p>at last</p>\n<ul>\n"
		"<li><span class=\"box\" aria-hidden=\"true\"></span>name"
		"<span class=\"line\"></span></li>\n</ul>\n");
	assert_non_null(strstr(kit_said(&full, LANGUAGE_DA, say_flat),
		"<ul>\n<li>a</li>\n<li>telefon</li>\n</ul>"));
}

static void headings_go_deeper_inside_a_page(void **state)
{
	struct settings bare = kit_bare();

	(void)state;
	assert_non_null(strstr(kit_said(&bare, LANGUAGE_DA, say_deeper), "<h4>Et</h4>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbouring_items_are_one_list),
		cmocka_unit_test(headings_go_deeper_inside_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
