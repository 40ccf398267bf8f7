/* SPDX-License-Identifier: MPL-2.0
 *
 * The conversation between the serving process and the vault. Questions go one way,
 * exactly one answer comes back for each, in any order; an answer is a frame of kind
 * VAULT_ANSWER with the question's id, one result byte and, when that is DONE, what the
 * row says. Unlike other links this one carries keys: buffers are wiped after use.
 *
 *	use: u8 purpose | i64 actor | u16 n | i64 meetings[n]
 *	keys: u16 n | n x ( i64 meeting | u8 has (1 ck, 2 mk) | ck 32 | mk 32 )
 *	event: u16 what | u8 purpose | u8 outcome | u8 role | u32 actor | u32 subject |
 *	       u64 meeting | u32 value | 16 bytes request id
 *	state: u64 size, epoch, dropped, checkpoint size | i64 checkpoint, oldest |
 *	       u32 segment, segments | u64 bytes, reserve, free | u8 refusing |
 *	       u8 development | u16 length + text of the newest checkpoint
 */
#pragma once

#include "samtale/link/frame.h"

#define VAULT_LINK_VERSION   1
#define VAULT_LINK_MEETINGS  512  /* in one question */
#define VAULT_LINK_EVENTS    64   /* in one NOTE */
#define VAULT_LINK_SUBKEYS   64   /* at most */
#define VAULT_LINK_TEXT      8192 /* minutes to sign, bytes */
#define VAULT_LINK_LINE      640  /* a checkpoint, with NUL */
#define VAULT_LINK_KEY       32
#define VAULT_LINK_SIGNATURE 64

enum vault_frame {
	VAULT_FRAME_NOTHING,
#define ASK(id, sentence)  VAULT_ASK_##id,
#define TELL(id, sentence) VAULT_TELL_##id,
#include "samtale/link/vault.def"
#undef ASK
#undef TELL
	VAULT_FRAME_COUNT,
	VAULT_ANSWER = 128,
};

enum vault_result {
	VAULT_RESULT_DONE,
	VAULT_RESULT_TAKEN,  /* CREATE: that meeting has keys */
	VAULT_RESULT_FULL,   /* the log has no room for this class: refused */
	VAULT_RESULT_FAILED, /* a fault; the vault's own log says which */
	VAULT_RESULT_COUNT
};

#define VAULT_LINK_E_BAD 1 /* not such a frame; close the link */

/* -- questions --------------------------------------------------------------------- */
struct vault_event { /* numbers as they stand; what they mean is not this room's */
	uint16_t what;
	uint8_t purpose, outcome, role;
	uint32_t actor, subject;
	uint64_t meeting;
	uint32_t value;
	uint8_t request_id[16];
};

struct vault_question { /* each kind uses what its row names */
	enum vault_frame kind;
	uint32_t id;
	uint8_t version;
	uint8_t purpose; /* use */
	int64_t actor;
	uint16_t n; /* meetings, or events */
	int64_t meetings[VAULT_LINK_MEETINGS];
	struct vault_event events[VAULT_LINK_EVENTS];
	uint8_t which;
	int64_t after, before; /* before: PRUNE's now too */
	uint16_t at_most;
	uint32_t dropped;
	struct bytes text; /* case reference or minutes; borrowed */
};

/* Appends one frame. Over a limit, or a kind that is no question: the writer is bad. */
void vault_question_write(struct writer *w, const struct vault_question *q);
/* Outcome: VAULT_LINK_E_BAD, *ret is not to be looked at. Checked: kind, limits, and that
 * use and which have the shape that the row wants; not: what purposes and events mean. */
must_check int vault_question_read(const struct frame *f, struct vault_question *ret);

/* -- answers ----------------------------------------------------------------------- */
/* Written in pieces: begin, what the row says, frame_end(). A result other than DONE is
 * followed by nothing. */
size_t vault_answer_begin(struct writer *w, uint32_t id, enum vault_result result);

#define VAULT_KEYS_BYTES 73
struct vault_keys { /* lives in guarded memory or is wiped */
	int64_t meeting;
	uint8_t has; /* 1 ck, 2 mk */
	uint8_t ck[VAULT_LINK_KEY], mk[VAULT_LINK_KEY];
};
void vault_keys_write(struct writer *w, const struct vault_keys *k);

struct vault_state {
	uint64_t size, epoch, dropped, checkpoint_size;
	int64_t checkpoint_ms, oldest_ms;
	uint32_t segment, segments;
	uint64_t bytes, reserve_bytes, free_bytes;
	bool is_refusing, is_development;
	char checkpoint[VAULT_LINK_LINE];
};
void vault_state_write(struct writer *w, const struct vault_state *s);

struct vault_answer { /* every view is borrowed from the frame */
	enum vault_result result;
	uint16_t n;               /* of keys, ids or subkeys */
	struct bytes keys;        /* OPEN, CREATE: vault_answer_keys() */
	struct bytes ids;         /* SHELF, FIND_CASE: vault_answer_id() */
	struct bytes subkeys;     /* HELLO: n x VAULT_LINK_KEY */
	struct bytes public_key;  /* HELLO, SIGN */
	bool is_development;      /* HELLO */
	struct bytes signature;   /* SIGN */
	struct bytes checkpoint;  /* SIGN: what was appended to the minutes */
	uint32_t segments;        /* PRUNE */
	struct vault_state state; /* STATE */
};

/* asked: the kind of the question with that id. Outcome: VAULT_LINK_E_BAD, also for more
 * keys or ids than any question may ask for. */
must_check int vault_answer_read(
	const struct frame *f, enum vault_frame asked, struct vault_answer *ret);
/* i below n. */
void vault_answer_keys(const struct vault_answer *a, uint16_t i, struct vault_keys *ret);
int64_t vault_answer_id(const struct vault_answer *a, uint16_t i);

/* -- unasked ----------------------------------------------------------------------- */
/* The newest checkpoint, for the anchors. Too long: the writer is bad. */
void vault_anchor_write(struct writer *w, struct bytes line);
/* Outcome: VAULT_LINK_E_BAD, also for what is no line of plain text. Borrowed. */
must_check int vault_anchor_read(const struct frame *f, struct bytes *ret_line);
