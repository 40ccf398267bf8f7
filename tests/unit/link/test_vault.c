/* SPDX-License-Identifier: MPL-2.0
 *
 * Questions to the vault and its answers: what one side may write the other reads, each
 * kind by its own shape, to the last byte, and nothing over a limit.
 */
#include "samtale/link/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint8_t buf[LIMIT_FRAME];
static struct vault_question full, got;

static struct frame frame_of(const struct writer *w)
{
	return (struct frame){ buf[4],
		(uint32_t)buf[5] << 24 | (uint32_t)buf[6] << 16 | (uint32_t)buf[7] << 8 |
			buf[8],
		bytes_of(buf + FRAME_HEAD, w->len - FRAME_HEAD) };
}

static bool is_ask(unsigned kind)
{
	return kind > VAULT_FRAME_NOTHING && kind <= VAULT_ASK_RELOAD;
}

/* Every field filled, in the count that the kind wants. */
static void fill(unsigned kind)
{
	full = (struct vault_question){ .kind = (enum vault_frame)kind,
		.id = 0x80000007,
		.version = 3,
		.purpose = 9,
		.actor = -1,
		.n = 1,
		.which = 2,
		.after = INT64_MIN,
		.before = INT64_MAX,
		.at_most = VAULT_LINK_MEETINGS,
		.dropped = UINT32_MAX,
		.text = BYTES_LIT("Sag 12-34") };
	if (kind == VAULT_ASK_OPEN || kind == VAULT_ASK_FORGET)
		full.n = VAULT_LINK_MEETINGS;
	if (kind == VAULT_ASK_NOTE)
		full.n = VAULT_LINK_EVENTS;
	if (kind == VAULT_ASK_FIND_CASE)
		full.n = 0;
	for (int i = 0; i < VAULT_LINK_MEETINGS; i++)
		full.meetings[i] = (int64_t)i << 40;
	for (unsigned i = 0; i < VAULT_LINK_EVENTS; i++)
		full.events[i] = (struct vault_event){ (uint16_t)(i + 256), 1, 2, 3,
			i + 4, i + 5, UINT64_C(1) << 50, i + 6, { 7, 8 } };
}

static struct frame asked(void)
{
	struct writer w = writer_of(buf, sizeof(buf));

	vault_question_write(&w, &full);
	assert_true(writer_ok(&w));
	return frame_of(&w);
}

static void same_events(void)
{
	for (unsigned i = 0; i < full.n; i++) {
		const struct vault_event *a = &full.events[i], *b = &got.events[i];

		assert_int_equal(a->what, b->what);
		assert_true(a->purpose == b->purpose && a->outcome == b->outcome);
		assert_true(a->role == b->role && a->actor == b->actor);
		assert_true(a->subject == b->subject && a->meeting == b->meeting);
		assert_int_equal(a->value, b->value);
		assert_memory_equal(a->request_id, b->request_id, 16);
	}
}

static void every_question_comes_through_by_its_own_shape(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < VAULT_FRAME_COUNT; kind++) {
		static uint8_t again[LIMIT_FRAME];
		struct writer w = writer_of(again, sizeof(again));
		struct frame f;

		if (!is_ask(kind))
			continue;
		fill(kind);
		f = asked();
		assert_int_equal(vault_question_read(&f, &got), 0);
		assert_int_equal(got.kind, kind);
		assert_int_equal(got.id, 0x80000007);
		vault_question_write(&w, &got);
		assert_true(writer_ok(&w));
		assert_int_equal(w.len, FRAME_HEAD + f.body.len);
		assert_memory_equal(again, buf, w.len);
		if (kind == VAULT_ASK_NOTE)
			same_events();
	}
}

static void what_a_question_says_is_what_is_heard(void **state)
{
	struct frame f;

	(void)state;
	fill(VAULT_ASK_OPEN);
	f = asked();
	assert_int_equal(vault_question_read(&f, &got), 0);
	assert_int_equal(got.purpose, 9);
	assert_true(got.actor == -1 && got.n == VAULT_LINK_MEETINGS);
	assert_memory_equal(got.meetings, full.meetings, sizeof(full.meetings));
	fill(VAULT_ASK_FIND_CASE);
	f = asked();
	assert_int_equal(vault_question_read(&f, &got), 0);
	assert_true(bytes_equal_str(got.text, "Sag 12-34"));
	assert_true(got.after == INT64_MIN && got.at_most == VAULT_LINK_MEETINGS);
	fill(VAULT_ASK_SHELF);
	f = asked();
	assert_int_equal(vault_question_read(&f, &got), 0);
	assert_true(got.before == INT64_MAX && got.after == INT64_MIN);
}

