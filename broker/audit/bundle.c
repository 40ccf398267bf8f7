/* SPDX-License-Identifier: MPL-2.0
 *
 * A bundle read back: nothing of it is used before its hash was compared, which covers
 * every byte. The hash says that the file is whole and names it to its shares; that the
 * records are the log's is proven by their keys, and by `samtale audit verify`.
 */
#include "bundle_inside.h"

#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC   "SAMTBDL1"
#define VERSION 1

const uint8_t bundle_nonce[NONCE_BYTES];

/* -- the head ---------------------------------------------------------------------- */
void bundle_head_write(struct bundle_head *h, uint8_t ret[BUNDLE_HEAD_BYTES])
{
	struct writer w = writer_of(ret, BUNDLE_HEAD_BYTES);
	uint8_t key[SEGMENT_HEAD_BYTES];

	write_str(&w, MAGIC);
	write_u16(&w, VERSION);
	write_u16(&w, 0);
	write_bytes(&w, bytes_of(h->signing, sizeof(h->signing)));
	write_u64(&w, (uint64_t)h->from_ms);
	write_u64(&w, (uint64_t)h->to_ms);
	write_u32(&w, h->segments);
	write_u32(&w, h->keys);
	write_u64(&w, h->checkpoint_bytes);
	segment_head_write(&h->key, key);
	write_bytes(&w, bytes_of(key, sizeof(key)));
	assert(writer_ok(&w) && w.len == BUNDLE_HEAD_BYTES);
}

int bundle_head_read(const uint8_t at[BUNDLE_HEAD_BYTES], struct bundle_head *ret)
{
	struct reader in = reader_of(bytes_of(at, BUNDLE_HEAD_BYTES));
	struct bundle_head h = { 0 };
	bool is_right = bytes_equal_str(read_bytes(&in, sizeof(MAGIC) - 1), MAGIC);
	struct bytes key;

	is_right &= read_u16(&in) == VERSION;
	is_right &= read_u16(&in) == 0;
	memcpy(h.signing, read_bytes(&in, SIGN_PUBLIC).at, SIGN_PUBLIC);
	h.from_ms = (int64_t)read_u64(&in);
	h.to_ms = (int64_t)read_u64(&in);
	h.segments = read_u32(&in);
	h.keys = read_u32(&in);
	h.checkpoint_bytes = read_u64(&in);
	key = read_bytes(&in, SEGMENT_HEAD_BYTES);
	if (!is_right || !reader_done(&in) || h.segments > BUNDLE_SEGMENTS ||
		h.keys > BUNDLE_KEYS_MAX || segment_head_read(key.at, &h.key) != 0 ||
		h.key.number != 0)
		return READER_E_BAD;
	*ret = h;
	return 0;
}

void bundle_keys_ad(const uint8_t head[BUNDLE_HEAD_BYTES], uint8_t ret[HASH_BYTES])
{
	const struct bytes parts[] = { BYTES_LIT("samtale bundle keys"),
		bytes_of(head, BUNDLE_HEAD_BYTES) };

	hash_parts(NULL, parts, ARRAY_LEN(parts), ret);
}

void bundle_hash(const uint8_t head[BUNDLE_HEAD_BYTES], const uint8_t *sections, size_t n,
	uint8_t ret[HASH_BYTES])
{
	const struct bytes parts[] = { BYTES_LIT("samtale bundle"),
		bytes_of(head, BUNDLE_HEAD_BYTES), bytes_of(sections, n * HASH_BYTES) };

	hash_parts(NULL, parts, ARRAY_LEN(parts), ret);
}

