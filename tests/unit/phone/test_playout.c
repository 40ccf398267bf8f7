/* SPDX-License-Identifier: MPL-2.0
 *
 * A network is played against the FIFO: every packet has a time of arrival, ticks come
 * every 20 ms by a clock of their own. Seen are the sound that comes out and how long
 * each tick of it has waited.
 */
#include "g711.h"
#include "playout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#define SEED     20260514
#define FIRST_TS (UINT32_MAX - 100000) /* every long run passes the roll-over */
#define SECONDS  50                    /* packets */

static uint64_t random_state;

static double chance(void) /* 0 … 1 */
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (double)(random_state >> 11) / 9007199254740992.0;
}

static int seed(void **state)
{
	(void)state;
	random_state = SEED;
	return 0;
}

/* -- the network ------------------------------------------------------------------- */

struct arrival {
	double ms;
	uint32_t number;
};

struct network {
	struct arrival *arrivals;
	size_t count;
};

struct outcome {
	double delay_max, delay_min; /* of a played tick, since it could have arrived */
	double delay_last;           /* of the last one */
	unsigned target_max, concealed, late;
	int32_t depth_max; /* samples */
	size_t played, lost;
};

/* What the packets are like and how they travel. */
struct weather {
	size_t packets;
	double phase_ms, ppm; /* of the ticks against the sender's clock */
	double loss, swapped, doubled, jitter_ms;
	size_t jitter_until; /* packet; 0: always */
	size_t stall_at;     /* this and 24 more arrive together */
	bool silent;
	unsigned samples; /* of a packet; 0: AUDIO_TICK */
};

static int by_time(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	return x->ms < y->ms ? -1 : x->ms > y->ms;
}

static double sent_ms(const struct weather *w, size_t number)
{
	return (double)number * (w->samples ? w->samples : AUDIO_TICK) / 8 *
	       (1 - w->ppm / 1000000);
}

static struct network network_new(const struct weather *w, size_t *ret_lost)
{
	struct network n = { calloc(2 * w->packets, sizeof(struct arrival)), 0 };

	assert_non_null(n.arrivals);
	for (size_t i = 0; i < w->packets; i++) {
		bool jitters = w->jitter_until == 0 || i < w->jitter_until;
		double ms = sent_ms(w, i) + (jitters ? w->jitter_ms * chance() : 0);

		if (chance() < w->swapped)
			ms += 45;
		if (w->stall_at && i >= w->stall_at && i < w->stall_at + 25)
			ms = sent_ms(w, w->stall_at + 25);
		if (chance() < w->loss) {
			++*ret_lost;
			continue;
		}
		n.arrivals[n.count++] = (struct arrival){ ms, (uint32_t)i };
		if (chance() < w->doubled)
			n.arrivals[n.count++] =
				(struct arrival){ ms + 90 * chance(), (uint32_t)i };
	}
	qsort(n.arrivals, n.count, sizeof(*n.arrivals), by_time);
	return n;
}

#define PERIOD 800 /* samples after which the voice is where it was */
static uint8_t voice[PERIOD];

/* A voice that holds its pitch: 210 Hz and the octave. */
static void make_voice(void)
{
	for (int i = 0; i < PERIOD; i++) {
		double t = 2 * acos(-1) * i / AUDIO_RATE;

		voice[i] = g711_encode(
			G711_ALAW, (int16_t)(6000 * sin(210 * t) + 3000 * sin(420 * t)));
	}
}

static uint8_t sound(uint32_t sample)
{
	return voice[sample % PERIOD];
}

static void deliver(struct playout *p, const struct weather *w, uint32_t number)
{
	uint8_t payload[AUDIO_PACKET_MAX];
	unsigned n = w->samples ? w->samples : AUDIO_TICK;

	for (uint32_t i = 0; i < n; i++)
		payload[i] = w->silent ? 0xd5 : sound(number * n + i);
	playout_put(p, &(struct audio_packet){ .seq = (uint16_t)number,
			       .law = G711_ALAW,
			       .ts = FIRST_TS + number * n,
			       .payload = bytes_of(payload, n) });
}

