/* SPDX-License-Identifier: MPL-2.0
 *
 * N minus one, by adding up for each leg whom it hears. With at most eight legs that is
 * cheaper than it is to remember who was left out of a sum.
 */
#include "mixer.h"

#define LOUDEST 32767

static void add(int32_t sum[AUDIO_TICK], const int16_t *in)
{
	for (size_t i = 0; i < AUDIO_TICK; i++)
		sum[i] += in[i];
}

static void clip(const int32_t sum[AUDIO_TICK], int16_t *out)
{
	for (size_t i = 0; i < AUDIO_TICK; i++) {
		int32_t s = sum[i] > LOUDEST ? LOUDEST : sum[i];

		out[i] = (int16_t)(s < -LOUDEST ? -LOUDEST : s);
	}
}

void mixer_tick(struct mixer_leg *legs, size_t n)
{
	for (size_t to = 0; to < n && to < MIXER_LEGS; to++) {
		int32_t sum[AUDIO_TICK] = { 0 };

		for (size_t from = 0; from < n && from < MIXER_LEGS; from++)
			if (from != to && legs[from].in && legs[to].hears >> from & 1)
				add(sum, legs[from].in);
		clip(sum, legs[to].out);
	}
}
