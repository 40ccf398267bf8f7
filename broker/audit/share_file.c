/* SPDX-License-Identifier: MPL-2.0
 *
 * One auditor's share of one bundle: what his key opens of each header in it, and nothing
 * else. Where two auditors are needed each part alone is random. Bound to the bundle by
 * its hash.
 */
#include "bundle_inside.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC      "SAMTSHR1"
#define VERSION    1
#define HEAD_BYTES (8 + 2 + 2 + HASH_BYTES + BOX_PUBLIC + 4)
#define ENTRY_MAX  (1 + SHARE_SLOTS * KEY_BYTES)
#define FILE_MAX   (HEAD_BYTES + (BUNDLE_SEGMENTS + 1) * ENTRY_MAX + HASH_BYTES)

struct share_file {
	struct secret *content;
	uint8_t auditor[BOX_PUBLIC];
	size_t n;
	uint32_t *entries; /* where each begins */
};

/* -- writing ----------------------------------------------------------------------- */
static void write_entry(struct writer *w, const struct opened_shares *o)
{
	uint8_t mask = 0;

	for (unsigned i = 0; i < SHARE_SLOTS; i++)
		mask |= (uint8_t)(o->has[i] << i);
	write_u8(w, mask);
	for (unsigned i = 0; i < SHARE_SLOTS; i++)
		if (o->has[i])
			write_bytes(w, bytes_of(o->part[i].at, KEY_BYTES));
}

static unsigned write_entries(
	struct writer *w, const struct bundle_file *b, const struct key *secret)
{
	wiped(struct opened_shares, opened);
	unsigned n = shares_open(&b->head.key, secret, &opened);

	write_entry(w, &opened);
	for (uint32_t i = 0; i < b->head.segments; i++) {
		n += shares_open(&b->segments[i].head, secret, &opened);
		write_entry(w, &opened);
	}
	return n;
}

int share_write(const char *path, const char *bundle, const struct key *secret)
{
	owned(bundle_closep) struct bundle_file *b = NULL;
	owned(secret_freep) struct secret *content = NULL;
	uint8_t mine[BOX_PUBLIC], hash[HASH_BYTES];
	struct writer w;
	int r = bundle_open(&b, bundle);

	if (r != 0)
		return r;
	content = secret_new(
		HEAD_BYTES + ((size_t)b->head.segments + 1) * ENTRY_MAX + HASH_BYTES);
	if (!content)
		return fault_here(ENOMEM);
	public_of(secret, mine);
	w = writer_of(content->at, content->len);
	write_str(&w, MAGIC);
	write_u16(&w, VERSION);
	write_u16(&w, 0);
	write_bytes(&w, bytes_of(b->hash, sizeof(b->hash)));
	write_bytes(&w, bytes_of(mine, sizeof(mine)));
	write_u32(&w, b->head.segments + 1);
	if (write_entries(&w, b, secret) == 0)
		return READER_E_KEY;
	hash_parts(NULL, &(struct bytes){ w.at, w.len }, 1, hash);
	write_bytes(&w, bytes_of(hash, sizeof(hash)));
	return writer_ok(&w) ? secret_file_create(path, writer_bytes(&w), 0600)
			     : fault_here(ENOBUFS);
}

/* -- reading ----------------------------------------------------------------------- */
static int read_all(int fd, uint8_t *at, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		if (n == 0)
			return READER_E_BAD;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* No look at who else may read it: it comes on whatever medium the auditor used. */
static int load(const char *path, struct secret **ret)
{
	owned(secret_freep) struct secret *s = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int r;

	if (fd < 0)
		return errno == ENOENT ? READER_E_MISSING : fault_here(errno);
	r = fstat(fd, &st) < 0 ? fault_here(errno) : 0;
	if (r == 0 && (!S_ISREG(st.st_mode) || st.st_size < HEAD_BYTES + HASH_BYTES ||
			      st.st_size > (off_t)FILE_MAX))
		r = READER_E_BAD;
	if (r == 0)
		s = secret_new((size_t)st.st_size);
	if (r == 0)
		r = s ? read_all(fd, s->at, s->len) : fault_here(ENOMEM);
	(void)close(fd);
	if (r != 0)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

static int take_entries(struct share_file *s, struct reader *in)
{
	const uint8_t *start = s->content->at;

	s->entries = calloc(s->n, sizeof(*s->entries));
	if (!s->entries)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < s->n; i++) {
		uint8_t mask;

		s->entries[i] = (uint32_t)(in->left.at - start);
		mask = read_u8(in);
		(void)read_bytes(in, (size_t)__builtin_popcount(mask) * KEY_BYTES);
		if (in->bad || mask >= 1U << SHARE_SLOTS)
			return READER_E_BAD;
	}
	return reader_done(in) ? 0 : READER_E_BAD;
}

static int parse(struct share_file *s, const struct bundle_file *of)
{
	size_t len = s->content->len - HASH_BYTES;
	struct reader in = reader_of(bytes_of(s->content->at, len));
	bool is_right = bytes_equal_str(read_bytes(&in, sizeof(MAGIC) - 1), MAGIC);
	uint8_t hash[HASH_BYTES];
	struct bytes bundle;

	is_right &= read_u16(&in) == VERSION;
	is_right &= read_u16(&in) == 0;
	bundle = read_bytes(&in, HASH_BYTES);
	memcpy(s->auditor, read_bytes(&in, BOX_PUBLIC).at, BOX_PUBLIC);
	s->n = read_u32(&in);
	hash_parts(NULL, &(struct bytes){ s->content->at, len }, 1, hash);
	if (!is_right || memcmp(hash, s->content->at + len, sizeof(hash)) != 0)
		return READER_E_BAD;
	if (memcmp(bundle.at, of->hash, HASH_BYTES) != 0)
		return READER_E_OTHER;
	if (s->n != (size_t)of->head.segments + 1)
		return READER_E_BAD;
	return take_entries(s, &in);
}

int share_open(struct share_file **ret, const char *path, const struct bundle_file *of)
{
	owned(share_closep) struct share_file *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return fault_here(ENOMEM);
	r = load(path, &s->content);
	if (r == 0)
		r = parse(s, of);
	if (r != 0)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

struct share_file *share_close(struct share_file *s)
{
	if (!s)
		return NULL;
	(void)secret_free(s->content);
	free(s->entries);
	free(s);
	return NULL;
}

const uint8_t *share_auditor(const struct share_file *s)
{
	return s->auditor;
}

void share_at(const struct share_file *s, size_t i, struct opened_shares *ret)
{
	const uint8_t *at = s->content->at + s->entries[i];
	uint8_t mask = *at++;

	secret_wipe(ret, sizeof(*ret));
	for (unsigned slot = 0; slot < SHARE_SLOTS; slot++) {
		if (!(mask & 1U << slot))
			continue;
		ret->has[slot] = true;
		memcpy(ret->part[slot].at, at, KEY_BYTES);
		at += KEY_BYTES;
	}
}
