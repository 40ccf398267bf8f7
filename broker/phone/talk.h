/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: a room of legs. Everyone hears all others and never himself; a
 * telephone of which nobody knows yet who holds it hears and is heard by the owner's legs
 * alone. While exactly one browser and one telephone talk, packets pass straight through;
 * else the room is mixed every 20 ms. The change between the two is not to be heard.
 * Pure: the time comes in as a value.
 */
#pragma once

#include "leg.h"
#include "mixer.h"

struct talk {
	uint64_t room;
	struct leg *legs[MIXER_LEGS]; /* borrowed */
	unsigned count;
	bool relays;
	struct leg *pair[2]; /* that is relayed, or was last */
	unsigned hold_ticks; /* mixing has begun: each of the pair waits for the other */
};

void talk_init(struct talk *t, uint64_t room);
#define TALK_E_FULL 1
must_check int talk_join(struct talk *t, struct leg *l);
void talk_leave(struct leg *l); /* of the talk it is in, if any */

/* Whether `l` hears `from`. */
bool talk_hears(const struct leg *l, const struct leg *from);
/* Somebody whom `l` hears has a connection. */
bool talk_has_company(const struct leg *l);

/* A packet that the leg's port took in. */
void talk_audio(struct leg *l, const struct audio_packet *p, int64_t now_ms);
/* Chooses between relay and mixer; call it when something changed and now and then.
 * Returns whether the room wants ticks. */
bool talk_settle(struct talk *t, int64_t now_ms);
/* One tick: mixes and sends. Not while it relays. */
void talk_tick(struct talk *t, const struct prompts *prompts, int64_t now_ms);
