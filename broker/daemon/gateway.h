/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the serving process's end of the link to the telephone gateway.
 * Bytes only: what the frames mean is the switchboard's (session/gateway.h).
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdint.h>

struct broker;
struct gateway;

/* Faults: -ENOMEM. */
must_check int gateway_new(struct gateway **ret, struct broker *b);
/* Tells the house that the link is gone. */
struct gateway *gateway_free(struct gateway *g);
/* A fresh link from the parent, owned now; an older one is closed. */
void gateway_take(struct gateway *g, int fd);
/* How often a link has ended since the start. */
uint64_t gateway_lost(const struct gateway *g);
