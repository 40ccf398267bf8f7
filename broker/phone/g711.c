/* SPDX-License-Identifier: MPL-2.0
 *
 * G.711. Decoding is a table that the compiler computes from the formula of the standard;
 * encoding finds the segment by counting leading zeros. Magnitudes are one's complements,
 * so that -32768 is as good a sample as any.
 */
#include "g711.h"

/* b: the byte as it is on the wire. Segment and mantissa of the magnitude, then sign. */
#define ALAW_SEGMENT(b)  ((((b) ^ 0x55) >> 4) & 7)
#define ALAW_MANTISSA(b) (((((b) ^ 0x55) & 15) << 4) + 8)
#define ALAW_MAGNITUDE(b)                                                                \
	((ALAW_MANTISSA(b) + (ALAW_SEGMENT(b) ? 256 : 0))                                \
		<< (ALAW_SEGMENT(b) ? ALAW_SEGMENT(b) - 1 : 0))
#define ALAW(b) (int16_t)((b)&0x80 ? ALAW_MAGNITUDE(b) : -ALAW_MAGNITUDE(b))

#define ULAW_MAGNITUDE(b) ((((~(b)&15) * 8 + 132) << ((~(b) >> 4) & 7)) - 132)
#define ULAW(b)           (int16_t)((b)&0x80 ? ULAW_MAGNITUDE(b) : -ULAW_MAGNITUDE(b))

#define FOUR(of, b) of(b), of((b) + 1), of((b) + 2), of((b) + 3)
#define SIXTEEN(of, b)                                                                   \
	FOUR(of, b), FOUR(of, (b) + 4), FOUR(of, (b) + 8), FOUR(of, (b) + 12)
#define SIXTYFOUR(of, b)                                                                 \
	SIXTEEN(of, b), SIXTEEN(of, (b) + 16), SIXTEEN(of, (b) + 32),                    \
		SIXTEEN(of, (b) + 48)
#define EVERY(of)                                                                        \
	{                                                                                \
		SIXTYFOUR(of, 0), SIXTYFOUR(of, 64), SIXTYFOUR(of, 128),                 \
			SIXTYFOUR(of, 192)                                               \
	}

static const int16_t decoded[2][256] = {
	[G711_ALAW] = EVERY(ALAW),
	[G711_ULAW] = EVERY(ULAW),
};

/* Where the highest bit of x is, 1 for the lowest; x is not 0. */
static unsigned width(unsigned x)
{
	return 32 - (unsigned)__builtin_clz(x);
}

static uint8_t encode_alaw(int16_t sample)
{
	unsigned sign = sample >= 0 ? 0x80 : 0;
	unsigned x = (unsigned)(sample >= 0 ? sample : ~sample) >> 4; /* 11 bits */
	unsigned segment = x > 15 ? width(x) - 4 : 0;

	if (segment)
		x = segment << 4 | (x >> (segment - 1) & 15);
	return (uint8_t)((sign | x) ^ 0x55);
}

static uint8_t encode_ulaw(int16_t sample)
{
	unsigned sign = sample >= 0 ? 0x80 : 0;
	unsigned x = ((unsigned)(sample >= 0 ? sample : ~sample) >> 2) + 33; /* 13 bits */
	unsigned segment;

	if (x > 0x1fff)
		x = 0x1fff;
	segment = width(x) - 6;
	return (uint8_t)(sign | (~(segment << 4 | (x >> (segment + 1) & 15)) & 0x7f));
}

uint8_t g711_encode(enum g711_law law, int16_t sample)
{
	return law == G711_ALAW ? encode_alaw(sample) : encode_ulaw(sample);
}

int16_t g711_decode(enum g711_law law, uint8_t byte)
{
	return decoded[law][byte];
}

void g711_encode_block(enum g711_law law, const int16_t *from, uint8_t *to, size_t n)
{
	if (law == G711_ALAW)
		for (size_t i = 0; i < n; i++)
			to[i] = encode_alaw(from[i]);
	else
		for (size_t i = 0; i < n; i++)
			to[i] = encode_ulaw(from[i]);
}

void g711_decode_block(enum g711_law law, const uint8_t *from, int16_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = decoded[law][from[i]];
}

void g711_transcode(enum g711_law from, enum g711_law to, uint8_t *at, size_t n)
{
	if (from == to)
		return;
	for (size_t i = 0; i < n; i++)
		at[i] = g711_encode(to, decoded[from][at[i]]);
}
