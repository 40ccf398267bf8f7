/* SPDX-License-Identifier: MPL-2.0
 *
 * Anchors count wherever their words begin, prove what is older, and tell of a cut, of an
 * older copy and of another log.
 */
#include "verify_stage.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(an_anchor_counts_wherever_its_words_begin),
		STAGED(an_old_anchor_leaves_the_rest_unanchored),
		STAGED(a_cut_at_a_checkpoint_shows_in_an_anchor_alone),
		STAGED(another_log_of_the_same_node_differs_from_the_anchors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
