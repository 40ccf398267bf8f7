/* SPDX-License-Identifier: MPL-2.0
 *
 * One browser's leg. Every datagram passes one door, `receive`, before libre sees it
 * (RFC 7983): a STUN check proves an address, DTLS and sound are taken from proved
 * addresses alone, and sound must then authenticate. What fails is counted and changes
 * nothing, so a stranger who floods the port costs time, never the call.
 */
#include "browser.h"

#include "browser_sdp.h"
#include "browsers.h"
#include "ice_lite.h"
#include "reception.h"
#include "stun_door.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define SILENT_MS    (15 * MS_SECOND) /* neither a check nor a packet: nobody is there */
#define SET_UP_MS    (30 * MS_SECOND) /* checks, but no DTLS for so long */
#define TICK_MS      1000
#define REPORT_TICKS 5
#define RTP_HEAD     12
#define DOOR_LAYER   1 /* of libre's helpers: the door is before DTLS */
#define DTLS_LAYER   2

struct browser {
	struct browsers *all;
	struct port_hooks hooks;
	struct udp_sock *us;
	struct udp_helper *door;
	struct dtls_sock *ds;
	struct tls_conn *tc;
	struct srtp_box *box; /* open while not NULL */
	struct tmr tick;
	struct ice_lite ice;
	struct browser_offer offer;
	struct reception in;
	struct sending out;
	char cname[BROWSER_CNAME + 1];
	uint16_t out_seq;
	uint32_t out_offset;
	struct port_figures figures;
	int64_t born_ms, heard_ms; /* heard: an authenticated packet of any kind */
	unsigned ticks;
	bool over;
};

/* -- what we send ------------------------------------------------------------------ */
static void send_out(struct browser *b, uint8_t *buf, size_t len)
{
	const struct sa *to = ice_lite_chosen(&b->ice);
	struct mbuf mb = { .buf = buf, .size = len, .pos = 0, .end = len };

	if (to)
		(void)udp_send(b->us, to, &mb); /* lost on our side of the net */
}

void browser_send(struct browser *b, const struct audio_packet *p)
{
	uint8_t buf[RTP_HEAD + AUDIO_PACKET_MAX + SRTP_GROWTH];
	struct writer w = writer_of(buf, sizeof(buf) - SRTP_GROWTH);
	size_t len;

	if (!b->box || b->over || p->law != b->offer.law)
		return;
	write_u8(&w, 2 << 6);
	write_u8(&w, (uint8_t)((p->marker ? 0x80 : 0) | b->offer.audio_pt));
	write_u16(&w, b->out_seq++);
	write_u32(&w, p->ts + b->out_offset);
	write_u32(&w, b->out.ssrc);
	write_bytes(&w, p->payload);
	len = w.len;
	if (!writer_ok(&w) || !srtp_box_protect(b->box, buf, &len))
		return;
	send_out(b, buf, len);
	b->figures.out++;
	b->out.packets++;
	b->out.octets += (uint32_t)p->payload.len;
	b->out.ts = p->ts + b->out_offset;
	b->out.ts_ms = clock_boot_ms();
}

static void send_report(struct browser *b)
{
	uint8_t buf[RECEPTION_REPORT_MAX + SRTP_GROWTH];
	struct writer w = writer_of(buf, RECEPTION_REPORT_MAX);
	size_t len;

	reception_write_report(&b->in, &b->out, clock_boot_ms(), clock_utc_ms(), &w);
	len = w.len;
	if (writer_ok(&w) && srtp_box_protect_rtcp(b->box, buf, &len))
		send_out(b, buf, len);
}

/* -- the end ----------------------------------------------------------------------- */
static void tell_over(struct browser *b, enum phone_cause why)
{
	if (b->over)
		return;
	b->over = true;
	tmr_cancel(&b->tick);
	b->hooks.over(b->hooks.arg, why); /* b may be gone */
}

static void on_tick(void *arg)
{
	struct browser *b = arg;
	int64_t now = clock_boot_ms(), last = b->born_ms;

	tmr_start(&b->tick, TICK_MS, on_tick, b);
	last = b->ice.checked_ms > last ? b->ice.checked_ms : last;
	last = b->heard_ms > last ? b->heard_ms : last;
	if (b->box && ++b->ticks % REPORT_TICKS == 0)
		send_report(b);
	if (now - last >= SILENT_MS)
		tell_over(b, PHONE_CAUSE_SILENT);
	else if (!b->box && now - b->born_ms >= SET_UP_MS)
		tell_over(b, PHONE_CAUSE_BAD_MEDIA);
}