static void a_question_cut_or_with_more_behind_it_is_refused(void **state)
{
	(void)state;
	for (unsigned kind = 1; is_ask(kind); kind++) {
		struct frame f;
		size_t whole;

		fill(kind);
		full.n = full.n > 2 ? 2 : full.n;
		f = asked();
		whole = f.body.len;
		for (f.body.len = 0; f.body.len < whole; f.body.len++)
			assert_int_equal(vault_question_read(&f, &got), VAULT_LINK_E_BAD);
		f.body.len = whole + 1;
		assert_int_equal(vault_question_read(&f, &got), VAULT_LINK_E_BAD);
	}
}

/* The writer is made bad, and the same bytes from a stranger's hand are refused. */
static void refused(size_t at, uint8_t byte)
{
	struct frame f;

	f = asked();
	buf[FRAME_HEAD + at] = byte;
	assert_int_equal(vault_question_read(&f, &got), VAULT_LINK_E_BAD);
}

static void not_written(void)
{
	struct writer w = writer_of(buf, sizeof(buf));

	vault_question_write(&w, &full);
	assert_false(writer_ok(&w));
}

static void nothing_over_a_limit_is_written_or_read(void **state)
{
	static uint8_t big[VAULT_LINK_TEXT + 1];

	(void)state;
	fill(VAULT_ASK_OPEN);
	refused(9, 0xff); /* a count far above what follows */
	full.n = 0;
	not_written();
	full.n = VAULT_LINK_MEETINGS + 1;
	not_written();
	fill(VAULT_ASK_CREATE);
	full.n = 2;
	not_written();
	fill(VAULT_ASK_CREATE);
	full.text = bytes_of(big, LIMIT_CASE_REF + 1);
	not_written();
	fill(VAULT_ASK_FORGET);
	refused(11 + 8 * VAULT_LINK_MEETINGS, 0);
	refused(11 + 8 * VAULT_LINK_MEETINGS, 4);
	full.which = 4;
	not_written();
	fill(VAULT_ASK_SHELF);
	refused(16, 0x7f);
	full.at_most = 0;
	not_written();
	fill(VAULT_ASK_NOTE);
	full.n = VAULT_LINK_EVENTS + 1;
	not_written();
	fill(VAULT_ASK_SIGN);
	full.text = bytes_of(big, sizeof(big));
	not_written();
}

static void only_questions_are_asked(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 256; kind++) {
		struct frame f = { (uint8_t)kind, 1, BYTES_NULL };

		if (is_ask(kind))
			continue;
		assert_int_equal(vault_question_read(&f, &got), VAULT_LINK_E_BAD);
		fill(VAULT_ASK_STATE);
		full.kind = (enum vault_frame)kind;
		not_written();
	}
}

/* -- answers ----------------------------------------------------------------------- */
static struct writer begun;

static void answer(enum vault_result result)
{
	begun = writer_of(buf, sizeof(buf));
	assert_int_equal(vault_answer_begin(&begun, 7, result), 0);
}

static struct frame answered(void)
{
	frame_end(&begun, 0);
	assert_true(writer_ok(&begun));
	return frame_of(&begun);
}

static void keys_and_ids_come_back_in_order(void **state)
{
	struct vault_answer a;
	struct vault_keys k;
	struct frame f;

	(void)state;
	answer(VAULT_RESULT_DONE);
	write_u16(&begun, 2);
	for (uint8_t i = 1; i <= 2; i++) {
		k = (struct vault_keys){
			.meeting = i, .has = i, .ck = { i }, .mk = { 9 }
		};
		vault_keys_write(&begun, &k);
	}
	f = answered();
	assert_int_equal(vault_answer_read(&f, VAULT_ASK_OPEN, &a), 0);
	assert_int_equal(a.n, 2);
	vault_answer_keys(&a, 1, &k);
	assert_true(k.meeting == 2 && k.has == 2 && k.ck[0] == 2 && k.mk[0] == 9);
	assert_int_equal(vault_answer_read(&f, VAULT_ASK_SHELF, &a), VAULT_LINK_E_BAD);
	answer(VAULT_RESULT_DONE);
	write_u16(&begun, 2);
	write_u64(&begun, 5);
	write_u64(&begun, UINT64_MAX);
	f = answered();
	assert_int_equal(vault_answer_read(&f, VAULT_ASK_FIND_CASE, &a), 0);
	assert_true(vault_answer_id(&a, 0) == 5 && vault_answer_id(&a, 1) == -1);
}

