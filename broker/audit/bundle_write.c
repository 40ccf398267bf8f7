/* SPDX-License-Identifier: MPL-2.0
 *
 * Writes a bundle on the host: whole segments as they lie, the checkpoints, and what
 * opens the records of each meeting, sealed to the auditors as one box. A meeting's
 * record key itself stays here. What fails half-way leaves no file behind.
 */
#include "bundle_inside.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct making {
	const struct bundle_parts *parts;
	struct verifying log; /* its list of segments alone */
	struct bundle_head head;
	uint8_t head_bytes[BUNDLE_HEAD_BYTES];
	uint8_t *keys; /* guarded: tag, inner key, tag, ...; room for a tag at its end */
	size_t key_n, key_cap;
	int fd;
	uint8_t *buffer, *hashes;
	size_t hash_n;
};

/* -- the keys ---------------------------------------------------------------------- */
static int key_room(struct making *m)
{
	size_t more = m->key_cap > 0 ? m->key_cap * 2 : 256;
	uint8_t *grown;

	if (m->key_n < m->key_cap)
		return 0;
	if (m->key_n >= BUNDLE_KEYS_MAX)
		return fault_here(EFBIG);
	grown = secret_alloc(more * BUNDLE_KEY_BYTES + AEAD_TAG_BYTES);
	if (!grown)
		return fault_here(ENOMEM);
	if (m->key_n > 0)
		memcpy(grown, m->keys, m->key_n * BUNDLE_KEY_BYTES);
	secret_drop(m->keys);
	m->keys = grown;
	m->key_cap = more;
	return 0;
}

static int collect_keys(struct making *m)
{
	wiped(struct key, mk);
	wiped(struct key, inner_key);
	bool has_key = m->parts->next_key != NULL;
	int64_t meeting = 0;
	int r = key_room(m);

	while (r == 0 && has_key) {
		r = m->parts->next_key(m->parts->arg, &meeting, &mk, &has_key);
		if (r != 0 || !has_key)
			break;
		r = key_room(m);
		if (r == 0) {
			uint8_t *at = m->keys + m->key_n++ * BUNDLE_KEY_BYTES;

			record_tag(&mk, at);
			record_inner_key(&mk, &inner_key);
			memcpy(at + HASH_BYTES, inner_key.at, KEY_BYTES);
		}
	}
	return fault_fold(r);
}

/* Locks the table in place, under a key that only the auditors' shares give. */
static int seal_head_and_keys(struct making *m)
{
	wiped(struct key, key);
	uint8_t ad[HASH_BYTES];
	int r;

	random_fill(key.at, sizeof(key.at));
	r = shares_make(m->parts->auditors, &key, &m->head.key);
	if (r < 0)
		return fault_pass(r);
	m->head.keys = (uint32_t)m->key_n;
	bundle_head_write(&m->head, m->head_bytes);
	bundle_keys_ad(m->head_bytes, ad);
	box_lock(&key, bundle_nonce, bytes_of(ad, sizeof(ad)),
		bytes_of(m->keys, m->key_n * BUNDLE_KEY_BYTES), m->keys);
	return 0;
}

