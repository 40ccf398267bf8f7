/* SPDX-License-Identifier: MPL-2.0
 *
 * Each sentence is the one of its file, an own recording goes before the standard one,
 * and a speaker says what it was told in that order, to the sample.
 */
#include "prompt_files.h"

#include "g711.h"

#include <string.h>

static struct prompt_folder standard;

static int make_standard(void **state)
{
	(void)state;
	standard = prompt_folder_full();
	return 0;
}

static int remove_standard(void **state)
{
	(void)state;
	prompt_folder_remove(&standard);
	return 0;
}

static struct prompts *load(const char *own)
{
	struct prompts *p = NULL;
	char file[256] = "untouched";

	assert_int_equal(prompts_load(&p, own, standard.path, file, sizeof(file)), 0);
	assert_string_equal(file, "untouched");
	return p;
}

/* All that is said until silence; samples. */
static size_t listen(struct speaker *s, int16_t *ret, size_t cap)
{
	int16_t tick[AUDIO_TICK];
	size_t n = 0;

	while (speaker_take(s, tick)) {
		assert_true(n + AUDIO_TICK <= cap);
		memcpy(ret + n, tick, sizeof(tick));
		n += AUDIO_TICK;
	}
	for (size_t i = 0; i < AUDIO_TICK; i++)
		assert_int_equal(tick[i], 0);
	return n;
}

/* What the sound of sentence i of a language is at its next samples. */
static size_t assert_said(const int16_t *at, unsigned i, bool english)
{
	for (unsigned n = 0; n < 10 + i; n++)
		assert_int_equal(at[n],
			g711_decode(G711_ALAW, (uint8_t)(english ? i : (0x80 | i))));
	return 10 + i;
}

static void every_sentence_is_the_one_of_its_file(void **state)
{
	owned(prompts_freep) struct prompts *p = load("");

	(void)state;
	for (unsigned i = 0; i < 2 * PROMPT_COUNT; i++) {
		struct speaker s = { 0 };
		int16_t heard[1000] = { 0 };
		size_t said;

		speaker_say(&s, p, (enum prompt)(i / 2), i % 2);
		(void)listen(&s, heard, 1000);
		said = assert_said(heard, i / 2, i % 2);
		assert_int_equal(heard[said], 0);
	}
}

static void an_own_recording_goes_before_the_standard_one(void **state)
{
	struct prompt_folder own = prompt_folder_empty();
	owned(prompts_freep) struct prompts *p = NULL;
	struct speaker s = { 0 };
	int16_t heard[1000];

	(void)state;
	prompt_file(&own, "da/moment", 0x99, 5);
	p = load(own.path);
	speaker_say(&s, p, PROMPT_MOMENT, false);
	speaker_say(&s, p, PROMPT_MOMENT, true);
	speaker_say(&s, p, PROMPT_WELCOME, false);
	(void)listen(&s, heard, 1000);
	assert_int_equal(heard[4], g711_decode(G711_ALAW, 0x99));
	(void)assert_said(heard + 5 + assert_said(heard + 5, PROMPT_MOMENT, true),
		PROMPT_WELCOME, false);
	prompt_folder_remove(&own);
}

/* The outcome and the file that it names. */
static void assert_outcome(
	const char *own, const char *folder, int outcome, const char *name)
{
	struct prompts *p = NULL;
	char file[256] = "";

	assert_int_equal(prompts_load(&p, own, folder, file, sizeof(file)), outcome);
	assert_null(p);
	if (!strstr(file, name))
		fail_msg("%s is not %s", file, name);
}

static void a_missing_sentence_is_named(void **state)
{
	struct prompt_folder empty = prompt_folder_empty();

	(void)state;
	assert_outcome("", empty.path, PROMPTS_E_MISSING, "/da/greeting.wav");
	assert_outcome("/nowhere", "/nowhere/else", PROMPTS_E_MISSING,
		"/nowhere/else/da/greeting.wav");
	prompt_folder_remove(&empty);
}

