/* SPDX-License-Identifier: MPL-2.0
 *
 * One question to one TURN server, without a credential: is somebody there who speaks
 * STUN? TLS is left to the browsers: for it the port must take connections, no more.
 */
#include "turn_probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define STUN_HEAD         20
#define STUN_COOKIE       0x2112a442u
#define STUN_BINDING      0x0001
#define STUN_BINDING_DONE 0x0101

/* -- the URL --------------------------------------------------------------------------
 */

static bool take(struct bytes *url, const char *prefix)
{
	size_t n = strlen(prefix);

	if (url->len < n || memcmp(url->at, prefix, n) != 0)
		return false;
	*url = bytes_of(url->at + n, url->len - n);
	return true;
}

/* Cuts ?transport=… off the end. */
static bool take_transport(struct bytes *url, enum turn_by *by)
{
	const uint8_t *query = memchr(url->at, '?', url->len);
	struct bytes tail;

	if (!query)
		return true;
	tail = bytes_of(query, url->len - (size_t)(query - url->at));
	url->len = (size_t)(query - url->at);
	if (bytes_equal_str(tail, "?transport=tcp")) {
		*by = *by == TURN_TLS ? TURN_TLS : TURN_TCP;
		return true;
	}
	return bytes_equal_str(tail, "?transport=udp") && *by != TURN_TLS;
}

/* Cuts :PORT off the end; a colon inside brackets belongs to an address. */
static bool take_port(struct bytes *url, char ret[6])
{
	size_t i = url->len;
	uint64_t port;

	while (i > 0 && url->at[i - 1] >= '0' && url->at[i - 1] <= '9')
		i--;
	if (i == 0 || url->at[i - 1] != ':')
		return true;
	if (!bytes_to_u64(bytes_of(url->at + i, url->len - i), 65535, &port) || port == 0)
		return false;
	if (!bytes_to_str(bytes_of(url->at + i, url->len - i), ret, 6))
		return false;
	url->len = i - 1;
	return true;
}

bool turn_target_parse(struct bytes url, struct turn_target *ret)
{
	struct turn_target t = { .by = TURN_UDP, .port = "3478" };

	if (take(&url, "turns:"))
		t = (struct turn_target){ .by = TURN_TLS, .port = "5349" };
	else if (!take(&url, "turn:"))
		return false;
	if (!take_transport(&url, &t.by) || !take_port(&url, t.port))
		return false;
	if (url.len > 2 && url.at[0] == '[' && url.at[url.len - 1] == ']')
		url = bytes_of(url.at + 1, url.len - 2);
	else if (memchr(url.at, ':', url.len))
		return false;
	if (url.len == 0 || !bytes_to_str(url, t.host, sizeof(t.host)))
		return false;
	*ret = t;
	return true;
}

/* -- the question ---------------------------------------------------------------------
 */

static bool wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int r;

	do
		r = poll(&p, 1, timeout_ms);
	while (r < 0 && errno == EINTR);
	return r > 0;
}

static enum turn_found ask(int fd, int timeout_ms)
{
	uint8_t question[STUN_HEAD], answer[512];
	struct writer w = writer_of(question, sizeof(question));
	struct reader r;
	ssize_t n;

	write_u16(&w, STUN_BINDING);
	write_u16(&w, 0);
	write_u32(&w, STUN_COOKIE);
	write_bytes(
		&w, BYTES_LIT("samtaledoctr")); /* 12 bytes: ours alone on this socket */
	if (!writer_ok(&w) || send(fd, question, w.len, MSG_NOSIGNAL) != (ssize_t)w.len)
		return TURN_REFUSED;
	if (!wait_for(fd, POLLIN, timeout_ms))
		return TURN_SILENT;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		return errno == ECONNREFUSED ? TURN_REFUSED : TURN_SILENT;
	if (n < STUN_HEAD)
		return TURN_STRANGE;
	r = reader_of(bytes_of(answer, (size_t)n));
	if (read_u16(&r) != STUN_BINDING_DONE)
		return TURN_STRANGE;
	(void)read_u16(&r);
	return read_u32(&r) == STUN_COOKIE ? TURN_ANSWERS : TURN_STRANGE;
}

static enum turn_found try_address(
	const struct turn_target *t, const struct addrinfo *a, int timeout_ms)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	enum turn_found found = TURN_REFUSED;
	socklen_t len = sizeof(int);
	int err = 0;

	if (fd < 0)
		return TURN_REFUSED;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS) {
		if (!wait_for(fd, POLLOUT, timeout_ms))
			found = TURN_SILENT;
		else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0 &&
			 err == 0)
			found = t->by == TURN_TLS ? TURN_ANSWERS : ask(fd, timeout_ms);
	}
	(void)close(fd);
	return found;
}

enum turn_found turn_probe(const struct turn_target *t, int timeout_ms)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = t->by == TURN_UDP ? SOCK_DGRAM : SOCK_STREAM };
	struct addrinfo *list = NULL;
	enum turn_found found = TURN_NO_NAME;

	if (getaddrinfo(t->host, t->port, &hints, &list) != 0)
		return TURN_NO_NAME;
	for (const struct addrinfo *a = list; a && found != TURN_ANSWERS; a = a->ai_next)
		found = try_address(t, a, timeout_ms);
	freeaddrinfo(list);
	return found;
}

const char *turn_found_sentence(enum turn_found found)
{
	static const char *const sentences[] = {
		[TURN_ANSWERS] = "answers",
		[TURN_NO_NAME] = "is a name without an address; look at the DNS",
		[TURN_REFUSED] = "refuses; see that coturn runs and listens there",
		[TURN_SILENT] = "does not answer; look for a firewall in between",
		[TURN_STRANGE] = "answers, but not as a TURN server; look at the port",
	};

	return sentences[found];
}
