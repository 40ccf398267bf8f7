/* SPDX-License-Identifier: MPL-2.0
 *
 * The two clocks. Deadlines of law and people run on UTC; time-outs run on the boot
 * clock (CLOCK_BOOTTIME), which nobody can set. Tests move both with clock_shift().
 */
#pragma once

#include <stdint.h>

#define MS_SECOND ((int64_t)1000)
#define MS_MINUTE (60 * MS_SECOND)
#define MS_HOUR   (60 * MS_MINUTE)
#define MS_DAY    (24 * MS_HOUR)

int64_t clock_utc_ms(void);  /* milliseconds since 1970, UTC */
int64_t clock_boot_ms(void); /* milliseconds since boot, sleep included */

/* Moves both clocks by delta_ms from now on, added to earlier moves. Tests only: the
 * daemon calls it for `samtale clock shift`, which exists under --test-clock alone. */
void clock_shift(int64_t delta_ms);
