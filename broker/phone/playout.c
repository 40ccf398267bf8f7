/* SPDX-License-Identifier: MPL-2.0
 *
 * A ring of samples under their timestamps. How early packets arrive is watched over
 * windows of three seconds; the delay follows in steps of one tick: up at once when
 * something came too late, down (and against drift) when a whole window was early. A
 * packet that is lost never makes the delay grow, one that is late does.
 */
#include "playout.h"

#include "g711.h"

#define TICK   AUDIO_TICK
#define RING   (PLAYOUT_ROOM * TICK)
#define ABSENT INT16_MIN /* in the ring; G.711 decodes nothing to it */

#define WINDOW      150 /* ticks */
#define WINDOW_FEW  50  /* packets; fewer say nothing about the delay */
#define HELD_MAX    10  /* ticks without anything: the sender has stopped */
#define WAIT_SILENT 100 /* ticks that dropping waits for silence */
#define SILENT      200 /* -44 dBFS */

#define PITCH_LEAST 40 /* samples: 200 Hz */
#define PITCH_MOST  160
#define PITCH_LOOK  120 /* samples that are compared */
#define FADE_START  80  /* samples that are repeated at full level */
#define FADE_END    480
#define BLEND       40 /* samples from concealment back to sound */

static void window_begin(struct playout *p)
{
	p->window = (struct playout_window){ INT32_MAX, INT32_MIN, 0, 0 };
}

void playout_reset(struct playout *p)
{
	for (size_t i = 0; i < RING; i++)
		p->ring[i] = ABSENT;
	window_begin(p);
	p->started = false;
	p->held = p->owed = 0;
	p->due = 0;
	p->missed = 0;
}

void playout_init(struct playout *p)
{
	*p = (struct playout){ .target = PLAYOUT_MIN, .pitch = PITCH_MOST };
	playout_reset(p);
}

/* -- the ring ---------------------------------------------------------------------- */

/* The head is always at a whole tick of the ring, so that no tick wraps. */
static int16_t *tick_at(struct playout *p, size_t offset)
{
	return &p->ring[(p->head_at + offset) % RING];
}

static int32_t depth(const struct playout *p)
{
	return (int32_t)(p->end_ts - p->head_ts);
}

static void advance(struct playout *p, bool missed)
{
	int16_t *head = tick_at(p, 0);

	for (size_t i = 0; i < TICK; i++)
		head[i] = ABSENT;
	p->head_at = (p->head_at + TICK) % RING;
	p->head_ts += TICK;
	p->missed = p->missed << 1 | missed;
}

static void store(
	struct playout *p, const struct audio_packet *packet, size_t skip, size_t offset)
{
	uint32_t end = packet->ts + (uint32_t)packet->payload.len;
	const uint8_t *from = packet->payload.at + skip;
	size_t n = packet->payload.len - skip, at = (p->head_at + offset) % RING;
	size_t before_wrap = n < RING - at ? n : RING - at;

	g711_decode_block(packet->law, from, p->ring + at, before_wrap);
	g711_decode_block(packet->law, from + before_wrap, p->ring, n - before_wrap);
	if ((int32_t)(end - p->end_ts) > 0)
		p->end_ts = end;
}

/* offset: of a whole tick. How many of its samples are there; all go to ret, with ABSENT.
 */
static size_t copy_tick(struct playout *p, size_t offset, int16_t ret[AUDIO_TICK])
{
	size_t present = 0;

	memcpy(ret, tick_at(p, offset), TICK * sizeof(*ret));
	for (size_t i = 0; i < TICK; i++)
		present += ret[i] != ABSENT;
	return present;
}

static bool is_silent(const int16_t tick[AUDIO_TICK])
{
	for (size_t i = 0; i < TICK; i++)
		if (tick[i] > SILENT || tick[i] < -SILENT)
			return false;
	return true;
}

/* -- packets ----------------------------------------------------------------------- */

static void start(struct playout *p, uint32_t ts)
{
	playout_reset(p);
	p->head_ts = p->end_ts = ts;
	p->started = true;
	p->wait = p->target - 1;
}

static void grow_target(struct playout *p)
{
	if (p->target < PLAYOUT_MAX)
		p->target++;
}

