/* SPDX-License-Identifier: MPL-2.0
 *
 * Making and opening a custody: what is made and with which rights, what is refused and
 * in which words.
 */
#include "custody_fixture.h"
#include "fake_log.h"

static struct scene scene;

static int start(void **state)
{
	memset(&fake, 0, sizeof(fake));
	scene_make(&scene);
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static void refused(struct scene *s, const char *words)
{
	s->error.sentence[0] = '\0';
	assert_int_equal(custody_open(&s->custody, &s->parts, &s->error), CUSTODY_E_BAD);
	assert_null(s->custody);
	if (!strstr(s->error.sentence, words))
		fail_msg("%s", s->error.sentence);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void what_is_made_is_its_owners_alone(void **state)
{
	struct scene *s = *state;

	assert_int_equal(mode_of(s->vault), 0700);
	assert_int_equal(mode_of(s->node), 0600);
	assert_int_equal(mode_of(in_vault(s, "signing.key")), 0600);
	assert_int_equal(mode_of(in_vault(s, "keys.db")), 0600);
	assert_true(mode_of(in_vault(s, "signing.pub")) & 0400);
}

static void making_it_twice_changes_nothing(void **state)
{
	struct scene *s = *state;
	struct key link;

	scene_open(s);
	link = *node_key_get(custody_node(s->custody), NODE_LINK_HASH);
	s->custody = custody_close(s->custody);
	assert_int_equal(custody_make(&s->parts, NULL, &s->error), 0);
	scene_open(s);
	assert_memory_equal(node_key_get(custody_node(s->custody), NODE_LINK_HASH)->at,
		link.at, KEY_BYTES);
}

static void no_node_key_is_made_beside_keys_that_are_there(void **state)
{
	struct scene *s = *state;

	assert_int_equal(unlink(s->node), 0);
	assert_int_equal(custody_make(&s->parts, NULL, &s->error), CUSTODY_E_BAD);
	assert_non_null(strstr(s->error.sentence, "is missing"));
	assert_int_equal(access(s->node, F_OK), -1);
}

static void a_folder_that_others_may_enter_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(chmod(s->vault, 0750), 0);
	assert_int_equal(custody_make(&s->parts, NULL, &s->error), CUSTODY_E_BAD);
	assert_non_null(strstr(s->error.sentence, "chmod 700"));
	assert_int_equal(chmod(s->vault, 0700), 0);
}

static void without_auditors_nothing_is_served(void **state)
{
	struct scene *s = *state;
	char line[160], twice[320];

	assert_int_equal(unlink(in_vault(s, "auditors")), 0);
	refused(s, "samtale audit keygen");
	write_file(in_vault(s, "auditors"), "not an auditor\n");
	refused(s, "one to three lines");
	auditor_line(line, "anne", 1);
	(void)snprintf(twice, sizeof(twice), "%s%s", line, line);
	write_file(in_vault(s, "auditors"), twice);
	refused(s, "twice");
}

static void a_signing_key_must_be_there_whole_and_its_own(void **state)
{
	struct scene *s = *state;
	const char *path = in_vault(s, "signing.key");
	const uint8_t other[KEY_BYTES] = { 1 };

	assert_int_equal(chmod(path, 0640), 0);
	refused(s, "chmod 600");
	assert_int_equal(unlink(path), 0);
	refused(s, "is missing");
	assert_int_equal(secret_file_create(path, bytes_of(other, 31), 0600), 0);
	refused(s, "damaged");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(secret_file_create(path, bytes_of(other, 32), 0600), 0);
	refused(s, "not the public half");
	assert_int_equal(unlink(in_vault(s, "signing.pub")), 0);
	scene_open(s); /* moved away on purpose: the new one is published */
	assert_int_equal(access(in_vault(s, "signing.pub"), F_OK), 0);
}

static void a_signing_key_may_be_a_credential(void **state)
{
	struct scene *s = *state;
	const uint8_t other[KEY_BYTES] = { 2 };
	wiped(struct key, seed);
	uint8_t public_key[SIGN_PUBLIC];

	assert_int_equal(unlink(in_vault(s, "signing.key")), 0);
	assert_int_equal(unlink(in_vault(s, "signing.pub")), 0);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", s->folder, 1), 0);
	{
		char path[128];

		(void)snprintf(path, sizeof(path), "%s/signing_key", s->folder);
		assert_int_equal(secret_file_create(path, bytes_of(other, 32), 0600), 0);
	}
	scene_open(s);
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	memcpy(seed.at, other, KEY_BYTES);
	sign_public(&seed, public_key);
	assert_memory_equal(public_key, s->custody->signing_public, SIGN_PUBLIC);
}

static void a_path_too_long_is_told(void **state)
{
	struct scene *s = *state;
	static char path[CUSTODY_PATH_MAX + 1];
	struct custody_parts parts = s->parts;

	memset(path, 'x', CUSTODY_PATH_MAX);
	parts.folder = path;
	assert_int_equal(custody_make(&parts, NULL, &s->error), CUSTODY_E_BAD);
	assert_int_equal(custody_open(&s->custody, &parts, &s->error), CUSTODY_E_BAD);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(what_is_made_is_its_owners_alone),
		ON(making_it_twice_changes_nothing),
		ON(no_node_key_is_made_beside_keys_that_are_there),
		ON(a_folder_that_others_may_enter_is_refused),
		ON(without_auditors_nothing_is_served),
		ON(a_signing_key_must_be_there_whole_and_its_own),
		ON(a_signing_key_may_be_a_credential),
		ON(a_path_too_long_is_told),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