/* -- the file ---------------------------------------------------------------------- */
int bundle_read(const struct bundle_file *b, uint64_t at, void *ret, size_t len)
{
	uint8_t *to = ret;

	while (len > 0) {
		ssize_t n = pread(b->fd, to, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		if (n == 0)
			return READER_E_BAD;
		to += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

struct checking {
	struct bundle_file *b;
	uint64_t at, size;
	uint8_t *hashes; /* of the sections, in order */
	size_t hash_n;
	uint8_t *buffer;
	size_t cap;
};

/* Reads the next len bytes as a section. They stay in the buffer. */
static int take_section(struct checking *c, uint64_t len)
{
	int r;

	if (len > c->size - c->at)
		return READER_E_BAD;
	if (len > c->cap) {
		uint8_t *more = realloc(c->buffer, len);

		if (!more)
			return fault_here(ENOMEM);
		c->buffer = more;
		c->cap = len;
	}
	r = bundle_read(c->b, c->at, c->buffer, len);
	if (r != 0)
		return r;
	c->at += len;
	hash_parts(NULL, &(struct bytes){ c->buffer, len }, 1,
		c->hashes + c->hash_n++ * HASH_BYTES);
	return 0;
}

static int take_segment(struct checking *c, struct bundle_segment *s)
{
	uint8_t length[8];
	struct reader in = reader_of(bytes_of(length, sizeof(length)));
	int r = c->size - c->at < sizeof(length) ? READER_E_BAD : 0;

	if (r == 0)
		r = bundle_read(c->b, c->at, length, sizeof(length));
	if (r != 0)
		return r;
	s->len = read_u64(&in);
	s->at = c->at += sizeof(length);
	if (s->len < SEGMENT_HEAD_BYTES || s->len > SEGMENT_BYTES_MAX ||
		(s->len - SEGMENT_HEAD_BYTES) % LOG_FRAME_BYTES != 0)
		return READER_E_BAD;
	r = take_section(c, s->len);
	if (r != 0)
		return r;
	if (segment_head_read(c->buffer, &s->head) != 0 ||
		memcmp(s->head.log_id, c->b->head.key.log_id, LOG_ID_BYTES) != 0)
		return READER_E_BAD;
	return 0;
}

static int check_all(struct checking *c)
{
	struct bundle_file *b = c->b;
	uint8_t end[HASH_BYTES];
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < b->head.segments; i++)
		r = take_segment(c, &b->segments[i]);
	if (r == 0)
		r = take_section(c, b->head.checkpoint_bytes);
	b->keys_at = c->at;
	if (r == 0)
		r = take_section(c, bundle_keys_len(&b->head));
	if (r == 0 && c->size - c->at != sizeof(end))
		r = READER_E_BAD;
	if (r == 0)
		r = bundle_read(b, c->at, end, sizeof(end));
	if (r != 0)
		return r;
	bundle_hash(b->head_bytes, c->hashes, c->hash_n, b->hash);
	return memcmp(b->hash, end, sizeof(end)) == 0 ? 0 : READER_E_BAD;
}

static int check(struct bundle_file *b)
{
	struct checking c = { .b = b, .at = BUNDLE_HEAD_BYTES };
	struct stat st;
	int r;

	if (fstat(b->fd, &st) < 0)
		return fault_here(errno);
	if (!S_ISREG(st.st_mode) || st.st_size < BUNDLE_HEAD_BYTES)
		return READER_E_BAD;
	c.size = (uint64_t)st.st_size;
	r = bundle_read(b, 0, b->head_bytes, BUNDLE_HEAD_BYTES);
	if (r == 0)
		r = bundle_head_read(b->head_bytes, &b->head);
	if (r != 0)
		return r;
	if (b->head.segments > c.size / SEGMENT_HEAD_BYTES)
		return READER_E_BAD;
	b->segments = calloc(b->head.segments + 1, sizeof(*b->segments));
	c.hashes = calloc(b->head.segments + 2, HASH_BYTES);
	r = b->segments && c.hashes ? check_all(&c) : fault_here(ENOMEM);
	free(c.hashes);
	free(c.buffer);
	return r;
}

int bundle_open(struct bundle_file **ret, const char *path)
{
	owned(bundle_closep) struct bundle_file *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return fault_here(ENOMEM);
	b->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (b->fd < 0)
		return errno == ENOENT ? READER_E_MISSING : fault_here(errno);
	r = check(b);
	if (r != 0)
		return r;
	*ret = b;
	b = NULL;
	return 0;
}

struct bundle_file *bundle_close(struct bundle_file *b)
{
	if (!b)
		return NULL;
	if (b->fd >= 0)
		(void)close(b->fd);
	free(b->segments);
	free(b);
	return NULL;
}
