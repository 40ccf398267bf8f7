/* SPDX-License-Identifier: MPL-2.0
 *
 * The trunk's password: taken from a file that is nobody else's, refused with a sentence
 * that never holds it.
 */
#include "secret_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/secret-line-XXXXXX";
static struct settings settings;

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *to;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	(void)unlink(path);
	to = fopen(path, "w");
	assert_non_null(to);
	(void)fputs(text, to);
	assert_int_equal(fclose(to), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void use(const char *user, const char *file)
{
	settings_init(&settings);
	(void)snprintf(
		settings.phone_server, sizeof(settings.phone_server), "sip.example");
	(void)snprintf(settings.phone_user, sizeof(settings.phone_user), "%s", user);
	if (file)
		(void)snprintf(settings.phone_password_file,
			sizeof(settings.phone_password_file), "%s/%s", folder, file);
}

static void a_line_is_read_without_its_end(void **state)
{
	char buf[SECRET_LINE_MAX + 1];

	(void)state;
	write_file("password", "s3cret\r\n", 0600);
	use("user", "password");
	assert_null(secret_line_of_trunk(&settings, buf));
	assert_string_equal(buf, "s3cret");
}

static void without_a_user_nothing_is_read(void **state)
{
	char buf[SECRET_LINE_MAX + 1] = "x";

	(void)state;
	use("", "missing");
	assert_null(secret_line_of_trunk(&settings, buf));
	assert_string_equal(buf, "");
}

static void what_is_wrong_is_said_without_the_secret(void **state)
{
	char buf[SECRET_LINE_MAX + 1], longest[SECRET_LINE_MAX + 1];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	write_file("open", "s3cret\n", 0644);
	write_file("empty", "", 0600);
	write_file("line", "\n", 0600);
	write_file("long", longest, 0600);
	for (const char *const *name = (const char *const[]){ "open", "empty", "line",
		     "long", "missing", ".", NULL };
		*name; name++) {
		const char *sentence;

		use("user", *name);
		sentence = secret_line_of_trunk(&settings, buf);
		assert_non_null(sentence);
		assert_null(strstr(sentence, "s3cret"));
	}
	use("user", NULL);
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	assert_non_null(secret_line_of_trunk(&settings, buf));
}

/* systemd's ACL shows as the group's right to read. */
static void a_credential_may_show_the_groups_bit(void **state)
{
	char buf[SECRET_LINE_MAX + 1];

	(void)state;
	write_file("phone_password", "s3cret", 0440);
	(void)setenv("CREDENTIALS_DIRECTORY", folder, 1);
	use("user", NULL);
	assert_null(secret_line_of_trunk(&settings, buf));
	assert_string_equal(buf, "s3cret");
	use("user", "phone_password"); /* named, it is a file like others */
	assert_non_null(secret_line_of_trunk(&settings, buf));
	(void)unsetenv("CREDENTIALS_DIRECTORY");
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
	static const char *const names[] = { "password", "open", "empty", "line", "long",
		"phone_password" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_without_its_end),
		cmocka_unit_test(without_a_user_nothing_is_read),
		cmocka_unit_test(what_is_wrong_is_said_without_the_secret),
		cmocka_unit_test(a_credential_may_show_the_groups_bit),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
