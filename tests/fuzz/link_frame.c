/* SPDX-License-Identifier: MPL-2.0
 *
 * A stream of frames. However it is cut into pieces, the same frames come out, and a
 * stream that went wrong stays wrong.
 */
#include "samtale/link/frame.h"

#include "fuzz.h"

#define FRAMES 64

struct seen {
	unsigned count;
	int last; /* FRAME_E_MORE or FRAME_E_BAD */
	struct {
		uint8_t kind;
		uint32_t id;
		size_t len;
		uint32_t sum;
	} frames[FRAMES];
};

static void note(struct seen *seen, const struct frame *f)
{
	uint32_t sum = 0;

	PROMISE(f->body.len <= FRAME_BODY_MAX);
	for (size_t i = 0; i < f->body.len; i++)
		sum = sum * 31 + f->body.at[i];
	seen->frames[seen->count].kind = f->kind;
	seen->frames[seen->count].id = f->id;
	seen->frames[seen->count].len = f->body.len;
	seen->frames[seen->count].sum = sum;
	seen->count++;
}

static struct seen read_all(struct bytes left, size_t piece)
{
	owned(frame_stream_freep) struct frame_stream *stream = NULL;
	struct seen seen;

	memset(&seen, 0, sizeof(seen));
	PROMISE(frame_stream_new(&stream) == 0);
	for (;;) {
		struct frame f;
		uint8_t *room;
		size_t room_len, take;

		while (seen.count < FRAMES &&
			(seen.last = frame_stream_next(stream, &f)) == 0)
			note(&seen, &f);
		if (left.len == 0 || seen.count == FRAMES)
			return seen;
		PROMISE(frame_stream_room(stream, &room, &room_len) == 0 && room_len > 0);
		take = left.len < piece ? left.len : piece;
		take = take < room_len ? take : room_len;
		memcpy(room, left.at, take);
		frame_stream_added(stream, take);
		left = bytes_of(left.at + take, left.len - take);
	}
}

/* The first byte says into how large pieces the rest is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct seen whole, pieces;

	if (len == 0)
		return 0;
	whole = read_all(bytes_of(at + 1, len - 1), SIZE_MAX);
	pieces = read_all(bytes_of(at + 1, len - 1), (size_t)at[0] + 1);
	PROMISE(memcmp(&whole, &pieces, sizeof(whole)) == 0);
	return 0;
}
