/* SPDX-License-Identifier: MPL-2.0
 *
 * *6 and *1, and what is neither. */
#include "stars.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void star_and_digit_together_mean_something(void **state)
{
	static const struct {
		char first, second;
		int64_t pause_ms;
		enum stars_said said;
		bool plain;
	} cases[] = {
		{ '*', '6', 500, STARS_MUTE, false },
		{ '*', '1', 3900, STARS_HAND, false },
		{ '*', '6', 4000, STARS_NOTHING, true }, /* too late */
		{ '*', '5', 500, STARS_NOTHING, false },
		{ '*', '*', 500, STARS_NOTHING, false },
		{ '1', '6', 500, STARS_NOTHING, true },
		{ '#', '1', 500, STARS_NOTHING, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stars s = { 0 };
		bool plain;

		assert_int_equal(
			stars_key(&s, cases[i].first, 1000, &plain), STARS_NOTHING);
		assert_int_equal(plain, cases[i].first != '*');
		assert_int_equal(
			stars_key(&s, cases[i].second, 1000 + cases[i].pause_ms, &plain),
			cases[i].said);
		assert_int_equal(plain, cases[i].plain);
	}
}

static void a_star_counts_once(void **state)
{
	struct stars s = { 0 };
	bool plain;

	(void)state;
	(void)stars_key(&s, '*', 1000, &plain);
	assert_int_equal(stars_key(&s, '6', 1100, &plain), STARS_MUTE);
	assert_int_equal(stars_key(&s, '6', 1200, &plain), STARS_NOTHING);
	assert_true(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(star_and_digit_together_mean_something),
		cmocka_unit_test(a_star_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
