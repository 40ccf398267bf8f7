/* SPDX-License-Identifier: MPL-2.0
 *
 * A line of `checkpoints` reads back, has one spelling, and its signature covers it.
 */
#include "log_fixture.h"

static const struct key seed = { { 1, 2, 3 } };

static void line_some(enum checkpoint_kind kind, char ret[CHECKPOINT_LINE_MAX])
{
	struct checkpoint c = checkpoint_some();

	c.kind = kind;
	checkpoint_write(&c, &seed, ret);
}

static void a_line_reads_back_as_it_was_written(void **state)
{
	struct checkpoint c = checkpoint_some(), back;
	uint8_t public_key[SIGN_PUBLIC];
	char line[CHECKPOINT_LINE_MAX];

	(void)state;
	sign_public(&seed, public_key);
	for (int kind = CHECKPOINT_START; kind <= CHECKPOINT_LOSS; kind++) {
		c.kind = (enum checkpoint_kind)kind;
		checkpoint_write(&c, &seed, line);
		assert_int_equal(checkpoint_read(bytes_str(line), &back), 0);
		assert_int_equal(back.kind, c.kind);
		assert_int_equal(back.size, c.size);
		assert_int_equal(back.epoch, c.epoch);
		assert_int_equal(back.utc_ms, c.utc_ms);
		assert_int_equal(back.boot_ms, c.boot_ms);
		assert_int_equal(back.dropped, c.dropped);
		assert_memory_equal(back.log_id, c.log_id, sizeof(c.log_id));
		assert_memory_equal(back.chain, c.chain, sizeof(c.chain));
		assert_memory_equal(back.boot_id, c.boot_id, sizeof(c.boot_id));
		assert_memory_equal(back.next, c.next, sizeof(c.next));
		assert_memory_equal(back.signature, c.signature, sizeof(c.signature));
		assert_true(checkpoint_is_signed_by(bytes_str(line), public_key));
	}
}

static void the_longest_line_fits(void **state)
{
	struct checkpoint c = checkpoint_some(), back;
	char line[CHECKPOINT_LINE_MAX];

	(void)state;
	c.kind = CHECKPOINT_UNCLEAN;
	c.size = c.epoch = c.dropped = INT64_MAX;
	c.boot_ms = INT64_MAX;
	c.utc_ms = INT64_MAX; /* a clock gone mad */
	checkpoint_write(&c, &seed, line);
	assert_true(strlen(line) < CHECKPOINT_LINE_MAX - 1);
	assert_int_equal(checkpoint_read(bytes_str(line), &back), 0);
	assert_non_null(strstr(line, " 9999-12-31T23:59:59.999Z "));
}

static void no_character_of_a_line_can_be_changed(void **state)
{
	struct checkpoint back;
	uint8_t public_key[SIGN_PUBLIC];
	char line[CHECKPOINT_LINE_MAX];

	(void)state;
	sign_public(&seed, public_key);
	line_some(CHECKPOINT_EPOCH, line);
	for (size_t i = 0; line[i]; i++) {
		char was = line[i];

		line[i] = was == '1' ? '2' : '1';
		assert_true(checkpoint_read(bytes_str(line), &back) != 0 ||
			    !checkpoint_is_signed_by(bytes_str(line), public_key));
		line[i] = was;
	}
	public_key[0] ^= 1;
	assert_false(checkpoint_is_signed_by(bytes_str(line), public_key));
}

static void a_line_has_one_spelling(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ " 70000 ", " 070000 " },
		{ " 70000 ", " +70000 " },
		{ " 70000 ", "  70000 " },
		{ " 70000 ", " 99999999999999999999 " },
		{ " epoch ", " EPOCH " },
		{ " epoch ", " other " },
		{ "-checkpoint 1 ", "-checkpoint 2 " },
		{ "2025-11-22", "2025-02-30" },
		{ "2025-11-22", "2025-13-22" },
		{ "2025-11-22T", "2025-11-22 " },
		{ " 5 ", " 5  " },
		{ " 5 ", " 5 a" },
		{ "4a4b4c", "4A4B4C" },
	};
	char line[CHECKPOINT_LINE_MAX], changed[CHECKPOINT_LINE_MAX + 32];
	struct checkpoint back;

	(void)state;
	line_some(CHECKPOINT_EPOCH, line);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *at = strstr(line, rows[i].from);

		assert_non_null(at);
		(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - line),
			line, rows[i].to, at + strlen(rows[i].from));
		assert_int_equal(
			checkpoint_read(bytes_str(changed), &back), RECORD_E_BAD);
	}
}

static void a_line_cut_short_anywhere_is_none(void **state)
{
	struct checkpoint back;
	char line[CHECKPOINT_LINE_MAX];

	(void)state;
	line_some(CHECKPOINT_END, line);
	for (size_t len = 0; len < strlen(line); len++) {
		assert_int_equal(
			checkpoint_read(bytes_of(line, len), &back), RECORD_E_BAD);
		assert_false(checkpoint_is_signed_by(bytes_of(line, len), back.next));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_reads_back_as_it_was_written),
		cmocka_unit_test(the_longest_line_fits),
		cmocka_unit_test(no_character_of_a_line_can_be_changed),
		cmocka_unit_test(a_line_has_one_spelling),
		cmocka_unit_test(a_line_cut_short_anywhere_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
