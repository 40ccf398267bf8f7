/* SPDX-License-Identifier: MPL-2.0
 *
 * A bundle, shares of it, and what they show: all of it to those who are enough, nothing
 * to anyone else, and no meeting whose key is gone.
 */
#include "log_fixture.h"
#include "made_log.h"

#include "samtale/audit/reader.h"

#include <errno.h>

#define HOUR 3600000

struct stage {
	struct log_place_on_disk disk, out;
	struct made_log log;
	struct key mk[3];
	bool is_gone[3];
	size_t next;
	char path[8][128];
};

enum { BUNDLE, SHARE_A, SHARE_B, SHARE_C, OTHER };

static int next_key(void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key)
{
	struct stage *s = arg;

	while (s->next < ARRAY_LEN(s->mk) && s->is_gone[s->next])
		s->next++;
	*ret_key = s->next < ARRAY_LEN(s->mk);
	if (!*ret_key)
		return 0;
	*ret_meeting = (int64_t)s->next;
	*ret_mk = s->mk[s->next++];
	return 0;
}

static struct stage *stage_new(size_t auditors)
{
	static const char *const names[] = { "bundle", "a", "b", "c", "other" };
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	disk_make(&s->disk);
	disk_make(&s->out);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		disk_path(&s->out, names[i], s->path[i]);
	made_new(&s->log, s->disk.path, auditors);
	for (size_t i = 0; i < ARRAY_LEN(s->mk); i++)
		random_fill(s->mk[i].at, KEY_BYTES);
	made_start(&s->log, CHECKPOINT_START);
	for (unsigned segment = 0; segment < 3; segment++) {
		for (unsigned i = 0; i < 6; i++)
			made_record(&s->log, (uint16_t)i, i % 2 ? &s->mk[i / 2] : NULL);
		made_wait(&s->log, HOUR);
		made_checkpoint(&s->log, CHECKPOINT_EPOCH);
		if (segment < 2)
			made_segment(&s->log);
	}
	return s;
}

static void stage_free(struct stage *s)
{
	made_close(&s->log);
	folder_remove(s->disk.path);
	folder_remove(s->out.path);
	free(s);
}

static int write_bundle(struct stage *s, unsigned which, int64_t from, int64_t to)
{
	struct bundle_parts parts = { .folder = s->disk.path,
		.auditors = &s->log.auditors,
		.from_ms = from,
		.to_ms = to,
		.next_key = next_key,
		.arg = s };

	s->next = 0;
	memcpy(parts.signing, s->log.signing_public, sizeof(parts.signing));
	return bundle_write(s->path[which], &parts);
}

static void write_all(struct stage *s)
{
	assert_int_equal(write_bundle(s, BUNDLE, 0, INT64_MAX), 0);
	for (size_t i = 0; i < s->log.auditors.n; i++)
		assert_int_equal(share_write(s->path[SHARE_A + i], s->path[BUNDLE],
					 &s->log.secrets[i]),
			0);
}

static int open_with(
	struct stage *s, unsigned bundle, struct log_reader **ret, unsigned a, unsigned b)
{
	const char *shares[] = { s->path[a], s->path[b] };

	return log_reader_open(ret, s->path[bundle], shares, b ? 2 : 1);
}

/* Reads it to its end. Returns the records with a meeting. */
static unsigned read_to_the_end(struct log_reader *r, unsigned records)
{
	struct read_record got;
	unsigned meetings = 0;

	for (unsigned i = 1; i <= records; i++) {
		assert_int_equal(log_reader_next(r, &got), 0);
		assert_int_equal(got.sequence, i);
		assert_int_equal(got.record.actor, 1 + i % 7);
		if (got.has_meeting) {
			meetings++;
			assert_int_equal(got.inner.meeting, i);
			assert_int_equal(got.inner.case_len, 4);
			assert_memory_equal(got.inner.case_ref, "26-1", 4);
		}
	}
	assert_int_equal(log_reader_next(r, &got), READER_E_END);
	assert_int_equal(log_reader_next(r, &got), READER_E_END);
	return meetings;
}

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

static void too_few_the_same_twice_and_strangers_open_nothing(void **state)
{
	struct stage *s = stage_new(3);
	struct log_reader *r = NULL;
	struct key stranger;
	uint8_t public_key[BOX_PUBLIC];

	(void)state;
	write_all(s);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), READER_E_FEW);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, SHARE_A), READER_E_TWICE);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, OTHER), READER_E_MISSING);
	assert_int_equal(open_with(s, BUNDLE, &r, BUNDLE, SHARE_A), READER_E_BAD);
	assert_int_equal(open_with(s, OTHER, &r, SHARE_A, SHARE_B), READER_E_MISSING);
	assert_int_equal(open_with(s, SHARE_A, &r, SHARE_A, SHARE_B), READER_E_BAD);
	public_pair(&stranger, public_key);
	assert_int_equal(
		share_write(s->path[OTHER], s->path[BUNDLE], &stranger), READER_E_KEY);
	assert_int_equal(
		share_write(s->path[OTHER], s->path[SHARE_A], &stranger), READER_E_BAD);
	assert_int_equal(
		share_write(s->path[SHARE_A], s->path[BUNDLE], &s->log.secrets[0]),
		-EEXIST);
	assert_null(r);
	stage_free(s);
}