static void note_played(
	struct outcome *o, const struct weather *w, double now, uint32_t ts)
{
	double sample = (double)(uint32_t)(ts - FIRST_TS);
	double waited = now - sample / 8 * (1 - w->ppm / 1000000);

	o->delay_last = waited;
	o->delay_max = fmax(o->delay_max, waited);
	o->delay_min = fmin(o->delay_min, waited);
	o->played++;
}

typedef void heard_fn(uint32_t ts, const int16_t *tick, bool is_true);

static struct outcome run(const struct weather *w, heard_fn *heard)
{
	struct outcome o = { .delay_min = 1e9 };
	struct network n = network_new(w, &o.lost);
	struct playout p;
	size_t next = 0;

	playout_init(&p);
	for (double now = w->phase_ms; now < sent_ms(w, w->packets - 1);
		now += AUDIO_TICK_MS) {
		int16_t tick[AUDIO_TICK];
		uint64_t played = p.played;
		uint32_t ts;

		while (next < n.count && n.arrivals[next].ms <= now)
			deliver(&p, w, n.arrivals[next++].number);
		if (p.started && (int32_t)(p.end_ts - p.head_ts) > o.depth_max)
			o.depth_max = (int32_t)(p.end_ts - p.head_ts);
		ts = p.head_ts;
		if (playout_take(&p, tick) && p.played > played)
			note_played(&o, w, now, ts);
		if (heard && p.played > 0)
			heard(ts, tick, p.played > played);
		if (p.target > o.target_max)
			o.target_max = p.target;
	}
	o.concealed = (unsigned)p.concealed;
	o.late = (unsigned)p.late;
	free(n.arrivals);
	return o;
}

/* -- delay ------------------------------------------------------------------------- */

static void without_jitter_nothing_waits_longer_than_40_ms(void **state)
{
	(void)state;
	for (int phase = 1; phase < 200; phase++) {
		struct weather w = { .packets = 60 * SECONDS, .phase_ms = phase / 10.0 };
		struct outcome o = run(&w, NULL);

		assert_true(o.delay_max <= 40);
		assert_true(o.delay_min >= 20);
		assert_int_equal(o.target_max, PLAYOUT_MIN);
		assert_int_equal(o.concealed, 0);
		assert_true(o.played + 3 >= w.packets);
	}
}

static void loss_is_concealed_and_never_adds_delay(void **state)
{
	(void)state;
	print_message("seed %d\n", SEED);
	for (int percent = 5; percent <= 20; percent += 5)
		for (int phase = 1; phase < 20; phase += 3) {
			struct weather w = { .packets = 120 * SECONDS,
				.phase_ms = phase,
				.loss = percent / 100.0 };
			struct outcome o = run(&w, NULL);

			assert_true(o.lost > 0);
			assert_int_equal(o.late, 0);
			assert_true(o.delay_max <= 40);
			/* those at the very end were not missed yet */
			assert_in_range(o.concealed, o.lost - 6, o.lost);
		}
}

static void packets_out_of_order_are_put_in_order(void **state)
{
	struct weather w = { .packets = 120 * SECONDS, .phase_ms = 7, .swapped = 0.05 };
	struct outcome o = run(&w, NULL);

	(void)state;
	/* the first two are missed, then the delay has grown */
	assert_true(o.late <= 3 && o.concealed <= 6);
	assert_true(o.delay_max <= 80);
}

static void packets_that_come_twice_are_heard_once(void **state)
{
	struct weather w = { .packets = 120 * SECONDS, .phase_ms = 7, .doubled = 0.5 };
	struct outcome o = run(&w, NULL);

	(void)state;
	assert_int_equal(o.late, 0);
	assert_int_equal(o.concealed, 0);
	assert_true(o.delay_max <= 40);
	assert_true(o.played + 3 >= w.packets);
}