static void the_greeting_brings_the_subkeys(void **state)
{
	uint8_t keys[3 * VAULT_LINK_KEY];
	struct vault_answer a;
	struct frame f;

	(void)state;
	memset(keys, 0x5a, sizeof(keys));
	answer(VAULT_RESULT_DONE);
	write_u8(&begun, 2);
	write_bytes(&begun, bytes_of(keys, sizeof(keys)));
	write_u8(&begun, 1);
	f = answered();
	assert_int_equal(vault_answer_read(&f, VAULT_ASK_HELLO, &a), 0);
	assert_true(a.n == 2 && a.subkeys.len == 2 * VAULT_LINK_KEY);
	assert_true(a.public_key.len == VAULT_LINK_KEY && a.is_development);
	buf[begun.len - 1] = 2;
	assert_int_equal(vault_answer_read(&f, VAULT_ASK_HELLO, &a), VAULT_LINK_E_BAD);
}

static void the_state_comes_through(void **state)
{
	struct vault_state s = { 1, 2, 3, 4, 5, -6, 7, 8, 9, 10, 11, true, false,
		"samtale-checkpoint 1" };
	struct vault_answer a;
	struct frame f;

	(void)state;
	answer(VAULT_RESULT_DONE);
	vault_state_write(&begun, &s);
	f = answered();
	assert_int_equal(vault_answer_read(&f, VAULT_ASK_STATE, &a), 0);
	assert_true(a.state.size == 1 && a.state.epoch == 2 && a.state.dropped == 3);
	assert_true(a.state.checkpoint_size == 4 && a.state.checkpoint_ms == 5);
	assert_true(a.state.oldest_ms == -6 && a.state.segment == 7);
	assert_true(a.state.segments == 8 && a.state.bytes == 9);
	assert_true(a.state.reserve_bytes == 10 && a.state.free_bytes == 11);
	assert_true(a.state.is_refusing && !a.state.is_development);
	assert_string_equal(a.state.checkpoint, s.checkpoint);
}

static void an_answer_is_as_long_as_its_question_wants(void **state)
{
	struct vault_answer a;
	struct frame f;

	(void)state;
	for (unsigned result = 0; result < 6; result++)
		for (unsigned kind = 1; is_ask(kind); kind++) {
			bool is_bare =
				kind == VAULT_ASK_FORGET || kind == VAULT_ASK_SET_CASE ||
				kind == VAULT_ASK_NOTE || kind == VAULT_ASK_DROPPED ||
				kind == VAULT_ASK_ROTATE || kind == VAULT_ASK_RELOAD;
			bool is_good = result == VAULT_RESULT_DONE ? is_bare
				       : result == VAULT_RESULT_TAKEN
					       ? kind == VAULT_ASK_CREATE
					       : result < VAULT_RESULT_COUNT;

			answer((enum vault_result)result);
			f = answered();
			assert_int_equal(
				vault_answer_read(&f, (enum vault_frame)kind, &a) == 0,
				is_good);
			f.body.len++; /* a byte more */
			assert_int_equal(
				vault_answer_read(&f, (enum vault_frame)kind, &a),
				VAULT_LINK_E_BAD);
		}
}

static void an_anchor_is_one_line_of_text(void **state)
{
	static char line[VAULT_LINK_LINE + 1];
	struct bytes got_line = BYTES_NULL;
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	(void)state;
	vault_anchor_write(&w, BYTES_LIT("samtale-checkpoint 1"));
	assert_true(writer_ok(&w));
	f = frame_of(&w);
	assert_int_equal(vault_anchor_read(&f, &got_line), 0);
	assert_true(bytes_equal_str(got_line, "samtale-checkpoint 1"));
	f.body = BYTES_LIT("two\nlines");
	assert_int_equal(vault_anchor_read(&f, &got_line), VAULT_LINK_E_BAD);
	memset(line, 'x', sizeof(line));
	f.body = bytes_of(line, VAULT_LINK_LINE);
	assert_int_equal(vault_anchor_read(&f, &got_line), VAULT_LINK_E_BAD);
	vault_anchor_write(&w, f.body);
	assert_false(writer_ok(&w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_question_comes_through_by_its_own_shape),
		cmocka_unit_test(what_a_question_says_is_what_is_heard),
		cmocka_unit_test(a_question_cut_or_with_more_behind_it_is_refused),
		cmocka_unit_test(nothing_over_a_limit_is_written_or_read),
		cmocka_unit_test(only_questions_are_asked),
		cmocka_unit_test(keys_and_ids_come_back_in_order),
		cmocka_unit_test(the_greeting_brings_the_subkeys),
		cmocka_unit_test(the_state_comes_through),
		cmocka_unit_test(an_answer_is_as_long_as_its_question_wants),
		cmocka_unit_test(an_anchor_is_one_line_of_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
