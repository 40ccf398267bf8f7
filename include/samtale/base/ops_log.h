/* SPDX-License-Identifier: MPL-2.0
 *
 * The operations log: event names from events.def and typed fields, one line each to
 * stderr (the journal). There is no way to write free text into it, so no name, number,
 * address, token, SDP or digit can get there. It never blocks: it drops and counts.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdint.h>

enum log_event_id {
#define EVENT(id, level, sentence) EV_##id,
#include "samtale/base/events.def"
#undef EVENT
	EV_COUNT
};

enum log_level {
	LOG_E_ERROR = 3,
	LOG_E_WARNING = 4,
	LOG_E_PROOF = 5, /* evidence, not news: written at every level */
	LOG_E_INFO = 6,
	LOG_E_DEBUG = 7
};

enum log_field_kind {
	LOG_END,
	LOG_COUNT,
	LOG_MS,
	LOG_ERRNO,
	LOG_WORD,
	LOG_TAG,
	LOG_CHECKPOINT
};

struct log_field {
	enum log_field_kind kind;
	const char *key; /* literal */
	int64_t number;
	/* Literal from our own tables, never a peer's bytes; or a checkpoint. */
	const char *word;
};

#define F_COUNT(k, n) ((struct log_field){ LOG_COUNT, (k), (int64_t)(n), NULL })
#define F_MS(k, n)    ((struct log_field){ LOG_MS, (k), (int64_t)(n), NULL })
#define F_ERRNO(e)    ((struct log_field){ LOG_ERRNO, "error", (int64_t)(e), NULL })
#define F_WORD(k, w)  ((struct log_field){ LOG_WORD, (k), 0, (w) })
/* A line of the sealed log's checkpoints, which is public. It ends at the first character
 * that is in none of them. */
#define F_CHECKPOINT(line) ((struct log_field){ LOG_CHECKPOINT, "line", 0, (line) })
/* A short keyed hash of what it is about, new key at each start: see tag_of() in vault.
 */
#define F_TAG(k, t) ((struct log_field){ LOG_TAG, (k), (int64_t)(t), NULL })

/* log_event(EV_STARTED, F_COUNT("port", 8443)); */
#define log_event(id, ...)                                                               \
	log_write((id), (const struct log_field[]){                                      \
				__VA_ARGS__ __VA_OPT__(, ){ LOG_END, NULL, 0, NULL } })

void log_write(enum log_event_id id, const struct log_field *fields);
void log_set_level(enum log_level least);
const char *log_event_name(enum log_event_id id);
uint64_t log_event_count(enum log_event_id id); /* since start, for metrics */
uint64_t log_dropped(void);