static void jitter_makes_the_delay_grow_to_five_ticks_at_most_and_come_back(void **state)
{
	struct weather w = {
		.packets = 180 * SECONDS, .jitter_ms = 60, .jitter_until = 120 * SECONDS
	};

	(void)state;
	for (w.phase_ms = 1; w.phase_ms < 20; w.phase_ms += 4) {
		struct outcome o = run(&w, NULL);

		assert_true(o.delay_max > 60);
		assert_true(o.depth_max <= PLAYOUT_MAX * AUDIO_TICK);
		assert_in_range(o.target_max, PLAYOUT_MIN + 1, PLAYOUT_MAX);
		assert_true(o.concealed < w.jitter_until / 100);
		assert_true(o.delay_last <= 40);
	}
}

static void jitter_beyond_the_room_costs_sound_but_not_delay(void **state)
{
	struct weather w = { .packets = 120 * SECONDS, .phase_ms = 9, .jitter_ms = 400 };
	struct outcome o = run(&w, NULL);

	(void)state;
	assert_true(o.depth_max <= PLAYOUT_MAX * AUDIO_TICK);
	assert_true(o.played > 0);
}

static void a_stall_is_forgotten_within_seconds(void **state)
{
	struct weather w = { .packets = 50 * SECONDS, .phase_ms = 11, .stall_at = 500 };
	struct outcome o = run(&w, NULL);

	(void)state;
	assert_true(o.depth_max <= PLAYOUT_MAX * AUDIO_TICK);
	assert_true(o.delay_max <= PLAYOUT_MAX * AUDIO_TICK_MS);
	assert_true(o.delay_last <= 40);
}

static void clocks_that_drift_apart_are_followed(void **state)
{
	struct weather w = { .packets = 1800 * SECONDS };

	(void)state;
	for (w.ppm = -200; w.ppm <= 200; w.ppm += 400)
		for (w.phase_ms = 1; w.phase_ms < 20; w.phase_ms += 9) {
			struct outcome o;

			/* 18 ticks of difference. In silence nobody hears a thing; in a
			 * sound that never pauses, at most those are heard. */
			w.silent = true;
			o = run(&w, NULL);
			assert_true(o.concealed <= 1);
			assert_true(o.delay_max <= 60 && o.delay_min >= 0);
			w.silent = false;
			o = run(&w, NULL);
			assert_true(o.concealed <= 20);
			assert_true(o.delay_max <= 60 && o.delay_min >= 0);
		}
}

/* -- sound ------------------------------------------------------------------------- */

static uint32_t heard_ticks, true_ticks;
static double error_power, silence_power;
static int before, step_max; /* from one sample to the next */

static void compare(uint32_t ts, const int16_t *tick, bool is_true)
{
	heard_ticks++;
	true_ticks += is_true;
	for (uint32_t i = 0; i < AUDIO_TICK; i++) {
		double should = g711_decode(G711_ALAW, sound(ts - FIRST_TS + i));

		step_max = abs(tick[i] - before) > step_max ? abs(tick[i] - before)
							    : step_max;
		before = tick[i];
		error_power += (tick[i] - should) * (tick[i] - should);
		if (!is_true)
			silence_power += should * should;
	}
}

static int listen(void **state)
{
	heard_ticks = true_ticks = 0;
	error_power = silence_power = 0;
	before = step_max = 0;
	return seed(state);
}

static void packets_of_every_length_come_out_as_they_went_in(void **state)
{
	static const unsigned lengths[] = { 40, 80, 100, 160, 240, 320, 333, 480 };

	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct weather w = {
			.packets = 3000, .phase_ms = 9, .samples = lengths[i]
		};

		(void)listen(state);
		(void)run(&w, compare);
		assert_true(true_ticks + 8 >= w.packets * w.samples / AUDIO_TICK);
		if (heard_ticks - true_ticks > 2 || error_power > 0)
			fail_msg("%u samples: %u ticks wrong, error %g", w.samples,
				heard_ticks - true_ticks, error_power);
	}
}

static void concealment_is_far_better_than_silence(void **state)
{
	struct weather w = { .packets = 60 * SECONDS, .phase_ms = 9, .loss = 0.05 };

	(void)state;
	(void)run(&w, compare);
	assert_true(silence_power > 0);
	print_message("error against silence: %.3f\n", error_power / silence_power);
	assert_true(error_power < silence_power / 10);
}

