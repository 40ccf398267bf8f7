/* SPDX-License-Identifier: MPL-2.0
 *
 * What a start makes of what it finds: what was never acknowledged is cut, damage is kept
 * and told, and what must not go on is refused with a sentence that says what to do.
 */
#include "log_read.h"

static struct bench bench;
static struct seen seen;

static int begin(void **state)
{
	(void)state;
	bench_make(&bench, 1);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(bench_write(&bench, 9), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_remove(&bench);
	return 0;
}

/* As a crash would: no last word, no lock. */
static void crash(void)
{
	char from[128], to[128];
	struct log_place_on_disk copy;
	const char *const files[] = { "checkpoints", "00000001.seg", "00000002.seg",
		"00000003.seg", "anchors" };

	disk_make(&copy);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		uint8_t *at;
		size_t len;
		FILE *f;

		disk_path(&bench.disk, files[i], from);
		disk_path(&copy, files[i], to);
		if (access(from, F_OK) != 0)
			continue;
		len = file_read_whole(from, &at);
		f = fopen(to, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(at, 1, len, f), len);
		assert_int_equal(fclose(f), 0);
		free(at);
	}
	bench_remove(&bench);
	bench.disk = copy;
	disk_path(&bench.disk, "anchors", bench.anchors);
}

static void path_to(const char *name, char ret[128])
{
	disk_path(&bench.disk, name, ret);
}

static off_t size_of(const char *name)
{
	char path[128];
	struct stat st;

	path_to(name, path);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

static void cut_to(const char *name, off_t len)
{
	char path[128];

	path_to(name, path);
	assert_int_equal(truncate(path, len), 0);
}

static void flip(const char *name, off_t where)
{
	char path[128];
	uint8_t byte;
	int fd;

	path_to(name, path);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, where), 1);
	byte ^= 0x55;
	assert_int_equal(pwrite(fd, &byte, 1, where), 1);
	assert_int_equal(close(fd), 0);
}

static void refused(int outcome, const char *what_to_do)
{
	char before[CHECKPOINT_LINE_MAX];

	memcpy(before, bench.last_anchor, sizeof(before));
	assert_int_equal(bench_open(&bench), outcome);
	assert_null(bench.log);
	assert_non_null(strstr(bench.sentence, what_to_do));
	assert_string_equal(before, bench.last_anchor); /* it said nothing */
}

/* -- goes on ----------------------------------------------------------------------- */
static void an_end_that_was_none_is_told(void **state)
{
	(void)state;
	crash();
	assert_int_equal(bench_open(&bench), 0);
	assert_non_null(strstr(bench.last_anchor, " unclean "));
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen.n, 11);
	assert_int_equal(seen.of[10].event, AUDIT_LOG_STARTED_UNCLEAN);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
}

static void an_incomplete_last_frame_is_cut_wherever_it_ends(void **state)
{
	static const unsigned left[] = { 1, 16, 100, 288, 291 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(left); i++) {
		crash();
		cut_to("00000001.seg",
			SEGMENT_HEAD_BYTES + 9 * LOG_FRAME_BYTES + (off_t)left[i]);
		assert_int_equal(bench_open(&bench), 0);
		bench_close(&bench);
		assert_int_equal(size_of("00000001.seg"),
			SEGMENT_HEAD_BYTES + 9 * LOG_FRAME_BYTES);
		bench_see(&bench, &seen);
		assert_int_equal(seen.n, 10);
		assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
		if (i + 1 < ARRAY_LEN(left)) {
			(void)end(NULL);
			(void)begin(NULL);
		}
	}
}

static void a_half_written_checkpoint_is_cut_wherever_it_ends(void **state)
{
	(void)state;
	for (unsigned missing = 1; missing < 400; missing += 57) {
		clock_shift(bench.parts.epoch_ms);
		(void)audit_log_tick(bench.log);
		crash();
		cut_to("checkpoints", size_of("checkpoints") - (off_t)missing);
		assert_int_equal(unlink(bench.anchors), 0); /* never anchored */
		assert_int_equal(bench_open(&bench), 0);
		assert_non_null(strstr(bench.last_anchor, " unclean "));
		bench_close(&bench);
		assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
		(void)end(NULL);
		(void)begin(NULL);
	}
}

static void damage_after_the_last_checkpoint_is_kept_and_told(void **state)
{
	(void)state;
	crash();
	flip("00000001.seg", SEGMENT_HEAD_BYTES + 5 * LOG_FRAME_BYTES + 100);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 13); /* UNCLEAN, GAP */
	bench_close(&bench);
	assert_int_equal(
		size_of("00000001.seg"), SEGMENT_HEAD_BYTES + 10 * LOG_FRAME_BYTES);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
	path_to("00000001.seg", bench.anchors);
	assert_int_equal(unlink(bench.anchors), 0);
	bench_see(&bench, &seen);
	assert_int_equal(seen.of[1].event, AUDIT_LOG_GAP);
	assert_int_equal(seen.of[1].value, 1);
}

/* A right frame where it does not belong. */
static void a_frame_moved_after_the_last_checkpoint_is_damage(void **state)
{
	char path[128];
	uint8_t frame[LOG_FRAME_BYTES];
	int fd;

	(void)state;
	crash();
	path_to("00000001.seg", path);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(
		pread(fd, frame, sizeof(frame), SEGMENT_HEAD_BYTES + 5 * LOG_FRAME_BYTES),
		sizeof(frame));
	assert_int_equal(pwrite(fd, frame, sizeof(frame),
				 SEGMENT_HEAD_BYTES + 6 * LOG_FRAME_BYTES),
		sizeof(frame));
	assert_int_equal(close(fd), 0);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 13); /* UNCLEAN, GAP */
}

