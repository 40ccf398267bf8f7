/* SPDX-License-Identifier: MPL-2.0
 *
 * Lines of `checkpoints`: what may follow what, who signs it, and what is told of starts,
 * clocks, late epochs and dropped events.
 */
#include "verify_stage.h"

static void a_clean_end_and_a_start_are_nothing_to_look_at(void **state)
{
	struct stage *s = *state;

	made_checkpoint(&s->log, CHECKPOINT_END);
	made_wait(&s->log, 10 * EPOCH_MS);
	made_start(&s->log, CHECKPOINT_START);
	assert_int_equal(verify(s), VERIFY_UNANCHORED);
	assert_found(s, FOUND_COUNT, 0);
}

static void what_never_ends_is_not_read(void **state)
{
	struct stage *s = *state;

	assert_int_equal(unlink(path_of(s, "checkpoints")), 0);
	assert_int_equal(symlink("/dev/zero", path_of(s, "checkpoints")), 0);
	assert_int_equal(verify(s), VERIFY_CANNOT);
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

/* Well signed, and true of an earlier record: only a writer gone wrong makes such a line.
 */
static void size_and_dropped_never_fall(void **state)
{
	struct stage *s = *state;
	struct log_place now = s->log.at;

	s->log.dropped = 2;
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	made_record(&s->log, 1, NULL);
	assert_int_equal(verify(s), VERIFY_NOTABLE);
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	s->log.at = now;
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_int_equal(s->told.count[FOUND_CHECKPOINT_ORDER], 1);
	s->log.dropped = 1;
	made_checkpoint(&s->log, CHECKPOINT_EPOCH);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_int_equal(s->told.count[FOUND_CHECKPOINT_ORDER], 2);
}

static void checkpoints_that_are_gone_are_found(void **state)
{
	struct stage *s = *state;

	assert_int_equal(unlink(path_of(s, "checkpoints")), 0);
	assert_int_equal(verify(s), VERIFY_BROKEN);
	assert_found(s, FOUND_CHECKPOINT_ORDER, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_clean_end_and_a_start_are_nothing_to_look_at),
		STAGED(what_never_ends_is_not_read),
		STAGED(an_unclean_start_is_told),
		STAGED(a_clean_start_after_no_end_is_refused),
		STAGED(a_step_of_the_clock_is_told_either_way),
		STAGED(a_late_epoch_and_dropped_events_are_told),
		STAGED(a_line_of_checkpoints_cannot_be_changed_doubled_or_taken_out),
		STAGED(size_and_dropped_never_fall),
		STAGED(checkpoints_that_are_gone_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
