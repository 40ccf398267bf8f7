/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: two children that talk to each other, over links that the parent
 * hands out: a fresh one whenever either was started anew or gave the old one up.
 */
#pragma once

#include "child.h"

enum way_name { WAY_VAULT, WAY_PHONE, WAY_COUNT };

struct way {
	int64_t linked_ms, wait_ms;
	int64_t due_ms; /* a link in place of a bad one; 0: none */
};

/* Hands out a link when both ends are there to take it. */
void way_open(struct way *w, enum way_name which, const struct child *children);
/* The link was given up by one that lives: soon at first, then less and less often. */
void way_open_later(struct way *w, enum way_name which);
/* The way that a child's complaint is about; false: it is none. */
bool way_of_complaint(unsigned report, enum way_name *ret);
