/* SPDX-License-Identifier: MPL-2.0
 *
 * A log server of our own on loopback: what it gets, and that one which is away holds
 * nobody up.
 */
#include "../../../broker/daemon/anchors.h"

#include "samtale/base/ops_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <regex.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char checkpoint[] = "samtale-checkpoint 1 epoch 0f1e 7 c0ffee 2 "
				 "2026-11-22T13:00:00.000Z ab 99 cd 0 ef";

/* Returns the socket; to: as in the setting. */
static int a_server(int family, char to[64])
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = { .any.sa_family = (sa_family_t)family };
	socklen_t len = family == AF_INET ? sizeof(at.v4) : sizeof(at.v6);
	const struct timeval patience = { 5, 0 };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (family == AF_INET)
		at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		at.v6.sin6_addr = in6addr_loopback;
	if (fd < 0 || bind(fd, &at.any, len) != 0 || getsockname(fd, &at.any, &len) != 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)snprintf(to, 64, family == AF_INET ? "127.0.0.1:%u" : "[::1]:%u",
		ntohs(family == AF_INET ? at.v4.sin_port : at.v6.sin6_port));
	return fd;
}

static void gets_a_checkpoint(int family)
{
	owned(anchors_freep) struct anchors *a = NULL;
	struct anchors_figures f;
	char to[64], got[1024] = "", want[512];
	regex_t form;
	int fd = a_server(family, to);

	if (fd < 0) {
		print_message("skipped: no such address family on this machine\n");
		skip();
	}
	assert_int_equal(anchors_new(&a, to), 0);
	anchors_figures(a, &f);
	assert_true(f.is_set && f.sent_ms == 0);
	anchors_send(a, bytes_str(checkpoint));
	assert_true(recv(fd, got, sizeof(got) - 1, 0) > 0);
	(void)snprintf(want, sizeof(want),
		"^<109>1 [0-9T:-]{19}\\.[0-9]{3}Z [^ ]+ samtale [0-9]+ CHECKPOINT - %s$",
		checkpoint);
	assert_int_equal(regcomp(&form, want, REG_EXTENDED | REG_NOSUB), 0);
	assert_int_equal(regexec(&form, got, 0, NULL, 0), 0);
	regfree(&form);
	anchors_figures(a, &f);
	assert_true(f.sent_ms > 0 && f.failed == 0);
	(void)close(fd);
}

static void a_log_server_gets_the_checkpoint_as_rfc_5424(void **state)
{
	(void)state;
	gets_a_checkpoint(AF_INET);
}

static void a_log_server_of_ipv6_as_well(void **state)
{
	(void)state;
	gets_a_checkpoint(AF_INET6);
}

/* Loopback tells at once that nobody is there; the datagram after that is a new try. */
static void a_server_that_is_away_is_counted_and_comes_back(void **state)
{
	owned(anchors_freep) struct anchors *a = NULL;
	struct anchors_figures f;
	char to[64], got[1024];
	int fd = a_server(AF_INET, to);
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	(void)state;
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	(void)close(fd);
	assert_int_equal(anchors_new(&a, to), 0);
	for (int i = 0; i < 3; i++)
		anchors_send(a, bytes_str(checkpoint));
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	anchors_send(a, bytes_str(checkpoint));
	assert_true(recv(fd, got, sizeof(got), 0) > 0);
	anchors_figures(a, &f);
	assert_true(f.sent_ms > 0);
	(void)close(fd);
}

static void without_a_server_nothing_is_sent_and_nothing_fails(void **state)
{
	owned(anchors_freep) struct anchors *a = NULL;
	struct anchors_figures f;

	(void)state;
	assert_int_equal(anchors_new(&a, ""), 0);
	anchors_send(a, bytes_str(checkpoint));
	anchors_figures(a, &f);
	assert_true(!f.is_set && f.sent_ms == 0 && f.failed == 0);
}

static void what_is_no_address_with_a_port_is_refused(void **state)
{
	static const char *const wrong[] = { "10.0.0.5", "10.0.0.5:", "10.0.0.5:0",
		"10.0.0.5:65536", "loghost:514", "[::1:514", "::1:514", ":514", "[]:514",
		"10.0.0.5:5x" };
	struct anchors *a = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		if (anchors_new(&a, wrong[i]) != ANCHORS_E_ADDRESS)
			fail_msg("%s was taken", wrong[i]);
		assert_null(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_server_gets_the_checkpoint_as_rfc_5424),
		cmocka_unit_test(a_log_server_of_ipv6_as_well),
		cmocka_unit_test(a_server_that_is_away_is_counted_and_comes_back),
		cmocka_unit_test(without_a_server_nothing_is_sent_and_nothing_fails),
		cmocka_unit_test(what_is_no_address_with_a_port_is_refused),
	};

	log_set_level(LOG_E_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
