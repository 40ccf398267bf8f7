/* SPDX-License-Identifier: MPL-2.0
 *
 * Network prefixes: parsed strictly, compared bit by bit, never printed. An address that
 * was read here goes nowhere but into limits held in memory.
 */
#include "samtale/listener/prefix.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define V4_BITS_BEFORE 96 /* ::ffff:0:0/96 */
#define KEY_BITS_V6    56

static const uint8_t v4_head[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool is_v4(const struct net_prefix *p)
{
	return memcmp(p->at, v4_head, sizeof(v4_head)) == 0;
}

static void cut(struct net_prefix *p, uint8_t bits)
{
	p->bits = bits;
	for (unsigned i = 0; i < sizeof(p->at); i++) {
		unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

		if (keep < 8)
			p->at[i] &= (uint8_t)(0xff00u >> keep);
	}
}

static bool parse_address(struct bytes text, struct net_prefix *ret, uint64_t *ret_max)
{
	struct net_prefix p = { .bits = 128 };
	char word[INET6_ADDRSTRLEN];

	if (!bytes_to_str(text, word, sizeof(word)))
		return false;
	if (inet_pton(AF_INET, word, p.at + sizeof(v4_head)) == 1) {
		memcpy(p.at, v4_head, sizeof(v4_head));
		*ret_max = 32;
	} else if (inet_pton(AF_INET6, word, p.at) == 1) {
		*ret_max = 128;
	} else {
		return false;
	}
	*ret = p;
	return true;
}

bool prefix_parse(struct bytes text, struct net_prefix *ret)
{
	const uint8_t *slash = text.len > 0 ? memchr(text.at, '/', text.len) : NULL;
	size_t head = slash ? (size_t)(slash - text.at) : text.len;
	struct net_prefix p, whole;
	uint64_t max, bits;

	if (!parse_address(bytes_of(text.at, head), &p, &max))
		return false;
	bits = max;
	if (slash && !bytes_to_u64(bytes_of(slash + 1, text.len - head - 1), max, &bits))
		return false;
	whole = p;
	cut(&p, (uint8_t)(bits + (max == 32 ? V4_BITS_BEFORE : 0)));
	if (memcmp(p.at, whole.at, sizeof(p.at)) != 0)
		return false;
	*ret = p;
	return true;
}

/* Takes the next word off *left; an empty one at the end. */
static struct bytes next_word(struct bytes *left)
{
	struct bytes word;

	while (left->len > 0 && *left->at == ' ')
		*left = bytes_of(left->at + 1, left->len - 1);
	word = bytes_of(left->at, 0);
	while (word.len < left->len && left->at[word.len] != ' ')
		word.len++;
	*left = bytes_of(left->at + word.len, left->len - word.len);
	return word;
}

bool prefix_list_parse(struct bytes text, struct prefix_list *ret, struct bytes *ret_bad)
{
	struct prefix_list list = { .count = 0 };

	while (text.len > 0) {
		struct bytes word = next_word(&text);

		if (word.len == 0) /* blanks at the end */
			break;
		if (bytes_equal_str(word, "unix")) {
			list.unix_socket = true;
		} else if (list.count < PREFIX_LIST_MAX &&
			   prefix_parse(word, &list.at[list.count])) {
			list.count++;
		} else {
			*ret_bad = word;
			return false;
		}
	}
	*ret = list;
	return true;
}

bool prefix_of_sockaddr(const struct sockaddr_storage *sa, struct net_prefix *ret)
{
	struct net_prefix p = { .bits = 128 };

	if (sa->ss_family == AF_INET) {
		const struct sockaddr_in *v4 =
			(const struct sockaddr_in *)(const void *)sa;

		memcpy(p.at, v4_head, sizeof(v4_head));
		memcpy(p.at + sizeof(v4_head), &v4->sin_addr, 4);
	} else if (sa->ss_family == AF_INET6) {
		const struct sockaddr_in6 *v6 =
			(const struct sockaddr_in6 *)(const void *)sa;

		memcpy(p.at, &v6->sin6_addr, sizeof(p.at));
	} else {
		return false;
	}
	*ret = p;
	return true;
}

bool prefix_equal(const struct net_prefix *a, const struct net_prefix *b)
{
	return a->bits == b->bits && memcmp(a->at, b->at, sizeof(a->at)) == 0;
}

bool prefix_holds(const struct net_prefix *prefix, const struct net_prefix *address)
{
	struct net_prefix head = *address;

	if (address->bits < prefix->bits)
		return false;
	cut(&head, prefix->bits);
	return prefix_equal(prefix, &head);
}

bool prefix_list_holds(const struct prefix_list *list, const struct net_prefix *address)
{
	for (unsigned i = 0; i < list->count; i++)
		if (prefix_holds(&list->at[i], address))
			return true;
	return false;
}

struct net_prefix prefix_key(const struct net_prefix *address)
{
	struct net_prefix key = *address;

	if (!is_v4(address) && key.bits > KEY_BITS_V6)
		cut(&key, KEY_BITS_V6);
	return key;
}
