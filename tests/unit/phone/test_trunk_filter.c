/* SPDX-License-Identifier: MPL-2.0
 *
 * The filter against the kernel itself: what a prefix lets in arrives, all else does not,
 * over UDP and TCP, IPv4 and IPv6; and the same question asked in user space.
 */
#include "trunk_filter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

struct end {
	struct sockaddr_storage at;
	socklen_t len;
};

static struct end end_of(const char *address, uint16_t port)
{
	struct end e = { .len = sizeof(struct sockaddr_in) };
	struct sockaddr_in *in = (void *)&e.at;
	struct sockaddr_in6 *in6 = (void *)&e.at;
	if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
	} else {
		assert_int_equal(inet_pton(AF_INET6, address, &in6->sin6_addr), 1);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		e.len = sizeof(*in6);
	}
	return e;
}

static int bound(int type, const char *address, uint16_t *ret_port)
{
	struct end e = end_of(address, 0);
	const int fd = socket(e.at.ss_family, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (bind(fd, (struct sockaddr *)&e.at, e.len) != 0) {
		(void)close(fd);
		return -1; /* no such address on this host */
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)&e.at, &e.len), 0);
	*ret_port = ntohs(e.at.ss_family == AF_INET
				  ? ((struct sockaddr_in *)&e.at)->sin_port
				  : ((struct sockaddr_in6 *)&e.at)->sin6_port);
	return fd;
}

static bool arrives(int to, const char *address, uint16_t port, const char *from)
{
	uint16_t own;
	char got[8];
	const struct end e = end_of(address, port);
	const int fd = bound(SOCK_DGRAM, from, &own);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (const struct sockaddr *)&e.at, e.len), 1);
	(void)close(fd);
	struct pollfd p = { to, POLLIN, 0 };
	if (poll(&p, 1, 50) != 1)
		return false;
	assert_int_equal(recv(to, got, sizeof(got), 0), 1);
	return true;
}

static const struct {
	const char *prefixes, *in, *out;
} rows[] = {
	{ "127.0.0.2", "127.0.0.2", "127.0.0.3" },
	{ "127.0.0.8/31", "127.0.0.9", "127.0.0.10" },
	{ "10.0.0.0/8 127.0.2.0/23 192.0.2.1", "127.0.3.1", "127.0.4.1" },
	{ "127.0.0.0/9", "127.127.0.1", "127.128.0.1" },
	{ "2001:db8::/32 ::2 127.0.0.2", "127.0.0.2", "127.0.0.1" },
	{ "0.0.0.0/0", "127.9.9.9", NULL },
	{ "2001:db8::/32", NULL, "127.0.0.1" },
	{ "", NULL, "127.0.0.1" },
};

static void datagrams_pass_by_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sources s = { .count = 0 };
		uint16_t port;
		const int fd = bound(SOCK_DGRAM, "127.0.0.1", &port);
		assert_true(sources_add_text(&s, rows[i].prefixes));
		assert_int_equal(filter_find_socket(SOCK_DGRAM, port), fd);
		assert_int_equal(filter_attach(fd, &s), 0);
		if (rows[i].in) {
			const struct end e = end_of(rows[i].in, 1);
			assert_true(arrives(fd, "127.0.0.1", port, rows[i].in));
			assert_true(sources_hold(&s, (const struct sockaddr *)&e.at));
		}
		if (rows[i].out) {
			const struct end e = end_of(rows[i].out, 1);
			assert_false(arrives(fd, "127.0.0.1", port, rows[i].out));
			assert_false(sources_hold(&s, (const struct sockaddr *)&e.at));
		}
		(void)close(fd);
	}
}

static void ipv6_passes_by_prefix(void **state)
{
	(void)state;
	uint16_t port;
	struct sources s = { .count = 0 };
	const int fd = bound(SOCK_DGRAM, "::1", &port);
	if (fd < 0)
		skip();
	assert_true(sources_add_text(&s, "127.0.0.0/8 ::/127"));
	assert_int_equal(filter_attach(fd, &s), 0);
	assert_true(arrives(fd, "::1", port, "::1"));
	s.count = 0;
	assert_true(sources_add_text(&s, "0.0.0.0/0 ::2 8000::/1"));
	assert_int_equal(filter_attach(fd, &s), 0);
	assert_false(arrives(fd, "::1", port, "::1"));
	(void)close(fd);
}

static bool connects(const char *from, uint16_t port)
{
	uint16_t own;
	const struct end e = end_of("127.0.0.1", port);
	const int fd = bound(SOCK_STREAM | SOCK_NONBLOCK, from, &own);
	(void)connect(fd, (const struct sockaddr *)&e.at, e.len);
	struct pollfd p = { fd, POLLOUT, 0 };
	const bool done = poll(&p, 1, 100) == 1 && !(p.revents & POLLERR);
	(void)close(fd);
	return done;
}

static void foreign_connections_do_not_begin(void **state)
{
	(void)state;
	uint16_t port;
	struct sources s = { .count = 0 };
	const int fd = bound(SOCK_STREAM, "127.0.0.1", &port);
	assert_int_equal(
		filter_find_socket(SOCK_STREAM, port), -1); /* does not listen yet */
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(filter_find_socket(SOCK_STREAM, port), fd);
	assert_int_equal(filter_find_socket(SOCK_DGRAM, port), -1);
	assert_true(sources_add_text(&s, "127.0.0.2"));
	assert_int_equal(filter_attach(fd, &s), 0);
	assert_true(connects("127.0.0.2", port));
	assert_false(connects("127.0.0.3", port));
	(void)close(fd);
}

static void what_is_no_prefix_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/",
		"1.2.3.4/-1", "::/129", "1.2.3.4,5.6.7.8", "/8", "::1/x" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sources s = { .count = 0 };
		assert_false(sources_add_text(&s, bad[i]));
	}
	struct sources s = { .count = 0 };
	for (unsigned i = 0; i < SOURCES_MAX; i++)
		assert_true(
			sources_add_text(&s, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
	assert_false(sources_add_text(&s, "::1"));
	uint16_t port;
	const int fd = bound(SOCK_DGRAM, "127.0.0.1", &port);
	assert_int_equal(filter_attach(fd, &s), 0); /* the longest program fits */
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_pass_by_prefix),
		cmocka_unit_test(ipv6_passes_by_prefix),
		cmocka_unit_test(foreign_connections_do_not_begin),
		cmocka_unit_test(what_is_no_prefix_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
