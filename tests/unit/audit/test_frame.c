/* SPDX-License-Identifier: MPL-2.0
 *
 * A frame opens unchanged and in its own place alone; the ratchet goes one way.
 */
#include "log_fixture.h"

static const struct key rk = { { 3 } };

static void frame_some(uint8_t plain[RECORD_BYTES], uint8_t frame[LOG_FRAME_BYTES])
{
	const struct record r = record_some();
	const struct log_place at = place_some();

	record_write(&r, plain);
	log_frame_write(&rk, &at, plain, frame);
}

static void a_frame_opens_as_it_was_written(void **state)
{
	const struct log_place at = place_some();
	uint8_t plain[RECORD_BYTES], back[RECORD_BYTES], frame[LOG_FRAME_BYTES];
	uint64_t sequence = 0;

	(void)state;
	frame_some(plain, frame);
	assert_int_equal(log_frame_check(frame, &sequence), 0);
	assert_int_equal(sequence, at.sequence);
	assert_int_equal(log_frame_open(&rk, &at, frame, back), 0);
	assert_memory_equal(back, plain, sizeof(plain));
}

static void no_bit_of_a_frame_can_be_turned(void **state)
{
	uint8_t plain[RECORD_BYTES], frame[LOG_FRAME_BYTES];
	uint64_t sequence;

	(void)state;
	frame_some(plain, frame);
	for (size_t bit = 0; bit < sizeof(frame) * 8; bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(log_frame_check(frame, &sequence), RECORD_E_BAD);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* CRC is for torn writes: who changes a frame can make it right. */
static void a_frame_moved_elsewhere_does_not_open(void **state)
{
	uint8_t plain[RECORD_BYTES], frame[LOG_FRAME_BYTES], again[LOG_FRAME_BYTES];
	struct log_place at[5];

	(void)state;
	frame_some(plain, frame);
	for (size_t i = 0; i < ARRAY_LEN(at); i++)
		at[i] = place_some();
	at[0].log_id[15] ^= 1;
	at[1].segment++;
	at[2].chain[31] ^= 1;
	at[3].sequence++;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(log_frame_open(&rk, &at[i], frame, again), RECORD_E_BAD);
	assert_int_equal(
		log_frame_open(&(const struct key){ { 4 } }, &at[4], frame, again),
		RECORD_E_BAD);
	assert_int_equal(log_frame_open(&rk, &at[4], frame, again), 0);
}

static void the_chain_depends_on_every_frame_and_their_order(void **state)
{
	uint8_t plain[RECORD_BYTES], a[LOG_FRAME_BYTES], b[LOG_FRAME_BYTES];
	uint8_t ab[HASH_BYTES] = { 0 }, ba[HASH_BYTES] = { 0 };

	(void)state;
	frame_some(plain, a);
	memcpy(b, a, sizeof(b));
	b[LOG_FRAME_BYTES - 1] ^= 1;
	chain_next(ab, a);
	chain_next(ab, b);
	chain_next(ba, b);
	chain_next(ba, a);
	assert_memory_not_equal(ab, ba, sizeof(ab));
}

static void the_ratchet_gives_every_record_a_key_of_its_own(void **state)
{
	struct key k = key_filled(1), before, rk_0, rk_1;

	(void)state;
	before = k;
	ratchet_step(&k, &rk_0);
	assert_memory_not_equal(&k, &before, sizeof(k));
	assert_memory_not_equal(&k, &rk_0, sizeof(k));
	ratchet_step(&k, &rk_1);
	assert_memory_not_equal(&rk_0, &rk_1, sizeof(rk_0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_opens_as_it_was_written),
		cmocka_unit_test(no_bit_of_a_frame_can_be_turned),
		cmocka_unit_test(a_frame_moved_elsewhere_does_not_open),
		cmocka_unit_test(the_chain_depends_on_every_frame_and_their_order),
		cmocka_unit_test(the_ratchet_gives_every_record_a_key_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
