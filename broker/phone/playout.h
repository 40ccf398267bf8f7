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

#define PLAYOUT_MIN  2 /* ticks from a packet's arrival to its end, phase included */
#define PLAYOUT_MAX  5
#define PLAYOUT_ROOM 16

/* How early packets came before they were due, in samples, since the last correction. */
struct playout_window {
	int32_t least, most;
	unsigned ticks, packets;
};

struct playout {
	int16_t ring[PLAYOUT_ROOM * AUDIO_TICK]; /* from head_at on, wraps */
	size_t head_at;
	int16_t history[2 * AUDIO_TICK]; /* what was played last, for concealment */
	uint32_t head_ts;                /* of the next tick to be played */
	uint32_t end_ts;                 /* after the newest sample */
	bool started;
	unsigned wait;     /* ticks before the first is played */
	unsigned target;   /* that many at the next start, PLAYOUT_MIN … PLAYOUT_MAX */
	unsigned held;     /* ticks that the head stands still with nothing behind it */
	unsigned owed;     /* ticks to insert: packets came too late */
	int due;           /* -1: drop a tick, 1: insert one in silence; no hurry */
	uint32_t missed;   /* bit i: the tick i + 1 before the head was concealed */
	unsigned lost_run; /* ticks concealed in a row */
	unsigned pitch;    /* samples, of the running concealment */
	struct playout_window window;
	uint64_t played, concealed, late; /* ticks, ticks, packets */
};

void playout_init(struct playout *p);
/* A packet of any length up to AUDIO_PACKET_MAX; others are dropped. A jump of the
 * timestamp over the room's length starts anew (a new talk spurt, a re-INVITE). */
void playout_put(struct playout *p, const struct audio_packet *packet);
/* The next AUDIO_TICK samples. False: silence was given (nothing there, or concealment
 * ran out). */
bool playout_take(struct playout *p, int16_t ret[AUDIO_TICK]);
/* Forgets what waits: the source changed, the leg was on hold. */
void playout_reset(struct playout *p);
