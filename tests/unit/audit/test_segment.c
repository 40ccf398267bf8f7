/* SPDX-License-Identifier: MPL-2.0
 *
 * A header reads back as it was written, and not when a bit of it was turned.
 */
#include "log_fixture.h"

static void a_header_reads_back_as_it_was_written(void **state)
{
	struct segment_head h = head_some(), back;
	uint8_t at[SEGMENT_HEAD_BYTES];

	(void)state;
	memset(&back, 0, sizeof(back));
	segment_head_write(&h, at);
	assert_int_equal(segment_head_read(at, &back), 0);
	assert_int_equal(back.scheme, h.scheme);
	assert_int_equal(back.number, h.number);
	assert_int_equal(back.first, h.first);
	assert_int_equal(back.utc_ms, h.utc_ms);
	assert_memory_equal(back.log_id, h.log_id, sizeof(h.log_id));
	assert_memory_equal(back.chain, h.chain, sizeof(h.chain));
	assert_memory_equal(back.auditors, h.auditors, sizeof(h.auditors));
	assert_memory_equal(back.shares, h.shares, sizeof(h.shares));
	assert_memory_equal(back.hash, h.hash, sizeof(h.hash));
}

static void no_bit_of_a_header_can_be_turned(void **state)
{
	struct segment_head h = head_some(), back;
	uint8_t at[SEGMENT_HEAD_BYTES];

	(void)state;
	segment_head_write(&h, at);
	for (size_t bit = 0; bit < sizeof(at) * 8; bit++) {
		at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(segment_head_read(at, &back), RECORD_E_BAD);
		at[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* The hash is no signature: who changes a header can make it right. */
static void a_header_with_a_right_hash_is_still_looked_at(void **state)
{
	static const uint16_t places[] = { 0, 9, 10, 11, 656, 751 };
	struct segment_head h = head_some(), back;
	uint8_t at[SEGMENT_HEAD_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		segment_head_write(&h, at);
		at[places[i]] ^= 0x10;
		hash_parts(NULL, &(struct bytes){ at, 752 }, 1, at + 752);
		assert_int_equal(segment_head_read(at, &back), RECORD_E_BAD);
	}
}

static void the_chain_goes_through_the_header(void **state)
{
	struct segment_head h = head_some();
	uint8_t at[SEGMENT_HEAD_BYTES], a[HASH_BYTES] = { 0 }, b[HASH_BYTES] = { 0 };

	(void)state;
	segment_head_write(&h, at);
	chain_enter(a, &h);
	h.utc_ms++;
	segment_head_write(&h, at);
	chain_enter(b, &h);
	assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_reads_back_as_it_was_written),
		cmocka_unit_test(no_bit_of_a_header_can_be_turned),
		cmocka_unit_test(a_header_with_a_right_hash_is_still_looked_at),
		cmocka_unit_test(the_chain_goes_through_the_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
