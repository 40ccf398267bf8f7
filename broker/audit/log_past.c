/* SPDX-License-Identifier: MPL-2.0
 *
 * What a start finds: the checkpoints and the last segment, read to their ends. Cuts what
 * was never acknowledged, changes nothing else, and refuses with a sentence what it must
 * not go on from.
 */
#include "log_inside.h"

#include "samtale/base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_DIGITS  8
#define CHUNK_BYTES  ((size_t)16 * 1024)
#define BLOCKS_CHUNK 64
#define IS_HOW_TO_NEW                                                                    \
	" Or move the folder `audit` away, keep it, and start: a new log begins."

static const char shorter[] = "The log is shorter than its last checkpoint: an older "
			      "copy was restored, or its end "
			      "was cut off. Put the newest copy back; or accept the "
			      "loss, which goes on record: "
			      "samtale audit accept-loss.";
static const char foreign[] = "The log was written by another node, or is mixed from two "
			      "logs. Put this node's own "
			      "folder back." IS_HOW_TO_NEW;
static const char bad_marks[] = "`checkpoints` is missing, was changed or cannot be "
				"read. Put the newest copy back." IS_HOW_TO_NEW;
static const char bad_head[] = "The header of the last segment is damaged or was "
			       "changed. Put the newest copy back." IS_HOW_TO_NEW;

static int refuse(int outcome, const char *sentence, const char **ret_sentence)
{
	*ret_sentence = sentence;
	return outcome;
}

/* -- the files --------------------------------------------------------------------- */
void log_segment_name(uint32_t number, char ret[LOG_NAME_BYTES])
{
	(void)snprintf(ret, LOG_NAME_BYTES, "%08u.seg", number % (LOG_NUMBER_MAX + 1));
}

static bool number_of(const char *name, uint32_t *ret)
{
	uint64_t number;

	if (strlen(name) != NAME_DIGITS + 4 || strcmp(name + NAME_DIGITS, ".seg") != 0 ||
		!bytes_to_u64(bytes_of(name, NAME_DIGITS), LOG_NUMBER_MAX, &number) ||
		number == 0)
		return false;
	*ret = (uint32_t)number;
	return true;
}

static void span_add(struct log_span *s, uint32_t number, uint64_t bytes)
{
	if (s->count == 0 || number < s->first)
		s->first = number;
	if (number > s->last)
		s->last = number;
	s->count++;
	s->bytes += bytes;
}

static int span_missing(int folder, struct log_span *s)
{
	char name[LOG_NAME_BYTES];

	for (uint32_t i = s->first; i < s->last && s->count > 0; i++) {
		if (s->count == s->last - s->first + 1)
			return 0;
		log_segment_name(i, name);
		if (faccessat(folder, name, F_OK, 0) == 0)
			continue;
		s->missing = i;
		return 0;
	}
	return 0;
}

int log_span_read(int folder, struct log_span *ret)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct log_span s = { 0 };
	const struct dirent *e;
	struct stat st;
	uint32_t number;

	if (!d) {
		int why = errno;

		file_closep(&fd);
		return fault_here(why);
	}
	while ((e = readdir(d)))
		if (number_of(e->d_name, &number) &&
			fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			span_add(&s, number, (uint64_t)st.st_size);
	(void)closedir(d);
	*ret = s;
	return span_missing(folder, ret);
}

int log_segment_open(int folder, uint32_t number, int mode, int *ret)
{
	char name[LOG_NAME_BYTES];

	log_segment_name(number, name);
	*ret = openat(folder, name, mode | O_CLOEXEC | O_NOFOLLOW);
	return *ret < 0 ? fault_here(errno) : 0;
}

static int head_read(int fd, struct segment_head *ret)
{
	uint8_t at[SEGMENT_HEAD_BYTES];
	size_t len = 0;
	int r = file_read_at(fd, at, sizeof(at), 0, &len);

	if (r < 0)
		return fault_pass(r);
	return len == sizeof(at) ? segment_head_read(at, ret) : RECORD_E_BAD;
}

