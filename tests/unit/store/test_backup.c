/* SPDX-License-Identifier: MPL-2.0
 *
 * Backup while the service writes, restore while it does not.
 */
#include "store_fixture.h"

#include "samtale/vault/seal_stream.h"

#include <errno.h>

struct place {
	struct folder folder;
	struct store *store;
	int64_t owner;
	struct secret *secret_key;
	uint8_t public_key[SEAL_PUBLIC_BYTES];
	char db[96];
};

static struct place place;

static int start(void **state)
{
	struct place *p = &place;
	struct user u = fixture_user("owner");
	struct booking b;

	*p = (struct place){ 0 };
	folder_make(&p->folder);
	(void)snprintf(p->db, sizeof(p->db), "%s", in_folder(&p->folder, "samtale.db"));
	p->store = fixture_open(&p->folder);
	assert_int_equal(p->store->user->add(p->store, &u), 0);
	p->owner = u.id;
	b = fixture_booking(1, u.id);
	assert_int_equal(p->store->meeting->insert(p->store, &b), 0);
	assert_int_equal(backup_key_create(in_folder(&p->folder, "backup.secret"),
				 in_folder(&p->folder, "backup.public")),
		0);
	assert_int_equal(
		backup_key_load(&p->secret_key, in_folder(&p->folder, "backup.secret")),
		0);
	assert_int_equal(
		backup_public_load(in_folder(&p->folder, "backup.public"), p->public_key),
		0);
	*state = p;
	return 0;
}

static int stop(void **state)
{
	struct place *p = *state;

	p->store = sqlite_store_close(p->store);
	p->secret_key = secret_free(p->secret_key);
	folder_remove(&p->folder);
	return 0;
}

static void backup(struct place *p)
{
	struct seal_stream *to = NULL;
	int fd =
		open(in_folder(&p->folder, "backup"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(seal_stream_to_public(&to, p->public_key, seal_sink_fd, &fd), 0);
	assert_int_equal(sqlite_backup(p->db, to), 0);
	to = seal_stream_free(to);
	close(fd);
	assert_int_equal(access(in_folder(&p->folder, "samtale.db.copy"), F_OK), -1);
}

static int restore(struct place *p)
{
	struct seal_stream_opener with = { .secret_key = p->secret_key };
	int fd = open(in_folder(&p->folder, "backup"), O_RDONLY);
	int r;

	assert_true(fd >= 0);
	r = sqlite_restore(p->db, &with, fd);
	close(fd);
	assert_int_equal(access(in_folder(&p->folder, "samtale.db.restore"), F_OK), -1);
	return r;
}

static void what_was_backed_up_comes_back_and_what_came_later_is_gone(void **state)
{
	struct place *p = *state;
	struct booking b, got;

	/* A transaction under way is not in it. */
	assert_int_equal(p->store->batch->begin(p->store), 0);
	b = fixture_booking(2, p->owner);
	assert_int_equal(p->store->meeting->insert(p->store, &b), 0);
	backup(p);
	assert_int_equal(p->store->batch->commit(p->store), 0);
	assert_int_equal(p->store->meeting->get(p->store, 2, &got), 0);
	assert_int_equal(restore(p), -EBUSY);
	assert_int_equal(p->store->meeting->get(p->store, 2, &got), 0);
	p->store = sqlite_store_close(p->store);
	assert_int_equal(restore(p), 0);
	p->store = fixture_open(&p->folder);
	assert_int_equal(p->store->meeting->get(p->store, 1, &got), 0);
	assert_int_equal(p->store->meeting->get(p->store, 2, &got), STORE_E_NONE);
}

static void a_damaged_backup_leaves_the_database_alone(void **state)
{
	struct place *p = *state;
	struct booking got;
	struct stat st;
	int fd;

	backup(p);
	p->store = sqlite_store_close(p->store);
	fd = open(in_folder(&p->folder, "backup"), O_RDWR);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pwrite(fd, "!", 1, st.st_size / 2), 1);
	assert_int_equal(restore(p), SQLITE_STORE_E_DAMAGED);
	assert_int_equal(ftruncate(fd, st.st_size / 2), 0);
	assert_int_equal(restore(p), SQLITE_STORE_E_DAMAGED);
	close(fd);
	p->store = fixture_open(&p->folder);
	assert_int_equal(p->store->meeting->get(p->store, 1, &got), 0);
}

static void a_backup_shows_no_row_in_clear(void **state)
{
	struct place *p = *state;

	assert_int_equal(
		p->store->meta->put(p->store, "canary", "planted-canary-words"), 0);
	backup(p);
	p->store = sqlite_store_close(p->store);
	assert_true(folder_holds(&p->folder, BYTES_LIT("planted-canary-words")));
	assert_int_equal(unlink(p->db), 0);
	assert_false(folder_holds(&p->folder, BYTES_LIT("planted-canary-words")));
	assert_int_equal(restore(p), 0); /* onto nothing: a new machine */
	p->store = fixture_open(&p->folder);
}

static void any_other_file_is_no_database_of_ours(void **state)
{
	struct place *p = *state;
	struct keys_db *keys = NULL;
	char path[96];

	(void)snprintf(path, sizeof(path), "%s", in_folder(&p->folder, "keys.db"));
	assert_int_equal(keys_db_open(&keys, path), 0);
	keys = keys_db_close(keys);
	assert_int_equal(sqlite_check_file(path), SQLITE_STORE_E_DAMAGED);
	assert_int_equal(sqlite_check_file(p->db), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(what_was_backed_up_comes_back_and_what_came_later_is_gone),
		AT(a_damaged_backup_leaves_the_database_alone),
		AT(a_backup_shows_no_row_in_clear),
		AT(any_other_file_is_no_database_of_ours),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
