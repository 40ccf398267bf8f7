/* SPDX-License-Identifier: MPL-2.0
 *
 * Packets in any order with any timestamps, and ticks between them. Input: records of a
 * byte for what happens (ticks, marker, reset), a step of the timestamp and a length.
 * Whatever comes, what waits stays within its limits and what is heard is sound.
 */
#include "playout.h"

#include "fuzz.h"

static void tick(struct playout *p)
{
	int16_t samples[AUDIO_TICK];
	bool is_sound = playout_take(p, samples);

	for (size_t i = 0; i < AUDIO_TICK; i++)
		PROMISE(samples[i] != INT16_MIN && (is_sound || samples[i] == 0));
}

static void check(const struct playout *p)
{
	int32_t depth = (int32_t)(p->end_ts - p->head_ts);

	PROMISE(p->target >= PLAYOUT_MIN && p->target <= PLAYOUT_MAX);
	PROMISE(!p->started || depth <= PLAYOUT_MAX * AUDIO_TICK);
	PROMISE(p->head_at < PLAYOUT_ROOM * AUDIO_TICK && p->wait < PLAYOUT_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static const uint8_t payload[AUDIO_PACKET_MAX + 8] = { 0x2a, 0xaa, 0x55, 0xd5 };
	struct reader r = reader_of(bytes_of(at, len));
	struct playout p;
	uint32_t ts = 0;

	playout_init(&p);
	for (;;) {
		uint8_t what = read_u8(&r);
		uint32_t step = read_u16(&r);
		size_t n = read_u16(&r) % sizeof(payload);

		if (r.bad)
			return 0;
		if (what & 0x40)
			ts += step << 16;
		else
			ts += step < 0x8000 ? step : step - 0x10000; /* backwards too */
		playout_put(
			&p, &(struct audio_packet){ .law = (enum g711_law)(what >> 5 & 1),
				    .marker = what & 0x10,
				    .ts = ts,
				    .payload = bytes_of(payload, n) });
		check(&p);
		if (what & 0x80)
			playout_reset(&p);
		for (int i = 0; i < (what & 0xf); i++) {
			tick(&p);
			check(&p);
		}
	}
}
