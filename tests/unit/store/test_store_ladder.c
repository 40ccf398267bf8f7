/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory at every allocation of the store room: -ENOMEM, outputs untouched, and
 * the next question is answered again. What SQLite allocates is not reached.
 */
#include "alloc_ladder.h"
#include "store_fixture.h"

#include <errno.h>

static struct folder folder;
static struct store *store;
static int64_t owner;

static int start(void **state)
{
	struct user u = fixture_user("owner");

	(void)state;
	folder_make(&folder);
	store = fixture_open(&folder);
	assert_int_equal(store->user->add(store, &u), 0);
	owner = u.id;
	for (int64_t id = 1; id <= 40; id++) {
		struct booking b = fixture_booking(id, owner);

		assert_int_equal(store->meeting->insert(store, &b), 0);
		assert_int_equal(
			store->record->live_put(store, id, 0, BYTES_LIT("x")), 0);
	}
	return 0;
}

static int stop(void **state)
{
	(void)state;
	store = sqlite_store_close(store);
	folder_remove(&folder);
	return 0;
}

static int open_again(void *arg)
{
	struct sqlite_parts parts = { .path = in_folder(&folder, "samtale.db") };
	struct store *s = arg;
	int r = sqlite_store_open(&s, &parts, NULL);

	if (r == 0)
		s = sqlite_store_close(s);
	else
		assert_ptr_equal(s, arg);
	return r;
}

static int open_keys(void *arg)
{
	struct keys_db *k = NULL;
	int r = keys_db_open(&k, in_folder(&folder, "keys.db"));

	(void)arg;
	assert_true(r == 0 || !k);
	k = keys_db_close(k);
	return r;
}

static int read_day(void *arg)
{
	struct booking_span span = { 0, INT64_MAX, 0, NULL };
	struct booking_list list = STORE_LIST_NULL;
	int r = store->meeting->between(store, &span, &list);

	(void)arg;
	assert_int_equal(list.n, r == 0 ? 40 : 0);
	free(list.at);
	return r;
}

static int read_users(void *arg)
{
	struct user_list list = STORE_LIST_NULL;
	int r = store->user->list(store, NULL, &list);

	(void)arg;
	free(list.at);
	return r;
}

static int read_live(void *arg)
{
	struct record *row = NULL;
	int64_t *ids = NULL;
	size_t n = 0;
	int r = store->record->live_list(store, &ids, &n);

	(void)arg;
	free(ids);
	if (r == 0)
		r = store->record->live_get(store, 1, &row);
	free(row);
	return r;
}

static int make_desk(void *arg)
{
	struct desk_parts parts = { .store = store };
	struct desk *d = NULL;
	int r = desk_new(&d, &parts);

	(void)arg;
	d = desk_free(d);
	return r;
}

static int fill_memory(void *arg)
{
	struct user u = fixture_user("owner");
	struct store *s = NULL;
	int r = memory_store_new(&s);

	(void)arg;
	if (r == 0)
		r = s->user->add(s, &u);
	for (int64_t id = 1; r == 0 && id <= 20; id++) {
		struct booking b = fixture_booking(id, u.id);

		r = s->meeting->insert(s, &b);
		if (r == 0)
			r = s->record->live_put(s, id, 0, BYTES_LIT("x"));
	}
	s = memory_store_free(s);
	return r;
}

static void each_allocation_may_fail(void **state)
{
	static const struct {
		ladder_step_fn *step;
		const char *name;
	} rows[] = {
		{ open_again, "open" },
		{ open_keys, "keys" },
		{ read_day, "day" },
		{ read_users, "users" },
		{ read_live, "live" },
		{ make_desk, "desk" },
		{ fill_memory, "memory" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		print_message(
			"%s: %u\n", rows[i].name, ladder_climb(rows[i].step, NULL, 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_allocation_may_fail, start, stop),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
