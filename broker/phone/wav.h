/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: where the sound is in a WAV file. Mono, 8 kHz, PCM of 16 bit, A-law
 * or µ-law; anything else is refused. Pure.
 */
#pragma once

#include "media.h"

enum wav_form { WAV_PCM16, WAV_ALAW, WAV_ULAW };

struct wav {
	enum wav_form form;
	struct bytes data; /* into the file */
	size_t samples;
};
/* Outcome: false. Chunks that we do not know are passed over; of the data chunk what is
 * there is taken when its length says more (a recorder that was cut off). */
must_check bool wav_read(struct bytes file, struct wav *ret);
/* Sample i as it is on a line: A-law. */
uint8_t wav_alaw(const struct wav *w, size_t i);
