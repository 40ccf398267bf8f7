/* SPDX-License-Identifier: MPL-2.0
 *
 * RTP and RTCP of one call on a pair of ports. A packet counts only from the negotiated
 * address, or from one of phone.media_sources that is then kept until the next agreement,
 * and from one SSRC; another one is believed only after the first fell silent, as trunks
 * change it without a word when an announcement ends. Nothing is kept per foreign sender.
 */
#include "call_inside.h"

#include "g711.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define PACKET_MAX    1500
#define SSRC_QUIET_MS 400

struct call_rtp {
	struct udp_sock *rtp, *rtcp;
	uint16_t port;
	struct rtp_hooks hooks;
	const struct sources *trusted;
	struct rtp_aim aim;
	bool aimed, latched;

	struct srtp_box *box,
		*in; /* out and in: the one may begin anew without the other */
	bool secure;
	struct sdes local, remote;

	uint32_t ssrc, ts_offset, last_ts;
	uint16_t seq;
	uint32_t sent_packets, sent_bytes;
	struct mbuf *out;
	char cname[24];

	uint32_t peer_ssrc;
	bool peer_known;
	struct port_figures figures;
};

static bool is_expected(struct call_rtp *r, const struct sa *src)
{
	if (sa_cmp(src, &r->aim.rtp, SA_ALL))
		return true;
	if (r->latched || !sources_hold(r->trusted, &src->u.sa))
		return false;
	r->latched = true;
	r->aim.rtp = *src;
	r->aim.rtcp = *src;
	sa_set_port(&r->aim.rtcp, (uint16_t)(sa_port(src) + 1));
	return true;
}

/* Another sender is believed once the one we know fell silent. */
static bool may_take_over(const struct call_rtp *r, uint32_t ssrc)
{
	return !r->peer_known || ssrc == r->peer_ssrc ||
	       clock_boot_ms() - r->figures.last_in_ms >= SSRC_QUIET_MS;
}

static int new_box(const struct call_rtp *r, struct srtp_box **ret)
{
	return srtp_box_new(ret, SRTP_AES128_SHA1_80,
		bytes_of(r->local.key, sizeof(r->local.key)),
		bytes_of(r->remote.key, sizeof(r->remote.key)));
}

/* A new sender is tried with a box of its own: a forged packet must not cost the counters
 * of the true one. */
static bool unprotect(struct call_rtp *r, struct mbuf *mb, uint32_t ssrc)
{
	owned(srtp_box_freep) struct srtp_box *fresh = NULL;
	size_t len = mbuf_get_left(mb);

	if (!r->secure)
		return true;
	if (!r->in)
		return false;
	const bool other = r->peer_known && ssrc != r->peer_ssrc;
	if (other && new_box(r, &fresh) != 0)
		return false;
	if (!srtp_box_open(other ? fresh : r->in, mbuf_buf(mb), &len))
		return false;
	if (other) {
		struct srtp_box *old = r->in;
		r->in = fresh;
		fresh = old;
	}
	mb->end = mb->pos + len;
	return true;
}

static void deliver(struct call_rtp *r, const struct rtp_header *h, struct mbuf *mb)
{
	struct audio_packet p = { .marker = h->m,
		.seq = h->seq,
		.ts = h->ts,
		.payload = bytes_of(mbuf_buf(mb), mbuf_get_left(mb)) };
	if (h->pad) {
		const uint8_t pad = p.payload.len ? p.payload.at[p.payload.len - 1] : 0;
		if (!pad || pad > p.payload.len)
			return;
		p.payload.len -= pad;
	}
	if (h->pt == r->aim.event_pt) {
		if (p.payload.len >= 4)
			r->hooks.event(r->hooks.arg, &p);
		return;
	}
	if ((h->pt != 0 && h->pt != 8) || !p.payload.len ||
		p.payload.len > AUDIO_PACKET_MAX)
		return; /* comfort noise and the like: a sign of life, no sound */
	p.law = h->pt == 8 ? G711_ALAW : G711_ULAW;
	r->figures.in++;
	r->hooks.audio(r->hooks.arg, &p);
}

