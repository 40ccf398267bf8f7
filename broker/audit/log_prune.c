/* SPDX-License-Identifier: MPL-2.0
 *
 * Segments past their time: their links go to `chain` and are durable before the file
 * goes, so what remains still verifies. Ending in between leaves both; the file counts,
 * and its links are written again.
 */
#include "log_inside.h"

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MAGIC         "SAMTCHN1"
#define HEAD_BYTES    (sizeof(MAGIC) - 1 + LOG_ID_BYTES)
#define ENTRY_BYTES   (4 + 8 + 4 + 2 * HASH_BYTES)
#define LINKS_AT_ONCE 2048
#define BLOCKS_CHUNK  64

/* -- which are past their time ----------------------------------------------------- */
static uint32_t next_there(const struct audit_log *l, uint32_t number)
{
	char name[LOG_NAME_BYTES];

	for (number++; number < l->span.last; number++) {
		log_segment_name(number, name);
		if (faccessat(l->folder, name, F_OK, 0) == 0)
			return number;
	}
	return l->span.last;
}

/* When a segment began. A header from the future, or one that cannot be read, takes the
 * time of the next that can be believed. */
static int begun_ms(const struct audit_log *l, uint32_t number, int64_t now, int64_t *ret)
{
	struct segment_head h;

	for (;;) {
		int r = log_head_read(l->folder, number, &h);

		if (r < 0)
			return fault_pass(r);
		*ret = r == 0 && h.utc_ms <= now ? h.utc_ms : now;
		if (*ret < now || number == l->span.last)
			return 0;
		number = next_there(l, number);
	}
}

/* Its last record is older than what comes after it. */
static int is_past(
	const struct audit_log *l, uint32_t number, int64_t before_ms, bool *ret)
{
	int64_t now = clock_utc_ms(), begun, ended;
	int r = begun_ms(l, number, now, &begun);

	if (r == 0)
		r = begun_ms(l, next_there(l, number), now, &ended);
	if (r < 0)
		return fault_pass(r);
	*ret = begun < before_ms && ended < before_ms;
	return 0;
}

static int count_past(const struct audit_log *l, int64_t before_ms, uint32_t *ret)
{
	uint32_t number = l->span.first, n = 0;
	bool past = true;

	while (n < LOG_PRUNE_MOST && number < l->span.last) {
		int r = is_past(l, number, before_ms, &past);

		if (r < 0)
			return fault_pass(r);
		if (!past)
			break;
		n++;
		number = next_there(l, number);
	}
	*ret = n;
	return 0;
}

/* -- `chain` ----------------------------------------------------------------------- */
struct entry {
	uint32_t number, links;
	uint64_t at;
};

/* Outcome: RECORD_E_BAD: no whole one is there. */
static int entry_read(int fd, uint64_t at, uint64_t size, struct entry *ret)
{
	uint8_t buf[ENTRY_BYTES];
	struct reader in = reader_of(bytes_of(buf, sizeof(buf)));
	size_t len = 0;
	int r = file_read_at(fd, buf, sizeof(buf), at, &len);

	if (r < 0)
		return fault_pass(r);
	ret->at = at;
	ret->number = read_u32(&in);
	(void)read_u64(&in);
	ret->links = read_u32(&in);
	return len == sizeof(buf) && (uint64_t)ret->links * HASH_BYTES <=
					     size - at - ENTRY_BYTES
		       ? 0
		       : RECORD_E_BAD;
}

/* The last whole entry below `number`, and where it ends. */
static int entries_end(
	int fd, uint64_t size, uint32_t number, uint32_t *ret_last, uint64_t *ret_end)
{
	uint64_t at = HEAD_BYTES;
	struct entry e = { 0 };

	*ret_last = 0;
	while (at < size) {
		int r = entry_read(fd, at, size, &e);

		if (r < 0)
			return fault_pass(r);
		if (r > 0 || e.number <= *ret_last || e.number >= number)
			break; /* what a crash left: half an entry, or zeros */
		*ret_last = e.number;
		at += ENTRY_BYTES + (uint64_t)e.links * HASH_BYTES;
	}
	*ret_end = at;
	return 0;
}