static void neither_loss_nor_its_end_clicks(void **state)
{
	struct weather w = { .packets = 60 * SECONDS, .phase_ms = 9 };
	int natural;

	(void)run(&w, compare);
	natural = step_max;
	assert_true(natural > 1000);
	(void)listen(state);
	w.loss = 0.2;
	(void)run(&w, compare);
	print_message(
		"step from sample to sample: %d, with loss %d\n", natural, step_max);
	assert_true(step_max <= natural * 3); /* a seam is up to nine */
}

static void feed(struct playout *p, uint32_t number, bool marker)
{
	uint8_t payload[AUDIO_TICK];

	for (uint32_t i = 0; i < AUDIO_TICK; i++)
		payload[i] = sound(number * AUDIO_TICK + i);
	playout_put(p, &(struct audio_packet){ .law = G711_ALAW,
			       .marker = marker,
			       .ts = FIRST_TS + number * AUDIO_TICK,
			       .payload = bytes_of(payload, sizeof(payload)) });
}

static int loudness(const int16_t *tick, size_t from, size_t to)
{
	int most = 0;

	for (size_t i = from; i < to; i++)
		most = abs(tick[i]) > most ? abs(tick[i]) : most;
	return most;
}

static void a_sender_that_stops_fades_out_in_60_ms(void **state)
{
	struct playout p;
	int16_t tick[AUDIO_TICK];

	(void)state;
	playout_init(&p);
	for (uint32_t i = 0; i < 20; i++) {
		feed(&p, i, i == 0);
		assert_int_equal(playout_take(&p, tick), i > 0);
	}
	assert_true(playout_take(&p, tick)); /* the last one that came */
	assert_true(playout_take(&p, tick));
	assert_true(loudness(tick, 0, 80) > 5000);
	assert_true(playout_take(&p, tick));
	assert_in_range(loudness(tick, 0, AUDIO_TICK), 1000, 7000);
	assert_true(playout_take(&p, tick));
	assert_true(loudness(tick, 80, AUDIO_TICK) < 2500);
	for (int i = 0; i < 100; i++) {
		assert_false(playout_take(&p, tick));
		assert_int_equal(loudness(tick, 0, AUDIO_TICK), 0);
	}
	feed(&p, 5000, true); /* speaks again */
	assert_false(playout_take(&p, tick));
	assert_true(playout_take(&p, tick));
}

static void a_jump_of_the_timestamp_starts_anew(void **state)
{
	static const uint32_t jumps[] = { 20, 1000, 0x700000, 0xfff000, (uint32_t)-20 };
	int16_t tick[AUDIO_TICK];

	(void)state;
	for (size_t j = 0; j < ARRAY_LEN(jumps); j++) {
		struct playout p;
		uint32_t number = 100;

		playout_init(&p);
		for (int i = 0; i < 40; i++) {
			if (i == 20)
				number += jumps[j];
			feed(&p, number++, false);
			assert_int_equal(playout_take(&p, tick), i != 0 && i != 20);
		}
		assert_int_equal(p.late, 0);
	}
}

static void a_new_talk_spurt_waits_like_the_first(void **state)
{
	struct playout p;
	int16_t tick[AUDIO_TICK];

	(void)state;
	playout_init(&p);
	for (uint32_t i = 0; i < 10; i++) {
		feed(&p, i, false);
		(void)playout_take(&p, tick);
	}
	for (int i = 0; i < 5; i++)
		(void)playout_take(&p, tick);
	feed(&p, 14, true);
	assert_false(playout_take(&p, tick));
	feed(&p, 15, false);
	assert_true(playout_take(&p, tick));
	assert_int_equal(p.head_ts, FIRST_TS + 15 * AUDIO_TICK);
}

