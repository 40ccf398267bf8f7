/* SPDX-License-Identifier: MPL-2.0
 *
 * `checkpoints`, line by line: each signed by exactly the key that the line before
 * announced, or as a start by the node; each epoch there once, in order; no step of the
 * clock and no long silence untold.
 */
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CHUNK_BYTES (64 * 1024)

struct reading { /* the line before, and what is known after it */
	struct checkpoint before;
	bool has_before, may_check_key, is_foreign;
};

void mark_of(const struct checkpoint *c, struct bytes line, struct mark *ret)
{
	*ret = (struct mark){
		.epoch = c->epoch, .size = c->size, .utc_ms = c->utc_ms, .kind = c->kind
	};
	memcpy(ret->chain, c->chain, sizeof(ret->chain));
	hash_parts(NULL, &line, 1, ret->line);
}

static void found(struct verifying *v, enum verify_kind kind, const struct checkpoint *c)
{
	verify_found(v, kind, 0, c->size, c->utc_ms);
}

/* -- one line against the one before ----------------------------------------------- */
static void check_signature(struct verifying *v, struct reading *in,
	const struct checkpoint *c, struct bytes line)
{
	if (checkpoint_is_start(c->kind)) {
		if (checkpoint_is_signed_by(line, v->parts->signing))
			return;
		if (!in->is_foreign)
			found(v,
				in->has_before ? FOUND_CHECKPOINT_SIGNATURE
					       : FOUND_FOREIGN,
				c);
		in->is_foreign |= !in->has_before;
		return;
	}
	if (in->may_check_key && !checkpoint_is_signed_by(line, in->before.next))
		found(v, FOUND_CHECKPOINT_SIGNATURE, c);
}

/* What a line may follow: nothing but a start follows an end, nothing but an unclean one
 * an end that was none. */
static bool may_follow(const struct reading *in, const struct checkpoint *c)
{
	const struct checkpoint *b = &in->before;

	if (!in->has_before)
		return checkpoint_is_start(c->kind) && c->epoch == 0;
	if (b->epoch == UINT64_MAX || c->epoch != b->epoch + 1)
		return false;
	if (c->size < b->size || c->dropped < b->dropped)
		return false;
	if (checkpoint_is_start(c->kind))
		return b->kind == CHECKPOINT_END || c->kind != CHECKPOINT_START;
	return b->kind != CHECKPOINT_END;
}

static bool has_clock_step(const struct checkpoint *b, const struct checkpoint *c)
{
	int64_t utc, boot, step;

	if (memcmp(b->boot_id, c->boot_id, sizeof(b->boot_id)) != 0)
		return c->utc_ms < b->utc_ms - CLOCK_TOLERANCE_MS;
	if (__builtin_sub_overflow(c->utc_ms, b->utc_ms, &utc) ||
		__builtin_sub_overflow(c->boot_ms, b->boot_ms, &boot) ||
		__builtin_sub_overflow(utc, boot, &step))
		return true;
	return boot < 0 || step > CLOCK_TOLERANCE_MS || step < -CLOCK_TOLERANCE_MS;
}

static bool is_late(
	const struct verifying *v, const struct checkpoint *b, const struct checkpoint *c)
{
	int64_t gap;

	return __builtin_sub_overflow(c->boot_ms, b->boot_ms, &gap) ||
	       gap > 2 * v->epoch_ms;
}

static void check_times(
	struct verifying *v, const struct reading *in, const struct checkpoint *c)
{
	if (in->has_before && has_clock_step(&in->before, c))
		found(v, FOUND_CLOCK_STEP, c);
	if (in->has_before && !checkpoint_is_start(c->kind) && is_late(v, &in->before, c))
		found(v, FOUND_EPOCH_LATE, c);
	if (c->dropped > (in->has_before ? in->before.dropped : 0))
		found(v, FOUND_DROPPED, c);
	if (c->kind == CHECKPOINT_UNCLEAN)
		found(v, FOUND_UNCLEAN_START, c);
	if (c->kind == CHECKPOINT_LOSS)
		found(v, FOUND_LOSS_ACCEPTED, c);
}

/* -- the file ---------------------------------------------------------------------- */
static int take_line(struct verifying *v, struct reading *in, struct bytes line)
{
	struct checkpoint c;
	int r;

	if (checkpoint_read(line, &c) != 0) {
		found(v, FOUND_CHECKPOINT_DAMAGED, &in->before);
		in->may_check_key = false;
		return 0;
	}
	if (!v->has_log_id)
		memcpy(v->log_id, c.log_id, sizeof(v->log_id));
	v->has_log_id = true;
	if (memcmp(c.log_id, v->log_id, sizeof(c.log_id)) != 0)
		found(v, FOUND_FOREIGN, &c);
	check_signature(v, in, &c, line);
	if (!may_follow(in, &c))
		found(v, FOUND_CHECKPOINT_ORDER, &c);
	check_times(v, in, &c);
	r = verify_room((void **)&v->marks, &v->mark_cap, v->mark_n, sizeof(*v->marks));
	if (r < 0)
		return fault_pass(r);
	mark_of(&c, line, &v->marks[v->mark_n++]);
	in->before = c;
	in->has_before = in->may_check_key = true;
	return 0;
}

/* Takes the whole lines of what is there; what is left of it moves to the front. A line
 * longer than any is taken in pieces, none of which can be read. */
static int take_lines(
	struct verifying *v, struct reading *in, uint8_t *at, size_t *len, size_t cap)
{
	size_t from = 0;

	while (from < *len) {
		const uint8_t *end = memchr(at + from, '\n', *len - from);
		size_t n = end ? (size_t)(end - at) - from : *len - from;
		int r;

		if (!end && n < cap)
			break;
		r = take_line(v, in, bytes_of(at + from, n));
		if (r < 0)
			return fault_pass(r);
		from += end ? n + 1 : n;
	}
	memmove(at, at + from, *len - from);
	*len -= from;
	return 0;
}

static int read_lines(struct verifying *v, int fd, uint8_t *at)
{
	struct reading in = { 0 };
	uint64_t from = 0;
	size_t len = 0;

	for (;;) {
		size_t got = 0;
		int r = verify_read(v, fd, from, at + len, CHUNK_BYTES - len, &got);

		if (r != 0)
			return r;
		if (got == 0)
			return 0; /* what is left is being written at this moment */
		from += got;
		len += got;
		verify_progress(v, got);
		r = take_lines(v, &in, at, &len, CHUNK_BYTES);
		if (r < 0)
			return fault_pass(r);
	}
}

int verify_checkpoints(struct verifying *v)
{
	owned(verify_close) int fd =
		openat(v->folder, "checkpoints", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	owned(heap_freep) uint8_t *at = NULL;
	struct stat st;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0 ||
		!S_ISREG(st.st_mode)) { /* a device never ends */
		v->sentence = "`checkpoints` cannot be opened, or is no file.";
		return VERIFY_E_UNREADABLE;
	}
	at = malloc(CHUNK_BYTES);
	if (!at)
		return fault_here(ENOMEM);
	r = read_lines(v, fd, at);
	if (r == 0 && v->mark_n > 0)
		v->result.last_ms = v->marks[v->mark_n - 1].utc_ms;
	v->result.checkpoints = v->mark_n;
	return r;
}
