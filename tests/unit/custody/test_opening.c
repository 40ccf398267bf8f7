/* SPDX-License-Identifier: MPL-2.0
 *
 * keys.db and its node key: rotation keeps everything, a kill at any moment of it leaves
 * an installation that opens, and a key that does not belong there is refused with a
 * sentence.
 */
#include "custody_fixture.h"
#include "fake_log.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#define MEETINGS 70 /* more than one step of wrapping anew */

static struct scene scene;

static int start(void **state)
{
	memset(&fake, 0, sizeof(fake));
	scene_make(&scene);
	scene_open(&scene);
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static struct vault_keys keys_of(struct scene *s, int64_t meeting)
{
	assert_int_equal(scene_open_keys(s, VAULT_TALK, 7, meeting), VAULT_RESULT_DONE);
	return scene_keys(s, 0);
}

static void read_key(const char *path, uint8_t ret[KEY_BYTES])
{
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	assert_int_equal(fread(ret, 1, KEY_BYTES, f), KEY_BYTES);
	(void)fclose(f);
}

static void write_key(const char *path, const uint8_t key[KEY_BYTES])
{
	(void)unlink(path);
	assert_int_equal(secret_file_create(path, bytes_of(key, KEY_BYTES), 0600), 0);
}

static void reopen(struct scene *s)
{
	s->custody = custody_close(s->custody);
	scene_open(s);
}

static void refused(struct scene *s, const char *words)
{
	s->custody = custody_close(s->custody);
	s->error.sentence[0] = '\0';
	assert_int_equal(custody_open(&s->custody, &s->parts, &s->error), CUSTODY_E_BAD);
	if (!strstr(s->error.sentence, words))
		fail_msg("%s", s->error.sentence);
}

static void a_new_node_key_opens_what_the_old_one_wrapped(void **state)
{
	struct scene *s = *state;
	uint8_t before[KEY_BYTES], after[KEY_BYTES];
	struct key link = *node_key_get(custody_node(s->custody), NODE_LINK_HASH);
	struct vault_question q = { .kind = VAULT_ASK_ROTATE };
	struct vault_keys made, got;

	for (int64_t id = 1; id <= MEETINGS; id++)
		assert_int_equal(scene_create(s, id, "Sag 1"), VAULT_RESULT_DONE);
	made = scene_keys(s, 0);
	read_key(s->node, before);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.at[fake.kept - 1].event, AUDIT_NODE_KEY_ROTATED);
	read_key(s->node, after);
	assert_memory_not_equal(before, after, KEY_BYTES);
	got = keys_of(s, MEETINGS);
	same_keys(&got, &made);
	reopen(s);
	got = keys_of(s, MEETINGS);
	same_keys(&got, &made);
	assert_memory_equal(node_key_get(custody_node(s->custody), NODE_LINK_HASH)->at,
		link.at, KEY_BYTES);
	write_key(s->node, before);
	refused(s, "does not belong");
}

static bool folder_holds(const struct scene *s, struct bytes needle)
{
	static uint8_t all[1024 * 1024];
	static const char *const files[] = { "keys.db", "keys.db-wal" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		FILE *f = fopen(in_vault(s, files[i]), "re");
		size_t n = f ? fread(all, 1, sizeof(all), f) : 0;

		assert_true(n < sizeof(all));
		if (f)
			(void)fclose(f);
		if (n && memmem(all, n, needle.at, needle.len))
			return true;
	}
	return false;
}

static void what_the_old_node_key_wrapped_is_in_no_file(void **state)
{
	struct scene *s = *state;
	const struct key_shelf *shelf;
	struct shelf_row row;

	assert_int_equal(scene_create(s, 5, ""), VAULT_RESULT_DONE);
	shelf = keys_db_shelf(s->custody->keys);
	assert_int_equal(shelf->get(shelf->arg, 5, &row), 0);
	assert_true(folder_holds(s, bytes_of(row.mk, sizeof(row.mk))));
	assert_int_equal(custody_rotate(s->custody), 0);
	assert_false(folder_holds(s, bytes_of(row.mk, sizeof(row.mk))));
	assert_false(folder_holds(s, bytes_of(row.ck, sizeof(row.ck))));
}

static void a_rotation_that_cannot_be_recorded_is_none(void **state)
{
	struct scene *s = *state;
	uint8_t before[KEY_BYTES], after[KEY_BYTES];

	read_key(s->node, before);
	fake.commit = -EIO;
	assert_int_equal(custody_rotate(s->custody), -EIO);
	read_key(s->node, after);
	assert_memory_equal(before, after, KEY_BYTES);
	assert_int_equal(access(s->custody->paths.node_new, F_OK), -1);
}

