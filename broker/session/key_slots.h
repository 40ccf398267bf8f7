/* SPDX-License-Identifier: MPL-2.0
 *
 * Keys of the meetings in memory. Guarded memory costs pages, so many share one block.
 */
#pragma once

#include "samtale/vault/vault.h"

struct key_slots;

must_check int key_slots_new(struct key_slots **ret);
/* Wipes all. */
struct key_slots *key_slots_free(struct key_slots *k);

/* Copies the keys into a slot; its number, or -ENOMEM. */
must_check int key_slots_put(struct key_slots *k, const struct meeting_keys *keys);
/* Wipes the slot; -1 is fine. */
void key_slots_drop(struct key_slots *k, int slot);
/* Borrowed until that drop. NULL for -1. */
const struct meeting_keys *key_slots_at(const struct key_slots *k, int slot);
