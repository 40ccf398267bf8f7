/* SPDX-License-Identifier: MPL-2.0
 *
 * A log of three segments for verify's tests, what it told of it, and ways to change the
 * files.
 */
#pragma once

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
	int64_t keep_ms;
};

static inline void take_finding(void *arg, const struct verify_finding *f)
{
	struct stage *s = arg;

	if (s->told.count[f->kind]++ == 0)
		s->told.first[f->kind] = *f;
}

static inline void take_progress(void *arg, uint64_t done, uint64_t all)
{
	struct stage *s = arg;

	assert_true(done <= all);
	s->told.progress++;
}

static inline enum verify_verdict verify_with(
	struct stage *s, const char *const *anchors, size_t n)
{
	struct verify_parts parts = { .folder = s->disk.path,
		.anchors = anchors,
		.anchor_n = n,
		.epoch_ms = EPOCH_MS,
		.keep_ms = s->keep_ms,
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

static inline enum verify_verdict verify(struct stage *s)
{
	return verify_with(s, NULL, 0);
}

/* The only finding, so often. */
static inline void assert_found(
	const struct stage *s, enum verify_kind kind, unsigned times)
{
	for (unsigned i = 0; i < FOUND_COUNT; i++)
		if (s->told.count[i] != (i == kind ? times : 0))
			fail_msg("%u times: %s", s->told.count[i],
				verify_sentence((enum verify_kind)i));
}

static inline const char *path_of(const struct stage *s, const char *name)
{
	static char path[128];

	disk_path(&s->disk, name, path);
	return path;
}

static inline void turn_byte(const struct stage *s, const char *name, long at)
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

static inline void cut(const struct stage *s, const char *name, long by)
{
	struct stat st;

	assert_int_equal(stat(path_of(s, name), &st), 0);
	assert_int_equal(truncate(path_of(s, name), st.st_size - by), 0);
}

static inline void copy_file(const char *from, const char *to)
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

static inline void fill(struct made_log *m)
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

static inline int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	disk_make(&s->disk);
	made_new(&s->log, s->disk.path, 1);
	fill(&s->log);
	*state = s;
	return 0;
}

static inline int tear_down(void **state)
{
	struct stage *s = *state;

	made_close(&s->log);
	folder_remove(s->disk.path);
	free(s);
	return 0;
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
