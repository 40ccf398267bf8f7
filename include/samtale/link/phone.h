/* SPDX-License-Identifier: MPL-2.0
 *
 * The conversation between the broker and the telephone gateway: orders down, reports
 * up, each one frame of the same shape (RFC terms where there is one). The gateway knows
 * legs and rooms; what a meeting is, who may be called and whose PIN is right is the
 * broker's alone.
 *
 *	frame.kind: phone_kind | frame.id: leg | body: u64 room, u8 word, u8 flags,
 *	u32 value, u16 length + text, u16 length + more
 */
#pragma once

#include "samtale/link/frame.h"

#define PHONE_VERSION      1
#define PHONE_LEG_INCOMING UINT32_C(0x80000000) /* leg numbers that the gateway gives */
#define PHONE_TEXT_MAX     LIMIT_SDP

/* UDP ports from phone.media_port on: so many for browsers, one each, then as many for
 * calls on the trunk, two each (RTP, RTCP). calls: phone.calls. */
#define PHONE_PORTS_HALF(calls) ((calls) > 240 ? 2 * (calls) + 20 : 500)

enum phone_kind {
	PHONE_NOTHING,
#define ORDER(id, sentence) PHONE_ORDER_##id,
#include "samtale/link/phone.def"
	PHONE_ORDERS_END,
	PHONE_REPORTS_BEGIN = 64,
#define REPORT(id, sentence) PHONE_REPORT_##id,
#include "samtale/link/phone.def"
	PHONE_REPORTS_END
};
enum phone_confirm {
#define CONFIRM(id) PHONE_CONFIRM_##id,
#include "samtale/link/phone.def"
	PHONE_CONFIRM_COUNT
};
enum phone_progress {
#define PROGRESS(id, name) PHONE_PROGRESS_##id,
#include "samtale/link/phone.def"
	PHONE_PROGRESS_COUNT
};
enum phone_cause {
#define CAUSE(id, name) PHONE_CAUSE_##id,
#include "samtale/link/phone.def"
	PHONE_CAUSE_COUNT
};
enum phone_trunk {
#define TRUNK(id, name) PHONE_TRUNK_##id,
#include "samtale/link/phone.def"
	PHONE_TRUNK_COUNT
};
enum phone_answer {
#define ANSWER_TO(id) PHONE_ANSWER_##id,
#include "samtale/link/phone.def"
	PHONE_ANSWER_COUNT
};
enum phone_verdict {
#define VERDICT(id) PHONE_VERDICT_##id,
#include "samtale/link/phone.def"
	PHONE_VERDICT_COUNT
};
enum phone_key {
#define KEY(id) PHONE_KEY_##id,
#include "samtale/link/phone.def"
	PHONE_KEY_COUNT
};
enum phone_flags {
	PHONE_HIDE = 1,      /* present no caller ID (Privacy: id) */
	PHONE_OWN_PHONE = 2, /* the consultant's telephone; always asks for a key */
	PHONE_ENGLISH = 4,   /* prompts in English */
	PHONE_OWNER = 8,
	PHONE_ON = 16,
	PHONE_HIDDEN = 32,
	PHONE_BROWSER = 64,
	PHONE_INCOMING = 128,
};

struct phone_message {
	enum phone_kind kind;
	uint32_t leg; /* 0: about no leg */
	uint64_t room;
	uint8_t word, flags;
	uint32_t value;
	struct bytes text, more; /* borrowed */
};

/* Appends one frame. A text over PHONE_TEXT_MAX makes the writer bad. */
void phone_message_write(struct writer *w, const struct phone_message *m);

#define PHONE_E_BAD                                                                      \
	1 /* not such a message, or a word out of its range; close the link              \
	   */
/* Texts are borrowed from the frame. orders: which half of the table may come. */
must_check int phone_message_read(
	const struct frame *f, bool orders, struct phone_message *ret);

/* The words of the protocol; never NULL for a value of the enum. */
const char *phone_progress_name(enum phone_progress p);
const char *phone_cause_name(enum phone_cause c);
const char *phone_trunk_name(enum phone_trunk t);
