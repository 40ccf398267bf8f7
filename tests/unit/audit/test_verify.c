/* SPDX-License-Identifier: MPL-2.0
 *
 * What verify says of a log that holds, of one with something to look at, and of each
 * single way of breaking one.
 */
#include "log_fixture.h"
#include "made_log.h"

#include "samtale/audit/verify.h"

#define EPOCH_MS 300000

struct told {
	unsigned count[FOUND_COUNT];
	struct verify_finding first[FOUND_COUNT];
	uint64_t progress;
};

struct stage {
	struct log_place_on_disk disk;
	struct made_log log;
	struct told told;
	struct verify_result result;
};

static void take_finding(void *arg, const struct verify_finding *f)
{
	struct stage *s = arg;

	if (s->told.count[f->kind]++ == 0)
		s->told.first[f->kind] = *f;
}

static void take_progress(void *arg, uint64_t done, uint64_t all)
{
	struct stage *s = arg;

	assert_true(done <= all);
	s->told.progress++;
}

static enum verify_verdict verify_with(
	struct stage *s, const char *const *anchors, size_t n)
{
	struct verify_parts parts = { .folder = s->disk.path,
		.anchors = anchors,
		.anchor_n = n,
		.epoch_ms = EPOCH_MS,
		.found = take_finding,
		.progress = take_progress,
		.arg = s };

	s->told = (struct told){ 0 };
	memcpy(parts.signing, s->log.signing_public, sizeof(parts.signing));
	if (s->log.segment)
		assert_int_equal(fflush(s->log.segment), 0);
	assert_int_equal(verify_log(&parts, &s->result), 0);
	return s->result.verdict;
}

static enum verify_verdict verify(struct stage *s)
{
	return verify_with(s, NULL, 0);
}

/* The only finding, so often. */
static void assert_found(const struct stage *s, enum verify_kind kind, unsigned times)
{
	for (unsigned i = 0; i < FOUND_COUNT; i++)
		if (s->told.count[i] != (i == kind ? times : 0))
			fail_msg("%u times: %s", s->told.count[i],
				verify_sentence((enum verify_kind)i));
}

static const char *path_of(const struct stage *s, const char *name)
{
	static char path[128];

	disk_path(&s->disk, name, path);
	return path;
}

/* -- changing files ---------------------------------------------------------------- */
static void turn_byte(const struct stage *s, const char *name, long at)
{
	FILE *f = fopen(path_of(s, name), "r+b");
	int c;

	assert_non_null(f);
	assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	c = fgetc(f);
	assert_true(c >= 0);
	assert_int_equal(fseek(f, -1, SEEK_CUR), 0);
	assert_int_equal(fputc(c ^ 1, f), c ^ 1);
	assert_int_equal(fclose(f), 0);
}

static void cut(const struct stage *s, const char *name, long by)
{
	struct stat st;

	assert_int_equal(stat(path_of(s, name), &st), 0);
	assert_int_equal(truncate(path_of(s, name), st.st_size - by), 0);
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	static char buffer[1 << 20];
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	n = fread(buffer, 1, sizeof(buffer), in);
	assert_int_equal(fwrite(buffer, 1, n, out), n);
	assert_int_equal(fclose(in) | fclose(out), 0);
}

/* -- a log of three segments ------------------------------------------------------- */
static void fill(struct made_log *m)
{
	made_start(m, CHECKPOINT_START);
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned k = 0; k < 5; k++)
			made_record(m, 2, NULL);
		made_wait(m, EPOCH_MS);
		made_checkpoint(m, CHECKPOINT_EPOCH);
		if (i < 2)
			made_segment(m);
	}
}

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	disk_make(&s->disk);
	made_new(&s->log, s->disk.path, 1);
	fill(&s->log);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	made_close(&s->log);
	folder_remove(s->disk.path);
	free(s);
	return 0;
}

/* -- what holds -------------------------------------------------------------------- */
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

