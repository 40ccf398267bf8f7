/* SPDX-License-Identifier: MPL-2.0
 *
 * Auditors' files: made once, opened by their passphrase alone, and each bad set turned
 * away with its own outcome.
 */
#include "log_fixture.h"

#include <errno.h>

/* Argon2id takes half a second and 256 MiB each time; test_primitives.c tries it. */
bool __wrap_passphrase_key(
	struct bytes passphrase, const uint8_t salt[SALT_BYTES], struct key *ret);
bool __wrap_passphrase_key(
	struct bytes passphrase, const uint8_t salt[SALT_BYTES], struct key *ret)
{
	const struct bytes parts[] = { bytes_of(salt, SALT_BYTES), passphrase };

	hash_parts(NULL, parts, ARRAY_LEN(parts), ret->at);
	return true;
}

struct files {
	struct log_place_on_disk disk;
	char prefix[128], secret[128], public_path[128], set[128];
};

static void files_make(struct files *f)
{
	disk_make(&f->disk);
	disk_path(&f->disk, "dpo", f->prefix);
	disk_path(&f->disk, "dpo.auditor", f->secret);
	disk_path(&f->disk, "dpo.auditor.pub", f->public_path);
	disk_path(&f->disk, "auditors", f->set);
}

static void a_key_opens_with_its_passphrase_alone(void **state)
{
	struct files f;
	struct auditor_public a;
	struct auditor_set set;
	struct key *secret = NULL;
	uint8_t mine[BOX_PUBLIC];
	struct stat st;

	(void)state;
	files_make(&f);
	assert_int_equal(auditor_create(f.prefix, "dpo", BYTES_LIT("fire heste")), 0);
	assert_int_equal(stat(f.secret, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(auditor_load(f.secret, BYTES_LIT("fire hest"), &a, &secret),
		AUDITOR_E_PASSPHRASE);
	assert_null(secret);
	assert_int_equal(auditor_load(f.secret, BYTES_LIT("fire heste"), &a, &secret), 0);
	public_of(secret, mine);
	assert_memory_equal(mine, a.key, sizeof(mine));
	assert_string_equal(a.name, "dpo");
	secret_drop(secret);
	assert_int_equal(auditor_set_load(f.public_path, &set), 0);
	assert_memory_equal(&set.of[0], &a, sizeof(a));
	assert_int_equal(auditor_create(f.prefix, "dpo", BYTES_LIT("x")), -EEXIST);
	folder_remove(f.disk.path);
}

static void without_its_public_half_no_secret_half_is_left(void **state)
{
	struct files f;

	(void)state;
	files_make(&f);
	text_write(f.public_path, "");
	assert_int_equal(auditor_create(f.prefix, "dpo", BYTES_NULL), -EEXIST);
	assert_int_equal(access(f.secret, F_OK), -1);
	folder_remove(f.disk.path);
}

/* The file, made anew from its text with one word changed. */
static void file_change(
	const char *path, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char changed[512];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		at + strlen(from));
	text_write(path, changed);
}

static void file_text(const char *path, char ret[512])
{
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	ret[fread(ret, 1, 511, in)] = '\0';
	assert_int_equal(fclose(in), 0);
}

static void a_secret_half_that_was_changed_is_turned_away(void **state)
{
	static const struct {
		const char *from, *to;
		int outcome;
	} rows[] = {
		{ "samtale-auditor-secret-1", "samtale-auditor-secret-2", AUDITOR_E_BAD },
		{ " dpo ", " dpo2 ", AUDITOR_E_PASSPHRASE }, /* its name is locked in */
		{ " dpo ", " ", AUDITOR_E_BAD },
		{ " dpo ", " DPO ", AUDITOR_E_BAD },
		{ "\n", "0\n", AUDITOR_E_BAD },
		{ "\n", " 0\n", AUDITOR_E_BAD },
	};
	char text[512];
	struct files f;
	struct auditor_public a;
	struct key *secret = NULL;

	(void)state;
	files_make(&f);
	assert_int_equal(auditor_create(f.prefix, "dpo", BYTES_NULL), 0);
	file_text(f.secret, text);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		file_change(f.secret, text, rows[i].from, rows[i].to);
		assert_int_equal(
			auditor_load(f.secret, BYTES_NULL, &a, &secret), rows[i].outcome);
	}
	folder_remove(f.disk.path);
	assert_null(secret);
}