/* -- killed at any moment ---------------------------------------------------------- */
static bool changes_files(long long call)
{
	switch (call) {
	case SYS_openat:
	case SYS_write:
	case SYS_pwrite64:
	case SYS_fsync:
	case SYS_fdatasync:
	case SYS_ftruncate:
	case SYS_rename:
	case SYS_unlink:
	case SYS_exit_group:
		return true;
	default:
		return false;
	}
}

/* A child opens, rotates, and is killed when it is about to make its nth call that could
 * change a file. False: it came to its end before. */
static bool rotate_until(struct scene *s, unsigned n)
{
	struct user_regs_struct regs;
	unsigned calls = 0;
	bool entering = true;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (custody_open(&s->custody, &s->parts, &s->error) != 0 ||
			ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
			_exit(2);
		(void)raise(SIGSTOP);
		_exit(custody_rotate(s->custody) == 0 ? 0 : 3);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSTOPPED(status));
	for (; calls < n; entering = !entering) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		assert_true(WIFSTOPPED(status));
		assert_int_equal(ptrace(PTRACE_GETREGS, child, NULL, &regs), 0);
		if (entering && changes_files((long long)regs.orig_rax))
			calls++;
	}
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return true;
}

static void a_rotation_killed_at_any_moment_opens_again(void **state)
{
	struct scene *s = *state;
	struct vault_keys made;
	unsigned n = 1;
	bool killed = true;

	assert_int_equal(scene_create(s, 5, "Sag 5"), VAULT_RESULT_DONE);
	made = scene_keys(s, 0);
	for (; killed; n++) {
		struct vault_keys got;

		s->custody = custody_close(s->custody);
		killed = rotate_until(s, n);
		scene_open(s);
		assert_int_equal(access(s->custody->paths.node_new, F_OK), -1);
		got = keys_of(s, 5);
		same_keys(&got, &made);
	}
	assert_true(n > 15); /* or nothing was killed in the middle */
}

/* -- what does not belong there ---------------------------------------------------- */
static void a_key_of_another_installation_is_refused(void **state)
{
	struct scene *s = *state;
	uint8_t key[KEY_BYTES] = { 1 };

	write_key(s->node, key);
	refused(s, "does not belong");
	assert_int_equal(unlink(s->node), 0);
	refused(s, "is missing");
	assert_int_equal(
		secret_file_create(s->node, bytes_of(key, KEY_BYTES - 1), 0600), 0);
	refused(s, "damaged");
	write_key(s->node, key);
	assert_int_equal(chmod(s->node, 0644), 0);
	refused(s, "chmod 600");
}

static void a_vault_without_keys_db_is_refused(void **state)
{
	struct scene *s = *state;

	s->custody = custody_close(s->custody);
	assert_int_equal(unlink(in_vault(s, "keys.db")), 0);
	refused(s, "restore the newest key backup");
	write_file(in_vault(s, "keys.db"), "this is no database, whatever its name");
	refused(s, "damaged");
}

/* -- before there was a root key --------------------------------------------------- */
static void sql(struct scene *s, const char *text)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(sqlite3_open(in_vault(s, "keys.db"), &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_older_installation_keeps_its_subkeys(void **state)
{
	struct scene *s = *state;
	owned(node_key_freep) struct node_key *old = NULL;
	struct vault_keys made;

	assert_int_equal(node_key_load(&old, s->node), 0);
	assert_int_equal(scene_create(s, 5, ""), VAULT_RESULT_DONE);
	made = scene_keys(s, 0);
	s->custody = custody_close(s->custody);
	sql(s, "DELETE FROM meta");
	scene_open(s);
	for (int round = 0; round < 2; round++) {
		struct vault_keys got = keys_of(s, 5);

		same_keys(&got, &made);
		assert_memory_equal(node_key_get(old, NODE_TOTP_SEAL)->at,
			node_key_get(custody_node(s->custody), NODE_TOTP_SEAL)->at,
			KEY_BYTES);
		assert_int_equal(custody_rotate(s->custody), 0);
		reopen(s);
	}
}

static void a_fresh_root_is_not_the_node_key(void **state)
{
	struct scene *s = *state;
	owned(node_key_freep) struct node_key *file = NULL;

	assert_int_equal(node_key_load(&file, s->node), 0);
	assert_memory_not_equal(node_key_get(file, NODE_LINK_HASH)->at,
		node_key_get(custody_node(s->custody), NODE_LINK_HASH)->at, KEY_BYTES);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(a_new_node_key_opens_what_the_old_one_wrapped),
		ON(what_the_old_node_key_wrapped_is_in_no_file),
		ON(a_rotation_that_cannot_be_recorded_is_none),
		ON(a_rotation_killed_at_any_moment_opens_again),
		ON(a_key_of_another_installation_is_refused),
		ON(a_vault_without_keys_db_is_refused),
		ON(an_older_installation_keeps_its_subkeys),
		ON(a_fresh_root_is_not_the_node_key),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
