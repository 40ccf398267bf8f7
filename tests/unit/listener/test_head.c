/* SPDX-License-Identifier: MPL-2.0
 *
 * The head of an answer.
 */
#include "../../../broker/listener/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static char buf[HEAD_MAX];

static const char *written(const struct head *head)
{
	struct writer w = writer_of(buf, sizeof(buf) - 1);

	head_write(&w, head);
	assert_true(writer_ok(&w));
	buf[w.len] = '\0';
	return buf;
}

static void every_page_has_the_policy_and_ends_once(void **state)
{
	const char *text = written(&(struct head){
		.status = 200, .length = 5, .type = "text/html; charset=utf-8" });

	(void)state;
	assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(text, "Content-Length: 5\r\n"));
	assert_non_null(strstr(text, "Cache-Control: no-store\r\n"));
	assert_non_null(
		strstr(text, "\r\nContent-Security-Policy: default-src 'none'; "));
	assert_non_null(strstr(text, "trusted-types 'none'\r\n"));
	assert_null(strstr(text, "Strict-Transport-Security"));
	assert_ptr_equal(strstr(text, "\r\n\r\n"), text + strlen(text) - 4);
}

static void what_is_no_page_may_do_nothing_and_says_so_in_few_bytes(void **state)
{
	static const char *const types[] = { NULL, "application/json", "text/javascript",
		"image/svg+xml" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const char *text =
			written(&(struct head){ .status = 200, .type = types[i] });

		assert_non_null(
			strstr(text, "\r\nContent-Security-Policy: default-src 'none'; "
				     "frame-ancestors 'none'\r\n"));
		assert_non_null(strstr(text, "\r\nX-Content-Type-Options: nosniff\r\n"));
		assert_non_null(strstr(
			text, "\r\nCross-Origin-Resource-Policy: same-origin\r\n"));
		assert_non_null(strstr(text, "\r\nReferrer-Policy: no-referrer\r\n"));
		assert_null(strstr(text, "Permissions-Policy"));
		assert_true(strlen(text) < 400);
	}
}

static void what_is_set_is_written(void **state)
{
	const struct http_header cookie = { "Set-Cookie", BYTES_LIT("a=b; Secure") };
	const char *text = written(&(struct head){ .status = 201,
		.type = "application/json",
		.cache = "no-cache",
		.encoding = "br",
		.etag = "x1",
		.vary_encoding = true,
		.close = true,
		.headers = &cookie,
		.header_count = 1,
		.hsts_seconds = 60 });

	(void)state;
	assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(text, "\r\nContent-Encoding: br\r\n"));
	assert_non_null(strstr(text, "\r\nCache-Control: no-cache\r\n"));
	assert_non_null(strstr(text, "\r\nETag: W/\"x1\"\r\n"));
	assert_non_null(strstr(text, "\r\nVary: Accept-Encoding\r\n"));
	assert_non_null(strstr(text, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(text, "\r\nSet-Cookie: a=b; Secure\r\n"));
	assert_non_null(strstr(text, "\r\nStrict-Transport-Security: max-age=60\r\n"));
}

static void a_value_that_would_break_the_line_is_left_out(void **state)
{
	const struct http_header evil = { "Location",
		BYTES_LIT("/a\r\nSet-Cookie: x=y") };
	const char *text = written(
		&(struct head){ .status = 303, .headers = &evil, .header_count = 1 });

	(void)state;
	assert_null(strstr(text, "Location"));
	assert_null(strstr(text, "Set-Cookie"));
}

static void answers_without_a_body_have_no_length(void **state)
{
	(void)state;
	assert_null(strstr(written(&(struct head){ .status = 204 }), "Content-Length"));
	assert_null(strstr(written(&(struct head){ .status = 304 }), "Content-Length"));
}

static void a_head_that_does_not_fit_is_bad(void **state)
{
	struct writer w = writer_of(buf, 200);

	(void)state;
	head_write(&w, &(struct head){ .status = 200 });
	assert_false(writer_ok(&w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_has_the_policy_and_ends_once),
		cmocka_unit_test(what_is_no_page_may_do_nothing_and_says_so_in_few_bytes),
		cmocka_unit_test(what_is_set_is_written),
		cmocka_unit_test(a_value_that_would_break_the_line_is_left_out),
		cmocka_unit_test(answers_without_a_body_have_no_length),
		cmocka_unit_test(a_head_that_does_not_fit_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
