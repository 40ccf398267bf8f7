/* SPDX-License-Identifier: MPL-2.0
 *
 * Sentences stay in memory as A-law, as nearly every line speaks it: half the size, and a
 * leg that hears nothing else gets the very bytes back.
 */
#include "prompt.h"

#include "g711.h"
#include "wav.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX                                                                         \
	(PROMPT_SECONDS_MAX * AUDIO_RATE * 2 + 65536) /* with room for chunks            \
						       */
#define TONE_SAMPLES 2000                             /* 250 ms */
#define TONE_FADE    200
#define TONE_LEVEL   1600 /* -26 dBFS */

struct sentence {
	uint8_t *alaw;
	uint32_t samples;
};

struct prompts {
	struct sentence of[2][PROMPT_COUNT];
	uint8_t tone[TONE_SAMPLES];
};

static const char *const language[2] = { "da", "en" };
static const char *const names[PROMPT_COUNT] = {
#define PROMPT(id, name, danish, english) name,
#include "prompt.def"
};

/* -- files ------------------------------------------------------------------------- */

static int read_all(int fd, uint8_t *to, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, to, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return PROMPTS_E_BAD;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

static int read_file(int fd, uint8_t **ret, size_t *ret_len)
{
	owned(heap_freep) uint8_t *file = NULL;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || st.st_size > FILE_MAX)
		return PROMPTS_E_BAD; /* pipes and devices have no size */
	file = malloc((size_t)st.st_size);
	if (!file)
		return fault_here(ENOMEM);
	r = read_all(fd, file, (size_t)st.st_size);
	if (r)
		return r;
	*ret = file;
	*ret_len = (size_t)st.st_size;
	file = NULL;
	return 0;
}

static int load_file(int fd, struct sentence *ret)
{
	owned(heap_freep) uint8_t *file = NULL;
	uint8_t *alaw;
	size_t len = 0;
	struct wav wav;
	int r = read_file(fd, &file, &len);

	if (r)
		return r;
	if (!wav_read(bytes_of(file, len), &wav) || wav.samples == 0 ||
		wav.samples > PROMPT_SECONDS_MAX * AUDIO_RATE)
		return PROMPTS_E_BAD;
	alaw = malloc(wav.samples);
	if (!alaw)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < wav.samples; i++)
		alaw[i] = wav_alaw(&wav, i);
	*ret = (struct sentence){ alaw, (uint32_t)wav.samples };
	return 0;
}

/* path: of the file. */
static int load_path(const char *path, struct sentence *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int r;

	if (fd < 0)
		return errno == ENOENT ? PROMPTS_E_MISSING : PROMPTS_E_BAD;
	r = load_file(fd, ret);
	(void)close(fd);
	return r;
}

static int load_all(
	struct prompts *p, const char *own, const char *standard, char *path, size_t cap)
{
	for (size_t i = 0; i < 2 * PROMPT_COUNT; i++) {
		const char *folder = language[i / PROMPT_COUNT],
			   *name = names[i % PROMPT_COUNT];
		struct sentence *s = &p->of[i / PROMPT_COUNT][i % PROMPT_COUNT];
		int r = PROMPTS_E_MISSING;

		if (own[0]) {
			(void)snprintf(path, cap, "%s/%s/%s.wav", own, folder, name);
			r = load_path(path, s);
		}
		if (r == PROMPTS_E_MISSING) {
			(void)snprintf(path, cap, "%s/%s/%s.wav", standard, folder, name);
			r = load_path(path, s);
		}
		if (r)
			return r;
	}
	return 0;
}

/* -- the waiting tone -------------------------------------------------------------- */

/* 440 Hz, by the recursion of a sine, faded at both ends. */
static void make_tone(uint8_t tone[TONE_SAMPLES])
{
	const double turn = 1.8817615379084512;        /* 2 cos(2 pi 440 / 8000) */
	double now = 0, before = -0.33873792024529137; /* sin(- 2 pi 440 / 8000) */

	for (int i = 0; i < TONE_SAMPLES; i++) {
		int edge = i < TONE_SAMPLES - i ? i : TONE_SAMPLES - i;
		double level = edge < TONE_FADE ? TONE_LEVEL * edge / (double)TONE_FADE
						: TONE_LEVEL;
		double next = turn * now - before;

		tone[i] = g711_encode(G711_ALAW, (int16_t)(now * level));
		before = now;
		now = next;
	}
}

