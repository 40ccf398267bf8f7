/* SPDX-License-Identifier: MPL-2.0
 *
 * The rows of refusals.def.
 */
#include "samtale/listener/listener.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void every_refusal_has_a_plain_code_and_one_sentence(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REFUSAL_COUNT; i++) {
		const char *code = refusal_code((enum refusal)i);
		const char *sentence = refusal_sentence((enum refusal)i);

		assert_int_equal(
			strspn(code, "abcdefghijklmnopqrstuvwxyz_1"), strlen(code));
		assert_in_range(strlen(code), 1, 31);
		assert_int_equal(sentence[strlen(sentence) - 1], '.');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_has_a_plain_code_and_one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
