/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: DNS SRV (RFC 2782), blocking.
 */
#pragma once

#include "samtale/base/bytes.h"

#define SRV_TARGETS 8

struct srv_target {
	char host[256];
	char port[6];
};
/* Targets of _service._proto.host, the best first; 0: there are none. */
unsigned srv_lookup(
	const char *service, const char *host, struct srv_target ret[SRV_TARGETS]);

/* The same of one DNS answer as it came; for the lookup and for tests. */
unsigned srv_read(struct bytes answer, struct srv_target ret[SRV_TARGETS]);
