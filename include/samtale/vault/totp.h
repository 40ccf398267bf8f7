/* SPDX-License-Identifier: MPL-2.0
 *
 * Second factor: TOTP (RFC 6238: SHA-1, 30 s, 6 digits), one step of clock drift either
 * way, each step good once. Recovery codes for a lost phone, each good once.
 */
#pragma once

#include "samtale/vault/token.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_STEP_S       30
#define TOTP_BASE32_TEXT  33 /* NUL included */

struct totp_secret {
	uint8_t at[TOTP_SECRET_BYTES];
};

void totp_random(struct totp_secret *ret);
/* The six digits of one step, for tests and the trial's start line. Faults: -ENOMEM. */
must_check int totp_code(const struct totp_secret *s, int64_t step, char ret[7]);
/* False also when out of memory. True: right, and *ret_step is to be stored as the new
 * last step. Steps up to and including last_step are refused (replay). */
must_check bool totp_is_right(const struct totp_secret *s, struct bytes code,
	int64_t utc_ms, int64_t last_step, int64_t *ret_step);

void totp_base32(const struct totp_secret *s, char ret[TOTP_BASE32_TEXT]);
/* otpauth://totp/ISSUER:ACCOUNT?secret=…; percent-encoded. Sticky writer. */
void totp_uri(struct writer *out, const char *issuer, const char *account,
	const struct totp_secret *s);

/* Sealed under NODE_TOTP_SEAL for the user's row. */
struct sealed;
must_check int totp_seal(const struct node_key *n, int64_t user,
	const struct totp_secret *s, struct sealed *ret);
/* Outcome: SEAL_E_BAD. */
must_check int totp_open(const struct node_key *n, int64_t user,
	const struct sealed *sealed, struct totp_secret *ret);

/* -- recovery codes ---------------------------------------------------------------- */
#define RECOVERY_CODES 10
#define RECOVERY_TEXT  12 /* ABCDE-FGHJK, NUL included */

void recovery_make(const struct node_key *n, int64_t user, char ret_text[][RECOVERY_TEXT],
	struct token_hash ret_hash[RECOVERY_CODES]);
/* Index of the code among count hashes, or -1. Case, blanks and dashes are forgiven. The
 * caller removes the hash that was used. */
must_check int recovery_find(const struct node_key *n, int64_t user, struct bytes text,
	const struct token_hash *hashes, size_t count);
