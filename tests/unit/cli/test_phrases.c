/* SPDX-License-Identifier: MPL-2.0
 *
 * The table itself: every row can be run, said and found; help and the manual page hold
 * all of them.
 */
#include "samtale/cli/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *printed(void (*print)(FILE *))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	print(f);
	(void)fclose(f);
	return text;
}

static void print_help(FILE *to)
{
	assert_int_equal(phrase_help(to, NULL), phrase_count);
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < phrase_count; i++) {
		const struct phrase *p = &phrases[i];

		assert_int_equal(p->run == NULL, p->where == PHRASE_BROKER);
		assert_int_equal(p->sentence[strlen(p->sentence) - 1], '.');
		/* On record as what an administrator or the vault does, or a reason. */
		assert_true(p->record.has_event == !p->record.why_not);
		if (p->record.has_event)
			assert_true(
				audit_may_cause(p->record.event, AUDIT_ADMINISTRATOR) ||
				audit_may_cause(p->record.event, AUDIT_SYSTEM));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(p->pattern, phrases[k].pattern);
	}
}

static void help_and_manual_hold_every_row(void **state)
{
	owned(heap_freep) char *help = printed(print_help);
	owned(heap_freep) char *manual = printed(phrase_manual);
	unsigned rows = 0;

	(void)state;
	for (size_t i = 0; i < phrase_count; i++)
		assert_non_null(strstr(help, phrases[i].pattern));
	for (const char *at = manual; (at = strstr(at, "\n.TP\n")); at++)
		rows++;
	assert_int_equal(rows, phrase_count);
	assert_null(strstr(strstr(manual, ".SH NAME"), " --")); /* roff wants \- */
}

static void help_can_be_narrowed(void **state)
{
	FILE *nowhere = fopen("/dev/null", "we");

	(void)state;
	assert_int_equal(phrase_help(nowhere, "user"), 6);
	assert_int_equal(phrase_help(nowhere, "key"), 4);
	assert_int_equal(phrase_help(nowhere, "use"), 0);
	(void)fclose(nowhere);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(help_and_manual_hold_every_row),
		cmocka_unit_test(help_can_be_narrowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
