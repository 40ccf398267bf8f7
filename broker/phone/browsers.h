/* SPDX-License-Identifier: MPL-2.0
 *
 * For browser.c only: what all legs of browsers share, and a socket for each of them.
 */
#pragma once

#include "browser.h"
#include "dtls_id.h"
#include "re.h"

struct browsers {
	struct dtls_id *id;
	struct sa bind;     /* its port is not looked at */
	struct sa ip4, ip6; /* of our candidates; af of 0: none */
	uint16_t low, high, next;
};

/* A socket on the next free port of the range, for both families where both are
 * advertised. Outcome: BROWSER_E_FULL. */
must_check int browsers_listen(
	struct browsers *all, struct udp_sock **ret, uint16_t *ret_port);
