/* SPDX-License-Identifier: MPL-2.0
 *
 * The inventory is whole: every column of both databases, every kind of deletion and
 * every period of the configuration stands in a row, and no row names what is not there.
 */
#include "kit.h"

#include "samtale/privacy/data.h"
#include "samtale/store/keys_db.h"
#include "samtale/store/sqlite.h"

#include <sqlite3.h>
#include <unistd.h>

#define NAMES_MAX 256
#define NAME_CAP  96

struct names {
	char at[NAMES_MAX][NAME_CAP];
	unsigned n;
};

static void add_name(struct names *names, const char *table, const char *column)
{
	struct writer w;

	assert_in_range(names->n, 0, NAMES_MAX - 1);
	w = writer_of(names->at[names->n++], NAME_CAP - 1);
	write_fmt(&w, "%s.%s", table, column);
	assert_true(writer_ok(&w));
}

static unsigned found(const struct names *in, const char *name)
{
	unsigned times = 0;

	for (unsigned i = 0; i < in->n; i++)
		times += strcmp(in->at[i], name) == 0;
	return times;
}

/* -- what the databases have ------------------------------------------------------- */
static void walk_database(struct names *names, const char *path)
{
	static const char sql[] = "SELECT t.name, c.name FROM sqlite_schema t, "
				  "pragma_table_xinfo(t.name) c "
				  "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;

	assert_int_equal(
		sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW)
		add_name(names, (const char *)sqlite3_column_text(q, 0),
			(const char *)sqlite3_column_text(q, 1));
	(void)sqlite3_finalize(q);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void make_databases(struct names *names)
{
	char folder[] = "/tmp/samtale-privacy-XXXXXX", path[128], keys_path[128];
	struct sqlite_parts parts = { .path = path };
	struct keys_db *keys = NULL;
	struct store *store = NULL;
	const char *sentence = "";

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/samtale.db", folder);
	(void)snprintf(keys_path, sizeof(keys_path), "%s/keys.db", folder);
	assert_int_equal(sqlite_store_open(&store, &parts, &sentence), 0);
	assert_int_equal(keys_db_open(&keys, keys_path), 0);
	(void)sqlite_store_close(store);
	(void)keys_db_close(keys);
	walk_database(names, path);
	walk_database(names, keys_path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(keys_path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* -- what the rows name ------------------------------------------------------------ */
/* "table(column column) table(column)" */
static const char *read_word(const char *text, char ret[NAME_CAP])
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789");

	assert_true(bytes_to_str(bytes_of(text, len), ret, NAME_CAP) && len > 0);
	text += len;
	return *text == ' ' ? text + 1 : text;
}

static void read_columns(struct names *names, const char *text)
{
	char table[NAME_CAP], column[NAME_CAP];

	while (*text) {
		text = read_word(text, table);
		assert_int_equal(*text++, '(');
		while (*text && *text != ')') {
			text = read_word(text, column);
			add_name(names, table, column);
		}
		assert_int_equal(*text++, ')');
		if (*text)
			assert_int_equal(*text++, ' ');
	}
}

static struct names of_rows, of_databases;

static void every_column_stands_in_one_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < data_count; i++)
		read_columns(&of_rows, data_table[i].columns);
	make_databases(&of_databases);
	assert_true(of_databases.n > 70);
	for (unsigned i = 0; i < of_databases.n; i++)
		if (found(&of_rows, of_databases.at[i]) != 1)
			fail_msg("%s stands in %u rows of data.def", of_databases.at[i],
				found(&of_rows, of_databases.at[i]));
	for (unsigned i = 0; i < of_rows.n; i++)
		if (found(&of_databases, of_rows.at[i]) == 0)
			fail_msg("data.def names %s, which no database has",
				of_rows.at[i]);
}

static void every_kind_of_deletion_stands_in_a_row(void **state)
{
	unsigned kinds = 0;

	(void)state;
	for (size_t i = 0; i < data_count; i++)
		kinds |= data_table[i].kinds;
	for (int kind = 0; kind < RETENTION_KIND_COUNT; kind++)
		if (!(kinds & 1u << kind))
			fail_msg("no row for %s",
				retention_kind_name((enum retention_kind)kind));
	assert_int_equal(kinds >> RETENTION_KIND_COUNT, 0);
}

static bool rules_a_period(const char *name)
{
	for (size_t i = 0; i < data_count; i++) {
		const char *at = strstr(data_table[i].settings, name);

		if (at && (at[strlen(name)] == ' ' || at[strlen(name)] == '\0'))
			return true;
	}
	return false;
}

static void every_period_of_the_configuration_stands_in_a_row(void **state)
{
	unsigned periods = 0;

	(void)state;
#define SECTION(name, sentence)
#define SET_TEXT(section, key, def, max, sentence)
#define SET_BOOL(section, key, def, sentence)
#define SET_CHOICE(section, key, def, choices, sentence)
#define SET_NUMBER(section, key, def, min, max, unit, sentence)                          \
	if (strcmp(#section, "data") == 0 || strcmp(#key, "keep_days") == 0) {           \
		periods++;                                                               \
		if (!rules_a_period(#section "." #key))                                  \
			fail_msg("no row for " #section "." #key);                       \
	}
#include "samtale/base/settings.def"
	assert_true(periods >= 6);
}

static void see_in_source(const char *path, const char *words)
{
	static char text[64 * 1024];
	char at[512];
	FILE *from;

	(void)snprintf(at, sizeof(at), PAGES "/../%s", path);
	from = fopen(at, "re");
	assert_non_null(from);
	text[fread(text, 1, sizeof(text) - 1, from)] = '\0';
	(void)fclose(from);
	if (!strstr(text, words))
		fail_msg(
			"%s has no \"%s\" any more: what do the pages say?", path, words);
}

/* Rooms that this one may not include; data.c asserts the rest. */
static void periods_told_in_words_are_those_of_the_code(void **state)
{
	(void)state;
	see_in_source("broker/api/link.c", "DEVICE_COOKIE_S ((int64_t)183 * 24 * 3600)");
	see_in_source("broker/daemon/keeper.c", "#define EVERY_MS  MS_HOUR");
}

static void every_row_is_whole_in_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < data_count; i++) {
		const struct datum *d = &data_table[i];

		for (int in = 0; in < LANGUAGE_COUNT; in++) {
			assert_true(d->what.in[in][0] && d->purpose.in[in][0]);
			assert_true(d->until.in[in][0] && d->readers.in[in][0]);
			assert_true(data_basis_said(d->basis)->in[in][0]);
			assert_true(data_subject_said(d->subject)->in[in][0]);
			assert_true(data_place_said(d->place)->in[in][0]);
			assert_true(data_seal_said(d->seal)->in[in][0]);
		}
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(d->id, data_table[k].id);
	}
}

static void the_limits_are_those_of_the_setting(void **state)
{
	struct settings s = kit_bare();
	char text[256];
	struct writer w = writer_of(text, sizeof(text) - 1);
	const struct speaker speaker = { &w, &s, LANGUAGE_DA, false };
	const struct datum d = { .settings = "data.contact_hours data.contact_days" };

	(void)state;
	kit_set(&s, "data.contact_hours", "48");
	data_write_limits(&speaker, &d);
	text[w.len] = '\0';
	assert_string_equal(text, "data.contact_hours = 48 timer (1–168); "
				  "data.contact_days = 5 arbejdsdage (1–30)");
}

/* -- printed ----------------------------------------------------------------------- */
static void what_is_explained_is_what_is_in_force(void **state)
{
	static char text[DATA_TEXT_MAX + 1];
	struct settings s = kit_full();
	struct writer w = writer_of(text, DATA_TEXT_MAX);
	const struct speaker speaker = { &w, &s, LANGUAGE_EN, false };

	(void)state;
	kit_set(&s, "audit.keep_days", "99");
	data_explain(&speaker);
	assert_true(writer_ok(&w));
	text[w.len] = '\0';
	assert_non_null(strstr(text, "99 days after it was written"));
	assert_non_null(
		strstr(text, "  limits      audit.keep_days = 99 days (31–730)\n"));
	assert_non_null(strstr(text, "Number of a caller who did not get through"));
	assert_null(strchr(text, '{'));
	s.phone_server[0] = '\0';
	w.len = 0;
	data_explain(&speaker);
	text[w.len] = '\0';
	assert_null(strstr(text, "Number of a caller who did not get through"));
}

static void the_page_in_the_tree_is_the_table(void **state)
{
	static char expected[2 * DATA_TEXT_MAX], page[2 * DATA_TEXT_MAX];
	struct settings s = kit_bare();
	struct writer w = writer_of(expected, sizeof(expected));
	FILE *from = fopen(PAGES "/retention.md", "re");
	size_t len;

	(void)state;
	data_manual(&w, &s);
	assert_true(writer_ok(&w));
	if (!from)
		fail_msg("no docs/retention.md: ninja privacy-pages");
	len = fread(page, 1, sizeof(page), from);
	fclose(from);
	if (len != w.len || memcmp(page, expected, len) != 0)
		fail_msg("docs/retention.md is stale: ninja privacy-pages");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_stands_in_one_row),
		cmocka_unit_test(every_kind_of_deletion_stands_in_a_row),
		cmocka_unit_test(every_period_of_the_configuration_stands_in_a_row),
		cmocka_unit_test(periods_told_in_words_are_those_of_the_code),
		cmocka_unit_test(every_row_is_whole_in_both_languages),
		cmocka_unit_test(the_limits_are_those_of_the_setting),
		cmocka_unit_test(what_is_explained_is_what_is_in_force),
		cmocka_unit_test(the_page_in_the_tree_is_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
