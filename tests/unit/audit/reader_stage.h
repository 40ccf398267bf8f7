/* SPDX-License-Identifier: MPL-2.0
 *
 * A log of 19 records, nine of them of three meetings, and its way to those who read it.
 */
#pragma once

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

static inline int next_key(
	void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key)
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

static inline struct stage *stage_new(size_t auditors)
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

static inline void stage_free(struct stage *s)
{
	made_close(&s->log);
	folder_remove(s->disk.path);
	folder_remove(s->out.path);
	free(s);
}

static inline int write_bundle(struct stage *s, unsigned which, int64_t from, int64_t to)
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

static inline void write_all(struct stage *s)
{
	assert_int_equal(write_bundle(s, BUNDLE, 0, INT64_MAX), 0);
	for (size_t i = 0; i < s->log.auditors.n; i++)
		assert_int_equal(share_write(s->path[SHARE_A + i], s->path[BUNDLE],
					 &s->log.secrets[i]),
			0);
}

static inline int open_with(
	struct stage *s, unsigned bundle, struct log_reader **ret, unsigned a, unsigned b)
{
	const char *shares[] = { s->path[a], s->path[b] };

	return log_reader_open(ret, s->path[bundle], shares, b ? 2 : 1);
}

/* Reads it to its end. Returns the records with a meeting. */
static inline unsigned read_to_the_end(struct log_reader *r, unsigned records)
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