static void observe(struct playout *p, int32_t early)
{
	p->window.packets++;
	if (early < p->window.least)
		p->window.least = early;
	if (early > p->window.most)
		p->window.most = early;
}

/* The head stood still while nothing came. What was lost is over by now: its time has
 * passed. What is late instead is played, and its delay stays. */
static void end_hold(struct playout *p, int32_t early)
{
	unsigned lost = (unsigned)(early / TICK);

	if (lost > p->held)
		lost = p->held;
	if (lost < p->held) {
		grow_target(p);
		window_begin(p);
	}
	p->held = 0;
	for (; lost > 0; lost--)
		advance(p, true);
}

/* A packet that begins before the head: late when its tick was concealed, else heard
 * already. */
static void note_late(struct playout *p, int32_t early)
{
	unsigned ticks = ((unsigned)-early + TICK - 1) / TICK;
	uint32_t bit = ticks <= 32 ? UINT32_C(1) << (ticks - 1) : 0;

	if (!(p->missed & bit))
		return;
	p->missed &= ~bit;
	p->late++;
	if (ticks > PLAYOUT_MAX - 1)
		ticks = PLAYOUT_MAX - 1;
	if (ticks > p->owed)
		p->owed = ticks;
}

static bool is_jump(const struct playout *p, const struct audio_packet *packet)
{
	int32_t early = (int32_t)(packet->ts - p->head_ts);

	return early < -RING || early > RING - (int32_t)packet->payload.len ||
	       (packet->marker && p->held > 0);
}

void playout_put(struct playout *p, const struct audio_packet *packet)
{
	int32_t n = (int32_t)packet->payload.len, early;

	if (packet->payload.len == 0 || packet->payload.len > AUDIO_PACKET_MAX)
		return;
	if (!p->started || is_jump(p, packet))
		start(p, packet->ts);
	early = (int32_t)(packet->ts - p->head_ts);
	if (early < 0) {
		note_late(p, early);
		if (early + n <= 0)
			return;
	}
	if (p->held > 0)
		end_hold(p, early > 0 ? early : 0);
	early = (int32_t)(packet->ts - p->head_ts);
	observe(p, early);
	if (early < 0)
		store(p, packet, (size_t)-early, 0);
	else
		store(p, packet, 0, (size_t)early);
	while (depth(p) > PLAYOUT_MAX * TICK) {
		advance(p, false);
		window_begin(p);
	}
}

/* -- concealment ------------------------------------------------------------------- */

/* The lag at which the end of what was played is most like what came before it. */
static unsigned find_pitch(const int16_t *history)
{
	const int16_t *end = history + 2 * TICK - PITCH_LOOK;
	unsigned best = PITCH_MOST;
	float best_likeness = 0;

	for (unsigned lag = PITCH_LEAST; lag <= PITCH_MOST; lag++) {
		int32_t like = 0, energy = 1; /* 12 bits squared, 120 times: 30 bits */
		float likeness;

		for (size_t i = 0; i < PITCH_LOOK; i++) {
			int32_t now = end[i] >> 4, then = (end - lag)[i] >> 4;

			like += now * then;
			energy += then * then;
		}
		likeness = like > 0 ? (float)like * (float)like / (float)energy : 0;
		if (likeness > best_likeness) {
			best_likeness = likeness;
			best = lag;
		}
	}
	return best;
}

/* at: samples since the concealment began. */
static int concealed_sample(const struct playout *p, unsigned at)
{
	int sample = p->history[2 * TICK - p->pitch + at % p->pitch];

	if (at >= FADE_END)
		return 0;
	if (at < FADE_START)
		return sample;
	return sample * (int)(FADE_END - at) / (FADE_END - FADE_START);
}

/* False: it has run out, ret is silence. */
static bool conceal(struct playout *p, int16_t ret[AUDIO_TICK])
{
	unsigned at = p->lost_run * TICK;

	if (p->lost_run == 0)
		p->pitch = find_pitch(p->history);
	for (unsigned i = 0; i < TICK; i++)
		ret[i] = (int16_t)concealed_sample(p, at + i);
	if (at < FADE_END)
		p->lost_run++;
	p->concealed++;
	return at < FADE_END;
}

