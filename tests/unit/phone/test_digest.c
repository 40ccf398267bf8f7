/* SPDX-License-Identifier: MPL-2.0
 *
 * Digest: answers as RFC 7616 and RFC 2069 compute them, and challenges that are not to
 * be taken.
 */
#include "digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static bool read_text(const char *text, struct digest_challenge *c)
{
	return digest_read(bytes_str(text), c);
}

static void answer(
	const char *challenge, const struct digest_request *r, char *buf, size_t cap)
{
	struct digest_challenge c;
	assert_true(read_text(challenge, &c));
	struct writer w = writer_of(buf, cap - 1);
	assert_int_equal(digest_write(&w, &c, r), 0);
	assert_true(writer_ok(&w));
	buf[w.len] = 0;
}

static void without_qop_as_in_rfc_2069(void **state)
{
	(void)state;
	char line[1024];
	/* Computed with md5sum(1) by the formula of RFC 2617, 3.2.2.1. */
	const struct digest_request r = { .user = "bob",
		.password = BYTES_LIT("zanzibar"),
		.method = "REGISTER",
		.uri = "sip:biloxi.com" };
	answer("Digest realm=\"biloxi.com\", "
	       "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
		&r, line, sizeof(line));
	assert_non_null(strstr(line, "response=\"4441045a8075db3ead543693997e2a0e\""));
	assert_null(strstr(line, "nc="));
	assert_null(strstr(line, "opaque"));
}

/* A cnonce of ours is 16 hex digits, so the RFC's own examples cannot be repeated to the
 * letter; these values are of sha256sum(1) and md5sum(1). */
static void with_qop_counts_and_signs(void **state)
{
	(void)state;
	char line[1024];
	const struct digest_request r = { .user = "Mufasa",
		.password = BYTES_LIT("Circle of Life"),
		.method = "INVITE",
		.uri = "sip:+4512345678@trunk.example",
		.count = 10,
		.cnonce = 0x0123456789abcdef };
	answer("Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
	       "algorithm=SHA-256, "
	       "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
	       "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
		&r, line, sizeof(line));
	assert_non_null(strstr(line,
		"response=\""
		"838afc93b287d4108ba032da96df0ca1bb99b8eb428c3507e5622dedb44c28ee\""));
	assert_non_null(strstr(line, "nc=0000000a"));
	assert_non_null(strstr(line, "cnonce=\"0123456789abcdef\""));
	assert_non_null(strstr(line, "algorithm=SHA-256"));
	answer("digest realm=http-auth@example.org ,qop=auth,nonce=abc==", &r, line,
		sizeof(line));
	assert_non_null(strstr(line, "response=\"885ddeaa6614c7b40d8a766d643d98da\""));
	assert_non_null(strstr(line, "nonce=\"abc==\""));
}

static void proxy_has_its_own_header(void **state)
{
	(void)state;
	char line[512];
	struct digest_challenge c;
	const struct digest_request r = { "u", BYTES_LIT("p"), "BYE", "sip:x", 1, 1 };
	assert_true(read_text("Digest realm=\"r\", nonce=\"n\"", &c));
	c.proxy = true;
	struct writer w = writer_of(line, sizeof(line));
	assert_int_equal(digest_write(&w, &c, &r), 0);
	assert_memory_equal(line, "Proxy-Authorization: Digest ", 28);
}

static void bad_challenges_are_not_taken(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "Digest", "Basic realm=\"x\"",
		"Digest realm=\"x\"", "Digest nonce=", "Digest nonce=\"n",
		"Digest nonce=\"n\\", "Digest nonce=\"n\",",
		"Digest nonce=\"n\" realm=\"r\"",
		"Digest nonce=\"n\", algorithm=SHA-512-256",
		"Digest nonce=\"n\", algorithm=MD5-sess",
		"Digest nonce=\"n\", qop=\"auth-int\"", "Digest nonce=\"a\r\nVia: x\"",
		"Digest =\"n\"", "Digest nonce \"n\"" };
	struct digest_challenge c;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(read_text(bad[i], &c));
	char text[DIGEST_TEXT + 40];
	memset(text, 'n', sizeof(text) - 1);
	memcpy(text, "Digest nonce=", 13);
	text[sizeof(text) - 1] = 0;
	assert_false(read_text(text, &c));
	text[13 + DIGEST_TEXT - 1] = 0;
	assert_true(read_text(text, &c));
}

static void stale_is_seen(void **state)
{
	(void)state;
	struct digest_challenge c;
	assert_true(read_text("Digest nonce=\"n\", stale=TRUE, domain=\"sip:x\"", &c));
	assert_true(c.stale);
	assert_true(read_text("Digest nonce=\"n\", stale=false", &c));
	assert_false(c.stale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_qop_as_in_rfc_2069),
		cmocka_unit_test(with_qop_counts_and_signs),
		cmocka_unit_test(proxy_has_its_own_header),
		cmocka_unit_test(bad_challenges_are_not_taken),
		cmocka_unit_test(stale_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
