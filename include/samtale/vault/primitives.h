/* SPDX-License-Identifier: MPL-2.0
 *
 * The few primitives that the sealed log is made of, so that this room stays the only
 * door to libsodium. Thin on purpose: what they are combined to is in docs/audit-log.md.
 */
#pragma once

#include "samtale/vault/secret.h"

#define HASH_BYTES      32
#define NONCE_BYTES     24
#define AEAD_TAG_BYTES  16
#define SIGN_SEED_BYTES 32
#define SIGN_PUBLIC     32
#define SIGNATURE_BYTES 64
#define BOX_PUBLIC      32
#define BOX_SEALED(len) ((len) + 48) /* crypto_box_seal */

/* BLAKE2b-256 of the parts one after the other; key may be NULL. */
void hash_parts(const struct key *key, const struct bytes *parts, size_t n,
	uint8_t ret[HASH_BYTES]);

/* XChaCha20-Poly1305 (IETF). out: plain.len + AEAD_TAG_BYTES; may be plain.at. */
void box_lock(const struct key *key, const uint8_t nonce[NONCE_BYTES], struct bytes ad,
	struct bytes plain, uint8_t *out);
/* False: it does not open; ret is wiped then. */
must_check bool box_unlock(const struct key *key, const uint8_t nonce[NONCE_BYTES],
	struct bytes ad, struct bytes sealed, uint8_t *ret);

/* To a public key, by nobody in particular. */
must_check bool public_seal(
	const uint8_t to[BOX_PUBLIC], struct bytes plain, uint8_t *ret_sealed);
must_check bool public_open(const struct key *secret, struct bytes sealed, uint8_t *ret);
/* X25519: a random pair, and the public half of a secret one. */
void public_pair(struct key *ret_secret, uint8_t ret_public[BOX_PUBLIC]);
void public_of(const struct key *secret, uint8_t ret_public[BOX_PUBLIC]);

/* Ed25519, from a 32-byte seed (struct key). */
void sign_public(const struct key *seed, uint8_t ret_public[SIGN_PUBLIC]);
void sign_text(const struct key *seed, struct bytes text, uint8_t ret[SIGNATURE_BYTES]);
must_check bool sign_check(const uint8_t public_key[SIGN_PUBLIC], struct bytes text,
	const uint8_t signature[SIGNATURE_BYTES]);

/* Argon2id, MODERATE: the key of a file that a passphrase locks. False: no memory. */
#define SALT_BYTES 16
must_check bool passphrase_key(
	struct bytes passphrase, const uint8_t salt[SALT_BYTES], struct key *ret);

/* Overwrites what the calls before left on the stack below the caller's frame: registers
 * that the library's code put aside there. */
void stack_wipe(void);
