/* SPDX-License-Identifier: MPL-2.0
 *
 * The sound of one telephone: a UDP socket, A-law, no RTCP.
 */
#include "load.h"

struct telephone {
	struct udp_sock *rtp;
	struct sa to;
	struct voice voice;
};

static void got(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct telephone *t = arg;

	if (sa_cmp(src, &t->to, SA_ALL)) /* others on this machine have calls, too */
		listening_packet(
			&t->voice.in, t->voice.hears, mbuf_buf(mb), mbuf_get_left(mb));
}

static void destroy(void *arg)
{
	struct telephone *t = arg;

	mem_deref(t->rtp);
}

int telephone_new(struct telephone **ret)
{
	struct telephone *t = mem_zalloc(sizeof(*t), destroy);
	struct sa at;
	int err;

	if (!t)
		return ENOMEM;
	t->voice.out.ssrc = rand_u32();
	(void)sa_set_str(&at, "127.0.0.1", 0);
	err = udp_listen(&t->rtp, &at, got, t);
	if (err)
		mem_deref(t);
	else
		*ret = t;
	return err;
}

uint16_t telephone_port(const struct telephone *t)
{
	struct sa at;

	return udp_local_get(t->rtp, &at) == 0 ? sa_port(&at) : 0;
}

int telephone_aim(struct telephone *t, const struct pl *sdp)
{
	struct pl ip, port;

	if (re_regex(sdp->p, sdp->l, "c=IN IP4 [0-9.]+", &ip) ||
		re_regex(sdp->p, sdp->l, "m=audio [0-9]+", &port))
		return EBADMSG;
	return sa_set(&t->to, &ip, (uint16_t)pl_u32(&port));
}

int telephone_describe(const struct telephone *t, struct mbuf *sdp)
{
	return mbuf_printf(sdp,
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 "
		"0\r\n"
		"m=audio %u RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n",
		telephone_port(t));
}

void telephone_tick(struct telephone *t)
{
	struct mbuf *mb;

	if (!sa_isset(&t->to, SA_ALL))
		return;
	mb = stream_packet(&t->voice.out, t->voice.says);
	(void)udp_send(t->rtp, &t->to, mb);
	mem_deref(mb);
}

struct voice *telephone_voice(struct telephone *t)
{
	return &t->voice;
}
