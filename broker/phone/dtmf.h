/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: keys from RTP. Events (RFC 4733) are told apart by their timestamp,
 * so that lost begin or end packets neither swallow nor double a key; tones in the sound
 * are found by Goertzel filters with the checks of twist, level and length of Q.24.
 */
#pragma once

#include "media.h"

struct dtmf_events {
	uint32_t ts; /* of the event that was told last */
	uint8_t event;
	bool any;
};
void dtmf_events_init(struct dtmf_events *d);
/* A telephone-event packet. Returns the key at its first sight ('0'…'9' '*' '#' 'A'…'D'),
 * else 0: a repetition, an event over 15, a payload too short. */
char dtmf_event(struct dtmf_events *d, const struct audio_packet *p);

#define DTMF_BLOCK 102 /* samples: 12.75 ms, filters of 78 Hz */
struct dtmf_tones {
	int16_t block[DTMF_BLOCK];
	unsigned have;
	char last; /* of the block before, 0: none */
	char told; /* the key that is down */
};
void dtmf_tones_init(struct dtmf_tones *d);
/* Up to one key per call; 0: none. n is at most AUDIO_PACKET_MAX. */
char dtmf_tone(struct dtmf_tones *d, const int16_t *samples, size_t n);
