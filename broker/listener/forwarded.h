/* SPDX-License-Identifier: MPL-2.0
 *
 * Who the client is when reverse proxies stand before us: X-Forwarded-For is read from
 * the right, where our own proxy wrote, and believed only as far as the hops are trusted.
 */
#pragma once

#include "samtale/listener/prefix.h"

#define FORWARDED_HOPS_MAX 16

enum forwarded {
	FORWARDED_DIRECT,  /* the peer is not trusted: it is the client */
	FORWARDED_CLIENT,  /* the rightmost address that is not trusted */
	FORWARDED_UNKNOWN, /* a trusted proxy that names no client */
};

/* peer: the address at the other end, NULL on the unix socket. header: every
 * X-Forwarded-For joined by commas. Writes *ret for DIRECT and CLIENT. A hop that is not
 * an address ends the search: what is left of it was written by strangers, so the client
 * is unknown rather than whatever they would like it to be. */
enum forwarded forwarded_client(const struct prefix_list *trusted,
	const struct net_prefix *peer, struct bytes header, struct net_prefix *ret);
