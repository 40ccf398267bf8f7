/* SPDX-License-Identifier: MPL-2.0
 *
 * One small answer per connection: read until the head ends, write the text, close. At
 * most SCRAPES_MAX at once, each for SCRAPE_MS; whoever asks more is turned away. Never
 * opened on an address that another machine can reach.
 */
#include "samtale/listener/metrics.h"

#include "samtale/base/fault.h"
#include "samtale/listener/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SCRAPES_MAX 4
#define SCRAPE_MS   5000
#define ASK_MAX     2048
#define TEXT_MAX    (64 * 1024)
#define HEAD_ROOM   256

struct scrape {
	struct metrics *m;
	struct loop_watch *watch;
	int fd; /* -1: free */
	int64_t until_ms;
	char ask[ASK_MAX];
	size_t ask_len;
	uint8_t *text; /* answer, when it is being written */
	size_t text_len, text_at;
};

struct metrics {
	struct loop *loop;
	struct loop_watch *watch;
	int fd;
	uint16_t port;
	char *path;
	metrics_fn *fn;
	void *arg;
	struct scrape scrapes[SCRAPES_MAX];
};

static void scrape_end(struct scrape *s)
{
	s->watch = loop_watch_free(s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	free(s->text);
	*s = (struct scrape){ .m = s->m, .fd = -1 };
}

/* Head and text in one buffer; the text is made first, so that its length is known. */
static bool make_answer(struct scrape *s)
{
	uint8_t *text = malloc(TEXT_MAX);
	struct writer body, head;
	bool asked = s->ask_len >= 13 && memcmp(s->ask, "GET /metrics ", 13) == 0;

	s->text = malloc(TEXT_MAX + HEAD_ROOM);
	if (!text || !s->text) {
		free(text);
		return false;
	}
	body = writer_of(text, TEXT_MAX);
	if (asked)
		s->m->fn(s->m->arg, &body);
	if (!writer_ok(&body))
		body.len = 0;
	head = writer_of(s->text, TEXT_MAX + HEAD_ROOM);
	write_fmt(&head, "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4\r\n",
		!writer_ok(&body) ? "503 Service Unavailable"
		: asked           ? "200 OK"
				  : "404 Not Found");
	write_fmt(&head, "Content-Length: %zu\r\nConnection: close\r\n\r\n", body.len);
	write_bytes(&head, writer_bytes(&body));
	free(text);
	s->text_len = head.len;
	return writer_ok(&head);
}

static void scrape_step(void *arg)
{
	struct scrape *s = arg;
	ssize_t n;

	if (!s->text) {
		n = recv(s->fd, s->ask + s->ask_len, sizeof(s->ask) - s->ask_len, 0);
		if (n <= 0) {
			if (n == 0 || errno != EAGAIN)
				scrape_end(s);
			return;
		}
		s->ask_len += (size_t)n;
		if (!memmem(s->ask, s->ask_len, "\r\n\r\n", 4)) {
			if (s->ask_len == sizeof(s->ask))
				scrape_end(s);
			return;
		}
		if (!make_answer(s)) {
			scrape_end(s);
			return;
		}
		loop_watch_want(s->watch, LOOP_WRITE);
	}
	n = send(s->fd, s->text + s->text_at, s->text_len - s->text_at, MSG_NOSIGNAL);
	if (n > 0)
		s->text_at += (size_t)n;
	if ((n < 0 && errno != EAGAIN) || s->text_at == s->text_len)
		scrape_end(s);
}

static struct scrape *free_scrape(struct metrics *m)
{
	int64_t now = loop_now_ms();

	for (unsigned i = 0; i < SCRAPES_MAX; i++) {
		struct scrape *s = &m->scrapes[i];

		if (s->fd >= 0 && s->until_ms <= now)
			scrape_end(s);
		if (s->fd < 0)
			return s;
	}
	return NULL;
}

static void accept_scrape(void *arg)
{
	struct metrics *m = arg;
	int fd = accept4(m->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct scrape *s = free_scrape(m);

	if (fd < 0)
		return;
	if (!s || loop_watch_new(&s->watch, m->loop, fd, scrape_step, s) != 0) {
		(void)close(fd);
		return;
	}
	s->fd = fd;
	s->until_ms = loop_now_ms() + SCRAPE_MS;
	loop_watch_want(s->watch, LOOP_READ);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
	struct sockaddr_storage storage;
};

static bool is_loopback(const union address *a)
{
	static const struct net_prefix v4 = {
		{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127 }, 104
	};
	static const struct net_prefix v6 = { { [15] = 1 }, 128 };
	struct net_prefix p;

	return prefix_of_sockaddr(&a->storage, &p) &&
	       (prefix_holds(&v4, &p) || prefix_holds(&v6, &p));
}

/* Outcome: 0 when it is nothing that we open. */
static socklen_t parse_address(const char *text, union address *ret)
{
	struct bytes whole = bytes_str(text), host;
	const uint8_t *colon = (const uint8_t *)strrchr(text, ':');
	char name[INET6_ADDRSTRLEN];
	uint64_t port;

	*ret = (union address){ 0 };
	if (text[0] == '/') {
		ret->local.sun_family = AF_UNIX;
		return bytes_to_str(
			       whole, ret->local.sun_path, sizeof(ret->local.sun_path))
			       ? sizeof(ret->local)
			       : 0;
	}
	if (!colon || !bytes_to_u64(bytes_str((const char *)colon + 1), 65535, &port))
		return 0;
	host = bytes_of(whole.at, (size_t)(colon - whole.at));
	if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = bytes_of(host.at + 1, host.len - 2);
	if (!bytes_to_str(host, name, sizeof(name)))
		return 0;
	if (inet_pton(AF_INET, name, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons((uint16_t)port);
		return is_loopback(ret) ? sizeof(ret->v4) : 0;
	}
	if (inet_pton(AF_INET6, name, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons((uint16_t)port);
		return is_loopback(ret) ? sizeof(ret->v6) : 0;
	}
	return 0;
}

static int metrics_open(struct metrics *m, const union address *at, socklen_t len)
{
	union address bound = *at;

	m->fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (m->fd < 0)
		return fault_here(errno);
	if (at->any.sa_family == AF_UNIX) {
		(void)unlink(at->local.sun_path);
		m->path = strdup(at->local.sun_path);
		if (!m->path)
			return fault_here(ENOMEM);
	} else {
		(void)setsockopt(
			m->fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	}
	if (bind(m->fd, &at->any, len) != 0 || (m->path && chmod(m->path, 0660) != 0) ||
		listen(m->fd, SCRAPES_MAX) != 0 ||
		getsockname(m->fd, &bound.any, &len) != 0)
		return fault_here(errno);
	if (!m->path)
		m->port = ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port
							       : bound.v6.sin6_port);
	return 0;
}

int metrics_new(struct metrics **ret, struct loop *loop, const char *address,
	metrics_fn *fn, void *arg)
{
	owned(metrics_freep) struct metrics *m = NULL;
	union address at;
	socklen_t len = parse_address(address, &at);
	int r;

	if (len == 0)
		return METRICS_E_ADDRESS;
	m = calloc(1, sizeof(*m));
	if (!m)
		return fault_here(ENOMEM);
	*m = (struct metrics){ .loop = loop, .fd = -1, .fn = fn, .arg = arg };
	for (unsigned i = 0; i < SCRAPES_MAX; i++)
		m->scrapes[i] = (struct scrape){ .m = m, .fd = -1 };
	r = metrics_open(m, &at, len);
	if (r == 0)
		r = loop_watch_new(&m->watch, loop, m->fd, accept_scrape, m);
	if (r != 0)
		return fault_pass(r);
	loop_watch_want(m->watch, LOOP_READ);
	*ret = m;
	m = NULL;
	return 0;
}

struct metrics *metrics_free(struct metrics *m)
{
	if (!m)
		return NULL;
	for (unsigned i = 0; i < SCRAPES_MAX; i++)
		scrape_end(&m->scrapes[i]);
	(void)loop_watch_free(m->watch);
	if (m->fd >= 0)
		(void)close(m->fd);
	if (m->path)
		(void)unlink(m->path);
	free(m->path);
	free(m);
	return NULL;
}

uint16_t metrics_port(const struct metrics *m)
{
	return m->port;
}
