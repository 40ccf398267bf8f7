/* SPDX-License-Identifier: MPL-2.0
 *
 * What the parts of the log's writer share. `size` and the two chain values are of what
 * is durable; the group is what was taken since and counts for nothing yet.
 */
#pragma once

#include "samtale/audit/log.h"

#include "tail.h"

#define LOG_MARKS       "checkpoints"
#define LOG_LINKS       "chain"
#define LOG_NEW_SEGMENT "segment.new"
#define LOG_NUMBER_MAX  99999999u
#define LOG_NAME_BYTES  16 /* NNNNNNNN.seg and NUL */
/* Own records may follow those of a full group in the same write. */
#define LOG_GROUP_ROOM    (LOG_GROUP_MAX + 4)
#define LOG_START_RECORDS 5    /* at most, before the first checkpoint of a start */
#define LOG_STEP_MS       2000 /* of the clock: more than that is on record */

struct log_keys {            /* guarded memory */
	struct key k, fresh; /* of the segment; of one that is being begun */
	struct key rk;
	struct key seal, next_seal; /* E_e, and the one after it */
};

struct log_span { /* the segments' files */
	uint32_t first, last, count;
	uint32_t missing; /* the first hole between them; 0: none */
	uint64_t bytes;
};

struct log_past { /* what a start found */
	bool has_checkpoint, is_clean, is_short, has_auditors;
	struct checkpoint last;
	uint32_t damaged; /* number of a segment; 0: none */
	uint64_t size;
	uint8_t chain[HASH_BYTES];
	uint8_t log_id[LOG_ID_BYTES];
	struct log_span span;
	struct segment_head head; /* of the last segment, when has_auditors */
};

struct audit_log {
	int folder;
	struct auditor_set auditors;
	const struct key *signing;
	uint8_t public_key[SIGN_PUBLIC];
	int64_t epoch_ms;
	void (*anchor)(void *arg, const char *line);
	void *arg;
	struct log_keys *keys;
	uint8_t log_id[LOG_ID_BYTES], boot_id[BOOT_ID_BYTES];
	uint64_t node;

	struct room room;
	struct log_span span;
	int64_t oldest_ms;

	struct tail segment;
	int64_t segment_day;
	uint32_t segment_records; /* the group's among them */
	bool needs_segment;
	uint64_t size;
	uint8_t mark_chain[HASH_BYTES]; /* right after record `size` */
	uint8_t chain[HASH_BYTES];      /* headers that were begun since among it */

	uint8_t group[LOG_GROUP_ROOM * LOG_FRAME_BYTES];
	size_t group_n;
	uint8_t group_chain[HASH_BYTES];

	struct tail marks;
	uint64_t epoch, dropped; /* epoch: of the next checkpoint */
	bool is_urgent;
	int64_t mark_boot_ms, retry_boot_ms;
	struct checkpoint mark; /* the last one */
	char mark_line[CHECKPOINT_LINE_MAX];

	int64_t clock_offset_ms; /* UTC minus boot clock, as last seen */
	int64_t refill_boot_ms;
};

/* -- log_past.c: what is there ----------------------------------------------------- */
void log_segment_name(uint32_t number, char ret[LOG_NAME_BYTES]);
must_check int log_span_read(int folder, struct log_span *ret);
must_check int log_segment_open(int folder, uint32_t number, int mode, int *ret);
/* Outcome: RECORD_E_BAD. */
must_check int log_head_read(int folder, uint32_t number, struct segment_head *ret);
/* Cuts what was never acknowledged. Outcomes: AUDIT_LOG_E_*, with *ret_sentence. */
must_check int log_past_read(int folder, const uint8_t node_public[SIGN_PUBLIC],
	bool accept_loss, struct log_past *ret, const char **ret_sentence);

/* -- log_marks.c: checkpoints ------------------------------------------------------ */
/* Of what is durable. Outcome: TAIL_E_FULL. */
must_check int log_mark(struct audit_log *l, enum checkpoint_kind kind);
/* When it is due: by its time, or because something urgent was written. */
void log_mark_when_due(struct audit_log *l);
int64_t log_mark_due_ms(const struct audit_log *l);

/* -- log_segment.c ----------------------------------------------------------------- */
/* Begins the next one. Outcome: TAIL_E_FULL. */
must_check int log_segment_begin(struct audit_log *l, bool may_use_reserve);
bool log_segment_is_over(const struct audit_log *l, int64_t utc_ms);

/* -- log_prune.c ------------------------------------------------------------------- */
/* Number of the last segment in `chain`; 0 without one. */
must_check int log_links_last(int folder, uint32_t *ret);

/* -- log_group.c ------------------------------------------------------------------- */
/* Writes what is in the group, and nothing else. Outcome: AUDIT_LOG_E_FULL. */
must_check int log_group_write(struct audit_log *l);
/* An own record into the group. */
must_check int log_note(
	struct audit_log *l, unsigned what, uint32_t value, uint32_t subject);
/* A step of the clock since the last look is put on record. */
void log_clock_look(struct audit_log *l);
