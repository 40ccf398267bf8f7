/* SPDX-License-Identifier: MPL-2.0
 *
 * Seen a moment ago: the same account, meeting and view, within a quarter of an hour, and
 * never anything that was not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inside.h"

#define MANY 100000

static void only_the_same_use_is_seen_again(void **state)
{
	owned(seen_freep) struct seen *s = NULL;
	const struct seen_use a = { 7, 42, 9, 1 };
	const struct seen_use others[] = { { 8, 42, 9, 1 }, { 7, 43, 9, 1 },
		{ 7, 42, 8, 1 }, { 7, 42, 9, 2 } };

	(void)state;
	assert_int_equal(seen_new(&s), 0);
	assert_false(seen_again(s, &a, 1000));
	assert_true(seen_again(s, &a, 1001));
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_false(seen_again(s, &others[i], 1001));
	assert_true(seen_again(s, &a, 1000 + SEEN_MS - 1));
	assert_false(seen_again(s, &a, 1000 + SEEN_MS));
	assert_true(seen_again(s, &a, 1000 + SEEN_MS + 1));
	seen_clear(s);
	assert_false(seen_again(s, &a, 1000 + SEEN_MS + 1));
}

static void many_uses_make_it_forget_and_never_make_one_up(void **state)
{
	owned(seen_freep) struct seen *s = NULL;
	unsigned kept = 0;

	(void)state;
	assert_int_equal(seen_new(&s), 0);
	for (int64_t i = 1; i <= MANY; i++)
		assert_false(seen_again(s, &(struct seen_use){ 7, i, 9, 1 }, 1000 + i));
	for (int64_t i = MANY; i > MANY - 2000; i--)
		kept += seen_again(s, &(struct seen_use){ 7, i, 9, 1 }, 1000 + MANY);
	assert_true(kept > 1500); /* the newest are the last to go */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_same_use_is_seen_again),
		cmocka_unit_test(many_uses_make_it_forget_and_never_make_one_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
