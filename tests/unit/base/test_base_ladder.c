/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory at every allocation of base: -ENOMEM, outputs untouched. What
 * inih allocates is inside a shared library, so reading a file counts the handler's and
 * our own allocations only: there are none, and this keeps it so.
 */
#include "alloc_ladder.h"
#include "samtale/base/settings.h"
#include "samtale/base/work.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct worker_hooks hooks = { 0 };

static int make_worker(void *arg)
{
	struct worker *w = arg;
	int r = worker_new(&w, "ladder", 4, &hooks);

	if (r == 0)
		worker_free(w);
	else
		assert_ptr_equal(w, arg);
	return r;
}

static void a_worker_without_memory_is_a_fault(void **state)
{
	int untouched = 0;

	(void)state;
	assert_int_equal(ladder_climb(make_worker, &untouched, 16), 1);
}

/* Two allocators, two rungs: the counting itself is looked at first. */
static int make_text(void *arg)
{
	owned(heap_freep) char *text = strdup("tekst");
	owned(heap_freep) char *grown = realloc(NULL, 8);

	(void)arg;
	return text && grown ? 0 : -ENOMEM;
}

static void the_ladder_counts_every_allocator(void **state)
{
	(void)state;
	assert_int_equal(ladder_climb(make_text, NULL, 16), 2);
}

/* With one probing allocation around it, the climb ends after that one alone. */
static int load_settings(void *arg)
{
	owned(heap_freep) char *probe = malloc(1);
	struct setting_error error;
	struct settings s;

	if (!probe)
		return -ENOMEM;
	settings_init(&s);
	return settings_load(&s, arg, &error);
}

static void reading_settings_allocates_nothing_of_ours(void **state)
{
	char nothing[] = "/dev/null";

	(void)state;
	assert_int_equal(ladder_climb(load_settings, nothing, 16), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ladder_counts_every_allocator),
		cmocka_unit_test(a_worker_without_memory_is_a_fault),
		cmocka_unit_test(reading_settings_allocates_nothing_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
