/* SPDX-License-Identifier: MPL-2.0
 *
 * Addresses one after the other until one answers. Of an answer only the first line is
 * looked at; all else that a server says about itself stays unread.
 */
#include "sip_probe.h"

#include "srv_lookup.h"

#include "samtale/base/clock.h"
#include "samtale/listener/tls_ask.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTION_MAX 2048
#define ANSWER_MAX   4096
#define AGAIN_MS     500 /* T1: UDP asks again after it, and after twice that … */

/* -- whom ------------------------------------------------------------------------ */
static bool split_port(struct bytes *server, char ret[6])
{
	size_t i = server->len;
	uint64_t port;

	ret[0] = '\0';
	if (memchr(server->at, ']', server->len) == NULL &&
		memrchr(server->at, ':', server->len) !=
			memchr(server->at, ':', server->len))
		return true; /* an IPv6 address without brackets has no port */
	while (i > 0 && server->at[i - 1] >= '0' && server->at[i - 1] <= '9')
		i--;
	if (i == 0 || server->at[i - 1] != ':')
		return true;
	if (!bytes_to_u64(bytes_of(server->at + i, server->len - i), 65535, &port) ||
		port == 0 ||
		!bytes_to_str(bytes_of(server->at + i, server->len - i), ret, 6))
		return false;
	server->len = i - 1;
	return true;
}

static bool is_host(struct bytes host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789.-_:",
			    host.at[i]) ||
			!host.at[i])
			return false;
	return host.len > 0;
}

bool sip_target_of(const struct settings *s, struct sip_target *ret)
{
	struct bytes server = bytes_str(s->phone_server);
	struct sip_target t = { .ca_file = s->phone_ca_file,
		.by = strcmp(s->phone_transport, "udp") == 0   ? SIP_UDP
		      : strcmp(s->phone_transport, "tcp") == 0 ? SIP_TCP
							       : SIP_TLS };

	if (server.len == 0 || !split_port(&server, t.port))
		return false;
	if (server.len > 2 && server.at[0] == '[' && server.at[server.len - 1] == ']')
		server = bytes_of(server.at + 1, server.len - 2);
	if (!is_host(server) || !bytes_to_str(server, t.host, sizeof(t.host)))
		return false;
	*ret = t;
	return true;
}

/* -- the question ---------------------------------------------------------------- */
struct asking {
	const struct sip_target *target;
	const struct settings *settings;
	int fd, timeout_ms;
	char question[QUESTION_MAX];
	size_t question_len;
	char answer[ANSWER_MAX];
	size_t answer_len;
};

static bool own_address(int fd, char *ret, size_t cap)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	char host[INET6_ADDRSTRLEN], port[6];
	bool six;

	if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
		getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return false;
	six = at.ss_family == AF_INET6;
	(void)snprintf(ret, cap, "%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port);
	return true;
}

static bool write_question(struct asking *a)
{
	static const char *const by[] = { "UDP", "TCP", "TLS" };
	const struct settings *s = a->settings;
	const char *domain = s->phone_domain[0] ? s->phone_domain : a->target->host;
	const char *user = s->phone_user[0] ? s->phone_user : s->phone_number;
	bool six = strchr(domain, ':');
	char own[64], uri[300];
	uint64_t id;
	int n;

	if (!own_address(a->fd, own, sizeof(own)) ||
		getrandom(&id, sizeof(id), 0) != sizeof(id))
		return false;
	(void)snprintf(
		uri, sizeof(uri), "%s%s%s", six ? "[" : "", domain, six ? "]" : "");
	n = snprintf(a->question, sizeof(a->question),
		"OPTIONS sip:%s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s;branch=z9hG4bK%016" PRIx64 ";rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:%s@%s>;tag=%08" PRIx64 "\r\n"
		"To: <sip:%s>\r\n"
		"Call-ID: %016" PRIx64 "@samtale\r\n"
		"CSeq: 1 OPTIONS\r\n"
		"Contact: <sip:%s>\r\n"
		"Accept: application/sdp\r\n"
		"Content-Length: 0\r\n\r\n",
		uri, by[a->target->by], own, id, user[0] ? user : "samtale", uri,
		id >> 32, uri, id ^ UINT64_C(0x5a5a5a5a5a5a5a5a), own);
	a->question_len = n > 0 ? (size_t)n : 0;
	return n > 0 && (size_t)n < sizeof(a->question);
}

