/* SPDX-License-Identifier: MPL-2.0
 *
 * A classic BPF program of comparisons over the source address of the IP header, which
 * the kernel runs before the datagram or the SYN reaches the socket. libre does not hand
 * out the sockets of its SIP transports, so they are found by their port.
 */
#include "trunk_filter.h"

#include "samtale/base/fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool to_source(const struct sockaddr *sa, struct source *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->bits = 128;
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;
		memcpy(ret->address, mapped, sizeof(mapped));
		memcpy(ret->address + 12, &in->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;
		memcpy(ret->address, &in6->sin6_addr, 16);
		return true;
	}
	return false;
}

static bool is_v4(const struct source *s)
{
	return s->bits >= 96 && memcmp(s->address, mapped, sizeof(mapped)) == 0;
}

static bool append(struct sources *s, const struct source *one)
{
	if (s->count == SOURCES_MAX)
		return false;
	s->list[s->count++] = *one;
	return true;
}

bool sources_add(struct sources *s, const struct sockaddr *one)
{
	struct source source;
	return !to_source(one, &source) || append(s, &source);
}

static bool add_prefix(struct sources *s, struct bytes text)
{
	char address[64];
	struct source one = { .bits = 128 };
	struct bytes bits = BYTES_NULL;
	uint64_t n;

	const uint8_t *slash = text.len ? memchr(text.at, '/', text.len) : NULL;
	if (slash) {
		const size_t at = (size_t)(slash - text.at);
		bits = bytes_of(slash + 1, text.len - at - 1);
		text.len = at;
	}
	if (!bytes_to_str(text, address, sizeof(address)))
		return false;
	const bool v4 = inet_pton(AF_INET, address, one.address + 12) == 1;
	if (v4)
		memcpy(one.address, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, address, one.address) != 1)
		return false;
	if (slash) {
		if (!bytes_to_u64(bits, v4 ? 32 : 128, &n))
			return false;
		one.bits = (uint8_t)(v4 ? 96 + n : n);
	}
	return append(s, &one);
}

bool sources_add_text(struct sources *s, const char *prefixes)
{
	struct bytes left = bytes_str(prefixes);
	while (left.len) {
		size_t n = 0;
		while (n < left.len && left.at[n] != ' ')
			n++;
		if (n && !add_prefix(s, bytes_of(left.at, n)))
			return false;
		n += n < left.len;
		left = bytes_of(left.at + n, left.len - n);
	}
	return true;
}

static bool covers(const struct source *prefix, const uint8_t address[16])
{
	const unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
	if (memcmp(prefix->address, address, whole) != 0)
		return false;
	const uint8_t mask = (uint8_t)(0xff00 >> rest);
	return !rest || ((prefix->address[whole] ^ address[whole]) & mask) == 0;
}

bool sources_hold(const struct sources *s, const struct sockaddr *from)
{
	struct source one;
	if (!to_source(from, &one))
		return false;
	for (unsigned i = 0; i < s->count; i++)
		if (covers(&s->list[i], one.address))
			return true;
	return false;
}

int filter_find_socket(int type, uint16_t port)
{
	for (int fd = 3; fd < 4096; fd++) {
		struct sockaddr_storage at;
		int got = 0, listens = 0;
		socklen_t len = sizeof(at), n = sizeof(got);
		if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
			getsockopt(fd, SOL_SOCKET, SO_TYPE, &got, &n) != 0 || got != type)
			continue;
		n = sizeof(listens);
		if (type == SOCK_STREAM &&
			(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) != 0 ||
				!listens))
			continue;
		const struct sockaddr_in *in = (const void *)&at;
		const struct sockaddr_in6 *in6 = (const void *)&at;
		if ((at.ss_family == AF_INET && ntohs(in->sin_port) == port) ||
			(at.ss_family == AF_INET6 && ntohs(in6->sin6_port) == port))
			return fd;
	}
	return -1;
}

/* -- the program --------------------------------------------------------------------- */
#define NET(offset) ((uint32_t)SKF_NET_OFF + (offset))
#define WORDS_MAX   4 /* of one address */

struct program {
	struct sock_filter op[8 + SOURCES_MAX * (3 * WORDS_MAX + 1)];
	unsigned count;
};

static void put(struct program *p, uint16_t code, uint32_t k, unsigned no)
{
	p->op[p->count++] = (struct sock_filter){ code, 0, (uint8_t)no, k };
}

static uint32_t word_of(const uint8_t *at)
{
	uint32_t word;
	memcpy(&word, at, sizeof(word));
	return ntohl(word);
}

/* Accepts when the address at offset is in the prefix, else falls through to the next. */
static void put_source(
	struct program *p, const struct source *s, unsigned first_byte, uint32_t offset)
{
	const unsigned bits = s->bits - first_byte * 8;
	const unsigned words = (bits + 31) / 32;
	for (unsigned i = 0; i < words; i++) {
		const unsigned here = bits - i * 32 < 32 ? bits - i * 32 : 32;
		const uint32_t mask = (uint32_t)(UINT64_C(0xffffffff00000000) >> here);
		const uint32_t value = word_of(s->address + first_byte + 4 * i) & mask;
		put(p, BPF_LD | BPF_W | BPF_ABS, NET(offset + 4 * i), 0);
		put(p, BPF_ALU | BPF_AND | BPF_K, mask, 0);
		/* not equal: over the other words (3 each) and the return */
		put(p, BPF_JMP | BPF_JEQ | BPF_K, value, (words - 1 - i) * 3 + 1);
	}
	put(p, BPF_RET | BPF_K, UINT32_MAX, 0);
}

static unsigned length_of(const struct sources *s, bool v4)
{
	unsigned n = 1; /* the refusal */
	for (unsigned i = 0; i < s->count; i++)
		if (is_v4(&s->list[i]) == v4)
			n += 3 * ((s->list[i].bits - (v4 ? 96U : 0U) + 31) / 32) + 1;
	return n;
}

static void put_family(struct program *p, const struct sources *s, bool v4)
{
	for (unsigned i = 0; i < s->count; i++)
		if (is_v4(&s->list[i]) == v4)
			put_source(p, &s->list[i], v4 ? 12 : 0, v4 ? 12 : 8);
	put(p, BPF_RET | BPF_K, 0, 0);
}

int filter_attach(int fd, const struct sources *s)
{
	struct program p = { .count = 0 };

	put(&p, BPF_LD | BPF_B | BPF_ABS, NET(0), 0);
	put(&p, BPF_ALU | BPF_AND | BPF_K, 0xf0, 0);
	put(&p, BPF_JMP | BPF_JEQ | BPF_K, 0x40, 1);
	put(&p, BPF_JMP | BPF_JA, 1, 0);                  /* IPv4: over the next */
	put(&p, BPF_JMP | BPF_JA, length_of(s, true), 0); /* IPv6: over the IPv4 part */
	put_family(&p, s, true);
	put_family(&p, s, false);

	const struct sock_fprog program = { (uint16_t)p.count, p.op };
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) != 0)
		return fault_here(errno);
	return 0;
}

void filter_detach(int fd)
{
	const int nothing = 0;
	(void)setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof(nothing));
}
