/* SPDX-License-Identifier: MPL-2.0
 *
 * The writer's life: opened on what was there before, each start on record and signed by
 * the node, ended clean or not at all. Between the two it is called when due.
 */
#include "hex.h"
#include "log_inside.h"

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"
#define LOOK_MS      (10 * MS_SECOND) /* for steps of the clock, and for room */

static const char busy[] = "Another process writes this log. There can be one only: end "
			   "the other broker first.";
static const char no_room[] =
	"There is no room on the disk for the log. Free some and start again.";
static const char read_only[] =
	"The folder of the log cannot be written: a read-only file system, or an owner "
	"or mode "
	"that keeps the service out. Make it writable for the service's user alone.";
static const char unknown_fault[] = "The log cannot be opened because of a fault of the "
				    "disk or the system; the journal "
				    "names it.";

/* -- opening ----------------------------------------------------------------------- */
static int folder_open(const char *path, int *ret, const char **ret_sentence)
{
	int fd;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fault_here(errno);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_here(errno);
	*ret = fd;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return fault_here(errno);
	*ret_sentence = busy;
	return AUDIT_LOG_E_BUSY;
}

/* 16 bytes as hex with hyphens between them. */
static int boot_id_read(uint8_t ret[BOOT_ID_BYTES])
{
	char text[64] = "", digits[sizeof(text)];
	int fd = open(BOOT_ID_FILE, O_RDONLY | O_CLOEXEC);
	size_t len = 0, n = 0;
	int r = fd < 0 ? fault_here(errno)
		       : file_read_at(fd, text, sizeof(text) - 1, 0, &len);

	if (fd >= 0)
		(void)close(fd);
	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '-' && text[i] != '\n')
			digits[n++] = text[i];
	return hex_read(bytes_of(digits, n), ret, BOOT_ID_BYTES) ? 0 : fault_here(EIO);
}

/* Without a word in the log. */
static void log_drop(struct audit_log *l)
{
	tail_close(&l->segment);
	tail_close(&l->marks);
	room_close(&l->room);
	if (l->folder >= 0)
		(void)close(l->folder);
	secret_drop(l->keys);
	free(l);
}

static int log_new(struct audit_log **ret, const struct audit_log_parts *parts)
{
	struct audit_log *l = calloc(1, sizeof(*l));
	uint8_t hash[HASH_BYTES];

	if (!l)
		return fault_here(ENOMEM);
	l->keys = secret_alloc(sizeof(*l->keys));
	if (!l->keys) {
		free(l);
		return fault_here(ENOMEM);
	}
	l->folder = -1;
	l->segment = l->marks = TAIL_NULL;
	l->room = ROOM_NULL;
	l->auditors = *parts->auditors;
	l->signing = parts->signing;
	l->epoch_ms = parts->epoch_ms;
	l->anchor = parts->anchor;
	l->arg = parts->arg;
	sign_public(l->signing, l->public_key);
	hash_parts(NULL, &(struct bytes){ l->public_key, SIGN_PUBLIC }, 1, hash);
	for (size_t i = 0; i < sizeof(l->node); i++)
		l->node = l->node << 8 | hash[i];
	*ret = l;
	return 0;
}

/* What the clock should say by the last checkpoint. In another boot only a clock that is
 * back can be told from time that passed. */
static int64_t clock_offset(const struct audit_log *l, const struct log_past *past)
{
	int64_t utc = clock_utc_ms(), boot = clock_boot_ms();

	if (!past->has_checkpoint)
		return utc - boot;
	if (memcmp(past->last.boot_id, l->boot_id, sizeof(l->boot_id)) == 0)
		return past->last.utc_ms - past->last.boot_ms;
	return utc < past->last.utc_ms - LOG_STEP_MS ? past->last.utc_ms - boot
						     : utc - boot;
}

/* Where the log goes on. */
static void past_take(struct audit_log *l, const struct log_past *past)
{
	l->span = past->span;
	l->size = past->size;
	l->needs_segment = true;
	memcpy(l->chain, past->chain, sizeof(l->chain));
	memcpy(l->mark_chain, past->chain, sizeof(l->mark_chain));
	memcpy(l->log_id, past->log_id, sizeof(l->log_id));
	if (past->span.count == 0 && !past->has_checkpoint)
		random_fill(l->log_id, sizeof(l->log_id));
	l->clock_offset_ms = clock_offset(l, past);
	if (past->has_checkpoint) {
		l->epoch = past->last.epoch + 1;
		l->dropped = past->last.dropped;
	}
}

static bool same_auditors(const struct auditor_set *s, const struct segment_head *h)
{
	if (s->scheme != h->scheme)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->of[i].key, h->auditors[i], BOX_PUBLIC) != 0)
			return false;
	return true;
}

static enum checkpoint_kind kind_of(const struct log_past *past)
{
	if (past->is_short)
		return CHECKPOINT_LOSS;
	/* The first start of all follows no end, and none is missing. */
	return past->is_clean || (!past->has_checkpoint && past->span.count == 0)
		       ? CHECKPOINT_START
		       : CHECKPOINT_UNCLEAN;
}

