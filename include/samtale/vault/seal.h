/* SPDX-License-Identifier: MPL-2.0
 *
 * One sealed field of one row: XChaCha20-Poly1305 with a random nonce. The field's name
 * and its row's id are bound in, so a value moved to another field or row does not open.
 * Plain text is padded to a multiple of 32 bytes, so that its length tells little.
 */
#pragma once

#include "samtale/vault/secret.h"

/* version 1 | nonce 24 | padded text | tag 16. Padding adds 1 to 32 bytes. */
#define SEAL_HEAD  25
#define SEAL_TAG   16
#define SEAL_BLOCK 32
#define SEALED_SIZE(plain)                                                               \
	(SEAL_HEAD + SEAL_TAG + ((plain) / SEAL_BLOCK + 1) * SEAL_BLOCK)

#define SEAL_PLAIN_MAX (256 * 1024)

/* A short sealed text as a flat part of a row: no owner, nothing to free. len 0 = none.
 */
#define SEALED_TEXT_MAX 95
struct sealed {
	uint16_t len;
	uint8_t at[SEALED_SIZE(SEALED_TEXT_MAX)];
};

#define SEAL_E_BAD 1 /* wrong key, wrong place, damaged, or a version from the future */

/* context: literal "<table>.<field>"; row: id. Appends SEALED_SIZE(plain.len) bytes.
 * Faults: -ENOBUFS (out too small; nothing written), -EMSGSIZE, -ENOMEM. */
must_check int seal_field(const struct key *key, const char *context, int64_t row,
	struct bytes plain, struct writer *out);
/* Appends the plain text. Outcome: SEAL_E_BAD. Faults: -ENOBUFS, -ENOMEM. */
must_check int open_field(const struct key *key, const char *context, int64_t row,
	struct bytes sealed, struct writer *out);

/* The same for a struct sealed. An empty text becomes len 0 and opens as "". Faults:
 * -EMSGSIZE (longer than SEALED_TEXT_MAX), -ENOMEM. */
must_check int seal_text(const struct key *key, const char *context, int64_t row,
	const char *text, struct sealed *ret);
/* NUL-terminated. Outcome: SEAL_E_BAD. */
#define OPEN_TEXT_CAP (SEALED_TEXT_MAX + 1)
must_check int open_text(const struct key *key, const char *context, int64_t row,
	const struct sealed *sealed, char ret[OPEN_TEXT_CAP]);

/* -- every place a field is sealed, so that nobody invents a second name ----------- */
#define SEAL_MEETING_LABEL "meeting.label"     /* ck */
#define SEAL_MEETING_PHONE "meeting.phone"     /* ck, the citizen's number */
#define SEAL_MEETING_WAY   "meeting.way"       /* ck, way of talking */
#define SEAL_MEETING_CASE  "meeting.case"      /* mk */
#define SEAL_LIVE          "live.record"       /* mk */
#define SEAL_ATTENDANCE    "attendance.record" /* mk */
#define SEAL_CALL_BACK     "call_back.number"  /* NODE_CALL_BACK_SEAL */
#define SEAL_USER_PHONE    "user.phone"        /* NODE_STAFF_SEAL */
#define SEAL_USER_TOTP     "user.totp"         /* NODE_TOTP_SEAL */
