/* SPDX-License-Identifier: MPL-2.0
 *
 * libsodium's primitives under our own names and shapes. Nothing here chooses a key, a
 * nonce or an order: that is the format's. Every secret copy made on the way is wiped.
 */
#include "samtale/vault/primitives.h"

#include <sodium.h>

#define STACK_USED 4096 /* more than any call below leaves behind */

_Static_assert(HASH_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(AEAD_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(SIGN_SEED_BYTES == crypto_sign_SEEDBYTES, "seed");
_Static_assert(SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES, "public key");
_Static_assert(SIGNATURE_BYTES == crypto_sign_BYTES, "signature");
_Static_assert(BOX_PUBLIC == crypto_box_PUBLICKEYBYTES, "X25519");
_Static_assert(BOX_SEALED(0) == crypto_box_SEALBYTES, "sealed box");
_Static_assert(KEY_BYTES == crypto_box_SECRETKEYBYTES, "X25519");
_Static_assert(SALT_BYTES == crypto_pwhash_SALTBYTES, "salt");

void hash_parts(const struct key *key, const struct bytes *parts, size_t n,
	uint8_t ret[HASH_BYTES])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(
		&state, key ? key->at : NULL, key ? KEY_BYTES : 0, HASH_BYTES);
	for (size_t i = 0; i < n; i++)
		(void)crypto_generichash_update(&state, parts[i].at, parts[i].len);
	(void)crypto_generichash_final(&state, ret, HASH_BYTES);
	secret_wipe(&state, sizeof(state));
}

void box_lock(const struct key *key, const uint8_t nonce[NONCE_BYTES], struct bytes ad,
	struct bytes plain, uint8_t *out)
{
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		out, NULL, plain.at, plain.len, ad.at, ad.len, NULL, nonce, key->at);
}

bool box_unlock(const struct key *key, const uint8_t nonce[NONCE_BYTES], struct bytes ad,
	struct bytes sealed, uint8_t *ret)
{
	if (sealed.len < AEAD_TAG_BYTES)
		return false;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(ret, NULL, NULL, sealed.at,
		    sealed.len, ad.at, ad.len, nonce, key->at) == 0)
		return true;
	secret_wipe(ret, sealed.len - AEAD_TAG_BYTES);
	return false;
}

/* -- to a public key --------------------------------------------------------------- */
bool public_seal(const uint8_t to[BOX_PUBLIC], struct bytes plain, uint8_t *ret_sealed)
{
	return crypto_box_seal(ret_sealed, plain.at, plain.len, to) == 0;
}

bool public_open(const struct key *secret, struct bytes sealed, uint8_t *ret)
{
	uint8_t mine[BOX_PUBLIC];

	if (sealed.len < BOX_SEALED(0))
		return false;
	public_of(secret, mine);
	return crypto_box_seal_open(ret, sealed.at, sealed.len, mine, secret->at) == 0;
}

void public_pair(struct key *ret_secret, uint8_t ret_public[BOX_PUBLIC])
{
	(void)crypto_box_keypair(ret_public, ret_secret->at);
}

void public_of(const struct key *secret, uint8_t ret_public[BOX_PUBLIC])
{
	(void)crypto_scalarmult_base(ret_public, secret->at);
}

/* -- signatures -------------------------------------------------------------------- */
void sign_public(const struct key *seed, uint8_t ret_public[SIGN_PUBLIC])
{
	wiped_buf(pair, crypto_sign_SECRETKEYBYTES);

	(void)crypto_sign_seed_keypair(ret_public, pair, seed->at);
}

void sign_text(const struct key *seed, struct bytes text, uint8_t ret[SIGNATURE_BYTES])
{
	wiped_buf(pair, crypto_sign_SECRETKEYBYTES);
	uint8_t mine[SIGN_PUBLIC];

	(void)crypto_sign_seed_keypair(mine, pair, seed->at);
	(void)crypto_sign_detached(ret, NULL, text.at, text.len, pair);
}

bool sign_check(const uint8_t public_key[SIGN_PUBLIC], struct bytes text,
	const uint8_t signature[SIGNATURE_BYTES])
{
	return crypto_sign_verify_detached(signature, text.at, text.len, public_key) == 0;
}

/* -- a passphrase, the stack ------------------------------------------------------- */
bool passphrase_key(
	struct bytes passphrase, const uint8_t salt[SALT_BYTES], struct key *ret)
{
	const char *text = passphrase.len > 0 ? (const char *)passphrase.at : "";

	return crypto_pwhash(ret->at, KEY_BYTES, text, passphrase.len, salt,
		       crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
		       crypto_pwhash_ALG_ARGON2ID13) == 0;
}

void stack_wipe(void)
{
	sodium_stackzero(STACK_USED);
}