int prompts_load(struct prompts **ret, const char *own, const char *standard,
	char *ret_file, size_t cap)
{
	owned(prompts_freep) struct prompts *p = calloc(1, sizeof(*p));
	char path[4096];
	int r;

	if (!p)
		return fault_here(ENOMEM);
	r = load_all(p, own, standard, path, sizeof(path));
	if (r > 0)
		(void)snprintf(ret_file, cap, "%s", path);
	if (r)
		return r;
	make_tone(p->tone);
	*ret = p;
	p = NULL;
	return 0;
}

struct prompts *prompts_free(struct prompts *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < 2 * PROMPT_COUNT; i++)
		free(p->of[i / PROMPT_COUNT][i % PROMPT_COUNT].alaw);
	free(p);
	return NULL;
}

/* -- speaking ---------------------------------------------------------------------- */

static void enqueue(struct speaker *s, const uint8_t *alaw, uint32_t samples)
{
	unsigned place = (s->first + s->count) % PROMPT_QUEUE;

	if (s->count == PROMPT_QUEUE || samples == 0)
		return;
	s->queue[place].alaw = alaw;
	s->queue[place].samples = samples;
	s->count++;
}

void speaker_say(
	struct speaker *s, const struct prompts *p, enum prompt what, bool english)
{
	const struct sentence *sentence = &p->of[english][what];

	enqueue(s, sentence->alaw, sentence->samples);
}

void speaker_pause(struct speaker *s, unsigned ms)
{
	enqueue(s, NULL, ms * (AUDIO_RATE / 1000));
}

static bool read_time(struct bytes hh_mm, uint64_t *hour, uint64_t *minute)
{
	return hh_mm.len == 5 && hh_mm.at[2] == ':' &&
	       bytes_to_u64(bytes_of(hh_mm.at, 2), 23, hour) &&
	       bytes_to_u64(bytes_of(hh_mm.at + 3, 2), 59, minute);
}

void speaker_time(
	struct speaker *s, const struct prompts *p, struct bytes hh_mm, bool english)
{
	uint64_t hour, minute;

	if (!read_time(hh_mm, &hour, &minute))
		return;
	if (english)
		hour = (hour + 11) % 12 + 1;
	speaker_say(s, p, (enum prompt)(PROMPT_NUMBER_0 + hour), english);
	if (minute > 0 && minute < 10)
		speaker_say(s, p, PROMPT_OH, english);
	if (minute > 0)
		speaker_say(s, p, (enum prompt)(PROMPT_NUMBER_0 + minute), english);
}

void speaker_tone(struct speaker *s, const struct prompts *p)
{
	enqueue(s, p->tone, sizeof(p->tone));
}

void speaker_hush(struct speaker *s)
{
	*s = (struct speaker){ 0 };
}

bool speaker_take(struct speaker *s, int16_t ret[AUDIO_TICK])
{
	bool is_speaking = s->count > 0;
	size_t filled = 0;

	while (s->count > 0 && filled < AUDIO_TICK) {
		const uint8_t *alaw = s->queue[s->first].alaw;
		size_t n = s->queue[s->first].samples - s->at;

		if (n > AUDIO_TICK - filled)
			n = AUDIO_TICK - filled;
		if (alaw)
			g711_decode_block(G711_ALAW, alaw + s->at, ret + filled, n);
		else
			memset(ret + filled, 0, n * sizeof(*ret));
		filled += n;
		s->at += (uint32_t)n;
		if (s->at == s->queue[s->first].samples) {
			s->first = (s->first + 1) % PROMPT_QUEUE;
			s->count--;
			s->at = 0;
		}
	}
	memset(ret + filled, 0, (AUDIO_TICK - filled) * sizeof(*ret));
	return is_speaking;
}
