/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the way of checkpoints off this host, to a log server (RFC 5424
 * over UDP). Its socket is opened before the process locks itself down and can reach that
 * one address. The journal has every checkpoint too, from the vault itself.
 */
#pragma once

#include "samtale/base/bytes.h"

struct anchors;

#define ANCHORS_E_ADDRESS 1 /* not an address with a port, such as 10.0.0.5:514 */

/* to: audit.syslog; "" for none. Outcome: ANCHORS_E_ADDRESS. Faults: -errno. */
must_check int anchors_new(struct anchors **ret, const char *to);
struct anchors *anchors_free(struct anchors *a);
DEFINE_FREEP(struct anchors, anchors_free, anchors_freep)

/* Never waits. From any thread, one at a time. */
void anchors_send(struct anchors *a, struct bytes checkpoint);

struct anchors_figures {
	bool is_set;
	int64_t sent_ms; /* UTC; 0: none yet. Whether it arrived nobody can know */
	uint64_t failed;
};
/* From any thread. */
void anchors_figures(struct anchors *a, struct anchors_figures *ret);