/* What was heard, concealment included: the next search for a pitch wants no seam. */
static void remember(struct playout *p, const int16_t tick[AUDIO_TICK])
{
	int16_t past[AUDIO_TICK];

	memcpy(past, p->history + TICK, sizeof(past));
	for (unsigned i = 0; p->lost_run > 0 && i < TICK; i++)
		past[i] = (int16_t)concealed_sample(p, (p->lost_run - 1) * TICK + i);
	memcpy(p->history, past, sizeof(past));
	memcpy(p->history + TICK, tick, sizeof(past));
	p->lost_run = 0;
	p->played++;
}

/* -- ticks ------------------------------------------------------------------------- */

static void window_end(struct playout *p)
{
	const struct playout_window w = p->window;
	int32_t spread;

	window_begin(p);
	p->due = 0;
	if (w.packets < WINDOW_FEW)
		return;
	spread = w.most / TICK - w.least / TICK;
	p->target = spread < PLAYOUT_MIN - 1   ? PLAYOUT_MIN
		    : spread > PLAYOUT_MAX - 1 ? PLAYOUT_MAX
					       : (unsigned)spread + 1;
	if (w.least >= 2 * TICK)
		p->due = -1;
	else if (w.most < TICK)
		p->due = 1;
}

/* Two ticks become one, each fading into the other. */
static void merge(int16_t tick[AUDIO_TICK], const int16_t next[AUDIO_TICK])
{
	for (int i = 0; i < TICK; i++)
		tick[i] = (int16_t)((tick[i] * (TICK - i) + next[i] * i) / TICK);
}

/* tick: the one at the head, complete. True: the head stays where it is. */
static bool correct(struct playout *p, int16_t tick[AUDIO_TICK])
{
	bool now = is_silent(tick);
	int16_t next[AUDIO_TICK];

	if (p->due > 0 && now) {
		p->due = 0;
		window_begin(p);
		return true;
	}
	if (p->due < 0 && (now || p->window.ticks >= WAIT_SILENT) &&
		copy_tick(p, TICK, next) == TICK) {
		merge(tick, next);
		advance(p, false);
		p->due = 0;
		window_begin(p);
	}
	return false;
}

/* From the end of a concealment, or from silence, into the sound. */
static void blend(const struct playout *p, int16_t tick[AUDIO_TICK])
{
	for (int i = 0; p->lost_run > 0 && i < BLEND; i++) {
		int before = concealed_sample(p, p->lost_run * TICK + (unsigned)i);

		tick[i] = (int16_t)((before * (BLEND - i) + tick[i] * i) / BLEND);
	}
}

/* Something is at the head or behind it. */
static bool play(struct playout *p, int16_t ret[AUDIO_TICK])
{
	int16_t tick[AUDIO_TICK];
	size_t present = copy_tick(p, 0, tick);
	bool stays = false;

	if (present == TICK) {
		stays = correct(p, tick);
		blend(p, tick);
		memcpy(ret, tick, sizeof(tick));
		remember(p, tick);
	} else {
		bool is_sound = conceal(p, ret);

		if (present == 0) {
			advance(p, true);
			return is_sound;
		}
		for (size_t i = 0; i < TICK; i++)
			if (tick[i] != ABSENT)
				ret[i] = tick[i];
		remember(p, ret);
	}
	if (!stays)
		advance(p, present < TICK);
	return true;
}

bool playout_take(struct playout *p, int16_t ret[AUDIO_TICK])
{
	if (!p->started || p->wait > 0) {
		if (p->started)
			p->wait--;
		memset(ret, 0, TICK * sizeof(*ret));
		return false;
	}
	if (++p->window.ticks >= WINDOW)
		window_end(p);
	if (depth(p) <= 0) {
		if (++p->held > HELD_MAX)
			playout_reset(p);
		return conceal(p, ret);
	}
	if (p->owed > 0 && depth(p) < PLAYOUT_MAX * TICK) {
		p->owed--;
		grow_target(p);
		window_begin(p);
		return conceal(p, ret);
	}
	p->owed = 0;
	return play(p, ret);
}
