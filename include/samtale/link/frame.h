/* SPDX-License-Identifier: MPL-2.0
 *
 * A frame: what our processes send each other over a stream socket.
 *
 *	u32 length of what follows | u8 kind | u32 id | body		(big-endian)
 *
 * The length is checked against LIMIT_FRAME before a byte of the body is awaited. A
 * stream that once held a wrong length stays wrong: there is no way back into step.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/base/limits.h"

#define FRAME_HEAD     9 /* bytes before the body */
#define FRAME_BODY_MAX (LIMIT_FRAME - FRAME_HEAD)

struct frame {
	uint8_t kind; /* the meaning is the conversation's, for example control.h */
	uint32_t id;  /* joins an answer to its question */
	struct bytes body;
};

/* -- writing ----------------------------------------------------------------------- */
/* Appends a frame. Longer than FRAME_BODY_MAX makes the writer bad. */
void frame_write(struct writer *w, const struct frame *f);
/* The same for a body that is written in pieces between the two calls; what begin
 * returned goes to end. */
size_t frame_begin(struct writer *w, uint8_t kind, uint32_t id);
void frame_end(struct writer *w, size_t begun);

/* -- reading ----------------------------------------------------------------------- */
struct frame_stream;

#define FRAME_E_MORE 1 /* the next frame is not complete yet */
#define FRAME_E_BAD  2 /* not our frames; close the socket */

/* Faults: -ENOMEM. */
must_check int frame_stream_new(struct frame_stream **ret);
struct frame_stream *frame_stream_free(struct frame_stream *s);
DEFINE_FREEP(struct frame_stream, frame_stream_free, frame_stream_freep)

/* Where the next read(2) puts its bytes: at least one, never more than LIMIT_FRAME in
 * all. Only after next() has said FRAME_E_MORE or FRAME_E_BAD. Ends the life of bodies
 * handed out before. Faults: -ENOMEM. */
must_check int frame_stream_room(
	struct frame_stream *s, uint8_t **ret_at, size_t *ret_len);
/* n bytes were put there; n is at most what room() gave. */
void frame_stream_added(struct frame_stream *s, size_t n);
/* Overwrites what it holds of frames that were handed out, whose bodies end here: for a
 * link that carries keys. */
void frame_stream_wipe(struct frame_stream *s);
/* The next whole frame; its body is borrowed until the next room() or free().
 * Outcomes: FRAME_E_MORE, FRAME_E_BAD (for ever). */
must_check int frame_stream_next(struct frame_stream *s, struct frame *ret);
