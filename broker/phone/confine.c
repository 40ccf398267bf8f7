/* SPDX-License-Identifier: MPL-2.0
 *
 * The gateway reads prompts, certificates and its secret before this, and nothing after.
 * Over UDP it makes no connection either; a trunk over TCP or TLS is connected to anew
 * whenever it was lost. A local socket it never makes: the broker's own would hear it.
 */
#include "confine.h"

#include "samtale/base/fault.h"
#include "samtale/lockdown/lockdown.h"

#include <string.h>

/* libre's loop, sockets and resolver. fstat and lseek: stdio at the end. */
#define CALLS LOCKDOWN_BASICS LOCKDOWN_LOOP "bind fstat newfstatat lseek "

static const char over_udp[] = CALLS "socket/udp";
static const char over_tcp[] = CALLS "socket/ip connect listen accept accept4";

int confine_gateway(const struct settings *s)
{
	bool tcp = s->phone_server[0] && strcmp(s->phone_transport, "udp") != 0;
	struct lockdown_files none = { .may_connect = tcp };
	int r = lockdown_files(&none);

	if (r == 0)
		r = lockdown_calls(tcp ? over_tcp : over_udp);
	return r < 0 ? fault_pass(r) : 0;
}
