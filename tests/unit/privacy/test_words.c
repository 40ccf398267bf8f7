/* SPDX-License-Identifier: MPL-2.0
 *
 * Texts are filled from the settings once, escaped, and only where they are true.
 */
#include "kit.h"

static const char *text_of(
	const struct settings *s, const char *text, bool html, bool *ret_ok)
{
	static char out[512];
	struct writer w = writer_of(out, sizeof(out) - 1);
	const struct speaker speaker = { &w, s, LANGUAGE_DA, html };

	speak(&speaker, text);
	out[w.len] = '\0';
	*ret_ok = writer_ok(&w);
	return out;
}

static void a_setting_stands_where_it_is_named(void **state)
{
	struct settings s = kit_full();
	bool ok;

	(void)state;
	assert_string_equal(
		text_of(&s, "{data.contact_hours} timer hos {org.name}.", true, &ok),
		"24 timer hos Hedensted Kommune.");
	assert_true(ok);
	assert_string_equal(text_of(&s, "{staff.totp}", true, &ok), "true");
	(void)text_of(&s, "{org.nobody}", true, &ok);
	assert_false(ok);
	(void)text_of(&s, "{", true, &ok);
	assert_false(ok);
}

static void a_value_is_escaped_and_never_looked_into(void **state)
{
	struct settings s = kit_full();
	bool ok;

	(void)state;
	kit_set(&s, "org.name", "<b>'\"&{org.phone}`x`");
	assert_string_equal(text_of(&s, "{org.name}", true, &ok),
		"&lt;b&gt;&#39;&quot;&amp;{org.phone}`x`");
	assert_true(ok);
	assert_string_equal(
		text_of(&s, "{org.name}", false, &ok), "<b>'\"&{org.phone}`x`");
	assert_string_equal(text_of(&s, "a `b` c", true, &ok), "a <code>b</code> c");
	assert_string_equal(text_of(&s, "a `b` c", false, &ok), "a `b` c");
}

static void what_does_not_fit_is_noticed(void **state)
{
	char small[4];
	struct settings s = kit_bare();
	struct writer w = writer_of(small, sizeof(small));
	const struct speaker speaker = { &w, &s, LANGUAGE_DA, true };

	(void)state;
	speak(&speaker, "for meget");
	assert_false(writer_ok(&w));
}

static void facts_follow_the_settings(void **state)
{
	struct settings full = kit_full(), bare = kit_bare();

	(void)state;
	assert_true(fact_holds(FACT_ALWAYS, &bare));
	assert_true(fact_holds(FACT_RELAY, &full) && !fact_holds(FACT_RELAY, &bare));
	assert_true(fact_holds(FACT_NO_TURN, &bare) && !fact_holds(FACT_NO_TURN, &full));
	assert_true(fact_holds(FACT_PROXY, &full) && !fact_holds(FACT_PROXY, &bare));
	assert_true(fact_holds(FACT_DPO, &full) && fact_holds(FACT_NO_DPO, &bare));
	assert_false(fact_holds(FACT_TRUNK_OPEN, &full));
	kit_set(&full, "phone.srtp", "off");
	assert_true(fact_holds(FACT_TRUNK_OPEN, &full));
	assert_false(fact_holds(FACT_TRUNK_OPEN, &bare));
	kit_set(&full, "media.p2p", "allow");
	assert_true(fact_holds(FACT_DIRECT, &full) && !fact_holds(FACT_RELAY, &full));
	assert_false(fact_holds(FACT_COUNT, &full));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_setting_stands_where_it_is_named),
		cmocka_unit_test(a_value_is_escaped_and_never_looked_into),
		cmocka_unit_test(what_does_not_fit_is_noticed),
		cmocka_unit_test(facts_follow_the_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
