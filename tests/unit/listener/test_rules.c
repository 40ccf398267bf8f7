/* SPDX-License-Identifier: MPL-2.0
 *
 * The rules of a request's head, row by row.
 */
#include "../../../broker/listener/rules.h"

#include "samtale/base/compiler.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void plain_paths_pass_and_clever_ones_do_not(void **state)
{
	static const char *const good[] = { "/", "/j", "/a/app-3F2A.js", "/api/v1/x",
		"/.well-known/x", "/a/...", "/a~b_c-d.e" };
	static const char *const bad[] = { "", "j", "//", "/a//b", "/a/", "/.", "/..",
		"/a/..", "/a/./b", "/../a", "/a b", "/a%20", "/a?b", "/a#b", "/a;b",
		"/a\\b", "/\xc3", "/a\n", "/a+b", "*" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(rule_path(bytes_str(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(rule_path(bytes_str(bad[i])));
	assert_false(rule_path(BYTES_LIT("/a\0b")));
}

static void header_values_hold_no_control_characters(void **state)
{
	(void)state;
	assert_true(rule_header_value(BYTES_LIT("a=b; c=\xc3\xa6\t")));
	assert_false(rule_header_value(BYTES_LIT("a\nb")));
	assert_false(rule_header_value(BYTES_LIT("a\0")));
	assert_false(rule_header_value(BYTES_LIT("a\x7f")));
	assert_true(rule_header_out(BYTES_LIT("a=b; Path=/")));
	assert_false(rule_header_out(BYTES_LIT("a\r\nSet-Cookie: b")));
	assert_false(rule_header_out(BYTES_LIT("\xc3\xa6")));
}

static void an_origin_is_a_scheme_and_a_name(void **state)
{
	static const struct {
		const char *origin, *authority, *host;
	} good[] = {
		{ "https://a.dk", "a.dk", "a.dk" },
		{ "https://localhost:8443", "localhost:8443", "localhost" },
		{ "https://[::1]:8443", "[::1]:8443", "::1" },
	};
	static const char *const bad[] = { "", "https://", "http://a.dk", "https://a.dk/",
		"https://a@b", "https://:1", "https://[::1", "https://a b", "a.dk",
		"https://[]" };
	struct bytes authority, host;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(rule_origin(bytes_str(good[i].origin), &authority, &host));
		assert_true(bytes_equal_str(authority, good[i].authority));
		assert_true(bytes_equal_str(host, good[i].host));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(rule_origin(bytes_str(bad[i]), &authority, &host));
}

static void the_host_is_ours_in_letters_of_either_case(void **state)
{
	(void)state;
	assert_true(
		rule_host(BYTES_LIT("Samtale.DK:8443"), BYTES_LIT("samtale.dk:8443")));
	assert_false(rule_host(BYTES_LIT("samtale.dk"), BYTES_LIT("samtale.dk:8443")));
	assert_false(rule_host(BYTES_LIT("samtale.dk."), BYTES_LIT("samtale.dk")));
	assert_false(rule_host(BYTES_NULL, BYTES_NULL));
}

static void words_are_found_whole_between_commas(void **state)
{
	(void)state;
	assert_true(rule_list_has(BYTES_LIT("samtale.v1"), "samtale.v1", false));
	assert_true(rule_list_has(BYTES_LIT("x,\tsamtale.v1 ,y"), "samtale.v1", false));
	assert_false(rule_list_has(BYTES_LIT("samtale.v10"), "samtale.v1", false));
	assert_false(rule_list_has(BYTES_LIT("x samtale.v1"), "samtale.v1", false));
	assert_false(rule_list_has(BYTES_LIT("SAMTALE.V1"), "samtale.v1", false));
	assert_true(rule_list_has(BYTES_LIT("keep-alive, Close"), "close", true));
	assert_false(rule_list_has(BYTES_NULL, "close", true));
}

static void encodings_count_unless_their_weight_is_zero(void **state)
{
	(void)state;
	assert_true(rule_accepts(BYTES_LIT("gzip, deflate, br"), "br"));
	assert_true(rule_accepts(BYTES_LIT("br;q=0.1"), "br"));
	assert_true(rule_accepts(BYTES_LIT("BR ; q=1"), "br"));
	assert_false(rule_accepts(BYTES_LIT("br;q=0"), "br"));
	assert_false(rule_accepts(BYTES_LIT("br; q=0.000, gzip"), "br"));
	assert_false(rule_accepts(BYTES_LIT("brotli"), "br"));
	assert_false(rule_accepts(BYTES_LIT("*"), "br"));
	assert_false(rule_accepts(BYTES_NULL, "br"));
}

static void entity_tags_match_weakly(void **state)
{
	(void)state;
	assert_true(rule_etag(BYTES_LIT("\"a1\""), "a1"));
	assert_true(rule_etag(BYTES_LIT("\"b\", W/\"a1\""), "a1"));
	assert_true(rule_etag(BYTES_LIT("*"), "a1"));
	assert_false(rule_etag(BYTES_LIT("a1"), "a1"));
	assert_false(rule_etag(BYTES_LIT("\"a1"), "a1"));
	assert_false(rule_etag(BYTES_LIT("\"a12\""), "a1"));
	assert_false(rule_etag(BYTES_LIT("W/"), "a1"));
	assert_false(rule_etag(BYTES_NULL, "a1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_paths_pass_and_clever_ones_do_not),
		cmocka_unit_test(header_values_hold_no_control_characters),
		cmocka_unit_test(an_origin_is_a_scheme_and_a_name),
		cmocka_unit_test(the_host_is_ours_in_letters_of_either_case),
		cmocka_unit_test(words_are_found_whole_between_commas),
		cmocka_unit_test(encodings_count_unless_their_weight_is_zero),
		cmocka_unit_test(entity_tags_match_weakly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
