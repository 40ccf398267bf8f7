/* SPDX-License-Identifier: MPL-2.0
 *
 * Connections: TCP from many loopback addresses, a full TLS 1.3 handshake each (never
 * resumed), bytes in and out. A connection that ends is freed when the turn is over, so
 * that nobody further up holds a stale one.
 */
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* 10,000 clients from 1,000 addresses: no cap per address prefix has to be raised. */
#define ADDRESSES 1000u
#define READ_ROOM 65536

static SSL_CTX *tls;
static int ep;
static struct conn **gone;
static size_t gone_count, gone_cap;

void wire_start(void)
{
	tls = SSL_CTX_new(TLS_client_method());
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (!tls || ep < 0)
		die("load: start");
	(void)SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
	(void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS |
					    SSL_MODE_ENABLE_PARTIAL_WRITE |
					    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	(void)SSL_CTX_set1_groups_list(tls, "X25519");
}

int wire_connect(unsigned salt)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	unsigned from = 2 + salt % ADDRESSES;

	if (fd < 0)
		die("load: socket (ulimit -n?)");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	(void)setsockopt(
		fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){ 1 }, sizeof(int));
	at.sin_addr.s_addr = htonl(0x7f010000u | (from / 250) << 8 | (from % 250 + 1));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("load: bind");
	at.sin_port = htons((uint16_t)opt.port);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0 && errno != EINPROGRESS)
		die("load: connect");
	return fd;
}

struct conn *conn_new(const struct wire_user *user, struct talk *talk, unsigned side)
{
	static unsigned salt;
	struct conn *c = must_alloc(NULL, sizeof(*c));
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };

	*c = (struct conn){ .user = user,
		.talk = talk,
		.side = (uint8_t)side,
		.state = CONN_TCP,
		.wants_write = true,
		.born_ns = now_ns() };
	c->fd = wire_connect(salt++);
	c->ssl = SSL_new(tls);
	if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1 ||
		epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e) != 0)
		die("load: connection");
	SSL_set_connect_state(c->ssl);
	(void)SSL_set_tlsext_host_name(c->ssl, "localhost");
	return c;
}

void conn_close(struct conn *c)
{
	if (!c || c->state == CONN_GONE)
		return;
	if (c->state > CONN_TLS)
		(void)SSL_shutdown(c->ssl);
	c->state = CONN_GONE;
	SSL_free(c->ssl);
	(void)close(c->fd);
	free(c->out);
	c->out = NULL;
	if (c->talk && c->talk->side[c->side] == c)
		c->talk->side[c->side] = NULL;
	if (gone_count == gone_cap) {
		gone_cap = gone_cap ? 2 * gone_cap : 256;
		gone = must_alloc(gone, gone_cap * sizeof(struct conn *));
	}
	gone[gone_count++] = c;
}

void conn_fail(struct conn *c, const char *why)
{
	if (c->state != CONN_GONE)
		c->user->lost(c, why);
	ERR_clear_error();
}

/* -- out ------------------------------------------------------------------------------
 */
static void want_write(struct conn *c, bool want)
{
	struct epoll_event e = { .events = EPOLLIN | (want ? (unsigned)EPOLLOUT : 0u),
		.data.ptr = c };

	if (c->wants_write == want)
		return;
	c->wants_write = want;
	(void)epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void flush(struct conn *c)
{
	while (c->out_len > 0) {
		int n = SSL_write(c->ssl, c->out, (int)c->out_len);

		if (n <= 0 && SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_WRITE) {
			want_write(c, true);
			return;
		}
		if (n <= 0) {
			conn_fail(c, "write");
			return;
		}
		c->out_len -= (size_t)n;
		memmove(c->out, c->out + n, c->out_len);
	}
	free(c->out);
	c->out = NULL;
	want_write(c, false);
}

void conn_send(struct conn *c, const void *at, size_t len)
{
	if (c->state < CONN_UP)
		return;
	c->out = must_alloc(c->out, c->out_len + len);
	memcpy(c->out + c->out_len, at, len);
	c->out_len += len;
	if (c->out_len == len)
		flush(c);
}

/* -- in -------------------------------------------------------------------------------
 */
static void hand_up(struct conn *c, char *at, size_t len)
{
	size_t done = 0, n = 1;

	while (done < len && n > 0 && c->state != CONN_GONE) {
		n = c->user->bytes(c, at + done, len - done);
		done += n;
	}
	if (c->state == CONN_GONE || done == len)
		return;
	c->in_len = len - done;
	c->in = must_alloc(NULL, c->in_len);
	memcpy(c->in, at + done, c->in_len);
}

static void read_some(struct conn *c)
{
	static char room[READ_ROOM + 1];

	while (c->state != CONN_GONE) {
		size_t had = c->in_len;
		int n;

		if (had > 0)
			memcpy(room, c->in, had);
		n = SSL_read(c->ssl, room + had, (int)(READ_ROOM - had));
		if (n <= 0) {
			int why = SSL_get_error(c->ssl, n);

			if (why != SSL_ERROR_WANT_READ)
				conn_fail(c,
					why == SSL_ERROR_ZERO_RETURN ? "closed" : "read");
			return;
		}
		free(c->in);
		c->in = NULL;
		c->in_len = 0;
		hand_up(c, room, had + (size_t)n);
	}
}

static bool is_connected(struct conn *c)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (c->state != CONN_TCP)
		return true;
	(void)getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (err != 0) {
		conn_fail(c, strerror(err));
		return false;
	}
	c->state = CONN_TLS;
	return true;
}

static bool is_up(struct conn *c)
{
	int n;

	if (c->state != CONN_TLS)
		return true;
	n = SSL_do_handshake(c->ssl);
	if (n != 1) {
		int why = SSL_get_error(c->ssl, n);

		if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
			want_write(c, why == SSL_ERROR_WANT_WRITE);
		else
			conn_fail(c, "handshake");
		return false;
	}
	c->state = CONN_UP;
	want_write(c, false);
	c->user->up(c);
	return c->state != CONN_GONE;
}

void wire_turn(uint64_t until_ns)
{
	struct epoll_event events[256];
	uint64_t now = now_ns(), wait = until_ns > now ? until_ns - now : 0;
	struct timespec t = { (time_t)(wait / NS_PER_S), (long)(wait % NS_PER_S) };
	int n = epoll_pwait2(ep, events, 256, &t, NULL);

	for (int i = 0; i < n; i++) {
		struct conn *c = events[i].data.ptr;

		if (c->state == CONN_GONE || !is_connected(c) || !is_up(c))
			continue;
		if (events[i].events & EPOLLOUT)
			flush(c);
		read_some(c);
	}
	while (gone_count > 0) {
		struct conn *c = gone[--gone_count];

		free(c->in);
		free(c);
	}
}
