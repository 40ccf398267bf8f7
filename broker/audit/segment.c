/* SPDX-License-Identifier: MPL-2.0
 *
 * The header of a segment: where in the log it stands, and its key, sealed to the
 * auditors. Its hash covers all of it, and the chain goes through that hash.
 */
#include "samtale/audit/record.h"

#include <assert.h>

#define MAGIC         "SAMTLOG1"
#define VERSION       1
#define PADDING       96
#define HASH_AT       (SEGMENT_HEAD_BYTES - HASH_BYTES)
#define CHAIN_CONTEXT "samtale segment"

static const uint8_t zeros[PADDING];

void segment_head_write(struct segment_head *h, uint8_t ret[SEGMENT_HEAD_BYTES])
{
	struct writer w = writer_of(ret, SEGMENT_HEAD_BYTES);

	write_str(&w, MAGIC);
	write_u16(&w, VERSION);
	write_u8(&w, (uint8_t)h->scheme);
	write_u8(&w, 0);
	write_bytes(&w, bytes_of(h->log_id, sizeof(h->log_id)));
	write_u32(&w, h->number);
	write_u64(&w, h->first);
	write_bytes(&w, bytes_of(h->chain, sizeof(h->chain)));
	write_u64(&w, (uint64_t)h->utc_ms);
	write_bytes(&w, bytes_of(h->auditors, sizeof(h->auditors)));
	write_bytes(&w, bytes_of(h->shares, sizeof(h->shares)));
	write_bytes(&w, bytes_of(zeros, sizeof(zeros)));
	assert(writer_ok(&w) && w.len == HASH_AT);
	hash_parts(NULL, &(struct bytes){ ret, HASH_AT }, 1, h->hash);
	write_bytes(&w, bytes_of(h->hash, sizeof(h->hash)));
	assert(writer_ok(&w));
}

static void take(struct reader *r, void *ret, size_t len)
{
	struct bytes b = read_bytes(r, len);

	if (b.at)
		memcpy(ret, b.at, len);
}

static bool is_scheme(uint8_t scheme)
{
	return scheme == SHARE_ONE || scheme == SHARE_TWO || scheme == SHARE_TWO_OF_THREE;
}

int segment_head_read(const uint8_t at[SEGMENT_HEAD_BYTES], struct segment_head *ret)
{
	struct reader in = reader_of(bytes_of(at, SEGMENT_HEAD_BYTES));
	struct segment_head h = { 0 };
	uint8_t hash[HASH_BYTES], scheme;
	bool is_right = bytes_equal_str(read_bytes(&in, sizeof(MAGIC) - 1), MAGIC);

	is_right &= read_u16(&in) == VERSION;
	scheme = read_u8(&in);
	is_right &= is_scheme(scheme) && read_u8(&in) == 0;
	h.scheme = scheme;
	take(&in, h.log_id, sizeof(h.log_id));
	h.number = read_u32(&in);
	h.first = read_u64(&in);
	take(&in, h.chain, sizeof(h.chain));
	h.utc_ms = (int64_t)read_u64(&in);
	take(&in, h.auditors, sizeof(h.auditors));
	take(&in, h.shares, sizeof(h.shares));
	is_right &= bytes_equal(
		read_bytes(&in, sizeof(zeros)), bytes_of(zeros, sizeof(zeros)));
	take(&in, h.hash, sizeof(h.hash));
	hash_parts(NULL, &(struct bytes){ at, HASH_AT }, 1, hash);
	if (!is_right || !reader_done(&in) || memcmp(hash, h.hash, sizeof(hash)) != 0)
		return RECORD_E_BAD;
	*ret = h;
	return 0;
}

void chain_enter(uint8_t chain[HASH_BYTES], const struct segment_head *h)
{
	const struct bytes parts[] = { BYTES_LIT(CHAIN_CONTEXT),
		bytes_of(chain, HASH_BYTES), bytes_of(h->hash, sizeof(h->hash)) };
	uint8_t next[HASH_BYTES];

	hash_parts(NULL, parts, ARRAY_LEN(parts), next);
	memcpy(chain, next, sizeof(next));
}
