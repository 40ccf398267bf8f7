/* SPDX-License-Identifier: MPL-2.0
 *
 * Shows the records of a bundle to those whose shares are enough. A record opens only in
 * its own place behind everything before it; the meeting of a record only while its key
 * was in the bundle. What does not open is said, and the walk goes on after it.
 */
#include "bundle_inside.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

struct secrets { /* guarded */
	struct key k, rk;
	struct opened_shares opened[READER_SHARES_MAX];
};

struct log_reader {
	struct bundle_file *bundle;
	struct share_file *shares[READER_SHARES_MAX];
	size_t share_n;
	struct secrets *secrets;
	uint8_t *keys;   /* guarded: tag, inner key, tag, ... */
	uint32_t *order; /* of the keys, by tag */
	uint32_t key_n;
	uint64_t records;
	/* Where it is. */
	uint32_t next;  /* segment to enter */
	uint8_t *bytes; /* of the one it is in; NULL: in none */
	size_t at, len;
	struct log_place place; /* of the next record */
	struct log_place last;  /* of the one that was given */
	uint8_t frame[LOG_FRAME_BYTES];
};

/* -- the key of a header ----------------------------------------------------------- */
/* i: 0 is the key table's, then the segments. */
static bool join(struct log_reader *r, size_t i, const struct segment_head *h)
{
	struct opened_shares *o = r->secrets->opened;

	for (size_t a = 0; a < r->share_n; a++)
		share_at(r->shares[a], i, &o[a]);
	for (size_t a = 0; a < r->share_n; a++)
		for (size_t b = a; b < r->share_n; b++)
			if (shares_join(h, &o[a], &o[b], &r->secrets->k))
				return true;
	return false;
}

static bool can_open_any(struct log_reader *r)
{
	bool can = join(r, 0, &r->bundle->head.key);

	for (uint32_t i = 0; !can && i < r->bundle->head.segments; i++)
		can = join(r, (size_t)i + 1, &r->bundle->segments[i].head);
	return can;
}

/* -- the key table ----------------------------------------------------------------- */
static const uint8_t *tag_at(const struct log_reader *r, uint32_t i)
{
	return r->keys + (size_t)i * BUNDLE_KEY_BYTES;
}

static int by_tag(const void *a, const void *b, void *reader)
{
	const uint32_t *x = a, *y = b;

	return memcmp(tag_at(reader, *x), tag_at(reader, *y), HASH_BYTES);
}

static bool find_key(const struct log_reader *r, const uint8_t *tag, struct key *ret)
{
	uint32_t from = 0, to = r->key_n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		const uint8_t *at = tag_at(r, r->order[middle]);
		int order = memcmp(at, tag, HASH_BYTES);

		if (order == 0) {
			memcpy(ret->at, at + HASH_BYTES, KEY_BYTES);
			return true;
		}
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return false;
}

/* Without the shares for it the records are shown without their meetings. */
static int open_keys(struct log_reader *r)
{
	const struct bundle_file *b = r->bundle;
	size_t len = bundle_keys_len(&b->head);
	uint8_t ad[HASH_BYTES];
	int result;

	if (!join(r, 0, &b->head.key))
		return 0;
	r->keys = secret_alloc(len);
	r->order = calloc((size_t)b->head.keys + 1, sizeof(*r->order));
	if (!r->keys || !r->order)
		return fault_here(ENOMEM);
	result = bundle_read(b, b->keys_at, r->keys, len);
	if (result != 0)
		return result;
	bundle_keys_ad(b->head_bytes, ad);
	if (!box_unlock(&r->secrets->k, bundle_nonce, bytes_of(ad, sizeof(ad)),
		    bytes_of(r->keys, len), r->keys))
		return READER_E_BAD;
	r->key_n = b->head.keys;
	for (uint32_t i = 0; i < r->key_n; i++)
		r->order[i] = i;
	qsort_r(r->order, r->key_n, sizeof(*r->order), by_tag, r);
	return 0;
}

/* -- opening ----------------------------------------------------------------------- */
static int open_shares(struct log_reader *r, const char *const *shares, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int result = share_open(&r->shares[i], shares[i], r->bundle);

		if (result != 0)
			return result;
		r->share_n++;
		for (size_t k = 0; k < i; k++)
			if (memcmp(share_auditor(r->shares[k]),
				    share_auditor(r->shares[i]), BOX_PUBLIC) == 0)
				return READER_E_TWICE;
	}
	return 0;
}

int log_reader_open(
	struct log_reader **ret, const char *bundle, const char *const *shares, size_t n)
{
	owned(log_reader_closep) struct log_reader *r = calloc(1, sizeof(*r));
	int result;

