/* SPDX-License-Identifier: MPL-2.0
 *
 * What a few threads share is under one lock, and who needs what another changes waits
 * for being told. The loop takes one only where nobody holds it for long.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

struct lock;

/* Faults: -ENOMEM. */
must_check int lock_new(struct lock **ret);
/* Nobody may hold it. */
struct lock *lock_free(struct lock *l);
DEFINE_FREEP(struct lock, lock_free, lock_freep)

void lock_take(struct lock *l);
void lock_leave(struct lock *l);

/* -- by who holds it --------------------------------------------------------------- */
/* The moment so far from now, on a clock that nobody sets and no test moves. */
int64_t lock_deadline(int64_t in_ms);
/* Leaves it until somebody tells, and takes it again. False: the deadline is past. Look
 * again at what was waited for, whatever it says. */
must_check bool lock_wait(struct lock *l, int64_t deadline);
/* Wakes all who wait. */
void lock_tell(struct lock *l);
