/* SPDX-License-Identifier: MPL-2.0
 *
 * Addresses and ports of the legs of browsers. Where IPv6 is advertised, a leg's socket
 * is one of IPv6 that takes IPv4 as well (RFC 3493 3.7), so that a leg has one port and
 * may move between the families.
 */
#include "browsers.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#define DATAGRAM_MAX                                                                     \
	2048           /* DTLS, STUN and sound fit an MTU; the rest is cut and refused */
#define VOICE_TOS 0xb8 /* DSCP 46, expedited forwarding */

/* -- addresses --------------------------------------------------------------------- */
/* What the candidate says: as configured, else the address we are bound to, else the one
 * the default route leaves from, else loopback, for a machine without a net. */
static int choose_address(
	const char *given, int af, const struct sa *bound, struct sa *ret)
{
	if (given[0] != 0)
		return sa_set_str(ret, given, 0) || sa_af(ret) != af ? fault_here(EINVAL)
								     : 0;
	if (sa_af(bound) == af && !sa_is_any(bound)) {
		*ret = *bound;
		return 0;
	}
	if (net_default_source_addr_get(af, ret) && sa_set_str(ret, "127.0.0.1", 0))
		return fault_here(EINVAL);
	return 0;
}

static int choose_addresses(struct browsers *b, const struct browsers_parts *parts)
{
	int err = 0;

	if (sa_set_str(&b->bind, parts->listen, 0))
		return fault_here(EINVAL);
	if (sa_af(&b->bind) == AF_INET || parts->advertise[0] != 0 || sa_is_any(&b->bind))
		err = choose_address(parts->advertise, AF_INET, &b->bind, &b->ip4);
	if (!err && (parts->advertise6[0] != 0 ||
			    (sa_af(&b->bind) == AF_INET6 && !sa_is_any(&b->bind))))
		err = choose_address(parts->advertise6, AF_INET6, &b->bind, &b->ip6);
	if (!err && sa_af(&b->bind) == AF_INET && sa_isset(&b->ip6, SA_ADDR))
		err = sa_set_str(&b->bind, "::", 0);
	return err;
}

int browsers_new(struct browsers **ret, const struct browsers_parts *parts)
{
	struct browsers *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return fault_here(ENOMEM);
	b->low = parts->port_low;
	b->high = parts->port_high;
	b->next = b->high;
	err = b->low > b->high ? fault_here(EINVAL) : choose_addresses(b, parts);
	if (!err)
		err = dtls_id_new(&b->id);
	if (err) {
		browsers_free(b);
		return fault_pass(err);
	}
	*ret = b;
	return 0;
}

struct browsers *browsers_free(struct browsers *b)
{
	if (b)
		dtls_id_free(b->id);
	free(b);
	return NULL;
}

/* -- sockets ----------------------------------------------------------------------- */
/* Routers may ignore it; a system that refuses it loses nothing else. */
static void ask_for_speed(struct udp_sock *us, int af)
{
	int tos = VOICE_TOS;

	(void)udp_setsockopt(us, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	if (af == AF_INET6)
		(void)udp_setsockopt(us, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
}

/* Round and round: a port that was just left rests as long as possible. */
int browsers_listen(struct browsers *all, struct udp_sock **ret, uint16_t *ret_port)
{
	unsigned ports = (unsigned)(all->high - all->low) + 1;
	struct sa at = all->bind;

	while (ports-- > 0) {
		uint16_t port = all->next;
		int err;

		all->next = port == all->low ? all->high : (uint16_t)(port - 1);
		sa_set_port(&at, port);
		err = udp_listen(ret, &at, NULL, NULL);
		if (!err) {
			udp_rxsz_set(*ret, DATAGRAM_MAX);
			ask_for_speed(*ret, sa_af(&at));
			*ret_port = port;
			return 0;
		}
		if (err != EADDRINUSE)
			break;
	}
	return BROWSER_E_FULL;
}
