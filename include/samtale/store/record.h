/* SPDX-License-Identifier: MPL-2.0
 *
 * The state of a running meeting, so that a kill -9 loses nothing, and what is kept of an
 * ended one. Both are blobs sealed under the meeting's mk.
 */
#pragma once

#include "samtale/store/store.h"

#define LIMIT_RECORD_BLOB (64 * 1024)

struct record { /* blob is part of the same allocation: free() the row */
	int64_t meeting;
	int64_t changed_ms;
	size_t len;
	uint8_t blob[];
};

struct record_questions {
	/* Live: replaces. Faults: -EMSGSIZE. */
	int (*live_put)(
		struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed);
	int (*live_get)(struct store *s, int64_t meeting, struct record **ret);
	int (*live_drop)(struct store *s, int64_t meeting); /* none there is fine */
	/* Ids, ascending, malloc'd: *ret belongs to the caller. */
	int (*live_list)(struct store *s, int64_t **ret, size_t *ret_n);
	/* Attendance: replaces. Outlives the booking's row. */
	int (*attendance_put)(
		struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed);
	int (*attendance_get)(struct store *s, int64_t meeting, struct record **ret);
};
