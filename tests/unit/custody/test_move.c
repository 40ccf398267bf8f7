/* SPDX-License-Identifier: MPL-2.0
 *
 * An older installation's node.key and keys.db, written by its own schema and left
 * without a clean stop, move into the vault's folder and open there.
 */
#include "custody_fixture.h"
#include "fake_log.h"

#include <sqlite3.h>

static struct scene scene;
static struct meeting_keys old_keys;

static const char *in_old(const struct scene *s, const char *name)
{
	static char path[4][160];
	static unsigned next;
	char *at = path[next++ % 4];

	(void)snprintf(at, sizeof(path[0]), "%s/old/%s", s->folder, name);
	return at;
}

static void run(sqlite3 *db, const char *text)
{
	char *why = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
}

/* keys.db as of schema 1, with one meeting's keys wrapped by the old node key. */
static void make_old_rows(const struct scene *s, sqlite3 *db)
{
	owned(node_key_freep) struct node_key *node = NULL;
	struct shelf_row row = { .meeting = 5 };
	sqlite3_stmt *st = NULL;
	static char text[8192];
	FILE *f = fopen(FIXTURES "/keys_v1.sql", "re");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	run(db, "PRAGMA journal_mode = WAL");
	run(db, text);
	assert_int_equal(node_key_load(&node, in_old(s, "node.key")), 0);
	old_keys = (struct meeting_keys){ .meeting = 5, .has_ck = true, .has_mk = true };
	random_fill(&old_keys.ck, KEY_BYTES);
	random_fill(&old_keys.mk, KEY_BYTES);
	shelf_wrap(node_key_get(node, NODE_WRAP), &old_keys, &row);
	assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO shelf VALUES (5, 1, ?1, ?2)",
				 -1, &st, NULL),
		SQLITE_OK);
	(void)sqlite3_bind_blob(st, 1, row.ck, sizeof(row.ck), SQLITE_STATIC);
	(void)sqlite3_bind_blob(st, 2, row.mk, sizeof(row.mk), SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	(void)sqlite3_finalize(st);
}

/* Without a clean stop: the rows are in the write-ahead log alone. */
static void make_old(struct scene *s)
{
	sqlite3 *db = NULL;

	assert_int_equal(mkdir(in_old(s, ""), 0700), 0);
	assert_int_equal(node_key_create(in_old(s, "node.key")), 0);
	assert_int_equal(sqlite3_open(in_old(s, "keys.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL),
		SQLITE_OK);
	make_old_rows(s, db);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(access(in_old(s, "keys.db-wal"), F_OK), 0);
}

static int start(void **state)
{
	memset(&fake, 0, sizeof(fake));
	scene_make(&scene);
	assert_int_equal(unlink(in_vault(&scene, "keys.db")), 0);
	assert_int_equal(unlink(scene.node), 0);
	make_old(&scene);
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static void move_in(struct scene *s)
{
	char old[96];

	(void)snprintf(old, sizeof(old), "%s/old", s->folder);
	if (custody_make(&s->parts, old, &s->error) != 0)
		fail_msg("%s", s->error.sentence);
}

static void opens_as_before(struct scene *s)
{
	struct vault_keys got;

	scene_open(s);
	assert_int_equal(scene_open_keys(s, VAULT_TALK, 7, 5), VAULT_RESULT_DONE);
	got = scene_keys(s, 0);
	assert_true(got.has == 3);
	assert_memory_equal(got.ck, old_keys.ck.at, KEY_BYTES);
	assert_memory_equal(got.mk, old_keys.mk.at, KEY_BYTES);
}

static void what_was_kept_in_the_data_folder_moves_in_and_opens(void **state)
{
	struct scene *s = *state;
	owned(node_key_freep) struct node_key *old = NULL;
	struct stat st;

	assert_int_equal(node_key_load(&old, in_old(s, "node.key")), 0);
	move_in(s);
	assert_int_equal(access(in_old(s, "node.key"), F_OK), -1);
	assert_int_equal(access(in_old(s, "keys.db"), F_OK), -1);
	assert_int_equal(access(in_old(s, "keys.db-wal"), F_OK), -1);
	assert_int_equal(stat(s->node, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	opens_as_before(s);
	/* Links, PINs and sign-ins were hashed under these. */
	assert_memory_equal(node_key_get(old, NODE_PIN_HASH)->at,
		node_key_get(custody_node(s->custody), NODE_PIN_HASH)->at, KEY_BYTES);
}

static void a_move_that_was_interrupted_goes_on(void **state)
{
	struct scene *s = *state;
	char node[160];

	(void)snprintf(node, sizeof(node), "%s", in_old(s, "node.key"));
	assert_int_equal(rename(node, s->node), 0); /* one of the two */
	move_in(s);
	opens_as_before(s);
}

static void what_is_in_the_vault_already_is_not_replaced(void **state)
{
	struct scene *s = *state;

	move_in(s);
	assert_int_equal(node_key_create(in_old(s, "node.key")), 0);
	move_in(s);
	assert_int_equal(access(in_old(s, "node.key"), F_OK), 0);
	opens_as_before(s);
}

static void a_damaged_keys_db_stays_where_it_is(void **state)
{
	struct scene *s = *state;
	char old[96];

	(void)snprintf(old, sizeof(old), "%s/old", s->folder);
	assert_int_equal(unlink(in_old(s, "keys.db-wal")), 0);
	write_file(in_old(s, "keys.db"), "this is no database, whatever its name");
	assert_int_equal(custody_make(&s->parts, old, &s->error), CUSTODY_E_BAD);
	assert_int_equal(access(in_old(s, "keys.db"), F_OK), 0);
	assert_int_equal(access(in_old(s, "node.key"), F_OK), 0);
}

/* /dev/shm is another file system. */
static void across_file_systems_the_key_is_copied_and_keys_db_left_to_a_person(
	void **state)
{
	struct scene *s = *state;
	char old[] = "/dev/shm/samtale-custody-XXXXXX", from[160], to[160];
	struct stat here, there;

	assert_non_null(mkdtemp(old));
	assert_int_equal(stat(s->vault, &here), 0);
	assert_int_equal(stat(old, &there), 0);
	if (here.st_dev == there.st_dev) {
		assert_int_equal(rmdir(old), 0);
		print_message("one file system\n");
		skip();
	}
	(void)snprintf(from, sizeof(from), "%s/node.key", old);
	assert_int_equal(node_key_create(from), 0);
	assert_int_equal(custody_make(&s->parts, old, &s->error), 0);
	assert_int_equal(access(from, F_OK), -1);
	assert_int_equal(access(s->node, F_OK), 0);
	(void)snprintf(to, sizeof(to), "%s", in_vault(s, "keys.db"));
	assert_int_equal(unlink(to), 0);
	(void)snprintf(from, sizeof(from), "%s/keys.db", old);
	{
		struct keys_db *keys = NULL;

		assert_int_equal(keys_db_open(&keys, from), 0);
		(void)keys_db_close(keys);
	}
	assert_int_equal(custody_make(&s->parts, old, &s->error), CUSTODY_E_BAD);
	assert_non_null(strstr(s->error.sentence, "two file systems"));
	assert_int_equal(access(from, F_OK), 0);
	assert_int_equal(nftw(old, scene_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(what_was_kept_in_the_data_folder_moves_in_and_opens),
		ON(a_move_that_was_interrupted_goes_on),
		ON(what_is_in_the_vault_already_is_not_replaced),
		ON(a_damaged_keys_db_stays_where_it_is),
		ON(across_file_systems_the_key_is_copied_and_keys_db_left_to_a_person),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
