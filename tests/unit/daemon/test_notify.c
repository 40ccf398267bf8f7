/* SPDX-License-Identifier: MPL-2.0
 *
 * What the service manager hears, at a path and in the abstract namespace.
 */
#include "samtale/daemon/notify.h"

#include "samtale/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static int listen_at(const char *name, size_t len)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(at.sun_path, name, len);
	assert_int_equal(
		bind(fd, (struct sockaddr *)&at,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	return fd;
}

static void assert_heard(int fd, const char *expected)
{
	char buf[64] = "";
	ssize_t n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	assert_int_equal(n, strlen(expected));
	assert_string_equal(buf, expected);
	(void)close(fd);
}

static void a_socket_of_either_kind_hears_it(void **state)
{
	char folder[] = "/tmp/notify-XXXXXX", path[64], name[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/s", folder);
	fd = listen_at(path, strlen(path));
	(void)setenv("NOTIFY_SOCKET", path, 1);
	notify_send("READY=1\n");
	assert_heard(fd, "READY=1\n");
	(void)unlink(path);
	(void)rmdir(folder);

	(void)snprintf(name, sizeof(name), "@samtale-notify-%d", (int)getpid());
	(void)setenv("NOTIFY_SOCKET", name, 1);
	name[0] = '\0';
	fd = listen_at(name, 1 + strlen(name + 1));
	notify_send("STOPPING=1\n");
	assert_heard(fd, "STOPPING=1\n");
}

static void without_a_manager_nothing_happens(void **state)
{
	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1\n");
	(void)setenv("NOTIFY_SOCKET", "relative", 1);
	notify_send("READY=1\n");
	(void)setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	notify_send("READY=1\n");
}

static void the_watchdog_is_in_milliseconds(void **state)
{
	(void)state;
	(void)unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_ms(), 30000);
	(void)setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_of_either_kind_hears_it),
		cmocka_unit_test(without_a_manager_nothing_happens),
		cmocka_unit_test(the_watchdog_is_in_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