static void a_bad_own_recording_is_named_and_not_passed_over(void **state)
{
	struct prompt_folder own = prompt_folder_empty();
	char path[128];

	(void)state;
	prompt_file(&own, "en/hold", 1, 0);
	assert_outcome(own.path, standard.path, PROMPTS_E_BAD, "/en/hold.wav");
	prompt_file(&own, "en/hold", 1, PROMPT_SECONDS_MAX * AUDIO_RATE + 1);
	assert_outcome(own.path, standard.path, PROMPTS_E_BAD, "/en/hold.wav");
	(void)snprintf(path, sizeof(path), "%s/en/hold.wav", own.path);
	assert_int_equal(truncate(path, 0), 0);
	assert_outcome(own.path, standard.path, PROMPTS_E_BAD, "/en/hold.wav");
	assert_int_equal(truncate(path, 44), 0);
	assert_outcome(own.path, standard.path, PROMPTS_E_BAD, "/en/hold.wav");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0); /* also does not wait for a writer */
	assert_outcome(own.path, standard.path, PROMPTS_E_BAD, "/en/hold.wav");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_outcome(own.path, standard.path, PROMPTS_E_BAD, "/en/hold.wav");
	assert_int_equal(rmdir(path), 0);
	prompt_folder_remove(&own);
}

static void the_longest_recording_is_taken(void **state)
{
	struct prompt_folder own = prompt_folder_empty();
	struct prompts *p;

	(void)state;
	prompt_file(&own, "en/hold", 1, PROMPT_SECONDS_MAX * AUDIO_RATE);
	p = load(own.path);
	prompts_free(p);
	prompt_folder_remove(&own);
}

/* hh_mm said is exactly these sentences; -1 ends them. */
static void assert_time(
	const struct prompts *p, const char *hh_mm, bool english, const int *sentences)
{
	struct speaker s = { 0 };
	int16_t heard[2000] = { 0 };
	size_t at = 0;

	speaker_time(&s, p, bytes_str(hh_mm), english);
	(void)listen(&s, heard, 2000);
	for (; *sentences >= 0; sentences++)
		at += assert_said(heard + at, (unsigned)*sentences, english);
	assert_int_equal(heard[at], 0);
}

#define N(n) (int)PROMPT_NUMBER_0 + (n)
#define SAYS(...)                                                                        \
	(const int[])                                                                    \
	{                                                                                \
		__VA_ARGS__, -1                                                          \
	}

static void times_are_said_as_people_say_them(void **state)
{
	owned(prompts_freep) struct prompts *p = load("");

	(void)state;
	assert_time(p, "10:00", false, SAYS(N(10)));
	assert_time(p, "10:30", false, SAYS(N(10), N(30)));
	assert_time(p, "14:05", false, SAYS(N(14), PROMPT_OH, N(5)));
	assert_time(p, "00:00", false, SAYS(N(0)));
	assert_time(p, "23:59", false, SAYS(N(23), N(59)));
	assert_time(p, "10:00", true, SAYS(N(10)));
	assert_time(p, "12:15", true, SAYS(N(12), N(15)));
	assert_time(p, "13:05", true, SAYS(N(1), PROMPT_OH, N(5)));
	assert_time(p, "00:10", true, SAYS(N(12), N(10)));
	assert_time(p, "23:59", true, SAYS(N(11), N(59)));
}

static void what_is_not_a_time_is_not_said(void **state)
{
	static const char *const bad[] = { "", "10", "10:0", "10:000", "24:00", "10:60",
		"1a:00", "10.00", "-1:00", " 9:00", "10:-1", "99:99" };
	owned(prompts_freep) struct prompts *p = load("");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct speaker s = { 0 };
		int16_t tick[AUDIO_TICK];

		speaker_time(&s, p, bytes_str(bad[i]), false);
		assert_false(speaker_take(&s, tick));
	}
	speaker_time(&(struct speaker){ 0 }, p, BYTES_NULL, false);
}

