/* SPDX-License-Identifier: MPL-2.0
 *
 * The allocation ladder: runs a step again and again, with the 1st, 2nd, 3rd ...
 * allocation failing, until it gets through with none. Each failed rung must end in
 * -ENOMEM and leave nothing behind; leaks show under ASan.
 *
 * The test's executable depends on dep_alloc_ladder (tests/lib/meson.build), which
 * leads malloc, calloc, realloc and strdup of our objects and static libraries
 * here. Allocations inside shared libraries are not reached.
 */
#pragma once

#include <stdbool.h>

/* Returns what the constructor returned; on 0 frees what it made. On a fault it looks
 * that its outputs are untouched. */
typedef int ladder_step_fn(void *arg);

/* Climbs. Fails the running cmocka test when a rung ends in anything but -ENOMEM, when
 * more than max_rungs are needed, or when the step allocates nothing at all. Returns the
 * number of allocations of the whole step. */
unsigned ladder_climb(ladder_step_fn *step, void *arg, unsigned max_rungs);
