/* SPDX-License-Identifier: MPL-2.0
 *
 * One datagram per checkpoint. A server that is away costs nothing and holds nothing up:
 * the next checkpoint proves what the lost one did, and all before it.
 */
#include "anchors.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/lock.h"
#include "samtale/base/ops_log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PRIORITY     109 /* facility 13, log audit; severity 5, notice */
#define DATAGRAM_MAX 1024
#define HOST_MAX     64

struct anchors {
	int fd; /* connected; -1: none is configured */
	char host[HOST_MAX];
	struct lock *lock;
	int64_t sent_ms;
	uint64_t failed;
};

/* -- where to -------------------------------------------------------------------- */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* 192.0.2.1:514 or [2001:db8::1]:514. */
static bool parse(const char *text, union address *ret, socklen_t *ret_len)
{
	const char *colon = strrchr(text, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t len = colon ? (size_t)(colon - text) : 0;
	bool is_v6 = len >= 2 && text[0] == '[' && text[len - 1] == ']';
	uint64_t port;

	if (!colon || !bytes_to_u64(bytes_str(colon + 1), 65535, &port) || port == 0 ||
		!bytes_to_str(is_v6 ? bytes_of(text + 1, len - 2) : bytes_of(text, len),
			host, sizeof(host)))
		return false;
	memset(ret, 0, sizeof(*ret));
	*ret_len = is_v6 ? sizeof(ret->v6) : sizeof(ret->v4);
	if (is_v6) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		return inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1;
	}
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1;
}

static int open_socket(struct anchors *a, const char *to)
{
	union address address;
	socklen_t len;

	if (!parse(to, &address, &len))
		return ANCHORS_E_ADDRESS;
	a->fd = socket(
		address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (a->fd < 0 || connect(a->fd, &address.any, len) != 0)
		return fault_here(errno);
	return 0;
}

/* -- sending --------------------------------------------------------------------- */
static size_t write_message(
	const struct anchors *a, struct bytes checkpoint, char buf[DATAGRAM_MAX])
{
	struct writer w = writer_of(buf, DATAGRAM_MAX);
	int64_t now = clock_utc_ms();
	time_t seconds = (time_t)(now / MS_SECOND);
	struct tm tm;
	char stamp[32] = "-";

	if (gmtime_r(&seconds, &tm))
		(void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	write_fmt(&w, "<%d>1 %s.%03dZ %s samtale %d CHECKPOINT - ", PRIORITY, stamp,
		(int)(now % MS_SECOND), a->host, (int)getpid());
	write_bytes(&w, checkpoint);
	return writer_ok(&w) ? w.len : 0;
}

/* An error that is there already is that of an earlier one: a refusal comes later. */
static bool put(const struct anchors *a, const char *at, size_t len)
{
	return len > 0 && (send(a->fd, at, len, MSG_NOSIGNAL) == (ssize_t)len ||
				  send(a->fd, at, len, MSG_NOSIGNAL) == (ssize_t)len);
}

void anchors_send(struct anchors *a, struct bytes checkpoint)
{
	char buf[DATAGRAM_MAX];
	bool sent;

	if (a->fd < 0)
		return;
	sent = put(a, buf, write_message(a, checkpoint, buf));
	lock_take(a->lock);
	if (sent)
		a->sent_ms = clock_utc_ms();
	else
		a->failed++;
	lock_leave(a->lock);
	if (!sent)
		log_event(EV_AUDIT_ANCHOR_FAILED);
}

/* -- the life -------------------------------------------------------------------- */
int anchors_new(struct anchors **ret, const char *to)
{
	owned(anchors_freep) struct anchors *a = calloc(1, sizeof(*a));
	int r;

	if (!a)
		return fault_here(ENOMEM);
	a->fd = -1;
	r = lock_new(&a->lock);
	if (gethostname(a->host, sizeof(a->host) - 1) != 0 || !a->host[0])
		(void)snprintf(a->host, sizeof(a->host), "-");
	if (r == 0 && to[0])
		r = open_socket(a, to);
	if (r != 0)
		return r;
	*ret = a;
	a = NULL;
	return 0;
}

struct anchors *anchors_free(struct anchors *a)
{
	if (!a)
		return NULL;
	if (a->fd >= 0)
		(void)close(a->fd);
	a->lock = lock_free(a->lock);
	free(a);
	return NULL;
}

void anchors_figures(struct anchors *a, struct anchors_figures *ret)
{
	lock_take(a->lock);
	*ret = (struct anchors_figures){
		.is_set = a->fd >= 0, .sent_ms = a->sent_ms, .failed = a->failed
	};
	lock_leave(a->lock);
}
