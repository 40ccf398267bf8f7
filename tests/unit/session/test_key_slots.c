/* SPDX-License-Identifier: MPL-2.0
 *
 * Keys stay where they were put, are wiped when dropped, and share their memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "key_slots.h"

static void keys_are_found_where_they_were_put(void **state)
{
	struct meeting_keys keys = { .has_ck = true, .has_mk = true };
	struct key_slots *k = NULL;
	int slots[100];

	(void)state;
	assert_int_equal(secret_start(), 0);
	assert_int_equal(key_slots_new(&k), 0);
	for (int i = 0; i < 100; i++) {
		keys.meeting = i;
		keys.mk.at[31] = (uint8_t)i;
		slots[i] = key_slots_put(k, &keys);
		assert_true(slots[i] >= 0);
	}
	for (int i = 0; i < 100; i++) {
		assert_int_equal(key_slots_at(k, slots[i])->meeting, i);
		assert_int_equal(key_slots_at(k, slots[i])->mk.at[31], i);
	}
	key_slots_drop(k, slots[7]);
	assert_int_equal(key_slots_at(k, slots[7])->mk.at[31], 0);
	assert_false(key_slots_at(k, slots[7])->has_mk);
	assert_int_equal(key_slots_put(k, &keys), slots[7]);
	assert_null(key_slots_at(k, -1));
	key_slots_drop(k, -1);
	assert_null(key_slots_free(k));
	assert_null(key_slots_free(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_found_where_they_were_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
