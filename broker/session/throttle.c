/* SPDX-License-Identifier: MPL-2.0
 *
 * A set-associative table of melting counters ("leaky buckets"): level rises by one per
 * failure and falls by one per per_ms. It never grows and never allocates after the
 * start; a flood of keys pushes out the entries that were quiet for longest.
 */
#include "samtale/session/throttle.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/vault/secret.h"

#include <errno.h>
#include <stdlib.h>

#define SETS 1024
#define WAYS 8

struct bucket {
	uint64_t key;
	int64_t empty_at_ms; /* boot clock: when the level will have melted to 0 */
	uint8_t kind;        /* + 1; 0 = unused */
};

struct throttle {
	struct throttle_rule rule[THROTTLE_KIND_COUNT];
	uint64_t salt; /* so that nobody can aim at one set to push an entry out */
	struct bucket set[SETS][WAYS];
};

static const struct throttle_rule defaults[THROTTLE_KIND_COUNT] = {
	[THROTTLE_LINK_PREFIX] = { 30, 10, 4 * MS_SECOND },
	[THROTTLE_DIGITS_MEETING] = { 10, 1, 6 * MS_MINUTE },
	[THROTTLE_DIGITS_PREFIX] = { 12, 5, MS_MINUTE },
	[THROTTLE_DIGITS_CALLER] = { 9, 1, 20 * MS_MINUTE },
	[THROTTLE_DIGITS_ALL] = { 60, 1, MS_SECOND },
	[THROTTLE_CALLERS] = { 60, 1, MS_SECOND },
	[THROTTLE_PIN_MEETING] = { 10, 1, 6 * MS_MINUTE },
	[THROTTLE_SIGN_IN_NAME] = { 6, 1, 15 * MS_MINUTE },
	[THROTTLE_SIGN_IN_PREFIX] = { 30, 10, 30 * MS_SECOND },
	[THROTTLE_SETUP_PREFIX] = { 10, 5, MS_MINUTE },
	[THROTTLE_CALL_MEETING] = { 10, 1, 30 * MS_SECOND },
};

int throttle_new(struct throttle **ret)
{
	struct throttle *t = calloc(1, sizeof(*t));

	if (!t)
		return fault_here(ENOMEM);
	for (unsigned i = 0; i < THROTTLE_KIND_COUNT; i++)
		t->rule[i] = defaults[i];
	random_fill(&t->salt, sizeof(t->salt));
	*ret = t;
	return 0;
}

struct throttle *throttle_free(struct throttle *t)
{
	free(t);
	return NULL;
}

void throttle_set_lock(struct throttle *t, unsigned tries, int64_t lock_ms)
{
	t->rule[THROTTLE_SIGN_IN_NAME].burst = tries;
	t->rule[THROTTLE_SIGN_IN_NAME].per_ms = lock_ms;
}

static struct bucket *set_of(struct throttle *t, enum throttle_kind kind, uint64_t key)
{
	uint64_t mixed = (key ^ t->salt ^ ((uint64_t)kind << 56)) * 0x9e3779b97f4a7c15u;

	mixed ^= t->salt >> 7;
	mixed *= 0xff51afd7ed558ccdu;
	return t->set[(mixed >> 40) % SETS];
}

static struct bucket *find(struct throttle *t, enum throttle_kind kind, uint64_t key)
{
	struct bucket *set = set_of(t, kind, key);

	for (unsigned i = 0; i < WAYS; i++)
		if (set[i].kind == kind + 1 && set[i].key == key)
			return &set[i];
	return NULL;
}

unsigned throttle_wait_s(struct throttle *t, enum throttle_kind kind, uint64_t key,
	bool own_network, int64_t boot_ms)
{
	const struct throttle_rule *rule = &t->rule[kind];
	const struct bucket *b = find(t, kind, key);
	int64_t burst = (int64_t)rule->burst * (own_network ? rule->own_factor : 1);
	int64_t wait;

	if (!b)
		return 0;
	/* Room for one more try: the level may be at most burst - 1 before it. */
	wait = b->empty_at_ms - boot_ms - (burst - 1) * rule->per_ms;
	return wait <= 0 ? 0 : (unsigned)((wait + MS_SECOND - 1) / MS_SECOND);
}

void throttle_charge(
	struct throttle *t, enum throttle_kind kind, uint64_t key, int64_t boot_ms)
{
	struct bucket *b = find(t, kind, key);

	if (!b) {
		struct bucket *set = set_of(t, kind, key);

		b = &set[0];
		for (unsigned i = 0; i < WAYS; i++) {
			if (!set[i].kind) {
				b = &set[i];
				break;
			}
			if (set[i].empty_at_ms < b->empty_at_ms)
				b = &set[i];
		}
		*b = (struct bucket){ key, boot_ms, (uint8_t)(kind + 1) };
	}
	if (b->empty_at_ms < boot_ms)
		b->empty_at_ms = boot_ms;
	b->empty_at_ms += t->rule[kind].per_ms;
}

void throttle_give_back(struct throttle *t, enum throttle_kind kind, uint64_t key)
{
	struct bucket *b = find(t, kind, key);

	if (b)
		b->empty_at_ms -= t->rule[kind].per_ms;
}

void throttle_clear(struct throttle *t, enum throttle_kind kind, uint64_t key)
{
	struct bucket *b = find(t, kind, key);

	if (b)
		b->kind = 0;
}