/* -- DTLS -------------------------------------------------------------------------- */
/* A stranger's certificate leaves us waiting for the right one. */
static void on_established(void *arg)
{
	struct browser *b = arg;

	if (b->box)
		return;
	if (dtls_id_keys(b->tc, b->offer.digest, &b->box)) {
		b->figures.refused++;
		b->tc = mem_deref(b->tc);
		return;
	}
	if (b->offer.has_ssrc)
		srtp_box_set_ssrc(b->box, b->offer.ssrc);
	b->hooks.open(b->hooks.arg); /* b may be gone */
}

static void on_closed(int err, void *arg)
{
	struct browser *b = arg;

	(void)err;
	if (b->box) {
		tell_over(b, PHONE_CAUSE_HUNG_UP); /* b may be gone */
		return;
	}
	b->figures.refused++; /* the handshake failed: another may come */
	b->tc = mem_deref(b->tc);
}

static void on_client_hello(const struct sa *peer, void *arg)
{
	struct browser *b = arg;

	(void)peer; /* receive() let proved addresses pass only */
	if (dtls_accept(&b->tc, dtls_id_tls(b->all->id), b->ds, on_established, NULL,
		    on_closed, b))
		b->figures.refused++;
}

/* True: swallow it. A peer that moved takes its association along: from a proved address
 * a record still must decrypt. */
static bool stop_dtls(struct browser *b, const struct sa *src)
{
	if (b->over || !ice_lite_is_known(&b->ice, src)) {
		b->figures.refused++;
		return true;
	}
	if (b->tc && !sa_cmp(dtls_peer(b->tc), src, SA_ALL))
		dtls_set_peer(b->tc, src);
	return false;
}

/* -- what comes -------------------------------------------------------------------- */
static void on_check(struct browser *b, const struct sa *src, struct mbuf *mb)
{
	struct stun_door door = { b->ice.username, bytes_of(b->ice.pwd, ICE_PWD) };
	enum stun_verdict verdict = stun_door_knock(&door, b->us, src, mb);

	if (verdict == STUN_CHECK || verdict == STUN_NOMINATION)
		ice_lite_checked(
			&b->ice, src, verdict == STUN_NOMINATION, clock_boot_ms());
	else
		b->figures.refused++;
}

/* The payload without padding (RFC 3550 5.1). Outcome: false, malformed. */
static bool read_rtp(
	uint8_t *at, size_t len, struct rtp_header *ret, struct bytes *ret_payload)
{
	struct mbuf mb = { .buf = at, .size = len, .pos = 0, .end = len };
	size_t left, padding;

	if (rtp_hdr_decode(ret, &mb) || ret->ver != RTP_VERSION || mb.pos > len)
		return false;
	left = len - mb.pos;
	padding = ret->pad && left > 0 ? at[len - 1] : 0;
	if ((ret->pad && padding == 0) || padding > left)
		return false;
	*ret_payload = bytes_of(at + mb.pos, left - padding);
	return true;
}

static void on_sound(struct browser *b, uint8_t *at, size_t len)
{
	struct rtp_header h;
	struct audio_packet p = { .law = b->offer.law };

	if (!srtp_box_open(b->box, at, &len) || !read_rtp(at, len, &h, &p.payload)) {
		b->figures.refused++;
		return;
	}
	b->heard_ms = clock_boot_ms();
	reception_packet(&b->in, h.ssrc, h.seq, h.ts, b->heard_ms);
	p.marker = h.m;
	p.seq = h.seq;
	p.ts = h.ts;
	if (h.pt == b->offer.audio_pt && p.payload.len > 0 &&
		p.payload.len <= AUDIO_PACKET_MAX) {
		b->figures.in++;
		b->figures.last_in_ms = b->heard_ms;
		b->hooks.audio(b->hooks.arg, &p);
	} else if (h.pt == b->offer.event_pt && p.payload.len >= 4) {
		b->figures.last_in_ms = b->heard_ms;
		b->hooks.event(b->hooks.arg, &p); /* b may be gone */
	}
}

