/* SPDX-License-Identifier: MPL-2.0
 *
 * A sealed file: head (magic, version, kind, for a public key the sealed stream key), the
 * stream's own header, then chunks of 64 KiB; the last one carries the final tag and must
 * be the end of the file. The head is bound into every chunk.
 */
#include "samtale/vault/seal_stream.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK         (64 * 1024)
#define CHUNK_SEALED  (CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES)
#define STREAM_HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define SEALED_KEY    (KEY_BYTES + crypto_box_SEALBYTES)
#define HEAD_MAX      (6 + SEALED_KEY)

enum { KIND_PUBLIC = 1, KIND_KEY = 2 };

struct seal_stream { /* guarded: plain text passes through `plain` */
	crypto_secretstream_xchacha20poly1305_state state;
	seal_sink_fn sink;
	void *arg;
	size_t head_len, used;
	uint8_t head[HEAD_MAX];
	uint8_t plain[CHUNK];
	uint8_t sealed[CHUNK_SEALED];
};

int seal_sink_fd(void *fd, struct bytes chunk)
{
	while (chunk.len > 0) {
		ssize_t n = write(*(int *)fd, chunk.at, chunk.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		chunk = bytes_of(chunk.at + n, chunk.len - (size_t)n);
	}
	return 0;
}

/* -- sealing ----------------------------------------------------------------------- */
static struct seal_stream *stream_new(uint8_t kind, seal_sink_fn sink, void *arg)
{
	struct seal_stream *s = secret_alloc(sizeof(*s));

	if (!s)
		return NULL;
	memcpy(s->head, "SMTL\1", 5);
	s->head[5] = kind;
	s->head_len = 6;
	s->sink = sink;
	s->arg = arg;
	return s;
}

static int stream_begin(struct seal_stream *s, const struct key *key)
{
	uint8_t header[STREAM_HEADER];
	int r;

	(void)crypto_secretstream_xchacha20poly1305_init_push(&s->state, header, key->at);
	r = s->sink(s->arg, bytes_of(s->head, s->head_len));
	if (r == 0)
		r = s->sink(s->arg, bytes_of(header, sizeof(header)));
	return fault_fold(r);
}

int seal_stream_to_public(struct seal_stream **ret,
	const uint8_t public_key[SEAL_PUBLIC_BYTES], seal_sink_fn sink, void *arg)
{
	owned(seal_stream_freep) struct seal_stream *s =
		stream_new(KIND_PUBLIC, sink, arg);
	wiped(struct key, key);
	int r;

	if (!s)
		return fault_here(ENOMEM);
	random_fill(&key, sizeof(key));
	if (crypto_box_seal(s->head + s->head_len, key.at, KEY_BYTES, public_key) != 0)
		return fault_here(EINVAL); /* not a point that a key pair has */
	s->head_len += SEALED_KEY;
	r = stream_begin(s, &key);
	if (r < 0)
		return fault_pass(r);
	*ret = s;
	s = NULL;
	return 0;
}

int seal_stream_to_key(
	struct seal_stream **ret, const struct key *key, seal_sink_fn sink, void *arg)
{
	owned(seal_stream_freep) struct seal_stream *s = stream_new(KIND_KEY, sink, arg);
	int r;

	if (!s)
		return fault_here(ENOMEM);
	r = stream_begin(s, key);
	if (r < 0)
		return fault_pass(r);
	*ret = s;
	s = NULL;
	return 0;
}

static int flush(struct seal_stream *s, unsigned char tag)
{
	unsigned long long len = 0;

	(void)crypto_secretstream_xchacha20poly1305_push(
		&s->state, s->sealed, &len, s->plain, s->used, s->head, s->head_len, tag);
	s->used = 0;
	return fault_fold(s->sink(s->arg, bytes_of(s->sealed, (size_t)len)));
}

int seal_stream_write(struct seal_stream *s, struct bytes plain)
{
	while (plain.len > 0) {
		size_t room = CHUNK - s->used;
		size_t n = plain.len < room ? plain.len : room;

		/* Full chunks wait for more to come: the last one must carry the end. */
		if (room == 0) {
			int r = flush(
				s, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);

			if (r < 0)
				return fault_pass(r);
			continue;
		}
		memcpy(s->plain + s->used, plain.at, n);
		s->used += n;
		plain = bytes_of(plain.at + n, plain.len - n);
	}
	return 0;
}

int seal_stream_finish(struct seal_stream *s)
{
	return flush(s, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

struct seal_stream *seal_stream_free(struct seal_stream *s)
{
	secret_drop(s);
	return NULL;
}

/* -- opening ----------------------------------------------------------------------- */

/* Reads up to len bytes; fewer only at the end of the file. */
static int read_up_to(int fd, uint8_t *at, size_t len, size_t *ret_len)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = read(fd, at + have, len - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*ret_len = have;
	return 0;
}

static int read_exactly(int fd, uint8_t *at, size_t len)
{
	size_t have = 0;
	int r = read_up_to(fd, at, len, &have);

	return r < 0 ? fault_pass(r) : have == len ? 0 : SEAL_STREAM_E_BAD;
}

static int open_key(struct seal_stream *s, const struct seal_stream_opener *with, int fd,
	struct key *ret)
{
	uint8_t public_key[crypto_box_PUBLICKEYBYTES];
	int r = read_exactly(fd, s->head, 6);

	if (r != 0)
		return r;
	s->head_len = 6;
	if (memcmp(s->head, "SMTL\1", 5) != 0)
		return SEAL_STREAM_E_BAD;
	if (s->head[5] == KIND_KEY && with->key) {
		*ret = *with->key;
		return 0;
	}
	if (s->head[5] != KIND_PUBLIC || !with->secret_key ||
		with->secret_key->len != crypto_box_SECRETKEYBYTES)
		return SEAL_STREAM_E_BAD;
	r = read_exactly(fd, s->head + 6, SEALED_KEY);
	if (r != 0)
		return r;
	s->head_len += SEALED_KEY;
	if (crypto_scalarmult_base(public_key, with->secret_key->at) != 0 ||
		crypto_box_seal_open(ret->at, s->head + 6, SEALED_KEY, public_key,
			with->secret_key->at) != 0)
		return SEAL_STREAM_E_BAD;
	return 0;
}

static int open_chunks(struct seal_stream *s, int fd)
{
	unsigned char tag = 0;

	while (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
		unsigned long long plain = 0;
		size_t len = 0;
		int r = read_up_to(fd, s->sealed, CHUNK_SEALED, &len);

		if (r < 0)
			return fault_pass(r);
		if (crypto_secretstream_xchacha20poly1305_pull(&s->state, s->plain,
			    &plain, &tag, s->sealed, len, s->head, s->head_len) != 0)
			return SEAL_STREAM_E_BAD;
		r = s->sink(s->arg, bytes_of(s->plain, (size_t)plain));
		if (r != 0)
			return fault_fold(r);
	}
	return 0;
}

int seal_stream_open(
	const struct seal_stream_opener *with, int in_fd, seal_sink_fn sink, void *arg)
{
	owned(seal_stream_freep) struct seal_stream *s = stream_new(0, sink, arg);
	uint8_t header[STREAM_HEADER], more;
	wiped(struct key, key);
	size_t len = 0;
	int r;

	if (!s)
		return fault_here(ENOMEM);
	r = open_key(s, with, in_fd, &key);
	if (r == 0)
		r = read_exactly(in_fd, header, sizeof(header));
	if (r != 0)
		return r;
	if (crypto_secretstream_xchacha20poly1305_init_pull(&s->state, header, key.at) !=
		0)
		return SEAL_STREAM_E_BAD;
	r = open_chunks(s, in_fd);
	if (r == 0)
		r = read_up_to(in_fd, &more, 1, &len);
	if (r == 0 && len != 0)
		return SEAL_STREAM_E_BAD; /* something was put behind the end */
	return r;
}
