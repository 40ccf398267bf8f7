/* SPDX-License-Identifier: MPL-2.0
 *
 * The texts that openssl reads: a key from its own documentation (RFC 8410, 10.1), and
 * everything else refused.
 */
#include "vault_fixture.h"

#include "samtale/vault/signature.h"

#include <errno.h>

static const char RFC_8410[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	"-----END PUBLIC KEY-----\n";

static void the_key_of_the_rfc_is_written_as_there(void **state)
{
	uint8_t key[SIGN_PUBLIC];
	char pem[SIGN_PEM_TEXT];

	(void)state;
	assert_true(sign_public_of_pem(bytes_str(RFC_8410), key));
	assert_int_equal(key[0], 0x19);
	assert_int_equal(key[31], 0xe1);
	sign_public_pem(key, pem);
	assert_string_equal(pem, RFC_8410);
}

static void line_ends_of_another_system_are_fine(void **state)
{
	uint8_t key[SIGN_PUBLIC];

	(void)state;
	assert_true(sign_public_of_pem(
		BYTES_LIT("\r\n-----BEGIN PUBLIC KEY-----\r\n"
			  "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7\r\n"
			  "lshQhqowtrbLDFw4rXAxZuE=\r\n-----END PUBLIC KEY-----"),
		key));
}

static void what_is_no_such_key_is_refused(void **state)
{
	static const char *const texts[] = { "",
		"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
		"-----BEGIN PUBLIC KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		/* X25519 */
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VuAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
		"-----END PUBLIC KEY-----\n",
		/* a byte too few */
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZg==\n"
		"-----END PUBLIC KEY-----\n",
		/* something behind it */
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
		"-----END PUBLIC KEY-----\nx" };
	uint8_t key[SIGN_PUBLIC];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(sign_public_of_pem(bytes_str(texts[i]), key));
}

static void a_signature_reads_back(void **state)
{
	uint8_t signature[SIGNATURE_BYTES], back[SIGNATURE_BYTES];
	char text[SIGNATURE_TEXT];

	(void)state;
	for (unsigned i = 0; i < sizeof(signature); i++)
		signature[i] = (uint8_t)(251 * i);
	signature_text(signature, text);
	assert_int_equal(strlen(text), SIGNATURE_TEXT - 1);
	assert_true(signature_of_text(bytes_str(text), back));
	assert_memory_equal(signature, back, sizeof(back));
	assert_false(signature_of_text(bytes_of(text, 87), back));
	assert_false(signature_of_text(bytes_of(text, 80), back));
	text[3] = '_';
	assert_false(signature_of_text(bytes_str(text), back));
}

static void minutes_are_signed_with_the_checkpoint_behind_them(void **state)
{
	static const struct key seed = { { 1, 2, 3 } };
	uint8_t signature[SIGNATURE_BYTES], key[SIGN_PUBLIC];

	(void)state;
	sign_public(&seed, key);
	assert_int_equal(minutes_sign(&seed, BYTES_LIT("samtale-minutes-1\na: b\n"),
				 "samtale-checkpoint 1", signature),
		0);
	assert_true(sign_check(key,
		BYTES_LIT("samtale-minutes-1\na: b\nlog: samtale-checkpoint 1\n"),
		signature));
	assert_int_equal(minutes_sign(&seed, BYTES_LIT("samtale-minutes-1\na: b\n"), "",
				 signature),
		0);
	assert_true(sign_check(
		key, BYTES_LIT("samtale-minutes-1\na: b\nlog: -\n"), signature));
}

/* The same key signs the log's starts: one that signed anything would forge them. */
static void nothing_but_minutes_is_signed(void **state)
{
	static const char *const texts[] = { "", "samtale-minutes-1\n",
		"samtale-checkpoint 1 start 00\n", "samtale-minutes-2\na: b\n",
		"samtale-minutes-1\na: b", "samtale-minutes-1\na: \x1b[2J\n",
		"samtale-minutes-1\r\na: b\n", "samtale-minutes-1\na: \xff\n" };
	static const struct key seed = { { 1, 2, 3 } };
	uint8_t signature[SIGNATURE_BYTES];
	char much[MINUTES_TEXT_MAX] = MINUTES_FIRST_LINE;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(
			minutes_sign(&seed, bytes_str(texts[i]), "", signature), -EINVAL);
	memset(much + strlen(much), 'a', sizeof(much) - strlen(much));
	much[sizeof(much) - 1] = '\n';
	assert_int_equal(minutes_sign(&seed, bytes_of(much, sizeof(much)), "", signature),
		-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_of_the_rfc_is_written_as_there),
		cmocka_unit_test(line_ends_of_another_system_are_fine),
		cmocka_unit_test(what_is_no_such_key_is_refused),
		cmocka_unit_test(a_signature_reads_back),
		cmocka_unit_test(minutes_are_signed_with_the_checkpoint_behind_them),
		cmocka_unit_test(nothing_but_minutes_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
