/* SPDX-License-Identifier: MPL-2.0
 *
 * Built-in pages by exact path and in the form that the browser reads.
 */
#include "../../../broker/listener/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

static const struct asset three[] = {
	{ .path = "/",
		.etag = "1",
		.identity = { (const uint8_t *)"plain", 5 },
		.br = { (const uint8_t *)"br", 2 },
		.gzip = { (const uint8_t *)"gzip", 4 } },
	{ .path = "/j", .etag = "2", .identity = { (const uint8_t *)"j", 1 } },
	{ .path = "/a/x.js", .etag = "3", .identity = { (const uint8_t *)"x", 1 } },
};

static void a_page_is_found_by_its_exact_path_only(void **state)
{
	struct pages p = { .count = 0 };

	(void)state;
	assert_null(pages_find(&p, BYTES_LIT("/")));
	assert_int_equal(pages_set(&p, three, ARRAY_LEN(three)), 0);
	for (unsigned i = 0; i < ARRAY_LEN(three); i++)
		assert_ptr_equal(pages_find(&p, bytes_str(three[i].path)), &three[i]);
	assert_null(pages_find(&p, BYTES_LIT("/J")));
	assert_null(pages_find(&p, BYTES_LIT("/a/x.j")));
	assert_null(pages_find(&p, BYTES_NULL));
}

static void two_of_one_path_or_too_many_are_a_fault(void **state)
{
	const struct asset twice[] = { three[1], three[1] };
	struct pages p = { .count = 0 };

	(void)state;
	assert_int_equal(pages_set(&p, twice, 2), -EINVAL);
	assert_int_equal(pages_set(&p, three, ASSETS_MAX + 1), -EINVAL);
	assert_int_equal(p.count, 0);
}

static void a_full_table_still_finds_every_page(void **state)
{
	static struct asset many[ASSETS_MAX];
	static char paths[ASSETS_MAX][16];
	struct pages p = { .count = 0 };

	(void)state;
	for (unsigned i = 0; i < ASSETS_MAX; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "/a/%u.js", i);
		many[i].path = paths[i];
	}
	assert_int_equal(pages_set(&p, many, ASSETS_MAX), 0);
	for (unsigned i = 0; i < ASSETS_MAX; i++)
		assert_ptr_equal(pages_find(&p, bytes_str(paths[i])), &many[i]);
	assert_null(pages_find(&p, BYTES_LIT("/a/none.js")));
}

static void the_smallest_form_that_is_read_is_chosen(void **state)
{
	const char *encoding;

	(void)state;
	assert_true(bytes_equal_str(
		pages_form(&three[0], BYTES_LIT("gzip, br"), &encoding), "br"));
	assert_string_equal(encoding, "br");
	assert_true(bytes_equal_str(
		pages_form(&three[0], BYTES_LIT("gzip"), &encoding), "gzip"));
	assert_string_equal(encoding, "gzip");
	assert_true(
		bytes_equal_str(pages_form(&three[0], BYTES_NULL, &encoding), "plain"));
	assert_null(encoding);
	assert_true(
		bytes_equal_str(pages_form(&three[1], BYTES_LIT("br"), &encoding), "j"));
	assert_null(encoding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_found_by_its_exact_path_only),
		cmocka_unit_test(two_of_one_path_or_too_many_are_a_fault),
		cmocka_unit_test(a_full_table_still_finds_every_page),
		cmocka_unit_test(the_smallest_form_that_is_read_is_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
