/* SPDX-License-Identifier: MPL-2.0
 *
 * A log on the disk as an auditor would see it: every record opened, in order. Fails the
 * test when one does not open; whether the chain holds is verify's to say.
 */
#pragma once

#include "log_fixture.h"

#include "samtale/audit/audit.h"
#include "samtale/audit/log.h"
#include "samtale/audit/verify.h"
#include "samtale/base/clock.h"

#include <errno.h>

#ifndef SEEN_MAX
#define SEEN_MAX 512
#endif

struct seen { /* the records of a folder */
	size_t n, segments;
	struct record of[SEEN_MAX];
	uint32_t segment[SEEN_MAX];
};

struct bench { /* a folder, its auditors, and what was anchored */
	struct log_place_on_disk disk;
	struct auditor_set auditors;
	struct key secrets[AUDITORS_MAX];
	struct key signing;
	struct audit_log_parts parts;
	struct audit_log *log;
	const char *sentence;
	char anchors[128];
	char last_anchor[CHECKPOINT_LINE_MAX];
	unsigned anchor_n;
};

static inline void bench_anchor(void *arg, const char *line)
{
	struct bench *b = arg;
	FILE *f = fopen(b->anchors, "a");

	assert_non_null(f);
	(void)fprintf(f, "%s\n", line);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(b->last_anchor, sizeof(b->last_anchor), "%s", line);
	b->anchor_n++;
}

static inline void bench_make(struct bench *b, size_t auditors)
{
	*b = (struct bench){ 0 };
	disk_make(&b->disk);
	disk_path(&b->disk, "anchors", b->anchors);
	b->auditors = set_some(auditors, b->secrets);
	b->signing = key_filled(0x44);
	b->parts = (struct audit_log_parts){ .folder = b->disk.path,
		.auditors = &b->auditors,
		.signing = &b->signing,
		.epoch_ms = 5 * MS_MINUTE,
		.anchor = bench_anchor,
		.arg = b };
}

static inline int bench_open(struct bench *b)
{
	return audit_log_open(&b->log, &b->parts, &b->sentence);
}

static inline void bench_close(struct bench *b)
{
	b->log = audit_log_close(b->log);
}

static inline void bench_remove(struct bench *b)
{
	bench_close(b);
	folder_remove(b->disk.path);
}

/* n records, one commit. */
static inline int bench_write(struct bench *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct record r = { .event = AUDIT_DAY_READ,
			.actor = (uint32_t)audit_log_next(b->log) };
		int done = audit_log_put(b->log, &r, false);

		if (done != 0)
			return done;
	}
	return audit_log_commit(b->log, false);
}

static inline struct verify_result bench_verify(const struct bench *b, bool anchored)
{
	const char *const anchors[] = { b->anchors };
	struct verify_parts parts = {
		.folder = b->disk.path, .anchors = anchors, .anchor_n = anchored
	};
	struct verify_result result;

	sign_public(&b->signing, parts.signing);
	assert_int_equal(verify_log(&parts, &result), 0);
	return result;
}

static inline size_t file_read_whole(const char *path, uint8_t **ret)
{
	FILE *f = fopen(path, "r");
	long len;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	len = ftell(f);
	assert_true(len >= 0);
	rewind(f);
	*ret = malloc((size_t)len + 1);
	assert_non_null(*ret);
	assert_int_equal(fread(*ret, 1, (size_t)len, f), len);
	assert_int_equal(fclose(f), 0);
	return (size_t)len;
}

static inline void segment_key(
	const struct bench *b, const struct segment_head *h, struct key *ret)
{
	struct opened_shares one, other;

	assert_true(shares_open(h, &b->secrets[0], &one) > 0);
	(void)shares_open(h, &b->secrets[b->auditors.n > 1], &other);
	assert_true(shares_join(h, &one, &other, ret));
}

static inline void segment_see(
	const struct bench *b, const uint8_t *at, size_t len, struct seen *ret)
{
	struct segment_head h;
	struct log_place place = { 0 };
	struct key k, rk;
	uint8_t plain[RECORD_BYTES];

	assert_int_equal(segment_head_read(at, &h), 0);
	segment_key(b, &h, &k);
	place.segment = h.number;
	place.sequence = h.first;
	memcpy(place.log_id, h.log_id, sizeof(h.log_id));
	memcpy(place.chain, h.chain, sizeof(h.chain));
	chain_enter(place.chain, &h);
	for (size_t i = SEGMENT_HEAD_BYTES; i + LOG_FRAME_BYTES <= len;
		i += LOG_FRAME_BYTES) {
		ratchet_step(&k, &rk);
		assert_int_equal(log_frame_open(&rk, &place, at + i, plain), 0);
		assert_true(ret->n < SEEN_MAX);
		ret->segment[ret->n] = h.number;
		assert_int_equal(record_read(plain, &ret->of[ret->n++]), 0);
		chain_next(place.chain, at + i);
		place.sequence++;
	}
	ret->segments++;
}

static inline void bench_see(const struct bench *b, struct seen *ret)
{
	char name[32], path[128];

	memset(ret, 0, sizeof(*ret));
	for (unsigned number = 1; number < 2000; number++) {
		uint8_t *at;
		size_t len;

		(void)snprintf(name, sizeof(name), "%08u.seg", number);
		disk_path(&b->disk, name, path);
		if (access(path, F_OK) != 0)
			continue;
		len = file_read_whole(path, &at);
		segment_see(b, at, len, ret);
		free(at);
	}
}

static inline size_t seen_count(const struct seen *s, enum audit_what what)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->of[i].event == what;
	return n;
}
