/* SPDX-License-Identifier: MPL-2.0
 *
 * Schema steps: forward, once, after a sealed copy; a step that fails changes nothing;
 * history that was edited is noticed.
 */
#include "store_fixture.h"

#include "database.h"
#include "samtale/vault/seal_stream.h"

#include <errno.h>

#define STEP_ONE "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (42);"
#define STEP_TWO "CREATE TABLE b (y INTEGER) STRICT;"

static const char *const one[] = { STEP_ONE };
static const char *const two[] = { STEP_ONE, STEP_TWO };
static const char *const edited[] = { "CREATE TABLE a (x TEXT) STRICT;", STEP_TWO };
static const char *const failing[] = { STEP_ONE,
	STEP_TWO "INSERT INTO nowhere VALUES (1);" };

static const struct schema v1 = { 7, one, 1 }, v2 = { 7, two, 2 },
			   v2_edited = { 7, edited, 2 }, v2_failing = { 7, failing, 2 },
			   other = { 8, one, 1 };

struct place {
	struct folder folder;
	struct node_key *node;
	char path[96];
	struct sqlite_parts parts;
};

static struct place place;

static int start(void **state)
{
	struct place *p = &place;

	*p = (struct place){ 0 };
	folder_make(&p->folder);
	p->node = fixture_node(&p->folder);
	(void)snprintf(p->path, sizeof(p->path), "%s", in_folder(&p->folder, "x.db"));
	p->parts = (struct sqlite_parts){ .path = p->path, .node = p->node };
	*state = p;
	return 0;
}

static int stop(void **state)
{
	struct place *p = *state;

	p->node = node_key_free(p->node);
	folder_remove(&p->folder);
	return 0;
}

static int open_close(struct place *p, const struct schema *schema)
{
	struct database d;
	const char *sentence = NULL;
	int r = database_open(&d, schema, &p->parts, &sentence);

	if (r == 0)
		database_close(&d);
	else
		assert_true(sentence && sentence[0]);
	return r;
}

static int count_tables(struct place *p, const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int n;

	(void)p;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
			"SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')", -1,
			&st, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void a_database_is_brought_forward_once(void **state)
{
	struct place *p = *state;

	assert_int_equal(open_close(p, &v1), 0);
	assert_int_equal(count_tables(p, p->path), 1);
	assert_int_equal(open_close(p, &v2), 0);
	assert_int_equal(count_tables(p, p->path), 2);
	assert_int_equal(open_close(p, &v2), 0);
}

static void a_sealed_copy_lies_beside_an_upgraded_database(void **state)
{
	struct place *p = *state;
	struct seal_stream_opener with = { .key = node_key_get(p->node, NODE_COPY_SEAL) };
	int in, out;

	assert_int_equal(open_close(p, &v1), 0);
	assert_int_equal(access(in_folder(&p->folder, "x.db.before-1"), F_OK), -1);
	assert_int_equal(open_close(p, &v2), 0);
	in = open(in_folder(&p->folder, "x.db.before-2"), O_RDONLY);
	out = open(in_folder(&p->folder, "back.db"), O_WRONLY | O_CREAT, 0600);
	assert_true(in >= 0 && out >= 0);
	assert_int_equal(seal_stream_open(&with, in, seal_sink_fd, &out), 0);
	close(in);
	close(out);
	assert_int_equal(count_tables(p, in_folder(&p->folder, "back.db")), 1);
	/* That is the way back: the old version opens it. */
	assert_int_equal(rename(in_folder(&p->folder, "back.db"), p->path), 0);
	assert_int_equal(open_close(p, &v1), 0);
}

static void a_newer_database_is_left_untouched(void **state)
{
	struct place *p = *state;
	struct stat before, after;

	assert_int_equal(open_close(p, &v2), 0);
	assert_int_equal(stat(p->path, &before), 0);
	assert_int_equal(open_close(p, &v1), SQLITE_STORE_E_NEWER);
	assert_int_equal(stat(p->path, &after), 0);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(count_tables(p, p->path), 2);
}

static void a_step_that_fails_changes_nothing(void **state)
{
	struct place *p = *state;

	assert_int_equal(open_close(p, &v1), 0);
	assert_true(open_close(p, &v2_failing) < 0);
	assert_int_equal(count_tables(p, p->path), 1);
	assert_int_equal(open_close(p, &v1), 0);
	assert_int_equal(open_close(p, &v2), 0);
}

static void edited_history_and_foreign_files_are_refused(void **state)
{
	struct place *p = *state;

	assert_int_equal(open_close(p, &v1), 0);
	assert_int_equal(open_close(p, &v2_edited), SQLITE_STORE_E_DAMAGED);
	assert_int_equal(count_tables(p, p->path), 1);
	assert_int_equal(open_close(p, &other), SQLITE_STORE_E_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(a_database_is_brought_forward_once),
		AT(a_sealed_copy_lies_beside_an_upgraded_database),
		AT(a_newer_database_is_left_untouched),
		AT(a_step_that_fails_changes_nothing),
		AT(edited_history_and_foreign_files_are_refused),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
