/* SPDX-License-Identifier: MPL-2.0
 *
 * keys.db: the shelf of wrapped meeting keys, a database of its own that no data backup
 * contains. secure_delete is on and its write-ahead log is emptied after deletions.
 */
#pragma once

#include "samtale/store/sqlite.h"
#include "samtale/vault/key_shelf.h"

struct seal_stream;

struct keys_db;

/* Outcomes: SQLITE_STORE_E_NEWER, _DAMAGED. Faults: -EROFS, -ENOSPC, -errno. */
must_check int keys_db_open(struct keys_db **ret, const char *path);
struct keys_db *keys_db_close(struct keys_db *k);
DEFINE_FREEP(struct keys_db, keys_db_close, keys_db_closep)

/* Borrowed, as long as k lives; for vault_parts. */
const struct key_shelf *keys_db_shelf(struct keys_db *k);
/* Begin, commit, savepoints: a struct store with nothing but `batch`. */
struct store *keys_db_store(struct keys_db *k);
/* The node's root key: every subkey but NODE_WRAP is derived from it, so the node key
 * can be replaced. key_id: node_key_id() of the node key that everything here is wrapped
 * under. Inside a batch. */
struct keys_root {
	uint8_t wrapped[WRAPPED_KEY_BYTES];
	uint8_t key_id[NODE_KEY_ID_BYTES];
};
/* Outcome: STORE_E_NONE, of an installation before there was one: the node key is it. */
must_check int keys_db_root_get(struct keys_db *k, struct keys_root *ret);
must_check int keys_db_root_put(struct keys_db *k, const struct keys_root *root);

/* Sealed copy of every row: `samtale key backup`. Own connection: any thread or process.
 */
must_check int keys_db_backup(const char *path, struct seal_stream *to);
