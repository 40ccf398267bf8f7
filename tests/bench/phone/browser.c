/* SPDX-License-Identifier: MPL-2.0
 *
 * A browser as the gateway sees one: it checks (ICE controlling), it is the DTLS client,
 * it sends SRTP.
 */
#include "load.h"

#include <openssl/rand.h>
#include <stdlib.h>

struct browser_peer {
	struct udp_sock *socket;
	struct dtls_sock *dtls;
	struct tls_conn *tls;
	struct tmr check;
	struct sa gateway;
	struct dtls_id *id;
	struct srtp_box *srtp;
	char ufrag[16], pwd[40], their_ufrag[80], their_pwd[80];
	bool checked;
	struct voice voice;
	bool killed;
};

static void established(void *arg)
{
	struct browser_peer *b = arg;
	uint8_t mine[44], theirs[44];
	enum re_srtp_suite suite;
	size_t len;

	if (tls_srtp_keyinfo(b->tls, &suite, mine, sizeof(mine), theirs, sizeof(theirs)))
		return;
	len = suite == SRTP_AES_128_GCM ? 28 : 30;
	if (srtp_box_new(&b->srtp,
		    suite == SRTP_AES_128_GCM ? SRTP_AEAD_AES128_GCM
					      : SRTP_AES128_SHA1_80,
		    bytes_of(mine, len), bytes_of(theirs, len)) < 0)
		b->srtp = NULL;
}

static void closed(int err, void *arg)
{
	struct browser_peer *b = arg;

	(void)err;
	b->srtp = srtp_box_free(b->srtp);
}

static void check(void *arg)
{
	struct browser_peer *b = arg;
	struct mbuf *mb = mbuf_alloc(256);
	uint8_t tid[STUN_TID_SIZE];
	uint32_t priority = 1853824767;
	uint64_t tie = 42;
	char user[200];

	tmr_start(&b->check, b->checked ? 2000 : 100, check, b);
	if (!mb || RAND_bytes(tid, sizeof(tid)) != 1)
		return;
	(void)re_snprintf(user, sizeof(user), "%s:%s", b->their_ufrag, b->ufrag);
	if (stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL,
		    (const uint8_t *)b->their_pwd, strlen(b->their_pwd), true, 0, 4,
		    STUN_ATTR_USERNAME, user, STUN_ATTR_PRIORITY, &priority,
		    STUN_ATTR_CONTROLLING, &tie, STUN_ATTR_USE_CAND, NULL) == 0) {
		mb->pos = 0;
		(void)udp_send(b->socket, &b->gateway, mb);
	}
	mem_deref(mb);
}

/* The answer to our check, or a check of a server that is not lite. */
static void got_stun(struct browser_peer *b, const struct sa *src, struct mbuf *mb)
{
	struct stun_unknown_attr odd;
	struct stun_msg *msg;

	if (stun_msg_decode(&msg, mb, &odd))
		return;
	if (stun_msg_class(msg) == STUN_CLASS_REQUEST) {
		(void)stun_reply(IPPROTO_UDP, b->socket, src, 0, msg,
			(const uint8_t *)b->pwd, strlen(b->pwd), true, 1,
			STUN_ATTR_XOR_MAPPED_ADDR, src);
	} else if (stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP && !b->checked) {
		b->checked = true;
		(void)dtls_connect(&b->tls, dtls_id_tls(b->id), b->dtls, &b->gateway,
			established, NULL, closed, b);
	}
	mem_deref(msg);
}

static void got(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct browser_peer *b = arg;
	uint8_t *at = mbuf_buf(mb);
	size_t len = mbuf_get_left(mb);
	bool rtcp = len > 1 && (at[1] & 0x7f) >= 64 && (at[1] & 0x7f) < 96;

	if (b->killed)
		return;
	if (len > 1 && at[0] < 4)
		got_stun(b, src, mb);
	else if (len >= 12 && at[0] >= 128 && b->srtp && !rtcp &&
		 srtp_box_open(b->srtp, at, &len))
		listening_packet(&b->voice.in, b->voice.hears, at, len);
}

static void destroy(void *arg)
{
	struct browser_peer *b = arg;

	tmr_cancel(&b->check);
	mem_deref(b->tls);
	mem_deref(b->dtls);
	mem_deref(b->socket);
	srtp_box_free(b->srtp);
}

static int describe(const struct browser_peer *b, struct mbuf *offer)
{
	struct sa at;
	int err = udp_local_get(b->socket, &at);

	return err ? err
		   : mbuf_printf(offer,
			     "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
			     "a=group:BUNDLE 0\r\nm=audio %u UDP/TLS/RTP/SAVPF 8 0\r\n"
			     "c=IN IP4 127.0.0.1\r\na=rtcp-mux\r\na=mid:0\r\n"
			     "a=sendrecv\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
			     "a=candidate:1 1 UDP 2130706431 127.0.0.1 %u typ host\r\n"
			     "a=fingerprint:%s\r\na=setup:actpass\r\n"
			     "a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
			     "a=ssrc:%u cname:load\r\n",
			     sa_port(&at), b->ufrag, b->pwd, sa_port(&at),
			     dtls_id_fingerprint(b->id), b->voice.out.ssrc);
}

int browser_peer_new(struct browser_peer **ret, struct dtls_id *id, struct mbuf *offer)
{
	struct browser_peer *b = mem_zalloc(sizeof(*b), destroy);
	struct sa laddr;

	if (!b)
		return ENOMEM;
	b->id = id;
	rand_str(b->ufrag, 9);
	rand_str(b->pwd, 25);
	b->voice.out.ssrc = rand_u32();
	(void)sa_set_str(&laddr, "127.0.0.1", 0);
	if (udp_listen(&b->socket, &laddr, got, b) ||
		dtls_listen(&b->dtls, NULL, b->socket, 2, 0, NULL, NULL)) {
		mem_deref(b);
		return ENOMEM;
	}
	*ret = b;
	return describe(b, offer);
}

int browser_peer_answer(struct browser_peer *b, const struct pl *sdp)
{
	struct pl ufrag, pwd, ip, port;

	if (re_regex(sdp->p, sdp->l, "a=ice-ufrag:[^\r\n]+", &ufrag) ||
		re_regex(sdp->p, sdp->l, "a=ice-pwd:[^\r\n]+", &pwd) ||
		re_regex(sdp->p, sdp->l, " [0-9.]+ [0-9]+ typ host", &ip, &port))
		return EBADMSG;
	(void)pl_strcpy(&ufrag, b->their_ufrag, sizeof(b->their_ufrag));
	(void)pl_strcpy(&pwd, b->their_pwd, sizeof(b->their_pwd));
	(void)sa_set(&b->gateway, &ip, (uint16_t)pl_u32(&port));
	check(b);
	return 0;
}

bool browser_peer_is_up(const struct browser_peer *b)
{
	return b->srtp != NULL;
}

void browser_peer_tick(struct browser_peer *b)
{
	struct mbuf *mb;
	size_t len;

	if (!b->srtp || b->killed)
		return;
	mb = stream_packet(&b->voice.out, b->voice.says);
	len = mb->end;
	if (srtp_box_protect(b->srtp, mb->buf, &len)) {
		mb->end = len;
		(void)udp_send(b->socket, &b->gateway, mb);
	}
	mem_deref(mb);
}

struct voice *browser_peer_voice(struct browser_peer *b)
{
	return &b->voice;
}

void browser_peer_kill(struct browser_peer *b)
{
	b->killed = true;
	tmr_cancel(&b->check);
}
