/* SPDX-License-Identifier: MPL-2.0
 *
 * What verify's parts share. Everything is read in one order, anchors, checkpoints,
 * segments, because it is written in the other: so a log that grows meanwhile is never
 * shorter than what was read of it before.
 */
#pragma once

#include "samtale/audit/verify.h"

#include <errno.h>

#define WORD_CHECKPOINT     "samtale-checkpoint "
#define CLOCK_TOLERANCE_MS  2000
#define LONGEST_EPOCH_MS    ((int64_t)15 * 60 * 1000)
#define NO_FILE             (-1)
#define VERIFY_E_UNREADABLE 1 /* why: verifying.sentence */

struct mark { /* one line of `checkpoints` */
	uint64_t epoch, size;
	int64_t utc_ms;
	enum checkpoint_kind kind;
	uint8_t chain[HASH_BYTES];
	uint8_t line[HASH_BYTES];
};

struct anchor {
	struct mark mark;
	uint8_t log_id[LOG_ID_BYTES];
	bool is_ours; /* a start, signed by this node */
};

struct segment_at { /* a segment that is here, or whose links are */
	uint32_t number;
	bool has_file, has_head, has_links;
	uint64_t first;
	int64_t utc_ms;
	uint8_t log_id[LOG_ID_BYTES], chain[HASH_BYTES], hash[HASH_BYTES];
	uint32_t in_head; /* the number that the header says */
	uint64_t links_at;
	uint32_t links;
};

struct verifying {
	const struct verify_parts *parts;
	struct verify_result result;
	const char *sentence;
	int64_t epoch_ms;
	int folder, links;
	struct mark *marks;
	struct anchor *anchors;
	struct segment_at *segments;
	size_t mark_n, mark_cap, anchor_n, anchor_cap, segment_n, segment_cap;
	uint8_t log_id[LOG_ID_BYTES];
	bool has_log_id, is_broken, is_notable;
	uint8_t *buffer;
	uint64_t done, all;
	int64_t told_ms;
};

void verify_found(struct verifying *v, enum verify_kind kind, uint32_t segment,
	uint64_t sequence, int64_t utc_ms);
void verify_progress(struct verifying *v, uint64_t more);
/* Room for one more of `each` bytes. Faults: -ENOMEM. */
must_check int verify_room(void **at, size_t *cap, size_t n, size_t each);
/* Reads up to len bytes at `from`; less at the end. Outcome: UNREADABLE. */
must_check int verify_read(struct verifying *v, int fd, uint64_t from, void *ret,
	size_t len, size_t *ret_len);
void verify_close(int *fd);

/* Each: outcome UNREADABLE, faults -ENOMEM. Findings are told. */
must_check int verify_anchors_load(struct verifying *v);
void verify_anchors_judge(struct verifying *v);
must_check int verify_checkpoints(struct verifying *v);
/* Which segments there are, by number; again: their links may have been written since. */
must_check int verify_segments_list(struct verifying *v);
must_check int verify_links_load(struct verifying *v);
/* The first one of at least that number; NULL: none. */
struct segment_at *verify_segment(struct verifying *v, uint32_t number);
must_check int verify_walk(struct verifying *v);

void mark_of(const struct checkpoint *c, struct bytes line, struct mark *ret);
