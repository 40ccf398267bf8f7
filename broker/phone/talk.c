/* SPDX-License-Identifier: MPL-2.0
 *
 * Relay begins when both sides have flowed for a second, and ends as soon as one of them
 * has a gap, for then the other wants silence instead of nothing. When it begins, what
 * the mixer still holds is sent ahead; when it ends, each side is sent nothing until the
 * mixer has the other's sound: the receiver's own buffer stretches over both, and no
 * sound is cut.
 */
#include "talk.h"

#include <assert.h>

#define FLOWS_FOR_MS     1000
#define HOLD_TICKS       (PLAYOUT_MIN + 1)
#define TONE_FIRST_TICKS (2 * MS_TICKS)
#define TONE_EVERY_TICKS (8 * MS_TICKS)
#define MS_TICKS         (1000 / AUDIO_TICK_MS)

void talk_init(struct talk *t, uint64_t room)
{
	*t = (struct talk){ .room = room };
}

int talk_join(struct talk *t, struct leg *l)
{
	assert(!l->talk);
	if (t->count == MIXER_LEGS)
		return TALK_E_FULL;
	t->legs[t->count++] = l;
	l->talk = t;
	playout_reset(&l->playout);
	return 0;
}

void talk_leave(struct leg *l)
{
	struct talk *t = l->talk;
	unsigned kept = 0;

	if (!t)
		return;
	for (unsigned i = 0; i < t->count; i++)
		if (t->legs[i] != l)
			t->legs[kept++] = t->legs[i];
	t->count = kept;
	l->talk = NULL;
	if (l == t->pair[0] || l == t->pair[1])
		t->pair[0] = t->pair[1] = NULL;
}

/* -- who hears whom -------------------------------------------------------------- */
static bool is_speaking_owner(const struct leg *l)
{
	return l->owner && l->stage == LEG_TALKING;
}

bool talk_hears(const struct leg *l, const struct leg *from)
{
	if (l == from || l->held || from->held || from->held_by_peer || from->muted ||
		from->muted_itself)
		return false;
	if (l->stage == LEG_TALKING && from->stage == LEG_TALKING)
		return true;
	if (is_speaking_owner(l))
		return from->stage == LEG_EARLY || from->stage == LEG_GREETING ||
		       from->stage == LEG_UNKNOWN;
	return l->stage == LEG_UNKNOWN && is_speaking_owner(from);
}

/* Muted for the moment is company all the same. */
bool talk_has_company(const struct leg *l)
{
	const struct talk *t = l->talk;

	if (!t || l->held)
		return false;
	for (unsigned i = 0; i < t->count; i++) {
		const struct leg *o = t->legs[i];

		if (o == l || !leg_is_open(o) || o->held)
			continue;
		if (o->stage == LEG_TALKING &&
			(l->stage == LEG_TALKING ||
				(l->stage == LEG_UNKNOWN && o->owner)))
			return true;
		if (is_speaking_owner(l) && o->stage == LEG_UNKNOWN)
			return true;
	}
	return false;
}

static bool is_heard(const struct leg *l)
{
	for (unsigned i = 0; i < l->talk->count; i++)
		if (talk_hears(l->talk->legs[i], l))
			return true;
	return false;
}

/* -- relay or mixer -------------------------------------------------------------- */
/* The other of the two legs when the room can be relayed, else NULL. */
static struct leg *partner(const struct leg *l)
{
	struct leg *other = NULL;

	for (unsigned i = 0; i < l->talk->count; i++) {
		struct leg *o = l->talk->legs[i];

		if (o == l || (!leg_is_open(o) && o->stage != LEG_EARLY))
			continue;
		if (other)
			return NULL;
		other = o;
	}
	if (!other || !leg_is_open(l) || !leg_is_open(other) ||
		l->is_phone == other->is_phone || !talk_hears(l, other) ||
		!talk_hears(other, l) || l->held_by_peer || l->speaker.count ||
		other->speaker.count)
		return NULL;
	return other;
}

static bool flows_steadily(const struct leg *l, int64_t now_ms)
{
	return leg_flows(l, now_ms) && now_ms - l->flows_since_ms >= FLOWS_FOR_MS;
}

static bool may_relay(const struct talk *t, const struct leg *a, int64_t now_ms)
{
	const struct leg *b = partner(a);

	if (!b)
		return false;
	if (t->relays)
		return leg_flows(a, now_ms) && leg_flows(b, now_ms);
	return flows_steadily(a, now_ms) && flows_steadily(b, now_ms);
}

