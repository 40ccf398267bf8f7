/* SPDX-License-Identifier: MPL-2.0
 *
 * Both laws against the decision values of the standard's tables, walked one by one:
 * every sample, every byte.
 */
#include "g711.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LEVELS 128

/* Decision values of one sign in 16-bit units: edge[n] … edge[n + 1] is interval n. */
static void make_edges(enum g711_law law, int edge[LEVELS + 1])
{
	int scale = law == G711_ALAW ? 8 : 4;
	int step = 2, at = 0;

	edge[0] = 0;
	for (int n = 0; n < LEVELS; n++) {
		/* A-law: 32 equal steps, then twice as wide every 16. µ-law: a half step,
		 * 15 more, then twice as wide every 16. */
		if (n % 16 == 0 && n >= (law == G711_ALAW ? 32 : 16))
			step *= 2;
		at += law == G711_ULAW && n == 0 ? 1 : step;
		edge[n + 1] = at * scale;
	}
}

static uint8_t byte_of(enum g711_law law, int n, bool negative)
{
	if (law == G711_ALAW)
		return (uint8_t)(((negative ? 0 : 0x80) | n) ^ 0x55);
	return (uint8_t)((negative ? 0x7f : 0xff) - n);
}

static uint8_t expected_byte(enum g711_law law, const int edge[LEVELS + 1], int sample)
{
	int n = 0;

	while (n < LEVELS - 1 &&
		(sample >= 0 ? sample >= edge[n + 1] : -sample > edge[n + 1]))
		n++;
	return byte_of(law, n, sample < 0);
}

static void every_sample_becomes_the_byte_of_its_interval(void **state)
{
	(void)state;
	for (int law = G711_ALAW; law <= G711_ULAW; law++) {
		int edge[LEVELS + 1];

		make_edges((enum g711_law)law, edge);
		assert_int_equal(edge[LEVELS], law == G711_ALAW ? 32768 : 32636);
		for (int s = INT16_MIN; s <= INT16_MAX; s++) {
			uint8_t got = g711_encode((enum g711_law)law, (int16_t)s);
			uint8_t wished = expected_byte((enum g711_law)law, edge, s);

			if (got != wished)
				fail_msg("law %d sample %d: %#x, not %#x", law, s, got,
					wished);
		}
	}
}

static void every_byte_becomes_the_middle_of_its_interval(void **state)
{
	(void)state;
	for (int law = G711_ALAW; law <= G711_ULAW; law++) {
		int edge[LEVELS + 1];

		make_edges((enum g711_law)law, edge);
		for (int n = 0; n < LEVELS; n++) {
			int middle = (edge[n] + edge[n + 1]) / 2;

			if (law == G711_ULAW && n == 0)
				middle = 0;
			for (int negative = 0; negative <= 1; negative++)
				assert_int_equal(
					g711_decode((enum g711_law)law,
						byte_of((enum g711_law)law, n, negative)),
					negative ? -middle : middle);
		}
	}
}

static void known_bytes_are_what_every_telephone_says(void **state)
{
	(void)state;
	assert_int_equal(g711_decode(G711_ALAW, 0xd5), 8);
	assert_int_equal(g711_decode(G711_ALAW, 0x2a), -32256);
	assert_int_equal(g711_decode(G711_ULAW, 0xff), 0);
	assert_int_equal(g711_decode(G711_ULAW, 0x00), -32124);
	assert_int_equal(g711_encode(G711_ALAW, INT16_MIN), 0x2a);
	assert_int_equal(g711_encode(G711_ULAW, INT16_MIN), 0x00);
	assert_int_equal(g711_encode(G711_ALAW, INT16_MAX), 0xaa);
	assert_int_equal(g711_encode(G711_ULAW, INT16_MAX), 0x80);
}

static void blocks_are_their_samples_one_by_one(void **state)
{
	int16_t samples[256], back[256];
	uint8_t bytes[256];

	(void)state;
	for (int law = G711_ALAW; law <= G711_ULAW; law++) {
		for (int i = 0; i < 256; i++)
			samples[i] = (int16_t)(i * 256 - 32768 + i);
		g711_encode_block((enum g711_law)law, samples, bytes, 256);
		g711_decode_block((enum g711_law)law, bytes, back, 256);
		for (int i = 0; i < 256; i++) {
			assert_int_equal(
				bytes[i], g711_encode((enum g711_law)law, samples[i]));
			assert_int_equal(
				back[i], g711_decode((enum g711_law)law, bytes[i]));
		}
	}
}

static void transcoding_is_decoding_and_encoding(void **state)
{
	(void)state;
	for (int b = 0; b < 256; b++) {
		uint8_t to_u = (uint8_t)b, to_a = (uint8_t)b, same = (uint8_t)b;

		g711_transcode(G711_ALAW, G711_ULAW, &to_u, 1);
		g711_transcode(G711_ULAW, G711_ALAW, &to_a, 1);
		g711_transcode(G711_ULAW, G711_ULAW, &same, 1);
		assert_int_equal(
			to_u, g711_encode(G711_ULAW, g711_decode(G711_ALAW, (uint8_t)b)));
		assert_int_equal(
			to_a, g711_encode(G711_ALAW, g711_decode(G711_ULAW, (uint8_t)b)));
		assert_int_equal(same, b);
	}
}

static void a_decoded_byte_encodes_to_itself(void **state)
{
	(void)state;
	for (int b = 0; b < 256; b++) {
		assert_int_equal(
			g711_encode(G711_ALAW, g711_decode(G711_ALAW, (uint8_t)b)), b);
		if (b != 0x7f) /* minus zero */
			assert_int_equal(g711_encode(G711_ULAW,
						 g711_decode(G711_ULAW, (uint8_t)b)),
				b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_becomes_the_byte_of_its_interval),
		cmocka_unit_test(every_byte_becomes_the_middle_of_its_interval),
		cmocka_unit_test(known_bytes_are_what_every_telephone_says),
		cmocka_unit_test(blocks_are_their_samples_one_by_one),
		cmocka_unit_test(transcoding_is_decoding_and_encoding),
		cmocka_unit_test(a_decoded_byte_encodes_to_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
