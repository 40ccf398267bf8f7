/* SPDX-License-Identifier: MPL-2.0
 *
 * The 256 plain bytes of a record, and its inner part that only a meeting's record key
 * opens. One record has one form: what reads back differently than it was written is
 * refused.
 */
#include "samtale/audit/record.h"

#include <assert.h>

#define VERSION       1
#define HAS_INNER     1
#define INNER_PLAIN   112
#define INNER_PADDING 35
#define WORD_TAG      BYTES_LIT("tag")
#define WORD_INNER    BYTES_LIT("inner")
#define INNER_CONTEXT "samtale inner"

static const uint8_t zeros[256];

static void write_zeros(struct writer *w, size_t n)
{
	write_bytes(w, bytes_of(zeros, n));
}

/* -- outer ------------------------------------------------------------------------- */
static void write_meeting(struct writer *w, const struct record *r)
{
	if (r->has_inner) {
		write_bytes(w, bytes_of(r->tag, sizeof(r->tag)));
		write_bytes(w, bytes_of(r->inner, sizeof(r->inner)));
		write_bytes(w, bytes_of(r->salt, sizeof(r->salt)));
	} else {
		write_zeros(w, sizeof(r->tag) + sizeof(r->inner) + sizeof(r->salt));
	}
}

void record_write(const struct record *r, uint8_t ret[RECORD_BYTES])
{
	struct writer w = writer_of(ret, RECORD_BYTES);

	write_u8(&w, VERSION);
	write_u8(&w, r->has_inner ? HAS_INNER : 0);
	write_u16(&w, r->event);
	write_u8(&w, r->outcome);
	write_u8(&w, r->purpose);
	write_u8(&w, r->role);
	write_u8(&w, r->source);
	write_u64(&w, (uint64_t)r->utc_ms);
	write_bytes(&w, bytes_of(r->boot_id, sizeof(r->boot_id)));
	write_u64(&w, (uint64_t)r->boot_ms);
	write_u32(&w, r->actor);
	write_u32(&w, r->subject);
	write_u64(&w, r->node);
	write_bytes(&w, bytes_of(r->request_id, sizeof(r->request_id)));
	write_u32(&w, r->value);
	write_zeros(&w, 4);
	write_meeting(&w, r);
	assert(writer_ok(&w) && w.len == RECORD_BYTES);
}

static void take(struct reader *r, void *ret, size_t len)
{
	struct bytes b = read_bytes(r, len);

	if (b.at)
		memcpy(ret, b.at, len);
}

int record_read(const uint8_t at[RECORD_BYTES], struct record *ret)
{
	struct reader in = reader_of(bytes_of(at, RECORD_BYTES));
	struct record r = { 0 };
	wiped_buf(again, RECORD_BYTES);
	uint8_t version = read_u8(&in);

	r.has_inner = (read_u8(&in) & HAS_INNER) != 0;
	r.event = read_u16(&in);
	r.outcome = read_u8(&in);
	r.purpose = read_u8(&in);
	r.role = read_u8(&in);
	r.source = read_u8(&in);
	r.utc_ms = (int64_t)read_u64(&in);
	take(&in, r.boot_id, sizeof(r.boot_id));
	r.boot_ms = (int64_t)read_u64(&in);
	r.actor = read_u32(&in);
	r.subject = read_u32(&in);
	r.node = read_u64(&in);
	take(&in, r.request_id, sizeof(r.request_id));
	r.value = read_u32(&in);
	(void)read_u32(&in);
	take(&in, r.tag, sizeof(r.tag));
	take(&in, r.inner, sizeof(r.inner));
	take(&in, r.salt, sizeof(r.salt));
	record_write(&r, again); /* unknown flags and bytes that must be 0 show here */
	if (version != VERSION || !reader_done(&in) ||
		memcmp(again, at, RECORD_BYTES) != 0)
		return RECORD_E_BAD;
	*ret = r;
	return 0;
}

/* -- inner ------------------------------------------------------------------------- */
void record_inner_key(const struct key *mk, struct key *ret)
{
	hash_parts(mk, &WORD_INNER, 1, ret->at);
}

void record_tag(const struct key *mk, uint8_t ret[HASH_BYTES])
{
	hash_parts(mk, &WORD_TAG, 1, ret);
}

struct inner_place {
	uint8_t nonce[NONCE_BYTES];
	uint8_t ad[sizeof(INNER_CONTEXT) - 1 + LOG_ID_BYTES];
};

/* The salt is in the nonce because a sequence number can come back: after a commit that
 * failed, and in a log that goes on from a copy. */
static void inner_place_of(const struct record *r, const uint8_t log_id[LOG_ID_BYTES],
	uint64_t sequence, struct inner_place *ret)
{
	struct writer nonce = writer_of(ret->nonce, sizeof(ret->nonce));
	struct writer ad = writer_of(ret->ad, sizeof(ret->ad));

	write_bytes(&nonce, bytes_of(r->salt, sizeof(r->salt)));
	write_u64(&nonce, sequence);
	write_str(&ad, INNER_CONTEXT);
	write_bytes(&ad, bytes_of(log_id, LOG_ID_BYTES));
	assert(writer_ok(&nonce) && writer_ok(&ad));
}

void record_seal_inner(struct record *r, const struct key *mk,
	const uint8_t log_id[LOG_ID_BYTES], uint64_t sequence,
	const struct record_inner *inner)
{
	wiped(struct key, key);
	wiped_buf(plain, INNER_PLAIN);
	struct inner_place at;
	struct writer w = writer_of(plain, sizeof(plain));

	assert(inner->case_len <= LIMIT_CASE_REF);
	write_u64(&w, (uint64_t)inner->meeting);
	write_u8(&w, inner->case_len);
	write_bytes(&w, bytes_of(inner->case_ref, inner->case_len));
	write_zeros(&w, (size_t)LIMIT_CASE_REF - inner->case_len);
	write_u32(&w, inner->value);
	write_zeros(&w, INNER_PADDING);
	assert(writer_ok(&w) && w.len == INNER_PLAIN);
	random_fill(r->salt, sizeof(r->salt));
	inner_place_of(r, log_id, sequence, &at);
	record_inner_key(mk, &key);
	box_lock(&key, at.nonce, bytes_of(at.ad, sizeof(at.ad)),
		bytes_of(plain, sizeof(plain)), r->inner);
	record_tag(mk, r->tag);
	r->has_inner = true;
}

int record_open_inner(const struct record *r, const struct key *inner_key,
	const uint8_t log_id[LOG_ID_BYTES], uint64_t sequence, struct record_inner *ret)
{
	wiped_buf(plain, INNER_PLAIN);
	wiped(struct record_inner, inner);
	struct inner_place at;
	struct reader in = reader_of(bytes_of(plain, sizeof(plain)));

	if (!r->has_inner)
		return RECORD_E_BAD;
	inner_place_of(r, log_id, sequence, &at);
	if (!box_unlock(inner_key, at.nonce, bytes_of(at.ad, sizeof(at.ad)),
		    bytes_of(r->inner, sizeof(r->inner)), plain))
		return RECORD_E_BAD;
	inner.meeting = (int64_t)read_u64(&in);
	inner.case_len = read_u8(&in);
	take(&in, inner.case_ref, sizeof(inner.case_ref));
	inner.value = read_u32(&in);
	(void)read_bytes(&in, INNER_PADDING);
	if (!reader_done(&in) || inner.case_len > LIMIT_CASE_REF)
		return RECORD_E_BAD;
	*ret = inner;
	return 0;
}
