/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory while a custody is opened: a fault or a sentence, never half a custody;
 * and it opens once there is memory again.
 */
#include "alloc_ladder.h"
#include "custody_fixture.h"
#include "fake_log.h"

static struct scene scene;

static int open_custody(void *arg)
{
	struct scene *s = arg;
	int r = custody_open(&s->custody, &s->parts, &s->error);

	if (r == 0)
		s->custody = custody_close(s->custody);
	assert_null(s->custody);
	/* Some of it is told in a sentence. */
	return r == CUSTODY_E_BAD && strstr(s->error.sentence, "memory") ? -ENOMEM : r;
}

static void a_custody_without_memory_is_not_opened(void **state)
{
	(void)state;
	scene_make(&scene);
	assert_in_range(ladder_climb(open_custody, &scene, 64), 5, 63);
	scene_open(&scene);
	scene_remove(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_custody_without_memory_is_not_opened),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
