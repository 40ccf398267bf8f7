/* SPDX-License-Identifier: MPL-2.0
 *
 * The arithmetic of RFC 3550, appendix A, without its probation: a packet gets here only
 * after it was authenticated, so its source needs no proof.
 */
#include "reception.h"

#include <stdlib.h>

#define RTCP_SENDER   200
#define RTCP_RECEIVER 201
#define RTCP_SOURCE   202
#define ITEM_CNAME    1
#define SAMPLES_MS    8
#define NTP_UNIX      UINT64_C(2208988800) /* seconds from 1900 to 1970 */
#define SEQ_JUMP      3000                 /* more than that ahead is a late packet */
#define BLOCK_WORDS   6

/* -- what came --------------------------------------------------------------------- */
static void restart(struct reception *r, uint32_t ssrc, uint16_t seq)
{
	memset(r, 0, sizeof(*r));
	r->started = true;
	r->ssrc = ssrc;
	r->last_seq = seq;
	r->first_seq = seq;
}

void reception_packet(
	struct reception *r, uint32_t ssrc, uint16_t seq, uint32_t ts, int64_t now_ms)
{
	int32_t transit = (int32_t)((uint32_t)(now_ms * SAMPLES_MS) - ts), d;
	uint16_t ahead;

	if (!r->started || r->ssrc != ssrc) {
		restart(r, ssrc, seq);
		r->transit = transit;
	}
	ahead = (uint16_t)(seq - r->last_seq);
	if (ahead < SEQ_JUMP) {
		if (seq < r->last_seq)
			r->cycles += UINT32_C(1) << 16;
		r->last_seq = seq;
	}
	r->received++;
	d = (int32_t)((uint32_t)transit - (uint32_t)r->transit);
	r->transit = transit;
	/* A gap or a jump of the timestamps is no jitter. */
	if (d > -8000 && d < 8000)
		r->jitter16 += (uint32_t)abs(d) - ((r->jitter16 + 8) >> 4);
}

void reception_read_report(struct reception *r, struct bytes rtcp, int64_t now_ms)
{
	struct reader all = reader_of(rtcp);

	while (!all.bad && all.left.len > 0) {
		uint8_t head = read_u8(&all), type = read_u8(&all);
		size_t words = read_u16(&all);
		struct reader one = reader_of(read_bytes(&all, words * 4));
		uint32_t high, low;

		if (all.bad || head >> 6 != 2)
			return;
		if (type != RTCP_SENDER)
			continue;
		(void)read_u32(&one); /* the SSRC, which was checked with the tag */
		high = read_u32(&one);
		low = read_u32(&one);
		if (one.bad)
			return;
		r->peer_sr = high << 16 | low >> 16;
		r->peer_sr_ms = now_ms;
	}
}

/* -- what we say of it ------------------------------------------------------------- */
/* In 256ths of what was due since the last report; all of it is 255. */
static uint32_t lost_fraction(struct reception *r, uint32_t expected)
{
	uint32_t came = r->received - r->received_before;
	uint32_t due = expected - r->expected_before;
	uint64_t lost = due > came ? due - came : 0;

	r->received_before = r->received;
	r->expected_before = expected;
	return due == 0 ? 0 : (uint32_t)(lost * 255 / due);
}

static void write_block(struct reception *r, int64_t now_ms, struct writer *w)
{
	uint32_t newest = r->cycles + r->last_seq;
	uint32_t expected = newest - r->first_seq + 1;
	int64_t lost = (int64_t)expected - r->received;
	int64_t since_ms = r->peer_sr_ms > 0 ? now_ms - r->peer_sr_ms : 0;

	lost = lost > 0x7fffff ? 0x7fffff : lost < -0x800000 ? -0x800000 : lost;
	write_u32(w, r->ssrc);
	write_u32(w,
		lost_fraction(r, expected) << 24 | ((uint32_t)lost & UINT32_C(0xffffff)));
	write_u32(w, newest);
	write_u32(w, r->jitter16 >> 4);
	write_u32(w, r->peer_sr);
	write_u32(w, (uint32_t)(since_ms * 65536 / 1000));
}

static void write_sent(
	const struct sending *s, int64_t now_ms, int64_t utc_ms, struct writer *w)
{
	uint64_t ms = (uint64_t)utc_ms;

	write_u32(w, (uint32_t)(ms / 1000 + NTP_UNIX));
	write_u32(w, (uint32_t)((ms % 1000 << 32) / 1000));
	write_u32(w, s->ts + (uint32_t)((now_ms - s->ts_ms) * SAMPLES_MS));
	write_u32(w, s->packets);
	write_u32(w, s->octets);
}

/* RFC 3550 6.5: one chunk, its items ended by one to four zeros. */
static void write_cname(const struct sending *s, struct writer *w)
{
	size_t len = strlen(s->cname), items = 2 + len;
	size_t zeros = 4 - items % 4;

	write_u8(w, 2 << 6 | 1);
	write_u8(w, RTCP_SOURCE);
	write_u16(w, (uint16_t)(1 + (items + zeros) / 4));
	write_u32(w, s->ssrc);
	write_u8(w, ITEM_CNAME);
	write_u8(w, (uint8_t)len);
	write_str(w, s->cname);
	while (zeros-- > 0)
		write_u8(w, 0);
}

void reception_write_report(struct reception *r, const struct sending *s, int64_t now_ms,
	int64_t utc_ms, struct writer *w)
{
	bool sent = s->packets > 0;

	write_u8(w, (uint8_t)(2 << 6 | (r->started ? 1 : 0)));
	write_u8(w, sent ? RTCP_SENDER : RTCP_RECEIVER);
	write_u16(w, (uint16_t)(1 + (sent ? 5 : 0) + (r->started ? BLOCK_WORDS : 0)));
	write_u32(w, s->ssrc);
	if (sent)
		write_sent(s, now_ms, utc_ms, w);
	if (r->started)
		write_block(r, now_ms, w);
	write_cname(s, w);
}