/* -- the answer ------------------------------------------------------------------ */
static enum sip_found found_of(unsigned status)
{
	if (status == 401 || status == 407)
		return SIP_SIGN_IN;
	if (status == 403)
		return SIP_FORBIDDEN;
	return status >= 500 && status != 501 ? SIP_TROUBLE : SIP_ANSWERS;
}

static enum sip_found read_answer(struct asking *a, struct sip_answer *ret)
{
	static const char begin[] = "SIP/2.0 ";
	uint64_t status;

	if (a->answer_len < sizeof(begin) + 3 ||
		memcmp(a->answer, begin, sizeof(begin) - 1) != 0 ||
		!bytes_to_u64(bytes_of(a->answer + sizeof(begin) - 1, 3), 699, &status) ||
		status < 100)
		return SIP_STRANGE;
	ret->status = (unsigned)status;
	return found_of(ret->status);
}

static bool wait_for(int fd, short events, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left = until_ms - clock_boot_ms();
	int r;

	do
		r = poll(&p, 1, left > 0 ? (int)left : 0);
	while (r < 0 && errno == EINTR);
	return r > 0;
}

/* SIP_ANSWERS: something is in the answer. */
static enum sip_found ask_plain(struct asking *a, bool is_udp)
{
	int64_t now = clock_boot_ms(), until = now + a->timeout_ms, wait = AGAIN_MS;
	bool sent = false;
	ssize_t n;

	while (now < until) {
		if ((!sent || is_udp) &&
			send(a->fd, a->question, a->question_len, MSG_NOSIGNAL) < 0)
			return SIP_REFUSED;
		sent = true;
		if (wait_for(a->fd, POLLIN,
			    is_udp && now + wait < until ? now + wait : until)) {
			n = recv(a->fd, a->answer, sizeof(a->answer), 0);
			if (n <= 0)
				return errno == ECONNREFUSED ? SIP_REFUSED : SIP_SILENT;
			a->answer_len = (size_t)n;
			return SIP_ANSWERS;
		}
		now = clock_boot_ms();
		wait *= 2;
	}
	return SIP_SILENT;
}

static enum sip_found ask_tls(struct asking *a)
{
	static const enum sip_found meaning[] = {
		[TLS_ASKED] = SIP_ANSWERS,
		[TLS_SILENT] = SIP_SILENT,
		[TLS_NO_TLS] = SIP_NO_TLS,
		[TLS_NOT_TRUSTED] = SIP_NOT_TRUSTED,
		[TLS_WRONG_NAME] = SIP_WRONG_NAME,
		[TLS_OUT_OF_DATE] = SIP_OUT_OF_DATE,
		[TLS_NO_CA] = SIP_NO_CA,
	};
	struct tls_question q = { .host = a->target->host,
		.ca_file = a->target->ca_file,
		.text = bytes_of(a->question, a->question_len),
		.timeout_ms = a->timeout_ms };
	enum tls_asked r =
		tls_ask(a->fd, &q, a->answer, sizeof(a->answer), &a->answer_len);

	return r == TLS_ASKED && a->answer_len == 0 ? SIP_SILENT : meaning[r];
}

