/* SPDX-License-Identifier: MPL-2.0
 *
 * The record keys used last: what was put is found until it was not used for longest,
 * dropped or all was cleared; and then it is nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inside.h"

static void put(struct known *k, int64_t meeting)
{
	struct known_meeting m = { .meeting = meeting, .case_len = 3 };

	memset(m.mk.at, (int)meeting, sizeof(m.mk.at));
	memcpy(m.case_ref, "abc", 3);
	known_put(k, &m);
}

static void what_was_not_used_for_longest_gives_way(void **state)
{
	owned(known_freep) struct known *k = NULL;

	(void)state;
	assert_int_equal(known_new(&k), 0);
	assert_null(known_find(k, 0));
	for (int64_t id = 1; id <= KNOWN_MAX; id++)
		put(k, id);
	assert_non_null(known_find(k, 1));
	put(k, KNOWN_MAX + 1);
	assert_non_null(known_find(k, 1));
	assert_null(known_find(k, 2));
	assert_int_equal(known_find(k, 3)->mk.at[0], 3);
	assert_memory_equal(known_find(k, 3)->case_ref, "abc", 3);
	put(k, 3); /* anew, not twice */
	known_drop(k, 3);
	assert_null(known_find(k, 3));
}

static void what_is_dropped_leaves_no_trace(void **state)
{
	owned(known_freep) struct known *k = NULL;
	struct known_meeting m = { .meeting = 9 };
	const struct known_meeting *at;

	(void)state;
	assert_int_equal(known_new(&k), 0);
	memset(m.mk.at, 0x5a, sizeof(m.mk.at));
	known_put(k, &m);
	at = known_find(k, 9);
	known_drop(k, 9);
	assert_memory_equal(at->mk.at, ((struct key){ 0 }).at, KEY_BYTES);
	known_put(k, &m);
	at = known_find(k, 9);
	known_clear(k);
	assert_null(known_find(k, 9));
	assert_memory_equal(at->mk.at, ((struct key){ 0 }).at, KEY_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_used_for_longest_gives_way),
		cmocka_unit_test(what_is_dropped_leaves_no_trace),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
