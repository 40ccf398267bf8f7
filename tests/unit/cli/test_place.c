/* SPDX-License-Identifier: MPL-2.0
 *
 * Where an installation's files lie, and what a bad configuration is told.
 */
#include "samtale/cli/place.h"

#include "samtale/vault/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int load(struct place *ret, const char *set, struct place_error *e)
{
	struct place_source source = { .sets = { set }, .set_count = set ? 1 : 0 };

	return place_load(ret, &source, e);
}

static void paths_follow_the_data_folder(void **state)
{
	struct place_error e;
	struct place p;

	(void)state;
	assert_int_equal(load(&p, NULL, &e), 0);
	assert_string_equal(p.folder, "/var/lib/samtale");
	assert_string_equal(p.vault, "/var/lib/samtale-vault");
	assert_string_equal(p.node_key, "/var/lib/samtale-vault/node.key");
	assert_string_equal(p.turn_secret, "");
	assert_int_equal(load(&p, "data.folder=/x", &e), 0);
	assert_string_equal(p.database, "/x/samtale.db");
	assert_string_equal(p.keys, "/x-vault/keys.db");
	assert_string_equal(p.control, "/x/control.sock");
	assert_int_equal(load(&p, "data.node_key_file=/k", &e), 0);
	assert_string_equal(p.node_key, "/k");
}

static void a_credential_goes_before_the_data_folder(void **state)
{
	char folder[] = "/tmp/place-XXXXXX", path[64];
	struct place_error e;
	struct place p;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/node_key", folder);
	(void)fclose(fopen(path, "we"));
	(void)setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_int_equal(load(&p, NULL, &e), 0);
	assert_string_equal(p.node_key, path);
	assert_int_equal(load(&p, "data.node_key_file=/k", &e), 0);
	assert_string_equal(p.node_key, "/k"); /* what is said goes before */
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	(void)unlink(path);
	(void)rmdir(folder);
}

static void mistakes_name_the_place(void **state)
{
	static const struct {
		const char *set, *part;
	} cases[] = {
		{ "org.colour=red", "org.colour" },
		{ "org.name", "section.key=value" },
		{ "listener.port=x", "--set listener.port" },
		{ "org.timezone=Europe/Hedensted", "org.timezone" },
		{ "org.timezone=../../../etc/passwd", "org.timezone" },
		{ "org.timezone=/etc/passwd", "org.timezone" },
	};
	struct place_source missing = { .config = "/nowhere/samtale.ini" };
	struct place p = { .folder = "untouched" };
	struct place_error e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(load(&p, cases[i].set, &e), PLACE_E_BAD);
		assert_non_null(strstr(e.sentence, cases[i].part));
	}
	assert_int_equal(place_load(&p, &missing, &e), PLACE_E_BAD);
	assert_non_null(strstr(e.sentence, "/nowhere/samtale.ini"));
	assert_string_equal(p.folder, "untouched");
}

static void an_error_in_the_file_names_its_line(void **state)
{
	char path[] = "/tmp/place-XXXXXX", expected[64];
	struct place_source source = { .config = path };
	struct place_error e;
	struct place p;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	(void)state;
	(void)fputs("[org]\nname = A\ncolour = red\n", f);
	(void)fclose(f);
	assert_int_equal(place_load(&p, &source, &e), PLACE_E_BAD);
	(void)snprintf(expected, sizeof(expected), "%s:3: ", path);
	assert_memory_equal(e.sentence, expected, strlen(expected));
	(void)unlink(path);
}

static void secrets_that_cannot_be_used_are_told_why(void **state)
{
	struct place_error e;

	(void)state;
	place_secret_sentence(0, "The key", "/k", &e);
	assert_string_equal(e.sentence, "");
	place_secret_sentence(SECRET_E_MISSING, "The key", "/k", &e);
	assert_non_null(strstr(e.sentence, "missing"));
	place_secret_sentence(SECRET_E_READABLE, "The key", "/k", &e);
	assert_non_null(strstr(e.sentence, "chmod 600"));
	place_secret_sentence(SECRET_E_LENGTH, "The key", "/k", &e);
	assert_non_null(strstr(e.sentence, "length"));
	place_secret_sentence(-13, "The key", "/k", &e);
	assert_non_null(strstr(e.sentence, "Permission denied"));
}

static void make_folder(const char *root, const char *name, char ret[64])
{
	(void)snprintf(ret, 64, "%s/%s", root, name);
	assert_int_equal(mkdir(ret, 0700), 0);
}

static void a_vault_that_the_serving_process_can_enter_is_named_with_the_reason(
	void **state)
{
	char root[] = "/tmp/place-XXXXXX", data[64], vault[64], inside[64], file[80];
	struct place_error e;
	struct place p;

	(void)state;
	assert_non_null(mkdtemp(root));
	make_folder(root, "data", data);
	make_folder(root, "data-vault", vault); /* begins alike, is no part of it */
	make_folder(root, "data/vault", inside);
	assert_int_equal(load(&p, NULL, &e), 0);
	(void)snprintf(p.folder, sizeof(p.folder), "%s", data);
	(void)snprintf(p.vault, sizeof(p.vault), "%s", vault);
	assert_null(place_vault_exposed_by(&p, NULL));
	(void)snprintf(file, sizeof(file), "%s/data/samtale.ini", root);
	assert_null(place_vault_exposed_by(&p, file));
	(void)snprintf(file, sizeof(file), "%s/samtale.ini", root);
	assert_string_equal(place_vault_exposed_by(&p, file), "the configuration file");
	(void)snprintf(p.settings.listener_private_key,
		sizeof(p.settings.listener_private_key), "%s/key.pem", root);
	assert_string_equal(place_vault_exposed_by(&p, NULL), "listener.private_key");
	(void)snprintf(p.vault, sizeof(p.vault), "%s", inside);
	assert_string_equal(place_vault_exposed_by(&p, NULL), "data.folder");
	assert_int_equal(rmdir(inside) | rmdir(vault) | rmdir(data) | rmdir(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_follow_the_data_folder),
		cmocka_unit_test(a_credential_goes_before_the_data_folder),
		cmocka_unit_test(mistakes_name_the_place),
		cmocka_unit_test(
			a_vault_that_the_serving_process_can_enter_is_named_with_the_reason),
		cmocka_unit_test(an_error_in_the_file_names_its_line),
		cmocka_unit_test(secrets_that_cannot_be_used_are_told_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
