/* SPDX-License-Identifier: MPL-2.0 */
#include "web_peer.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define MUST(call) must_be_zero((call), #call)

static void must_be_zero(int err, const char *what)
{
	if (err == 0)
		return;
	(void)re_fprintf(stderr, "%s: %m\n", what, err);
	abort();
}

/* -- the loop ---------------------------------------------------------------------- */
struct wait {
	bool (*done)(void *arg);
	void *arg;
	uint64_t until;
	struct tmr tmr;
	bool was_done;
};

static void look(void *arg)
{
	struct wait *w = arg;

	w->was_done = w->done && w->done(w->arg);
	if (w->was_done || tmr_jiffies() >= w->until)
		re_cancel();
	else
		tmr_start(&w->tmr, 2, look, w);
}

bool run_until(bool (*done)(void *arg), void *arg, unsigned ms)
{
	struct wait w = { .done = done, .arg = arg, .until = tmr_jiffies() + ms };

	tmr_init(&w.tmr);
	tmr_start(&w.tmr, 0, look, &w);
	MUST(re_main(NULL));
	tmr_cancel(&w.tmr);
	return w.was_done;
}

void run_for(unsigned ms)
{
	(void)run_until(NULL, NULL, ms);
}

/* -- what comes -------------------------------------------------------------------- */
static void on_answer(struct web_peer *p, struct mbuf *mb)
{
	struct stun_msg *msg = NULL;

	if (stun_msg_decode(&msg, mb, NULL))
		return;
	if (stun_msg_chk_fingerprint(msg) == 0 &&
		stun_msg_chk_mi(msg, (uint8_t *)p->pwd, strlen(p->pwd)) == 0) {
		const struct stun_attr *at =
			stun_msg_attr(msg, STUN_ATTR_XOR_MAPPED_ADDR);

		if (stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP && at)
			p->answers += sa_af(&at->v.sa) == sa_af(&p->gateway);
		else
			p->errors++;
	}
	mem_deref(msg);
}

static void on_media(struct web_peer *p, struct mbuf *mb, bool second)
{
	size_t len = mbuf_get_left(mb);
	uint8_t *at = mbuf_buf(mb);
	struct reader r;

	if (!p->box)
		return;
	if ((at[1] & 0x7f) >= 64 && (at[1] & 0x7f) <= 95) {
		p->reports += srtp_box_open_rtcp(p->box, at, &len);
		return;
	}
	if (!srtp_box_open(p->box, at, &len) || len - 12 > sizeof(p->last))
		return;
	*(second ? &p->packets2 : &p->packets) += 1;
	r = reader_of(bytes_of(at + 2, len - 2));
	p->last_seq = read_u16(&r);
	p->last_ts = read_u32(&r);
	p->last_len = len - 12;
	memcpy(p->last, at + 12, len - 12);
}

static void on_packet(struct web_peer *p, struct mbuf *mb, bool second)
{
	uint8_t first = mbuf_get_left(mb) > 0 ? mbuf_buf(mb)[0] : 255;

	if (first <= 3)
		on_answer(p, mb);
	else if (first >= 128 && first <= 191)
		on_media(p, mb, second);
	else if (second && first >= 20 && first <= 63)
		p->records2++;
}

static void on_first(const struct sa *src, struct mbuf *mb, void *arg)
{
	(void)src;
	on_packet(arg, mb, false);
}

static void on_second(const struct sa *src, struct mbuf *mb, void *arg)
{
	(void)src;
	on_packet(arg, mb, true);
}

/* -- life -------------------------------------------------------------------------- */
void web_peer_start(struct web_peer *p, const char *address)
{
	struct sa at;

	memset(p, 0, sizeof(*p));
	MUST(sa_set_str(&at, address, 0));
	MUST(udp_listen(&p->us, &at, on_first, p));
	MUST(udp_listen(&p->us2, &at, on_second, p));
	MUST(dtls_listen(&p->ds, NULL, p->us, 2, 0, NULL, NULL));
	MUST(dtls_id_new(&p->id));
}

void web_peer_stop(struct web_peer *p)
{
	mem_deref(p->tc);
	mem_deref(p->ds);
	mem_deref(p->us);
	mem_deref(p->us2);
	srtp_box_free(p->box);
	dtls_id_free(p->id);
	memset(p, 0, sizeof(*p));
}

void web_peer_offer(const struct web_peer *p, struct writer *w)
{
	write_str(w,
		"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
		"a=group:BUNDLE 0 1\r\n"
		"m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126\r\nc=IN IP4 0.0.0.0\r\n"
		"a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:" WEB_PEER_UFRAG
		"\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=setup:actpass\r\na=mid:0\r\n"
		"a=sendrecv\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
		"a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
		"a=rtpmap:126 telephone-event/8000\r\n");
	write_fmt(w, "a=ssrc:%u cname:x\r\na=fingerprint:%s\r\n", (unsigned)WEB_PEER_SSRC,
		dtls_id_fingerprint(p->id));
	write_str(w,
		"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=mid:1\r\n");
}

static void copy_value(struct bytes sdp, const char *name, char *buf, size_t cap)
{
	const char *at = memmem(sdp.at, sdp.len, name, strlen(name));
	size_t len;

	assert(at);
	at += strlen(name);
	len = strcspn(at, " \r\n");
	assert(len < cap);
	memcpy(buf, at, len);
	buf[len] = 0;
}

void web_peer_take_answer(struct web_peer *p, struct bytes sdp, const char *address)
{
	char port[8];

	copy_value(sdp, "a=ice-ufrag:", p->ufrag, sizeof(p->ufrag));
	copy_value(sdp, "a=ice-pwd:", p->pwd, sizeof(p->pwd));
	copy_value(sdp, "m=audio ", port, sizeof(port));
	MUST(sa_set_str(&p->gateway, address, (uint16_t)strtoul(port, NULL, 10)));
}

