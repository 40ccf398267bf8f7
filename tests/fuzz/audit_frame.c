/* SPDX-License-Identifier: MPL-2.0
 *
 * Frames, records and headers of the sealed log. Any bytes: read or refused, and what is
 * read is written back to the same bytes. What we sealed opens; changed anywhere, or in
 * another place, it does not.
 */
#include "samtale/audit/record.h"

#include "fuzz.h"

static const struct key rk = { .at = "a key for the fuzzer, not secret" };

static void try_head(struct bytes b)
{
	static uint8_t at[SEGMENT_HEAD_BYTES], again[SEGMENT_HEAD_BYTES];
	struct segment_head h;

	memcpy(at, b.at, sizeof(at));
	PROMISE(segment_head_read(at, &h) == RECORD_E_BAD || b.len >= sizeof(at));
	/* its hash made right, so that what it covers is looked at */
	hash_parts(NULL, &(struct bytes){ at, sizeof(at) - HASH_BYTES }, 1,
		at + sizeof(at) - HASH_BYTES);
	if (segment_head_read(at, &h) != 0)
		return;
	segment_head_write(&h, again);
	PROMISE(memcmp(at, again, sizeof(at)) == 0);
}

static void try_record(struct bytes b)
{
	uint8_t again[RECORD_BYTES];
	struct record_inner inner;
	struct record r;

	if (record_read(b.at, &r) != 0)
		return;
	record_write(&r, again);
	PROMISE(memcmp(b.at, again, sizeof(again)) == 0);
	PROMISE(record_open_inner(&r, &rk, again, 1, &inner) == RECORD_E_BAD);
}

static void try_frame(struct bytes plain, struct reader *how)
{
	struct log_place at = { .segment = read_u32(how), .sequence = read_u64(how) };
	uint8_t frame[LOG_FRAME_BYTES], back[RECORD_BYTES];
	size_t where = read_u16(how) % sizeof(frame);
	uint8_t change = read_u8(how);
	uint64_t sequence;

	log_frame_write(&rk, &at, plain.at, frame);
	PROMISE(log_frame_check(frame, &sequence) == 0 && sequence == at.sequence);
	PROMISE(log_frame_open(&rk, &at, frame, back) == 0);
	PROMISE(memcmp(back, plain.at, sizeof(back)) == 0);
	frame[where] ^= change;
	PROMISE((log_frame_open(&rk, &at, frame, back) == 0) == (change == 0));
	frame[where] ^= change;
	at.chain[where % HASH_BYTES] ^= change;
	PROMISE((log_frame_open(&rk, &at, frame, back) == 0) == (change == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	struct bytes plain = read_bytes(&r, RECORD_BYTES);
	uint64_t sequence;

	PROMISE(secret_start() == 0);
	if (len >= LOG_FRAME_BYTES)
		PROMISE(log_frame_check(at, &sequence) >= 0);
	if (len >= SEGMENT_HEAD_BYTES)
		try_head(bytes_of(at, len));
	if (r.bad)
		return 0;
	try_record(plain);
	try_frame(plain, &r);
	return 0;
}
