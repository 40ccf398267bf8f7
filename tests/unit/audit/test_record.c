/* SPDX-License-Identifier: MPL-2.0
 *
 * A record reads back as it was written, has one form, and its inner part opens in its
 * own place with its own key alone.
 */
#include "log_fixture.h"

static const uint8_t log_id[LOG_ID_BYTES] = { 9, 8, 7 };

static void a_record_reads_back_as_it_was_written(void **state)
{
	const struct key mk = key_filled(5);
	const struct record_inner inner = inner_some();
	struct record r = record_some(), back;
	uint8_t at[RECORD_BYTES];

	(void)state;
	for (int with = 0; with < 2; with++) {
		if (with)
			record_seal_inner(&r, &mk, log_id, 1, &inner);
		record_write(&r, at);
		memset(&back, 0, sizeof(back));
		assert_int_equal(record_read(at, &back), 0);
		assert_memory_equal(&back, &r, sizeof(r));
	}
}

static void a_byte_that_must_be_zero_is_looked_at(void **state)
{
	static const struct {
		uint8_t from, to;
	} rows[] = { { 0, 2 }, { 76, 80 }, { 80, 255 } };
	struct record r = record_some(), back;
	uint8_t at[RECORD_BYTES];

	(void)state;
	record_write(&r, at);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (unsigned n = rows[i].from; n < rows[i].to; n++) {
			if (n == 1)
				continue;
			at[n] ^= 0x40;
			assert_int_equal(record_read(at, &back), RECORD_E_BAD);
			at[n] ^= 0x40;
		}
	}
	at[1] |= 2; /* a flag from the future */
	assert_int_equal(record_read(at, &back), RECORD_E_BAD);
}

static void the_inner_part_opens_with_its_key_in_its_place_alone(void **state)
{
	const struct key mk = key_filled(5), other = key_filled(6);
	const struct record_inner inner = inner_some();
	struct key key;
	const uint8_t elsewhere[LOG_ID_BYTES] = { 1 };
	struct record r = record_some();
	struct record_inner back = { 0 };

	(void)state;
	record_inner_key(&mk, &key);
	assert_int_equal(
		record_open_inner(&r, &key, log_id, 77, &back), RECORD_E_BAD); /* none */
	record_seal_inner(&r, &mk, log_id, 77, &inner);
	assert_int_equal(record_open_inner(&r, &mk, log_id, 77, &back), RECORD_E_BAD);
	assert_int_equal(record_open_inner(&r, &key, log_id, 77, &back), 0);
	assert_int_equal(back.meeting, inner.meeting);
	assert_int_equal(back.value, inner.value);
	assert_int_equal(back.case_len, inner.case_len);
	assert_memory_equal(back.case_ref, inner.case_ref, sizeof(back.case_ref));
	assert_int_equal(record_open_inner(&r, &other, log_id, 77, &back), RECORD_E_BAD);
	assert_int_equal(record_open_inner(&r, &key, log_id, 78, &back), RECORD_E_BAD);
	assert_int_equal(record_open_inner(&r, &key, elsewhere, 77, &back), RECORD_E_BAD);
	for (size_t i = 0; i < sizeof(r.inner); i++) {
		r.inner[i] ^= 1;
		assert_int_equal(
			record_open_inner(&r, &key, log_id, 77, &back), RECORD_E_BAD);
		r.inner[i] ^= 1;
	}
}

/* A number comes back after a write that failed. */
static void the_same_inner_part_is_never_sealed_the_same(void **state)
{
	const struct key mk = key_filled(5);
	const struct record_inner inner = inner_some();
	struct record a = record_some(), b = a;

	(void)state;
	record_seal_inner(&a, &mk, log_id, 77, &inner);
	record_seal_inner(&b, &mk, log_id, 77, &inner);
	assert_memory_not_equal(a.inner, b.inner, 16);
	assert_memory_equal(a.tag, b.tag, sizeof(a.tag));
}

static void a_meeting_is_told_by_its_tag_only_while_its_key_lives(void **state)
{
	const struct key mk = key_filled(5), other = key_filled(6);
	uint8_t a[HASH_BYTES], b[HASH_BYTES];

	(void)state;
	record_tag(&mk, a);
	record_tag(&other, b);
	assert_memory_not_equal(a, b, sizeof(a));
	record_tag(&mk, b);
	assert_memory_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_reads_back_as_it_was_written),
		cmocka_unit_test(a_byte_that_must_be_zero_is_looked_at),
		cmocka_unit_test(the_inner_part_opens_with_its_key_in_its_place_alone),
		cmocka_unit_test(the_same_inner_part_is_never_sealed_the_same),
		cmocka_unit_test(a_meeting_is_told_by_its_tag_only_while_its_key_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
