/* SPDX-License-Identifier: MPL-2.0
 *
 * A meeting: two connections log in and come into one room, then an offer of 4 KB, an
 * answer of 3 KB and 20 candidates each way pass through the server, each in a message of
 * its own. Who hears the last candidate ends it. The same bytes for every server.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFER_BYTES  4096
#define ANSWER_BYTES 3072
#define PING_S       20 /* docs/protocol.md */

bool mode_keeps, mode_measures, mode_setup_only, mode_only_stays;

/* -- payloads -------------------------------------------------------------------------
 */
static char offer[OFFER_BYTES + 2048], answer[ANSWER_BYTES + 2048];

#define FINGERPRINT                                                                      \
	"a=fingerprint:sha-256 "                                                         \
	"7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:"                      \
	"64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08"

static const char *const sdp_head[] = { "v=0",
	"o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0",
	"a=group:BUNDLE 0 1 2 3", "a=extmap-allow-mixed", "a=msid-semantic: WMS",
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8", "c=IN IP4 0.0.0.0",
	"a=ice-ufrag:EEtu", "a=ice-pwd:V1Tzq8Jq0yC0Yw5Xn2m9fQ3K", "a=ice-options:trickle",
	FINGERPRINT, "a=setup:%s", "a=mid:0", "a=sendrecv", "a=rtcp-mux",
	"a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=ice-ufrag:EEtu",
	"a=ice-pwd:V1Tzq8Jq0yC0Yw5Xn2m9fQ3K", FINGERPRINT, "a=setup:%s", "a=mid:1",
	"a=sendrecv", "a=rtcp-mux", "a=rtcp-rsize" };
static const char *const sdp_fill[] = { "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 goog-remb",
	"a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 nack pli",
	"a=fmtp:97 apt=96;level-asymmetry-allowed=1;packetization-mode=1",
	"a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
	"a=extmap:5 urn:3gpp:video-orientation",
	"a=ssrc:3735928559 cname:4TOk42mSjXCkVIa6" };
static const char *const sdp_tail[] = {
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:3",
	"a=sctp-port:5000", "a=max-message-size:262144"
};

/* One line with its line end as JSON writes it; returns the bytes of SDP that it is. */
static size_t add_line(char *text, size_t cap, const char *line, const char *setup)
{
	size_t at = strlen(text);
	bool is_setup = strcmp(line, "a=setup:%s") == 0;
	int n = snprintf(text + at, cap - at, "%s%s\\r\\n", is_setup ? "a=setup:" : line,
		is_setup ? setup : "");

	if (n < 0 || (size_t)n >= cap - at)
		die("load: description");
	return (size_t)n - 2;
}

static void make_sdp(char *text, size_t cap, size_t wanted, const char *setup)
{
	size_t len = 0, tail = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(sdp_head) / sizeof(*sdp_head); i++)
		len += add_line(text, cap, sdp_head[i], setup);
	for (size_t i = 0; i < sizeof(sdp_tail) / sizeof(*sdp_tail); i++)
		tail += strlen(sdp_tail[i]) + 2;
	for (size_t i = 0; len + tail < wanted; i++)
		len += add_line(text, cap,
			sdp_fill[i % (sizeof(sdp_fill) / sizeof(*sdp_fill))], setup);
	for (size_t i = 0; i < sizeof(sdp_tail) / sizeof(*sdp_tail); i++)
		(void)add_line(text, cap, sdp_tail[i], setup);
}

void talk_payloads(void)
{
	make_sdp(offer, sizeof(offer), OFFER_BYTES, "actpass");
	make_sdp(answer, sizeof(answer), ANSWER_BYTES, "active");
}

static void send_sdp(struct conn *c, const char *kind, const char *sdp)
{
	char text[8192];
	int n = snprintf(text, sizeof(text),
		"{\"type\":\"signal\",\"epoch\":%u,\"kind\":\"%s\",\"sdp\":\"%s\"}",
		c->talk->epoch, kind, sdp);

	opt.tongue->signal(c, text, (size_t)n);
}

void talk_candidate(struct conn *c)
{
	char text[512];
	int n = snprintf(text, sizeof(text),
		"{\"type\":\"signal\",\"epoch\":%u,\"kind\":\"candidates\","
		"\"candidates\":["
		"{\"candidate\":\"candidate:842163049 1 udp 1677729535 203.0.113.7 46154 "
		"typ "
		"srflx raddr 0.0.0.0 rport 0 generation 0 ufrag EEtu network-cost 999\","
		"\"mid\":\"0\",\"mline\":0}]}",
		c->talk->epoch);

	opt.tongue->signal(c, text, (size_t)n);
}

