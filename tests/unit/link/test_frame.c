/* SPDX-License-Identifier: MPL-2.0
 *
 * Frames survive every way a stream can cut them, and a wrong length ends the stream.
 */
#include "samtale/link/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static void feed(struct frame_stream *s, struct bytes b)
{
	while (b.len > 0) {
		uint8_t *at;
		size_t len;

		assert_int_equal(frame_stream_room(s, &at, &len), 0);
		assert_true(len > 0);
		if (len > b.len)
			len = b.len;
		memcpy(at, b.at, len);
		frame_stream_added(s, len);
		b = bytes_of(b.at + len, b.len - len);
	}
}

static void a_frame_has_length_kind_id_and_body_in_that_order(void **state)
{
	uint8_t buf[32];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	frame_write(&w, &(struct frame){ 7, 0x01020304, BYTES_LIT("hej") });
	assert_true(writer_ok(&w));
	assert_true(bytes_equal(
		writer_bytes(&w), BYTES_LIT("\x00\x00\x00\x08\x07\x01\x02\x03\x04"
					    "hej")));
}

static void frames_survive_every_cut(void **state)
{
	uint8_t buf[64];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	frame_write(&w, &(struct frame){ 1, 10, BYTES_LIT("first") });
	frame_write(&w, &(struct frame){ 2, 20, BYTES_NULL });
	frame_write(&w, &(struct frame){ 3, 30, BYTES_LIT("third") });
	for (size_t step = 1; step <= w.len; step++) {
		owned(frame_stream_freep) struct frame_stream *s = NULL;
		uint8_t seen = 0;

		assert_int_equal(frame_stream_new(&s), 0);
		for (size_t at = 0; at < w.len; at += step) {
			size_t len = w.len - at < step ? w.len - at : step;
			struct frame f;
			int r;

			feed(s, bytes_of(buf + at, len));
			while ((r = frame_stream_next(s, &f)) == 0) {
				assert_int_equal(f.kind, ++seen);
				assert_int_equal(f.id, 10U * seen);
				assert_true(
					bytes_equal_str(f.body, seen == 1   ? "first"
								: seen == 2 ? ""
									    : "third"));
			}
			assert_int_equal(r, FRAME_E_MORE);
		}
		assert_int_equal(seen, 3);
	}
}

static void the_longest_frame_passes_and_one_byte_more_is_not_written(void **state)
{
	static uint8_t body[FRAME_BODY_MAX + 1], buf[LIMIT_FRAME + 64];
	owned(frame_stream_freep) struct frame_stream *s = NULL;
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	(void)state;
	memset(body, 0xab, sizeof(body));
	assert_int_equal(frame_stream_new(&s), 0);
	frame_write(&w, &(struct frame){ 1, 1, bytes_of(body, FRAME_BODY_MAX) });
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, LIMIT_FRAME);
	feed(s, writer_bytes(&w));
	assert_int_equal(frame_stream_next(s, &f), 0);
	assert_true(bytes_equal(f.body, bytes_of(body, FRAME_BODY_MAX)));
	w = writer_of(buf, sizeof(buf));
	frame_write(&w, &(struct frame){ 1, 1, bytes_of(body, FRAME_BODY_MAX + 1) });
	assert_false(writer_ok(&w));
}

static void a_wrong_length_is_refused_before_its_body_and_for_ever(void **state)
{
	static const struct bytes rows[] = {
		BYTES_INIT("\x00\x00\x00\x00"),
		BYTES_INIT("\x00\x00\x00\x04"),
		BYTES_INIT("\x00\x03\xff\xfd"),
		BYTES_INIT("\xff\xff\xff\xff"),
	};
	uint8_t buf[32];
	struct frame f = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		owned(frame_stream_freep) struct frame_stream *s = NULL;
		struct writer w = writer_of(buf, sizeof(buf));

		assert_int_equal(frame_stream_new(&s), 0);
		feed(s, rows[i]);
		assert_int_equal(frame_stream_next(s, &f), FRAME_E_BAD);
		frame_write(&w, &(struct frame){ 1, 1, BYTES_NULL });
		feed(s, writer_bytes(&w));
		assert_int_equal(frame_stream_next(s, &f), FRAME_E_BAD);
		assert_int_equal(f.kind, 0);
	}
}

static void a_long_frame_that_only_begins_takes_room_for_itself_alone(void **state)
{
	owned(frame_stream_freep) struct frame_stream *s = NULL;
	struct frame f;
	uint8_t *at;
	size_t len;

	(void)state;
	assert_int_equal(frame_stream_new(&s), 0);
	feed(s, BYTES_LIT("\x00\x00\x20\x00"
			  "\x01"));
	assert_int_equal(frame_stream_next(s, &f), FRAME_E_MORE);
	assert_int_equal(frame_stream_room(s, &at, &len), 0);
	assert_int_equal(len, 0x2000 + 4 - 5);
}

static void what_was_handed_out_can_be_wiped_and_the_rest_stays(void **state)
{
	owned(frame_stream_freep) struct frame_stream *s = NULL;
	uint8_t buf[64];
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	(void)state;
	frame_write(&w, &(struct frame){ .kind = 1, .body = BYTES_LIT("key") });
	frame_write(&w, &(struct frame){ .kind = 2, .body = BYTES_LIT("next") });
	assert_int_equal(frame_stream_new(&s), 0);
	feed(s, writer_bytes(&w));
	assert_int_equal(frame_stream_next(s, &f), 0);
	assert_true(bytes_equal_str(f.body, "key"));
	frame_stream_wipe(s);
	assert_memory_equal(f.body.at, "\0\0\0", 3);
	assert_int_equal(frame_stream_next(s, &f), 0);
	assert_true(bytes_equal_str(f.body, "next"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_handed_out_can_be_wiped_and_the_rest_stays),
		cmocka_unit_test(a_frame_has_length_kind_id_and_body_in_that_order),
		cmocka_unit_test(frames_survive_every_cut),
		cmocka_unit_test(
			the_longest_frame_passes_and_one_byte_more_is_not_written),
		cmocka_unit_test(a_wrong_length_is_refused_before_its_body_and_for_ever),
		cmocka_unit_test(
			a_long_frame_that_only_begins_takes_room_for_itself_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
