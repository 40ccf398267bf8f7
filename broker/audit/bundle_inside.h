/* SPDX-License-Identifier: MPL-2.0
 *
 * A bundle as a file, for those who write it, open shares of it, and read it. The form is
 * in docs/audit-log.md, "Bundles and shares".
 */
#pragma once

#include "samtale/audit/reader.h"

#define BUNDLE_HEAD_BYTES 860
#define BUNDLE_KEY_BYTES  (HASH_BYTES + KEY_BYTES) /* a tag, an inner key */
#define BUNDLE_KEYS_MAX   (4U * 1024 * 1024)
#define BUNDLE_SEGMENTS   65536U
#define SEGMENT_BYTES_MAX                                                                \
	((size_t)SEGMENT_HEAD_BYTES + (size_t)SEGMENT_RECORDS * LOG_FRAME_BYTES)

struct bundle_head {
	uint8_t signing[SIGN_PUBLIC];
	int64_t from_ms, to_ms;
	uint32_t segments, keys;
	uint64_t checkpoint_bytes;
	struct segment_head key; /* number 0: how the key of the key table is shared */
};
void bundle_head_write(struct bundle_head *h, uint8_t ret[BUNDLE_HEAD_BYTES]);
must_check int bundle_head_read(
	const uint8_t at[BUNDLE_HEAD_BYTES], struct bundle_head *ret);

/* The key table is one box under its key: nonce 0, because the key is used once. */
extern const uint8_t bundle_nonce[NONCE_BYTES];
void bundle_keys_ad(const uint8_t head[BUNDLE_HEAD_BYTES], uint8_t ret[HASH_BYTES]);
/* The hash at the end, over the head and each section's hash. */
void bundle_hash(const uint8_t head[BUNDLE_HEAD_BYTES], const uint8_t *sections, size_t n,
	uint8_t ret[HASH_BYTES]);

struct bundle_segment {
	uint64_t at;
	size_t len;
	struct segment_head head;
};
struct bundle_file {
	int fd;
	struct bundle_head head;
	uint8_t head_bytes[BUNDLE_HEAD_BYTES];
	struct bundle_segment *segments;
	uint64_t keys_at;
	uint8_t hash[HASH_BYTES];
};
/* Reads and checks all of it. Outcomes: MISSING, BAD. Faults: -errno. */
must_check int bundle_open(struct bundle_file **ret, const char *path);
struct bundle_file *bundle_close(struct bundle_file *b);
DEFINE_FREEP(struct bundle_file, bundle_close, bundle_closep)
/* Outcome: BAD, it ended before. Faults: -errno. */
must_check int bundle_read(
	const struct bundle_file *b, uint64_t at, void *ret, size_t len);
static inline size_t bundle_keys_len(const struct bundle_head *h)
{
	return (size_t)h->keys * BUNDLE_KEY_BYTES + AEAD_TAG_BYTES;
}

/* -- a share of it ----------------------------------------------------------------- */
#define READER_SHARES_MAX 4 /* two of today's auditors, two of those before */

struct share_file;
/* Outcomes: MISSING, BAD, OTHER. Faults: -errno. */
must_check int share_open(
	struct share_file **ret, const char *path, const struct bundle_file *of);
struct share_file *share_close(struct share_file *s);
DEFINE_FREEP(struct share_file, share_close, share_closep)
const uint8_t *share_auditor(const struct share_file *s);
/* What it opens of header i: 0 is the key table's, then the segments. */
void share_at(const struct share_file *s, size_t i, struct opened_shares *ret);
