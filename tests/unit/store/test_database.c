/* SPDX-License-Identifier: MPL-2.0
 *
 * How a database is opened: private, whole, ours; and what is said when it is not.
 */
#include "store_fixture.h"

#include "database.h"

#include <errno.h>

static void files_are_private_whatever_the_umask(void **state)
{
	static const char *const names[] = { "samtale.db", "samtale.db-wal",
		"samtale.db-shm" };
	mode_t before = umask(0);
	struct folder f;
	struct store *s;

	(void)state;
	folder_make(&f);
	s = fixture_open(&f);
	assert_int_equal(s->meta->put(s, "a", "b"), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct stat st;

		assert_int_equal(stat(in_folder(&f, names[i]), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
	s = sqlite_store_close(s);
	/* A clean stop leaves one file. */
	assert_int_equal(access(in_folder(&f, "samtale.db-wal"), F_OK), -1);
	(void)umask(before);
	folder_remove(&f);
}

static void write_file(const char *path, const char *text)
{
	FILE *to = fopen(path, "w");

	assert_non_null(to);
	assert_true(fputs(text, to) >= 0);
	assert_int_equal(fclose(to), 0);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct sqlite_parts parts;
	const char *sentence = NULL;
	struct store *s = NULL;
	struct folder f;

	(void)state;
	folder_make(&f);
	parts = (struct sqlite_parts){ .path = in_folder(&f, "samtale.db") };
	write_file(parts.path,
		"these are not the bytes you are looking for; go on, and on, "
		"until there are at least a hundred of them in this file.");
	assert_int_equal(
		sqlite_store_open(&s, &parts, &sentence), SQLITE_STORE_E_DAMAGED);
	assert_null(s);
	assert_non_null(strstr(sentence, "backup"));
	folder_remove(&f);
}

static void a_page_damaged_before_an_unclean_stop_is_found(void **state)
{
	struct sqlite_parts parts;
	uint8_t rubbish[4096];
	struct store *s;
	struct folder f;
	int fd;

	(void)state;
	folder_make(&f);
	s = fixture_open(&f);
	s = sqlite_store_close(s);
	parts = (struct sqlite_parts){ .path = in_folder(&f, "samtale.db") };
	fd = open(parts.path, O_WRONLY);
	assert_true(fd >= 0);
	memset(rubbish, 0x5a, sizeof(rubbish));
	assert_int_equal(pwrite(fd, rubbish, sizeof(rubbish), 4096), sizeof(rubbish));
	close(fd);
	/* A log that is not empty is the mark of a stop that was not clean. */
	write_file(in_folder(&f, "samtale.db-wal"), "x");
	assert_int_equal(sqlite_store_open(&s, &parts, NULL), SQLITE_STORE_E_DAMAGED);
	folder_remove(&f);
}

static void the_command_line_creates_no_database(void **state)
{
	struct sqlite_parts parts;
	const char *sentence = NULL;
	struct store *s = NULL;
	struct folder f;

	(void)state;
	folder_make(&f);
	parts = (struct sqlite_parts){ .path = in_folder(&f, "samtale.db"),
		.must_exist = true };
	assert_int_equal(sqlite_store_open(&s, &parts, &sentence), -ENOENT);
	assert_non_null(strstr(sentence, "no database"));
	folder_remove(&f);
}

static void every_fault_has_a_sentence(void **state)
{
	(void)state;
	for (int fault = -200; fault <= 0; fault++)
		assert_true(strlen(store_fault_sentence(fault)) > 20);
}

static void every_commit_is_synced_and_every_deletion_overwritten(void **state)
{
	static const struct {
		const char *pragma;
		const char *value;
	} rows[] = {
		{ "PRAGMA journal_mode", "wal" },
		{ "PRAGMA synchronous", "2" },
		{ "PRAGMA foreign_keys", "1" },
		{ "PRAGMA secure_delete", "1" },
	};
	struct folder f;
	struct store *s;

	(void)state;
	folder_make(&f);
	s = fixture_open(&f);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		sqlite3_stmt *st = NULL;

		assert_int_equal(sqlite3_prepare_v2(database_of(s)->db, rows[i].pragma,
					 -1, &st, NULL),
			SQLITE_OK);
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		assert_string_equal(
			(const char *)sqlite3_column_text(st, 0), rows[i].value);
		sqlite3_finalize(st);
	}
	s = sqlite_store_close(s);
	folder_remove(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_private_whatever_the_umask),
		cmocka_unit_test(a_file_that_is_no_database_is_refused),
		cmocka_unit_test(a_page_damaged_before_an_unclean_stop_is_found),
		cmocka_unit_test(the_command_line_creates_no_database),
		cmocka_unit_test(every_fault_has_a_sentence),
		cmocka_unit_test(every_commit_is_synced_and_every_deletion_overwritten),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
