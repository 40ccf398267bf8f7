/* SPDX-License-Identifier: MPL-2.0
 *
 * Reads X-Forwarded-For from the right. No entry that a client could have written itself
 * is ever believed: the first address that is not one of our proxies is the client, and
 * the search never looks past it. Pure: bytes in, address out.
 */
#include "forwarded.h"

/* The last comma-separated part of *left without the blanks around it, taken off. */
static struct bytes last_hop(struct bytes *left)
{
	size_t start = left->len;
	struct bytes hop;

	while (start > 0 && left->at[start - 1] != ',')
		start--;
	hop = bytes_of(left->at + start, left->len - start);
	left->len = start > 0 ? start - 1 : 0;
	while (hop.len > 0 && (*hop.at == ' ' || *hop.at == '\t'))
		hop = bytes_of(hop.at + 1, hop.len - 1);
	while (hop.len > 0 && (hop.at[hop.len - 1] == ' ' || hop.at[hop.len - 1] == '\t'))
		hop.len--;
	return hop;
}

/* "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443" */
static bool hop_address(struct bytes hop, struct net_prefix *ret)
{
	const uint8_t *colon = hop.len > 0 ? memchr(hop.at, ':', hop.len) : NULL;
	const uint8_t *close = hop.len > 0 ? memchr(hop.at, ']', hop.len) : NULL;

	if (hop.len > 0 && *hop.at == '[') {
		if (!close)
			return false;
		hop = bytes_of(hop.at + 1, (size_t)(close - hop.at) - 1);
	} else if (colon &&
		   !memchr(colon + 1, ':', hop.len - (size_t)(colon - hop.at) - 1)) {
		hop.len = (size_t)(colon - hop.at);
	}
	return prefix_parse(hop, ret) && ret->bits == 128;
}

enum forwarded forwarded_client(const struct prefix_list *trusted,
	const struct net_prefix *peer, struct bytes header, struct net_prefix *ret)
{
	if (peer && !prefix_list_holds(trusted, peer)) {
		*ret = *peer;
		return FORWARDED_DIRECT;
	}
	if (!peer && !trusted->unix_socket)
		return FORWARDED_UNKNOWN;
	for (unsigned i = 0; i < FORWARDED_HOPS_MAX && header.len > 0; i++) {
		struct net_prefix hop;

		if (!hop_address(last_hop(&header), &hop))
			return FORWARDED_UNKNOWN;
		if (!prefix_list_holds(trusted, &hop)) {
			*ret = hop;
			return FORWARDED_CLIENT;
		}
	}
	return FORWARDED_UNKNOWN;
}
