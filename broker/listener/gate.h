/* SPDX-License-Identifier: MPL-2.0
 *
 * How many connections may be open at once: in all, from one network, and how many
 * descriptors stay free for the rest of the process. Pure: it counts, others close.
 * Addresses are kept in memory only, and only while a connection from there is open.
 */
#pragma once

#include "samtale/base/compiler.h"
#include "samtale/listener/prefix.h"

#include <stdbool.h>

#define GATE_DESCRIPTORS_FREE 32 /* database, keys, log, control socket, ... */

struct gate;
struct gate_place; /* one network with connections open */

struct gate_settings {
	unsigned connections;
	unsigned per_prefix;
	unsigned per_own_prefix;
	unsigned descriptors; /* limit of the process */
	uint8_t key[16];      /* random; keeps strangers from choosing our collisions */
};

enum gate_answer { GATE_OPEN, GATE_FULL, GATE_NO_DESCRIPTORS };

must_check int gate_new(struct gate **ret, const struct gate_settings *settings);
struct gate *gate_free(struct gate *g); /* every connection has left */
DEFINE_FREEP(struct gate, gate_free, gate_freep)

/* A connection on this descriptor. Descriptors are handed out lowest first, so a high one
 * says how few are left. GATE_OPEN is counted until gate_left(). */
must_check enum gate_answer gate_accepted(struct gate *g, int fd);
void gate_left(struct gate *g);
unsigned gate_count(const struct gate *g);

#define GATE_E_CROWDED 1
/* The connection counts against its network until gate_leave(). Outcome GATE_E_CROWDED:
 * not counted. Fault: -ENOMEM. */
must_check int gate_enter(struct gate *g, const struct net_prefix *key, bool is_own,
	struct gate_place **ret);
void gate_leave(struct gate *g, struct gate_place *place);
unsigned gate_places(const struct gate *g); /* networks known now */
