/* SPDX-License-Identifier: MPL-2.0
 *
 * The shelf of wrapped keys, in keys.db and in memory: what is dropped is gone, from the
 * file and its log too.
 */
#include "store_fixture.h"

#include "samtale/base/clock.h"

#include <sqlite3.h>

struct subject {
	struct folder folder;
	struct keys_db *keys;
	struct key_shelf *memory;
	const struct key_shelf *shelf;
};

static struct subject subject;

static int start(void **state, bool in_memory)
{
	struct subject *x = &subject;

	*x = (struct subject){ 0 };
	folder_make(&x->folder);
	if (in_memory) {
		assert_int_equal(memory_shelf_new(&x->memory), 0);
		x->shelf = x->memory;
	} else {
		assert_int_equal(
			keys_db_open(&x->keys, in_folder(&x->folder, "keys.db")), 0);
		x->shelf = keys_db_shelf(x->keys);
	}
	*state = x;
	return 0;
}

static int start_file(void **state)
{
	return start(state, false);
}

static int start_memory(void **state)
{
	return start(state, true);
}

static int stop(void **state)
{
	struct subject *x = *state;

	x->keys = keys_db_close(x->keys);
	x->memory = memory_shelf_free(x->memory);
	folder_remove(&x->folder);
	return 0;
}

static struct shelf_row row_of(int64_t meeting)
{
	struct shelf_row row = {
		.meeting = meeting, .created_ms = NOON, .has_ck = true, .has_mk = true
	};

	random_fill(row.ck, sizeof(row.ck));
	random_fill(row.mk, sizeof(row.mk));
	return row;
}

static void keys_come_back_until_they_are_dropped(void **state)
{
	struct subject *x = *state;
	const struct key_shelf *k = x->shelf;
	struct shelf_row row = row_of(7), got;

	assert_int_equal(k->get(k->arg, 7, &got), SHELF_E_NONE);
	assert_int_equal(k->put(k->arg, &row), 0);
	assert_int_equal(k->put(k->arg, &row), SHELF_E_TAKEN);
	assert_int_equal(k->get(k->arg, 7, &got), 0);
	assert_memory_equal(&got, &row, sizeof(row));
	assert_int_equal(k->drop_ck(k->arg, 7), 0);
	assert_int_equal(k->drop_ck(k->arg, 7), 0);
	assert_int_equal(k->get(k->arg, 7, &got), 0);
	assert_true(!got.has_ck && got.has_mk);
	assert_memory_equal(got.mk, row.mk, sizeof(row.mk));
	assert_int_equal(k->drop_mk(k->arg, 7), 0);
	assert_int_equal(k->get(k->arg, 7, &got), SHELF_E_NONE);
	assert_int_equal(k->drop_mk(k->arg, 7), 0);
}

static void the_shelf_is_listed_in_steps(void **state)
{
	struct subject *x = *state;
	const struct key_shelf *k = x->shelf;
	struct shelf_row rows[2];
	size_t n = 0;

	for (int64_t id = 5; id > 0; id--) {
		struct shelf_row row = row_of(id);

		assert_int_equal(k->put(k->arg, &row), 0);
	}
	assert_int_equal(k->list(k->arg, 2, rows, 2, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].meeting, 3);
	assert_int_equal(rows[1].meeting, 4);
	assert_int_equal(k->list(k->arg, 4, rows, 2, &n), 0);
	assert_int_equal(n, 1);
}

