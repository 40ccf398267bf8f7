/* SPDX-License-Identifier: MPL-2.0
 *
 * RTP of A-law silence, loud for 20 ms once a second where the way of that sound is
 * measured.
 */
#include "load.h"

#include <stdlib.h>

#define BEEP_EVERY 50 /* packets */
#define BEEP_FIRST 10
#define RTP_HEADER 12
#define LOUD       20000
#define HEARD      15000
#define HEARD_FOR  40 /* samples */

struct mbuf *stream_packet(struct stream *s, struct beep *b)
{
	struct mbuf *mb = mbuf_alloc(RTP_HEADER + AUDIO_TICK + SRTP_GROWTH);
	bool loud = b && (s->count % BEEP_EVERY == BEEP_FIRST || b->at_once);

	if (!mb)
		abort();
	s->count++;
	(void)mbuf_write_u8(mb, 2 << 6);
	(void)mbuf_write_u8(mb, 8); /* PCMA */
	(void)mbuf_write_u16(mb, htons(s->seq++));
	(void)mbuf_write_u32(mb, htonl(s->ts));
	(void)mbuf_write_u32(mb, htonl(s->ssrc));
	s->ts += AUDIO_TICK;
	(void)mbuf_fill(mb, g711_encode(G711_ALAW, loud ? LOUD : 0), AUDIO_TICK);
	mb->pos = 0;
	if (loud) {
		b->sent_ns = now_ns();
		b->waits = true;
		b->at_once = false;
	}
	return mb;
}

/* No sentence of the gateway's is this loud for so long. */
static bool is_loud(const uint8_t *packet, size_t len)
{
	enum g711_law law = (packet[1] & 0x7f) == 8 ? G711_ALAW : G711_ULAW;
	unsigned run = 0;

	for (size_t i = RTP_HEADER; i < len && run < HEARD_FOR; i++)
		run = g711_decode(law, packet[i]) > HEARD ? run + 1 : 0;
	return run == HEARD_FOR;
}

void listening_packet(
	struct listening *l, struct beep *b, const uint8_t *packet, size_t len)
{
	uint16_t seq;

	if (len <= RTP_HEADER)
		return;
	seq = (uint16_t)(packet[2] << 8 | packet[3]);
	if (l->begun && (int16_t)(seq - l->next) > 0)
		l->lost += (uint16_t)(seq - l->next);
	l->next = (uint16_t)(seq + 1);
	l->begun = true;
	l->came++;
	if (!b || !b->waits || !is_loud(packet, len))
		return;
	b->waits = false;
	b->heard_ns = now_ns();
	if (b->into)
		spans_add(b->into, b->heard_ns - b->sent_ns);
}
