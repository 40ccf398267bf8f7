/* SPDX-License-Identifier: MPL-2.0
 *
 * The wrapped allocators. Only the climbing thread's allocations are counted, so a worker
 * that the step started does not move the rungs.
 */
#include "alloc_ladder.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static _Thread_local struct {
	bool climbing, failed;
	unsigned taken, allowed;
} ladder;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static bool may_allocate(void)
{
	if (!ladder.climbing || ladder.taken++ < ladder.allowed)
		return true;
	ladder.failed = true;
	errno = ENOMEM;
	return false;
}

void *__wrap_malloc(size_t size)
{
	return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *__wrap_realloc(void *p, size_t size)
{
	return may_allocate() ? __real_realloc(p, size) : NULL;
}

char *__wrap_strdup(const char *s)
{
	return may_allocate() ? __real_strdup(s) : NULL;
}

unsigned ladder_climb(ladder_step_fn *step, void *arg, unsigned max_rungs)
{
	for (unsigned rung = 0; rung <= max_rungs; rung++) {
		int r;

		ladder.taken = 0;
		ladder.allowed = rung;
		ladder.failed = false;
		ladder.climbing = true;
		r = step(arg);
		ladder.climbing = false;
		if (!ladder.failed) {
			assert_int_equal(r, 0);
			assert_true(rung > 0); /* or nothing was tried */
			return rung;
		}
		if (r != -ENOMEM)
			fail_msg("allocation %u failed, the step returned %d", rung + 1,
				r);
	}
	fail_msg("not through with %u allocations", max_rungs);
	return 0;
}
