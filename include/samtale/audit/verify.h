/* SPDX-License-Identifier: MPL-2.0
 *
 * Does the log hold? Needs no secret: the folder, the node's public key, and anchors from
 * elsewhere. Works on a live folder: what is being written at this moment is not judged.
 */
#pragma once

#include "samtale/audit/record.h"

enum verify_verdict { /* the exit codes of `samtale audit verify` */
	VERIFY_OK = 0,
	VERIFY_BROKEN = 1,
	VERIFY_CANNOT = 2,
	VERIFY_NOTABLE = 3,
	VERIFY_UNANCHORED = 4,
};

enum verify_kind {
#define FINDING(id, is_broken, sentence) FOUND_##id,
#include "samtale/audit/findings.def"
#undef FINDING
	FOUND_COUNT
};

struct verify_finding {
	enum verify_kind kind;
	uint32_t segment;  /* 0: about none */
	uint64_t sequence; /* 0: about none */
	int64_t utc_ms;
};

struct verify_parts {
	const char *folder;
	uint8_t signing[SIGN_PUBLIC];
	const char *const *anchors; /* files with lines that hold checkpoints; may be 0 */
	size_t anchor_n;
	/* The longest time between two checkpoints, `audit.epoch_minutes`; 0: not known,
	 * the longest that may be set. */
	int64_t epoch_ms;
	/* Records younger than that were never to be deleted, whatever was set: the least
	 * that `audit.keep_days` may be. 0: not judged. */
	int64_t keep_ms;
	void (*found)(void *arg, const struct verify_finding *f);
	/* done and all bytes; at most ten times a second; may be NULL. */
	void (*progress)(void *arg, uint64_t done, uint64_t all);
	void *arg;
};

struct verify_result {
	enum verify_verdict verdict;
	const char *sentence; /* static: why it could not be checked; NULL otherwise */
	uint64_t records;     /* that are here; deleted ones not counted */
	uint64_t sealed;      /* number of the last record under a checkpoint */
	uint64_t last;        /* number of the last record of all */
	uint64_t checkpoints, anchors; /* anchors: lines that agree with this log */
	int64_t anchored_ms; /* of the newest checkpoint that an anchor proves; 0: none */
	int64_t first_ms, last_ms;
	uint32_t segments;
};

/* Something to look at (3) goes before unanchored (4); anchored_ms tells the rest.
 * Faults: -ENOMEM. All else is a verdict. */
must_check int verify_log(const struct verify_parts *parts, struct verify_result *ret);
const char *verify_sentence(enum verify_kind kind);
