/* SPDX-License-Identifier: MPL-2.0
 *
 * One datagram per message to the socket that the service manager named. It never blocks
 * and never fails: a broker without a service manager is as good as one with it.
 */
#include "samtale/daemon/notify.h"

#include "samtale/base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void notify_send(const char *lines)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* the abstract namespace */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	(void)close(fd);
}

void notify_reloading(void)
{
	struct timespec now;
	char lines[96];

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%lld\n",
		(long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_send(lines);
}

int64_t notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	uint64_t n;

	if (!usec || !bytes_to_u64(bytes_str(usec), UINT64_C(1) << 50, &n))
		return 0;
	return (int64_t)(n / 1000);
}
