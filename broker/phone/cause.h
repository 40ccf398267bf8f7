/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the network says about a call, as one of our causes; and what
 * we say to the network. Pure.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/link/phone.h"

/* scode: final SIP status of our INVITE, 300 … 699. reason: value of its Reason header
 * (RFC 3326) or BYTES_NULL; a Q.850 cause in it wins where it says more. */
enum phone_cause cause_of_status(unsigned scode, struct bytes reason);

struct cause_status {
	uint16_t scode;
	const char *reason;
};
/* How an incoming call that is not answered is refused. */
struct cause_status cause_to_status(enum phone_cause why);
