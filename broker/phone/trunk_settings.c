/* SPDX-License-Identifier: MPL-2.0
 *
 * From the settings to what a trunk works with: the server's name and port, the prefixes,
 * the address that we are reached at. Whatever goes into a SIP header is looked at here.
 */
#include "trunk_inside.h"

#include <unistd.h>

static bool read_server(struct trunk *t)
{
	struct pl server, host, port;
	struct sa literal;

	pl_set_str(&server, t->s->phone_server);
	if (sa_decode(&literal, server.p, server.l) == 0) {
		t->port = sa_port(&literal);
		return sa_ntop(&literal, t->host, sizeof(t->host)) == 0;
	}
	if (sa_set(&literal, &server, 0) == 0)
		return sa_ntop(&literal, t->host, sizeof(t->host)) == 0;
	if (uri_decode_hostport(&server, &host, &port) != 0 || !pl_isset(&host))
		return false;
	const uint32_t number = pl_isset(&port) ? pl_u32(&port) : 0;
	if (number > 65535 || (pl_isset(&port) && !number))
		return false;
	t->port = (uint16_t)number;
	for (size_t i = 0; i < host.l; i++)
		if (host.p[i] <= ' ' || strchr("<>\";@/", host.p[i]))
			return false;
	if (!pl_strcasecmp(&host, "localhost"))
		return bytes_to_str(BYTES_LIT("127.0.0.1"), t->host, sizeof(t->host));
	return bytes_to_str(pl_bytes(&host), t->host, sizeof(t->host));
}

const char *trunk_read_settings(struct trunk *t)
{
	const struct settings *s = t->s;
	if (!read_server(t))
		return "phone.server is no host name or address";
	t->tp = !strcmp(s->phone_transport, "udp")   ? SIP_TRANSP_UDP
		: !strcmp(s->phone_transport, "tcp") ? SIP_TRANSP_TCP
						     : SIP_TRANSP_TLS;
	if (!strcmp(s->phone_srtp, "on") && t->tp != SIP_TRANSP_TLS)
		return "phone.srtp needs phone.transport = tls, else its keys are "
		       "readable";
	if (!sources_add_text(&t->own, s->phone_sources))
		return "phone.sources holds what is no address prefix";
	if (!sources_add_text(&t->media, s->phone_media_sources))
		return "phone.media_sources holds what is no address prefix";
	if (strpbrk(s->phone_user, " \"\\<>@\r\n") ||
		strpbrk(s->phone_domain, " \"<>@\r\n") ||
		strpbrk(s->phone_number, " \"<>@\r\n"))
		return "phone.user, phone.domain and phone.number hold no blanks, quotes "
		       "or @";
	if (s->phone_user[0] && !t->password_len)
		return "phone.user needs a password";
	struct writer domain = writer_of(t->domain, sizeof(t->domain) - 1);
	const bool bare6 = !s->phone_domain[0] && strchr(t->host, ':');
	write_fmt(&domain, bare6 ? "[%s]" : "%s",
		s->phone_domain[0] ? s->phone_domain : t->host);
	if (!writer_ok(&domain))
		return "phone.domain is too long";
	return NULL;
}

/* The address that packets to dst leave from. */
static bool source_towards(const struct sa *dst, struct sa *ret)
{
	const int fd = socket(sa_af(dst), SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	struct sa at = *dst;
	socklen_t len = sizeof(at.u);
	sa_set_port(&at, 9);
	const bool good = connect(fd, &at.u.sa, at.len) == 0 &&
			  getsockname(fd, &at.u.sa, &len) == 0;
	(void)close(fd);
	at.len = len;
	if (good)
		*ret = at;
	return good;
}

/* Via and SDP need a real address, so a wildcard is replaced by the one that reaches the
 * server, or where that is not known yet, the Internet. */
bool trunk_choose_local(struct trunk *t)
{
	struct sa server;
	if (sa_set_str(&t->local, t->s->phone_address, 0) != 0)
		return false;
	if (sa_is_any(&t->local)) {
		const bool literal = sa_set_str(&server, t->host, 9) == 0;
		if (!literal && net_default_source_addr_get(AF_INET, &t->local) != 0)
			return false;
		if (literal && !source_towards(&server, &t->local))
			return false;
	}
	const int64_t port = t->s->phone_sip_port;
	sa_set_port(
		&t->local, (uint16_t)(port && t->tp == SIP_TRANSP_TLS ? port + 1 : port));
	return true;
}

void trunk_write_contact(struct trunk *t)
{
	const struct settings *s = t->s;
	const char *own = sa_af(&t->local) == AF_INET6 ? s->phone_public_address6
						       : s->phone_public_address;
	struct sa at = t->local;

	if (own[0] && sa_set_str(&at, own, sa_port(&t->local)) != 0)
		at = t->local;
	(void)sa_ntop(&at, t->public, sizeof(t->public));
	(void)re_snprintf(t->contact, sizeof(t->contact), "sip:%s@%J%s",
		s->phone_user[0]     ? s->phone_user
		: s->phone_number[0] ? s->phone_number
				     : "samtale",
		&at, sip_transp_param(t->tp));
}
