/* SPDX-License-Identifier: MPL-2.0
 *
 * The heap of deadlines against a plain search, through thousands of changes.
 */
#include "stage.h"

#define LIVES 200

static struct live *soonest(struct live *lives)
{
	struct live *best = NULL;

	for (int i = 0; i < LIVES; i++)
		if (lives[i].heap_at && (!best || lives[i].due_ms < best->due_ms))
			best = &lives[i];
	return best;
}

static void the_first_is_always_the_soonest(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	struct live *lives = calloc(LIVES, sizeof(*lives));

	(void)state;
	assert_non_null(h);
	assert_non_null(lives);
	srand(1);
	for (int i = 0; i < 20000; i++) {
		struct live *l = &lives[rand() % LIVES];

		if (rand() % 3 == 0) {
			timeline_drop(h, l);
		} else {
			timeline_drop(h, l);
			assert_int_equal(timeline_put(h, l, rand() % 1000), 0);
		}
		if (!soonest(lives))
			assert_null(timeline_first(h));
		else
			assert_int_equal(
				timeline_first(h)->due_ms, soonest(lives)->due_ms);
	}
	free(h->heap);
	free(h);
	free(lives);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		the_first_is_always_the_soonest) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
