/* SPDX-License-Identifier: MPL-2.0
 *
 * Every key that is pressed is told once, whatever the network loses of it; nothing else
 * is told, whatever somebody says into the telephone.
 */
#include "dtmf.h"
#include "g711.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#define KEYS "0123456789*#ABCD"
#define END  0x80

/* -- packets ----------------------------------------------------------------------- */

static char feed(struct dtmf_events *d, uint32_t ts, uint8_t event, uint8_t flags,
	uint16_t duration)
{
	const uint8_t payload[] = { event, (uint8_t)(flags | 10),
		(uint8_t)(duration >> 8), (uint8_t)duration };
	const struct audio_packet p = { .ts = ts,
		.payload = bytes_of(payload, sizeof(payload)) };

	return dtmf_event(d, &p);
}

/* A press as telephones send it, packets [first, last) of 5 + 3 ends; how often it was
 * told. */
static int press(struct dtmf_events *d, uint32_t ts, uint8_t event, int first, int last)
{
	int told = 0;

	for (int i = first; i < last; i++) {
		char key = feed(d, ts, event, i >= 5 ? END : 0,
			(uint16_t)(160 * (i < 5 ? i + 1 : 6)));

		if (key)
			assert_int_equal(key, KEYS[event]);
		told += key != 0;
	}
	return told;
}

static void every_event_is_told_once(void **state)
{
	struct dtmf_events d;

	(void)state;
	dtmf_events_init(&d);
	for (uint8_t event = 0; event < 16; event++)
		assert_int_equal(
			press(&d, UINT32_MAX - 5000 + event * 1000U, event, 0, 8), 1);
}

static void a_press_is_told_whatever_part_of_it_arrives(void **state)
{
	(void)state;
	for (int first = 0; first < 8; first++)
		for (int last = first + 1; last <= 8; last++) {
			struct dtmf_events d;

			dtmf_events_init(&d);
			assert_int_equal(press(&d, 0, 5, first, last), 1);
			/* the same key again, all of it: not swallowed */
			assert_int_equal(press(&d, 1600, 5, 0, 8), 1);
			assert_int_equal(press(&d, 3200, 5, first, last), 1);
		}
}

static void a_packet_that_comes_late_does_not_press_again(void **state)
{
	struct dtmf_events d;

	(void)state;
	dtmf_events_init(&d);
	assert_int_equal(feed(&d, 8000, 1, 0, 160), '1');
	assert_int_equal(feed(&d, 9600, 2, 0, 160), '2');
	assert_int_equal(feed(&d, 8000, 1, END, 800), 0);
	assert_int_equal(feed(&d, 9600, 2, END, 800), 0);
	assert_int_equal(feed(&d, 11200, 1, 0, 160), '1');
}

static void a_stream_that_starts_anew_is_heard(void **state)
{
	struct dtmf_events d;

	(void)state;
	dtmf_events_init(&d);
	assert_int_equal(feed(&d, 3000000, 1, 0, 160), '1');
	assert_int_equal(feed(&d, 700, 1, 0, 160), '1');
}

static void a_key_held_for_half_a_minute_is_one_key(void **state)
{
	struct dtmf_events d;
	uint32_t ts = UINT32_MAX - 70000;

	(void)state;
	dtmf_events_init(&d);
	assert_int_equal(feed(&d, ts, 3, 0, 0xffff), '3');
	for (int i = 0; i < 4; i++) {
		ts += 0xffff;
		assert_int_equal(feed(&d, ts, 3, 0, 160), 0);
		assert_int_equal(feed(&d, ts, 3, 0, 0xffff), 0);
	}
	assert_int_equal(feed(&d, ts + 0xffff, 4, 0, 160), '4');
}

static void what_is_no_key_is_not_told_and_disturbs_none(void **state)
{
	struct dtmf_events d;
	uint8_t payload[4] = { 1, 0, 0, 160 };

	(void)state;
	dtmf_events_init(&d);
	for (unsigned event = 16; event < 256; event++)
		assert_int_equal(feed(&d, 100 + event, (uint8_t)event, 0, 160), 0);
	for (size_t len = 0; len < 4; len++) {
		const struct audio_packet p = { .ts = 50,
			.payload = bytes_of(payload, len) };

		assert_int_equal(dtmf_event(&d, &p), 0);
	}
	assert_int_equal(feed(&d, 50, 1, 0, 160), '1');
	assert_int_equal(feed(&d, 51, 16, 0, 160), 0);
	assert_int_equal(feed(&d, 50, 1, END, 160), 0);
}

/* -- tones ------------------------------------------------------------------------- */

static uint64_t random_state;

static double noise(void) /* -1 … 1 */
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (double)(random_state >> 11) / 4503599627370496.0 - 1;
}

