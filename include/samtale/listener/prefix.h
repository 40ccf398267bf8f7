/* SPDX-License-Identifier: MPL-2.0
 *
 * Network prefixes as small values. IPv4 lives in ::ffff:0:0/96, so one comparison serves
 * both families. A whole address is a prefix of 128 bits.
 */
#pragma once

#include "samtale/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define PREFIX_LIST_MAX 32

struct net_prefix {
	uint8_t at[16]; /* bits beyond .bits are 0 */
	uint8_t bits;
};

struct prefix_list {
	struct net_prefix at[PREFIX_LIST_MAX];
	unsigned count;
	bool unix_socket; /* the word "unix" was in the list */
};

/* "10.1.2.3", "10.0.0.0/8", "2001:db8::/32". Outcome: false on anything else, also on
 * bits set beyond the length. */
must_check bool prefix_parse(struct bytes text, struct net_prefix *ret);
/* Prefixes and the word "unix", separated by spaces. Outcome: false, *ret_bad is the word
 * that is wrong (or one too many). */
must_check bool prefix_list_parse(
	struct bytes text, struct prefix_list *ret, struct bytes *ret_bad);
/* Outcome: false for families other than IPv4 and IPv6. */
must_check bool prefix_of_sockaddr(
	const struct sockaddr_storage *sa, struct net_prefix *ret);

bool prefix_equal(const struct net_prefix *a, const struct net_prefix *b);
bool prefix_holds(const struct net_prefix *prefix, const struct net_prefix *address);
bool prefix_list_holds(const struct prefix_list *list, const struct net_prefix *address);
/* What limits count by: the address itself for IPv4, its /56 for IPv6, because a
 * household or an attacker owns that many. */
struct net_prefix prefix_key(const struct net_prefix *address);
