/* SPDX-License-Identifier: MPL-2.0
 *
 * The conversation between `samtale` and the daemon over the control socket: one request
 * of words, and what the command wrote, in order, up to its exit code. Only bytes: which
 * phrase the words are is the daemon's matter, and so is who may connect.
 */
#pragma once

#include "samtale/link/frame.h"

#define CONTROL_WORDS     32
#define CONTROL_WORD_MAX  4096
#define CONTROL_INPUT_MAX (64 * 1024) /* what the command reads on its standard input */
#define CONTROL_CHUNK_MAX (32 * 1024)

enum control_kind {
	CONTROL_REQUEST = 1,
	CONTROL_STDOUT,
	CONTROL_STDERR,
	CONTROL_EXIT,
};

struct control_request {
	unsigned count;
	struct bytes words[CONTROL_WORDS]; /* clean UTF-8 on one line; may be empty */
	struct bytes input;
};

struct control_answer {
	enum control_kind kind;
	struct bytes chunk; /* of CONTROL_STDOUT and CONTROL_STDERR */
	uint8_t code;       /* of CONTROL_EXIT, the last answer */
};

#define CONTROL_E_BAD 1 /* not such a message; close the socket */

/* Append one frame. A value over its limit, or a word that is not clean, makes the
 * writer bad. */
void control_request_write(
	struct writer *w, uint32_t id, const struct control_request *q);
void control_answer_write(struct writer *w, uint32_t id, const struct control_answer *a);

/* Decode one; everything in *ret is borrowed from the frame. Outcome: CONTROL_E_BAD. */
must_check int control_request_read(const struct frame *f, struct control_request *ret);
must_check int control_answer_read(const struct frame *f, struct control_answer *ret);
