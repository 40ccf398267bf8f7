/* SPDX-License-Identifier: MPL-2.0
 *
 * The operator and every telephone behind it: answers each INVITE at once, in A-law.
 */
#include "load.h"

#include <string.h>

struct far {
	struct sip *sip;
	struct sipsess_sock *sessions;
	struct sip_lsnr *others;
	struct list calls;
};

struct far_call {
	struct le le;
	char number[32];
	uint64_t came_ns;
	struct sipsess *session;
	struct udp_sock *rtp;
	struct sa gateway;
	bool up;
	struct stream out;
	struct counts counts;
	struct pair *pair;
};

static void got(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct far_call *c = arg;

	(void)src;
	if (mbuf_get_left(mb) < 12)
		return;
	c->counts.got++;
	if (c->pair)
		stream_heard(&c->pair->to_phone, mbuf_buf(mb), mbuf_get_left(mb),
			c->pair->d_phone);
}

static void call_destroy(void *arg)
{
	struct far_call *c = arg;

	list_unlink(&c->le);
	mem_deref(c->session);
	mem_deref(c->rtp);
}

static void established(const struct sip_msg *msg, void *arg)
{
	struct far_call *c = arg;

	(void)msg;
	c->up = true;
}

static void closed(int err, const struct sip_msg *msg, void *arg)
{
	struct far_call *c = arg;

	(void)err;
	(void)msg;
	c->up = false;
	c->session = mem_deref(c->session);
}

static int offered(struct mbuf **desc, const struct sip_msg *msg, void *arg)
{
	(void)desc;
	(void)msg;
	(void)arg;
	return 0;
}

static int answered(const struct sip_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return 0;
}

static struct mbuf *describe(struct far_call *c)
{
	struct mbuf *mb = mbuf_alloc(512);
	struct sa mine;

	if (!mb || udp_local_get(c->rtp, &mine) ||
		mbuf_printf(mb,
			"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\n"
			"t=0 0\r\nm=audio %u RTP/AVP 8\r\na=rtpmap:8 "
			"PCMA/8000\r\na=ptime:20\r\n",
			sa_port(&mine)))
		return mem_deref(mb);
	mb->pos = 0;
	return mb;
}

static void come(const struct sip_msg *msg, void *arg)
{
	struct far *f = arg;
	struct far_call *c = mem_zalloc(sizeof(*c), call_destroy);
	struct pl ip, port;
	struct sa laddr;
	struct mbuf *desc;

	if (!c)
		return;
	c->came_ns = now_ns();
	(void)pl_strcpy(&msg->uri.user, c->number, sizeof(c->number));
	c->out.ssrc = rand_u32();
	(void)sa_set_str(&laddr, "127.0.0.1", 0);
	if (re_regex((char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb),
		    "IN IP4 [0-9.]+\r\nt=", &ip) ||
		re_regex((char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb),
			"m=audio [0-9]+", &port) ||
		sa_set(&c->gateway, &ip, (uint16_t)pl_u32(&port)) ||
		udp_listen(&c->rtp, &laddr, got, c)) {
		mem_deref(c);
		return;
	}
	desc = describe(c);
	list_append(&f->calls, &c->le, c);
	(void)sipsess_accept(&c->session, f->sessions, msg, 200, "OK", "far",
		"application/sdp", desc, NULL, NULL, false, offered, answered,
		established, NULL, NULL, closed, c, NULL);
	mem_deref(desc);
}

/* OPTIONS: the operator is there. */
static bool other(const struct sip_msg *msg, void *arg)
{
	struct far *f = arg;

	if (pl_strcmp(&msg->met, "OPTIONS"))
		return false;
	(void)sip_reply(f->sip, msg, 200, "OK");
	return true;
}

static void far_destroy(void *arg)
{
	struct far *f = arg;

	list_flush(&f->calls);
	mem_deref(f->others);
	mem_deref(f->sessions);
	sip_close(f->sip, true);
	mem_deref(f->sip);
}

int far_new(struct far **ret, struct sa *bound)
{
	struct far *f = mem_zalloc(sizeof(*f), far_destroy);
	int err;

	if (!f)
		return ENOMEM;
	(void)sa_set_str(bound, "127.0.0.1", 0);
	err = sip_alloc(&f->sip, NULL, 512, 512, 512, "far", NULL, NULL);
	if (!err)
		err = sip_transp_add(f->sip, SIP_TRANSP_UDP, bound);
	if (!err)
		err = sip_transp_laddr(f->sip, bound, SIP_TRANSP_UDP, bound);
	if (!err)
		err = sipsess_listen(&f->sessions, f->sip, 512, come, f);
	if (!err)
		err = sip_listen(&f->others, f->sip, true, other, f);
	*ret = f;
	return err;
}

struct far *far_free(struct far *f)
{
	return mem_deref(f);
}

struct far_call *far_find(struct far *f, const char *number)
{
	for (struct le *le = f->calls.head; le; le = le->next) {
		struct far_call *c = le->data;

		if (strcmp(c->number, number) == 0)
			return c;
	}
	return NULL;
}

uint64_t far_call_came_ns(const struct far_call *c)
{
	return c->came_ns;
}

bool far_call_is_up(const struct far_call *c)
{
	return c->up;
}

void far_call_tick(struct far_call *c)
{
	struct mbuf *mb;

	if (!c->up)
		return;
	mb = stream_packet(&c->out, c->pair ? &c->pair->to_browser : NULL);
	c->counts.sent += udp_send(c->rtp, &c->gateway, mb) == 0;
	mem_deref(mb);
}

struct counts *far_call_counts(struct far_call *c)
{
	return &c->counts;
}

void far_call_pair(struct far_call *c, struct pair *p)
{
	c->pair = p;
}
