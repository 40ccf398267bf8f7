/* SPDX-License-Identifier: MPL-2.0
 *
 * The in-memory store's shape: plain arrays, searched from the front. Small and obvious
 * on purpose: it is what the SQLite store is compared with.
 */
#pragma once

#include "questions.h"

struct blob_row {
	int64_t meeting, changed_ms;
	struct record *record;
};

struct meta_row {
	char key[64];
	char value[META_VALUE_MAX + 1];
};

struct call_row {
	struct call_attempt a;
	bool over;
	uint32_t seconds, ore;
};

struct tombstone {
	int64_t meeting, over_ms;
};

/* n rows of `at`, room for cap. */
#define ROWS(type)                                                                       \
	struct {                                                                         \
		type *at;                                                                \
		size_t n, cap;                                                           \
	}

struct memory_store {
	struct store store;
	int64_t last_user;
	ROWS(struct user) users;
	ROWS(struct staff_session) sessions;
	ROWS(struct booking) bookings;
	ROWS(struct blob_row) live;
	ROWS(struct blob_row) attendance;
	ROWS(struct tombstone) shredding;
	ROWS(struct stat_cell) stats;
	ROWS(struct call_row) calls;
	ROWS(struct call_back) call_backs;
	ROWS(struct meta_row) meta;
};

static inline struct memory_store *memory_of(struct store *s)
{
	return container_of(s, struct memory_store, store);
}

/* Makes room for one more and counts it; NULL when there is no memory. */
#define ROWS_ADD(rows)                                                                   \
	(memory_grow(&(rows)->at, &(rows)->cap, (rows)->n, sizeof(*(rows)->at))          \
			? &(rows)->at[(rows)->n++]                                       \
			: NULL)
/* Takes out row i; the order of the others stays. */
#define ROWS_DROP(rows, i)                                                               \
	memmove(&(rows)->at[i], &(rows)->at[(i) + 1],                                    \
		sizeof(*(rows)->at) * (--(rows)->n - (i)))

/* at_pointer: address of the array's pointer, of whatever type. */
bool memory_grow(void *at_pointer, size_t *cap, size_t n, size_t row_size);

extern const struct user_questions memory_user;
extern const struct staff_session_questions memory_staff_session;
extern const struct meeting_questions memory_meeting;
/* NULL: there is none. */
struct booking *memory_booking(struct memory_store *m, int64_t id);
extern const struct retention_questions memory_retention;
extern const struct call_questions memory_call;
/* Was that meeting called at or after then? */
bool memory_was_called(const struct memory_store *m, int64_t meeting, int64_t since_ms);
