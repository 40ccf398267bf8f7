/* SPDX-License-Identifier: MPL-2.0
 *
 * Signatures and the public half of the signing key as text that other programs read:
 * base64, and the PEM that openssl takes for an Ed25519 key (RFC 8410).
 */
#pragma once

#include "samtale/vault/primitives.h"

/* Sizes count the NUL. */
#define SIGNATURE_TEXT 89
#define SIGN_PEM_TEXT  114

/* -- what is signed for others ----------------------------------------------------- */
#define MINUTES_FIRST_LINE "samtale-minutes-1\n"
#define MINUTES_LOG        "log: "
#define MINUTES_TEXT_MAX   4096 /* with everything that is added, bytes */

/* The last line before the signature: MINUTES_LOG, the log's newest checkpoint ("-": none
 * yet), a line feed. Appended by whoever holds the key, so that it is true. The same key
 * signs checkpoints of the log: what does not begin with MINUTES_FIRST_LINE or holds
 * control characters is refused, or the log could be forged by asking. Fault: -EINVAL. */
must_check int minutes_sign(const struct key *seed, struct bytes text,
	const char *checkpoint, uint8_t ret[SIGNATURE_BYTES]);
void minutes_write_log(struct writer *w, const char *checkpoint);

/* -- as text ----------------------------------------------------------------------- */
void signature_text(const uint8_t signature[SIGNATURE_BYTES], char ret[SIGNATURE_TEXT]);
/* False: not the whole text of a signature. */
must_check bool signature_of_text(struct bytes text, uint8_t ret[SIGNATURE_BYTES]);

/* Three lines, each with its line feed. */
void sign_public_pem(const uint8_t public_key[SIGN_PUBLIC], char ret[SIGN_PEM_TEXT]);
/* Blanks and line ends of any kind around it are fine. False: no Ed25519 key. */
must_check bool sign_public_of_pem(struct bytes pem, uint8_t ret[SIGN_PUBLIC]);
