/* SPDX-License-Identifier: MPL-2.0
 *
 * The listening socket. We accept ourselves and hand the library what may stay, because
 * left to itself libwebsockets 4.1.6 spins when descriptors run out. Whoever may not stay
 * is told in one write, before any cryptography, and while there is no room the door
 * opens in small batches only, so that refusing costs next to nothing.
 */
#include "room.h"

#include "samtale/base/fault.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG        1024
#define BATCH          64 /* accepted in one turn of the loop */
#define BATCH_FULL     8  /* the same while there is no room, then a pause */
#define PAUSE_FULL_MS  20
#define PAUSE_EMPTY_MS 200 /* accept() itself found no descriptor */

struct door {
	struct listener *l;
	int fd;
	bool is_unix;
	uint16_t port;
	char *path; /* of the unix socket, removed at the end */
	struct loop_watch *watch;
	struct loop_timer *pause;
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
	struct sockaddr_storage storage;
};

/* A TLS alert that every client understands, or a whole HTTP answer. */
static void turn_away(const struct door *d, int fd, enum refusal why)
{
	static const char alert[] = { 21, 3, 1, 0, 2, 2, 80 }; /* fatal, internal_error */
	static const char answer[] =
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n"
		"Connection: close\r\nContent-Length: 0\r\n\r\n";

	refused(d->l, why);
	if (d->is_unix)
		(void)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	else
		(void)send(fd, alert, sizeof(alert), MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)shutdown(fd, SHUT_WR);
	(void)close(fd);
}

static void pause_door(struct door *d, int64_t ms)
{
	loop_watch_want(d->watch, LOOP_NOTHING);
	loop_timer_once(d->pause, ms);
}

static void pause_over(void *arg)
{
	struct door *d = arg;

	loop_watch_want(d->watch, LOOP_READ);
}

/* One connection. false: none is waiting, or there is no descriptor to take it with. */
static bool accept_one(struct door *d, unsigned *full)
{
	union address from = { 0 };
	socklen_t len = sizeof(from);
	struct net_prefix peer = { .bits = 0 };
	int fd = accept4(d->fd, &from.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
			errno == ENOBUFS) {
			refused(d->l, REFUSED_DESCRIPTORS);
			pause_door(d, PAUSE_EMPTY_MS);
		}
		return errno == ECONNABORTED || errno == EINTR;
	}
	if (!d->is_unix && !prefix_of_sockaddr(&from.storage, &peer)) {
		(void)close(fd);
		return true;
	}
	switch (gate_accepted(d->l->gate, fd)) {
	case GATE_OPEN:
		conn_accepted(d->l, fd, &peer);
		break;
	case GATE_FULL:
		turn_away(d, fd, REFUSED_CONNECTIONS);
		(*full)++;
		break;
	case GATE_NO_DESCRIPTORS:
		turn_away(d, fd, REFUSED_DESCRIPTORS);
		(*full)++;
		break;
	}
	return true;
}

static void accept_some(void *arg)
{
	struct door *d = arg;
	unsigned full = 0;

	for (unsigned i = 0; i < BATCH && full < BATCH_FULL; i++)
		if (!accept_one(d, &full))
			return;
	if (full >= BATCH_FULL)
		pause_door(d, PAUSE_FULL_MS);
}

static int complain(
	struct listener_error *e, const char *what, const char *where, int err)
{
	const char *why = err == EADDRINUSE      ? "another program has it already"
			  : err == EACCES        ? "this user has no right to it"
			  : err == EADDRNOTAVAIL ? "this machine has no such address"
			  : err == ENOENT        ? "the folder is missing"
						 : "the system refused";

	(void)snprintf(e->sentence, sizeof(e->sentence), "Cannot listen on %s%s: %s.",
		what, where, why);
	return LISTENER_E_BAD;
}

/* A socket file that nobody serves is left over from a crash. */
static int remove_stale(const struct sockaddr_un *local)
{
	struct stat st;
	int fd, err;

	if (lstat(local->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	err = connect(fd, (const struct sockaddr *)local, sizeof(*local)) == 0
		      ? EADDRINUSE
		      : 0;
	(void)close(fd);
	if (err == 0)
		(void)unlink(local->sun_path);
	return err;
}

static int open_unix(
	struct door *d, const struct listener_settings *s, struct listener_error *e)
{
	union address at = { .local = { .sun_family = AF_UNIX } };
	int err;

	if (!bytes_to_str(bytes_str(s->socket_path), at.local.sun_path,
		    sizeof(at.local.sun_path)))
		return complain(e, "socket ", s->socket_path, ENAMETOOLONG);
	d->is_unix = true;
	err = remove_stale(&at.local);
	if (err == 0) {
		d->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		/* Nobody can connect between bind() and chmod(): nothing listens yet. */
		if (d->fd < 0 || bind(d->fd, &at.any, sizeof(at.local)) != 0 ||
			chmod(s->socket_path, (mode_t)s->socket_mode & 0777) != 0 ||
			listen(d->fd, BACKLOG) != 0)
			err = errno;
	}
	if (err != 0)
		return complain(e, "socket ", s->socket_path, err);
	d->path = strdup(s->socket_path);
	return d->path ? 0 : fault_here(ENOMEM);
}

static socklen_t parse_address(const struct listener_settings *s, union address *ret)
{
	*ret = (union address){ 0 };
	if (inet_pton(AF_INET, s->address, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(s->port);
		return sizeof(ret->v4);
	}
	if (inet_pton(AF_INET6, s->address, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(s->port);
		return sizeof(ret->v6);
	}
	return 0;
}

static int open_tcp(
	struct door *d, const struct listener_settings *s, struct listener_error *e)
{
	union address at;
	socklen_t len = parse_address(s, &at);
	char where[96];

	(void)snprintf(where, sizeof(where), "%s port %u", s->address, (unsigned)s->port);
	if (len == 0) {
		(void)snprintf(e->sentence, sizeof(e->sentence),
			"Cannot listen on %s: it is not a numeric address.", s->address);
		return LISTENER_E_BAD;
	}
	d->fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return complain(e, "", where, errno);
	(void)setsockopt(d->fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	(void)setsockopt(d->fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 0 }, sizeof(int));
	if (bind(d->fd, &at.any, len) != 0 || listen(d->fd, BACKLOG) != 0 ||
		getsockname(d->fd, &at.any, &len) != 0)
		return complain(e, "", where, errno);
	d->port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
	return 0;
}

int door_new(struct door **ret, struct listener *l, const struct listener_settings *s,
	struct listener_error *ret_error)
{
	struct door *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return fault_here(ENOMEM);
	d->l = l;
	d->fd = -1;
	r = s->socket_path && *s->socket_path ? open_unix(d, s, ret_error)
					      : open_tcp(d, s, ret_error);
	if (r == 0)
		r = loop_watch_new(&d->watch, l->loop, d->fd, accept_some, d);
	if (r == 0)
		r = loop_timer_new(&d->pause, l->loop, pause_over, d);
	if (r != 0) {
		(void)door_free(d);
		return r;
	}
	loop_watch_want(d->watch, LOOP_READ);
	*ret = d;
	return 0;
}

struct door *door_free(struct door *d)
{
	if (!d)
		return NULL;
	(void)loop_watch_free(d->watch);
	(void)loop_timer_free(d->pause);
	if (d->fd >= 0)
		(void)close(d->fd);
	if (d->path)
		(void)unlink(d->path);
	free(d->path);
	free(d);
	return NULL;
}

uint16_t door_port(const struct door *d)
{
	return d->port;
}
