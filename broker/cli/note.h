/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what `samtale` does by itself, beside the database, goes on record
 * all the same: at the broker that serves, else in the log that it opens for that.
 */
#pragma once

#include "samtale/cli/phrase.h"

/* act: a word of the table in note.c. Put it there FIRST: on an outcome go no further.
 * 0, or 1 after one sentence to c->err. */
must_check int note_put(struct phrase_call *c, const char *act, uint32_t value);

/* For phrases with the database: an administrator's event. Faults: audit_note()'s. */
must_check int note_event(
	struct phrase_call *c, enum audit_what what, int64_t subject, uint32_t value);
