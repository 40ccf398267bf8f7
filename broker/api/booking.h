/* SPDX-License-Identifier: MPL-2.0
 *
 * What making and changing a booking share: links, invitations, conflicts.
 */
#pragma once

#include "call.h"

#define INVITATION_JSON_MAX 1024

/* Worker. Token and PIN of b->link_generation, as hashes into the row. */
must_check int booking_make_link(
	struct call *c, const struct meeting_keys *k, struct booking *b);
/* Marks a change by a person: what `version` on the wire tells. */
void booking_touch(struct booking *b);
/* Worker. Refuses: somebody was faster. Returns CALL_E_REFUSED. */
must_check int booking_conflict(struct call *c);

/* Worker. Link, PIN and the number to call of c->row into the call; opens its card too.
 * Refuses with 410 when contact data is gone. */
must_check int invitation_open(
	struct call *c, struct store *s, const struct meeting_keys *keys);
/* Loop. "invitation": {...}. */
void invitation_write(struct call *c, struct jout *o);
