/* SPDX-License-Identifier: MPL-2.0
 *
 * The walk along the chain, from the first record that ever was to the last: through the
 * links of deleted segments, through every header and block, and past every checkpoint.
 * After a defect it goes on from what the next header or checkpoint claims, so that each
 * defect is told once and where it is.
 */
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCKS_AT_ONCE ((size_t)256) /* a multiple of 8: whole links as well */
#define BUFFER_BYTES   (BLOCKS_AT_ONCE * LOG_FRAME_BYTES)

struct walk {
	uint64_t last;    /* number of the last record so far */
	uint64_t watch;   /* the next checkpoint's size */
	size_t mark;      /* that checkpoint */
	uint32_t segment; /* where we are */
	int64_t utc_ms;   /* about when */
	uint8_t chain[HASH_BYTES];
	/* Since the last checkpoint that held: the first block that is no right frame. */
	bool has_damage;
	struct verify_finding damage;
	/* A checkpoint says another chain than the blocks: until the next one either may
	 * be what the log went on from. */
	bool has_other;
	uint8_t other[HASH_BYTES];
};

static bool same(const uint8_t a[HASH_BYTES], const uint8_t b[HASH_BYTES])
{
	return memcmp(a, b, HASH_BYTES) == 0;
}

static void found(struct verifying *v, enum verify_kind kind, const struct walk *w)
{
	verify_found(v, kind, w->segment, w->last + 1, w->utc_ms);
}

static void tell_damage(struct verifying *v, struct walk *w, enum verify_kind kind)
{
	verify_found(v, kind, w->damage.segment, w->damage.sequence, w->damage.utc_ms);
	w->has_damage = false;
}

/* -- checkpoints on the way -------------------------------------------------------- */
static void watch_next(const struct verifying *v, struct walk *w)
{
	while (w->mark < v->mark_n && v->marks[w->mark].size < w->last)
		w->mark++;
	w->watch = w->mark < v->mark_n ? v->marks[w->mark].size : UINT64_MAX;
}

/* Damage that a checkpoint signs as it is was there before it: found at that start, and
 * on record. */
static void mark_holds(struct verifying *v, struct walk *w)
{
	const struct mark *m = &v->marks[w->mark++];

	if (w->has_damage)
		tell_damage(v, w, FOUND_GAP);
	memcpy(w->chain, m->chain, HASH_BYTES);
	w->has_other = false;
	w->utc_ms = m->utc_ms;
	v->result.sealed = m->size;
	watch_next(v, w);
}

static void mark_fails(struct verifying *v, struct walk *w)
{
	const struct mark *m = &v->marks[w->mark++];

	if (w->has_damage)
		tell_damage(v, w, w->damage.kind);
	else
		verify_found(v, FOUND_CHAIN_BROKEN, w->segment, m->size, m->utc_ms);
	memcpy(w->other, m->chain, HASH_BYTES);
	w->has_other = true;
	watch_next(v, w);
}

/* Those of this size that hold here. One that does not may have been made behind the next
 * header, so it fails only when a record comes. */
static void pass_marks(struct verifying *v, struct walk *w)
{
	while (w->watch == w->last) {
		const uint8_t *chain = v->marks[w->mark].chain;

		if (!same(chain, w->chain) && !(w->has_other && same(chain, w->other)))
			return;
		mark_holds(v, w);
	}
}

static void fail_marks(struct verifying *v, struct walk *w)
{
	while (w->watch == w->last)
		mark_fails(v, w);
}

/* -- headers ----------------------------------------------------------------------- */
/* After a loss that was accepted the log goes on from its last checkpoint, not from the
 * last record that is left; the checkpoint after that one says so. */
static bool follows_loss(const struct verifying *v, const struct segment_at *s)
{
	for (size_t i = 1; i < v->mark_n; i++)
		if (v->marks[i].kind == CHECKPOINT_LOSS &&
			v->marks[i - 1].size == s->first - 1 &&
			same(v->marks[i - 1].chain, s->chain))
			return true;
	return false;
}

static bool continues(const struct walk *w, const struct segment_at *s)
{
	return s->first == w->last + 1 &&
	       (same(s->chain, w->chain) || (w->has_other && same(s->chain, w->other)));
}