static void an_anchor_counts_wherever_its_words_begin(void **state)
{
	struct stage *s = *state;
	const char *anchors[] = { "/tmp", NULL };
	static char text[8192], journal[8192 + 200];
	char path[128];
	FILE *f = fopen(path_of(s, "checkpoints"), "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = 0;
	assert_int_equal(fclose(f), 0);
	text[n - 1] = 0;
	(void)snprintf(journal, sizeof(journal),
		"{\"MESSAGE\":\"samtale-checkpoint 1 epoch "
		"cut\"}\n{\"MESSAGE\":\"sealed: "
		"%s\",\"PRIORITY\":6}\n",
		strrchr(text, '\n') + 1);
	disk_path(&s->disk, "journal", path);
	text_write(path, journal);
	anchors[0] = path;
	assert_int_equal(verify_with(s, anchors, 1), VERIFY_OK);
	assert_int_equal(s->result.anchors, 1);
	assert_int_equal(s->result.anchored_ms, s->log.utc_ms);
	assert_found(s, FOUND_COUNT, 0);
}

static void an_old_anchor_leaves_the_rest_unanchored(void **state)
{
	struct stage *s = *state;
	char path[128];
	const char *anchors[] = { path };

	disk_path(&s->disk, "old", path);
	copy_file(path_of(s, "checkpoints"), path);
	for (unsigned i = 0; i < 3; i++) {
		made_wait(&s->log, EPOCH_MS);
		made_checkpoint(&s->log, CHECKPOINT_EPOCH);
		assert_int_equal(verify_with(s, anchors, 1),
			i < 2 ? VERIFY_OK : VERIFY_UNANCHORED);
	}
	assert_int_equal(s->result.anchors, 4);
	assert_int_equal(s->result.last_ms - s->result.anchored_ms, 3 * EPOCH_MS);
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

/* -- something to look at ---------------------------------------------------------- */
static void a_clean_end_and_a_start_are_nothing_to_look_at(void **state)
{
	struct stage *s = *state;

	made_checkpoint(&s->log, CHECKPOINT_END);
	made_wait(&s->log, 10 * EPOCH_MS);
	made_start(&s->log, CHECKPOINT_START);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_found(s, FOUND_COUNT, 0);
}

static void an_unclean_start_is_told(void **state)
{
	struct stage *s = *state;

	made_record(&s->log, 2, NULL);
	made_wait(&s->log, 10 * EPOCH_MS);
	made_reboot(&s->log);
	made_start(&s->log, CHECKPOINT_UNCLEAN);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_found(s, FOUND_UNCLEAN_START, 1);
}

static void a_clean_start_after_no_end_is_refused(void **state)
{
	struct stage *s = *state;

	made_start(&s->log, CHECKPOINT_START);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_CHECKPOINT_ORDER, 1);
}

static void a_step_of_the_clock_is_told_either_way(void **state)
{
	struct stage *s = *state;
	const int64_t steps[] = { -3600000, 3600000, 1999, -1999 };

	for (unsigned i = 0; i < ARRAY_LEN(steps); i++) {
		made_wait(&s->log, EPOCH_MS);
		s->log.utc_ms += steps[i];
		made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	}
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_found(s, FOUND_CLOCK_STEP, 2);
}

static void a_late_epoch_and_dropped_events_are_told(void **state)
{
	struct stage *s = *state;

	made_wait(&s->log, 2 * EPOCH_MS);
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	made_wait(&s->log, 2 * EPOCH_MS + 1);
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_found(s, FOUND_EPOCH_LATE, 1);
	s->log.dropped = 3;
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	assert_int_equal(s->told.count[FOUND_DROPPED], 1);
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

/* -- each way of breaking it ------------------------------------------------------- */
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

static void a_line_of_checkpoints_cannot_be_changed_doubled_or_taken_out(void **state)
{
	struct stage *s = *state;
	static char text[8192];
	char *line[5] = { text };
	FILE *f = fopen(path_of(s, "checkpoints"), "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = 0;
	assert_int_equal(fclose(f), 0);
	for (unsigned i = 1; i < 5; i++) {
		line[i] = strchr(line[i - 1], '\n') + 1;
		line[i][-1] = 0;
	}
	for (unsigned i = 0; i < 3; i++) {
		f = fopen(path_of(s, "checkpoints"), "w");
		assert_non_null(f);
		if (i == 0) /* doubled */
			(void)fprintf(f, "%s\n%s\n%s\n%s\n%s\n", line[0], line[1],
				line[1], line[2], line[3]);
		if (i == 1) /* taken out */
			(void)fprintf(f, "%s\n%s\n%s\n", line[0], line[2], line[3]);
		if (i == 2) { /* changed */
			line[1][strlen(line[1]) - 1] ^= 1;
			(void)fprintf(f, "%s\n%s\n%s\n%s\n", line[0], line[1], line[2],
				line[3]);
		}
		assert_int_equal(fclose(f), 0);
		assert_int_equal(verify(s), VERIFY_BROKEN);
		assert_true(i < 2 ? s->told.count[FOUND_CHECKPOINT_ORDER] > 0 : true);
	}
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

/* Cuts the log at its second checkpoint, as who holds the disk can. */
static void cut_at_a_checkpoint(struct stage *s)
{
	static char text[8192];
	FILE *f = fopen(path_of(s, "checkpoints"), "r");
	char *end;

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = 0;
	assert_int_equal(fclose(f), 0);
	end = strchr(strchr(text, '\n') + 1, '\n') + 1;
	*end = 0;
	text_write(path_of(s, "checkpoints"), text);
	assert_int_equal(unlink(path_of(s, "00000002.seg")), 0);
	assert_int_equal(unlink(path_of(s, "00000003.seg")), 0);
}

static void a_cut_at_a_checkpoint_shows_in_an_anchor_alone(void **state)
{
	struct stage *s = *state;
	char path[128];
	const char *anchors[] = { path };

	disk_path(&s->disk, "anchors", path);
	copy_file(path_of(s, "checkpoints"), path);
	cut_at_a_checkpoint(s);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_int_equal(verify_with(s, anchors, 1), VERIFY_BROKEN);
	assert_found(s, FOUND_ANCHOR_NEWER, 1);
	assert_int_equal(s->told.first[FOUND_ANCHOR_NEWER].sequence, 16);
}

static void another_log_of_the_same_node_differs_from_the_anchors(void **state)
{
	struct stage *s = *state;
	struct made_log other;
	char path[128];
	const char *anchors[] = { path };

	disk_path(&s->disk, "anchors", path);
	copy_file(path_of(s, "checkpoints"), path);
	assert_int_equal(unlink(path_of(s, "checkpoints")), 0);
	made_new(&other, s->disk.path, 1);
	other.signing = s->log.signing;
	fill(&other);
	made_close(&other);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_int_equal(verify_with(s, anchors, 1), VERIFY_BROKEN);
	assert_found(s, FOUND_ANCHOR_DIFFERS, 1);
	/* another node's anchors are in the same log server and say nothing */
	random_fill(s->log.signing_public, SIGN_PUBLIC);
	assert_int_equal(verify_with(s, anchors, 1), VERIFY_BROKEN);
	assert_found(s, FOUND_FOREIGN, 1);
}

/* -- what cannot be checked -------------------------------------------------------- */
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

static void checkpoints_that_are_gone_are_found(void **state)
{
	struct stage *s = *state;

	assert_int_equal(unlink(path_of(s, "checkpoints")), 0);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_CHECKPOINT_ORDER, 1);
}

static void every_finding_says_what_it_means(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FOUND_COUNT; i++)
		assert_true(strlen(verify_sentence((enum verify_kind)i)) > 20);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_log_without_an_anchor_is_consistent_and_no_more),
		STAGED(an_anchor_counts_wherever_its_words_begin),
		STAGED(an_old_anchor_leaves_the_rest_unanchored),
		STAGED(what_is_being_written_is_not_judged),
		STAGED(deleted_segments_are_proven_by_their_links),
		STAGED(a_clean_end_and_a_start_are_nothing_to_look_at),
		STAGED(an_unclean_start_is_told),
		STAGED(a_clean_start_after_no_end_is_refused),
		STAGED(a_step_of_the_clock_is_told_either_way),
		STAGED(a_late_epoch_and_dropped_events_are_told),
		STAGED(damage_that_a_start_signed_is_a_gap),
		STAGED(a_loss_that_was_accepted_is_told_and_no_more),
		STAGED(a_turned_bit_is_found_where_it_is),
		STAGED(a_line_of_checkpoints_cannot_be_changed_doubled_or_taken_out),
		STAGED(swapped_and_missing_segments_are_found),
		STAGED(a_cut_at_a_checkpoint_shows_in_an_anchor_alone),
		STAGED(another_log_of_the_same_node_differs_from_the_anchors),
		STAGED(what_is_not_there_is_said_in_a_sentence),
		STAGED(checkpoints_that_are_gone_are_found),
		cmocka_unit_test(every_finding_says_what_it_means),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
