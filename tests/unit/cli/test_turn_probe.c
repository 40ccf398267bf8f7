/* SPDX-License-Identifier: MPL-2.0
 *
 * TURN URLs as people write them, and what answers at the other end.
 */
#include "../../../broker/cli/turn_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void urls_are_read_as_rfc_7065_writes_them(void **state)
{
	static const struct {
		const char *url, *host, *port;
		enum turn_by by;
	} rows[] = {
		{ "turn:a.dk", "a.dk", "3478", TURN_UDP },
		{ "turn:a.dk:80?transport=udp", "a.dk", "80", TURN_UDP },
		{ "turn:a.dk:3478?transport=tcp", "a.dk", "3478", TURN_TCP },
		{ "turns:a.dk", "a.dk", "5349", TURN_TLS },
		{ "turns:a.dk:443?transport=tcp", "a.dk", "443", TURN_TLS },
		{ "turn:[2001:db8::1]:3478", "2001:db8::1", "3478", TURN_UDP },
	};
	struct turn_target t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(turn_target_parse(bytes_str(rows[i].url), &t));
		assert_string_equal(t.host, rows[i].host);
		assert_string_equal(t.port, rows[i].port);
		assert_int_equal(t.by, rows[i].by);
	}
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = { "", "turn:", "stun:a.dk", "turn:a.dk:0",
		"turn:a.dk:65536", "turn:a.dk:x", "turn:a.dk?transport=sctp",
		"turn::3478", "turns:a.dk?transport=udp", "https://a.dk",
		"turn:2001:db8::1" };
	struct turn_target t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(turn_target_parse(bytes_str(bad[i]), &t));
}

struct server {
	int fd;
	bool stun; /* answers as a STUN server, else with anything */
};

static void *serve(void *arg)
{
	struct server *s = arg;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t m[64];
	ssize_t n = recvfrom(s->fd, m, sizeof(m), 0, (struct sockaddr *)&from, &len);

	if (n <= 0)
		return NULL;
	if (s->stun)
		m[0] = 1; /* Binding success: 0x0101 */
	(void)sendto(s->fd, m, (size_t)n, 0, (struct sockaddr *)&from, len);
	return NULL;
}

static enum turn_found probe(int mode) /* 0: silent, 1: echo, 2: STUN */
{
	struct server s = { .fd = socket(AF_INET, SOCK_DGRAM, 0), .stun = mode == 2 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	struct turn_target t = { .host = "127.0.0.1", .by = TURN_UDP };
	socklen_t len = sizeof(at);
	pthread_t thread;
	enum turn_found found;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(s.fd, (struct sockaddr *)&at, &len), 0);
	(void)snprintf(t.port, sizeof(t.port), "%u", ntohs(at.sin_port));
	if (mode)
		assert_int_equal(pthread_create(&thread, NULL, serve, &s), 0);
	found = turn_probe(&t, mode ? 5000 : 50);
	if (mode)
		assert_int_equal(pthread_join(thread, NULL), 0);
	(void)close(s.fd);
	return found;
}

static void a_server_that_speaks_stun_is_found_and_others_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(probe(2), TURN_ANSWERS);
	assert_int_equal(probe(1), TURN_STRANGE);
	assert_int_equal(probe(0), TURN_SILENT);
}

static void a_closed_port_refuses(void **state)
{
	struct turn_target t = { .host = "127.0.0.1", .port = "1", .by = TURN_TCP };

	(void)state;
	assert_int_equal(turn_probe(&t, 1000), TURN_REFUSED);
	t.by = TURN_UDP;
	assert_int_equal(turn_probe(&t, 1000), TURN_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_read_as_rfc_7065_writes_them),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(
			a_server_that_speaks_stun_is_found_and_others_are_told_apart),
		cmocka_unit_test(a_closed_port_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
