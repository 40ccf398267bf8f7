/* SPDX-License-Identifier: MPL-2.0
 *
 * What is served as it is: pages filled, escaped, with an etag that follows the text.
 */
#include "../../../broker/daemon/site.h"

#include "samtale/privacy/notice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A notice is read on a telephone that may be slow: whole, uncompressed. */
#define NOTICE_BUDGET (12 * 1024)

static const struct asset *find(const struct site *s, const char *path)
{
	unsigned count;
	const struct asset *assets = site_assets(s, &count);

	for (unsigned i = 0; i < count; i++)
		if (strcmp(assets[i].path, path) == 0)
			return &assets[i];
	return NULL;
}

static bool holds(struct bytes text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static struct site *make(const struct settings *settings, bool trial)
{
	static const uint8_t key[32] = { 0x19, 0xbf };
	struct site_words words = { settings, "https://a.test", 1795332800000, trial,
		key };
	struct site *s = NULL;

	assert_int_equal(site_new(&s, &words), 0);
	return s;
}

static struct settings settings_named(const char *name)
{
	struct settings s;
	struct setting_error e;

	settings_init(&s);
	assert_int_equal(settings_set(&s, "org.name", name, &e), 0);
	assert_int_equal(settings_set(&s, "org.phone", "+45 70 10 20 30", &e), 0);
	return s;
}

static void pages_hold_the_organisation_and_the_banner(void **state)
{
	struct settings settings = settings_named("A<B");
	owned(site_freep) struct site *s = make(&settings, true);
	const char *const paths[] = { "/", "/j", "/staff" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const struct asset *a = find(s, paths[i]);

		assert_non_null(a);
		assert_true(holds(a->identity, "A&lt;B"));
		assert_false(holds(a->identity, "A<B"));
		assert_false(holds(a->identity, "{{"));
		assert_true(holds(
			a->identity, "Kun til afprøvning – ikke til rigtige borgere"));
		assert_true(holds(a->identity, "Only for trying out"));
		assert_false(a->immutable);
		assert_string_not_equal(a->etag, "");
	}
	assert_true(holds(find(s, "/")->identity, "tel:+4570102030"));
	assert_true(holds(site_not_found(s), "tel:+4570102030"));
	assert_true(holds(site_not_found(s), "Siden findes ikke"));
	assert_true(holds(site_not_found(s), "There is no such page"));
	assert_true(holds(site_not_found(s), "href=\"/\""));
	assert_true(holds(site_not_found(s), "Kun til afprøvning"));
	assert_false(holds(site_not_found(s), "{{"));
	assert_false(holds(find(s, "/")->identity, "SPDX"));
}

static void without_a_trial_there_is_no_banner(void **state)
{
	struct settings settings = settings_named("A");
	owned(site_freep) struct site *s = make(&settings, false);

	(void)state;
	assert_false(holds(find(s, "/")->identity, "afprøvning"));
}

static void the_etag_follows_the_text(void **state)
{
	struct settings one = settings_named("A"), two = settings_named("B");
	owned(site_freep) struct site *a = make(&one, true);
	owned(site_freep) struct site *again = make(&one, true);
	owned(site_freep) struct site *b = make(&two, true);

	(void)state;
	assert_string_equal(find(a, "/")->etag, find(again, "/")->etag);
	assert_string_not_equal(find(a, "/")->etag, find(b, "/")->etag);
}

static void security_txt_is_there_only_with_a_contact(void **state)
{
	struct settings settings = settings_named("A");
	struct setting_error e;
	owned(site_freep) struct site *without = make(&settings, true);
	owned(site_freep) struct site *with = NULL;
	const struct asset *a;

	(void)state;
	assert_null(find(without, "/.well-known/security.txt"));
	assert_int_equal(
		settings_set(&settings, "org.security_contact", "mailto:a@b.dk", &e), 0);
	with = make(&settings, true);
	a = find(with, "/.well-known/security.txt");
	assert_non_null(a);
	assert_true(holds(a->identity, "Contact: mailto:a@b.dk\nExpires: 2027-05-21T"));
	assert_true(holds(a->identity, "Canonical: https://a.test/"));
}

static void notices_are_there_in_both_languages_and_lead_to_each_other(void **state)
{
	static const struct {
		const char *path, *lang, *other;
		enum notice which;
		enum language language;
	} rows[] = {
		{ "/privatliv", "da", "/privacy", NOTICE_PRIVACY, LANGUAGE_DA },
		{ "/privacy", "en", "/privatliv", NOTICE_PRIVACY, LANGUAGE_EN },
		{ "/tilgaengelighed", "da", "/accessibility", NOTICE_ACCESSIBILITY,
			LANGUAGE_DA },
		{ "/accessibility", "en", "/tilgaengelighed", NOTICE_ACCESSIBILITY,
			LANGUAGE_EN },
	};
	struct settings settings = settings_named("A<B");
	owned(site_freep) struct site *s = make(&settings, true);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct asset *a = find(s, rows[i].path);
		const char *title = notice_title(rows[i].which, rows[i].language);
		char text[200];

		assert_non_null(a);
		(void)snprintf(text, sizeof(text), "<html lang=\"%s\">", rows[i].lang);
		assert_true(holds(a->identity, text));
		(void)snprintf(text, sizeof(text), "href=\"%s\"", rows[i].other);
		assert_true(holds(a->identity, text));
		(void)snprintf(text, sizeof(text), "<title>%s – A&lt;B</title>", title);
		assert_true(holds(a->identity, text));
		(void)snprintf(text, sizeof(text), "<h1>%s</h1>", title);
		assert_true(holds(a->identity, text));
		assert_true(holds(a->identity, "Kun til afprøvning"));
		assert_false(holds(a->identity, "{{"));
		assert_false(holds(a->identity, "<script"));
		assert_false(holds(a->identity, "A<B"));
		assert_true(a->identity.len <= NOTICE_BUDGET);
	}
}

static void the_signing_key_is_there_as_openssl_reads_it(void **state)
{
	struct settings settings = settings_named("A");
	struct site_words words = { &settings, "https://a.test", 0, false, NULL };
	owned(site_freep) struct site *with = make(&settings, true);
	owned(site_freep) struct site *without = NULL;
	const struct asset *a = find(with, "/.well-known/samtale-signing-key");

	(void)state;
	assert_non_null(a);
	assert_true(
		holds(a->identity, "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb8"));
	assert_int_equal(site_new(&without, &words), 0);
	assert_null(find(without, "/.well-known/samtale-signing-key"));
}

/* What was replaced stays readable for answers that are on their way. */
static void a_replaced_site_lives_on_for_a_while(void **state)
{
	struct settings settings = settings_named("A");
	struct site *first = make(&settings, true);
	struct site *second = make(&settings, true);
	struct bytes page = find(first, "/")->identity;

	(void)state;
	second = site_follow(second, first);
	assert_true(holds(page, "<title>"));
	(void)site_free(second); /* both */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_hold_the_organisation_and_the_banner),
		cmocka_unit_test(without_a_trial_there_is_no_banner),
		cmocka_unit_test(the_etag_follows_the_text),
		cmocka_unit_test(security_txt_is_there_only_with_a_contact),
		cmocka_unit_test(
			notices_are_there_in_both_languages_and_lead_to_each_other),
		cmocka_unit_test(the_signing_key_is_there_as_openssl_reads_it),
		cmocka_unit_test(a_replaced_site_lives_on_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
