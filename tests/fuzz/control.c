/* SPDX-License-Identifier: MPL-2.0
 *
 * The control socket's bytes, arriving in pieces of any size: frames, then requests and
 * answers. What was decoded must come out the same when encoded and decoded again.
 */
#include "samtale/link/control.h"

#include "fuzz.h"

static struct frame only_frame(struct frame_stream *stream, const struct writer *w)
{
	struct frame frame;
	size_t done = 0;
	while (done < w->len) {
		uint8_t *at;
		size_t room;
		PROMISE(frame_stream_room(stream, &at, &room) == 0 && room > 0);
		size_t take = w->len - done < room ? w->len - done : room;
		memcpy(at, w->at + done, take);
		frame_stream_added(stream, take);
		done += take;
		int r = frame_stream_next(stream, &frame);
		PROMISE(r == (done < w->len ? FRAME_E_MORE : 0));
	}
	return frame;
}

static void check_request(const struct frame *f, uint8_t *buffer, size_t cap)
{
	struct control_request q, again;
	if (control_request_read(f, &q) != 0)
		return;
	struct writer w = writer_of(buffer, cap);
	control_request_write(&w, f->id, &q);
	PROMISE(writer_ok(&w));
	struct frame_stream *stream = NULL;
	PROMISE(frame_stream_new(&stream) == 0);
	struct frame g = only_frame(stream, &w);
	PROMISE(g.kind == f->kind && g.id == f->id && bytes_equal(g.body, f->body));
	PROMISE(control_request_read(&g, &again) == 0 && again.count == q.count);
	for (unsigned i = 0; i < q.count; i++)
		PROMISE(bytes_equal(again.words[i], q.words[i]));
	PROMISE(bytes_equal(again.input, q.input));
	stream = frame_stream_free(stream);
}

static void check_answer(const struct frame *f, uint8_t *buffer, size_t cap)
{
	struct control_answer a;
	if (control_answer_read(f, &a) != 0)
		return;
	struct writer w = writer_of(buffer, cap);
	control_answer_write(&w, f->id, &a);
	PROMISE(writer_ok(&w));
	PROMISE(w.len == FRAME_HEAD + f->body.len);
	PROMISE(memcmp(w.at + FRAME_HEAD, f->body.at, f->body.len) == 0);
}

/* The first byte says into how large pieces the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static uint8_t buffer[LIMIT_FRAME];
	if (len == 0)
		return 0;
	size_t piece = at[0] == 0 ? SIZE_MAX : at[0];
	struct bytes left = bytes_of(at + 1, len - 1);
	struct frame_stream *stream = NULL;
	PROMISE(frame_stream_new(&stream) == 0);
	for (;;) {
		struct frame f;
		int r = frame_stream_next(stream, &f);
		if (r == 0) {
			check_request(&f, buffer, sizeof(buffer));
			check_answer(&f, buffer, sizeof(buffer));
			continue;
		}
		if (r == FRAME_E_BAD || left.len == 0)
			break;
		uint8_t *room;
		size_t room_len;
		PROMISE(frame_stream_room(stream, &room, &room_len) == 0);
		size_t take = left.len < piece ? left.len : piece;
		take = take < room_len ? take : room_len;
		memcpy(room, left.at, take);
		frame_stream_added(stream, take);
		left = bytes_of(left.at + take, left.len - take);
	}
	stream = frame_stream_free(stream);
	return 0;
}
