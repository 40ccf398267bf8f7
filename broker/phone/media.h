/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: sound as it passes between legs. 8 kHz mono, G.711, 20 ms a packet
 * unless a peer sends other lengths. A port is the transport of one leg: the browser's
 * (browser.h) or the trunk's (call.h); both take and give the same packets, so that the
 * room above (talk.h) does not know which is which.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/link/phone.h"

#define AUDIO_RATE       8000
#define AUDIO_TICK_MS    20
#define AUDIO_TICK       160 /* samples of one tick */
#define AUDIO_PACKET_MAX 480 /* samples of the longest packet that is taken: 60 ms */

enum g711_law { G711_ALAW, G711_ULAW };

/* One RTP audio packet. Inbound: seq and ts as the peer sent them, after decryption and
 * after the checks of source and SSRC. Outbound: ts in samples, continuous for the port
 * from its first packet on, also where the source changes; the port makes seq, SSRC and
 * a random offset of its own. */
struct audio_packet {
	enum g711_law law;
	bool marker; /* first after a silence */
	uint16_t seq;
	uint32_t ts;
	struct bytes payload; /* borrowed */
};

/* What a port tells the room. Every call comes on the loop's thread; the port may be
 * freed in any of them but `audio`. */
struct port_hooks {
	void *arg;
	void (*audio)(void *arg, const struct audio_packet *p);
	/* RFC 4733 packet: payload of 4 bytes or more as it came, for dtmf.h. */
	void (*event)(void *arg, const struct audio_packet *p);
	void (*key)(void *arg, char key); /* from SIP INFO: 0-9 * # A-D */
	/* Connected: sound can be sent (browser: DTLS done; trunk: 2xx, or 183 with SDP).
	 */
	void (*open)(void *arg);
	/* The far end put us on hold or took us back (trunk only). */
	void (*held)(void *arg, bool on);
	void (*over)(void *arg, enum phone_cause why); /* once; free the port */
};

struct port_figures {       /* since the port was made; for tests and metrics */
	uint64_t in, out;   /* audio packets */
	uint64_t refused;   /* wrong source, wrong SSRC, failed authentication, replay */
	int64_t last_in_ms; /* boot clock of the last accepted packet, 0: none */
};
