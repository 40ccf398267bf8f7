/* SPDX-License-Identifier: MPL-2.0
 *
 * Record keys and case references of the meetings used last, so that a running talk's
 * notes do not open keys.db each time. Guarded memory; the one unused longest gives way.
 */
#include "inside.h"

#include "samtale/base/fault.h"

#include <errno.h>

struct known {
	uint64_t turn;
	struct {
		uint64_t used; /* 0: free */
		struct known_meeting m;
	} at[KNOWN_MAX];
};

int known_new(struct known **ret)
{
	struct known *k = secret_alloc(sizeof(*k));

	if (!k)
		return fault_here(ENOMEM);
	*ret = k;
	return 0;
}

struct known *known_free(struct known *k)
{
	secret_drop(k);
	return NULL;
}

static size_t place_of(const struct known *k, int64_t meeting)
{
	size_t i = 0;

	while (i < KNOWN_MAX && (k->at[i].used == 0 || k->at[i].m.meeting != meeting))
		i++;
	return i;
}

const struct known_meeting *known_find(struct known *k, int64_t meeting)
{
	size_t i = place_of(k, meeting);

	if (i == KNOWN_MAX)
		return NULL;
	k->at[i].used = ++k->turn;
	return &k->at[i].m;
}

void known_put(struct known *k, const struct known_meeting *m)
{
	size_t i = place_of(k, m->meeting);

	if (i == KNOWN_MAX) {
		i = 0;
		for (size_t j = 1; j < KNOWN_MAX; j++)
			if (k->at[j].used < k->at[i].used)
				i = j;
	}
	k->at[i].m = *m;
	k->at[i].used = ++k->turn;
}

void known_drop(struct known *k, int64_t meeting)
{
	size_t i = place_of(k, meeting);

	if (i < KNOWN_MAX)
		secret_wipe(&k->at[i], sizeof(k->at[i]));
}

void known_clear(struct known *k)
{
	secret_wipe(k->at, sizeof(k->at));
}
