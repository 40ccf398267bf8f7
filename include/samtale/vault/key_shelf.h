/* SPDX-License-Identifier: MPL-2.0
 *
 * Where wrapped meeting keys are kept. The vault may not know SQLite, so the store hands
 * it this table (keys_db.h); tests hand it an array. Keys on the shelf are wrapped by the
 * node key; what is dropped is gone for good once the batch has been committed.
 */
#pragma once

#include "samtale/vault/secret.h"

#define WRAPPED_KEY_BYTES 73 /* version 1, nonce 24, key 32, tag 16 */

struct shelf_row {
	int64_t meeting;
	int64_t created_ms; /* UTC; a key without a booking is an orphan after an hour */
	bool has_ck, has_mk;
	uint8_t ck[WRAPPED_KEY_BYTES];
	uint8_t mk[WRAPPED_KEY_BYTES];
};

#define SHELF_E_NONE  1
#define SHELF_E_TAKEN 2

/* Called on the store's worker only. */
struct key_shelf {
	void *arg;
	/* Outcome: SHELF_E_TAKEN. */
	int (*put)(void *arg, const struct shelf_row *row);
	/* Outcome: SHELF_E_NONE. */
	int (*get)(void *arg, int64_t meeting, struct shelf_row *ret);
	/* Nothing there is fine. A row that lost both keys disappears. */
	int (*drop_ck)(void *arg, int64_t meeting);
	int (*drop_mk)(void *arg, int64_t meeting);
	/* Rows with a meeting id above `after`, ascending, at most cap; for re-wrapping
	 * and for finding orphans. */
	int (*list)(void *arg, int64_t after, struct shelf_row *rows, size_t cap,
		size_t *ret_n);
};