static void a_case_is_found_until_its_record_key_is_dropped(void **state)
{
	struct subject *x = *state;
	const struct key_shelf *k = x->shelf;
	struct token_hash tag = fixture_hash(4), other = fixture_hash(5);
	struct shelf_row got;
	int64_t ids[2];
	size_t n = 0;

	for (int64_t id = 1; id <= 4; id++) {
		struct shelf_row row = row_of(id);

		row.has_case = id != 2;
		row.case_tag = row.has_case ? tag : (struct token_hash){ { 0 } };
		row.case_ref.len = row.has_case ? 3 : 0;
		memcpy(row.case_ref.at, "abc", row.case_ref.len);
		assert_int_equal(k->put(k->arg, &row), 0);
	}
	assert_int_equal(k->find(k->arg, &tag, 0, ids, 2, &n), 0);
	assert_true(n == 2 && ids[0] == 1 && ids[1] == 3);
	assert_int_equal(k->find(k->arg, &tag, 3, ids, 2, &n), 0);
	assert_true(n == 1 && ids[0] == 4);
	assert_int_equal(k->find(k->arg, &other, 0, ids, 2, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(k->get(k->arg, 3, &got), 0);
	assert_true(got.has_case && got.case_ref.len == 3);
	assert_int_equal(k->drop_mk(k->arg, 3), 0);
	assert_int_equal(k->find(k->arg, &tag, 1, ids, 2, &n), 0);
	assert_true(n == 1 && ids[0] == 4);
	assert_int_equal(k->get(k->arg, 3, &got), 0);
	assert_true(got.has_ck && !got.has_mk && !got.has_case);
}

static void a_row_is_changed_when_it_is_there(void **state)
{
	struct subject *x = *state;
	const struct key_shelf *k = x->shelf;
	struct shelf_row row = row_of(7), other = row_of(7), got;

	assert_int_equal(k->change(k->arg, &row), SHELF_E_NONE);
	assert_int_equal(k->put(k->arg, &row), 0);
	assert_int_equal(k->change(k->arg, &other), 0);
	assert_int_equal(k->get(k->arg, 7, &got), 0);
	assert_memory_equal(got.ck, other.ck, sizeof(other.ck));
	assert_memory_equal(got.mk, other.mk, sizeof(other.mk));
}

static void the_root_is_replaced_and_what_it_was_is_in_no_file(void **state)
{
	struct subject *x = *state;
	struct store *s = keys_db_store(x->keys);
	struct keys_root root, other, got;

	random_fill(&root, sizeof(root));
	random_fill(&other, sizeof(other));
	assert_int_equal(keys_db_root_get(x->keys, &got), STORE_E_NONE);
	for (int round = 0; round < 2; round++) {
		const struct keys_root *next = round ? &other : &root;

		assert_int_equal(s->batch->begin(s), 0);
		assert_int_equal(keys_db_root_put(x->keys, next), 0);
		assert_int_equal(s->batch->commit(s), 0);
		assert_int_equal(keys_db_root_get(x->keys, &got), 0);
		assert_memory_equal(&got, next, sizeof(got));
	}
	assert_false(
		folder_holds(&x->folder, bytes_of(root.wrapped, sizeof(root.wrapped))));
}

static void a_dropped_key_is_in_no_file(void **state)
{
	struct subject *x = *state;
	const struct key_shelf *k = x->shelf;
	struct store *s = keys_db_store(x->keys);
	struct shelf_row rows[50];

	for (int64_t i = 0; i < 50; i++) {
		rows[i] = row_of(i + 1);
		assert_int_equal(s->batch->begin(s), 0);
		assert_int_equal(k->put(k->arg, &rows[i]), 0);
		assert_int_equal(s->batch->commit(s), 0);
	}
	assert_true(folder_holds(&x->folder, bytes_of(rows[9].ck, sizeof(rows[9].ck))));
	assert_int_equal(s->batch->begin(s), 0);
	for (int64_t i = 0; i < 50; i += 3) {
		assert_int_equal(k->drop_ck(k->arg, i + 1), 0);
		assert_int_equal(k->drop_mk(k->arg, i + 1), 0);
	}
	assert_int_equal(s->batch->commit(s), 0);
	for (int64_t i = 0; i < 50; i++) {
		bool dropped = i % 3 == 0;
		struct bytes ck = bytes_of(rows[i].ck, sizeof(rows[i].ck));

		assert_int_equal(folder_holds(&x->folder, ck), !dropped);
	}
}

static void put_one(struct subject *x, const struct shelf_row *row)
{
	struct store *s = keys_db_store(x->keys);

	assert_int_equal(s->batch->begin(s), 0);
	assert_int_equal(x->shelf->put(x->shelf->arg, row), 0);
	assert_int_equal(s->batch->commit(s), 0);
}

/* A backup in another process holds the log; nobody waits for it, and it is made good. */
static void a_reader_elsewhere_only_delays_the_end_of_a_key(void **state)
{
	struct subject *x = *state;
	struct store *s = keys_db_store(x->keys);
	struct shelf_row row = row_of(1), other = row_of(2);
	struct bytes ck = bytes_of(row.ck, sizeof(row.ck));
	sqlite3 *reader = NULL;
	int64_t before;

	put_one(x, &row);
	assert_int_equal(
		sqlite3_open(in_folder(&x->folder, "keys.db"), &reader), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(reader, "BEGIN; SELECT * FROM shelf", NULL, NULL, NULL),
		SQLITE_OK);
	before = clock_boot_ms();
	assert_int_equal(s->batch->begin(s), 0);
	assert_int_equal(x->shelf->drop_ck(x->shelf->arg, 1), 0);
	assert_int_equal(s->batch->commit(s), 0);
	assert_true(clock_boot_ms() - before < 2000); /* the busy time-out is 5 s */
	assert_true(folder_holds(&x->folder, ck));
	assert_int_equal(sqlite3_close(reader), SQLITE_OK);
	put_one(x, &other);
	assert_false(folder_holds(&x->folder, ck));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ON(test, setup) cmocka_unit_test_setup_teardown(test, setup, stop)
		ON(keys_come_back_until_they_are_dropped, start_file),
		ON(keys_come_back_until_they_are_dropped, start_memory),
		ON(the_shelf_is_listed_in_steps, start_file),
		ON(the_shelf_is_listed_in_steps, start_memory),
		ON(a_case_is_found_until_its_record_key_is_dropped, start_file),
		ON(a_case_is_found_until_its_record_key_is_dropped, start_memory),
		ON(a_row_is_changed_when_it_is_there, start_file),
		ON(a_row_is_changed_when_it_is_there, start_memory),
		ON(the_root_is_replaced_and_what_it_was_is_in_no_file, start_file),
		ON(a_dropped_key_is_in_no_file, start_file),
		ON(a_reader_elsewhere_only_delays_the_end_of_a_key, start_file),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