	if (!r)
		return fault_here(ENOMEM);
	r->secrets = secret_alloc(sizeof(*r->secrets));
	if (!r->secrets)
		return fault_here(ENOMEM);
	if (n > READER_SHARES_MAX)
		return fault_here(EINVAL);
	result = bundle_open(&r->bundle, bundle);
	if (result == 0)
		result = open_shares(r, shares, n);
	if (result == 0 && !can_open_any(r))
		result = READER_E_FEW;
	if (result == 0)
		result = open_keys(r);
	if (result != 0)
		return result;
	for (uint32_t i = 0; i < r->bundle->head.segments; i++)
		r->records += (r->bundle->segments[i].len - SEGMENT_HEAD_BYTES) /
			      LOG_FRAME_BYTES;
	*ret = r;
	r = NULL;
	return 0;
}

struct log_reader *log_reader_close(struct log_reader *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < READER_SHARES_MAX; i++)
		(void)share_close(r->shares[i]);
	(void)bundle_close(r->bundle);
	secret_drop(r->secrets);
	secret_drop(r->keys);
	free(r->order);
	free(r->bytes);
	free(r);
	return NULL;
}

void log_reader_facts(const struct log_reader *r, struct bundle_facts *ret)
{
	const struct bundle_head *h = &r->bundle->head;

	*ret = (struct bundle_facts){ .from_ms = h->from_ms,
		.to_ms = h->to_ms,
		.records = r->records,
		.segments = h->segments,
		.keys = r->key_n,
		.has_keys = r->keys != NULL };
	memcpy(ret->log_id, h->key.log_id, sizeof(ret->log_id));
	memcpy(ret->signing, h->signing, sizeof(ret->signing));
}

/* -- record after record ----------------------------------------------------------- */
static void leave_segment(struct log_reader *r)
{
	free(r->bytes);
	r->bytes = NULL;
}

/* Outcomes: END; BAD, none of the shares' pairs opens it. */
static int enter_segment(struct log_reader *r)
{
	const struct bundle_segment *s;
	int result;

	if (r->next >= r->bundle->head.segments)
		return READER_E_END;
	s = &r->bundle->segments[r->next++];
	r->place.segment = s->head.number;
	r->place.sequence = s->head.first;
	memcpy(r->place.log_id, s->head.log_id, LOG_ID_BYTES);
	memcpy(r->place.chain, s->head.chain, HASH_BYTES);
	chain_enter(r->place.chain, &s->head);
	if (!join(r, r->next, &s->head))
		return READER_E_BAD;
	r->bytes = malloc(s->len);
	if (!r->bytes)
		return fault_here(ENOMEM);
	r->at = SEGMENT_HEAD_BYTES;
	r->len = s->len;
	result = bundle_read(r->bundle, s->at, r->bytes, s->len);
	if (result != 0)
		leave_segment(r);
	return result;
}

static int open_record(
	struct log_reader *r, const uint8_t *frame, struct read_record *ret)
{
	wiped_buf(plain, RECORD_BYTES);
	wiped(struct key, inner_key);

	if (log_frame_open(&r->secrets->rk, &r->place, frame, plain) != 0 ||
		record_read(plain, &ret->record) != 0)
		return READER_E_BAD;
	if (ret->record.has_inner && find_key(r, ret->record.tag, &inner_key))
		ret->has_meeting =
			record_open_inner(&ret->record, &inner_key, r->place.log_id,
				r->place.sequence, &ret->inner) == 0;
	return 0;
}

int log_reader_next(struct log_reader *r, struct read_record *ret)
{
	const uint8_t *frame;
	int result = 0;

	*ret = (struct read_record){ 0 };
	while (r->bytes && r->at == r->len)
		leave_segment(r);
	while (result == 0 && (!r->bytes || r->at == r->len))
		result = enter_segment(r);
	if (result == READER_E_END || result < 0)
		return result;
	ret->sequence = r->place.sequence;
	ret->segment = r->place.segment;
	if (result != 0)
		return result;
	frame = r->bytes + r->at;
	r->at += LOG_FRAME_BYTES;
	ratchet_step(&r->secrets->k, &r->secrets->rk);
	result = open_record(r, frame, ret);
	r->last = r->place;
	memcpy(r->frame, frame, sizeof(r->frame));
	r->place.sequence++;
	chain_next(r->place.chain, frame);
	return result;
}

void log_reader_proof(const struct log_reader *r, struct record_proof *ret)
{
	*ret = (struct record_proof){ .segment = r->last.segment,
		.sequence = r->last.sequence,
		.rk = r->secrets->rk };
	memcpy(ret->log_id, r->last.log_id, sizeof(ret->log_id));
	memcpy(ret->chain, r->last.chain, sizeof(ret->chain));
	memcpy(ret->frame, r->frame, sizeof(ret->frame));
}
