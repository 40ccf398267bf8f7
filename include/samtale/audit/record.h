/* SPDX-License-Identifier: MPL-2.0
 *
 * One record of the sealed log: its 256 plain bytes, and the codecs of the frame around
 * it, the header of a segment and a line of `checkpoints`. Pure: bytes in, bytes out.
 * The format is docs/audit-log.md; nothing here may change without a new version number.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/vault/primitives.h"

#define LOG_ID_BYTES       16
#define BOOT_ID_BYTES      16
#define REQUEST_ID_BYTES   16
#define INNER_SALT_BYTES   16
#define RECORD_BYTES       256
#define FRAME_SEALED_BYTES (RECORD_BYTES + AEAD_TAG_BYTES)
#define LOG_FRAME_BYTES    292
#define SEGMENT_HEAD_BYTES 784
#define SEGMENT_RECORDS    65536
#define AUDITORS_MAX       3
#define SHARE_SLOTS        6

enum record_source { RECORD_VAULT, RECORD_SERVING, RECORD_COMMAND };

struct record_inner { /* readable only while mk lives */
	int64_t meeting;
	uint32_t value;
	uint8_t case_len;
	char case_ref[LIMIT_CASE_REF];
};

struct record {
	uint16_t event;
	uint8_t outcome, purpose, role, source;
	int64_t utc_ms, boot_ms;
	uint8_t boot_id[BOOT_ID_BYTES], request_id[REQUEST_ID_BYTES];
	uint32_t actor, subject, value;
	uint64_t node;
	bool has_inner;
	uint8_t tag[HASH_BYTES];
	uint8_t inner[128]; /* sealed */
	uint8_t salt[INNER_SALT_BYTES];
};

#define RECORD_E_BAD 1 /* not such bytes, does not open, or a version from the future */

void record_write(const struct record *r, uint8_t ret[RECORD_BYTES]);
must_check int record_read(const uint8_t at[RECORD_BYTES], struct record *ret);

/* Fills tag, inner and a fresh salt, and sets has_inner. */
void record_seal_inner(struct record *r, const struct key *mk,
	const uint8_t log_id[LOG_ID_BYTES], uint64_t sequence,
	const struct record_inner *inner);
/* What an auditor gets instead of mk, which opens fields of the database as well: the key
 * of the inner parts, and the tag that finds them. */
void record_inner_key(const struct key *mk, struct key *ret);
void record_tag(const struct key *mk, uint8_t ret[HASH_BYTES]);
must_check int record_open_inner(const struct record *r, const struct key *inner_key,
	const uint8_t log_id[LOG_ID_BYTES], uint64_t sequence, struct record_inner *ret);

/* -- the frame --------------------------------------------------------------------- */
struct log_place { /* what a frame is bound to */
	uint8_t log_id[LOG_ID_BYTES];
	uint32_t segment;
	uint64_t sequence;
	uint8_t chain[HASH_BYTES]; /* before it */
};

void log_frame_write(const struct key *rk, const struct log_place *at,
	const uint8_t plain[RECORD_BYTES], uint8_t ret[LOG_FRAME_BYTES]);
/* Without a key: form, length, CRC. *ret_sequence is the frame's own. */
must_check int log_frame_check(const uint8_t at[LOG_FRAME_BYTES], uint64_t *ret_sequence);
must_check int log_frame_open(const struct key *rk, const struct log_place *at,
	const uint8_t frame[LOG_FRAME_BYTES], uint8_t ret_plain[RECORD_BYTES]);
void chain_next(uint8_t chain[HASH_BYTES], const uint8_t frame[LOG_FRAME_BYTES]);

/* -- the ratchet ------------------------------------------------------------------- */
/* rk_i from k_i, and k_i becomes k_{i+1}; the caller wipes rk after use. */
void ratchet_step(struct key *k, struct key *ret_rk);

/* -- the segment's header ---------------------------------------------------------- */
enum share_scheme { SHARE_ONE = 1, SHARE_TWO = 2, SHARE_TWO_OF_THREE = 3 };

struct segment_head {
	enum share_scheme scheme;
	uint8_t log_id[LOG_ID_BYTES];
	uint32_t number;
	uint64_t first;
	uint8_t chain[HASH_BYTES];
	int64_t utc_ms;
	uint8_t auditors[AUDITORS_MAX][BOX_PUBLIC];
	uint8_t shares[SHARE_SLOTS][BOX_SEALED(KEY_BYTES)];
	uint8_t hash[HASH_BYTES]; /* filled by write and read */
};

void segment_head_write(struct segment_head *h, uint8_t ret[SEGMENT_HEAD_BYTES]);
must_check int segment_head_read(
	const uint8_t at[SEGMENT_HEAD_BYTES], struct segment_head *ret);
/* The chain goes through a header. */
void chain_enter(uint8_t chain[HASH_BYTES], const struct segment_head *h);

/* -- checkpoints ------------------------------------------------------------------- */
enum checkpoint_kind {
	CHECKPOINT_START,
	CHECKPOINT_UNCLEAN,
	CHECKPOINT_EPOCH,
	CHECKPOINT_END,
	CHECKPOINT_LOSS /* a start: an administrator went on with a log that is too short
			 */
};

/* Signed by the node's own key, because nobody announced one before. */
bool checkpoint_is_start(enum checkpoint_kind kind);

struct checkpoint {
	enum checkpoint_kind kind;
	uint8_t log_id[LOG_ID_BYTES];
	uint64_t size;
	uint8_t chain[HASH_BYTES];
	uint64_t epoch;
	int64_t utc_ms, boot_ms;
	uint8_t boot_id[BOOT_ID_BYTES];
	uint8_t next[SIGN_PUBLIC];
	uint64_t dropped;
	uint8_t signature[SIGNATURE_BYTES];
};
#define CHECKPOINT_LINE_MAX 640 /* with line feed and NUL */

/* Writes and signs; without line feed; NUL-terminated. */
void checkpoint_write(
	struct checkpoint *c, const struct key *seed, char ret[CHECKPOINT_LINE_MAX]);
/* A line, without its line feed. The signature is not looked at. */
must_check int checkpoint_read(struct bytes line, struct checkpoint *ret);
must_check bool checkpoint_is_signed_by(
	struct bytes line, const uint8_t public_key[SIGN_PUBLIC]);
