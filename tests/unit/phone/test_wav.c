/* SPDX-License-Identifier: MPL-2.0
 *
 * A recording is found in the files that recorders write, and nowhere else.
 */
#include "wav.h"

#include "g711.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct form {
	uint16_t format, channels, bits;
	uint32_t rate;
};

static void little(struct writer *w, uint32_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		write_u8(w, (uint8_t)v);
}

static void chunk(struct writer *w, const char *name, struct bytes body)
{
	write_str(w, name);
	little(w, (uint32_t)body.len, 4);
	write_bytes(w, body);
	if (body.len % 2)
		write_u8(w, 0);
}

static void head(struct writer *w)
{
	write_str(w, "RIFF");
	little(w, 1000, 4);
	write_str(w, "WAVE");
}

static void format(struct writer *w, struct form f)
{
	uint8_t body[18];
	struct writer b = writer_of(body, sizeof(body));

	little(&b, f.format, 2);
	little(&b, f.channels, 2);
	little(&b, f.rate, 4);
	little(&b, f.rate * f.channels * f.bits / 8, 4);
	little(&b, (uint32_t)f.channels * f.bits / 8, 2);
	little(&b, f.bits, 2);
	little(&b, 0, 2);
	chunk(w, "fmt ", writer_bytes(&b));
}

static bool reads(struct form f, struct bytes data, struct wav *ret)
{
	static uint8_t file[512];
	struct writer w = writer_of(file, sizeof(file));

	head(&w);
	format(&w, f);
	chunk(&w, "data", data);
	assert_true(writer_ok(&w));
	return wav_read(writer_bytes(&w), ret);
}

static void the_three_forms_are_read(void **state)
{
	static const uint8_t pcm[] = { 0x00, 0x80, 0xff, 0x7f, 0x34, 0x12 };
	static const uint8_t bytes[] = { 0xd5, 0x2a, 0x00 };
	struct wav wav;

	(void)state;
	assert_true(reads((struct form){ 1, 1, 16, 8000 }, bytes_of(pcm, 6), &wav));
	assert_int_equal(wav.samples, 3);
	assert_int_equal(wav_alaw(&wav, 0), g711_encode(G711_ALAW, -32768));
	assert_int_equal(wav_alaw(&wav, 1), g711_encode(G711_ALAW, 32767));
	assert_int_equal(wav_alaw(&wav, 2), g711_encode(G711_ALAW, 0x1234));
	assert_true(reads((struct form){ 6, 1, 8, 8000 }, bytes_of(bytes, 3), &wav));
	assert_int_equal(wav.samples, 3);
	assert_int_equal(wav_alaw(&wav, 1), 0x2a);
	assert_true(reads((struct form){ 7, 1, 8, 8000 }, bytes_of(bytes, 3), &wav));
	assert_int_equal(wav.samples, 3);
	assert_int_equal(wav_alaw(&wav, 2), g711_encode(G711_ALAW, -32124));
}

static void every_other_form_is_refused(void **state)
{
	static const struct form bad[] = {
		{ 1, 2, 16, 8000 },
		{ 1, 0, 16, 8000 },
		{ 1, 1, 16, 16000 },
		{ 1, 1, 16, 0 },
		{ 1, 1, 8, 8000 },
		{ 1, 1, 24, 8000 },
		{ 6, 1, 16, 8000 },
		{ 7, 1, 16, 8000 },
		{ 3, 1, 32, 8000 },
		{ 0, 1, 16, 8000 },
		{ 0xfffe, 1, 16, 8000 },
	};
	const struct wav before = { WAV_ULAW, BYTES_NULL, 77 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct wav wav = before;

		if (reads(bad[i], BYTES_LIT("0123456789"), &wav))
			fail_msg("form %zu", i);
		assert_int_equal(wav.samples, 77);
	}
}

static void unknown_chunks_are_passed_over(void **state)
{
	uint8_t file[512];
	struct writer w = writer_of(file, sizeof(file));
	struct wav wav;

	(void)state;
	head(&w);
	chunk(&w, "JUNK", BYTES_LIT("odd"));
	format(&w, (struct form){ 6, 1, 8, 8000 });
	chunk(&w, "fact", BYTES_LIT("\1\0\0\0"));
	chunk(&w, "data", BYTES_LIT("hello"));
	chunk(&w, "LIST", BYTES_LIT("who recorded it"));
	assert_true(wav_read(writer_bytes(&w), &wav));
	assert_true(bytes_equal_str(wav.data, "hello"));
}

static void what_a_cut_recorder_left_is_taken(void **state)
{
	uint8_t file[64];
	struct writer w = writer_of(file, sizeof(file));
	struct wav wav;

	(void)state;
	head(&w);
	format(&w, (struct form){ 1, 1, 16, 8000 });
	write_str(&w, "data");
	little(&w, UINT32_MAX, 4);
	write_str(&w, "abcde");
	assert_true(wav_read(writer_bytes(&w), &wav));
	assert_int_equal(wav.samples, 2);
}

static void a_file_that_breaks_off_before_its_sound_is_refused(void **state)
{
	uint8_t file[64];
	struct writer w = writer_of(file, sizeof(file));
	struct wav wav;

	(void)state;
	head(&w);
	format(&w, (struct form){ 6, 1, 8, 8000 });
	for (size_t len = 0; len <= w.len; len++)
		assert_false(wav_read(bytes_of(file, len), &wav));
	chunk(&w, "data", BYTES_NULL);
	assert_true(wav_read(writer_bytes(&w), &wav));
	assert_int_equal(wav.samples, 0);
	file[0] = 'X';
	assert_false(wav_read(writer_bytes(&w), &wav));
	file[0] = 'R';
	file[8] = 'X';
	assert_false(wav_read(writer_bytes(&w), &wav));
}

static void sound_before_its_format_is_refused(void **state)
{
	uint8_t file[64];
	struct writer w = writer_of(file, sizeof(file));
	struct wav wav;

	(void)state;
	head(&w);
	chunk(&w, "data", BYTES_LIT("ab"));
	format(&w, (struct form){ 6, 1, 8, 8000 });
	assert_true(writer_ok(&w));
	assert_false(wav_read(writer_bytes(&w), &wav));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_forms_are_read),
		cmocka_unit_test(every_other_form_is_refused),
		cmocka_unit_test(unknown_chunks_are_passed_over),
		cmocka_unit_test(what_a_cut_recorder_left_is_taken),
		cmocka_unit_test(a_file_that_breaks_off_before_its_sound_is_refused),
		cmocka_unit_test(sound_before_its_format_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
