/* SPDX-License-Identifier: MPL-2.0
 *
 * For call*.c only: a call in its parts. call.c: its life in SIP; call_sdp.c: what the
 * two ends agree on; call_rtp.c: the sound itself.
 */
#pragma once

#include "trunk_inside.h"

#include "number.h"
#include "sdes.h"

/* -- call_rtp.c ---------------------------------------------------------------------- */
struct call_rtp;

struct rtp_hooks {
	void *arg;
	void (*audio)(void *arg, const struct audio_packet *p);
	void (*event)(void *arg, const struct audio_packet *p);
};
/* Where to send and what; taken at every agreement. */
struct rtp_aim {
	struct sa rtp, rtcp;
	enum g711_law law;
	uint8_t pt;
	int event_pt; /* that we receive; -1: none was agreed on */
};

#define RTP_E_FULL 1 /* no pair of ports is free */
must_check int call_rtp_new(
	struct call_rtp **ret, const struct trunk *t, const struct rtp_hooks *hooks);
struct call_rtp *call_rtp_free(struct call_rtp *r);
uint16_t call_rtp_port(const struct call_rtp *r);
enum g711_law call_rtp_law(const struct call_rtp *r);
void call_rtp_aim(struct call_rtp *r, const struct rtp_aim *aim);
/* From now on nothing goes out or comes in but by these keys. */
must_check int call_rtp_keys(
	struct call_rtp *r, const struct sdes *local, const struct sdes *remote);
void call_rtp_send(struct call_rtp *r, const struct audio_packet *p);
void call_rtp_report(struct call_rtp *r); /* RTCP; every five seconds */
void call_rtp_figures(const struct call_rtp *r, struct port_figures *ret);

/* -- call_sdp.c ---------------------------------------------------------------------- */
struct call_sdp {
	struct sdp_session *session;
	struct sdp_media *audio;
	bool secure, agreed;
	bool held;    /* the far end does not want to hear us */
	bool one_way; /* one of the directions is off */
	struct sdes local, remote;
};
must_check int call_sdp_init(struct call_sdp *d, const struct trunk *t, uint16_t port);
void call_sdp_deinit(struct call_sdp *d);
must_check int call_sdp_write(struct call_sdp *d, bool offer, struct mbuf **ret);
#define SDP_E_BAD 1 /* nothing that we can talk by; what was agreed before stands */
/* Reads and aims rtp by it. */
must_check int call_sdp_take(
	struct call_sdp *d, struct mbuf *body, bool offer, struct call_rtp *rtp);

struct call { /* owned by libre's memory, for its callbacks need a hold on it */
	struct le le;
	struct trunk *t;
	struct call_hooks hooks;
	bool taken, over;
	bool outgoing, answered, open;
	bool heard; /* the network said anything at all */
	bool bad_media;
	bool told_open, told_held; /* what the hooks know */
	enum phone_progress progress;

	struct sipsess *sess;
	struct call_sdp sdp;
	struct call_rtp *rtp;

	struct tmr ring, end, tick, news;
	unsigned max_s, silence_s, ticks;
	int64_t answered_ms, quiet_since_ms;

	/* outgoing */
	char to[TRUNK_URI_MAX];
	bool hide;
	struct digest_challenge challenge; /* that libre could not answer */
	unsigned challenges;
};
/* -- call_session.c ------------------------------------------------------------------ */
must_check int call_connect(struct call *c, const char *authorization);
must_check int call_accept(struct call *c, const struct sip_msg *msg);

/* -- call.c, for call_session.c -------------------------------------------------------
 */
void call_over(struct call *c, enum phone_cause why);
void call_news(struct call *c);  /* tells open and hold, soon */
void call_begin(struct call *c); /* answered: the clocks start */