int log_links_last(int folder, uint32_t *ret)
{
	owned(file_closep) int fd =
		openat(folder, LOG_LINKS, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint64_t size, end;
	int r;

	*ret = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : fault_here(errno);
	r = file_size(fd, &size);
	return r == 0 ? entries_end(fd, size, UINT32_MAX, ret, &end) : r;
}

static int links_begin(struct audit_log *l, struct tail *t)
{
	uint8_t head[HEAD_BYTES];
	struct writer w = writer_of(head, sizeof(head));
	int r;

	t->end = 0;
	t->needs_cut = true;
	write_str(&w, MAGIC);
	write_bytes(&w, bytes_of(l->log_id, LOG_ID_BYTES));
	r = tail_append(t, writer_bytes(&w));
	return r == 0 ? folder_sync(l->folder) : r;
}

static int links_open(struct audit_log *l, struct tail *t)
{
	uint64_t end;
	uint32_t last;
	int r = tail_open(t, l->folder, LOG_LINKS);

	if (r < 0)
		return fault_pass(r);
	if (t->end < HEAD_BYTES)
		return links_begin(l, t);
	r = entries_end(t->fd, t->end, l->span.first, &last, &end);
	if (r < 0)
		return fault_pass(r);
	t->needs_cut = end < t->end;
	t->end = end;
	return tail_settle(t);
}

struct linking {
	struct audit_log *log;
	struct tail *to;
	struct writer links;
	uint8_t chain[HASH_BYTES];
	uint8_t buf[LINKS_AT_ONCE * HASH_BYTES];
};

static int links_flush(struct linking *k)
{
	struct writer *w = &k->links;
	int r = room_make(&k->log->room, k->to, w->len, true);

	if (r == 0)
		r = tail_append(k->to, writer_bytes(w));
	w->len = 0;
	return r;
}

static int link_blocks(struct linking *k, int fd, uint32_t left)
{
	uint8_t at[BLOCKS_CHUNK * LOG_FRAME_BYTES];
	uint64_t from = SEGMENT_HEAD_BYTES;
	size_t len = 0;

	while (left > 0) {
		uint32_t n = left < BLOCKS_CHUNK ? left : BLOCKS_CHUNK;
		int r = file_read_at(fd, at, n * LOG_FRAME_BYTES, from, &len);

		if (r == 0 && len < n * LOG_FRAME_BYTES)
			r = fault_here(EIO);
		for (uint32_t i = 0; r == 0 && i < n; i++) {
			chain_next(k->chain, at + i * LOG_FRAME_BYTES);
			write_bytes(&k->links, bytes_of(k->chain, HASH_BYTES));
			if (k->links.cap - k->links.len < HASH_BYTES)
				r = links_flush(k);
		}
		if (r != 0)
			return r;
		from += len;
		left -= n;
	}
	return k->links.len > 0 ? links_flush(k) : 0;
}

static int link_segment(struct linking *k, int fd, const struct segment_head *h)
{
	uint64_t size, begin = k->to->end;
	uint32_t blocks;
	int r = file_size(fd, &size);

	if (r < 0)
		return fault_pass(r);
	blocks = (uint32_t)((size - SEGMENT_HEAD_BYTES) / LOG_FRAME_BYTES);
	k->links = writer_of(k->buf, sizeof(k->buf));
	write_u32(&k->links, h->number);
	write_u64(&k->links, h->first);
	write_u32(&k->links, blocks);
	write_bytes(&k->links, bytes_of(h->hash, sizeof(h->hash)));
	write_bytes(&k->links, bytes_of(h->chain, sizeof(h->chain)));
	memcpy(k->chain, h->chain, sizeof(k->chain));
	chain_enter(k->chain, h);
	r = links_flush(k);
	if (r == 0)
		r = link_blocks(k, fd, blocks);
	if (r != 0) { /* half an entry is none */
		k->to->end = begin;
		k->to->needs_cut = true;
	}
	return r;
}

/* -- together ---------------------------------------------------------------------- */
static int remove_first(struct audit_log *l)
{
	uint32_t next = next_there(l, l->span.first);
	char name[LOG_NAME_BYTES];
	struct segment_head h;
	uint64_t size = 0;
	int fd, r = log_segment_open(l->folder, l->span.first, O_RDONLY, &fd);

	if (r < 0)
		return fault_pass(r);
	r = file_size(fd, &size);
	(void)close(fd);
	log_segment_name(l->span.first, name);
	if (r == 0 && unlinkat(l->folder, name, 0) < 0)
		r = fault_here(errno);
	if (r < 0)
		return r;
	l->span.bytes -= size;
	l->span.count--;
	l->span.first = next;
	if (log_head_read(l->folder, next, &h) == 0)
		l->oldest_ms = h.utc_ms;
	return folder_sync(l->folder);
}

/* One whose header cannot be read has no links: verify says so before and after. */
static int prune_first(struct linking *k)
{
	struct segment_head h;
	owned(file_closep) int fd = -1;
	int r = log_head_read(k->log->folder, k->log->span.first, &h);

	if (r == 0)
		r = log_segment_open(k->log->folder, k->log->span.first, O_RDONLY, &fd);
	if (r == 0)
		r = link_segment(k, fd, &h);
	else if (r > 0)
		r = 0;
	return r == 0 ? remove_first(k->log) : r;
}

static int prune(struct audit_log *l, uint32_t n, size_t *ret_n)
{
	struct tail t = TAIL_NULL;
	struct linking *k = calloc(1, sizeof(*k));
	int r = k ? links_open(l, &t) : fault_here(ENOMEM);

	if (k) {
		k->log = l;
		k->to = &t;
	}
	for (uint32_t i = 0; r == 0 && i < n; i++) {
		r = prune_first(k);
		*ret_n += r == 0;
	}
	tail_close(&t);
	free(k);
	return r > 0 ? fault_here(ENOSPC) : r;
}

int audit_log_prune(struct audit_log *l, int64_t before_ms, size_t *ret_n)
{
	uint32_t n = 0;
	int r = l->group_n > 0 ? fault_here(EBUSY) : count_past(l, before_ms, &n);

	*ret_n = 0;
	if (r != 0 || n == 0)
		return r;
	r = log_note(l, AUDIT_LOG_PRUNED, n, 0);
	if (r == 0)
		r = audit_log_commit(l, false);
	return r == 0 ? prune(l, n, ret_n) : r;
}
