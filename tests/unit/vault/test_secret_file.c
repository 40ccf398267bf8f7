/* SPDX-License-Identifier: MPL-2.0
 *
 * Secrets in files: who may read them, how long they may be.
 */
#include "vault_fixture.h"

#include <errno.h>

static struct vault_place place;

static int start(void **state)
{
	place_make(&place);
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	place_remove(*state);
	return 0;
}

static void a_file_is_made_once_and_private(void **state)
{
	struct vault_place *p = *state;
	mode_t before = umask(0);
	struct secret *s = NULL;
	struct stat st;

	assert_int_equal(secret_file_create(p->file, BYTES_LIT("abc"), 0600), 0);
	assert_int_equal(secret_file_create(p->file, BYTES_LIT("xyz"), 0600), -EEXIST);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)umask(before);
	assert_int_equal(secret_file_load(&s, p->file, 3), 0);
	assert_memory_equal(s->at, "abc", 3);
	s = secret_free(s);
}

static void what_others_can_read_is_no_secret(void **state)
{
	static const struct {
		mode_t mode;
		int alone, credential;
	} rows[] = {
		{ 0600, 0, 0 },
		{ 0400, 0, 0 },
		{ 0440, SECRET_E_READABLE, 0 },
		{ 0640, SECRET_E_READABLE, 0 },
		{ 0660, SECRET_E_READABLE, SECRET_E_READABLE },
		{ 0604, SECRET_E_READABLE, SECRET_E_READABLE },
		{ 0602, SECRET_E_READABLE, SECRET_E_READABLE },
	};
	struct vault_place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct secret *s = NULL;

		file_write(p->file, "x", 1, rows[i].mode);
		(void)unsetenv("CREDENTIALS_DIRECTORY");
		assert_int_equal(secret_file_load(&s, p->file, 9), rows[i].alone);
		s = secret_free(s);
		assert_int_equal(setenv("CREDENTIALS_DIRECTORY", p->path, 1), 0);
		assert_int_equal(secret_file_load(&s, p->file, 9), rows[i].credential);
		s = secret_free(s);
	}
}

static void a_missing_an_empty_and_a_long_file_are_told_apart(void **state)
{
	struct vault_place *p = *state;
	struct secret *s = NULL;

	assert_int_equal(secret_file_load(&s, p->file, 9), SECRET_E_MISSING);
	file_write(p->file, "", 0, 0600);
	assert_int_equal(secret_file_load(&s, p->file, 9), SECRET_E_LENGTH);
	file_write(p->file, "0123456789", 10, 0600);
	assert_int_equal(secret_file_load(&s, p->file, 9), SECRET_E_LENGTH);
	assert_int_equal(secret_file_load(&s, p->path, 9), -EINVAL); /* a folder */
	assert_null(s);
}

static void one_line_end_is_left_out(void **state)
{
	static const struct {
		const char *text;
		const char *line; /* NULL: refused */
	} rows[] = {
		{ "abc", "abc" },
		{ "abc\n", "abc" },
		{ "abc\r\n", "abc" },
		{ "abc\n\n", "abc\n" },
		{ "\n", NULL },
		{ "abcde\n", NULL },
	};
	struct vault_place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct secret *s = NULL;
		int r;

		file_write(p->file, rows[i].text, strlen(rows[i].text), 0600);
		r = secret_line_load(&s, p->file, 4);
		assert_int_equal(r, rows[i].line ? 0 : SECRET_E_LENGTH);
		if (rows[i].line)
			assert_true(bytes_equal_str(secret_bytes(s), rows[i].line));
		s = secret_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(a_file_is_made_once_and_private),
		AT(what_others_can_read_is_no_secret),
		AT(a_missing_an_empty_and_a_long_file_are_told_apart),
		AT(one_line_end_is_left_out),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
