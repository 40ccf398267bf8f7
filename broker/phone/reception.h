/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what RTCP says of one leg (RFC 3550 6.4, A.1, A.3, A.8): figures of
 * the packets that came, our reports with them, and the peer's reports as far as they are
 * needed to answer. 8 kHz. Pure: time comes in.
 */
#pragma once

#include "samtale/base/bytes.h"

#define RECEPTION_REPORT_MAX 96 /* bytes of a report, before protection */

struct reception { /* zeroed: nothing came */
	bool started;
	uint32_t ssrc;
	uint16_t last_seq;
	uint32_t cycles, first_seq;
	uint32_t received, expected_before, received_before;
	int32_t transit;
	uint32_t jitter16; /* 16 times the jitter, in samples */
	uint32_t peer_sr;  /* middle of the NTP time of its last report */
	int64_t peer_sr_ms;
};

struct sending { /* what our report says of what we sent */
	uint32_t ssrc, packets, octets;
	uint32_t ts;   /* of the last packet, as sent */
	int64_t ts_ms; /* boot clock, when it went */
	const char *cname;
};

void reception_packet(
	struct reception *r, uint32_t ssrc, uint16_t seq, uint32_t ts, int64_t now_ms);
/* A compound packet of the peer, decrypted. Whatever is wrong in it is left out. */
void reception_read_report(struct reception *r, struct bytes rtcp, int64_t now_ms);
/* Sender report (receiver report before the first packet was sent) with one block about
 * the peer, and the CNAME. */
void reception_write_report(struct reception *r, const struct sending *s, int64_t now_ms,
	int64_t utc_ms, struct writer *w);
