/* SPDX-License-Identifier: MPL-2.0
 *
 * The primitives of the sealed log give what their specifications print: BLAKE2b (RFC
 * 7693), XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha), Ed25519 (RFC 8032), X25519 (RFC
 * 7748).
 */
#include "vault_fixture.h"

#include "samtale/vault/primitives.h"

#define HEX_MAX 160

static size_t hex_of(const char *text, uint8_t *ret)
{
	size_t n = strlen(text) / 2;

	assert_true(n <= HEX_MAX);
	for (size_t i = 0; i < n; i++) {
		const char digits[] = { text[2 * i], text[2 * i + 1], '\0' };
		char *end;

		ret[i] = (uint8_t)strtoul(digits, &end, 16);
		assert_true(*end == '\0');
	}
	return n;
}

static void same_as(const void *made, const char *hex)
{
	uint8_t known[HEX_MAX];
	size_t n = hex_of(hex, known);

	assert_memory_equal(made, known, n);
}

static void a_hash_is_blake2b_however_its_text_is_cut(void **state)
{
	const struct bytes whole = BYTES_LIT("abc");
	const struct bytes cut[] = { BYTES_LIT("a"), BYTES_NULL, BYTES_LIT("bc") };
	const struct key key = key_filled(7), other = key_filled(8);
	uint8_t made[HASH_BYTES], again[HASH_BYTES];

	(void)state;
	hash_parts(NULL, &whole, 1, made);
	same_as(made, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	hash_parts(NULL, cut, ARRAY_LEN(cut), again);
	assert_memory_equal(made, again, sizeof(made));
	hash_parts(&key, &whole, 1, again);
	assert_memory_not_equal(made, again, sizeof(made));
	hash_parts(&other, &whole, 1, made);
	assert_memory_not_equal(made, again, sizeof(made));
}

static const char ladies[] =
	"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
	"the future, sunscreen would be it.";
static const char ladies_locked[] =
	"bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa644"
	"0bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e"
	"3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7"
	"987947deafd8780acf49";

static void a_box_is_xchacha20_poly1305_and_opens_unchanged_alone(void **state)
{
	struct bytes plain = BYTES_LIT(ladies), ad;
	uint8_t nonce[NONCE_BYTES], made[HEX_MAX], back[HEX_MAX], ad_at[HEX_MAX];
	struct key key;

	(void)state;
	for (unsigned i = 0; i < sizeof(key.at); i++)
		key.at[i] = (uint8_t)(0x80 + i);
	for (unsigned i = 0; i < sizeof(nonce); i++)
		nonce[i] = (uint8_t)(0x40 + i);
	ad = bytes_of(ad_at, hex_of("50515253c0c1c2c3c4c5c6c7", ad_at));
	box_lock(&key, nonce, ad, plain, made);
	same_as(made, ladies_locked);
	for (size_t i = 0; i < plain.len + AEAD_TAG_BYTES; i++) {
		made[i] ^= 1;
		assert_false(box_unlock(&key, nonce, ad,
			bytes_of(made, plain.len + AEAD_TAG_BYTES), back));
		made[i] ^= 1;
	}
	assert_true(box_unlock(
		&key, nonce, ad, bytes_of(made, plain.len + AEAD_TAG_BYTES), back));
	assert_memory_equal(back, ladies, plain.len);
	assert_false(box_unlock(&key, nonce, ad, bytes_of(made, 15), back));
	ad_at[0] ^= 1;
	assert_false(box_unlock(
		&key, nonce, ad, bytes_of(made, plain.len + AEAD_TAG_BYTES), back));
	for (size_t i = 0; i < plain.len; i++)
		assert_int_equal(back[i], 0); /* wiped */
}

static void a_signature_is_ed25519(void **state)
{
	struct key seed;
	uint8_t public_key[SIGN_PUBLIC], signature[SIGNATURE_BYTES];

	(void)state;
	(void)hex_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		seed.at);
	sign_public(&seed, public_key);
	same_as(public_key,
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
	sign_text(&seed, BYTES_NULL, signature);
	same_as(signature,
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb88215"
		"90a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
	assert_true(sign_check(public_key, BYTES_NULL, signature));
	assert_false(sign_check(public_key, BYTES_LIT("x"), signature));
	signature[3] ^= 1;
	assert_false(sign_check(public_key, BYTES_NULL, signature));
}

static void what_is_sealed_to_a_public_key_opens_with_its_secret_alone(void **state)
{
	uint8_t public_key[BOX_PUBLIC], other[BOX_PUBLIC], sealed[BOX_SEALED(3)], back[3];
	struct key secret, stranger;

	(void)state;
	/* Bob of RFC 7748, section 6.1 */
	(void)hex_of("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		secret.at);
	public_of(&secret, public_key);
	same_as(public_key,
		"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
	public_pair(&stranger, other);
	assert_memory_not_equal(public_key, other, sizeof(other));
	assert_true(public_seal(public_key, BYTES_LIT("abc"), sealed));
	assert_true(public_open(&secret, bytes_of(sealed, sizeof(sealed)), back));
	assert_memory_equal(back, "abc", 3);
	assert_false(public_open(&stranger, bytes_of(sealed, sizeof(sealed)), back));
	assert_false(public_open(&secret, bytes_of(sealed, 47), back));
	sealed[40] ^= 1;
	assert_false(public_open(&secret, bytes_of(sealed, sizeof(sealed)), back));
	memset(other, 0, sizeof(other));
	assert_false(public_seal(other, BYTES_LIT("abc"), sealed));
}

static void a_passphrase_and_its_salt_make_one_key(void **state)
{
	const uint8_t salt[SALT_BYTES] = { 1 }, other_salt[SALT_BYTES] = { 2 };
	struct key a, b, c;

	(void)state;
	assert_true(passphrase_key(BYTES_LIT("fire heste"), salt, &a));
	assert_true(passphrase_key(BYTES_LIT("fire heste"), other_salt, &b));
	assert_true(passphrase_key(BYTES_NULL, salt, &c));
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
}

static int start(void **state)
{
	(void)state;
	return secret_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_is_blake2b_however_its_text_is_cut),
		cmocka_unit_test(a_box_is_xchacha20_poly1305_and_opens_unchanged_alone),
		cmocka_unit_test(a_signature_is_ed25519),
		cmocka_unit_test(
			what_is_sealed_to_a_public_key_opens_with_its_secret_alone),
		cmocka_unit_test(a_passphrase_and_its_salt_make_one_key),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