static void check_head(struct verifying *v, struct walk *w, const struct segment_at *s)
{
	if (s->in_head != s->number || memcmp(s->log_id, v->log_id, LOG_ID_BYTES) != 0)
		found(v, FOUND_SEGMENT_SWAPPED, w);
	else if (!continues(w, s))
		found(v, s->first == w->last + 1 ? FOUND_CHAIN_BROKEN : FOUND_FRAME_ORDER,
			w);
}

/* On from what the header claims, since what is here does not lead to it. Checkpoints
 * that waited for it fail first; the last one of them may be what it goes on from. */
static void jump(
	struct verifying *v, struct walk *w, const struct segment_at *s, bool after_hole)
{
	bool is_loss = s->first > w->last && follows_loss(v, s);

	fail_marks(v, w);
	if (w->has_damage && !is_loss)
		tell_damage(v, w, w->damage.kind);
	w->has_damage = false;
	if (!after_hole && !is_loss)
		check_head(v, w, s);
	if (s->first > 0)
		w->last = s->first - 1;
	memcpy(w->chain, s->chain, HASH_BYTES);
	w->has_other = false;
	watch_next(v, w);
	pass_marks(v, w);
}

/* after_hole: something before it is missing and was told. */
static void enter(
	struct verifying *v, struct walk *w, const struct segment_at *s, bool after_hole)
{
	struct segment_head h = { 0 };

	w->segment = s->number;
	w->utc_ms = s->utc_ms ? s->utc_ms : w->utc_ms;
	if (continues(w, s))
		check_head(v, w, s);
	else
		jump(v, w, s, after_hole);
	memcpy(w->chain, s->chain, HASH_BYTES);
	w->has_other = false;
	memcpy(h.hash, s->hash, HASH_BYTES);
	chain_enter(w->chain, &h);
	pass_marks(v, w);
}

/* -- a segment's blocks ------------------------------------------------------------ */
static void look_at(struct walk *w, const uint8_t *block)
{
	uint64_t sequence = 0;
	bool is_frame = log_frame_check(block, &sequence) == 0;

	if (w->has_damage || (is_frame && sequence == w->last))
		return;
	w->has_damage = true;
	w->damage = (struct verify_finding){ is_frame ? FOUND_FRAME_ORDER
						      : FOUND_FRAME_DAMAGED,
		w->segment, w->last, w->utc_ms };
}

static void take_block(struct verifying *v, struct walk *w, const uint8_t *block)
{
	if (w->watch == w->last)
		fail_marks(v, w);
	w->last++;
	look_at(w, block);
	chain_next(w->chain, block);
	if (w->has_other)
		chain_next(w->other, block);
	if (w->watch == w->last)
		pass_marks(v, w);
}

static int take_blocks(struct verifying *v, struct walk *w, int fd, bool is_newest)
{
	uint64_t from = SEGMENT_HEAD_BYTES;
	size_t len = BUFFER_BYTES;

	while (len == BUFFER_BYTES) {
		int r = verify_read(v, fd, from, v->buffer, BUFFER_BYTES, &len);

		if (r != 0)
			return r;
		for (size_t i = 0; i < len / LOG_FRAME_BYTES; i++)
			take_block(v, w, v->buffer + i * LOG_FRAME_BYTES);
		v->result.records += len / LOG_FRAME_BYTES;
		from += len;
		verify_progress(v, len);
	}
	/* the newest one's last block may be being written at this moment */
	if (len % LOG_FRAME_BYTES != 0 && !is_newest)
		found(v, FOUND_FRAME_DAMAGED, w);
	return 0;
}

static void take_link(struct verifying *v, struct walk *w, const uint8_t *link)
{
	if (w->watch == w->last)
		fail_marks(v, w);
	w->last++;
	memcpy(w->chain, link, HASH_BYTES);
	w->has_other = false;
	if (w->watch == w->last)
		pass_marks(v, w);
}

static int take_links(struct verifying *v, struct walk *w, const struct segment_at *s)
{
	uint64_t from = s->links_at, left = (uint64_t)s->links * HASH_BYTES;

	while (left > 0) {
		size_t want = left < BUFFER_BYTES ? left : BUFFER_BYTES, len = 0;
		int r = verify_read(v, v->links, from, v->buffer, want, &len);

		if (r != 0 || len < want)
			return r; /* cut since: what is missed will be told */
		for (size_t i = 0; i < len; i += HASH_BYTES)
			take_link(v, w, v->buffer + i);
		from += len;
		left -= len;
	}
	return 0;
}

