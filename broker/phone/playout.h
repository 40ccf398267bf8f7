/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the FIFO between a packet's arrival and the mixer's tick. Adapts
 * between 2 and 5 ticks to the jitter that it sees, puts packets in order, drops what is
 * late, conceals what is lost (repeats the last pitch, fading out in 60 ms), corrects the
 * drift of the two clocks by one tick at a time, preferably in silence. Pure: no clock,
 * no allocation.
 */
#pragma once

#include "media.h"

#define PLAYOUT_MIN  2 /* ticks */
#define PLAYOUT_MAX  5
#define PLAYOUT_ROOM 16

struct playout {
	int16_t slot[PLAYOUT_ROOM][AUDIO_TICK];
	bool full[PLAYOUT_ROOM];
	int16_t history[2 * AUDIO_TICK]; /* what was played last, for concealment */
	uint32_t head_ts;                /* of the next tick to be played */
	bool started;
	unsigned target; /* ticks to hold before playing, PLAYOUT_MIN … PLAYOUT_MAX */
	unsigned lost_run;
	uint32_t late_run, calm_run;
	uint64_t played, concealed, late; /* ticks, ticks, packets */
};

void playout_init(struct playout *p);
/* A packet of any length up to AUDIO_PACKET_MAX; others are dropped. A jump of the
 * timestamp over the room's length starts anew (a new talk spurt, a re-INVITE). */
void playout_put(struct playout *p, const struct audio_packet *packet);
/* The next AUDIO_TICK samples. False: silence was given (nothing there, or concealment ran
 * out). */
bool playout_take(struct playout *p, int16_t ret[AUDIO_TICK]);
/* Forgets what waits: the source changed, the leg was on hold. */
void playout_reset(struct playout *p);
