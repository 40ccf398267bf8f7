/* SPDX-License-Identifier: MPL-2.0
 *
 * What we remember, as named questions in function tables: one per subject. SQLite and an
 * in-memory store answer the same contract suite. Every question is asked on the store's
 * worker (desk.h), never on the loop. Rows are flat values: nothing in them has an owner,
 * except the lists below.
 *
 * Results: 0; a STORE_E_ outcome; or a fault, of which callers may tell people:
 * -ENOSPC the disk is full, -EROFS the folder cannot be written, -EIO damage.
 */
#pragma once

#include "samtale/base/bytes.h"

#define STORE_E_NONE     1 /* no such row */
#define STORE_E_CONFLICT 2 /* somebody changed it since it was read: read again */
#define STORE_E_TAKEN    3 /* name, number or hash exists already */

/* One clear sentence about a fault, for people; never NULL. */
const char *store_fault_sentence(int fault);

struct store {
	const struct user_questions *user;
	const struct staff_session_questions *staff_session;
	const struct meeting_questions *meeting;
	const struct record_questions *record;
	const struct stats_questions *stats;
	const struct call_questions *call;
	const struct meta_questions *meta;
	const struct retention_questions *retention;
	const struct store_batch *batch;
};

/* Used by the desk: everything between begin and commit is durable together, or not at
 * all. keep/undo end a savepoint: a failed task takes back its own writes alone. */
struct store_batch {
	int (*begin)(struct store *s);
	int (*commit)(struct store *s); /* on a fault all was rolled back */
	void (*abandon)(struct store *s);
	int (*save)(struct store *s);
	int (*keep)(struct store *s);
	int (*undo)(struct store *s);
};

/* A list: n rows, one allocation. Start from STORE_LIST_NULL; free(list.at). The
 * longest list is STORE_ROWS_MAX; more are cut off and `more` is set. */
#define STORE_ROWS_MAX 2000
#define STORE_LIST(type)                                                                 \
	struct type##_list {                                                             \
		struct type *at;                                                         \
		size_t n;                                                                \
		bool more;                                                               \
	}
#define STORE_LIST_NULL                                                                  \
	{                                                                                \
		NULL, 0, false                                                           \
	}