static void pauses_and_tones_have_their_length(void **state)
{
	owned(prompts_freep) struct prompts *p = load("");
	struct speaker s = { 0 };
	int16_t heard[8000];
	int most = 0;

	(void)state;
	speaker_pause(&s, 300);
	speaker_say(&s, p, PROMPT_GREETING, false);
	speaker_pause(&s, 0);
	speaker_tone(&s, p);
	assert_int_equal(listen(&s, heard, 8000), (2400 + 10 + 2000 + 159) / 160 * 160);
	for (int i = 0; i < 2400; i++)
		assert_int_equal(heard[i], 0);
	(void)assert_said(heard + 2400, PROMPT_GREETING, false);
	for (int i = 2410; i < 4410; i++) {
		int step = abs(heard[i] - heard[i > 2410 ? i - 1 : i]);

		most = abs(heard[i]) > most ? abs(heard[i]) : most;
		assert_true(step < 700); /* soft: no click at either end */
	}
	assert_in_range(most, 1400, 1700);
	assert_true(abs(heard[2410]) < 50 && abs(heard[4409]) < 50);
}

static void a_full_queue_drops_the_rest_and_goes_round(void **state)
{
	owned(prompts_freep) struct prompts *p = load("");
	struct speaker s = { 0 };
	int16_t heard[2000], tick[AUDIO_TICK];

	(void)state;
	for (int i = 0; i < 5; i++) { /* somewhere in the ring */
		speaker_say(&s, p, PROMPT_GREETING, false);
		assert_true(speaker_take(&s, tick));
	}
	for (unsigned i = 0; i < PROMPT_QUEUE + 3; i++)
		speaker_say(&s, p, (enum prompt)i, true);
	(void)listen(&s, heard, 2000);
	for (unsigned i = 0, at = 0; i < PROMPT_QUEUE; i++)
		at += (unsigned)assert_said(heard + at, i, true);
}

static void a_hushed_speaker_is_silent_at_once(void **state)
{
	owned(prompts_freep) struct prompts *p = load("");
	struct speaker s = { 0 };
	int16_t tick[AUDIO_TICK];

	(void)state;
	speaker_pause(&s, 1000);
	speaker_say(&s, p, PROMPT_GREETING, false);
	assert_true(speaker_take(&s, tick));
	speaker_hush(&s);
	assert_false(speaker_take(&s, tick));
}

static void every_row_has_a_name_of_its_own_and_words_in_both_languages(void **state)
{
	static const struct {
		const char *name, *danish, *english;
	} rows[] = {
#define PROMPT(id, name, danish, english) { name, danish, english },
#include "prompt.def"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
			strspn(rows[i].name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
			strlen(rows[i].name));
		assert_true(rows[i].danish[0] && rows[i].english[0]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].name, rows[j].name);
	}
	assert_int_equal(PROMPT_NUMBER_59 - PROMPT_NUMBER_0, 59);
	assert_string_equal(rows[PROMPT_NUMBER_25].english, "twenty-five");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sentence_is_the_one_of_its_file),
		cmocka_unit_test(an_own_recording_goes_before_the_standard_one),
		cmocka_unit_test(a_missing_sentence_is_named),
		cmocka_unit_test(a_bad_own_recording_is_named_and_not_passed_over),
		cmocka_unit_test(the_longest_recording_is_taken),
		cmocka_unit_test(times_are_said_as_people_say_them),
		cmocka_unit_test(what_is_not_a_time_is_not_said),
		cmocka_unit_test(pauses_and_tones_have_their_length),
		cmocka_unit_test(a_full_queue_drops_the_rest_and_goes_round),
		cmocka_unit_test(a_hushed_speaker_is_silent_at_once),
		cmocka_unit_test(
			every_row_has_a_name_of_its_own_and_words_in_both_languages),
	};

	return cmocka_run_group_tests(tests, make_standard, remove_standard);
}
