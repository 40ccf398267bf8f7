/* SPDX-License-Identifier: MPL-2.0
 *
 * Whether this machine has for the telephone gateway what [phone] says: free ports, and
 * an address that browsers can reach. Ports are tried by taking them for a moment.
 */
#include "doctor.h"

#include "samtale/link/phone.h"
#include "samtale/listener/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOPIC "phone"

/* -- ports ------------------------------------------------------------------------ */
/* errno of binding there, 0 when it is free. */
static int try_bind(const char *address, int type, int64_t port)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = type,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *at = NULL;
	char digits[8];
	int fd, on = 1, err = EINVAL;

	(void)snprintf(digits, sizeof(digits), "%d", (int)port);
	if (getaddrinfo(address, digits, &hints, &at) != 0)
		return EINVAL;
	fd = socket(at->ai_family, type | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		if (type == SOCK_STREAM) /* as a server does that is restarted */
			(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		err = bind(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
		(void)close(fd);
	}
	freeaddrinfo(at);
	return err;
}

void doctor_phone_ports(struct doctor *d)
{
	const struct settings *s = &d->c->place->settings;
	bool udp = strcmp(s->phone_transport, "udp") == 0,
	     tls = strcmp(s->phone_transport, "tls") == 0;
	int64_t sip = s->phone_sip_port + (tls && s->phone_sip_port ? 1 : 0);
	unsigned taken = 0, ports = 2 * (unsigned)PHONE_PORTS_HALF(s->phone_calls);
	int err = try_bind(s->phone_address, udp ? SOCK_DGRAM : SOCK_STREAM, sip);

	if (err == EADDRINUSE)
		doctor_find(d, MARK_BAD, TOPIC,
			"Port %d of phone.sip_port is taken by another program.",
			(int)sip);
	else if (err == EADDRNOTAVAIL || err == EINVAL)
		doctor_find(d, MARK_BAD, TOPIC,
			"phone.address: %s is no address of this machine.",
			s->phone_address);
	else if (err == EACCES)
		doctor_find(d, MARK_BAD, TOPIC,
			"phone.sip_port: %d is below 1024 and needs a right that this "
			"user does not have.",
			(int)sip);
	if (err != 0)
		return;
	for (int64_t port = 0; port < ports; port++)
		taken += try_bind(s->phone_address, SOCK_DGRAM,
				 s->phone_media_port + port) == EADDRINUSE;
	if (taken)
		doctor_find(d, taken == ports ? MARK_BAD : MARK_WARN, TOPIC,
			"%u of the %u UDP ports from phone.media_port (%d) on are taken "
			"by other programs.",
			taken, ports, (int)s->phone_media_port);
	else
		doctor_find(d, MARK_OK, TOPIC, "The ports for SIP and sound are free.");
}

/* -- addresses -------------------------------------------------------------------- */
/* Not to be reached from the Internet (RFC 1918, 6598, 3927, loopback). */
static bool is_private(const char *address)
{
	static const char *const prefixes[] = { "10.0.0.0/8", "172.16.0.0/12",
		"192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
		"fc00::/7", "fe80::/10", "::1/128" };
	struct net_prefix a, p;

	if (!prefix_parse(bytes_str(address), &a))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (prefix_parse(bytes_str(prefixes[i]), &p) && prefix_holds(&p, &a))
			return true;
	return false;
}

static void look_at_public(
	struct doctor *d, const char *key, const char *address, int family)
{
	uint8_t at[16];

	if (!address[0])
		return;
	if (inet_pton(family, address, at) != 1)
		doctor_find(d, MARK_BAD, TOPIC, "%s: %s is not an IPv%d address.", key,
			address, family == AF_INET ? 4 : 6);
	else if (is_private(address))
		doctor_find(d, MARK_WARN, TOPIC,
			"%s: %s is private; browsers outside your network cannot reach "
			"it.",
			key, address);
	else
		doctor_find(
			d, MARK_OK, TOPIC, "%s: %s is told to browsers.", key, address);
}

/* Which address the system would send from; nothing is sent. */
static bool own_address(char ret[INET_ADDRSTRLEN])
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(UINT32_C(0xc0000201)) }; /* 192.0.2.1 */
	socklen_t len = sizeof(to);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool good = fd >= 0 && connect(fd, (struct sockaddr *)&to, len) == 0 &&
		    getsockname(fd, (struct sockaddr *)&to, &len) == 0 &&
		    inet_ntop(AF_INET, &to.sin_addr, ret, INET_ADDRSTRLEN);

	if (fd >= 0)
		(void)close(fd);
	return good;
}

void doctor_phone_addresses(struct doctor *d)
{
	const struct settings *s = &d->c->place->settings;
	const char *address = s->phone_address;
	char own[INET_ADDRSTRLEN];

	look_at_public(d, "phone.public_address", s->phone_public_address, AF_INET);
	look_at_public(d, "phone.public_address6", s->phone_public_address6, AF_INET6);
	if (s->phone_public_address[0] || s->phone_public_address6[0])
		return;
	if (strcmp(address, "0.0.0.0") == 0 && own_address(own))
		address = own;
	if (is_private(address))
		doctor_find(d, MARK_WARN, TOPIC,
			"%s is private, and phone.public_address is empty: browsers "
			"outside your network cannot reach the gateway.",
			address);
}