_Static_assert(BUFFER_BYTES % HASH_BYTES == 0, "whole links");

/* -- segment after segment --------------------------------------------------------- */
/* Outcome: UNREADABLE. *ret is NO_FILE when it is gone, as of deleted ones. */
static int open_segment(struct verifying *v, uint32_t number, int *ret)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%08u.seg", number);
	*ret = openat(v->folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (*ret >= 0 || errno == ENOENT)
		return 0;
	v->sentence = "A segment of the log cannot be opened.";
	return VERIFY_E_UNREADABLE;
}

static int take_file(struct verifying *v, struct walk *w, const struct segment_at *s,
	int fd, bool *hole)
{
	bool is_newest = s == &v->segments[v->segment_n - 1];

	v->result.segments++;
	if (!s->has_head) {
		w->segment = s->number;
		found(v, FOUND_SEGMENT_HEAD, w);
		*hole = true;
		return 0;
	}
	if (v->result.first_ms == 0)
		v->result.first_ms = s->utc_ms;
	enter(v, w, s, *hole);
	*hole = false;
	return take_blocks(v, w, fd, is_newest);
}

/* The first checkpoint behind a deleted segment says how old it is, but for an epoch at
 * either end. */
static bool is_young(const struct verifying *v, const struct walk *w)
{
	return v->parts->keep_ms > 0 && w->mark < v->mark_n &&
	       v->result.last_ms - v->marks[w->mark].utc_ms <
		       v->parts->keep_ms - 2 * v->epoch_ms;
}

static int take_segment(
	struct verifying *v, struct walk *w, struct segment_at *s, bool *hole)
{
	owned(verify_close) int fd = NO_FILE;
	uint32_t number = s->number;
	int r = s->has_file ? open_segment(v, number, &fd) : 0;

	if (r == 0 && fd >= 0)
		return take_file(v, w, s, fd, hole);
	if (r == 0 && s->has_file && !s->has_links) { /* deleted since it was listed */
		r = verify_links_load(v);
		s = verify_segment(v, number);
	}
	if (r != 0)
		return r;
	if (s->has_links) {
		enter(v, w, s, *hole);
		*hole = false;
		r = take_links(v, w, s);
		if (r == 0 && is_young(v, w))
			found(v, FOUND_DELETED_EARLY, w);
		return r;
	}
	w->segment = number;
	found(v, FOUND_SEGMENT_MISSING, w);
	*hole = true;
	return 0;
}

static void judge_end(struct verifying *v, struct walk *w)
{
	const struct mark *furthest = NULL;

	fail_marks(v, w);
	if (w->has_damage)
		tell_damage(v, w, w->damage.kind);
	v->result.last = w->last;
	for (size_t i = 0; i < v->mark_n; i++)
		if (v->marks[i].size > w->last &&
			(!furthest || v->marks[i].size > furthest->size))
			furthest = &v->marks[i];
	if (furthest)
		verify_found(
			v, FOUND_SHORTER, w->segment, furthest->size, furthest->utc_ms);
	if (v->mark_n == 0)
		found(v, FOUND_CHECKPOINT_ORDER, w);
}

static int walk_all(struct verifying *v, struct walk *w)
{
	uint64_t number = 1;
	bool hole = false;
	int r = 0;

	while (r == 0 && number <= UINT32_MAX) {
		struct segment_at *s = verify_segment(v, (uint32_t)number);

		if (!s)
			break;
		if (s->number != number) {
			w->segment = (uint32_t)number;
			found(v, FOUND_SEGMENT_MISSING, w);
			hole = true;
		}
		number = (uint64_t)s->number + 1;
		r = take_segment(v, w, s, &hole);
	}
	return r;
}

int verify_walk(struct verifying *v)
{
	struct walk w = { 0 };
	int r;

	v->buffer = malloc(BUFFER_BYTES);
	if (!v->buffer)
		return fault_here(ENOMEM);
	if (!v->has_log_id && v->segment_n > 0)
		memcpy(v->log_id, v->segments[0].log_id, sizeof(v->log_id));
	watch_next(v, &w);
	r = walk_all(v, &w);
	if (r == 0)
		judge_end(v, &w);
	return r;
}
