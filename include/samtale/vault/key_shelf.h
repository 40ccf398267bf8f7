/* SPDX-License-Identifier: MPL-2.0
 *
 * Where wrapped meeting keys are kept. The vault may not know SQLite, so the store hands
 * it this table (keys_db.h); tests hand it an array. Keys on the shelf are wrapped by the
 * node key; what is dropped is gone for good once the batch has been committed.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/vault/seal.h"
#include "samtale/vault/token.h"

#define WRAPPED_KEY_BYTES 73 /* version 1, nonce 24, key 32, tag 16 */

struct shelf_row {
	int64_t meeting;
	int64_t created_ms; /* UTC; a key without a booking is an orphan after an hour */
	bool has_ck, has_mk;
	uint8_t ck[WRAPPED_KEY_BYTES];
	uint8_t mk[WRAPPED_KEY_BYTES];
	bool has_case; /* only with mk; goes with it */
	struct token_hash case_tag;
	struct sealed case_ref; /* under mk */
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
	/* Writes keys and case of a row that is there. Outcome: SHELF_E_NONE. */
	int (*change)(void *arg, const struct shelf_row *row);
	/* Meetings with that tag above `after`, ascending, at most cap. */
	int (*find)(void *arg, const struct token_hash *tag, int64_t after, int64_t *ids,
		size_t cap, size_t *ret_n);
};

/* -- what lies on it --------------------------------------------------------------- */
struct meeting_keys;

/* Wraps both keys that it has under a node key's NODE_WRAP, each bound to its meeting. */
void shelf_wrap(
	const struct key *wrap, const struct meeting_keys *keys, struct shelf_row *row);
/* Faults: -EBADMSG, a key does not open: the shelf is damaged or of another node key. */
must_check int shelf_unwrap(
	const struct key *wrap, const struct shelf_row *row, struct meeting_keys *ret);
/* Tag and sealed reference; empty: none. Faults: -EINVAL (not a text, or too long). */
must_check int shelf_set_case(const struct node_key *node, const struct key *mk,
	struct bytes case_ref, struct shelf_row *row);
/* "" without one. Faults: -EBADMSG. */
must_check int shelf_case(
	const struct shelf_row *row, const struct key *mk, char ret[OPEN_TEXT_CAP]);
/* Wraps every key on the shelf anew, for another node key. Inside a transaction. */
must_check int shelf_rewrap(
	const struct key_shelf *shelf, const struct key *from, const struct key *to);
/* The root key of a node, wrapped in the same way. */
void root_wrap(
	const struct key *wrap, const struct key *root, uint8_t ret[WRAPPED_KEY_BYTES]);
must_check bool root_unwrap(const struct key *wrap,
	const uint8_t wrapped[WRAPPED_KEY_BYTES], struct key *ret);
