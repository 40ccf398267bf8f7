/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the sentences that the gateway speaks, loaded once before the
 * process is locked down. prompt.def has one row per sentence with its words in Danish
 * and English; packaging/prompts/make.sh speaks those rows with espeak-ng at build time;
 * a folder with WAV files of the same names (da/greeting.wav, en/greeting.wav …) replaces
 * any of them.
 */
#pragma once

#include "media.h"

enum prompt {
#define PROMPT(id, name, danish, english) PROMPT_##id,
#include "prompt.def"
	PROMPT_COUNT
};

#define PROMPT_SECONDS_MAX 60

struct prompts;

/* own: the municipality's folder, "" for none; standard: the folder that was built.
 * A sentence that is in neither is an outcome that names the file: PROMPTS_E_MISSING,
 * PROMPTS_E_BAD (cannot be read, not WAV, not mono 8 kHz PCM16/A-law/µ-law, empty, over
 * 60 s; also of an own one, which then is not replaced by the standard one in silence).
 */
#define PROMPTS_E_MISSING 1
#define PROMPTS_E_BAD     2
must_check int prompts_load(struct prompts **ret, const char *own, const char *standard,
	char *ret_file, size_t cap);
struct prompts *prompts_free(struct prompts *p);
DEFINE_FREEP(struct prompts, prompts_free, prompts_freep)

/* Where a speaker is in a queue of sentences; zeroed: silent. Borrows from the prompts.
 */
#define PROMPT_QUEUE 16
struct speaker {
	struct {
		const uint8_t *alaw; /* NULL: silence */
		uint32_t samples;
	} queue[PROMPT_QUEUE];
	unsigned first, count;
	uint32_t at; /* samples said of the first */
};
/* english: language. A full queue drops the rest. */
void speaker_say(
	struct speaker *s, const struct prompts *p, enum prompt what, bool english);
void speaker_pause(struct speaker *s, unsigned ms);
/* The numbers of HH:MM, to follow GREETING_TIME: "ti", "ti tredive", "ti nul fem";
 * English by the clock of 12 hours. What is not a time is not said. */
void speaker_time(
	struct speaker *s, const struct prompts *p, struct bytes hh_mm, bool english);
void speaker_tone(struct speaker *s, const struct prompts *p); /* one soft waiting tone */
void speaker_hush(struct speaker *s);
/* Fills one tick. False: nothing left to say, ret is silence. */
bool speaker_take(struct speaker *s, int16_t ret[AUDIO_TICK]);
