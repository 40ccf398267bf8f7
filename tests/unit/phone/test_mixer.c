/* SPDX-License-Identifier: MPL-2.0
 *
 * Everyone hears all others that he may hear, nobody himself, and nothing wraps around.
 */
#include "mixer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int16_t in[MIXER_LEGS][AUDIO_TICK], out[MIXER_LEGS][AUDIO_TICK];
static struct mixer_leg legs[MIXER_LEGS];

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < MIXER_LEGS; i++) {
		for (size_t s = 0; s < AUDIO_TICK; s++)
			in[i][s] = (int16_t)((1 << i) * ((int)s - 80));
		memset(out[i], 0x55, sizeof(out[i]));
		legs[i] = (struct mixer_leg){ in[i], 0xff, out[i] };
	}
	return 0;
}

static void everyone_hears_all_others_and_never_himself(void **state)
{
	(void)state;
	for (size_t n = 0; n <= MIXER_LEGS; n++) {
		(void)setup(state);
		mixer_tick(legs, n);
		for (size_t i = 0; i < n; i++)
			for (size_t s = 0; s < AUDIO_TICK; s++)
				assert_int_equal(out[i][s],
					((1 << n) - 1 - (1 << i)) * ((int)s - 80));
		if (n < MIXER_LEGS) /* who is not in the room gets nothing */
			assert_int_equal(out[n][0], 0x5555);
	}
}

static void every_matrix_of_three_is_obeyed(void **state)
{
	(void)state;
	for (unsigned matrix = 0; matrix < 512; matrix++) {
		(void)setup(state);
		for (size_t i = 0; i < 3; i++)
			legs[i].hears = matrix >> 3 * i & 7;
		mixer_tick(legs, 3);
		for (size_t i = 0; i < 3; i++) {
			int others = (int)(legs[i].hears & ~(1U << i));

			assert_int_equal(out[i][100], others * 20);
		}
	}
}

static void a_silent_leg_is_silence_and_hears(void **state)
{
	(void)state;
	legs[0].in = NULL;
	mixer_tick(legs, 2);
	assert_int_equal(out[0][100], 2 * 20);
	assert_int_equal(out[1][100], 0);
}

static void loud_sums_are_clipped_to_the_same_limit_at_both_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < MIXER_LEGS; i++)
		for (size_t s = 0; s < AUDIO_TICK; s++)
			in[i][s] = s % 2 ? INT16_MIN : INT16_MAX;
	mixer_tick(legs, MIXER_LEGS);
	assert_int_equal(out[3][0], 32767);
	assert_int_equal(out[3][1], -32767);
	mixer_tick(legs, 2); /* one source alone: -32768 is no exception */
	assert_int_equal(out[0][1], -32767);
}

static void sums_that_fit_are_not_touched(void **state)
{
	(void)state;
	in[0][0] = 16384;
	in[1][0] = 16383;
	in[0][1] = -16384;
	in[1][1] = -16383;
	mixer_tick(legs, 3);
	assert_int_equal(out[2][0], 32767);
	assert_int_equal(out[2][1], -32767);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			everyone_hears_all_others_and_never_himself, setup),
		cmocka_unit_test_setup(every_matrix_of_three_is_obeyed, setup),
		cmocka_unit_test_setup(a_silent_leg_is_silence_and_hears, setup),
		cmocka_unit_test_setup(
			loud_sums_are_clipped_to_the_same_limit_at_both_ends, setup),
		cmocka_unit_test_setup(sums_that_fit_are_not_touched, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
