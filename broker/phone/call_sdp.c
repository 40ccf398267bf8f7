/* SPDX-License-Identifier: MPL-2.0
 *
 * Offer and answer (RFC 3264) for one audio stream: G.711 and keys as RFC 4733, with SDES
 * (RFC 4568) where the trunk is encrypted. libre parses; what it parsed is only believed
 * after the checks here, and an offer that fails changes nothing of a running call.
 */
#include "call_inside.h"

#include "samtale/base/fault.h"
#include "samtale/base/limits.h"

#include <errno.h>

#define EVENT_PT "101"

static int put_key(struct mbuf *mb, bool offer, void *arg)
{
	struct call_sdp *d = arg;
	char line[128];
	struct writer w = writer_of(line, sizeof(line));
	(void)offer;

	sdes_write(&w, &d->local);
	if (!writer_ok(&w))
		return EMSGSIZE;
	const int e = mbuf_printf(mb, "a=crypto:%b\r\n", line, w.len);
	explicit_bzero(line, sizeof(line));
	return e;
}

int call_sdp_init(struct call_sdp *d, const struct trunk *t, uint16_t port)
{
	struct sa at;

	memset(d, 0, sizeof(*d));
	d->secure = !strcmp(t->s->phone_srtp, "on");
	if (d->secure) {
		d->local.tag = 1;
		rand_bytes(d->local.key, sizeof(d->local.key));
	}
	if (sa_set_str(&at, t->public, port) != 0 ||
		sdp_session_alloc(&d->session, &at) != 0 ||
		sdp_media_add(&d->audio, d->session, sdp_media_audio, port,
			d->secure ? sdp_proto_rtpsavp : sdp_proto_rtpavp) != 0 ||
		sdp_format_add(NULL, d->audio, false, "8", "PCMA", 8000, 1, NULL, NULL,
			NULL, false, NULL) != 0 ||
		sdp_format_add(NULL, d->audio, false, "0", "PCMU", 8000, 1, NULL, NULL,
			NULL, false, NULL) != 0 ||
		sdp_format_add(NULL, d->audio, false, EVENT_PT, "telephone-event", 8000,
			1, NULL, NULL, NULL, false, "0-15") != 0 ||
		sdp_media_set_lattr(d->audio, true, "ptime", "20") != 0)
		return fault_here(ENOMEM);
	if (d->secure)
		sdp_media_set_encode_handler(d->audio, put_key, d);
	return 0;
}

void call_sdp_deinit(struct call_sdp *d)
{
	d->session = mem_deref(d->session); /* and the media with it */
	d->audio = NULL;
	explicit_bzero(&d->local, sizeof(d->local));
	explicit_bzero(&d->remote, sizeof(d->remote));
}

int call_sdp_write(struct call_sdp *d, bool offer, struct mbuf **ret)
{
	if (sdp_encode(ret, d->session, offer) != 0)
		return fault_here(ENOMEM);
	return 0;
}

/* -- what the other end says ----------------------------------------------------------
 */
struct key_search {
	const struct call_sdp *d;
	struct sdes found;
	bool offer, any;
};

/* An offer may list several; an answer has to keep our tag. */
static bool look_at_key(const char *name, const char *value, void *arg)
{
	struct key_search *k = arg;
	struct sdes key;
	(void)name;

	if (!value || !sdes_read(bytes_str(value), &key) ||
		(!k->offer && key.tag != k->d->local.tag))
		return false;
	k->found = key;
	k->any = true;
	return true;
}

static bool find_key(const struct call_sdp *d, bool offer, struct sdes *ret)
{
	struct key_search k = { .d = d, .offer = offer };
	(void)sdp_media_rattr_apply(d->audio, "crypto", look_at_key, &k);
	if (k.any)
		*ret = k.found;
	explicit_bzero(&k.found, sizeof(k.found));
	return k.any;
}

/* The first of its formats that is sound. */
static bool find_codec(const struct call_sdp *d, struct rtp_aim *aim)
{
	const struct list *formats = sdp_media_format_lst(d->audio, false);
	const struct le *le = formats ? formats->head : NULL;

	for (; le; le = le->next) {
		const struct sdp_format *f = le->data;
		if (!f->sup || (f->pt != 0 && f->pt != 8))
			continue;
		aim->pt = (uint8_t)f->pt;
		aim->law = f->pt == 8 ? G711_ALAW : G711_ULAW;
		return true;
	}
	return false;
}

static int event_pt(const struct call_sdp *d)
{
	const struct sdp_format *f =
		sdp_media_format(d->audio, true, NULL, -1, "telephone-event", 8000, -1);
	return f && f->sup ? f->pt : -1;
}

static bool read_aim(const struct call_sdp *d, struct rtp_aim *aim)
{
	const struct sa *at = sdp_media_raddr(d->audio);
	if (!sa_isset(at, SA_PORT) || !find_codec(d, aim)) /* 0.0.0.0 is hold */
		return false;
	aim->rtp = *at;
	sdp_media_raddr_rtcp(d->audio, &aim->rtcp);
	aim->event_pt = event_pt(d);
	return true;
}

/* Direction as we see it; c=0.0.0.0 is how RFC 2543 said hold. */
static void read_hold(struct call_sdp *d, const struct rtp_aim *aim)
{
	const enum sdp_dir dir = sdp_media_rdir(d->audio);
	const bool nowhere = sa_is_any(&aim->rtp);
	d->held = nowhere || !(dir & SDP_SENDONLY);
	d->one_way = nowhere || dir != SDP_SENDRECV;
}

int call_sdp_take(struct call_sdp *d, struct mbuf *body, bool offer, struct call_rtp *rtp)
{
	struct rtp_aim aim = { .event_pt = -1 };
	struct sdes key = { .tag = 0 };

	if (!mbuf_get_left(body) || mbuf_get_left(body) > LIMIT_SDP ||
		sdp_decode(d->session, body, offer) != 0 || !read_aim(d, &aim) ||
		(d->secure && !find_key(d, offer, &key)))
		return SDP_E_BAD;
	if (d->secure) {
		if (offer)
			d->local.tag = key.tag;
		const int e = call_rtp_keys(rtp, &d->local, &key);
		explicit_bzero(&key, sizeof(key));
		if (e)
			return fault_pass(e);
	}
	read_hold(d, &aim);
	if (!sa_is_any(&aim.rtp))
		call_rtp_aim(rtp, &aim);
	d->agreed = true;
	return 0;
}