/* -- one address ----------------------------------------------------------------- */
static enum sip_found connect_to(struct asking *a, const struct addrinfo *to)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (connect(a->fd, to->ai_addr, to->ai_addrlen) == 0)
		return SIP_ANSWERS;
	if (errno != EINPROGRESS)
		return SIP_REFUSED;
	if (!wait_for(a->fd, POLLOUT, clock_boot_ms() + a->timeout_ms))
		return SIP_SILENT;
	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0 || err == 0)
		return SIP_ANSWERS;
	return err == ETIMEDOUT ? SIP_SILENT : SIP_REFUSED;
}

static void try_address(
	struct asking *a, const struct addrinfo *to, struct sip_answer *ret)
{
	char host[INET6_ADDRSTRLEN], port[6];
	bool six = to->ai_family == AF_INET6;

	a->fd = socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return;
	if (getnameinfo(to->ai_addr, to->ai_addrlen, host, sizeof(host), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		(void)snprintf(ret->at, sizeof(ret->at), "%s%s%s:%s", six ? "[" : "",
			host, six ? "]" : "", port);
	ret->found = connect_to(a, to);
	if (ret->found == SIP_ANSWERS)
		ret->found = !write_question(a) ? SIP_REFUSED
			     : a->target->by == SIP_TLS
				     ? ask_tls(a)
				     : ask_plain(a, a->target->by == SIP_UDP);
	if (ret->found == SIP_ANSWERS)
		ret->found = read_answer(a, ret);
	(void)close(a->fd);
}

static void try_host(
	struct asking *a, const char *host, const char *port, struct sip_answer *ret)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = a->target->by == SIP_UDP ? SOCK_DGRAM : SOCK_STREAM };
	struct addrinfo *list = NULL;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		return;
	for (const struct addrinfo *to = list; to && ret->status == 0; to = to->ai_next)
		try_address(a, to, ret);
	freeaddrinfo(list);
}

void sip_probe(const struct sip_target *t, const struct settings *s, int timeout_ms,
	struct sip_answer *ret)
{
	static const char *const services[] = { "_sip._udp", "_sip._tcp", "_sips._tcp" };
	struct asking a = { .target = t, .settings = s, .timeout_ms = timeout_ms };
	struct srv_target srv[SRV_TARGETS];
	unsigned count = t->port[0] ? 0 : srv_lookup(services[t->by], t->host, srv);

	*ret = (struct sip_answer){ .found = SIP_NO_NAME };
	for (unsigned i = 0; i < count && ret->status == 0; i++)
		try_host(&a, srv[i].host, srv[i].port, ret);
	if (count == 0)
		try_host(&a, t->host,
			t->port[0]         ? t->port
			: t->by == SIP_TLS ? "5061"
					   : "5060",
			ret);
}

const char *sip_found_sentence(enum sip_found found)
{
	static const char *const sentences[] = {
		[SIP_ANSWERS] = "answers",
		[SIP_NO_NAME] = "is a name without an address; look at the DNS",
		[SIP_REFUSED] = "refuses; see that server and port are the operator's",
		[SIP_SILENT] = "does not answer; look for a firewall in between, and "
			       "that the operator knows our address",
		[SIP_STRANGE] = "answers, but not in SIP; look at port and transport",
		[SIP_NO_TLS] = "answers, but not in TLS 1.2 or later; look at port and "
			       "transport",
		[SIP_NOT_TRUSTED] = "has a certificate that nobody we trust has signed; "
				    "set phone.ca_file to the operator's authority",
		[SIP_WRONG_NAME] = "has a certificate for another name; set phone.server "
				   "to the name that it is for",
		[SIP_OUT_OF_DATE] = "has a certificate that is not valid today; ask the "
				    "operator, or look at the clock",
		[SIP_NO_CA] = "cannot be asked: phone.ca_file is no PEM file that can be "
			      "read",
		[SIP_SIGN_IN] = "wants to know who calls",
		[SIP_FORBIDDEN] = "does not let us in; the operator must know our "
				  "address, user and number",
		[SIP_TROUBLE] = "is there, but has trouble of its own; ask the operator",
	};

	return sentences[found];
}
