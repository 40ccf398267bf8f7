/* SPDX-License-Identifier: MPL-2.0
 *
 * The desk: what is answered is durable, a task that fails harms no other, and a commit
 * that fails is told to everyone who was in it. And the vault's door on top of it.
 */
#include "store_fixture.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>

struct bench {
	struct folder folder;
	struct store *store;
	struct keys_db *keys;
	struct desk *desk;
	struct node_key *node;
	struct vault *vault;
	struct fixture_record record;
	struct store_batch broken; /* a batch table whose commit can be made to fail */
	int wake_fd;
	int64_t owner;
};

static struct bench bench;
static int commit_fault;
static unsigned commits;

static int counted_commit(struct store *s)
{
	commits++;
	if (commit_fault)
		return commit_fault; /* the desk abandons */
	return bench.broken.commit(s);
}

static struct store_batch counted;

static void wake(void *arg)
{
	uint64_t one = 1;

	(void)!write(((struct bench *)arg)->wake_fd, &one, sizeof(one));
}

static int start(void **state)
{
	struct bench *b = &bench;
	struct desk_parts parts;
	struct user u = fixture_user("owner");

	*b = (struct bench){ .wake_fd = eventfd(0, EFD_CLOEXEC) };
	commit_fault = 0;
	folder_make(&b->folder);
	b->store = fixture_open(&b->folder);
	assert_int_equal(keys_db_open(&b->keys, in_folder(&b->folder, "keys.db")), 0);
	assert_int_equal(b->store->user->add(b->store, &u), 0);
	b->owner = u.id;
	b->broken = *b->store->batch;
	counted = b->broken;
	counted.commit = counted_commit;
	b->store->batch = &counted;
	commits = 0;
	parts = (struct desk_parts){ b->store, b->keys, wake, b };
	assert_int_equal(desk_new(&b->desk, &parts), 0);
	b->node = fixture_node(&b->folder);
	assert_int_equal(vault_new(&b->vault, &(struct vault_parts){ .node = b->node,
						      .shelf = keys_db_shelf(b->keys),
						      .record = fixture_record,
						      .record_arg = &b->record,
						      .submit = desk_submit,
						      .submit_arg = b->desk }),
		0);
	*state = b;
	return 0;
}

static int stop(void **state)
{
	struct bench *b = *state;

	b->desk = desk_free(b->desk);
	b->vault = vault_free(b->vault);
	b->node = node_key_free(b->node);
	b->keys = keys_db_close(b->keys);
	b->store = sqlite_store_close(b->store);
	close(b->wake_fd);
	folder_remove(&b->folder);
	return 0;
}

/* Until nothing is left; a watchdog instead of a sleep. */
static void reap_all(struct bench *b)
{
	while (desk_depth(b->desk) > 0) {
		struct pollfd p = { .fd = b->wake_fd, .events = POLLIN };
		uint64_t n;

		assert_int_equal(poll(&p, 1, 10000), 1);
		assert_int_equal(read(b->wake_fd, &n, sizeof(n)), sizeof(n));
		desk_reap(b->desk);
	}
}

struct insert_task {
	struct desk_task task; /* first */
	struct booking row;
	int fail_with; /* after the insert */
	int result;
	bool answered;
};

static int insert_ask(struct desk_task *task, struct store *s)
{
	struct insert_task *t = container_of(task, struct insert_task, task);
	int r = s->meeting->insert(s, &t->row);

	return r ? r : t->fail_with;
}

static void insert_answer(struct desk_task *task, int result)
{
	struct insert_task *t = container_of(task, struct insert_task, task);

	t->result = result;
	t->answered = true;
}

static struct insert_task insert_of(struct bench *b, int64_t id, int fail_with)
{
	return (struct insert_task){ .task = { .ask = insert_ask,
					     .answer = insert_answer },
		.row = fixture_booking(id, b->owner),
		.fail_with = fail_with };
}

/* Holds the worker so that what follows is one batch. */
struct gate_task {
	struct desk_task task;
	int fd[2];
};

static int gate_ask(struct desk_task *task, struct store *s)
{
	struct gate_task *t = container_of(task, struct gate_task, task);
	char c;

	(void)s;
	return read(t->fd[0], &c, 1) == 1 ? 0 : -EIO;
}

static void gate_answer(struct desk_task *task, int result)
{
	(void)task;
	(void)result;
}

static void gate_shut(struct bench *b, struct gate_task *gate)
{
	*gate = (struct gate_task){ .task = { .ask = gate_ask, .answer = gate_answer } };
	assert_int_equal(pipe(gate->fd), 0);
	assert_int_equal(desk_put(b->desk, &gate->task), 0);
}

static void gate_open(struct bench *b, struct gate_task *gate)
{
	assert_int_equal(write(gate->fd[1], "x", 1), 1);
	reap_all(b);
	close(gate->fd[0]);
	close(gate->fd[1]);
}

static bool is_stored(struct bench *b, int64_t id)
{
	struct booking row;

	return b->store->meeting->get(b->store, id, &row) == 0;
}

static void tasks_that_waited_share_one_commit(void **state)
{
	struct bench *b = *state;
	struct insert_task tasks[50];
	struct gate_task gate;

	gate_shut(b, &gate);
	for (int64_t i = 0; i < 50; i++) {
		tasks[i] = insert_of(b, i + 1, 0);
		assert_int_equal(desk_put(b->desk, &tasks[i].task), 0);
	}
	gate_open(b, &gate);
	for (int64_t i = 0; i < 50; i++)
		assert_true(
			tasks[i].answered && tasks[i].result == 0 && is_stored(b, i + 1));
	assert_in_range(commits, 1, 2);
}

