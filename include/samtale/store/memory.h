/* SPDX-License-Identifier: MPL-2.0
 *
 * The store in memory, for tests of the rooms above: the same contract, gone at the end.
 * It keeps what a failed task wrote (no savepoints); nothing else differs.
 */
#pragma once

#include "samtale/store/store.h"
#include "samtale/vault/key_shelf.h"

must_check int memory_store_new(struct store **ret);
struct store *memory_store_free(struct store *s);
DEFINE_FREEP(struct store, memory_store_free, memory_store_freep)

must_check int memory_shelf_new(struct key_shelf **ret);
struct key_shelf *memory_shelf_free(struct key_shelf *k);
DEFINE_FREEP(struct key_shelf, memory_shelf_free, memory_shelf_freep)
