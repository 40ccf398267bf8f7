/* SPDX-License-Identifier: MPL-2.0
 *
 * What the telephone leaves behind: calls that we placed, so that the caps on them
 * survive a restart, and people who called in, did not get through and wait to be called
 * back. A placed call is numbers alone; whose telephone rang is nowhere.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/store/store.h"
#include "samtale/vault/seal.h"

struct call_attempt {
	int64_t meeting;
	int64_t user; /* who placed it; 0: nobody */
	uint32_t leg; /* with the meeting the name of a call that is not over */
	int64_t at_ms;
};

struct call_price { /* what a call that is not over counts as */
	uint32_t ore_per_minute;
	int64_t longest_ms;
};

struct call_counts {
	uint32_t meeting_day; /* of that meeting in 24 hours */
	uint32_t user_hour;   /* of that user in an hour */
	uint32_t day;         /* all in 24 hours */
	uint64_t day_ore; /* what these cost; one that is not over: as if it lasted from
			     then on, at most longest_ms */
};

struct call_back {
	int64_t id; /* random_id(), given by the caller: the number is sealed to it */
	char team[LIMIT_TEAM + 1]; /* "": everybody's */
	struct sealed number;      /* SEAL_CALL_BACK, NODE_CALL_BACK_SEAL */
	int64_t created_ms;
};
STORE_LIST(call_back);

#define CALL_KEEP_MS      (INT64_C(7) * 24 * 3600 * 1000)
#define CALL_BACK_KEEP_MS (INT64_C(24) * 3600 * 1000)

struct call_questions {
	/* who: its at_ms is now; meeting and user are those that are counted. */
	int (*counts)(struct store *s, const struct call_attempt *who,
		const struct call_price *price, struct call_counts *ret);
	int (*placed)(struct store *s, const struct call_attempt *a);
	/* The newest that is not over with this meeting and leg. Outcome: STORE_E_NONE.
	 */
	int (*over)(struct store *s, int64_t meeting, uint32_t leg, uint32_t seconds,
		uint32_t ore);

	/* Outcome: STORE_E_TAKEN (id). */
	int (*back_add)(struct store *s, const struct call_back *b);
	int (*back_get)(struct store *s, int64_t id, struct call_back *ret);
	/* Those of the team and of everybody, made after then, oldest first. */
	int (*back_list)(struct store *s, const char *team, int64_t after_ms,
		struct call_back_list *ret);
	/* Outcome: STORE_E_NONE. */
	int (*back_drop)(struct store *s, int64_t id);
	/* Counts what was there before then; with drop it is removed. */
	int (*calls_old)(struct store *s, int64_t before_ms, bool drop, size_t *ret_n);
	int (*backs_old)(struct store *s, int64_t before_ms, bool drop, size_t *ret_n);
};
