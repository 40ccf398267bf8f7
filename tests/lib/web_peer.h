/* SPDX-License-Identifier: MPL-2.0
 *
 * Plays the browser of a leg, as small as one can be: offers, checks, is the DTLS client,
 * sends and takes sound. Every step can be done wrongly, which is what it is for.
 */
#pragma once

#include "dtls_id.h"
#include "media.h"
#include "re.h"

#define WEB_PEER_UFRAG "peer"
#define WEB_PEER_SSRC  UINT32_C(0x11223344)

enum check_flaw {
	CHECK_RIGHT,
	CHECK_BAD_INTEGRITY,
	CHECK_NO_INTEGRITY,
	CHECK_NO_FINGERPRINT,
	CHECK_BAD_FINGERPRINT,
	CHECK_WRONG_USER,
	CHECK_CONTROLLED,
	CHECK_UNKNOWN_ATTRIBUTE,
	CHECK_FLAWS
};

struct web_peer {
	struct udp_sock *us, *us2; /* us2: after it moved */
	struct dtls_id *id;
	struct dtls_sock *ds;
	struct tls_conn *tc;
	struct srtp_box *box;
	struct sa gateway;
	char ufrag[16], pwd[64]; /* the gateway's */
	bool sha1_only;
	bool up, closed;
	unsigned answers, errors;   /* to checks */
	unsigned packets, packets2; /* of sound that authenticated, by socket */
	unsigned reports;
	unsigned records2; /* of DTLS at us2 */
	uint16_t last_seq;
	uint32_t last_ts;
	uint8_t last[AUDIO_PACKET_MAX];
	size_t last_len;
	uint8_t last_sent[600]; /* as it went over the wire */
	size_t last_sent_len;
};

void web_peer_start(struct web_peer *p, const char *address);
void web_peer_stop(struct web_peer *p);
/* An offer as browsers make it; the media line's formats and more lines may be given. */
void web_peer_offer(const struct web_peer *p, struct writer *w);
void web_peer_take_answer(struct web_peer *p, struct bytes sdp, const char *address);
struct mbuf *web_peer_make_check(
	const struct web_peer *p, enum check_flaw flaw, bool nominate);
void web_peer_check(
	struct web_peer *p, struct udp_sock *from, enum check_flaw flaw, bool nominate);
void web_peer_connect(struct web_peer *p, struct dtls_id *as); /* DTLS */
/* One packet of sound; pt 8, `payload` bytes of 0xd5 and its number. */
void web_peer_say(struct web_peer *p, struct udp_sock *from, uint8_t pt, uint16_t seq,
	size_t payload);
void web_peer_raw(struct udp_sock *from, const struct sa *to, const void *at, size_t len);

/* Runs the loop until `done` or for so long; returns whether it was done. */
bool run_until(bool (*done)(void *arg), void *arg, unsigned ms);
void run_for(unsigned ms);
