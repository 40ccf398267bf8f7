/* SPDX-License-Identifier: MPL-2.0
 *
 * Weekly counters, without any id of a person or a meeting; and small facts about this
 * installation.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/store/store.h"

struct stat_cell {
	int32_t week; /* calendar_iso_week(): 202647 */
	char team[LIMIT_TEAM + 1];
	uint8_t form, outcome; /* enum booking_form, booking_outcome */
	uint8_t cause;         /* why it was handed to the telephone; 0 = it was not */
	uint8_t waiting;       /* class of the citizen's waiting time */
	int64_t count;         /* in add: how much to add */
};
STORE_LIST(stat_cell);

struct stats_questions {
	int (*add)(struct store *s, const struct stat_cell *cell);
	/* from_week <= week <= to_week, in order. Small cells are hidden by the caller.
	 */
	int (*list)(struct store *s, int32_t from_week, int32_t to_week,
		struct stat_cell_list *ret);
};

#define META_VALUE_MAX 255
struct meta_questions {
	int (*put)(struct store *s, const char *key, const char *value);
	int (*get)(struct store *s, const char *key, char ret[META_VALUE_MAX + 1]);
};
