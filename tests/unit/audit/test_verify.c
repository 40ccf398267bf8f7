/* SPDX-License-Identifier: MPL-2.0
 *
 * The verdict: of a log that holds, of one that is being written, and of what is none.
 */
#include "verify_stage.h"

static void a_log_without_an_anchor_is_consistent_and_no_more(void **state)
{
	struct stage *s = *state;

	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_found(s, FOUND_COUNT, 0);
	assert_int_equal(s->result.records, 16);
	assert_int_equal(s->result.last, 16);
	assert_int_equal(s->result.sealed, 16);
	assert_int_equal(s->result.segments, 3);
	assert_int_equal(s->result.checkpoints, 4);
	assert_int_equal(s->result.anchored_ms, 0);
	assert_int_equal(s->result.first_ms, INT64_C(1763816400000));
	assert_int_equal(s->result.last_ms, s->log.utc_ms);
}

static void what_is_being_written_is_not_judged(void **state)
{
	struct stage *s = *state;
	FILE *f;

	made_record(&s->log, 3, NULL);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_int_equal(s->result.last, 17);
	assert_int_equal(s->result.sealed, 16);
	cut(s, "00000003.seg", 100);
	f = fopen(path_of(s, "checkpoints"), "a");
	assert_non_null(f);
	assert_true(fputs("samtale-checkpoint 1 epo", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_found(s, FOUND_COUNT, 0);
	assert_int_equal(s->result.last, 16);
}

static void what_is_not_there_is_said_in_a_sentence(void **state)
{
	struct stage *s = *state, none = { .log = s->log };
	const char *anchors[] = { "/tmp/there/is/no/such/file" };

	none.log.segment = NULL;
	assert_int_equal(verify_with(s, anchors, 1), VERIFY_CANNOT);
	assert_non_null(s->result.sentence);
	none.disk = (struct log_place_on_disk){ "/tmp/there/is/no/such/folder" };
	assert_int_equal(verify(&none), VERIFY_CANNOT);
	assert_non_null(strstr(none.result.sentence, "no such folder"));
	disk_make(&none.disk);
	assert_int_equal(verify(&none), VERIFY_CANNOT);
	assert_non_null(strstr(none.result.sentence, "no log"));
	folder_remove(none.disk.path);
}

static void every_finding_says_what_it_means(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FOUND_COUNT; i++)
		assert_true(strlen(verify_sentence((enum verify_kind)i)) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_log_without_an_anchor_is_consistent_and_no_more),
		STAGED(what_is_being_written_is_not_judged),
		STAGED(what_is_not_there_is_said_in_a_sentence),
		cmocka_unit_test(every_finding_says_what_it_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
