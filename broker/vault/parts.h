/* SPDX-License-Identifier: MPL-2.0
 *
 * What the files of this room share and nobody else sees.
 */
#pragma once

#include "samtale/vault/secret.h"

/* One message under one key: version 1 | nonce 24 | text | tag 16, bound to its place. */
#define AEAD_EXTRA 41
/* out has len + AEAD_EXTRA bytes; plain may be out + SEAL_HEAD. */
void aead_seal(const struct key *key, const char *context, int64_t row,
	struct bytes plain, uint8_t *out);
/* ret_plain has sealed.len - AEAD_EXTRA bytes. False: it does not open. */
must_check bool aead_open(const struct key *key, const char *context, int64_t row,
	struct bytes sealed, uint8_t *ret_plain);

/* BLAKE2b-256 under a key. */
void keyed_hash(const struct key *key, struct bytes message, uint8_t ret[32]);

/* RFC 2104 over SHA-1, for TOTP and TURN alone. Faults: -ENOMEM. */
must_check int hmac_sha1(struct bytes key, struct bytes message, uint8_t ret[20]);

/* secret_line_load(); a public file may be readable for all, yet not writable. */
must_check int line_load(
	struct secret **ret, const char *path, size_t max, bool is_public);

/* Draws this run's key of tag_of(). */
void tag_start(void);
