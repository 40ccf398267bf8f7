/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: G.711 by tables of our own. Every 16-bit sample is in range. */
#pragma once

#include "media.h"

uint8_t g711_encode(enum g711_law law, int16_t sample);
int16_t g711_decode(enum g711_law law, uint8_t byte);
void g711_encode_block(enum g711_law law, const int16_t *from, uint8_t *to, size_t n);
void g711_decode_block(enum g711_law law, const uint8_t *from, int16_t *to, size_t n);
/* One law to the other, in place. */
void g711_transcode(enum g711_law from, enum g711_law to, uint8_t *at, size_t n);
