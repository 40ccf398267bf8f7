/* SPDX-License-Identifier: MPL-2.0
 *
 * The tables hold a row for each thing that is true here, and a residual risk that grows
 * when a protection is left out.
 */
#include "kit.h"

#include "tables.h"

#include "samtale/privacy/data.h"

static void the_record_has_every_datum_that_is_kept(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();
	const char *text = kit_said(&full, LANGUAGE_EN, tables_record);

	(void)state;
	kit_well_formed(text);
	assert_int_equal(kit_count(text, "<tr><td>"), data_count);
	text = kit_said(&bare, LANGUAGE_DA, tables_record);
	assert_int_equal(kit_count(text, "<tr><td>"), data_count - 1); /* no trunk */
}

static void a_protection_left_out_is_said(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();
	const char *text = kit_said(&full, LANGUAGE_EN, tables_threats);
	unsigned threats = kit_count(text, "<tr><td>");

	(void)state;
	kit_well_formed(text);
	assert_in_range(threats, 15, 40);
	assert_int_equal(kit_count(text, "<b class=\""), threats);
	assert_null(strstr(text, "None: a setting"));
	assert_null(strstr(text, "class=\"high\""));
	text = kit_said(&bare, LANGUAGE_EN, tables_threats);
	assert_int_equal(kit_count(text, "None: a setting"), 2); /* TURN, log server */
	kit_set(&full, "phone.transport", "udp");
	text = kit_said(&full, LANGUAGE_EN, tables_threats);
	assert_int_equal(kit_count(text, "class=\"high\""), 1);
}

static void who_gets_what_names_only_who_is_there(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();
	const char *text = kit_said(&full, LANGUAGE_EN, tables_blast);

	(void)state;
	kit_well_formed(text);
	assert_non_null(strstr(text, "The TURN server"));
	text = kit_said(&bare, LANGUAGE_EN, tables_blast);
	assert_null(strstr(text, "The TURN server"));
	assert_null(strstr(text, "telephone gateway"));
	assert_non_null(strstr(text, "without the node key"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_has_every_datum_that_is_kept),
		cmocka_unit_test(a_protection_left_out_is_said),
		cmocka_unit_test(who_gets_what_names_only_who_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
