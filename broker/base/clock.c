/* SPDX-License-Identifier: MPL-2.0
 *
 * The two clocks and the one shift that tests put on both.
 */
#include "samtale/base/clock.h"

#include <assert.h>
#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t shift_ms;

static int64_t clock_ms(clockid_t id)
{
	struct timespec now;
	int failed = clock_gettime(id, &now);

	assert(!failed); /* both clocks exist on every Linux that we run on */
	(void)failed;
	return (int64_t)now.tv_sec * MS_SECOND + now.tv_nsec / 1000000 +
	       atomic_load_explicit(&shift_ms, memory_order_relaxed);
}

int64_t clock_utc_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

void clock_shift(int64_t delta_ms)
{
	atomic_fetch_add_explicit(&shift_ms, delta_ms, memory_order_relaxed);
}