static void a_reset_forgets_what_waits(void **state)
{
	struct playout p;
	int16_t tick[AUDIO_TICK];

	(void)state;
	playout_init(&p);
	for (uint32_t i = 0; i < 4; i++)
		feed(&p, i, false);
	assert_false(playout_take(&p, tick));
	playout_reset(&p);
	for (int i = 0; i < 20; i++)
		assert_false(playout_take(&p, tick));
	feed(&p, 100, false);
	assert_false(playout_take(&p, tick));
	feed(&p, 102, false);
	assert_true(playout_take(&p, tick));
	assert_int_equal(p.head_ts, FIRST_TS + 101 * AUDIO_TICK);
	assert_true(playout_take(&p, tick)); /* 101 is lost, not one of the four */
	assert_int_equal(p.played, 1);
	assert_int_equal(p.concealed, 1);
}

static void of_a_long_packet_that_is_late_the_rest_is_heard(void **state)
{
	uint8_t payload[3 * AUDIO_TICK];
	struct playout p;
	int16_t tick[AUDIO_TICK];

	(void)state;
	for (uint32_t i = 0; i < sizeof(payload); i++)
		payload[i] = sound(AUDIO_TICK + i);
	playout_init(&p);
	feed(&p, 0, false);
	feed(&p, 4, false);
	for (int i = 0; i < 3; i++)
		(void)playout_take(&p, tick); /* waits, 0, conceals 1 */
	playout_put(&p, &(struct audio_packet){ .law = G711_ALAW,
				.ts = FIRST_TS + AUDIO_TICK,
				.payload = bytes_of(payload, sizeof(payload)) });
	assert_int_equal(p.late, 1);
	assert_true(playout_take(&p, tick)); /* waits one tick longer from now on */
	assert_int_equal(p.concealed, 2);
	for (uint32_t number = 2; number <= 4; number++) {
		assert_true(playout_take(&p, tick));
		for (uint32_t i = 40; i < AUDIO_TICK; i++)
			assert_int_equal(tick[i],
				g711_decode(G711_ALAW, sound(number * AUDIO_TICK + i)));
	}
	assert_int_equal(p.concealed, 2);
}

static void packets_that_are_empty_or_too_long_are_dropped(void **state)
{
	static const uint8_t payload[AUDIO_PACKET_MAX + 1];
	struct playout p;
	int16_t tick[AUDIO_TICK];

	(void)state;
	playout_init(&p);
	for (uint32_t i = 0; i < 10; i++) {
		playout_put(&p, &(struct audio_packet){ .ts = i,
					.payload = bytes_of(payload, sizeof(payload)) });
		playout_put(&p, &(struct audio_packet){ .ts = i });
		assert_false(playout_take(&p, tick));
	}
	assert_false(p.started);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_jitter_nothing_waits_longer_than_40_ms),
		cmocka_unit_test_setup(loss_is_concealed_and_never_adds_delay, seed),
		cmocka_unit_test_setup(packets_out_of_order_are_put_in_order, seed),
		cmocka_unit_test_setup(packets_that_come_twice_are_heard_once, seed),
		cmocka_unit_test_setup(
			jitter_makes_the_delay_grow_to_five_ticks_at_most_and_come_back,
			seed),
		cmocka_unit_test_setup(
			jitter_beyond_the_room_costs_sound_but_not_delay, seed),
		cmocka_unit_test_setup(a_stall_is_forgotten_within_seconds, seed),
		cmocka_unit_test_setup(clocks_that_drift_apart_are_followed, seed),
		cmocka_unit_test_setup(
			packets_of_every_length_come_out_as_they_went_in, listen),
		cmocka_unit_test_setup(concealment_is_far_better_than_silence, listen),
		cmocka_unit_test_setup(neither_loss_nor_its_end_clicks, listen),
		cmocka_unit_test(a_sender_that_stops_fades_out_in_60_ms),
		cmocka_unit_test(a_jump_of_the_timestamp_starts_anew),
		cmocka_unit_test(a_new_talk_spurt_waits_like_the_first),
		cmocka_unit_test(a_reset_forgets_what_waits),
		cmocka_unit_test(of_a_long_packet_that_is_late_the_rest_is_heard),
		cmocka_unit_test(packets_that_are_empty_or_too_long_are_dropped),
	};

	make_voice();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
