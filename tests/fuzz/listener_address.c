/* SPDX-License-Identifier: MPL-2.0
 *
 * Addresses: the list of trusted proxies, the other end, and X-Forwarded-For, one line
 * each. Who is found to be the client is never one of our proxies, and nothing in the
 * header changes that for a peer that is not trusted.
 */
#include "forwarded.h"

#include "fuzz.h"

#include <arpa/inet.h>
#include <stdio.h>

static struct bytes line(struct bytes *left)
{
	const uint8_t *end = left->len ? memchr(left->at, '\n', left->len) : NULL;
	struct bytes b = end ? bytes_of(left->at, (size_t)(end - left->at)) : *left;

	*left = end ? bytes_of(end + 1, left->len - b.len - 1) : bytes_of(NULL, 0);
	return b;
}

static void check_prefix(const struct net_prefix *p)
{
	struct net_prefix again, key = prefix_key(p);
	char text[INET6_ADDRSTRLEN + 4] = "";

	PROMISE(p->bits <= 128 && prefix_holds(p, p) && prefix_equal(p, p));
	PROMISE(key.bits <= p->bits && prefix_holds(&key, p));
	PROMISE(inet_ntop(AF_INET6, p->at, text, INET6_ADDRSTRLEN));
	(void)snprintf(text + strlen(text), 5, "/%u", p->bits);
	PROMISE(prefix_parse(bytes_str(text), &again) && prefix_equal(p, &again));
}

static void check_client(const struct prefix_list *trusted, const struct net_prefix *peer,
	struct bytes header)
{
	struct net_prefix client = { .bits = 77 };
	enum forwarded f = forwarded_client(trusted, peer, header, &client);

	if (f == FORWARDED_UNKNOWN) {
		PROMISE(client.bits == 77);
	} else if (f == FORWARDED_DIRECT) {
		PROMISE(peer && prefix_equal(&client, peer));
		PROMISE(!prefix_list_holds(trusted, peer));
	} else {
		PROMISE(peer ? prefix_list_holds(trusted, peer) : trusted->unix_socket);
		PROMISE(client.bits == 128 && !prefix_list_holds(trusted, &client));
		check_prefix(&client);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct bytes left = bytes_of(at, len), list = line(&left), end = line(&left), bad;
	struct prefix_list trusted = { .count = 0 };
	struct net_prefix peer;

	if (!prefix_list_parse(list, &trusted, &bad)) {
		PROMISE(bad.len > 0 && bad.at >= list.at &&
			bad.at + bad.len <= list.at + list.len);
		return 0;
	}
	PROMISE(trusted.count <= PREFIX_LIST_MAX);
	for (unsigned i = 0; i < trusted.count; i++)
		check_prefix(&trusted.at[i]);
	check_client(&trusted, NULL, left);
	if (prefix_parse(end, &peer)) {
		check_prefix(&peer);
		check_client(&trusted, &peer, left);
	}
	return 0;
}
