/* SPDX-License-Identifier: MPL-2.0
 *
 * Damage: found where it is, told from damage that a start signed, and from a loss that
 * was accepted.
 */
#include "verify_stage.h"

static void a_turned_bit_is_found_where_it_is(void **state)
{
	struct stage *s = *state;

	turn_byte(s, "00000002.seg", SEGMENT_HEAD_BYTES + 2 * LOG_FRAME_BYTES + 50);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_FRAME_DAMAGED, 1);
	assert_int_equal(s->told.first[FOUND_FRAME_DAMAGED].sequence, 9);
	assert_int_equal(s->told.first[FOUND_FRAME_DAMAGED].segment, 2);
	turn_byte(s, "00000002.seg", SEGMENT_HEAD_BYTES + 2 * LOG_FRAME_BYTES + 50);
	turn_byte(s, "00000002.seg", 700);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_SEGMENT_HEAD, 1);
}

/* Damage that was there when a start signed the chain over it, as the writer does. */
static void damage_that_a_start_signed_is_a_gap(void **state)
{
	struct stage *s = *state;
	uint8_t block[LOG_FRAME_BYTES] = { 7 };

	assert_int_equal(fwrite(block, sizeof(block), 1, s->log.segment), 1);
	chain_next(s->log.at.chain, block);
	s->log.at.sequence++;
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_FRAME_DAMAGED, 1);
	made_start(&s->log, CHECKPOINT_UNCLEAN);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_int_equal(s->told.count[FOUND_GAP], 1);
	assert_int_equal(s->told.first[FOUND_GAP].sequence, 17);
	assert_int_equal(s->told.first[FOUND_GAP].segment, 3);
}

static void a_loss_that_was_accepted_is_told_and_no_more(void **state)
{
	struct stage *s = *state;

	cut(s, "00000003.seg", 3 * LOG_FRAME_BYTES);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_SHORTER, 1);
	made_start(&s->log, CHECKPOINT_LOSS);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_found(s, FOUND_LOSS_ACCEPTED, 1);
	assert_int_equal(s->result.last, 17);
	assert_int_equal(s->result.records, 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_turned_bit_is_found_where_it_is),
		STAGED(damage_that_a_start_signed_is_a_gap),
		STAGED(a_loss_that_was_accepted_is_told_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
