/* SPDX-License-Identifier: MPL-2.0
 *
 * The load on the telephone gateway: browsers (ICE, DTLS-SRTP) on one side and telephones
 * (SIP, RTP) on the other, on one libre loop. Sound is silence with a loud packet now and
 * then, whose way from one side to the other is the delay.
 */
#pragma once

#include "dtls_id.h"
#include "g711.h"
#include "srtp_box.h"

#include "samtale/base/clock.h"
#include "samtale/link/phone.h"

#include "re.h"

#define TICK_MS    20
#define BEEP_EVERY 50 /* packets */
#define DELAYS_MAX 100000

struct delays { /* ns, of loud packets */
	uint64_t *list;
	size_t n;
};

/* One direction: when the last loud packet left, and whether it was heard. */
struct beep {
	uint64_t sent_ns;
	bool waited_for;
	bool at_once; /* the next packet is loud */
};

struct stream { /* RTP that is sent */
	uint16_t seq;
	uint32_t ts, ssrc;
	unsigned count;
};

struct counts {
	uint64_t sent, got;
};

uint64_t now_ns(void);
/* Makes the next packet of a stream; loud ones note when they left. */
struct mbuf *stream_packet(struct stream *s, struct beep *b);
/* Looks into a packet that came: a loud one that is waited for is noted. */
void stream_heard(struct beep *b, const uint8_t *packet, size_t len, struct delays *d);

/* -- browser.c --------------------------------------------------------------------- */
struct browser_peer;
/* Writes an offer; then the answer leads it to the gateway. */
int browser_peer_new(struct browser_peer **ret, struct dtls_id *id, struct mbuf *offer);
int browser_peer_answer(struct browser_peer *b, struct pl *sdp);
bool browser_peer_is_up(const struct browser_peer *b);
void browser_peer_tick(struct browser_peer *b);
struct counts *browser_peer_counts(struct browser_peer *b);

/* -- far.c: every telephone behind the trunk --------------------------------------- */
struct far;
struct far_call;
int far_new(struct far **ret, struct sa *bound);
struct far *far_free(struct far *f);
/* The call that rings for that number, when it has come. */
struct far_call *far_find(struct far *f, const char *number);
uint64_t far_call_came_ns(const struct far_call *c);
bool far_call_is_up(const struct far_call *c);
void far_call_tick(struct far_call *c);
struct counts *far_call_counts(struct far_call *c);

/* Who hears whose beeps. */
struct pair {
	struct beep to_phone, to_browser;
	struct delays *d_phone, *d_browser;
};
void browser_peer_pair(struct browser_peer *b, struct pair *p);
void far_call_pair(struct far_call *c, struct pair *p);