static void a_file_that_is_missing_or_open_to_others_is_told_apart(void **state)
{
	struct files f;
	struct auditor_public a;
	struct key *secret = NULL;

	(void)state;
	files_make(&f);
	assert_int_equal(
		auditor_load(f.secret, BYTES_NULL, &a, &secret), AUDITOR_E_MISSING);
	text_write(f.secret, "samtale-auditor-secret-1 dpo\n");
	assert_int_equal(chmod(f.secret, 0644), 0);
	assert_int_equal(
		auditor_load(f.secret, BYTES_NULL, &a, &secret), AUDITOR_E_READABLE);
	folder_remove(f.disk.path);
}

static void a_name_is_plain(void **state)
{
	static const char *const bad[] = { "", "a b", "A", "æ", "development!", "..",
		"123456789012345678901234567890123" };
	struct files f;

	(void)state;
	files_make(&f);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(auditor_create(f.prefix, bad[i], BYTES_NULL), -EINVAL);
	folder_remove(f.disk.path);
}

#define KEY_A "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
#define KEY_B "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
#define KEY_C "5866666666666666666666666666666666666666666666666666666666666666"
#define KEY_D "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
#define KEY_0 "0000000000000000000000000000000000000000000000000000000000000000"
#define LINE  "samtale-auditor-1 "

static void a_set_is_one_to_three_auditors_each_once(void **state)
{
	static const struct {
		const char *text;
		int outcome;
		size_t n;
	} rows[] = {
		{ LINE "a " KEY_A "\n", 0, 1 },
		{ LINE "a " KEY_A "\n" LINE "b " KEY_B, 0, 2 },
		{ LINE "a " KEY_A "\n" LINE "b " KEY_B "\n" LINE "c " KEY_C "\n", 0, 3 },
		{ "", AUDITOR_E_BAD, 0 },
		{ "\n", AUDITOR_E_BAD, 0 },
		{ LINE "a " KEY_A "\n" LINE "b " KEY_B "\n" LINE "c " KEY_C "\n" LINE
		       "d " KEY_D "\n",
			AUDITOR_E_BAD, 0 },
		{ LINE "a " KEY_A "\n" LINE "b " KEY_A "\n", AUDITOR_E_TWICE, 0 },
		{ LINE "a " KEY_A "\n" LINE "a " KEY_B "\n", AUDITOR_E_TWICE, 0 },
		{ LINE "a " KEY_0 "\n", AUDITOR_E_BAD, 0 },
		{ "samtale-auditor-2 a " KEY_A "\n", AUDITOR_E_BAD, 0 },
		{ "samtale-auditor-secret-1 a " KEY_A "\n", AUDITOR_E_BAD, 0 },
	};
	struct files f;
	struct auditor_set set;

	(void)state;
	files_make(&f);
	assert_int_equal(auditor_set_load(f.set, &set), AUDITOR_E_MISSING);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		text_write(f.set, rows[i].text);
		assert_int_equal(auditor_set_load(f.set, &set), rows[i].outcome);
		if (rows[i].outcome == 0) {
			assert_int_equal(set.n, rows[i].n);
			assert_int_equal(set.scheme, rows[i].n);
			assert_false(auditor_set_is_development(&set));
		}
	}
	folder_remove(f.disk.path);
}

static void a_trial_is_told_by_the_name_of_its_auditor(void **state)
{
	struct files f;
	struct auditor_set set;

	(void)state;
	files_make(&f);
	text_write(f.set, LINE "a " KEY_A "\n" LINE "DEVELOPMENT " KEY_B "\n");
	assert_int_equal(auditor_set_load(f.set, &set), 0);
	assert_true(auditor_set_is_development(&set));
	folder_remove(f.disk.path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_opens_with_its_passphrase_alone),
		cmocka_unit_test(without_its_public_half_no_secret_half_is_left),
		cmocka_unit_test(a_secret_half_that_was_changed_is_turned_away),
		cmocka_unit_test(a_file_that_is_missing_or_open_to_others_is_told_apart),
		cmocka_unit_test(a_name_is_plain),
		cmocka_unit_test(a_set_is_one_to_three_auditors_each_once),
		cmocka_unit_test(a_trial_is_told_by_the_name_of_its_auditor),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
