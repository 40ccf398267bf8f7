/* SPDX-License-Identifier: MPL-2.0
 *
 * Control messages: what one side may write the other reads, anything else is refused.
 */
#include "samtale/link/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint8_t buf[LIMIT_FRAME];
static uint8_t big[CONTROL_INPUT_MAX + 1];

/* The one frame in the writer, as the other side sees it. */
static struct frame sent(const struct writer *w)
{
	assert_true(writer_ok(w));
	return (struct frame){ buf[4], 5,
		bytes_of(buf + FRAME_HEAD, w->len - FRAME_HEAD) };
}

static void a_request_comes_through_with_words_and_input(void **state)
{
	struct control_request q = { 3,
		{ BYTES_LIT("user"), BYTES_LIT("Åse Bjørn"), BYTES_LIT("") },
		BYTES_LIT("in\0put\n") },
			       got;
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	(void)state;
	control_request_write(&w, 5, &q);
	f = sent(&w);
	assert_int_equal(control_request_read(&f, &got), 0);
	assert_int_equal(got.count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(bytes_equal(got.words[i], q.words[i]));
	assert_true(bytes_equal(got.input, q.input));
}

static void the_largest_request_fits_a_frame(void **state)
{
	struct control_request q = { .count = CONTROL_WORDS }, got;
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	(void)state;
	memset(big, 'x', sizeof(big));
	for (unsigned i = 0; i < CONTROL_WORDS; i++)
		q.words[i] = bytes_of(big, CONTROL_WORD_MAX);
	q.input = bytes_of(big, CONTROL_INPUT_MAX);
	control_request_write(&w, 5, &q);
	f = sent(&w);
	assert_int_equal(control_request_read(&f, &got), 0);
	assert_int_equal(got.words[31].len, CONTROL_WORD_MAX);
	assert_int_equal(got.input.len, CONTROL_INPUT_MAX);
}

static void a_request_over_a_limit_is_not_written(void **state)
{
	const struct control_request rows[] = {
		{ .count = 0 },
		{ .count = CONTROL_WORDS + 1 },
		{ .count = 1, .words = { BYTES_LIT("a\nb") } },
		{ .count = 1, .words = { BYTES_LIT("\xff") } },
		{ .count = 1, .words = { { big, CONTROL_WORD_MAX + 1 } } },
		{ .count = 1,
			.words = { BYTES_LIT("a") },
			.input = { big, CONTROL_INPUT_MAX + 1 } },
	};

	(void)state;
	memset(big, 'x', sizeof(big));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct writer w = writer_of(buf, sizeof(buf));

		control_request_write(&w, 1, &rows[i]);
		assert_false(writer_ok(&w));
	}
}

static void a_request_that_breaks_a_rule_is_refused(void **state)
{
	static const struct frame rows[] = {
		{ CONTROL_EXIT, 1,
			BYTES_INIT("\x00\x01\x00\x01"
				   "a") },
		{ 0, 1,
			BYTES_INIT("\x00\x01\x00\x01"
				   "a") },
		{ CONTROL_REQUEST, 1, BYTES_INIT("") },
		{ CONTROL_REQUEST, 1, BYTES_INIT("\x00") },
		{ CONTROL_REQUEST, 1, BYTES_INIT("\x00\x00") },
		{ CONTROL_REQUEST, 1,
			BYTES_INIT("\x00\x21\x00\x01"
				   "a") },
		{ CONTROL_REQUEST, 1,
			BYTES_INIT("\x00\x02\x00\x01"
				   "a") },
		{ CONTROL_REQUEST, 1,
			BYTES_INIT("\x00\x01\x00\x02"
				   "a") },
		{ CONTROL_REQUEST, 1,
			BYTES_INIT("\x00\x01\x10\x01"
				   "a") },
		{ CONTROL_REQUEST, 1, BYTES_INIT("\x00\x01\x00\x01\n") },
		{ CONTROL_REQUEST, 1, BYTES_INIT("\x00\x01\x00\x01\xff") },
	};
	struct control_request got = { .count = 77 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(control_request_read(&rows[i], &got), CONTROL_E_BAD);
	assert_int_equal(got.count, 77);
}

static void input_over_its_limit_is_refused(void **state)
{
	struct writer w = writer_of(buf, sizeof(buf));
	struct control_request got;

	(void)state;
	write_u16(&w, 1);
	write_var(&w, BYTES_LIT("a"));
	write_bytes(&w, bytes_of(big, CONTROL_INPUT_MAX + 1));
	assert_true(writer_ok(&w));
	assert_int_equal(
		control_request_read(
			&(struct frame){ CONTROL_REQUEST, 1, writer_bytes(&w) }, &got),
		CONTROL_E_BAD);
}

static void answers_come_through(void **state)
{
	const struct control_answer rows[] = {
		{ CONTROL_STDOUT, BYTES_LIT("linje\n"), 0 },
		{ CONTROL_STDERR, BYTES_LIT("av\n"), 0 },
		{ CONTROL_STDOUT, { big, CONTROL_CHUNK_MAX }, 0 },
		{ CONTROL_EXIT, BYTES_NULL, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct writer w = writer_of(buf, sizeof(buf));
		struct control_answer got;
		struct frame f;

		control_answer_write(&w, 5, &rows[i]);
		f = sent(&w);
		assert_int_equal(control_answer_read(&f, &got), 0);
		assert_int_equal(got.kind, rows[i].kind);
		assert_true(bytes_equal(got.chunk, rows[i].chunk));
		assert_int_equal(got.code, rows[i].code);
	}
}

static void a_wrong_answer_is_neither_written_nor_read(void **state)
{
	const struct control_answer unwritable[] = {
		{ CONTROL_STDERR, { big, CONTROL_CHUNK_MAX + 1 }, 0 },
		{ CONTROL_REQUEST, BYTES_NULL, 0 },
	};
	const struct frame unreadable[] = {
		{ CONTROL_EXIT, 1, BYTES_NULL },
		{ CONTROL_EXIT, 1, BYTES_LIT("\x00\x00") },
		{ CONTROL_STDOUT, 1, { big, CONTROL_CHUNK_MAX + 1 } },
		{ CONTROL_REQUEST, 1, BYTES_NULL },
		{ 99, 1, BYTES_NULL },
	};
	struct control_answer got = { .code = 77 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(unwritable); i++) {
		struct writer w = writer_of(buf, sizeof(buf));

		control_answer_write(&w, 5, &unwritable[i]);
		assert_false(writer_ok(&w));
	}
	for (size_t i = 0; i < ARRAY_LEN(unreadable); i++)
		assert_int_equal(
			control_answer_read(&unreadable[i], &got), CONTROL_E_BAD);
	assert_int_equal(got.code, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_comes_through_with_words_and_input),
		cmocka_unit_test(the_largest_request_fits_a_frame),
		cmocka_unit_test(a_request_over_a_limit_is_not_written),
		cmocka_unit_test(a_request_that_breaks_a_rule_is_refused),
		cmocka_unit_test(input_over_its_limit_is_refused),
		cmocka_unit_test(answers_come_through),
		cmocka_unit_test(a_wrong_answer_is_neither_written_nor_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
