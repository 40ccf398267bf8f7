/* SPDX-License-Identifier: MPL-2.0
 *
 * Which segments there are: files, and links that `chain` keeps of deleted ones. Nothing
 * is judged here; what a header claims is compared when the walk comes to it.
 */
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_DIGITS     8
#define LINKS_MAGIC     "SAMTCHN1"
#define LINKS_HEAD      (8 + LOG_ID_BYTES)
#define LINKS_ENTRY     (4 + 8 + 4 + 2 * HASH_BYTES)
#define UNREADABLE_TEXT "A file of the log cannot be opened."

static int by_number(const void *a, const void *b)
{
	const struct segment_at *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

struct segment_at *verify_segment(struct verifying *v, uint32_t number)
{
	size_t from = 0, to = v->segment_n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (v->segments[middle].number < number)
			from = middle + 1;
		else
			to = middle;
	}
	return from < v->segment_n ? &v->segments[from] : NULL;
}

static int add(struct verifying *v, const struct segment_at *s)
{
	int r = verify_room((void **)&v->segments, &v->segment_cap, v->segment_n,
		sizeof(*v->segments));

	if (r < 0)
		return fault_pass(r);
	v->segments[v->segment_n++] = *s;
	return 0;
}

/* -- files ------------------------------------------------------------------------- */
static bool is_segment_name(const char *name, uint32_t *ret)
{
	uint64_t number;

	if (strlen(name) != NAME_DIGITS + 4 || strcmp(name + NAME_DIGITS, ".seg") != 0 ||
		!bytes_to_u64(bytes_of(name, NAME_DIGITS), UINT32_MAX, &number))
		return false;
	*ret = (uint32_t)number;
	return number > 0;
}

/* Outcomes: UNREADABLE; a file that is gone or shorter than a header has none. */
static int read_head(struct verifying *v, const char *name, struct segment_at *s)
{
	owned(verify_close) int fd =
		openat(v->folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	uint8_t at[SEGMENT_HEAD_BYTES];
	struct segment_head h;
	struct stat st;
	size_t len = 0;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		v->sentence = UNREADABLE_TEXT;
		return VERIFY_E_UNREADABLE;
	}
	r = verify_read(v, fd, 0, at, sizeof(at), &len);
	if (r != 0)
		return r;
	v->all += (uint64_t)st.st_size;
	s->has_file = true;
	if (len < sizeof(at) || segment_head_read(at, &h) != 0)
		return 0;
	s->has_head = true;
	s->in_head = h.number;
	s->first = h.first;
	s->utc_ms = h.utc_ms;
	memcpy(s->log_id, h.log_id, sizeof(s->log_id));
	memcpy(s->chain, h.chain, sizeof(s->chain));
	memcpy(s->hash, h.hash, sizeof(s->hash));
	return 0;
}

static int list_files(struct verifying *v, DIR *dir)
{
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		struct segment_at s = { 0 };
		int r;

		if (!is_segment_name(e->d_name, &s.number))
			continue;
		r = read_head(v, e->d_name, &s);
		if (r == 0 && s.has_file)
			r = add(v, &s);
		if (r != 0)
			return r;
	}
	return 0;
}

int verify_segments_list(struct verifying *v)
{
	int fd = openat(v->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	int r;

	if (!dir) {
		verify_close(&fd);
		v->sentence = UNREADABLE_TEXT;
		return VERIFY_E_UNREADABLE;
	}
	r = list_files(v, dir);
	(void)closedir(dir);
	if (r != 0)
		return r;
	if (v->segment_n > 1)
		qsort(v->segments, v->segment_n, sizeof(*v->segments), by_number);
	return verify_links_load(v);
}

/* -- links ------------------------------------------------------------------------- */
static void read_entry(
	const struct verifying *v, const uint8_t at[LINKS_ENTRY], struct segment_at *ret)
{
	struct reader in = reader_of(bytes_of(at, LINKS_ENTRY));

	*ret = (struct segment_at){ .has_links = true };
	ret->number = ret->in_head = read_u32(&in);
	ret->first = read_u64(&in);
	ret->links = read_u32(&in);
	memcpy(ret->hash, read_bytes(&in, HASH_BYTES).at, HASH_BYTES);
	memcpy(ret->chain, read_bytes(&in, HASH_BYTES).at, HASH_BYTES);
	memcpy(ret->log_id, v->log_id, LOG_ID_BYTES);
}

/* An entry that is not whole yet has its file still. */
static bool is_whole(const struct segment_at *s, uint64_t at, uint64_t size)
{
	return s->number > 0 && s->links <= SEGMENT_RECORDS &&
	       (uint64_t)s->links * HASH_BYTES <= size - at;
}

static int keep_entry(struct verifying *v, const struct segment_at *entry)
{
	struct segment_at *known = verify_segment(v, entry->number);

	if (known && known->number == entry->number) {
		known->has_links = true;
		known->links_at = entry->links_at;
		known->links = entry->links;
		return 0;
	}
	if (add(v, entry) < 0)
		return fault_here(ENOMEM);
	qsort(v->segments, v->segment_n, sizeof(*v->segments), by_number);
	return 0;
}

static int read_entries(struct verifying *v, uint64_t size)
{
	uint64_t from = LINKS_HEAD;

	while (size - from >= LINKS_ENTRY) {
		uint8_t at[LINKS_ENTRY];
		struct segment_at s;
		size_t len = 0;
		int r = verify_read(v, v->links, from, at, sizeof(at), &len);

		if (r != 0)
			return r;
		if (len < sizeof(at))
			return 0;
		read_entry(v, at, &s);
		s.links_at = from += LINKS_ENTRY;
		if (!is_whole(&s, from, size))
			return 0;
		r = keep_entry(v, &s);
		if (r < 0)
			return fault_pass(r);
		from += (uint64_t)s.links * HASH_BYTES;
	}
	return 0;
}

int verify_links_load(struct verifying *v)
{
	uint8_t at[LINKS_HEAD];
	size_t len = 0;
	struct stat st;
	int r;

	verify_close(&v->links);
	v->links = openat(v->folder, "chain", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (v->links < 0 && errno == ENOENT)
		return 0;
	if (v->links < 0 || fstat(v->links, &st) < 0) {
		v->sentence = UNREADABLE_TEXT;
		return VERIFY_E_UNREADABLE;
	}
	r = verify_read(v, v->links, 0, at, sizeof(at), &len);
	if (r != 0 || len < sizeof(at))
		return r;
	if (memcmp(at, LINKS_MAGIC, 8) != 0 ||
		(v->has_log_id && memcmp(at + 8, v->log_id, LOG_ID_BYTES) != 0))
		return 0; /* not this log's: what it should prove will be missed */
	return read_entries(v, (uint64_t)st.st_size);
}
