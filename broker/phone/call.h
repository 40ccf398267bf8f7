/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one SIP call and its RTP: the port of a telephone. Offer and answer
 * (RFC 3264), hold (direction and c=0.0.0.0), re-INVITE, UPDATE, INFO, session refresh,
 * SDES where the trunk wants it. RTP is taken from the negotiated address and one SSRC.
 */
#pragma once

#include "media.h"

struct call;
struct trunk;

struct call_hooks {
	struct port_hooks port;
	/* CALLING RINGING EARLY ANSWERED, outgoing only. */
	void (*progress)(void *arg, enum phone_progress p); /* arg: port.arg */
};

struct call_dial {
	struct bytes number; /* E.164, else a fault */
	bool hide;           /* Privacy: id, anonymous From */
	unsigned ring_s;
	unsigned max_s, silence_s;
};
/* INVITE is on the wire when this returns. Outcome: CALL_E_DOWN (no trunk),
 * CALL_E_FULL (no port). 3xx is not followed: over(DECLINED). */
#define CALL_E_DOWN 1
#define CALL_E_FULL 2
must_check int call_dial(struct call **ret, struct trunk *t, const struct call_dial *dial,
	const struct call_hooks *hooks);

/* Incoming: take it inside of trunk_hooks.incoming; then answer or refuse. */
void call_take(struct call *c, const struct call_hooks *hooks, unsigned max_s,
	unsigned silence_s);
must_check int call_answer(struct call *c);

/* CANCEL, BYE or a refusal that fits the cause (BUSY 486, DECLINED 603, FULL 503,
 * LINE_DOWN 500); frees c. over() does not come any more. */
struct call *call_end(struct call *c, enum phone_cause why);

/* Dropped while not open or on hold. */
void call_send(struct call *c, const struct audio_packet *p);
enum g711_law call_law(const struct call *c);
bool call_is_open(const struct call *c);
bool call_is_held(const struct call *c);        /* by the far end */
int64_t call_answered_ms(const struct call *c); /* boot clock; 0: not yet */
void call_figures(const struct call *c, struct port_figures *ret);
