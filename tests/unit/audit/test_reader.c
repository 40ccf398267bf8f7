/* SPDX-License-Identifier: MPL-2.0
 *
 * What a bundle and shares show: all of it to those who are enough, no meeting whose key
 * is gone, and what does not open is said.
 */
#include "reader_stage.h"

static void as_many_auditors_as_the_scheme_needs_read_it_all(void **state)
{
	static const struct {
		size_t auditors;
		unsigned a, b;
	} cases[] = { { 1, SHARE_A, 0 }, { 2, SHARE_A, SHARE_B }, { 2, SHARE_B, SHARE_A },
		{ 3, SHARE_A, SHARE_B }, { 3, SHARE_C, SHARE_A },
		{ 3, SHARE_B, SHARE_C } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage *s = stage_new(cases[i].auditors);
		struct log_reader *r = NULL;
		struct bundle_facts facts;

		write_all(s);
		assert_int_equal(open_with(s, BUNDLE, &r, cases[i].a, cases[i].b), 0);
		log_reader_facts(r, &facts);
		assert_int_equal(facts.records, 19);
		assert_int_equal(facts.segments, 3);
		assert_int_equal(facts.keys, 3);
		assert_memory_equal(
			facts.signing, s->log.signing_public, sizeof(facts.signing));
		assert_int_equal(read_to_the_end(r, 19), 9);
		(void)log_reader_close(r);
		stage_free(s);
	}
}

static void a_meeting_whose_key_is_gone_is_not_shown(void **state)
{
	struct stage *s = stage_new(3);
	struct log_reader *r = NULL;

	(void)state;
	s->is_gone[1] = true;
	write_all(s);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, SHARE_B), 0);
	assert_int_equal(read_to_the_end(r, 19), 6);
	(void)log_reader_close(r);
	stage_free(s);
}

/* All auditors together, the node's signing key and every key of other meetings: the
 * inner part of a shredded meeting opens with none of them. */
static void after_shredding_no_combination_of_keys_opens_the_inner_part(void **state)
{
	struct stage *s = stage_new(3);
	const char *shares[] = { s->path[SHARE_A], s->path[SHARE_B], s->path[SHARE_C] };
	struct log_reader *r = NULL;
	struct read_record got;
	struct record_proof proof;
	struct key inner[3];
	unsigned closed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(inner); i++)
		record_inner_key(&s->mk[i], &inner[i]);
	s->is_gone[1] = true;
	write_all(s);
	assert_int_equal(log_reader_open(&r, s->path[BUNDLE], shares, 3), 0);
	while (log_reader_next(r, &got) == 0) {
		const struct key *tries[] = { &inner[0], &inner[2], &s->mk[0], &s->mk[2],
			&s->log.secrets[0], &s->log.secrets[1], &s->log.secrets[2],
			&s->log.signing, &proof.rk };

		if (!got.record.has_inner || got.has_meeting)
			continue;
		log_reader_proof(r, &proof);
		closed++;
		for (size_t i = 0; i < ARRAY_LEN(tries); i++)
			assert_int_equal(
				record_open_inner(&got.record, tries[i], s->log.at.log_id,
					got.sequence, &got.inner),
				RECORD_E_BAD);
		assert_int_equal(record_open_inner(&got.record, &inner[1],
					 s->log.at.log_id, got.sequence, &got.inner),
			0); /* the only one that would */
	}
	assert_int_equal(closed, 3);
	(void)log_reader_close(r);
	stage_free(s);
}

static void a_record_that_does_not_open_is_said_and_the_next_ones_are_shown(void **state)
{
	struct stage *s = stage_new(1);
	struct log_reader *r = NULL;
	struct read_record got;
	char path[128];
	FILE *f;

	(void)state;
	disk_path(&s->disk, "00000002.seg", path);
	f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(
		fseek(f, SEGMENT_HEAD_BYTES + LOG_FRAME_BYTES + 40, SEEK_SET), 0);
	assert_int_equal(fputc(1, f), 1);
	assert_int_equal(fputc(2, f), 2);
	assert_int_equal(fclose(f), 0);
	write_all(s);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), 0);
	for (unsigned i = 1; i <= 19; i++) {
		/* the chain is another one from there to the segment's end */
		bool is_bad = i >= 9 && i <= 13;

		assert_int_equal(log_reader_next(r, &got), is_bad ? READER_E_BAD : 0);
		assert_int_equal(got.sequence, i);
	}
	assert_int_equal(log_reader_next(r, &got), READER_E_END);
	(void)log_reader_close(r);
	stage_free(s);
}

/* Other auditors from a segment on: the old ones read the old, the new ones the new. */
static void a_segment_of_other_auditors_stays_closed(void **state)
{
	struct stage *s = stage_new(1);
	struct log_reader *r = NULL;
	struct read_record got;

	(void)state;
	public_pair(&s->log.secrets[1], s->log.auditors.of[0].key);
	made_segment(&s->log);
	made_record(&s->log, 1, NULL);
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	assert_int_equal(write_bundle(s, BUNDLE, 0, INT64_MAX), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(share_write(s->path[SHARE_A + i], s->path[BUNDLE],
					 &s->log.secrets[i]),
			0);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_B, 0), 0);
	for (unsigned i = 0; i < 3; i++) { /* once for each closed segment */
		assert_int_equal(log_reader_next(r, &got), READER_E_BAD);
		assert_int_equal(got.segment, i + 1);
	}
	assert_int_equal(log_reader_next(r, &got), 0);
	assert_int_equal(got.sequence, 20);
	assert_int_equal(log_reader_next(r, &got), READER_E_END);
	r = log_reader_close(r);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, SHARE_B), 0);
	assert_int_equal(read_to_the_end(r, 20), 9);
	(void)log_reader_close(r);
	stage_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_auditors_as_the_scheme_needs_read_it_all),
		cmocka_unit_test(a_meeting_whose_key_is_gone_is_not_shown),
		cmocka_unit_test(
			after_shredding_no_combination_of_keys_opens_the_inner_part),
		cmocka_unit_test(
			a_record_that_does_not_open_is_said_and_the_next_ones_are_shown),
		cmocka_unit_test(a_segment_of_other_auditors_stays_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
