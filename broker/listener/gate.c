/* SPDX-License-Identifier: MPL-2.0
 *
 * The counters of gate.h in a hash table under SipHash-2-4 with a key of its own, so that
 * nobody outside can aim at one bucket. A network's entry dies with its last connection:
 * there is no history of addresses to leak.
 */
#include "gate.h"

#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define BUCKETS 4096u

struct gate_place {
	struct gate_place *next;
	struct net_prefix key;
	unsigned count;
};

struct gate {
	struct gate_settings settings;
	uint64_t k0, k1;
	unsigned connections, places;
	struct gate_place *buckets[BUCKETS];
};

static uint64_t little_endian(const uint8_t *at)
{
	uint64_t v = 0;

	for (unsigned i = 8; i > 0; i--)
		v = v << 8 | at[i - 1];
	return v;
}

static uint64_t rotate(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static void sip_rounds(uint64_t v[4], unsigned rounds)
{
	while (rounds-- > 0) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

/* SipHash-2-4 of the 17 bytes of a prefix. */
static uint64_t sip(const struct gate *g, const struct net_prefix *p)
{
	uint64_t words[3] = { little_endian(p->at), little_endian(p->at + 8),
		(uint64_t)17 << 56 | p->bits };
	uint64_t v[4] = { g->k0 ^ 0x736f6d6570736575u, g->k1 ^ 0x646f72616e646f6du,
		g->k0 ^ 0x6c7967656e657261u, g->k1 ^ 0x7465646279746573u };

	for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
		v[3] ^= words[i];
		sip_rounds(v, 2);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int gate_new(struct gate **ret, const struct gate_settings *settings)
{
	struct gate *g = calloc(1, sizeof(*g));

	if (!g)
		return fault_here(ENOMEM);
	g->settings = *settings;
	g->k0 = little_endian(settings->key);
	g->k1 = little_endian(settings->key + 8);
	*ret = g;
	return 0;
}

struct gate *gate_free(struct gate *g)
{
	if (g)
		assert(g->connections == 0 && g->places == 0);
	free(g);
	return NULL;
}

enum gate_answer gate_accepted(struct gate *g, int fd)
{
	if (fd < 0 || g->settings.descriptors < GATE_DESCRIPTORS_FREE ||
		(unsigned)fd >= g->settings.descriptors - GATE_DESCRIPTORS_FREE)
		return GATE_NO_DESCRIPTORS;
	if (g->connections >= g->settings.connections)
		return GATE_FULL;
	g->connections++;
	return GATE_OPEN;
}

void gate_left(struct gate *g)
{
	assert(g->connections > 0);
	g->connections--;
}

unsigned gate_count(const struct gate *g)
{
	return g->connections;
}

int gate_enter(struct gate *g, const struct net_prefix *key, bool is_own,
	struct gate_place **ret)
{
	unsigned most = is_own ? g->settings.per_own_prefix : g->settings.per_prefix;
	struct gate_place **bucket = &g->buckets[sip(g, key) % BUCKETS], *place = *bucket;

	while (place && !prefix_equal(&place->key, key))
		place = place->next;
	if (place ? place->count >= most : most == 0)
		return GATE_E_CROWDED;
	if (!place) {
		place = calloc(1, sizeof(*place));
		if (!place)
			return fault_here(ENOMEM);
		place->key = *key;
		place->next = *bucket;
		*bucket = place;
		g->places++;
	}
	place->count++;
	*ret = place;
	return 0;
}

void gate_leave(struct gate *g, struct gate_place *place)
{
	struct gate_place **at = &g->buckets[sip(g, &place->key) % BUCKETS];

	assert(place->count > 0);
	if (--place->count > 0)
		return;
	while (*at != place)
		at = &(*at)->next;
	*at = place->next;
	free(place);
	g->places--;
}

unsigned gate_places(const struct gate *g)
{
	return g->places;
}
