/* SPDX-License-Identifier: MPL-2.0
 *
 * The texts that openssl reads: a key from its own documentation (RFC 8410, 10.1), and
 * everything else refused.
 */
#include "vault_fixture.h"

#include "samtale/vault/signature.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_of_the_rfc_is_written_as_there),
		cmocka_unit_test(line_ends_of_another_system_are_fine),
		cmocka_unit_test(what_is_no_such_key_is_refused),
		cmocka_unit_test(a_signature_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
