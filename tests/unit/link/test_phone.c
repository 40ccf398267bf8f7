/* SPDX-License-Identifier: MPL-2.0
 *
 * Orders and reports of the telephone gateway: what one side may write the other reads,
 * only in its own direction, and no word out of range comes through.
 */
#include "samtale/link/phone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint8_t buf[LIMIT_FRAME];
static uint8_t big[PHONE_TEXT_MAX + 1];

static struct frame sent(const struct phone_message *m)
{
	struct writer w = writer_of(buf, sizeof(buf));

	phone_message_write(&w, m);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, FRAME_HEAD + 18 + m->text.len + m->more.len);
	return (struct frame){ buf[4],
		(uint32_t)buf[5] << 24 | (uint32_t)buf[6] << 16 | (uint32_t)buf[7] << 8 |
			buf[8],
		bytes_of(buf + FRAME_HEAD, w.len - FRAME_HEAD) };
}

static bool is_order(unsigned kind)
{
	return kind > PHONE_NOTHING && kind < PHONE_ORDERS_END;
}

static bool is_report(unsigned kind)
{
	return kind > PHONE_REPORTS_BEGIN && kind < PHONE_REPORTS_END;
}

static void every_field_of_every_kind_comes_through(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < PHONE_REPORTS_END; kind++) {
		struct phone_message m = { (enum phone_kind)kind, 0x80000007,
			UINT64_C(0x0102030405060708), 1, 0xa5, 3,
			BYTES_LIT("+4512345678"), BYTES_LIT("09:30") };
		struct phone_message got = { 0 };
		struct frame f;

		if (!is_order(kind) && !is_report(kind))
			continue;
		f = sent(&m);
		assert_int_equal(phone_message_read(&f, is_order(kind), &got), 0);
		assert_int_equal(got.kind, kind);
		assert_int_equal(got.leg, 0x80000007);
		assert_true(got.room == m.room);
		assert_int_equal(got.word, 1);
		assert_int_equal(got.flags, 0xa5);
		assert_int_equal(got.value, 3);
		assert_true(bytes_equal(got.text, m.text));
		assert_true(bytes_equal(got.more, m.more));
	}
}

static void a_message_of_the_other_direction_is_refused(void **state)
{
	struct phone_message got = { .leg = 99 };

	(void)state;
	for (unsigned kind = 0; kind < 256; kind++) {
		struct frame f =
			sent(&(struct phone_message){ .kind = PHONE_ORDER_CONFIRM });

		f.kind = (uint8_t)kind;
		assert_int_equal(phone_message_read(&f, true, &got) == 0, is_order(kind));
		assert_int_equal(
			phone_message_read(&f, false, &got) == 0, is_report(kind));
	}
}

struct word_row {
	enum phone_kind kind;
	unsigned count;
};

static void a_word_out_of_its_range_is_neither_written_nor_read(void **state)
{
	static const struct word_row rows[] = {
		{ PHONE_ORDER_DIAL, PHONE_CONFIRM_COUNT },
		{ PHONE_ORDER_HANG_UP, PHONE_CAUSE_COUNT },
		{ PHONE_ORDER_ANSWER, PHONE_ANSWER_COUNT },
		{ PHONE_ORDER_VERDICT, PHONE_VERDICT_COUNT },
		{ PHONE_REPORT_STANDING, PHONE_PROGRESS_COUNT },
		{ PHONE_REPORT_TRUNK, PHONE_TRUNK_COUNT },
		{ PHONE_REPORT_PROGRESS, PHONE_PROGRESS_COUNT },
		{ PHONE_REPORT_ENDED, PHONE_CAUSE_COUNT },
		{ PHONE_REPORT_KEY, PHONE_KEY_COUNT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (unsigned word = 0; word < 256; word++) {
			struct phone_message m = { .kind = rows[i].kind }, got;
			struct frame f = sent(&m);
			struct writer w = writer_of(big, sizeof(big));

			buf[FRAME_HEAD + 8] = (uint8_t)word;
			assert_int_equal(
				phone_message_read(&f, is_order(m.kind), &got) == 0,
				word < rows[i].count);
			m.word = (uint8_t)word;
			phone_message_write(&w, &m);
			assert_int_equal(writer_ok(&w), word < rows[i].count);
		}
}

static void a_trunk_is_down_for_a_known_cause_only(void **state)
{
	struct phone_message m = { .kind = PHONE_REPORT_TRUNK,
		.word = PHONE_TRUNK_DOWN,
		.value = PHONE_CAUSE_COUNT - 1 };
	struct phone_message got;
	struct frame f = sent(&m);

	(void)state;
	assert_int_equal(phone_message_read(&f, false, &got), 0);
	buf[FRAME_HEAD + 13] = PHONE_CAUSE_COUNT;
	assert_int_equal(phone_message_read(&f, false, &got), PHONE_E_BAD);
}

static void a_body_cut_or_with_more_behind_it_is_refused(void **state)
{
	struct phone_message m = { .kind = PHONE_ORDER_DIAL,
		.text = BYTES_LIT("+4512345678"),
		.more = BYTES_LIT("09:30") };
	struct phone_message got = { .leg = 99 };
	struct frame f = sent(&m);
	size_t whole = f.body.len;

	(void)state;
	for (f.body.len = 0; f.body.len < whole; f.body.len++)
		assert_int_equal(phone_message_read(&f, true, &got), PHONE_E_BAD);
	f.body.len = whole + 1;
	assert_int_equal(phone_message_read(&f, true, &got), PHONE_E_BAD);
	assert_int_equal(got.leg, 99);
}

static void texts_have_a_length_limit_on_both_sides(void **state)
{
	struct phone_message m = { .kind = PHONE_ORDER_BROWSER,
		.text = { big, PHONE_TEXT_MAX } };
	struct phone_message got;
	struct frame f;
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	memset(big, 'x', sizeof(big));
	f = sent(&m);
	assert_int_equal(phone_message_read(&f, true, &got), 0);
	assert_int_equal(got.text.len, PHONE_TEXT_MAX);
	m.text.len++;
	phone_message_write(&w, &m);
	assert_false(writer_ok(&w));
	w = writer_of(buf, sizeof(buf)); /* as a stranger would write it */
	write_u64(&w, 0);
	write_u16(&w, 0);
	write_u32(&w, 0);
	write_var(&w, m.text);
	write_var(&w, BYTES_NULL);
	f = (struct frame){ PHONE_ORDER_BROWSER, 1, writer_bytes(&w) };
	assert_int_equal(phone_message_read(&f, true, &got), PHONE_E_BAD);
}

static void every_word_of_the_protocol_has_its_name(void **state)
{
	(void)state;
	assert_string_equal(phone_progress_name(PHONE_PROGRESS_EARLY), "early");
	assert_string_equal(phone_cause_name(PHONE_CAUSE_BAD_MEDIA), "bad_media");
	assert_string_equal(phone_trunk_name(PHONE_TRUNK_DOWN), "down");
	for (unsigned i = 0; i < PHONE_CAUSE_COUNT; i++)
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(phone_cause_name((enum phone_cause)i),
				phone_cause_name((enum phone_cause)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_every_kind_comes_through),
		cmocka_unit_test(a_message_of_the_other_direction_is_refused),
		cmocka_unit_test(a_word_out_of_its_range_is_neither_written_nor_read),
		cmocka_unit_test(a_trunk_is_down_for_a_known_cause_only),
		cmocka_unit_test(a_body_cut_or_with_more_behind_it_is_refused),
		cmocka_unit_test(texts_have_a_length_limit_on_both_sides),
		cmocka_unit_test(every_word_of_the_protocol_has_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
