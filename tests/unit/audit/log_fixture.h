/* SPDX-License-Identifier: MPL-2.0
 *
 * Fixed values for the codecs of the sealed log, and a folder of its own for each test.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/audit/auditor.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline struct key key_filled(uint8_t fill)
{
	struct key k;

	memset(k.at, fill, sizeof(k.at));
	return k;
}

static inline void bytes_count_up(void *at, size_t len, uint8_t first)
{
	uint8_t *b = at;

	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)(first + i);
}

static inline struct record record_some(void)
{
	struct record r = { .event = 0x0102,
		.outcome = 1,
		.purpose = 2,
		.role = 3,
		.source = RECORD_COMMAND,
		.utc_ms = INT64_C(1763816400123),
		.boot_ms = 987654321,
		.actor = 7,
		.subject = 8,
		.value = 0x01020304,
		.node = UINT64_C(0x1122334455667788) };

	bytes_count_up(r.boot_id, sizeof(r.boot_id), 0x10);
	bytes_count_up(r.request_id, sizeof(r.request_id), 0x20);
	return r;
}

static inline struct record_inner inner_some(void)
{
	return (struct record_inner){ .meeting = INT64_C(0x0011223344556677),
		.value = 42,
		.case_len = 9,
		.case_ref = "26/004711" };
}

static inline struct log_place place_some(void)
{
	struct log_place p = { .segment = 3, .sequence = 70000 };

	bytes_count_up(p.log_id, sizeof(p.log_id), 0x30);
	bytes_count_up(p.chain, sizeof(p.chain), 0x40);
	return p;
}

static inline struct segment_head head_some(void)
{
	struct segment_head h = { .scheme = SHARE_TWO_OF_THREE,
		.number = 3,
		.first = 70000,
		.utc_ms = INT64_C(1763816400123) };

	bytes_count_up(h.log_id, sizeof(h.log_id), 0x30);
	bytes_count_up(h.chain, sizeof(h.chain), 0x40);
	bytes_count_up(h.auditors, sizeof(h.auditors), 0x50);
	bytes_count_up(h.shares, sizeof(h.shares), 0x60);
	return h;
}

static inline struct checkpoint checkpoint_some(void)
{
	struct checkpoint c = { .kind = CHECKPOINT_EPOCH,
		.size = 70000,
		.epoch = 12,
		.utc_ms = INT64_C(1763816400123),
		.boot_ms = 987654321,
		.dropped = 5 };

	bytes_count_up(c.log_id, sizeof(c.log_id), 0x30);
	bytes_count_up(c.chain, sizeof(c.chain), 0x40);
	bytes_count_up(c.boot_id, sizeof(c.boot_id), 0x10);
	bytes_count_up(c.next, sizeof(c.next), 0x70);
	return c;
}

#ifndef LOG_DISK
#define LOG_DISK "/tmp"
#endif

/* -- folders ----------------------------------------------------------------------- */
struct log_place_on_disk {
	char path[64];
};

static inline void disk_make(struct log_place_on_disk *p)
{
	*p = (struct log_place_on_disk){ LOG_DISK "/samtale-log-XXXXXX" };
	if (mkdtemp(p->path))
		return;
	*p = (struct log_place_on_disk){ "/tmp/samtale-log-XXXXXX" };
	assert_non_null(mkdtemp(p->path));
}

static inline void disk_path(
	const struct log_place_on_disk *p, const char *name, char ret[128])
{
	(void)snprintf(ret, 128, "%.63s/%.60s", p->path, name);
}

/* The folder, its files, and one level of folders in it. */
static inline void folder_remove(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char below[512];

	assert_non_null(d);
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(below, sizeof(below), "%.200s/%.255s", path, e->d_name);
		if (unlink(below) != 0)
			folder_remove(below);
	}
	(void)closedir(d);
	assert_int_equal(rmdir(path), 0);
}

static inline void text_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The auditors made here and now; *ret_secrets may be NULL. */
static inline struct auditor_set set_some(size_t n, struct key *ret_secrets)
{
	struct auditor_set s = { .scheme = (enum share_scheme)n, .n = n };

	for (size_t i = 0; i < n; i++) {
		struct key secret;

		(void)snprintf(s.of[i].name, sizeof(s.of[i].name), "a%u", (unsigned)i);
		public_pair(&secret, s.of[i].key);
		if (ret_secrets)
			ret_secrets[i] = secret;
	}
	return s;
}
