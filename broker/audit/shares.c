/* SPDX-License-Identifier: MPL-2.0
 *
 * A segment's key for one auditor, or in two parts of which each alone is random: for two
 * auditors one pair, for three a pair of its own for every two of them.
 */
#include "samtale/audit/auditor.h"
#include "samtale/base/fault.h"

#include <errno.h>

/* Whose is slot i; X is in the even slots, Y in the odd ones. */
static const uint8_t owners[SHARE_SLOTS] = { 0, 1, 0, 2, 1, 2 };

static unsigned slots_of(enum share_scheme scheme)
{
	switch (scheme) {
	case SHARE_ONE:
		return 1;
	case SHARE_TWO:
		return 2;
	case SHARE_TWO_OF_THREE:
		return SHARE_SLOTS;
	}
	return 0;
}

static void key_xor(const struct key *a, const struct key *b, struct key *ret)
{
	for (size_t i = 0; i < KEY_BYTES; i++)
		ret->at[i] = a->at[i] ^ b->at[i];
}

int shares_make(
	const struct auditor_set *to, const struct key *k, struct segment_head *ret)
{
	unsigned n = slots_of(to->scheme);
	wiped(struct key, x);
	wiped(struct key, y);

	ret->scheme = to->scheme;
	memset(ret->auditors, 0, sizeof(ret->auditors));
	memset(ret->shares, 0, sizeof(ret->shares));
	for (size_t i = 0; i < to->n; i++)
		memcpy(ret->auditors[i], to->of[i].key, BOX_PUBLIC);
	for (unsigned slot = 0; slot < n; slot++) {
		const struct key *part = slot % 2 == 0 ? &x : &y;

		if (n == 1) {
			part = k;
		} else if (slot % 2 == 0) {
			random_fill(x.at, sizeof(x.at));
			key_xor(k, &x, &y);
		}
		if (!public_seal(ret->auditors[owners[slot]],
			    bytes_of(part->at, KEY_BYTES), ret->shares[slot]))
			return fault_here(EIO);
	}
	return 0;
}

unsigned shares_open(
	const struct segment_head *h, const struct key *secret, struct opened_shares *ret)
{
	wiped(struct opened_shares, opened);
	uint8_t mine[BOX_PUBLIC];
	unsigned n = 0;

	public_of(secret, mine);
	for (unsigned slot = 0; slot < slots_of(h->scheme); slot++) {
		if (memcmp(h->auditors[owners[slot]], mine, sizeof(mine)) != 0)
			continue;
		opened.has[slot] = public_open(secret,
			bytes_of(h->shares[slot], sizeof(h->shares[slot])),
			opened.part[slot].at);
		n += opened.has[slot];
	}
	*ret = opened;
	return n;
}

static const struct key *part_of(
	const struct opened_shares *a, const struct opened_shares *b, unsigned slot)
{
	if (a->has[slot])
		return &a->part[slot];
	return b && b->has[slot] ? &b->part[slot] : NULL;
}

bool shares_join(const struct segment_head *h, const struct opened_shares *a,
	const struct opened_shares *b, struct key *ret)
{
	const struct key *x, *y;

	if (h->scheme == SHARE_ONE) {
		x = part_of(a, b, 0);
		if (x)
			*ret = *x;
		return x != NULL;
	}
	for (unsigned slot = 0; slot < slots_of(h->scheme); slot += 2) {
		x = part_of(a, b, slot);
		y = part_of(a, b, slot + 1);
		if (x && y) {
			key_xor(x, y, ret);
			return true;
		}
	}
	return false;
}
