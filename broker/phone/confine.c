/* SPDX-License-Identifier: MPL-2.0
 *
 * The gateway reads prompts, certificates and its secret before this, and nothing after.
 * Over UDP it makes no connection either; a trunk over TCP or TLS is connected to anew
 * whenever it was lost.
 */
#include "confine.h"

#include "samtale/base/fault.h"
#include "samtale/lockdown/lockdown.h"

#include <string.h>

/* libre's loop, sockets and resolver. fstat and lseek: stdio at the end. */
static const char calls[] = LOCKDOWN_BASICS LOCKDOWN_LOOP
	"socket bind listen connect accept accept4 fstat newfstatat lseek";

int confine_gateway(const struct settings *s)
{
	struct lockdown_files none = { .may_connect =
					       s->phone_server[0] &&
					       strcmp(s->phone_transport, "udp") != 0 };
	int r = lockdown_files(&none);

	if (r == 0)
		r = lockdown_calls(calls);
	return r < 0 ? fault_pass(r) : 0;
}