static void a_share_of_another_bundle_is_refused(void **state)
{
	struct stage *s = stage_new(2);
	struct log_reader *r = NULL;

	(void)state;
	write_all(s);
	assert_int_equal(write_bundle(s, OTHER, 0, INT64_MAX), 0);
	assert_int_equal(open_with(s, OTHER, &r, SHARE_A, SHARE_B), READER_E_OTHER);
	assert_int_equal(write_bundle(s, OTHER, 0, INT64_MAX), -EEXIST);
	stage_free(s);
}

static void whole_segments_that_touch_the_time_are_taken(void **state)
{
	static const struct {
		int64_t from, to;
		uint32_t segments;
	} cases[] = { { 0, HOUR, 1 }, { 0, HOUR + 1, 2 }, { HOUR, 2 * HOUR, 1 },
		{ 10 * HOUR, 20 * HOUR, 1 }, { HOUR - 1, HOUR, 1 }, { -HOUR, 0, 0 } };
	struct stage *s = stage_new(1);
	int64_t start = s->log.utc_ms - (int64_t)3 * HOUR;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct log_reader *r = NULL;
		struct bundle_facts facts;

		int result = write_bundle(
			s, BUNDLE, start + cases[i].from, start + cases[i].to);
		if (cases[i].segments == 0) {
			assert_int_equal(result, READER_E_MISSING);
			continue;
		}
		assert_int_equal(result, 0);
		assert_int_equal(share_write(s->path[SHARE_A], s->path[BUNDLE],
					 &s->log.secrets[0]),
			0);
		assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), 0);
		log_reader_facts(r, &facts);
		assert_int_equal(facts.segments, cases[i].segments);
		assert_int_equal(facts.from_ms, start + cases[i].from);
		(void)log_reader_close(r);
		assert_int_equal(unlink(s->path[BUNDLE]) | unlink(s->path[SHARE_A]), 0);
	}
	stage_free(s);
}

/* -- keys that are gone ------------------------------------------------------------ */
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
	unsigned closed = 0;

	(void)state;
	s->is_gone[1] = true;
	write_all(s);
	assert_int_equal(log_reader_open(&r, s->path[BUNDLE], shares, 3), 0);
	while (log_reader_next(r, &got) == 0) {
		const struct key *tries[] = { &s->mk[0], &s->mk[2], &s->log.secrets[0],
			&s->log.secrets[1], &s->log.secrets[2], &s->log.signing,
			&proof.rk };

		if (!got.record.has_inner || got.has_meeting)
			continue;
		log_reader_proof(r, &proof);
		closed++;
		for (size_t i = 0; i < ARRAY_LEN(tries); i++)
			assert_int_equal(
				record_open_inner(&got.record, tries[i], s->log.at.log_id,
					got.sequence, &got.inner),
				RECORD_E_BAD);
		assert_int_equal(record_open_inner(&got.record, &s->mk[1],
					 s->log.at.log_id, got.sequence, &got.inner),
			0); /* the only one that would */
	}
	assert_int_equal(closed, 3);
	(void)log_reader_close(r);
	stage_free(s);
}

/* -- damage ------------------------------------------------------------------------ */
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

static void every_turned_bit_of_bundle_and_share_is_noticed(void **state)
{
	struct stage *s = stage_new(1);
	static uint8_t at[1 << 16];

	(void)state;
	write_all(s);
	for (unsigned which = BUNDLE; which <= SHARE_A; which++) {
		FILE *f = fopen(s->path[which], "r+b");
		size_t len = fread(at, 1, sizeof(at), f);

		assert_true(len > 100 && len < sizeof(at));
		for (size_t i = 0; i < len; i += len / 97 + 1) {
			struct log_reader *r = NULL;

			at[i] ^= 4;
			rewind(f);
			assert_int_equal(fwrite(at, 1, len, f), len);
			assert_int_equal(fflush(f), 0);
			assert_int_equal(
				open_with(s, BUNDLE, &r, SHARE_A, 0), READER_E_BAD);
			at[i] ^= 4;
		}
		rewind(f);
		assert_int_equal(fwrite(at, 1, len, f), len);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(truncate(s->path[which], (off_t)len - 1), 0);
		struct log_reader *r = NULL;
		assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), READER_E_BAD);
		f = fopen(s->path[which], "wb");
		assert_int_equal(fwrite(at, 1, len, f), len);
		assert_int_equal(fclose(f), 0);
	}
	stage_free(s);
}

static void what_others_may_not_read_they_may_not(void **state)
{
	struct stage *s = stage_new(1);
	struct stat st;

	(void)state;
	write_all(s);
	assert_int_equal(stat(s->path[BUNDLE], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(s->path[SHARE_A], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
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
		cmocka_unit_test(too_few_the_same_twice_and_strangers_open_nothing),
		cmocka_unit_test(a_share_of_another_bundle_is_refused),
		cmocka_unit_test(whole_segments_that_touch_the_time_are_taken),
		cmocka_unit_test(a_meeting_whose_key_is_gone_is_not_shown),
		cmocka_unit_test(
			after_shredding_no_combination_of_keys_opens_the_inner_part),
		cmocka_unit_test(
			a_record_that_does_not_open_is_said_and_the_next_ones_are_shown),
		cmocka_unit_test(every_turned_bit_of_bundle_and_share_is_noticed),
		cmocka_unit_test(what_others_may_not_read_they_may_not),
		cmocka_unit_test(a_segment_of_other_auditors_stays_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
