/* SPDX-License-Identifier: MPL-2.0
 *
 * The way back from an upgrade: the copy that the newer version made opens with the node
 * key alone, and the former version finds every row. Backups proper, which need an
 * offline key, are told of in tests/scenario/daemon.
 */
#include "../store/store_fixture.h"

#include "database.h"
#include "samtale/cli/phrase.h"
#include "samtale/vault/secret.h"

#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

struct installation {
	struct folder folder;
	struct folder vault; /* beside it, as an installation has it */
	struct node_key *node;
	char copy[96]; /* made before the step to the newer version */
};

static struct installation installation;

/* Step `count` is one that this version does not know. */
static void open_newer(struct installation *x)
{
	const char *steps[16];
	const struct schema newer = { schema_samtale.application_id, steps,
		schema_samtale.count + 1 };
	const char *sentence = "";
	struct database d;
	struct sqlite_parts parts = { .path = in_folder(&x->folder, "samtale.db"),
		.node = x->node };

	assert_true(newer.count < ARRAY_LEN(steps));
	memcpy(steps, schema_samtale.steps, schema_samtale.count * sizeof(steps[0]));
	steps[schema_samtale.count] = "CREATE TABLE later (x INTEGER) STRICT;"
				      "DELETE FROM user;";
	assert_int_equal(database_open(&d, &newer, &parts, &sentence), 0);
	database_close(&d);
}

/* What the vault's folder must hold before a restore: the node's key, and who may read
 * what is put on record. */
static void lay_out_vault(struct installation *x)
{
	static const char *const moved[] = { "node.key", "keys.db" };
	char to[192];
	FILE *f;

	(void)snprintf(x->vault.path, sizeof(x->vault.path), "%s-vault", x->folder.path);
	assert_int_equal(mkdir(x->vault.path, 0700), 0);
	for (size_t i = 0; i < ARRAY_LEN(moved); i++) {
		(void)snprintf(to, sizeof(to), "%s", in_folder(&x->vault, moved[i]));
		assert_int_equal(rename(in_folder(&x->folder, moved[i]), to), 0);
	}
	f = fopen(in_folder(&x->vault, "auditors"), "we");
	assert_non_null(f);
	assert_true(fprintf(f, "samtale-auditor-1 a 09%062d\n", 0) > 0);
	assert_int_equal(fclose(f), 0);
}

static int start(void **state)
{
	struct installation *x = &installation;
	struct user u = fixture_user("mette");
	struct keys_db *keys = NULL;
	struct store *s;

	*x = (struct installation){ 0 };
	folder_make(&x->folder);
	x->node = fixture_node(&x->folder);
	s = fixture_open(&x->folder);
	assert_int_equal(s->user->add(s, &u), 0);
	(void)sqlite_store_close(s);
	assert_int_equal(keys_db_open(&keys, in_folder(&x->folder, "keys.db")), 0);
	(void)keys_db_close(keys);
	open_newer(x);
	lay_out_vault(x);
	(void)snprintf(x->copy, sizeof(x->copy), "%s/samtale.db.before-%u",
		x->folder.path, schema_samtale.count + 1);
	*state = x;
	return 0;
}

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static int stop(void **state)
{
	struct installation *x = *state;

	x->node = node_key_free(x->node);
	nftw(x->vault.path, take_away, 8, FTW_DEPTH | FTW_PHYS);
	folder_remove(&x->folder);
	return 0;
}

/* What the phrase said on stderr. */
static int restore(struct installation *x, const char *file, char said[512])
{
	const char *words[] = { "restore", file, "--to", x->folder.path };
	struct place_source source = { 0 };
	struct place place = { 0 };
	struct phrase_call c = { .place = &place, .source = &source, .origin = "" };
	int code;

	memset(said, 0, 512);
	assert_int_equal(phrase_parse(&c.words, ARRAY_LEN(words), words), 0);
	c.out = fopen("/dev/null", "we");
	c.err = fmemopen(said, 511, "w");
	assert_true(c.out && c.err);
	code = c.words.phrase->run(&c);
	(void)fclose(c.out);
	(void)fclose(c.err);
	return code;
}

static void the_copy_made_before_an_upgrade_is_the_way_back(void **state)
{
	struct installation *x = *state;
	char database[96], said[512];
	struct store *s;
	struct user u;

	(void)snprintf(
		database, sizeof(database), "%s", in_folder(&x->folder, "samtale.db"));
	assert_int_equal(restore(x, x->copy, said), 1);
	assert_non_null(strstr(said, "holds a database already"));
	assert_int_equal(rename(database, in_folder(&x->folder, "newer.db")), 0);
	assert_int_equal(restore(x, x->copy, said), 0);
	s = fixture_open(&x->folder);
	assert_int_equal(s->user->by_name(s, "mette", &u), 0);
	(void)sqlite_store_close(s);
}

static void a_write_ahead_log_of_the_newer_version_is_not_replayed(void **state)
{
	struct installation *x = *state;
	char said[512];
	int fd = open(in_folder(&x->folder, "samtale.db-wal"), O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, "left behind", 11), 11);
	close(fd);
	assert_int_equal(unlink(in_folder(&x->folder, "samtale.db")), 0);
	assert_int_equal(restore(x, x->copy, said), 0);
	assert_false(folder_holds(&x->folder, BYTES_LIT("left behind")));
}

static void another_nodes_key_opens_nothing(void **state)
{
	struct installation *x = *state;
	char said[512];

	assert_int_equal(unlink(in_folder(&x->folder, "samtale.db")), 0);
	assert_int_equal(unlink(in_folder(&x->vault, "node.key")), 0);
	assert_int_equal(node_key_create(in_folder(&x->vault, "node.key")), 0);
	assert_int_equal(restore(x, x->copy, said), 1);
	assert_non_null(strstr(said, "wrong key, damaged or cut"));
	assert_int_equal(access(in_folder(&x->folder, "samtale.db"), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(the_copy_made_before_an_upgrade_is_the_way_back),
		AT(a_write_ahead_log_of_the_newer_version_is_not_replayed),
		AT(another_nodes_key_opens_nothing),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
