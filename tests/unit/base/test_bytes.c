/* SPDX-License-Identifier: MPL-2.0
 *
 * Views, numbers, text and the sticky reader and writer.
 */
#include "samtale/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static void equality_looks_at_length_and_content(void **state)
{
	(void)state;
	assert_true(bytes_equal(BYTES_NULL, BYTES_LIT("")));
	assert_true(bytes_equal_str(BYTES_LIT("abc"), "abc"));
	assert_false(bytes_equal(BYTES_LIT("abc"), BYTES_LIT("abd")));
	assert_false(bytes_equal(BYTES_LIT("abc"), BYTES_LIT("ab")));
}

static void a_string_needs_room_for_its_end_and_holds_no_nul(void **state)
{
	char buf[4] = "xxx";

	(void)state;
	assert_true(bytes_to_str(BYTES_LIT("abc"), buf, sizeof(buf)));
	assert_string_equal(buf, "abc");
	assert_false(bytes_to_str(BYTES_LIT("abcd"), buf, sizeof(buf)));
	assert_string_equal(buf, "");
	assert_false(bytes_to_str(BYTES_LIT("a\0b"), buf, sizeof(buf)));
	assert_string_equal(buf, "");
	assert_true(bytes_to_str(BYTES_NULL, buf, 1));
}