static void begin_relay(struct talk *t, struct leg *a, int64_t now_ms)
{
	struct leg *b = partner(a);

	leg_flush(a, b, now_ms);
	leg_flush(b, a, now_ms);
	t->pair[0] = a;
	t->pair[1] = b;
	t->relays = true;
}

static void begin_mixing(struct talk *t)
{
	t->relays = false;
	t->hold_ticks = HOLD_TICKS;
}

bool talk_settle(struct talk *t, int64_t now_ms)
{
	struct leg *relayed = NULL;
	bool any_open = false;

	for (unsigned i = 0; i < t->count; i++) {
		struct leg *l = t->legs[i];

		if (!leg_is_open(l))
			continue;
		any_open = true;
		if (!relayed && may_relay(t, l, now_ms))
			relayed = l;
	}
	if (relayed && !t->relays)
		begin_relay(t, relayed, now_ms);
	else if (!relayed && t->relays)
		begin_mixing(t);
	return any_open && !t->relays;
}

/* -- sound ----------------------------------------------------------------------- */
void talk_audio(struct leg *l, const struct audio_packet *p, int64_t now_ms)
{
	struct leg *other;

	leg_came(l, now_ms);
	if (!l->talk)
		return;
	if (l->talk->relays) {
		other = partner(l);
		if (other) {
			leg_relay(other, p, now_ms);
			return;
		}
		begin_mixing(l->talk);
	}
	if (is_heard(l))
		playout_put(&l->playout, p);
	else if (l->playout.started)
		playout_reset(&l->playout);
}

/* A soft tone instead of dead silence, for those who wait at a telephone. */
static void keep_company(struct leg *l, const struct prompts *prompts)
{
	bool waits = l->held || (l->tones && !talk_has_company(l));

	if (!waits || l->speaker.count) {
		l->quiet_ticks = TONE_EVERY_TICKS - TONE_FIRST_TICKS;
		return;
	}
	if (++l->quiet_ticks < TONE_EVERY_TICKS)
		return;
	l->quiet_ticks = 0;
	speaker_tone(&l->speaker, prompts);
}

static int16_t clipped(int32_t sum)
{
	return (int16_t)(sum > 32767 ? 32767 : sum < -32767 ? -32767 : sum);
}

static void add_sentence(struct leg *l, int16_t out[AUDIO_TICK])
{
	int16_t said[AUDIO_TICK];

	if (!speaker_take(&l->speaker, said))
		return;
	for (size_t i = 0; i < AUDIO_TICK; i++)
		out[i] = clipped(out[i] + said[i]);
}

static uint8_t heard_by(const struct talk *t, const struct leg *l)
{
	uint8_t bits = 0;

	for (unsigned i = 0; i < t->count; i++)
		if (talk_hears(l, t->legs[i]))
			bits = (uint8_t)(bits | 1U << i);
	return bits;
}

/* Bit i: leg i has sound in this tick. */
static uint8_t take_all(struct talk *t, int16_t in[MIXER_LEGS][AUDIO_TICK])
{
	uint8_t bits = 0;

	for (unsigned i = 0; i < t->count; i++)
		if (playout_take(&t->legs[i]->playout, in[i]))
			bits = (uint8_t)(bits | 1U << i);
	return bits;
}

/* Relayed just now, and what the other said since is not in the mixer yet. */
static bool awaits_other(const struct talk *t, const struct leg *l, uint8_t sound)
{
	const struct leg *other = l == t->pair[0]   ? t->pair[1]
				  : l == t->pair[1] ? t->pair[0]
						    : NULL;

	if (t->hold_ticks == 0 || !other || !talk_hears(l, other))
		return false;
	for (unsigned i = 0; i < t->count; i++)
		if (t->legs[i] == other)
			return !(sound >> i & 1);
	return false;
}

void talk_tick(struct talk *t, const struct prompts *prompts, int64_t now_ms)
{
	int16_t in[MIXER_LEGS][AUDIO_TICK], out[MIXER_LEGS][AUDIO_TICK];
	struct mixer_leg rows[MIXER_LEGS];
	uint8_t sound = take_all(t, in);

	for (unsigned i = 0; i < t->count; i++)
		rows[i] = (struct mixer_leg){ sound >> i & 1 ? in[i] : NULL,
			heard_by(t, t->legs[i]), out[i] };
	mixer_tick(rows, t->count);
	for (unsigned i = 0; i < t->count; i++) {
		struct leg *l = t->legs[i];

		if (!leg_is_open(l) || awaits_other(t, l, sound))
			continue;
		if (l->is_phone)
			keep_company(l, prompts);
		add_sentence(l, out[i]);
		leg_send_tick(l, out[i], now_ms);
	}
	if (t->hold_ticks > 0)
		t->hold_ticks--;
}
