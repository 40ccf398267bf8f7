/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the gateway's end of a link to the broker: frames in, frames out
 * from a bounded outbox. A broker that does not read loses the link, not the calls.
 */
#pragma once

#include "samtale/link/frame.h"

#define WIRE_OUTBOX (64 * 1024) /* bytes */

struct wire;

struct wire_hooks { /* copied; the wire may be freed in each, false or not */
	void *arg;
	/* False: not our language; down() follows. */
	bool (*frame)(void *arg, const struct frame *f);
	void (*down)(void *arg); /* once */
};

/* Takes the descriptor over, which is non-blocking, also when it fails. Faults. */
must_check int wire_new(struct wire **ret, int fd, const struct wire_hooks *hooks);
struct wire *wire_free(struct wire *w);
/* Never blocks; what does not fit any more brings the link down, on a later turn. */
void wire_send(struct wire *w, struct bytes frames);