/* -- the way of a meeting -------------------------------------------------------------
 */
static void finish(struct talk *t, bool good)
{
	if (!t->active)
		return;
	t->active = false;
	if (good && t->counted && !mode_setup_only) {
		fig.talks++;
		sample_add(&fig.talk, now_ns() - t->born_ns);
	}
	if (good && mode_keeps && !t->counted)
		return;
	for (unsigned i = 0; i < 2; i++) {
		if (t->side[i] && good && !mode_setup_only)
			opt.tongue->leave(t->side[i]);
		ws_goodbye(t->side[i]);
	}
}

void talk_ready(struct conn *c)
{
	struct talk *t = c->talk;

	if (c->state != CONN_OPEN)
		return;
	c->state = CONN_READY;
	c->ping_ns = c->born_ns + random_next() % (PING_S * (uint64_t)NS_PER_S);
	fig.setups += t->counted;
	sample_add(&fig.setup, now_ns() - c->born_ns);
	if (mode_setup_only)
		finish(t, true);
	else if (mode_only_stays)
		t->active = false;
	else if (++t->ready == 2)
		opt.tongue->join(t);
}

void talk_joined(struct talk *t, unsigned by)
{
	t->joined |= (uint8_t)(1u << by);
	if (t->joined != 3 || t->talking || !t->side[STAFF])
		return;
	t->talking = true;
	send_sdp(t->side[STAFF], "offer", offer);
}

static void exchange_candidates(struct talk *t)
{
	for (int i = 0; i < CANDIDATES; i++)
		for (int s = 0; s < 2; s++)
			if (t->side[s])
				talk_candidate(t->side[s]);
}

void talk_heard(struct conn *c, char kind)
{
	struct talk *t = c->talk;

	if (kind == 'o') {
		send_sdp(c, "answer", answer);
	} else if (kind == 'a') {
		exchange_candidates(t);
	} else if (!t->active && mode_measures && t->sent_ns[!c->side]) {
		sample_add(&fig.latency, now_ns() - t->sent_ns[!c->side]);
		t->sent_ns[!c->side] = 0;
	} else if (t->active) {
		t->candidates[c->side]++;
		if (t->candidates[0] >= CANDIDATES && t->candidates[1] >= CANDIDATES)
			finish(t, true);
	}
}

void talk_lost(struct conn *c)
{
	c->talk->side[c->side] = NULL;
	finish(c->talk, false);
}

/* -- many of them ---------------------------------------------------------------------
 */
static void begin(struct talk *t, unsigned sides)
{
	t->active = true;
	t->born_ns = now_ns();
	if (sides == 2) {
		t->side[STAFF] = conn_new(&ws_user, t, STAFF);
		t->side[CITIZEN] = conn_new(&ws_user, t, CITIZEN);
	} else { /* every second one a citizen */
		unsigned s = t->number & 1;

		t->side[s] = conn_new(&ws_user, t, s);
	}
}

bool talks_run(struct talk *t, unsigned n, unsigned sides)
{
	uint64_t deadline = now_ns() + opt.deadline_s * (uint64_t)NS_PER_S;
	unsigned next = 0, oldest = 0;

	while (oldest < n) {
		unsigned active = 0;

		while (oldest < next && !t[oldest].active)
			oldest++;
		for (unsigned i = oldest; i < next; i++)
			active += t[i].active;
		for (; next < n && active < opt.at_once; active++)
			begin(&t[next++], sides);
		if (now_ns() > deadline) {
			(void)fprintf(stderr, "load: not done in %u s\n", opt.deadline_s);
			return false;
		}
		wire_turn(now_ns() + NS_PER_S / 500);
		talks_ping(t, next, now_ns());
	}
	return true;
}

void talks_ping(struct talk *t, unsigned n, uint64_t now)
{
	static unsigned at;

	for (unsigned i = 0; mode_keeps && i < n && i < 512; i++) {
		struct talk *p = &t[at = (at + 1) % n];

		for (int s = 0; s < 2; s++) {
			struct conn *c = p->side[s];

			if (!c || c->state != CONN_READY || c->ping_ns > now)
				continue;
			c->ping_ns = now + PING_S * (uint64_t)NS_PER_S;
			opt.tongue->ping(c);
		}
	}
}