/* -- the sections ------------------------------------------------------------------ */
static int put(struct making *m, const void *at, size_t len)
{
	const uint8_t *from = at;

	while (len > 0) {
		ssize_t n = write(m->fd, from, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		from += n;
		len -= (size_t)n;
	}
	return 0;
}

static int put_section(struct making *m, const void *at, size_t len)
{
	hash_parts(NULL, &(struct bytes){ at, len }, 1,
		m->hashes + m->hash_n++ * HASH_BYTES);
	return put(m, at, len);
}

/* Outcome: BAD. What is shorter than max was read to its end. */
static int load(
	struct making *m, const char *name, void *ret, size_t max, size_t *ret_len)
{
	owned(verify_close) int fd =
		openat(m->log.folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return fault_here(errno);
	return verify_read(&m->log, fd, 0, ret, max, ret_len) == 0 ? 0 : fault_here(EIO);
}

static int put_segment(struct making *m, const struct segment_at *s)
{
	struct writer w = { 0 };
	uint8_t length[8];
	char name[32];
	size_t len = 0;
	int r;

	(void)snprintf(name, sizeof(name), "%08u.seg", s->number);
	r = load(m, name, m->buffer, SEGMENT_BYTES_MAX, &len);
	if (r < 0)
		return fault_pass(r);
	if (len < SEGMENT_HEAD_BYTES)
		return READER_E_BAD;
	len -= (len - SEGMENT_HEAD_BYTES) % LOG_FRAME_BYTES;
	w = writer_of(length, sizeof(length));
	write_u64(&w, len);
	r = put(m, length, sizeof(length));
	return r < 0 ? fault_pass(r) : put_section(m, m->buffer, len);
}

/* -- which segments ---------------------------------------------------------------- */
/* From its header's time to the next one's. A clock that was set back may make that
 * nothing: then its own time counts. */
static bool is_wanted(const struct making *m, const struct segment_at *s)
{
	const struct segment_at *end = m->log.segments + m->log.segment_n;

	return s->has_file && s->utc_ms < m->parts->to_ms &&
	       (s + 1 == end || s[1].utc_ms > m->parts->from_ms ||
		       s->utc_ms >= m->parts->from_ms);
}

/* Moves those that are wanted to the front. Outcomes: MISSING, BAD. */
static int choose(struct making *m)
{
	struct verifying *log = &m->log;
	size_t n = 0;

	for (size_t i = 0; i < log->segment_n; i++)
		if (log->segments[i].has_file && !log->segments[i].has_head)
			return READER_E_BAD;
	for (size_t i = 0; i < log->segment_n; i++)
		if (is_wanted(m, &log->segments[i]))
			log->segments[n++] = log->segments[i];
	log->segment_n = n;
	if (n == 0)
		return READER_E_MISSING;
	if (n > BUNDLE_SEGMENTS)
		return fault_here(EFBIG);
	m->head.segments = (uint32_t)n;
	memcpy(m->head.key.log_id, log->segments[0].log_id, LOG_ID_BYTES);
	return 0;
}

static int open_log(struct making *m)
{
	m->log.folder = open(m->parts->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (m->log.folder < 0)
		return errno == ENOENT ? READER_E_MISSING : fault_here(errno);
	switch (verify_segments_list(&m->log)) {
	case 0:
		return choose(m);
	case VERIFY_E_UNREADABLE:
		return fault_here(EIO);
	default:
		return fault_here(ENOMEM);
	}
}

/* -- the file ---------------------------------------------------------------------- */
static int load_checkpoints(struct making *m, uint8_t **ret, size_t *ret_len)
{
	struct stat st;
	int r;

	if (fstatat(m->log.folder, "checkpoints", &st, 0) < 0)
		return errno == ENOENT ? READER_E_BAD : fault_here(errno);
	*ret = malloc((size_t)st.st_size + 1);
	if (!*ret)
		return fault_here(ENOMEM);
	r = load(m, "checkpoints", *ret, (size_t)st.st_size, ret_len);
	while (r == 0 && *ret_len > 0 && (*ret)[*ret_len - 1] != '\n')
		(*ret_len)--; /* being written at this moment */
	return r;
}

static int put_all(struct making *m)
{
	owned(heap_freep) uint8_t *lines = NULL;
	uint8_t hash[HASH_BYTES];
	size_t len = 0;
	int r = load_checkpoints(m, &lines, &len);

	m->head.checkpoint_bytes = len;
	if (r == 0)
		r = seal_head_and_keys(m);
	if (r == 0)
		r = put(m, m->head_bytes, sizeof(m->head_bytes));
	for (size_t i = 0; r == 0 && i < m->log.segment_n; i++)
		r = put_segment(m, &m->log.segments[i]);
	if (r == 0)
		r = put_section(m, lines, len);
	if (r == 0)
		r = put_section(m, m->keys, bundle_keys_len(&m->head));
	if (r != 0)
		return r;
	bundle_hash(m->head_bytes, m->hashes, m->hash_n, hash);
	r = put(m, hash, sizeof(hash));
	if (r == 0 && fsync(m->fd) < 0)
		r = fault_here(errno);
	return r;
}

static int write_file(struct making *m, const char *path)
{
	int r;

	m->buffer = malloc(SEGMENT_BYTES_MAX);
	m->hashes = calloc(m->log.segment_n + 2, HASH_BYTES);
	if (!m->buffer || !m->hashes)
		return fault_here(ENOMEM);
	m->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (m->fd < 0)
		return fault_here(errno);
	r = put_all(m);
	if (r != 0)
		(void)unlink(path); /* ours: O_EXCL made it */
	return r;
}

int bundle_write(const char *path, const struct bundle_parts *parts)
{
	struct making m = { .parts = parts, .fd = NO_FILE };
	int r;

	m.log.folder = m.log.links = NO_FILE;
	m.head.from_ms = parts->from_ms;
	m.head.to_ms = parts->to_ms;
	m.head.key.utc_ms = clock_utc_ms();
	memcpy(m.head.signing, parts->signing, sizeof(m.head.signing));
	r = open_log(&m);
	if (r == 0)
		r = collect_keys(&m);
	if (r == 0)
		r = write_file(&m, path);
	verify_close(&m.fd);
	verify_close(&m.log.folder);
	verify_close(&m.log.links);
	free(m.log.segments);
	free(m.buffer);
	free(m.hashes);
	secret_drop(m.keys);
	return r;
}
