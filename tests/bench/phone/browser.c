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
	struct stream out;
	struct counts counts;
	struct pair *pair;
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

static void got(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct browser_peer *b = arg;
	uint8_t *at = mbuf_buf(mb);
	size_t len = mbuf_get_left(mb);
	bool rtcp = len > 1 && (at[1] & 0x7f) >= 64 && (at[1] & 0x7f) < 96;

	(void)src;
	if (len > 1 && at[0] < 4 && !b->checked) {
		b->checked = true;
		(void)dtls_connect(&b->tls, dtls_id_tls(b->id), b->dtls, &b->gateway,
			established, NULL, closed, b);
		return;
	}
	if (len < 12 || at[0] < 128 || !b->srtp || rtcp)
		return;
	if (!srtp_box_open(b->srtp, at, &len))
		return;
	b->counts.got++;
	if (b->pair)
		stream_heard(&b->pair->to_browser, at, len, b->pair->d_browser);
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

int browser_peer_new(struct browser_peer **ret, struct dtls_id *id, struct mbuf *offer)
{
	struct browser_peer *b = mem_zalloc(sizeof(*b), destroy);
	struct sa laddr;

	if (!b)
		return ENOMEM;
	b->id = id;
	rand_str(b->ufrag, 9);
	rand_str(b->pwd, 25);
	b->out.ssrc = rand_u32();
	(void)sa_set_str(&laddr, "127.0.0.1", 0);
	if (udp_listen(&b->socket, &laddr, got, b) ||
		dtls_listen(&b->dtls, NULL, b->socket, 2, 0, NULL, NULL)) {
		mem_deref(b);
		return ENOMEM;
	}
	*ret = b;
	return mbuf_printf(offer,
		"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
		"m=audio 9 UDP/TLS/RTP/SAVPF 8 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n"
		"a=mid:0\r\na=sendrecv\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n"
		"a=fingerprint:%s\r\na=setup:actpass\r\na=rtpmap:8 PCMA/8000\r\n"
		"a=rtpmap:0 PCMU/8000\r\na=ssrc:%u cname:load\r\n",
		b->ufrag, b->pwd, dtls_id_fingerprint(id), b->out.ssrc);
}

int browser_peer_answer(struct browser_peer *b, struct pl *sdp)
{
	struct pl ufrag, pwd, ip, port;

	if (re_regex(sdp->p, sdp->l, "a=ice-ufrag:[^\r\n]+", &ufrag) ||
		re_regex(sdp->p, sdp->l, "a=ice-pwd:[^\r\n]+", &pwd) ||
		re_regex(sdp->p, sdp->l, "udp [0-9]+ [0-9.]+ [0-9]+ typ host", NULL, &ip,
			&port))
		if (re_regex(sdp->p, sdp->l, "UDP [0-9]+ [0-9.]+ [0-9]+ typ host", NULL,
			    &ip, &port))
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

	if (!b->srtp)
		return;
	mb = stream_packet(&b->out, b->pair ? &b->pair->to_phone : NULL);
	len = mb->end;
	if (srtp_box_protect(b->srtp, mb->buf, &len)) {
		mb->end = len;
		b->counts.sent += udp_send(b->socket, &b->gateway, mb) == 0;
	}
	mem_deref(mb);
}

struct counts *browser_peer_counts(struct browser_peer *b)
{
	return &b->counts;
}

void browser_peer_pair(struct browser_peer *b, struct pair *p)
{
	b->pair = p;
}
