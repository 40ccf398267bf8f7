/* SPDX-License-Identifier: MPL-2.0
 *
 * Frames in and out of a byte stream. The buffer starts small and grows only to the size
 * of the frame that is on its way, which is known to be within LIMIT_FRAME.
 */
#include "samtale/link/frame.h"

#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define LENGTH_BYTES 4
#define REST_MIN     (FRAME_HEAD - LENGTH_BYTES) /* kind and id, counted by the length */
#define START_BYTES  1024

struct frame_stream {
	uint8_t *buf;
	size_t cap;
	size_t from, to; /* what is unread; from <= to <= cap */
	bool bad;
};

/* -- writing ----------------------------------------------------------------------- */
size_t frame_begin(struct writer *w, uint8_t kind, uint32_t id)
{
	size_t begun = w->len;

	write_u32(w, 0); /* frame_end() knows */
	write_u8(w, kind);
	write_u32(w, id);
	return begun;
}

void frame_end(struct writer *w, size_t begun)
{
	struct writer head;

	if (w->bad)
		return;
	assert(w->len - begun >= FRAME_HEAD);
	if (w->len - begun > LIMIT_FRAME) {
		w->bad = true;
		return;
	}
	head = writer_of(w->at + begun, LENGTH_BYTES);
	write_u32(&head, (uint32_t)(w->len - begun - LENGTH_BYTES));
}

void frame_write(struct writer *w, const struct frame *f)
{
	size_t begun = frame_begin(w, f->kind, f->id);

	write_bytes(w, f->body);
	frame_end(w, begun);
}

/* -- reading ----------------------------------------------------------------------- */
int frame_stream_new(struct frame_stream **ret)
{
	owned(frame_stream_freep) struct frame_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return fault_here(ENOMEM);
	s->buf = malloc(START_BYTES);
	if (!s->buf)
		return fault_here(ENOMEM);
	s->cap = START_BYTES;
	*ret = s;
	s = NULL;
	return 0;
}

struct frame_stream *frame_stream_free(struct frame_stream *s)
{
	if (!s)
		return NULL;
	if (s->buf)
		explicit_bzero(s->buf, s->cap);
	free(s->buf);
	free(s);
	return NULL;
}

/* Size of the frame that is on its way, 0 while its length has not arrived. Sets bad. */
static size_t frame_size(struct frame_stream *s)
{
	struct reader r = reader_of(bytes_of(s->buf + s->from, s->to - s->from));
	size_t rest = read_u32(&r);

	if (r.bad)
		return 0;
	if (rest < REST_MIN || rest > LIMIT_FRAME - LENGTH_BYTES) {
		s->bad = true;
		return 0;
	}
	return rest + LENGTH_BYTES;
}

/* Not realloc(), which leaves what was there behind. */
static bool grow(struct frame_stream *s, size_t cap)
{
	uint8_t *grown = malloc(cap);

	if (!grown)
		return false;
	memcpy(grown, s->buf, s->to);
	explicit_bzero(s->buf, s->cap);
	free(s->buf);
	s->buf = grown;
	s->cap = cap;
	return true;
}

int frame_stream_room(struct frame_stream *s, uint8_t **ret_at, size_t *ret_len)
{
	size_t unread = s->to - s->from;
	size_t want = s->bad ? 0 : frame_size(s);

	if (s->bad)
		s->from = s->to = unread = 0; /* whatever comes is thrown away */
	if (s->from > 0 && unread > 0)
		memmove(s->buf, s->buf + s->from, unread);
	s->from = 0;
	s->to = unread;
	if (want > s->cap && !grow(s, want))
		return fault_here(ENOMEM);
	/* Or next() was not called until FRAME_E_MORE, which is the caller's to do. */
	assert(s->to < s->cap);
	*ret_at = s->buf + s->to;
	*ret_len = s->cap - s->to;
	return 0;
}

void frame_stream_added(struct frame_stream *s, size_t n)
{
	assert(n <= s->cap - s->to);
	s->to += n;
}

void frame_stream_wipe(struct frame_stream *s)
{
	explicit_bzero(s->buf, s->from);
	explicit_bzero(s->buf + s->to, s->cap - s->to);
}

int frame_stream_next(struct frame_stream *s, struct frame *ret)
{
	size_t size = s->bad ? 0 : frame_size(s);
	struct reader r;

	if (s->bad)
		return FRAME_E_BAD;
	if (size == 0 || s->to - s->from < size)
		return FRAME_E_MORE;
	r = reader_of(bytes_of(s->buf + s->from + LENGTH_BYTES, size - LENGTH_BYTES));
	ret->kind = read_u8(&r);
	ret->id = read_u32(&r);
	ret->body = r.left;
	s->from += size;
	return 0;
}