int log_head_read(int folder, uint32_t number, struct segment_head *ret)
{
	owned(file_closep) int fd = -1;
	int r = log_segment_open(folder, number, O_RDONLY, &fd);

	return r == 0 ? head_read(fd, ret) : r;
}

/* -- checkpoints ------------------------------------------------------------------- */
struct line {
	struct checkpoint c;
	size_t len; /* 0: there was none, or it could not be read */
	uint8_t text[CHECKPOINT_LINE_MAX];
};

struct lines {
	struct line last, start; /* start: the last that the node signed */
	uint8_t next[SIGN_PUBLIC];
	bool has_next; /* of the line before the last */
	uint64_t end;  /* of the last whole line */
};

static void take_line(struct lines *in, struct bytes text)
{
	in->has_next = in->last.len > 0;
	memcpy(in->next, in->last.c.next, sizeof(in->next));
	in->last.len = 0;
	if (text.len == 0 || text.len > sizeof(in->last.text) ||
		checkpoint_read(text, &in->last.c) != 0)
		return;
	memcpy(in->last.text, text.at, text.len);
	in->last.len = text.len;
	if (checkpoint_is_start(in->last.c.kind))
		in->start = in->last;
}

/* What is after the last line feed was never anchored. */
static int lines_read(int fd, struct lines *in)
{
	uint8_t at[CHUNK_BYTES];
	size_t len = 0;

	do {
		int r = file_read_at(fd, at, sizeof(at), in->end, &len);
		size_t from = 0;
		const uint8_t *end;

		if (r < 0)
			return fault_pass(r);
		while ((end = memchr(at + from, '\n', len - from))) {
			take_line(in, bytes_of(at + from, (size_t)(end - at) - from));
			from = (size_t)(end - at) + 1;
		}
		if (from == 0 && len == sizeof(at)) { /* no line is as long */
			in->last.len = 0;
			from = len;
		}
		in->end += from;
	} while (len == CHUNK_BYTES);
	return 0;
}

static bool is_signed(const struct lines *in, const uint8_t node_public[SIGN_PUBLIC])
{
	const uint8_t *key =
		checkpoint_is_start(in->last.c.kind) ? node_public : in->next;

	return (checkpoint_is_start(in->last.c.kind) || in->has_next) &&
	       checkpoint_is_signed_by(bytes_of(in->last.text, in->last.len), key);
}

static int lines_judge(const struct lines *in, const uint8_t node_public[SIGN_PUBLIC],
	const char **ret_sentence)
{
	if (in->last.len == 0 || in->start.len == 0)
		return refuse(AUDIT_LOG_E_DAMAGED, bad_marks, ret_sentence);
	if (!checkpoint_is_signed_by(
		    bytes_of(in->start.text, in->start.len), node_public) ||
		memcmp(in->start.c.log_id, in->last.c.log_id, LOG_ID_BYTES) != 0)
		return refuse(AUDIT_LOG_E_FOREIGN, foreign, ret_sentence);
	if (!is_signed(in, node_public))
		return refuse(AUDIT_LOG_E_DAMAGED, bad_marks, ret_sentence);
	return 0;
}

static int cut(int fd, uint64_t end)
{
	return ftruncate(fd, (off_t)end) < 0 || fdatasync(fd) < 0 ? fault_here(errno) : 0;
}