struct line { /* somebody's voice channel, and what was told at its end */
	struct dtmf_tones d;
	char told[600];
	size_t count;
	double noise; /* amplitude */
	unsigned phase;
};

static struct line line_new(unsigned phase)
{
	struct line l = { .phase = phase };

	dtmf_tones_init(&l.d);
	return l;
}

static void say(struct line *l, double sample)
{
	double limited = fmax(-32767, fmin(32767, sample + l->noise * noise()));
	int16_t s = g711_decode(G711_ALAW, g711_encode(G711_ALAW, (int16_t)limited));
	char key = dtmf_tone(&l->d, &s, 1);

	if (key && l->count < sizeof(l->told) - 1)
		l->told[l->count++] = key;
}

/* Amplitudes of the low and the high tone; pitch 1: as it should be. */
struct tone {
	double low, high, pitch;
};

static void dial(struct line *l, char key, int ms, struct tone t)
{
	static const char pad[] = "123A456B789C*0#D";
	static const double rows[] = { 697, 770, 852, 941 },
			    columns[] = { 1209, 1336, 1477, 1633 };
	long at = strchr(pad, key) - pad;
	double w = 2 * acos(-1) * t.pitch / AUDIO_RATE;

	for (int i = 0; i < ms * 8; i++)
		say(l, t.low * sin(w * rows[at / 4] * (i + (int)l->phase)) +
				t.high * sin(w * columns[at % 4] *
						 (i + 3 * (int)l->phase)));
}

static void pause_ms(struct line *l, int ms)
{
	for (int i = 0; i < ms * 8; i++)
		say(l, 0);
}

/* dBm0 of one sine. */
static double amplitude(double dbm0)
{
	return 32124 * pow(10, (dbm0 - 3.14) / 20);
}

/* All sixteen keys, 40 ms and 40 ms apart, at each place in the blocks. */
static void assert_all_keys(struct tone t, double noise_level)
{
	for (unsigned phase = 0; phase < DTMF_BLOCK; phase += 3) {
		struct line l = line_new(phase);

		l.noise = noise_level;
		for (unsigned i = 0; i < phase; i++)
			say(&l, 0);
		for (const char *key = KEYS; *key; key++) {
			dial(&l, *key, 40, t);
			pause_ms(&l, 40);
		}
		l.told[l.count] = 0;
		assert_string_equal(l.told, KEYS);
	}
}

static void every_key_is_found_at_every_level_of_a_line(void **state)
{
	(void)state;
	for (int level = -3; level >= -30; level -= 3)
		assert_all_keys(
			(struct tone){ amplitude(level), amplitude(level), 1 }, 0);
}

static void keys_are_found_in_spite_of_twist_pitch_and_noise(void **state)
{
	(void)state;
	assert_all_keys((struct tone){ amplitude(-14), amplitude(-10), 1 }, 0);
	assert_all_keys((struct tone){ amplitude(-10), amplitude(-18), 1 }, 0);
	assert_all_keys((struct tone){ amplitude(-10), amplitude(-10), 1.015 }, 0);
	assert_all_keys((struct tone){ amplitude(-10), amplitude(-10), 0.985 }, 0);
	/* 20 dB under the tones */
	assert_all_keys(
		(struct tone){ amplitude(-10), amplitude(-10), 1 }, amplitude(-25));
}

static void a_key_is_told_once_however_long_and_again_after_a_pause(void **state)
{
	const struct tone t = { amplitude(-10), amplitude(-10), 1 };
	struct line l = line_new(0);

	(void)state;
	dial(&l, '7', 3000, t);
	assert_int_equal(l.count, 1);
	pause_ms(&l, 40);
	dial(&l, '7', 60, t);
	assert_int_equal(l.count, 2);
	dial(&l, '8', 60, t); /* without a pause */
	assert_int_equal(l.count, 3);
	assert_int_equal(l.told[2], '8');
}

static void a_dropped_packet_does_not_press_twice(void **state)
{
	const struct tone t = { amplitude(-10), amplitude(-10), 1 };

	(void)state;
	for (int gap = 1; gap <= 10; gap++) {
		struct line l = line_new(0);

		dial(&l, '5', 100, t);
		pause_ms(&l, gap);
		dial(&l, '5', 100, t);
		assert_int_equal(l.count, 1);
	}
}

static void what_is_too_short_too_soft_or_too_crooked_is_no_key(void **state)
{
	(void)state;
	for (unsigned phase = 0; phase < DTMF_BLOCK; phase++) {
		struct line l = line_new(phase);

		for (unsigned i = 0; i < phase; i++)
			say(&l, 0);
		for (const char *key = KEYS; *key; key++) {
			dial(&l, *key, 16, (struct tone){ 8000, 8000, 1 });
			pause_ms(&l, 50);
			dial(&l, *key, 100,
				(struct tone){ amplitude(-42), amplitude(-42), 1 });
			pause_ms(&l, 50);
			dial(&l, *key, 100, (struct tone){ 1000, 4000, 1 });
			pause_ms(&l, 50);
			dial(&l, *key, 100, (struct tone){ 8000, 1800, 1 });
			pause_ms(&l, 50);
			dial(&l, *key, 100, (struct tone){ 8000, 0, 1 });
			pause_ms(&l, 50);
		}
		assert_int_equal(l.count, 0);
	}
}

