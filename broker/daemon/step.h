/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one part of the broker, made and unmade by the same row.
 */
#pragma once

#include "broker.h"

struct step { /* a table ends with an empty row */
	/* 0, PLACE_E_BAD with a sentence, or a fault. */
	int (*make)(struct broker *b, struct place_error *e);
	void (*unmake)(
		struct broker *b); /* NULL: nothing to unmake; half a part is fine */
	const char *what;
};

extern const struct step opening_steps[]; /* opening.c: what needs rights */
extern const struct step serving_steps[]; /* assemble.c: all that runs without them */

/* Fills e and returns PLACE_E_BAD. */
int step_complain(struct place_error *e, const char *fmt, ...) printf_like(2, 3);
