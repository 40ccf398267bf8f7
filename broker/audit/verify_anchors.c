/* SPDX-License-Identifier: MPL-2.0
 *
 * Anchors: copies of checkpoints that lie outside. They are found wherever the words
 * begin, in a journal, in what a log server kept, in signed minutes. Each must be one of
 * the log's own checkpoints to the letter; one that is not, or that is newer than the
 * log's end, says that this is not the log that it was.
 */
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <fcntl.h>
#include <stdlib.h>

#define CHUNK_BYTES ((size_t)64 * 1024)
#define WORD_LEN    (sizeof(WORD_CHECKPOINT) - 1)
#define SPACES      12 /* before the signature */

_Static_assert(CHUNK_BYTES > 2 * CHECKPOINT_LINE_MAX, "one fits with its neighbour");

/* Where a checkpoint that begins here ends: 128 characters behind its twelfth space. */
static size_t line_len(struct bytes b)
{
	size_t spaces = 0,
	       max = b.len < CHECKPOINT_LINE_MAX ? b.len : CHECKPOINT_LINE_MAX;

	for (size_t i = 0; i < max; i++) {
		spaces += b.at[i] == ' ';
		if (spaces == SPACES)
			return b.len - i - 1 < 2 * SIGNATURE_BYTES
				       ? 0
				       : i + 1 + 2 * SIGNATURE_BYTES;
	}
	return 0;
}

static int take_anchor(struct verifying *v, struct bytes from)
{
	struct bytes line = bytes_of(from.at, line_len(from));
	struct checkpoint c;
	struct anchor *a;
	int r;

	if (checkpoint_read(line, &c) != 0)
		return 0; /* cut by a log on its way: no anchor */
	r = verify_room(
		(void **)&v->anchors, &v->anchor_cap, v->anchor_n, sizeof(*v->anchors));
	if (r < 0)
		return fault_pass(r);
	a = &v->anchors[v->anchor_n++];
	*a = (struct anchor){ 0 };
	mark_of(&c, line, &a->mark);
	memcpy(a->log_id, c.log_id, sizeof(a->log_id));
	if (c.kind != CHECKPOINT_EPOCH && c.kind != CHECKPOINT_END)
		a->is_ours = checkpoint_is_signed_by(line, v->parts->signing);
	return 0;
}

/* Takes what begins in the buffer. Returns how much of it is done with: what begins near
 * its end waits for more, unless there is none. */
static int take_buffer(
	struct verifying *v, struct bytes b, bool is_last, size_t *ret_done)
{
	size_t from = 0;

	for (;;) {
		const uint8_t *at =
			memmem(b.at + from, b.len - from, WORD_CHECKPOINT, WORD_LEN);
		size_t left;
		int r;

		if (!at)
			break;
		from = (size_t)(at - b.at);
		left = b.len - from;
		if (left < CHECKPOINT_LINE_MAX && !is_last) {
			*ret_done = from;
			return 0;
		}
		r = take_anchor(v, bytes_of(at, left));
		if (r < 0)
			return fault_pass(r);
		from += WORD_LEN;
	}
	if (b.len - from > WORD_LEN) /* the words may begin at the very end */
		from = b.len - WORD_LEN;
	*ret_done = from;
	return 0;
}

static int read_anchors(struct verifying *v, int fd, uint8_t *at)
{
	uint64_t from = 0;
	size_t len = 0;

	for (;;) {
		size_t got = 0, done = 0;
		int r = verify_read(v, fd, from, at + len, CHUNK_BYTES - len, &got);

		if (r != 0)
			return r;
		from += got;
		len += got;
		r = take_buffer(v, bytes_of(at, len), got == 0, &done);
		if (r < 0)
			return fault_pass(r);
		if (got == 0)
			return 0;
		memmove(at, at + done, len - done);
		len -= done;
	}
}

int verify_anchors_load(struct verifying *v)
{
	owned(heap_freep) uint8_t *at = malloc(CHUNK_BYTES);

	if (!at)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < v->parts->anchor_n; i++) {
		owned(verify_close) int fd = open(v->parts->anchors[i],
			O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		int r;

		if (fd < 0) {
			v->sentence = "A file of anchors cannot be opened.";
			return VERIFY_E_UNREADABLE;
		}
		r = read_anchors(v, fd, at);
		if (r != 0)
			return r;
	}
	return 0;
}

/* -- against the log --------------------------------------------------------------- */
static int by_epoch(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	return (x->epoch > y->epoch) - (x->epoch < y->epoch);
}

struct judged { /* the oldest that differs, the newest behind the end */
	const struct mark *differs, *newer;
};

static void judge_one(struct verifying *v, const struct anchor *a, struct judged *j)
{
	const struct mark *own;

	if (!v->has_log_id || memcmp(a->log_id, v->log_id, sizeof(a->log_id)) != 0) {
		if (a->is_ours && !j->differs) /* this node had another log */
			j->differs = &a->mark;
		return;
	}
	own = bsearch(&a->mark, v->marks, v->mark_n, sizeof(*v->marks), by_epoch);
	if (own && memcmp(own->line, a->mark.line, sizeof(own->line)) == 0) {
		v->result.anchors++;
		if (own->utc_ms > v->result.anchored_ms)
			v->result.anchored_ms = own->utc_ms;
	} else if (own || v->mark_n == 0 ||
		   a->mark.epoch < v->marks[v->mark_n - 1].epoch) {
		if (!j->differs || a->mark.epoch < j->differs->epoch)
			j->differs = &a->mark;
	} else if (!j->newer || a->mark.epoch > j->newer->epoch) {
		j->newer = &a->mark;
	}
}

void verify_anchors_judge(struct verifying *v)
{
	struct judged j = { NULL, NULL };

	if (v->mark_n > 1) /* in order, unless that was found already */
		qsort(v->marks, v->mark_n, sizeof(*v->marks), by_epoch);
	for (size_t i = 0; i < v->anchor_n; i++)
		judge_one(v, &v->anchors[i], &j);
	if (j.differs)
		verify_found(
			v, FOUND_ANCHOR_DIFFERS, 0, j.differs->size, j.differs->utc_ms);
	if (j.newer)
		verify_found(v, FOUND_ANCHOR_NEWER, 0, j.newer->size, j.newer->utc_ms);
}
