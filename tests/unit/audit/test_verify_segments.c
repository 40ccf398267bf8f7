/* SPDX-License-Identifier: MPL-2.0
 *
 * Segments that were deleted, swapped, taken away or put there.
 */
#include "verify_stage.h"

static void deleted_segments_are_proven_by_their_links(void **state)
{
	struct stage *s = *state;

	made_prune(&s->log, 1);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	made_prune(&s->log, 1);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_found(s, FOUND_COUNT, 0);
	assert_int_equal(s->result.records, 5);
	assert_int_equal(s->result.last, 16);
	assert_int_equal(s->result.segments, 1);
	turn_byte(s, "chain",
		24 + 80 + 2 * 32); /* the third record's link: between checkpoints */
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	turn_byte(s, "chain", 24 + 80 + 5 * 32);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_CHAIN_BROKEN, 1);
	cut(s, "chain", 32);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_int_equal(s->told.count[FOUND_SEGMENT_MISSING], 1);
}

static void links_of_what_should_still_be_kept_are_found(void **state)
{
	struct stage *s = *state;

	s->keep_ms = 10 * EPOCH_MS;
	made_prune(&s->log, 1);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_DELETED_EARLY, 1);
	made_wait(&s->log, 10 * EPOCH_MS);
	made_start(&s->log, CHECKPOINT_UNCLEAN);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_found(s, FOUND_UNCLEAN_START, 1);
}

static void swapped_and_missing_segments_are_found(void **state)
{
	struct stage *s = *state;
	char one[128], two[128], three[128];

	disk_path(&s->disk, "00000001.seg", one);
	disk_path(&s->disk, "00000002.seg", two);
	disk_path(&s->disk, "aside", three);
	assert_int_equal(rename(one, three) | rename(two, one) | rename(three, two), 0);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_int_equal(s->told.count[FOUND_SEGMENT_SWAPPED], 2);
	assert_int_equal(unlink(one), 0);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_int_equal(s->told.count[FOUND_SEGMENT_MISSING], 1);
	text_write(path_of(s, "99999999.seg"), "far away");
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_int_equal(s->told.count[FOUND_SEGMENT_MISSING], 2);
}

static void bytes_behind_the_last_block_are_found_but_in_the_newest_segment(void **state)
{
	struct stage *s = *state;

	for (unsigned number = 3; number >= 2; number--) {
		FILE *f = fopen(
			path_of(s, number == 3 ? "00000003.seg" : "00000002.seg"), "ab");

		assert_non_null(f);
		assert_true(fputs("some bytes", f) >= 0);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(
			verify(s), number == 3 ? VERIFY_UNANCHORED : VERIFY_BROKEN);
		assert_found(s, FOUND_FRAME_DAMAGED, number == 3 ? 0 : 1);
	}
	assert_int_equal(s->told.first[FOUND_FRAME_DAMAGED].segment, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(deleted_segments_are_proven_by_their_links),
		STAGED(links_of_what_should_still_be_kept_are_found),
		STAGED(swapped_and_missing_segments_are_found),
		STAGED(bytes_behind_the_last_block_are_found_but_in_the_newest_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