static int marks_read(int folder, const uint8_t node_public[SIGN_PUBLIC],
	struct log_past *past, const char **ret_sentence)
{
	owned(file_closep) int fd =
		openat(folder, LOG_MARKS, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	owned(heap_freep) struct lines *in = NULL;
	uint64_t size;
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : fault_here(errno);
	in = calloc(1, sizeof(*in));
	if (!in)
		return fault_here(ENOMEM);
	r = file_size(fd, &size);
	if (r == 0)
		r = lines_read(fd, in);
	if (r == 0 && in->end < size)
		r = cut(fd, in->end);
	if (r < 0 || in->end == 0)
		return r;
	r = lines_judge(in, node_public, ret_sentence);
	if (r != 0)
		return r;
	past->has_checkpoint = true;
	past->last = in->last.c;
	memcpy(past->log_id, in->last.c.log_id, sizeof(past->log_id));
	return 0;
}

/* -- the last segment -------------------------------------------------------------- */
static void take_block(struct log_past *past, const uint8_t block[LOG_FRAME_BYTES])
{
	const struct checkpoint *last = &past->last;
	uint64_t sequence = 0;

	past->size++;
	chain_next(past->chain, block);
	if (log_frame_check(block, &sequence) != 0 || sequence != past->size)
		past->damaged = past->span.last;
	if (past->has_checkpoint && last->size == past->size &&
		memcmp(last->chain, past->chain, sizeof(past->chain)) != 0)
		past->damaged = past->span.last;
}

static int blocks_read(int fd, struct log_past *past)
{
	uint8_t at[BLOCKS_CHUNK * LOG_FRAME_BYTES];
	uint64_t from = SEGMENT_HEAD_BYTES;
	size_t len = sizeof(at), rest = 0;

	while (len == sizeof(at)) {
		int r = file_read_at(fd, at, sizeof(at), from, &len);

		if (r < 0)
			return fault_pass(r);
		rest = len % LOG_FRAME_BYTES;
		for (size_t i = 0; i + LOG_FRAME_BYTES <= len; i += LOG_FRAME_BYTES)
			take_block(past, at + i);
		from += len - rest;
	}
	return rest > 0 ? cut(fd, from) : 0;
}

static int segment_read(int folder, struct log_past *past, const char **ret_sentence)
{
	owned(file_closep) int fd = -1;
	int r = log_segment_open(folder, past->span.last, O_RDWR, &fd);

	if (r == 0)
		r = head_read(fd, &past->head);
	if (r < 0)
		return fault_pass(r);
	if (r > 0 || past->head.first == 0)
		return refuse(AUDIT_LOG_E_DAMAGED, bad_head, ret_sentence);
	if (past->head.number != past->span.last ||
		(past->has_checkpoint &&
			memcmp(past->head.log_id, past->log_id, LOG_ID_BYTES) != 0))
		return refuse(AUDIT_LOG_E_FOREIGN, foreign, ret_sentence);
	memcpy(past->log_id, past->head.log_id, sizeof(past->log_id));
	memcpy(past->chain, past->head.chain, sizeof(past->chain));
	past->has_auditors = true;
	past->size = past->head.first - 1;
	chain_enter(past->chain, &past->head);
	return blocks_read(fd, past);
}

/* -- together ---------------------------------------------------------------------- */
/* First starts that ended before the first checkpoint leave their own records alone. */
static bool is_first_start(const struct log_past *past)
{
	return past->size <= (uint64_t)past->span.last * LOG_START_RECORDS;
}

static int judge(struct log_past *past, bool accept_loss, const char **ret_sentence)
{
	const struct checkpoint *last = &past->last;

	if (!past->has_checkpoint)
		return is_first_start(past)
			       ? 0
			       : refuse(AUDIT_LOG_E_DAMAGED, bad_marks, ret_sentence);
	if (past->size >= last->size) {
		past->is_clean = last->kind == CHECKPOINT_END &&
				 past->size == last->size && past->damaged == 0;
		return 0;
	}
	if (!accept_loss)
		return refuse(AUDIT_LOG_E_SHORTER, shorter, ret_sentence);
	past->is_short = true;
	past->size = last->size; /* so no lost number is used again */
	memcpy(past->chain, last->chain, sizeof(past->chain));
	return 0;
}

int log_past_read(int folder, const uint8_t node_public[SIGN_PUBLIC], bool accept_loss,
	struct log_past *ret, const char **ret_sentence)
{
	struct log_past past = { 0 };
	int r = log_span_read(folder, &past.span);

	if (r == 0)
		r = marks_read(folder, node_public, &past, ret_sentence);
	if (r == 0 && past.span.count > 0)
		r = segment_read(folder, &past, ret_sentence);
	else if (r == 0)
		r = log_links_last(folder, &past.span.last);
	if (r == 0)
		r = judge(&past, accept_loss, ret_sentence);
	if (r == 0)
		*ret = past;
	return r;
}