static void text_is_well_formed_utf8_without_controls(void **state)
{
	static const struct {
		struct bytes text;
		bool line, lines; /* clean as one line, clean with newlines */
	} rows[] = {
		{ BYTES_INIT(""), true, true },
		{ BYTES_INIT("Møde kl. 9 – æøå €"), true, true },
		{ BYTES_INIT("\xf0\x9f\x98\x80"), true, true },
		{ BYTES_INIT("\xf4\x8f\xbf\xbf"), true, true },
		{ BYTES_INIT("a\nb"), false, true },
		{ BYTES_INIT("a\tb"), false, false },
		{ BYTES_INIT("a\rb"), false, false },
		{ BYTES_INIT("a\0b"), false, false },
		{ BYTES_INIT("\x7f"), false, false },
		{ BYTES_INIT("\x80"), false, false },
		{ BYTES_INIT("\xc0\xaf"), false, false },         /* overlong / */
		{ BYTES_INIT("\xe0\x9f\xbf"), false, false },     /* overlong */
		{ BYTES_INIT("\xf0\x8f\xbf\xbf"), false, false }, /* overlong */
		{ BYTES_INIT("\xed\xa0\x80"), false, false },     /* surrogate */
		{ BYTES_INIT("\xf4\x90\x80\x80"), false, false }, /* above U+10FFFF */
		{ BYTES_INIT("\xf5\x80\x80\x80"), false, false },
		{ BYTES_INIT("\xc3"), false, false }, /* cut short */
		{ BYTES_INIT("\xe2\x82"), false, false },
		{ BYTES_INIT("\xe2\x82 "), false, false },
		{ BYTES_INIT("\xff"), false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(bytes_is_clean_text(rows[i].text, false), rows[i].line);
		assert_int_equal(bytes_is_clean_text(rows[i].text, true), rows[i].lines);
	}
}

static void a_number_is_digits_alone_and_within_its_maximum(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_true(bytes_to_u64(BYTES_LIT("0"), 0, &n));
	assert_int_equal(n, 0);
	assert_true(bytes_to_u64(BYTES_LIT("0065535"), 65535, &n));
	assert_int_equal(n, 65535);
	assert_true(bytes_to_u64(BYTES_LIT("18446744073709551615"), UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
	n = 7;
	assert_false(bytes_to_u64(BYTES_LIT("18446744073709551616"), UINT64_MAX, &n));
	assert_false(bytes_to_u64(BYTES_LIT("99999999999999999999"), UINT64_MAX, &n));
	assert_false(bytes_to_u64(BYTES_LIT("65536"), 65535, &n));
	assert_false(bytes_to_u64(BYTES_LIT(""), 9, &n));
	assert_false(bytes_to_u64(BYTES_LIT("-1"), 9, &n));
	assert_false(bytes_to_u64(BYTES_LIT("+1"), 9, &n));
	assert_false(bytes_to_u64(BYTES_LIT(" 1"), 9, &n));
	assert_false(bytes_to_u64(BYTES_LIT("1x"), 9, &n));
	assert_int_equal(n, 7);
}

static void what_the_writer_writes_the_reader_reads(void **state)
{
	uint8_t buf[64];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r;

	(void)state;
	write_u8(&w, 0x01);
	write_u16(&w, 0x0203);
	write_u32(&w, 0x04050607);
	write_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	write_var(&w, BYTES_LIT("hej"));
	write_str(&w, "du");
	write_fmt(&w, "%d", 42);
	assert_true(writer_ok(&w));
	for (uint8_t i = 0; i < 15; i++)
		assert_int_equal(buf[i], i + 1); /* big-endian */
	r = reader_of(writer_bytes(&w));
	assert_int_equal(read_u8(&r), 0x01);
	assert_int_equal(read_u16(&r), 0x0203);
	assert_int_equal(read_u32(&r), 0x04050607);
	assert_true(read_u64(&r) == UINT64_C(0x08090a0b0c0d0e0f));
	assert_true(bytes_equal_str(read_var(&r, 3), "hej"));
	assert_false(reader_done(&r));
	assert_true(bytes_equal_str(read_bytes(&r, 4), "du42"));
	assert_true(reader_done(&r));
}

static void a_reader_that_ran_short_stays_bad(void **state)
{
	struct reader r = reader_of(BYTES_LIT("\x01\x02\x03"));

	(void)state;
	assert_int_equal(read_u32(&r), 0);
	assert_int_equal(read_u8(&r), 0);
	assert_null(read_bytes(&r, 0).at);
	assert_false(reader_done(&r));
	r = reader_of(BYTES_LIT("\x00\x03"
				"abc"));
	assert_int_equal(read_var(&r, 2).len, 0);
	assert_false(reader_done(&r));
	r = reader_of(BYTES_LIT("x"));
	assert_int_equal(read_bytes(&r, SIZE_MAX).len, 0);
	assert_true(r.bad);
}

static void a_writer_out_of_room_stays_bad_and_writes_nothing_more(void **state)
{
	uint8_t buf[5] = { 9, 9, 9, 9, 9 };
	struct writer w = writer_of(buf, 4);

	(void)state;
	write_u16(&w, 1);
	write_u32(&w, 2);
	write_u8(&w, 3);
	assert_false(writer_ok(&w));
	assert_int_equal(w.len, 2);
	assert_int_equal(buf[4], 9);
	w = writer_of(buf, 4);
	write_fmt(&w, "%s", "abcd"); /* its NUL would not fit */
	assert_false(writer_ok(&w));
	w = writer_of(buf, 4);
	write_fmt(&w, "%s", "abc");
	assert_true(writer_ok(&w));
	w = writer_of(NULL, 0);
	write_fmt(&w, "%s", "");
	assert_false(writer_ok(&w));
	assert_int_equal(buf[4], 9);
}

static void a_variable_part_over_64k_is_refused(void **state)
{
	static uint8_t big[70000], out[80000];
	struct writer w = writer_of(out, sizeof(out));

	(void)state;
	write_var(&w, bytes_of(big, 65536));
	assert_false(writer_ok(&w));
	w = writer_of(out, sizeof(out));
	write_var(&w, bytes_of(big, 65535));
	assert_true(writer_ok(&w));
}

static void owned_memory_is_freed_and_forgotten(void **state)
{
	char *text = malloc(8); /* ASan watches */

	(void)state;
	heap_freep(&text);
	assert_null(text);
	heap_freep(&text);
}

static void text_cannot_leave_its_element_or_attribute(void **state)
{
	char buf[64];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	write_html(&w, BYTES_LIT("å<b a=\"'\">&"));
	assert_true(writer_ok(&w));
	assert_true(
		bytes_equal_str(writer_bytes(&w), "å&lt;b a=&quot;&#39;&quot;&gt;&amp;"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_looks_at_length_and_content),
		cmocka_unit_test(text_cannot_leave_its_element_or_attribute),
		cmocka_unit_test(a_string_needs_room_for_its_end_and_holds_no_nul),
		cmocka_unit_test(text_is_well_formed_utf8_without_controls),
		cmocka_unit_test(a_number_is_digits_alone_and_within_its_maximum),
		cmocka_unit_test(what_the_writer_writes_the_reader_reads),
		cmocka_unit_test(a_reader_that_ran_short_stays_bad),
		cmocka_unit_test(a_writer_out_of_room_stays_bad_and_writes_nothing_more),
		cmocka_unit_test(a_variable_part_over_64k_is_refused),
		cmocka_unit_test(owned_memory_is_freed_and_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