static void damage_before_a_checkpoint_is_told_and_breaks_the_log(void **state)
{
	(void)state;
	bench_close(&bench);
	flip("00000001.seg", SEGMENT_HEAD_BYTES + 5 * LOG_FRAME_BYTES + 100);
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 13);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_BROKEN);
}

static void a_missing_segment_in_between_is_told(void **state)
{
	char path[128];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		bench_close(&bench);
		assert_int_equal(bench_open(&bench), 0);
	}
	bench_close(&bench);
	path_to("00000002.seg", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_BROKEN);
	path_to("00000001.seg", path);
	assert_int_equal(unlink(path), 0);
	bench_see(&bench, &seen);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_GAP), 1);
	assert_int_equal(seen.of[2].value, 2);
}

static void starts_that_died_before_their_checkpoint_are_gone_on_from(void **state)
{
	(void)state;
	(void)end(NULL);
	bench_make(&bench, 1);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(bench_open(&bench), 0);
		crash();
		cut_to("checkpoints", 0);
	}
	assert_int_equal(bench_open(&bench), 0);
	assert_non_null(strstr(bench.last_anchor, " unclean "));
	assert_int_equal(audit_log_next(bench.log), 4);
}

/* -- refused ----------------------------------------------------------------------- */
static void a_log_that_is_too_short_is_refused_until_the_loss_is_accepted(void **state)
{
	(void)state;
	bench_close(&bench);
	cut_to("00000001.seg", SEGMENT_HEAD_BYTES + 7 * LOG_FRAME_BYTES);
	refused(AUDIT_LOG_E_SHORTER, "samtale audit accept-loss");
	refused(AUDIT_LOG_E_SHORTER, "samtale audit accept-loss"); /* nothing changed */
	bench.parts.accept_loss = true;
	assert_int_equal(bench_open(&bench), 0);
	assert_non_null(strstr(bench.last_anchor, " loss "));
	assert_int_equal(audit_log_next(bench.log), 13); /* 10 were, none again */
	bench_close(&bench);
	bench_see(&bench, &seen);
	assert_int_equal(seen_count(&seen, AUDIT_LOG_LOSS_ACCEPTED), 1);
	assert_int_equal(bench_verify(&bench, true).verdict, VERIFY_NOTABLE);
	bench.parts.accept_loss = false;
	assert_int_equal(bench_open(&bench), 0); /* and on from there */
}

static void a_log_without_its_segments_is_too_short(void **state)
{
	char path[128];

	(void)state;
	bench_close(&bench);
	path_to("00000001.seg", path);
	assert_int_equal(unlink(path), 0);
	refused(AUDIT_LOG_E_SHORTER, "newest copy");
	bench.parts.accept_loss = true;
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(audit_log_next(bench.log), 13);
}

static void the_log_of_another_node_is_refused(void **state)
{
	(void)state;
	bench_close(&bench);
	bench.signing = key_filled(0x45);
	refused(AUDIT_LOG_E_FOREIGN, "this node's own");
	bench.signing = key_filled(0x44);
	assert_int_equal(bench_open(&bench), 0);
}

static void files_mixed_from_two_logs_are_refused(void **state)
{
	char path[128], away[128];

	(void)state;
	bench_close(&bench);
	path_to("00000001.seg", path);
	path_to("kept", away);
	assert_int_equal(rename(path, away), 0);
	path_to("checkpoints", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bench_open(&bench), 0); /* another log */
	bench_close(&bench);
	path_to("00000001.seg", path);
	assert_int_equal(rename(away, path), 0);
	refused(AUDIT_LOG_E_FOREIGN, "mixed from two logs");
}

static void checkpoints_that_cannot_be_relied_on_are_refused(void **state)
{
	char path[128];

	(void)state;
	bench_close(&bench);
	flip("checkpoints", size_of("checkpoints") - 50);
	refused(AUDIT_LOG_E_DAMAGED, "`checkpoints`");
	flip("checkpoints", size_of("checkpoints") - 50);
	path_to("checkpoints", path);
	assert_int_equal(unlink(path), 0);
	refused(AUDIT_LOG_E_DAMAGED, "`checkpoints` is missing");
}

static void a_damaged_header_is_refused(void **state)
{
	(void)state;
	bench_close(&bench);
	flip("00000001.seg", 300);
	refused(AUDIT_LOG_E_DAMAGED, "header");
	cut_to("00000001.seg", 10);
	refused(AUDIT_LOG_E_DAMAGED, "header");
}

static void a_folder_that_is_none_is_told(void **state)
{
	char path[128];

	(void)state;
	bench_close(&bench);
	path_to("checkpoints", path);
	bench.parts.folder = path;
	assert_true(bench_open(&bench) < 0);
	assert_true(strlen(bench.sentence) > 20);
	bench.parts.folder = bench.disk.path;
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_end_that_was_none_is_told),
		T(an_incomplete_last_frame_is_cut_wherever_it_ends),
		T(a_half_written_checkpoint_is_cut_wherever_it_ends),
		T(damage_after_the_last_checkpoint_is_kept_and_told),
		T(a_frame_moved_after_the_last_checkpoint_is_damage),
		T(damage_before_a_checkpoint_is_told_and_breaks_the_log),
		T(a_missing_segment_in_between_is_told),
		T(starts_that_died_before_their_checkpoint_are_gone_on_from),
		T(a_log_that_is_too_short_is_refused_until_the_loss_is_accepted),
		T(a_log_without_its_segments_is_too_short),
		T(the_log_of_another_node_is_refused),
		T(files_mixed_from_two_logs_are_refused),
		T(checkpoints_that_cannot_be_relied_on_are_refused),
		T(a_damaged_header_is_refused),
		T(a_folder_that_is_none_is_told),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
