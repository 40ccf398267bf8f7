/* SPDX-License-Identifier: MPL-2.0
 *
 * A folder of its own for each test, rows that are filled in, and a vault that counts
 * what was put on record.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/store/call.h"
#include "samtale/store/desk.h"
#include "samtale/store/keys_db.h"
#include "samtale/store/meeting.h"
#include "samtale/store/memory.h"
#include "samtale/store/record.h"
#include "samtale/store/retention.h"
#include "samtale/store/sqlite.h"
#include "samtale/store/stats.h"
#include "samtale/store/user.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/vault.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOON INT64_C(1764590400000) /* Monday 2025-12-01 12:00 UTC */

struct folder {
	char path[64];
};

static inline void folder_make(struct folder *f)
{
	*f = (struct folder){ .path = "/tmp/samtale-store-XXXXXX" };
	assert_non_null(mkdtemp(f->path));
}

/* Good until the call after the next. */
static inline const char *in_folder(struct folder *f, const char *name)
{
	static char files[2][96];
	static unsigned next;
	char *at = files[next++ % 2];

	(void)snprintf(at, sizeof(files[0]), "%s/%s", f->path, name);
	return at;
}

static inline void folder_remove(struct folder *f)
{
	DIR *dir = opendir(f->path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(dir), e->d_name, 0), 0);
	closedir(dir);
	assert_int_equal(rmdir(f->path), 0);
}

static inline struct node_key *fixture_node(struct folder *f)
{
	struct node_key *n = NULL;

	assert_int_equal(node_key_create(in_folder(f, "node.key")), 0);
	assert_int_equal(node_key_load(&n, in_folder(f, "node.key")), 0);
	return n;
}

static inline struct store *fixture_open(struct folder *f)
{
	struct sqlite_parts parts = { .path = in_folder(f, "samtale.db") };
	const char *sentence = "";
	struct store *s = NULL;
	int r = sqlite_store_open(&s, &parts, &sentence);

	if (r)
		print_error("%d %s\n", r, sentence);
	assert_int_equal(r, 0);
	return s;
}

static inline struct user fixture_user(const char *name)
{
	struct user u = { .roles = USER_CONSULTANT, .created_ms = NOON };

	(void)snprintf(u.name, sizeof(u.name), "%s", name);
	(void)snprintf(u.given, sizeof(u.given), "Mette");
	(void)snprintf(u.team, sizeof(u.team), "job");
	return u;
}

static inline struct token_hash fixture_hash(uint8_t fill)
{
	struct token_hash h;

	memset(h.at, fill, sizeof(h.at));
	return h;
}

static inline struct booking fixture_booking(int64_t id, int64_t owner)
{
	struct booking b = { .id = id,
		.number = (uint32_t)(10000000 + id),
		.owner = owner,
		.starts_ms = NOON,
		.minutes = 30,
		.form = BOOKING_VIDEO,
		.chosen_by = CHOSEN_BY_CITIZEN,
		.state = BOOKING_BOOKED,
		.language = "da",
		.team = "job",
		.contact_phone = "+4575000000",
		.has_link = true,
		.created_ms = NOON,
		.changed_ms = NOON };

	random_fill(b.link.at, sizeof(b.link.at));
	random_fill(b.pin.at, sizeof(b.pin.at));
	return b;
}

/* Does any file of the folder hold these bytes? */
static inline bool folder_holds(struct folder *f, struct bytes needle)
{
	DIR *dir = opendir(f->path);
	struct dirent *e;
	bool found = false;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		struct stat st;
		uint8_t *all;
		int fd;

		if (e->d_name[0] == '.')
			continue;
		fd = openat(dirfd(dir), e->d_name, O_RDONLY);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		all = malloc((size_t)st.st_size + 1);
		assert_non_null(all);
		assert_int_equal(read(fd, all, (size_t)st.st_size), st.st_size);
		found = found || memmem(all, (size_t)st.st_size, needle.at, needle.len);
		free(all);
		close(fd);
	}
	closedir(dir);
	return found;
}

/* A record function that counts, and refuses when told so. */
struct fixture_record {
	unsigned uses;
	int refuse;
};

static inline int fixture_record(void *arg, const struct vault_use *use)
{
	struct fixture_record *r = arg;

	(void)use;
	if (r->refuse)
		return r->refuse;
	r->uses++;
	return 0;
}