/* What this start has to say, in one group. */
static int start_note(struct audit_log *l, const struct log_past *past)
{
	enum checkpoint_kind kind = kind_of(past);
	uint32_t damaged = past->damaged ? past->damaged : past->span.missing;
	int r = log_note(l,
		kind == CHECKPOINT_START ? AUDIT_LOG_STARTED : AUDIT_LOG_STARTED_UNCLEAN,
		0, 0);

	if (r == 0 && past->is_short)
		r = log_note(l, AUDIT_LOG_LOSS_ACCEPTED, 0, 0);
	if (r == 0 && damaged > 0)
		r = log_note(l, AUDIT_LOG_GAP,
			damaged < AUDIT_COUNT ? damaged : AUDIT_COUNT, 0);
	if (r == 0 && past->has_auditors && !same_auditors(&l->auditors, &past->head))
		r = log_note(l, AUDIT_AUDITORS_CHANGED, (uint32_t)l->auditors.n, 0);
	if (r == 0)
		r = log_group_write(l);
	if (r != 0)
		return r;
	log_clock_look(l);
	return log_mark(l, kind);
}

static int oldest_read(struct audit_log *l)
{
	struct segment_head h;
	int r = l->span.count > 0 ? log_head_read(l->folder, l->span.first, &h)
				  : RECORD_E_BAD;

	if (r == 0)
		l->oldest_ms = h.utc_ms;
	return r < 0 ? fault_pass(r) : 0;
}

static int start(struct audit_log *l, const struct audit_log_parts *parts,
	const char **ret_sentence)
{
	struct log_past past = { 0 };
	int r = boot_id_read(l->boot_id);

	if (r == 0)
		r = folder_open(parts->folder, &l->folder, ret_sentence);
	if (r == 0)
		r = log_past_read(l->folder, l->public_key, parts->accept_loss, &past,
			ret_sentence);
	if (r != 0)
		return r;
	past_take(l, &past);
	r = oldest_read(l);
	if (r == 0)
		r = room_open(&l->room, l->folder, LOG_RESERVE_BYTES);
	if (r == 0)
		r = tail_open(&l->marks, l->folder, LOG_MARKS);
	if (r != 0)
		return r;
	r = start_note(l, &past);
	return r > 0 ? fault_here(ENOSPC) : r;
}

static const char *sentence_of(int fault)
{
	switch (-fault) {
	case EROFS:
	case EACCES:
	case EPERM:
		return read_only;
	case ENOSPC:
	case EDQUOT:
		return no_room;
	default:
		return unknown_fault;
	}
}

int audit_log_open(struct audit_log **ret, const struct audit_log_parts *parts,
	const char **ret_sentence)
{
	struct audit_log *l = NULL;
	int r = log_new(&l, parts);

	*ret_sentence = "";
	if (r == 0)
		r = start(l, parts, ret_sentence);
	if (r == 0) {
		*ret = l;
		return 0;
	}
	if (r < 0)
		*ret_sentence = sentence_of(r);
	if (l)
		log_drop(l);
	return r;
}

/* -- ending ------------------------------------------------------------------------ */
struct audit_log *audit_log_close(struct audit_log *l)
{
	if (!l)
		return NULL;
	/* What fails here makes the next start an unclean one, which is the truth. */
	if (log_group_write(l) == 0 && log_mark(l, CHECKPOINT_END) == 0)
		l->is_urgent = false;
	log_drop(l);
	return NULL;
}

/* -- while it is open -------------------------------------------------------------- */
const uint8_t *audit_log_id(const struct audit_log *l)
{
	return l->log_id;
}

uint64_t audit_log_next(const struct audit_log *l)
{
	return l->size + l->group_n + 1;
}

void audit_log_dropped(struct audit_log *l, uint64_t n)
{
	l->dropped += n;
}

int64_t audit_log_tick(struct audit_log *l)
{
	int64_t now = clock_boot_ms(), due;
	int64_t look = room_is_refusing(&l->room) ? MS_SECOND : LOOK_MS;

	if (l->group_n == 0)
		log_clock_look(l);
	log_mark_when_due(l);
	if (l->refill_boot_ms > now + look)
		l->refill_boot_ms = now + look; /* somebody waits for room now */
	if (now >= l->refill_boot_ms) {
		room_look(&l->room, &l->segment);
		l->refill_boot_ms = now + look;
	}
	due = log_mark_due_ms(l);
	return due < l->refill_boot_ms ? due : l->refill_boot_ms;
}

static int note_auditors(
	struct audit_log *l, const struct auditor_set *to, bool is_urgent)
{
	int r = log_note(l, AUDIT_AUDITORS_CHANGED, (uint32_t)to->n, 0);

	return r == 0 ? audit_log_commit(l, is_urgent) : r;
}

int audit_log_auditors(struct audit_log *l, const struct auditor_set *to)
{
	struct auditor_set before = l->auditors;
	int r;

	if (l->group_n > 0)
		return fault_here(EBUSY);
	if (before.n == to->n && memcmp(before.of, to->of, to->n * sizeof(*to->of)) == 0)
		return 0;
	r = note_auditors(l, to, false); /* what the former ones read last */
	if (r != 0)
		return r;
	l->auditors = *to;
	l->needs_segment = true;
	r = note_auditors(l, to, true);
	if (r == 0)
		return 0;
	l->auditors = before;
	l->needs_segment = true;
	return r;
}

void audit_log_state(const struct audit_log *l, struct audit_log_state *ret)
{
	struct statvfs fs = { 0 };

	*ret = (struct audit_log_state){ .size = l->size,
		.epoch = l->mark.epoch,
		.dropped = l->dropped,
		.checkpoint_size = l->mark.size,
		.checkpoint_ms = l->mark.utc_ms,
		.oldest_ms = l->oldest_ms,
		.segment = l->span.last,
		.segments = l->span.count,
		.bytes = l->span.bytes + l->segment.end,
		.reserve_bytes = l->room.bytes,
		.is_refusing = room_is_refusing(&l->room) };
	if (fstatvfs(l->folder, &fs) == 0)
		ret->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	memcpy(ret->checkpoint, l->mark_line, sizeof(ret->checkpoint));
}