/* A throat: pulses of a gliding pitch through three gliding resonators, vowels of 50 to
 * 300 ms, hisses between them. Not words, but everything in words that resembles tones.
 */
struct throat {
	double pitch, formant[3], wide[3], past[3][2], pulse;
};

static double throat_next(struct throat *t, bool voiced)
{
	double x = voiced ? 0 : noise() * 600;

	t->pulse += t->pitch / AUDIO_RATE;
	if (t->pulse >= 1) {
		t->pulse -= 1;
		x += voiced ? 6000 : 0;
	}
	for (int i = 0; i < 3; i++) {
		double r = exp(-acos(-1) * t->wide[i] / AUDIO_RATE);
		double y = x * (1 - r) * 3 +
			   2 * r * cos(2 * acos(-1) * t->formant[i] / AUDIO_RATE) *
				   t->past[i][0] -
			   r * r * t->past[i][1];

		t->past[i][1] = t->past[i][0];
		t->past[i][0] = y;
		x = y;
	}
	return x;
}

static void talk(struct line *l, struct throat *t)
{
	bool voiced = noise() > -0.5;
	int length = 400 + (int)(1000 * (1 + noise()));
	double glide = 1 + noise() * 0.00003;

	t->pitch = 190 + 110 * noise();
	for (int i = 0; i < 3; i++) {
		t->formant[i] = (i == 0          ? 500
					: i == 1 ? 1400
						 : 2500) *
				(1 + 0.45 * noise());
		t->wide[i] = 90 + 50 * noise();
	}
	for (int n = 0; n < length; n++) {
		t->pitch *= glide;
		t->formant[1] *= glide;
		say(l, 4 * throat_next(t, voiced));
	}
}

static void five_minutes_of_speech_press_no_key(void **state)
{
	struct line l = line_new(0);
	struct throat t = { 0 };

	(void)state;
	random_state = 20260514;
	print_message("seed %llu\n", (unsigned long long)random_state);
	for (int i = 0; i < 2000; i++) {
		talk(&l, &t);
		if (i % 8 == 0)
			pause_ms(&l, 100);
	}
	l.told[l.count] = 0;
	assert_string_equal(l.told, "");
}

static void noise_and_the_tones_of_the_network_press_no_key(void **state)
{
	static const double pairs[][2] = { { 425, 0 }, { 440, 480 }, { 350, 440 },
		{ 697, 770 }, { 1209, 1336 }, { 697, 697 }, { 950, 1400 }, { 1400, 1800 },
		{ 1100, 2100 }, { 733, 1336 }, { 811, 1477 }, { 896, 1209 } };
	struct line l = line_new(0);

	(void)state;
	random_state = 99;
	for (int level = 100; level < 30000; level *= 2)
		for (int i = 0; i < 80000; i++)
			say(&l, level * noise());
	for (size_t p = 0; p < ARRAY_LEN(pairs); p++)
		for (int i = 0; i < 16000; i++)
			say(&l, 7000 * (sin(2 * acos(-1) * pairs[p][0] * i / AUDIO_RATE) +
					       sin(2 * acos(-1) * pairs[p][1] * i /
						       AUDIO_RATE)));
	l.told[l.count] = 0;
	assert_string_equal(l.told, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_told_once),
		cmocka_unit_test(a_press_is_told_whatever_part_of_it_arrives),
		cmocka_unit_test(a_packet_that_comes_late_does_not_press_again),
		cmocka_unit_test(a_stream_that_starts_anew_is_heard),
		cmocka_unit_test(a_key_held_for_half_a_minute_is_one_key),
		cmocka_unit_test(what_is_no_key_is_not_told_and_disturbs_none),
		cmocka_unit_test(every_key_is_found_at_every_level_of_a_line),
		cmocka_unit_test(keys_are_found_in_spite_of_twist_pitch_and_noise),
		cmocka_unit_test(a_key_is_told_once_however_long_and_again_after_a_pause),
		cmocka_unit_test(a_dropped_packet_does_not_press_twice),
		cmocka_unit_test(what_is_too_short_too_soft_or_too_crooked_is_no_key),
		cmocka_unit_test(five_minutes_of_speech_press_no_key),
		cmocka_unit_test(noise_and_the_tones_of_the_network_press_no_key),
	};

	random_state = 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
