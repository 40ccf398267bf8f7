/* SPDX-License-Identifier: MPL-2.0
 *
 * A key is taken from a line that means exactly what our SRTP does, from no other.
 */
#include "sdes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SUITE "AES_CM_128_HMAC_SHA1_80"
#define KEY   "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

static void the_key_of_rfc_4568_is_read(void **state)
{
	static const uint8_t key[] = "YS___semctl () {\t220;}\n}\nunles";
	struct sdes s;

	(void)state;
	assert_true(sdes_read(BYTES_LIT("1 " SUITE " inline:" KEY "|2^20"), &s));
	assert_int_equal(s.tag, 1);
	assert_memory_equal(s.key, key, sizeof(s.key));
}

static void lines_that_mean_the_same_are_read(void **state)
{
	static const char *const good[] = {
		"1 " SUITE " inline:" KEY,
		"999999999 " SUITE " inline:" KEY "|2^31",
		"7 " SUITE " inline:" KEY "|1048576",
		"7 " SUITE " inline:" KEY "|2^48",
		"7 " SUITE " inline:" KEY " WSH=64",
		"7 " SUITE " inline:" KEY "|2^20 WSH=128 ",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct sdes s;

		if (!sdes_read(bytes_str(good[i]), &s))
			fail_msg("%s", good[i]);
	}
}

static void every_other_line_is_refused_and_leaves_the_key_alone(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"1",
		"0 " SUITE " inline:" KEY,
		"1000000000 " SUITE " inline:" KEY,
		"-1 " SUITE " inline:" KEY,
		"x " SUITE " inline:" KEY,
		"1  " SUITE " inline:" KEY,
		"1 AES_CM_128_HMAC_SHA1_32 inline:" KEY,
		"1 AEAD_AES_128_GCM inline:" KEY,
		"1 " SUITE,
		"1 " SUITE " ",
		"1 " SUITE " inline:",
		"1 " SUITE " outline:" KEY,
		"1 " SUITE " inline:" KEY "A",
		"1 " SUITE " inline:" KEY "AAAA",
		"1 " SUITE " inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGV",
		"1 " SUITE " inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGV=",
		"1 " SUITE " inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVub-Vz",
		"1 " SUITE " inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVub\xc6Vz",
		"1 " SUITE " inline:" KEY ";inline:" KEY,
		"1 " SUITE " inline:" KEY "|2^20|1:4",
		"1 " SUITE " inline:" KEY "|1:4",
		"1 " SUITE " inline:" KEY "|2^19",
		"1 " SUITE " inline:" KEY "|2^49",
		"1 " SUITE " inline:" KEY "|1048575",
		"1 " SUITE " inline:" KEY "|2^",
		"1 " SUITE " inline:" KEY " KDR=1",
		"1 " SUITE " inline:" KEY " UNENCRYPTED_SRTP",
		"1 " SUITE " inline:" KEY " UNENCRYPTED_SRTCP",
		"1 " SUITE " inline:" KEY " UNAUTHENTICATED_SRTP",
		"1 " SUITE " inline:" KEY " FEC_ORDER=FEC_SRTP",
		"1 " SUITE " inline:" KEY " WSH=63",
		"1 " SUITE " inline:" KEY " WSH=",
		"1 " SUITE " inline:" KEY " WSH=64 KDR=1",
		"1 " SUITE " inline:" KEY " -SOMETHING=1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sdes s = { 42, { 1, 2, 3 } };
		const struct sdes before = s;

		if (sdes_read(bytes_str(bad[i]), &s))
			fail_msg("%s", bad[i]);
		assert_memory_equal(&s, &before, sizeof(s));
	}
}

static void every_byte_of_a_key_survives_being_written_and_read(void **state)
{
	(void)state;
	for (unsigned b = 0; b < 256; b++) {
		struct sdes out = { 1 + b * 3000000, { 0 } }, in;
		char text[128];
		struct writer w = writer_of(text, sizeof(text));

		for (unsigned i = 0; i < sizeof(out.key); i++)
			out.key[i] = (uint8_t)(b + i * 7);
		sdes_write(&w, &out);
		assert_true(writer_ok(&w));
		assert_true(sdes_read(writer_bytes(&w), &in));
		assert_int_equal(in.tag, out.tag);
		assert_memory_equal(in.key, out.key, sizeof(in.key));
	}
}

static void the_written_line_is_the_one_of_the_standard(void **state)
{
	struct sdes s;
	char text[128];
	struct writer w = writer_of(text, sizeof(text));

	(void)state;
	assert_true(sdes_read(BYTES_LIT("12 " SUITE " inline:" KEY), &s));
	sdes_write(&w, &s);
	assert_true(bytes_equal_str(writer_bytes(&w), "12 " SUITE " inline:" KEY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_of_rfc_4568_is_read),
		cmocka_unit_test(lines_that_mean_the_same_are_read),
		cmocka_unit_test(every_other_line_is_refused_and_leaves_the_key_alone),
		cmocka_unit_test(every_byte_of_a_key_survives_being_written_and_read),
		cmocka_unit_test(the_written_line_is_the_one_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