static void on_media(struct browser *b, const struct sa *src, struct mbuf *mb)
{
	uint8_t *at = mbuf_buf(mb);
	size_t len = mbuf_get_left(mb);

	if (b->over || !b->box || len < RTP_HEAD || !ice_lite_is_known(&b->ice, src)) {
		b->figures.refused++;
		return;
	}
	if ((at[1] & 0x7f) < 64 || (at[1] & 0x7f) > 95) { /* RFC 5761 4 */
		on_sound(b, at, len);
	} else if (srtp_box_open_rtcp(b->box, at, &len)) {
		b->heard_ms = clock_boot_ms();
		reception_read_report(&b->in, bytes_of(at, len), b->heard_ms);
	} else {
		b->figures.refused++;
	}
}

/* RFC 7983. True: done with it; false: for libre's DTLS. */
static bool receive(struct sa *src, struct mbuf *mb, void *arg)
{
	struct browser *b = arg;
	uint8_t first = mbuf_get_left(mb) > 0 ? mbuf_buf(mb)[0] : UINT8_MAX;

	if (first >= 20 && first <= 63)
		return stop_dtls(b, src);
	if (first <= 3 && !b->over)
		on_check(b, src, mb);
	else if (first >= 128 && first <= 191)
		on_media(b, src, mb);
	else
		b->figures.refused++;
	return true;
}

/* -- life -------------------------------------------------------------------------- */
static const struct sa *address(const struct sa *at)
{
	return sa_isset(at, SA_ADDR) ? at : NULL;
}

static int answer(struct browser *b, struct bytes offer, uint16_t port, struct writer *w)
{
	struct browser_answer mine = {
		.ufrag = b->ice.ufrag,
		.pwd = b->ice.pwd,
		.fingerprint = dtls_id_fingerprint(b->all->id),
		.cname = b->cname,
		.ip4 = address(&b->all->ip4),
		.ip6 = address(&b->all->ip6),
		.port = port,
		.ssrc = b->out.ssrc,
	};
	int err = browser_sdp_answer(offer, &mine, w, &b->offer);

	if (err < 0)
		return fault_pass(err);
	if (err || !ice_lite_set_peer(&b->ice, bytes_str(b->offer.ufrag)))
		return BROWSER_E_OFFER;
	return 0;
}

static void draw_numbers(struct browser *b)
{
	ice_lite_init(&b->ice);
	ice_random_text(b->cname, BROWSER_CNAME);
	b->out.cname = b->cname;
	b->out.ssrc = rand_u32();
	b->out_offset = rand_u32();
	b->out_seq = (uint16_t)(rand_u16() & 0x7fff); /* away from its first wrap */
	b->born_ms = clock_boot_ms();
}

DEFINE_FREEP(struct browser, browser_free, browser_freep)

int browser_new(struct browser **ret, struct browsers *all, struct bytes offer,
	struct writer *w, const struct port_hooks *hooks)
{
	owned(browser_freep) struct browser *b = calloc(1, sizeof(*b));
	uint16_t port;
	int err;

	if (!b)
		return fault_here(ENOMEM);
	b->all = all;
	b->hooks = *hooks;
	tmr_init(&b->tick);
	draw_numbers(b);
	if (browsers_listen(all, &b->us, &port))
		return BROWSER_E_FULL;
	if (udp_register_helper(&b->door, b->us, DOOR_LAYER, NULL, receive, b) ||
		dtls_listen(&b->ds, NULL, b->us, 2, DTLS_LAYER, on_client_hello, b))
		return fault_here(ENOMEM);
	err = answer(b, offer, port, w);
	if (err)
		return err;
	tmr_start(&b->tick, TICK_MS, on_tick, b);
	*ret = b;
	b = NULL;
	return 0;
}

struct browser *browser_free(struct browser *b)
{
	if (!b)
		return NULL;
	tmr_cancel(&b->tick);
	if (b->tc && ice_lite_chosen(&b->ice))
		dtls_set_peer(b->tc, ice_lite_chosen(&b->ice));
	mem_deref(b->tc); /* says close_notify */
	mem_deref(b->ds);
	mem_deref(b->door);
	mem_deref(b->us);
	srtp_box_free(b->box);
	explicit_bzero(&b->ice, sizeof(b->ice));
	free(b);
	return NULL;
}

enum g711_law browser_law(const struct browser *b)
{
	return b->offer.law;
}

bool browser_is_open(const struct browser *b)
{
	return b->box && !b->over;
}

void browser_figures(const struct browser *b, struct port_figures *ret)
{
	*ret = b->figures;
}