/* -- what goes --------------------------------------------------------------------- */
void web_peer_raw(struct udp_sock *from, const struct sa *to, const void *at, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1);

	MUST(mb ? mbuf_write_mem(mb, at, len) : ENOMEM);
	mb->pos = 0;
	(void)udp_send(from, to, mb);
	mem_deref(mb);
}

/* CRC-32 of ISO 3309, bit by bit. */
static uint32_t crc_of(const uint8_t *at, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len * 8; i++) {
		if (i % 8 == 0)
			crc ^= at[i / 8];
		crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

/* Ends the message as RFC 8489 14.5 and 14.7 want it, or not quite. */
static void seal(struct mbuf *mb, const char *key, enum check_flaw flaw)
{
	uint8_t mac[20];
	uint32_t crc;

	if (flaw != CHECK_NO_INTEGRITY) {
		mb->buf[3] = (uint8_t)(mb->buf[3] + 24);
		hmac_sha1((const uint8_t *)key, strlen(key), mb->buf, mb->end, mac,
			sizeof(mac));
		MUST(mbuf_write_mem(mb, (const uint8_t *)"\x00\x08\x00\x14", 4));
		MUST(mbuf_write_mem(mb, mac, sizeof(mac)));
	}
	if (flaw == CHECK_NO_FINGERPRINT)
		return;
	mb->buf[3] = (uint8_t)(mb->buf[3] + 8);
	crc = crc_of(mb->buf, mb->end) ^ UINT32_C(0x5354554e);
	MUST(mbuf_write_mem(mb, (const uint8_t *)"\x80\x28\x00\x04", 4));
	MUST(mbuf_write_u32(mb, htonl(flaw == CHECK_BAD_FINGERPRINT ? crc ^ 1 : crc)));
}

struct mbuf *web_peer_make_check(
	const struct web_peer *p, enum check_flaw flaw, bool nominate)
{
	const uint8_t tid[STUN_TID_SIZE] = "transaction";
	struct mbuf *mb = mbuf_alloc(512);
	uint64_t tie = 7;
	uint32_t priority = 1;
	uint16_t odd = 1;
	char user[64];

	(void)re_snprintf(user, sizeof(user), "%s:%s", p->ufrag,
		flaw == CHECK_WRONG_USER ? "other" : WEB_PEER_UFRAG);
	MUST(stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, tid, NULL, NULL,
		0, false, 0, 5, STUN_ATTR_CHANNEL_NUMBER,
		flaw == CHECK_UNKNOWN_ATTRIBUTE ? &odd : NULL, STUN_ATTR_USERNAME, user,
		STUN_ATTR_PRIORITY, &priority,
		flaw == CHECK_CONTROLLED ? STUN_ATTR_CONTROLLED : STUN_ATTR_CONTROLLING,
		&tie, STUN_ATTR_USE_CAND, nominate ? &tie : NULL));
	if (flaw == CHECK_UNKNOWN_ATTRIBUTE)
		mb->buf[STUN_HEADER_SIZE] = 0x7a; /* of a type that nobody knows */
	mb->pos = mb->end;
	seal(mb, flaw == CHECK_BAD_INTEGRITY ? "wrong" : p->pwd, flaw);
	mb->pos = 0;
	return mb;
}

void web_peer_check(
	struct web_peer *p, struct udp_sock *from, enum check_flaw flaw, bool nominate)
{
	struct mbuf *mb = web_peer_make_check(p, flaw, nominate);

	(void)udp_send(from, &p->gateway, mb);
	mem_deref(mb);
}

static void on_established(void *arg)
{
	uint8_t client[SRTP_KEY_MAX], server[SRTP_KEY_MAX];
	enum re_srtp_suite chosen;
	struct web_peer *p = arg;
	size_t len;

	MUST(tls_srtp_keyinfo(
		p->tc, &chosen, client, sizeof(client), server, sizeof(server)));
	len = chosen == SRTP_AES_128_GCM ? 28 : 30;
	p->box = srtp_box_free(p->box);
	MUST(srtp_box_new(&p->box, len == 28 ? SRTP_AEAD_AES128_GCM : SRTP_AES128_SHA1_80,
		bytes_of(client, len), bytes_of(server, len)));
	p->up = true;
}

static void on_closed(int err, void *arg)
{
	struct web_peer *p = arg;

	(void)err;
	p->closed = true;
}

void web_peer_connect(struct web_peer *p, struct dtls_id *as)
{
	SSL_CTX *ctx = tls_openssl_context(dtls_id_tls(as));

	if (p->sha1_only && SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AES128_CM_SHA1_80"))
		abort();
	p->up = p->closed = false;
	p->tc = mem_deref(p->tc);
	MUST(dtls_connect(&p->tc, dtls_id_tls(as), p->ds, &p->gateway, on_established,
		NULL, on_closed, p));
}

void web_peer_say(struct web_peer *p, struct udp_sock *from, uint8_t pt, uint16_t seq,
	size_t payload)
{
	struct writer w = writer_of(p->last_sent, sizeof(p->last_sent) - SRTP_GROWTH);

	write_u8(&w, 0x80);
	write_u8(&w, pt);
	write_u16(&w, seq);
	write_u32(&w, seq * 160u);
	write_u32(&w, WEB_PEER_SSRC);
	for (size_t i = 0; i < payload; i++)
		write_u8(&w, (uint8_t)(i == 0 ? seq : 0xd5));
	p->last_sent_len = w.len;
	if (!writer_ok(&w) || !srtp_box_protect(p->box, p->last_sent, &p->last_sent_len))
		abort();
	web_peer_raw(from, &p->gateway, p->last_sent, p->last_sent_len);
}
