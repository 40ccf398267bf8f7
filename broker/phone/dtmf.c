/* SPDX-License-Identifier: MPL-2.0
 *
 * Keys that are pressed on a telephone, as packets or as tones. A tone is a key when two
 * blocks in a row (25 ms, so that Q.24's 40 ms always hold them) say the same one and
 * each of them is hardly anything but its two frequencies: speech never is for so long.
 */
#include "dtmf.h"

static const char keys[] = "0123456789*#ABCD";

/* -- RFC 4733 ---------------------------------------------------------------------- */

#define EVENT_BYTES 4
#define EVENT_LONG  0xffff           /* samples: a longer press goes on as a new event */
#define EVENT_OLD   (5 * AUDIO_RATE) /* samples that a packet may come too late */

void dtmf_events_init(struct dtmf_events *d)
{
	*d = (struct dtmf_events){ 0 };
}

char dtmf_event(struct dtmf_events *d, const struct audio_packet *p)
{
	uint32_t behind = d->ts - p->ts;
	uint8_t event;
	bool goes_on;

	if (p->payload.len < EVENT_BYTES || p->payload.at[0] >= sizeof(keys) - 1)
		return 0;
	event = p->payload.at[0];
	if (d->any && behind <= EVENT_OLD)
		return 0;
	goes_on = d->any && event == d->event && -behind == EVENT_LONG;
	*d = (struct dtmf_events){ p->ts, event, true };
	return goes_on ? 0 : keys[event];
}

/* -- tones ------------------------------------------------------------------------- */

#define TONES 4 /* low ones, and as many high ones */

/* 2 cos(2 pi f / 8000) for 697 770 852 941, then 1209 1336 1477 1633 Hz. */
static const float turn[2 * TONES] = {
	1.7077378F,
	1.6452810F,
	1.5686870F,
	1.4782046F,
	1.1641040F,
	0.9963702F,
	0.7986185F,
	0.5685327F,
};
static const char pad[TONES][TONES] = {
	{ '1', '2', '3', 'A' },
	{ '4', '5', '6', 'B' },
	{ '7', '8', '9', 'C' },
	{ '*', '0', '#', 'D' },
};

/* As ratios of power. */
#define TWIST_HIGH 3.6F  /* 5.5 dB: high over low; Q.24 asks for 4 */
#define TWIST_LOW  10.0F /* 10 dB: low over high; Q.24 asks for 8 */
#define ALONE      4.0F  /* 6 dB: over the other tones of the group */
#define PURE       0.72F /* of all power in the two tones; 1.5 % off the pitch leaves 0.8 */
#define QUIETEST   350.F /* amplitude of both: -36 dBm0 */

void dtmf_tones_init(struct dtmf_tones *d)
{
	*d = (struct dtmf_tones){ 0 };
}

static float power(const int16_t *x, float c)
{
	float a = 0, b = 0;

	for (size_t i = 0; i < DTMF_BLOCK; i++) {
		float next = (float)x[i] + c * a - b;

		b = a;
		a = next;
	}
	return a * a + b * b - c * a * b;
}

/* The loudest of a group, -1 when it is not alone. */
static int loudest(const float *powers)
{
	int best = 0;

	for (int i = 1; i < TONES; i++)
		if (powers[i] > powers[best])
			best = i;
	for (int i = 0; i < TONES; i++)
		if (i != best && powers[best] < powers[i] * ALONE)
			return -1;
	return best;
}

static char block_key(const int16_t x[DTMF_BLOCK])
{
	/* A sine of amplitude A has the power (A * DTMF_BLOCK / 2)^2 in its filter. */
	const float quietest = QUIETEST * QUIETEST * DTMF_BLOCK * DTMF_BLOCK / 4;
	float powers[2 * TONES], low, high, all = 0;
	int row, column;

	for (size_t i = 0; i < DTMF_BLOCK; i++)
		all += (float)x[i] * (float)x[i];
	if (all * DTMF_BLOCK / 2 < quietest)
		return 0;
	for (size_t i = 0; i < 2 * TONES; i++)
		powers[i] = power(x, turn[i]);
	row = loudest(powers);
	column = loudest(powers + TONES);
	if (row < 0 || column < 0)
		return 0;
	low = powers[row];
	high = powers[TONES + column];
	if (high > low * TWIST_HIGH || low > high * TWIST_LOW ||
		low + high < all * DTMF_BLOCK / 2 * PURE)
		return 0;
	return pad[row][column];
}

char dtmf_tone(struct dtmf_tones *d, const int16_t *samples, size_t n)
{
	char found = 0;

	for (size_t i = 0; i < n; i++) {
		char key;

		d->block[d->have++] = samples[i];
		if (d->have < DTMF_BLOCK)
			continue;
		d->have = 0;
		key = block_key(d->block);
		/* Two say so; it takes two as well to say that it is over. */
		if (key == d->last && key != d->told) {
			d->told = key;
			if (key)
				found = key;
		}
		d->last = key;
	}
	return found;
}
