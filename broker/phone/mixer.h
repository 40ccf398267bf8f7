/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one tick of N sources into N outputs, each without its own. Sums in
 * 32 bit, limits to ±32767 (never -32768) by clipping. Who hears whom is a matrix, for a
 * leg that is not confirmed is heard by the owner alone. Pure.
 */
#pragma once

#include "media.h"

#define MIXER_LEGS 8 /* in one room */

struct mixer_leg {
	const int16_t *in; /* AUDIO_TICK samples; NULL: silent */
	uint8_t hears;     /* bit i: hears leg i; its own bit is not looked at */
	int16_t *out;      /* AUDIO_TICK samples */
};

void mixer_tick(struct mixer_leg *legs, size_t n); /* n <= MIXER_LEGS */