static void on_rtp(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct call_rtp *r = arg;
	struct rtp_header h;

	if (!r->aimed || mbuf_get_left(mb) < RTP_HEADER_SIZE || !is_expected(r, src)) {
		r->figures.refused++;
		return;
	}
	uint32_t ssrc;
	memcpy(&ssrc, mbuf_buf(mb) + 8, sizeof(ssrc));
	ssrc = ntohl(ssrc);
	memset(&h, 0, sizeof(h));
	if (!may_take_over(r, ssrc) || !unprotect(r, mb, ssrc) ||
		rtp_hdr_decode(&h, mb) != 0 || h.ver != RTP_VERSION) {
		r->figures.refused++;
		return;
	}
	r->peer_ssrc = ssrc;
	r->peer_known = true;
	r->figures.last_in_ms = clock_boot_ms();
	deliver(r, &h, mb);
}

/* Nothing of a report is used; the port is open so that the peer meets no error. */
static void on_rtcp(const struct sa *src, struct mbuf *mb, void *arg)
{
	(void)src;
	(void)mb;
	(void)arg;
}

static int listen_pair(struct call_rtp *r, const struct trunk *t)
{
	const uint32_t half = (uint32_t)PHONE_PORTS_HALF(t->s->phone_calls);
	const uint32_t low = ((uint32_t)t->s->phone_media_port + half + 1) & ~1U;
	const uint32_t pairs = half / 2 - 1, first = rand_u32() % pairs;
	struct sa at = t->local;

	for (uint32_t i = 0; i < pairs; i++) {
		r->port = (uint16_t)(low + 2 * ((first + i) % pairs));
		sa_set_port(&at, r->port);
		if (udp_listen(&r->rtp, &at, on_rtp, r) != 0)
			continue;
		sa_set_port(&at, (uint16_t)(r->port + 1));
		if (udp_listen(&r->rtcp, &at, on_rtcp, r) == 0) {
			udp_rxsz_set(r->rtp, PACKET_MAX);
			udp_rxsz_set(r->rtcp, PACKET_MAX);
			return 0;
		}
		r->rtp = mem_deref(r->rtp);
	}
	return RTP_E_FULL;
}

static void renew(struct call_rtp *r)
{
	r->ssrc = rand_u32();
	r->seq = rand_u16() & 0x7fff; /* RFC 3711: far from the first roll-over */
	r->sent_packets = r->sent_bytes = 0;
}

int call_rtp_new(
	struct call_rtp **ret, const struct trunk *t, const struct rtp_hooks *hooks)
{
	struct call_rtp *r = calloc(1, sizeof(*r));
	if (!r)
		return fault_here(ENOMEM);
	r->hooks = *hooks;
	r->trusted = &t->media;
	r->secure = !strcmp(t->s->phone_srtp, "on");
	r->ts_offset = rand_u32();
	(void)re_snprintf(r->cname, sizeof(r->cname), "%016llx", rand_u64());
	renew(r);
	r->out = mbuf_alloc(RTP_HEADER_SIZE + AUDIO_PACKET_MAX + SRTP_GROWTH + 128);
	int e = r->out ? listen_pair(r, t) : fault_here(ENOMEM);
	if (e) {
		call_rtp_free(r);
		return e;
	}
	*ret = r;
	return 0;
}

struct call_rtp *call_rtp_free(struct call_rtp *r)
{
	if (!r)
		return NULL;
	r->rtp = mem_deref(r->rtp);
	r->rtcp = mem_deref(r->rtcp);
	r->out = mem_deref(r->out);
	r->box = srtp_box_free(r->box);
	r->in = srtp_box_free(r->in);
	explicit_bzero(&r->local, sizeof(r->local));
	explicit_bzero(&r->remote, sizeof(r->remote));
	free(r);
	return NULL;
}

uint16_t call_rtp_port(const struct call_rtp *r)
{
	return r->port;
}

enum g711_law call_rtp_law(const struct call_rtp *r)
{
	return r->aim.law;
}

