/* SPDX-License-Identifier: MPL-2.0
 *
 * The floor of the benchmark: what two people in a room cost on bare OpenSSL and epoll,
 * with no rule, limit, timeout or check at all. Not a product. The first message of a
 * connection names its room, everything after it goes to the other one in there.
 *
 *   bench-floor PORT CERTIFICATE KEY
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOMS          16384u
#define NAME_MAX_BYTES 40
#define ROOM_BYTES     (128 * 1024)

struct room;
struct conn {
	SSL *ssl;
	struct room *room;
	uint8_t *in, *out; /* leftovers only */
	size_t in_len, out_len;
	int fd;
	uint8_t side;
	bool is_up, is_open, is_dead, wants_write;
};

struct room {
	struct room *next;
	struct conn *side[2];
	char name[NAME_MAX_BYTES];
};

static struct room *rooms[ROOMS];
static SSL_CTX *tls;
static int ep, door;
static uint8_t in_room[ROOM_BYTES], out_room[ROOM_BYTES];

_Noreturn static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void *must(void *at)
{
	if (!at)
		die("floor: memory");
	return at;
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

static void put(struct conn *c, const uint8_t *at, size_t len)
{
	if (c->out_len == 0) {
		int n = SSL_write(c->ssl, at, (int)len);

		if (n <= 0 && SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_WRITE) {
			c->is_dead = true;
			return;
		}
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	if (len == 0)
		return;
	c->out = must(realloc(c->out, c->out_len + len));
	memcpy(c->out + c->out_len, at, len);
	c->out_len += len;
	want_write(c, true);
}

static void flush(struct conn *c)
{
	int n = SSL_write(c->ssl, c->out, (int)c->out_len);

	if (n <= 0)
		return;
	c->out_len -= (size_t)n;
	memmove(c->out, c->out + n, c->out_len);
	if (c->out_len > 0)
		return;
	free(c->out);
	c->out = NULL;
	want_write(c, false);
}

static void frame(struct conn *c, unsigned code, const uint8_t *at, size_t len)
{
	size_t head = 2;

	out_room[0] = (uint8_t)(0x80 | code);
	out_room[1] = (uint8_t)(len < 126 ? len : 126);
	if (len >= 126) {
		out_room[2] = (uint8_t)(len >> 8);
		out_room[3] = (uint8_t)len;
		head = 4;
	}
	memcpy(out_room + head, at, len);
	put(c, out_room, head + len);
}

/* -- rooms ----------------------------------------------------------------------------
 */
static struct room **slot(const char *name)
{
	uint32_t hash = 2166136261u;
	struct room **at;

	for (const char *p = name; *p; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	for (at = &rooms[hash % ROOMS]; *at && strcmp((*at)->name, name) != 0;)
		at = &(*at)->next;
	return at;
}

static void join(struct conn *c, const uint8_t *text, size_t len)
{
	static const char key[] = "\"room\":\"", joined[] = "{\"type\":\"joined\"}";
	const uint8_t *at = memmem(text, len, key, sizeof(key) - 1);
	char name[NAME_MAX_BYTES] = "";
	struct room **r;

	if (!at) {
		c->is_dead = true;
		return;
	}
	at += sizeof(key) - 1;
	for (size_t i = 0; i < sizeof(name) - 1 && at < text + len && *at != '"'; i++)
		name[i] = (char)*at++;
	r = slot(name);
	if (!*r) {
		*r = must(calloc(1, sizeof(**r)));
		memcpy((*r)->name, name, sizeof(name));
	}
	c->room = *r;
	c->side = c->room->side[0] ? 1 : 0;
	c->room->side[c->side] = c;
	frame(c, 1, (const uint8_t *)joined, sizeof(joined) - 1);
}

static void leave(struct conn *c)
{
	struct room *r = c->room, **at;

	if (!r)
		return;
	r->side[c->side] = NULL;
	if (r->side[0] || r->side[1])
		return;
	at = slot(r->name);
	*at = r->next;
	free(r);
}

static void message(struct conn *c, const uint8_t *at, size_t len)
{
	if (!c->room)
		join(c, at, len);
	else if (c->room->side[!c->side])
		frame(c->room->side[!c->side], 1, at, len);
}

/* -- in: each returns how much it has used, 0 when it needs more ----------------------
 */
static size_t upgrade(struct conn *c, const uint8_t *at, size_t len)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const uint8_t *end = memmem(at, len, "\r\n\r\n", 4);
	const uint8_t *key = memmem(at, len, name, sizeof(name) - 1);
	uint8_t text[24 + sizeof(guid)], hash[20], accept[32];
	char answer[256];
	unsigned n;

	if (!end)
		return 0;
	if (!key || key + sizeof(name) - 1 + 24 > end) {
		c->is_dead = true;
		return 0;
	}
	memcpy(text, key + sizeof(name) - 1, 24);
	memcpy(text + 24, guid, sizeof(guid));
	(void)EVP_Digest(text, 24 + sizeof(guid) - 1, hash, &n, EVP_sha1(), NULL);
	(void)EVP_EncodeBlock(accept, hash, sizeof(hash));
	n = (unsigned)snprintf(answer, sizeof(answer),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		accept);
	put(c, (uint8_t *)answer, n);
	c->is_open = true;
	return (size_t)(end + 4 - at);
}

static size_t frame_in(struct conn *c, uint8_t *at, size_t len)
{
	size_t size, head = 6;

	if (len < 8 && len < 6 + (len > 1 ? at[1] & 127u : 127u))
		return 0;
	size = at[1] & 127;
	if (size == 126) {
		size = (size_t)at[2] << 8 | at[3];
		head = 8;
	}
	c->is_dead = c->is_dead || size == 127;
	if (len < head + size)
		return 0;
	for (size_t i = 0; i < size; i++)
		at[head + i] ^= at[head - 4 + (i & 3)];
	switch (at[0] & 15) {
	case 1:
	case 2:
		message(c, at + head, size);
		break;
	case 8:
		frame(c, 8, at + head, size < 2 ? 0 : 2);
		c->is_dead = true;
		break;
	case 9:
		frame(c, 10, at + head, size);
		break;
	default:
		break;
	}
	return head + size;
}

static void keep_rest(struct conn *c, const uint8_t *at, size_t len)
{
	free(c->in);
	c->in = NULL;
	c->in_len = len;
	if (len == 0)
		return;
	c->in = must(malloc(len));
	memcpy(c->in, at, len);
}

static void read_all(struct conn *c)
{
	int n = 1;

	while (!c->is_dead && n > 0) {
		size_t have = c->in_len, used = 0, k = 1;

		if (have > 0)
			memcpy(in_room, c->in, have);
		n = SSL_read(c->ssl, in_room + have, (int)(sizeof(in_room) - have));
		if (n <= 0) {
			c->is_dead = SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ;
			return;
		}
		have += (size_t)n;
		for (; !c->is_dead && used < have && k > 0; used += k)
			k = c->is_open ? frame_in(c, in_room + used, have - used)
				       : upgrade(c, in_room + used, have - used);
		keep_rest(c, in_room + used, have - used);
		if (!SSL_has_pending(c->ssl))
			return; /* level-triggered: saves one read that finds nothing */
	}
}

/* -- connections ----------------------------------------------------------------------
 */
static void accept_one(void)
{
	int fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct epoll_event e = { .events = EPOLLIN };
	struct conn *c;

	if (fd < 0)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	c = must(calloc(1, sizeof(*c)));
	c->fd = fd;
	c->ssl = must(SSL_new(tls));
	(void)SSL_set_fd(c->ssl, fd);
	SSL_set_accept_state(c->ssl);
	e.data.ptr = c;
	(void)epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
}

static void end(struct conn *c)
{
	leave(c);
	SSL_free(c->ssl);
	(void)close(c->fd);
	free(c->in);
	free(c->out);
	free(c);
}

static void serve(struct conn *c, uint32_t events)
{
	if (!c->is_up) {
		int n = SSL_do_handshake(c->ssl);

		c->is_up = n == 1;
		c->is_dead = n != 1 && SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ;
	}
	if (c->is_up && events & EPOLLOUT && c->out_len > 0)
		flush(c);
	if (c->is_up)
		read_all(c);
	if (c->is_dead)
		end(c);
}

static void start_tls(const char *certificate, const char *key)
{
	tls = must(SSL_CTX_new(TLS_server_method()));
	(void)SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
	if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		die("floor: certificate");
	(void)SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(tls, 0);
	(void)SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS |
					    SSL_MODE_ENABLE_PARTIAL_WRITE |
					    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

static void open_door(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event e = { .events = EPOLLIN };

	door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	if (bind(door, (struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(door, 1024) != 0)
		die("floor: port");
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, door, &e) != 0)
		die("floor: epoll");
}

int main(int argc, char *argv[])
{
	struct epoll_event events[256];

	if (argc != 4)
		return 2;
	(void)signal(SIGPIPE, SIG_IGN);
	start_tls(argv[2], argv[3]);
	open_door((uint16_t)strtoul(argv[1], NULL, 10));
	for (;;) {
		int n = epoll_wait(ep, events, 256, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				serve(events[i].data.ptr, events[i].events);
			else
				accept_one();
		}
	}
}
