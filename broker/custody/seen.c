/* SPDX-License-Identifier: MPL-2.0
 *
 * One record per account, meeting and view in a quarter of an hour. Sets of four places:
 * the oldest of a set gives way, which costs a record more and never hides one.
 */
#include "inside.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define SETS 2048
#define WAYS 4

struct seen {
	struct {
		struct seen_use use;
		int64_t until_ms; /* 0: free */
	} at[SETS][WAYS];
};

int seen_new(struct seen **ret)
{
	struct seen *s = calloc(1, sizeof(*s));

	if (!s)
		return fault_here(ENOMEM);
	*ret = s;
	return 0;
}

struct seen *seen_free(struct seen *s)
{
	free(s);
	return NULL;
}

/* Spreads; it guards against nobody: who makes uses collide is recorded more often. */
static size_t set_of(const struct seen_use *u)
{
	uint64_t h = (uint64_t)u->meeting * UINT64_C(0x9e3779b97f4a7c15);

	h ^= (uint64_t)u->actor * UINT64_C(0xc2b2ae3d27d4eb4f) + u->purpose;
	h *= UINT64_C(0x165667b19e3779f9);
	return (size_t)(h >> 32) % SETS;
}

static bool is_same(const struct seen_use *a, const struct seen_use *b)
{
	return a->actor == b->actor && a->meeting == b->meeting && a->keys == b->keys &&
	       a->purpose == b->purpose;
}

bool seen_again(struct seen *s, const struct seen_use *use, int64_t boot_ms)
{
	size_t set = set_of(use), oldest = 0;

	for (size_t i = 0; i < WAYS; i++) {
		if (s->at[set][i].until_ms > boot_ms && is_same(&s->at[set][i].use, use))
			return true;
		if (s->at[set][i].until_ms < s->at[set][oldest].until_ms)
			oldest = i;
	}
	s->at[set][oldest].use = *use;
	s->at[set][oldest].until_ms = boot_ms + SEEN_MS;
	return false;
}

void seen_clear(struct seen *s)
{
	memset(s, 0, sizeof(*s));
}
