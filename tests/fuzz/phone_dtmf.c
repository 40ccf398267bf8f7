/* SPDX-License-Identifier: MPL-2.0
 *
 * Telephone events and sound from anybody. Input: records of a length, a timestamp of
 * four bytes and that many bytes of payload. Only keys of a telephone come out, and the
 * same packet twice is one key.
 */
#include "dtmf.h"

#include "fuzz.h"

static bool is_key(char key)
{
	return key == 0 || memchr("0123456789*#ABCD", key, 16);
}

static void one_packet(struct dtmf_events *events, struct dtmf_tones *tones,
	const struct audio_packet *p)
{
	int16_t samples[AUDIO_PACKET_MAX];
	size_t n = p->payload.len / 2;

	PROMISE(is_key(dtmf_event(events, p)));
	PROMISE(dtmf_event(events, p) == 0);
	memcpy(samples, p->payload.at, 2 * n);
	PROMISE(is_key(dtmf_tone(tones, samples, n)));
	PROMISE(tones->have < DTMF_BLOCK);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	struct dtmf_events events;
	struct dtmf_tones tones;

	dtmf_events_init(&events);
	dtmf_tones_init(&tones);
	while (r.left.len > 0) {
		size_t want = read_u8(&r);
		uint32_t ts = read_u32(&r);
		struct bytes payload =
			read_bytes(&r, want < r.left.len ? want : r.left.len);

		if (r.bad)
			break;
		one_packet(&events, &tones,
			&(struct audio_packet){ .ts = ts, .payload = payload });
	}
	return 0;
}