static void a_task_that_fails_takes_back_its_own_writes_alone(void **state)
{
	struct bench *b = *state;
	struct insert_task one = insert_of(b, 1, 0), two = insert_of(b, 2, -EINVAL),
			   three = insert_of(b, 3, 0), again = insert_of(b, 1, 0);
	struct gate_task gate;

	gate_shut(b, &gate);
	assert_int_equal(desk_put(b->desk, &one.task), 0);
	assert_int_equal(desk_put(b->desk, &two.task), 0);
	assert_int_equal(desk_put(b->desk, &again.task), 0);
	assert_int_equal(desk_put(b->desk, &three.task), 0);
	gate_open(b, &gate);
	assert_int_equal(one.result, 0);
	assert_int_equal(two.result, -EINVAL);
	assert_int_equal(again.result, STORE_E_TAKEN);
	assert_int_equal(three.result, 0);
	assert_true(is_stored(b, 1) && !is_stored(b, 2) && is_stored(b, 3));
}

static void a_commit_that_fails_is_told_to_all_of_its_batch(void **state)
{
	struct bench *b = *state;
	struct insert_task one = insert_of(b, 1, 0),
			   two = insert_of(b, 2, STORE_E_CONFLICT),
			   three = insert_of(b, 3, 0);
	struct gate_task gate;

	gate_shut(b, &gate);
	commit_fault = -ENOSPC;
	assert_int_equal(desk_put(b->desk, &one.task), 0);
	assert_int_equal(desk_put(b->desk, &two.task), 0);
	gate_open(b, &gate);
	assert_int_equal(one.result, -ENOSPC);
	assert_int_equal(two.result, STORE_E_CONFLICT); /* it knew already */
	assert_false(is_stored(b, 1));
	commit_fault = 0;
	assert_int_equal(desk_put(b->desk, &three.task), 0);
	reap_all(b);
	assert_int_equal(three.result, 0);
	assert_true(is_stored(b, 3));
}

/* -- the vault's door -------------------------------------------------------------- */
struct received {
	int result;
	struct meeting_keys *keys;
	size_t n;
	bool called;
};

static void receive(void *arg, int result, struct meeting_keys *keys, size_t n)
{
	*(struct received *)arg = (struct received){ result, keys, n, true };
}

struct create_task {
	struct desk_task task;
	struct vault *vault;
	const struct vault_use *use;
	struct received *got;
};

static int create_ask(struct desk_task *task, struct store *s)
{
	struct create_task *t = container_of(task, struct create_task, task);

	(void)s;
	return vault_create_here(t->vault, t->use, BYTES_NULL, &t->got->keys);
}

static void create_answer(struct desk_task *task, int result)
{
	struct create_task *t = container_of(task, struct create_task, task);

	t->got->result = result;
}

/* As api does it: inside a task of the store's worker. */
static void create_keys(
	struct bench *b, const struct vault_use *use, struct received *got)
{
	struct create_task t = { { .ask = create_ask, .answer = create_answer }, b->vault,
		use, got };

	*got = (struct received){ 0 };
	assert_int_equal(desk_put(b->desk, &t.task), 0);
	reap_all(b);
}

static void keys_made_on_the_worker_open_at_the_door_and_only_their_own(void **state)
{
	struct bench *b = *state;
	int64_t ids[] = { 5, 6, 7 };
	struct vault_use use = { VAULT_BOOK, b->owner, ids, 1 };
	struct received made = { 0 }, got = { 0 };

	create_keys(b, &use, &made);
	assert_int_equal(made.result, 0);
	assert_true(made.keys->has_ck && made.keys->has_mk && made.keys->meeting == 5);
	assert_memory_not_equal(made.keys->ck.at, made.keys->mk.at, KEY_BYTES);
	use.n = 3;
	assert_int_equal(vault_open(b->vault, &use, receive, &got), 0);
	reap_all(b);
	assert_int_equal(got.result, 0);
	assert_int_equal(got.n, 3);
	assert_memory_equal(got.keys[0].ck.at, made.keys->ck.at, KEY_BYTES);
	assert_memory_equal(got.keys[0].mk.at, made.keys->mk.at, KEY_BYTES);
	assert_false(got.keys[1].has_ck || got.keys[1].has_mk || got.keys[2].has_ck);
	assert_int_equal(b->record.uses, 2);
	meeting_keys_free(got.keys);
	got.keys = NULL;
	use.n = 1;
	create_keys(b, &use, &got);
	assert_int_equal(got.result, VAULT_E_TAKEN);
	assert_null(got.keys);
	meeting_keys_free(made.keys);
}

static void no_record_no_data(void **state)
{
	struct bench *b = *state;
	int64_t id = 5;
	struct vault_use use = { VAULT_BOOK, b->owner, &id, 1 };
	struct received got = { 0 };
	struct shelf_row row;

	b->record.refuse = -ENOSPC;
	create_keys(b, &use, &got);
	assert_int_equal(got.result, -ENOSPC);
	assert_null(got.keys);
	assert_int_equal(keys_db_shelf(b->keys)->get(b->keys, id, &row), SHELF_E_NONE);
	b->record.refuse = 0;
	create_keys(b, &use, &got);
	assert_int_equal(got.result, 0);
	meeting_keys_free(got.keys);
	b->record.refuse = -EIO;
	assert_int_equal(vault_open(b->vault, &use, receive, &got), 0);
	reap_all(b);
	assert_int_equal(got.result, -EIO);
	assert_null(got.keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define DESK(test) cmocka_unit_test_setup_teardown(test, start, stop)
		DESK(tasks_that_waited_share_one_commit),
		DESK(a_task_that_fails_takes_back_its_own_writes_alone),
		DESK(a_commit_that_fails_is_told_to_all_of_its_batch),
		DESK(keys_made_on_the_worker_open_at_the_door_and_only_their_own),
		DESK(no_record_no_data),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
