/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what a telephone in a talk may press: *6 and *1. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct stars {
	int64_t star_ms; /* when * was pressed; 0: not, or too long ago */
};

enum stars_said { STARS_NOTHING, STARS_MUTE, STARS_HAND };

/* A key, in the order of pressing. *ret_plain: it did not follow a star and is none. */
enum stars_said stars_key(struct stars *s, char key, int64_t now_ms, bool *ret_plain);
