/* SPDX-License-Identifier: MPL-2.0
 *
 * Blocks of guarded memory that never move and are never given back before the end: the
 * most meetings that were ever in memory at once decide how many there are.
 */
#include "key_slots.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define BLOCK_SLOTS 40 /* of 88 bytes: just under one page */

struct slot {
	struct meeting_keys keys;
	int next_free; /* -1: the last */
};

struct key_slots {
	struct slot **blocks;
	int count; /* blocks */
	int free;  /* first free slot, -1: none */
};

static struct slot *slot_at(const struct key_slots *k, int slot)
{
	return &k->blocks[slot / BLOCK_SLOTS][slot % BLOCK_SLOTS];
}

int key_slots_new(struct key_slots **ret)
{
	struct key_slots *k = calloc(1, sizeof(*k));

	if (!k)
		return fault_here(ENOMEM);
	k->free = -1;
	*ret = k;
	return 0;
}

struct key_slots *key_slots_free(struct key_slots *k)
{
	if (!k)
		return NULL;
	for (int i = 0; i < k->count; i++)
		secret_drop(k->blocks[i]);
	free(k->blocks);
	free(k);
	return NULL;
}

static int grow(struct key_slots *k)
{
	struct slot **blocks =
		realloc(k->blocks, sizeof(struct slot *) * ((size_t)k->count + 1));

	if (!blocks)
		return fault_here(ENOMEM);
	k->blocks = blocks;
	blocks[k->count] = secret_alloc(sizeof(struct slot) * BLOCK_SLOTS);
	if (!blocks[k->count])
		return fault_here(ENOMEM);
	for (int i = BLOCK_SLOTS - 1; i >= 0; i--) {
		blocks[k->count][i].next_free = k->free;
		k->free = k->count * BLOCK_SLOTS + i;
	}
	k->count++;
	return 0;
}

int key_slots_put(struct key_slots *k, const struct meeting_keys *keys)
{
	int r = k->free < 0 ? grow(k) : 0;
	int slot = k->free;

	if (r < 0)
		return fault_pass(r);
	k->free = slot_at(k, slot)->next_free;
	slot_at(k, slot)->keys = *keys;
	return slot;
}

void key_slots_drop(struct key_slots *k, int slot)
{
	if (slot < 0)
		return;
	secret_wipe(&slot_at(k, slot)->keys, sizeof(struct meeting_keys));
	slot_at(k, slot)->next_free = k->free;
	k->free = slot;
}

const struct meeting_keys *key_slots_at(const struct key_slots *k, int slot)
{
	return slot < 0 ? NULL : &slot_at(k, slot)->keys;
}