void call_rtp_aim(struct call_rtp *r, const struct rtp_aim *aim)
{
	const bool moved = !r->aimed || !sa_cmp(&r->aim.rtp, &aim->rtp, SA_ALL);
	if (r->latched && sa_cmp(&r->aim.rtp, &aim->rtp, SA_ADDR)) {
		/* The same agreement again, as session refreshes send it. */
		r->aim.law = aim->law;
		r->aim.pt = aim->pt;
		r->aim.event_pt = aim->event_pt;
		return;
	}
	r->aim = *aim;
	r->latched = false;
	r->aimed = true;
	if (moved) {
		r->peer_known = false;
		if (r->in)
			srtp_box_forget_ssrc(r->in);
	}
}

int call_rtp_keys(struct call_rtp *r, const struct sdes *local, const struct sdes *remote)
{
	owned(srtp_box_freep) struct srtp_box *out = NULL;
	struct srtp_box *in = NULL;

	if (r->box && memcmp(r->remote.key, remote->key, sizeof(remote->key)) == 0)
		return 0; /* a refresh: its counters go on */
	r->local = *local;
	r->remote = *remote;
	int e = new_box(r, &out);
	if (!e)
		e = new_box(r, &in);
	if (e)
		return fault_pass(e);
	(void)srtp_box_free(r->box);
	(void)srtp_box_free(r->in);
	r->box = out;
	r->in = in;
	out = NULL;
	r->peer_known = false;
	/* The same key with counters from zero is safe with another SSRC only. */
	renew(r);
	return 0;
}

static void send_out(struct call_rtp *r, bool rtcp)
{
	struct mbuf *mb = r->out;
	mb->pos = 0;
	size_t len = mb->end;
	if (r->secure) {
		if (!r->box || mb->size - mb->end < SRTP_GROWTH)
			return;
		if (rtcp ? !srtp_box_protect_rtcp(r->box, mb->buf, &len)
			 : !srtp_box_protect(r->box, mb->buf, &len))
			return;
		mb->end = len;
	}
	(void)udp_send(rtcp ? r->rtcp : r->rtp, rtcp ? &r->aim.rtcp : &r->aim.rtp, mb);
}

void call_rtp_send(struct call_rtp *r, const struct audio_packet *p)
{
	if (!r->aimed || !p->payload.len || p->payload.len > AUDIO_PACKET_MAX)
		return;
	const struct rtp_header h = { .ver = RTP_VERSION,
		.m = p->marker,
		.pt = r->aim.pt,
		.seq = r->seq++,
		.ts = p->ts + r->ts_offset,
		.ssrc = r->ssrc };
	mbuf_rewind(r->out);
	if (rtp_hdr_encode(r->out, &h) != 0 ||
		mbuf_write_mem(r->out, p->payload.at, p->payload.len) != 0)
		return;
	if (p->law != r->aim.law)
		g711_transcode(p->law, r->aim.law, r->out->buf + RTP_HEADER_SIZE,
			p->payload.len);
	r->last_ts = h.ts;
	r->sent_packets++;
	r->sent_bytes += (uint32_t)p->payload.len;
	r->figures.out++;
	send_out(r, false);
}

static int put_cname(struct mbuf *mb, void *arg)
{
	const struct call_rtp *r = arg;
	return rtcp_sdes_encode(mb, r->ssrc, 1, RTCP_SDES_CNAME, r->cname);
}

void call_rtp_report(struct call_rtp *r)
{
	if (!r->aimed)
		return;
	const int64_t now = clock_utc_ms();
	const uint32_t s = (uint32_t)(now / 1000 + INT64_C(2208988800));
	const uint32_t fraction = (uint32_t)(((uint64_t)(now % 1000) << 32) / 1000);
	mbuf_rewind(r->out);
	if (rtcp_encode(r->out, RTCP_SR, 0, r->ssrc, s, fraction, r->last_ts,
		    r->sent_packets, r->sent_bytes, NULL, NULL) != 0 ||
		rtcp_encode(r->out, RTCP_SDES, 1, put_cname, r) != 0)
		return;
	send_out(r, true);
}

void call_rtp_figures(const struct call_rtp *r, struct port_figures *ret)
{
	*ret = r->figures;
}
