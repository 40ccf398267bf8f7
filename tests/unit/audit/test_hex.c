/* SPDX-License-Identifier: MPL-2.0
 *
 * Hex has one spelling; fields end at one space.
 */
#include "log_fixture.h"

#include "hex.h"

static void hex_reads_back_in_lower_case_alone(void **state)
{
	const uint8_t known[] = { 0x00, 0x9a, 0xff };
	uint8_t back[3] = { 0 };
	char text[8] = "";
	struct writer w = writer_of(text, sizeof(text));

	(void)state;
	write_hex(&w, bytes_of(known, sizeof(known)));
	assert_true(writer_ok(&w));
	assert_memory_equal(text, "009aff", 6);
	assert_true(hex_read(writer_bytes(&w), back, sizeof(back)));
	assert_memory_equal(back, known, sizeof(known));
	assert_false(hex_read(BYTES_LIT("009aF0"), back, 3));
	assert_false(hex_read(BYTES_LIT("009af"), back, 3));
	assert_false(hex_read(BYTES_LIT("009aff00"), back, 3));
	assert_false(hex_read(BYTES_LIT("009a f"), back, 3));
	assert_false(hex_read(BYTES_NULL, back, 3));
}

static void fields_are_taken_one_by_one(void **state)
{
	struct bytes line = BYTES_LIT("a bc  d");

	(void)state;
	assert_true(bytes_equal_str(field_take(&line), "a"));
	assert_true(bytes_equal_str(field_take(&line), "bc"));
	assert_true(bytes_equal_str(field_take(&line), ""));
	assert_true(bytes_equal_str(field_take(&line), "d"));
	assert_int_equal(line.len, 0);
	assert_true(bytes_equal_str(field_take(&line), ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_reads_back_in_lower_case_alone),
		cmocka_unit_test(fields_are_taken_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
