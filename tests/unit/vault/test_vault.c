/* SPDX-License-Identifier: MPL-2.0
 *
 * The door to meeting keys, over a shelf that is a plain array: no record, no data; and
 * what lies on the shelf opens in its own place alone. The asynchronous door over the
 * real store is tried in tests/unit/store/test_desk.c.
 */
#include "vault_fixture.h"

#include "samtale/vault/vault.h"

#include <errno.h>

#define SHELF 8

struct shelf {
	struct shelf_row rows[SHELF];
	size_t n;
	unsigned touched;
};

struct bench {
	struct vault_place place;
	struct shelf shelf;
	struct key_shelf table;
	struct vault *vault;
	struct vault_use seen; /* last use put on record */
	int64_t first;         /* its first meeting */
	unsigned uses;
	int refuse;
	struct vault_task *waiting;
};

static struct bench bench;

static struct shelf_row *find(struct shelf *s, int64_t meeting)
{
	s->touched++;
	for (size_t i = 0; i < s->n; i++)
		if (s->rows[i].meeting == meeting)
			return &s->rows[i];
	return NULL;
}

static int put(void *arg, const struct shelf_row *row)
{
	struct shelf *s = arg;

	if (find(s, row->meeting))
		return SHELF_E_TAKEN;
	assert_true(s->n < SHELF);
	s->rows[s->n++] = *row;
	return 0;
}

static int get(void *arg, int64_t meeting, struct shelf_row *ret)
{
	const struct shelf_row *row = find(arg, meeting);

	if (!row)
		return SHELF_E_NONE;
	*ret = *row;
	return 0;
}

static int drop_ck(void *arg, int64_t meeting)
{
	struct shelf_row *row = find(arg, meeting);

	if (row)
		row->has_ck = false;
	return 0;
}

static int drop_mk(void *arg, int64_t meeting)
{
	struct shelf_row *row = find(arg, meeting);

	if (row)
		row->has_mk = false;
	return 0;
}

static int list(
	void *arg, int64_t after, struct shelf_row *rows, size_t cap, size_t *ret_n)
{
	struct shelf *s = arg;
	size_t n = 0;

	for (size_t i = 0; i < s->n && n < cap; i++)
		if (s->rows[i].meeting > after)
			rows[n++] = s->rows[i];
	*ret_n = n;
	return 0;
}

static int change(void *arg, const struct shelf_row *row)
{
	struct shelf_row *old = find(arg, row->meeting);

	if (!old)
		return SHELF_E_NONE;
	*old = *row;
	return 0;
}

static int find_tag(void *arg, const struct token_hash *tag, int64_t after, int64_t *ids,
	size_t cap, size_t *ret_n)
{
	const struct shelf *s = arg;
	size_t n = 0;

	for (size_t i = 0; i < s->n && n < cap; i++)
		if (s->rows[i].meeting > after && s->rows[i].has_case &&
			memcmp(&s->rows[i].case_tag, tag, sizeof(*tag)) == 0)
			ids[n++] = s->rows[i].meeting;
	*ret_n = n;
	return 0;
}

static int record(void *arg, const struct vault_use *use)
{
	struct bench *b = arg;

	if (b->refuse)
		return b->refuse;
	b->uses++;
	b->seen = *use;
	b->first = use->n ? use->meetings[0] : 0;
	return 0;
}

static int submit(void *arg, struct vault_task *task)
{
	struct bench *b = arg;

	if (b->waiting)
		return VAULT_E_FULL;
	b->waiting = task;
	return 0;
}

static int start(void **state)
{
	struct bench *b = &bench;

	*b = (struct bench){ 0 };
	place_make_node(&b->place);
	b->table = (struct key_shelf){ &b->shelf, put, get, drop_ck, drop_mk, list,
		change, find_tag };
	assert_int_equal(
		vault_new(&b->vault, &(struct vault_parts){ .node = b->place.node,
					     .shelf = &b->table,
					     .record = record,
					     .record_arg = b,
					     .submit = submit,
					     .submit_arg = b }),
		0);
	*state = b;
	return 0;
}

static int stop(void **state)
{
	struct bench *b = *state;

	b->vault = vault_free(b->vault);
	place_remove(&b->place);
	return 0;
}

static struct meeting_keys create(struct bench *b, int64_t id)
{
	struct vault_use use = { VAULT_BOOK, 9, &id, 1 };
	struct meeting_keys *k = NULL, got;

	assert_int_equal(vault_create_here(b->vault, &use, BYTES_NULL, &k), 0);
	got = *k;
	meeting_keys_free(k);
	return got;
}

static void keys_open_again_and_each_use_is_on_record(void **state)
{
	struct bench *b = *state;
	struct meeting_keys made = create(b, 5), *k = NULL;
	int64_t ids[] = { 4, 5 };
	struct vault_use use = { VAULT_CALL, 9, ids, 2 };

	assert_int_equal(vault_open_here(b->vault, &use, &k), 0);
	assert_true(!k[0].has_ck && !k[0].has_mk && k[0].meeting == 4);
	assert_true(k[1].has_ck && k[1].has_mk);
	assert_memory_equal(k[1].ck.at, made.ck.at, KEY_BYTES);
	assert_memory_equal(k[1].mk.at, made.mk.at, KEY_BYTES);
	meeting_keys_free(k);
	assert_int_equal(b->uses, 2);
	assert_int_equal(b->seen.purpose, VAULT_CALL);
	assert_int_equal(b->seen.actor, 9);
	assert_int_equal(b->first, 4);
}

static void no_record_no_data(void **state)
{
	struct bench *b = *state;
	struct meeting_keys *k = NULL;
	int64_t id = 5;
	struct vault_use use = { VAULT_VIEW, 9, &id, 1 };
	unsigned touched;

	(void)create(b, 5);
	touched = b->shelf.touched;
	for (int round = 0; round < 2; round++) {
		/* An outcome is no consent either. */
		b->refuse = round ? 1 : -ENOSPC;
		assert_true(vault_open_here(b->vault, &use, &k) < 0);
		assert_true(vault_create_here(b->vault, &use, BYTES_NULL, &k) < 0);
		assert_true(vault_forget_here(b->vault, &use, VAULT_BOTH) < 0);
	}
	assert_null(k);
	assert_int_equal(b->shelf.touched, touched);
}

static void a_key_moved_on_the_shelf_does_not_open(void **state)
{
	struct bench *b = *state;
	struct meeting_keys *k = NULL;
	int64_t id = 5;
	struct vault_use use = { VAULT_VIEW, 9, &id, 1 };
	uint8_t tmp[WRAPPED_KEY_BYTES];

	(void)create(b, 5);
	(void)create(b, 6);
	memcpy(tmp, b->shelf.rows[0].ck, sizeof(tmp));
	memcpy(b->shelf.rows[0].ck, b->shelf.rows[1].ck, sizeof(tmp));
	assert_int_equal(vault_open_here(b->vault, &use, &k), -EBADMSG);
	memcpy(b->shelf.rows[0].ck, b->shelf.rows[0].mk, sizeof(tmp));
	assert_int_equal(vault_open_here(b->vault, &use, &k), -EBADMSG);
	memcpy(b->shelf.rows[0].ck, tmp, sizeof(tmp));
	assert_int_equal(vault_open_here(b->vault, &use, &k), 0);
	meeting_keys_free(k);
}

static void neither_key_lies_on_the_shelf_in_clear(void **state)
{
	struct bench *b = *state;
	struct meeting_keys made = create(b, 5);

	assert_null(memmem(&b->shelf, sizeof(b->shelf), made.ck.at, KEY_BYTES));
	assert_null(memmem(&b->shelf, sizeof(b->shelf), made.mk.at, KEY_BYTES));
}

static void ck_and_mk_die_apart(void **state)
{
	struct bench *b = *state;
	struct meeting_keys *k = NULL;
	int64_t id = 5;
	struct vault_use use = { VAULT_RETENTION, 0, &id, 1 };

	(void)create(b, 5);
	assert_int_equal(vault_forget_here(b->vault, &use, VAULT_CK), 0);
	assert_int_equal(vault_open_here(b->vault, &use, &k), 0);
	assert_true(!k->has_ck && k->has_mk);
	meeting_keys_free(k);
	assert_int_equal(vault_forget_here(b->vault, &use, VAULT_MK), 0);
	assert_int_equal(vault_open_here(b->vault, &use, &k), 0);
	assert_true(!k->has_ck && !k->has_mk);
	meeting_keys_free(k);
}

static void a_meeting_gets_keys_once(void **state)
{
	struct bench *b = *state;
	struct meeting_keys *k = NULL;
	int64_t id = 5;
	struct vault_use use = { VAULT_BOOK, 9, &id, 1 };

	(void)create(b, 5);
	assert_int_equal(
		vault_create_here(b->vault, &use, BYTES_NULL, &k), VAULT_E_TAKEN);
	use.n = 0;
	assert_int_equal(vault_create_here(b->vault, &use, BYTES_NULL, &k), -EINVAL);
	assert_int_equal(vault_open_here(b->vault, &use, &k), -EINVAL);
	use.n = VAULT_MEETINGS_MAX + 1;
	assert_int_equal(vault_open_here(b->vault, &use, &k), -EINVAL);
	assert_null(k);
}

static void ids_on_the_shelf_are_told_by_age(void **state)
{
	struct bench *b = *state;
	int64_t ids[SHELF];
	size_t n = 0;

	for (int64_t id = 1; id <= 4; id++) {
		(void)create(b, id);
		b->shelf.rows[id - 1].created_ms = 100 * id;
	}
	assert_int_equal(vault_shelf_ids_here(b->vault, 1, 400, ids, SHELF, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], 2);
	assert_int_equal(ids[1], 3);
}

struct received {
	int result;
	struct meeting_keys *keys;
	size_t n;
	unsigned calls;
};

static void receive(void *arg, int result, struct meeting_keys *keys, size_t n)
{
	struct received *r = arg;

	*r = (struct received){ result, keys, n, r->calls + 1 };
}

static void the_door_copies_what_it_was_asked_and_answers_once(void **state)
{
	struct bench *b = *state;
	struct received got = { 0 };
	struct vault_task *task;

	{
		int64_t id = 5;
		struct vault_use use = { VAULT_BOOK, 9, &id, 1 };

		assert_int_equal(vault_open(b->vault, &use, receive, &got), 0);
		assert_int_equal(vault_open(b->vault, &use, receive, &got), VAULT_E_FULL);
		id = 6; /* after the call it is the caller's again */
	}
	assert_int_equal(got.calls, 0);
	task = b->waiting;
	task->answer(task, task->ask(task));
	assert_int_equal(got.calls, 1);
	assert_int_equal(got.result, 0);
	assert_int_equal(got.keys->meeting, 5);
	meeting_keys_free(got.keys);
}

static void keys_whose_commit_failed_do_not_get_out(void **state)
{
	struct bench *b = *state;
	struct received got = { 0 };
	int64_t id = 5;
	struct vault_use use = { VAULT_BOOK, 9, &id, 1 };
	struct vault_task *task;

	assert_int_equal(vault_open(b->vault, &use, receive, &got), 0);
	task = b->waiting;
	assert_int_equal(task->ask(task), 0);
	task->answer(task, -ENOSPC);
	assert_int_equal(got.result, -ENOSPC);
	assert_null(got.keys);
	assert_int_equal(got.n, 0);
}

/* -- cases ------------------------------------------------------------------------- */
static void a_case_is_found_by_its_keys_and_on_record(void **state)
{
	struct bench *b = *state;
	struct meeting_keys *k = NULL;
	int64_t id = 5, found[SHELF];
	struct vault_use use = { VAULT_BOOK, 9, &id, 1 };
	struct vault_use find = { VAULT_EXPORT, 0, NULL, 0 };
	struct vault_ids ids = { .cap = SHELF, .at = found };
	unsigned uses;

	assert_int_equal(
		vault_create_here(b->vault, &use, BYTES_LIT("Sag 12-34"), &k), 0);
	meeting_keys_free(k);
	uses = b->uses;
	assert_int_equal(
		vault_find_case_here(b->vault, &find, BYTES_LIT("SAG12-34"), &ids), 0);
	assert_true(ids.n == 1 && found[0] == 5 && b->uses == uses + 1);
	assert_int_equal(vault_set_case_here(b->vault, &use, BYTES_LIT("Sag 56")), 0);
	assert_int_equal(
		vault_find_case_here(b->vault, &find, BYTES_LIT("SAG12-34"), &ids), 0);
	assert_int_equal(ids.n, 0);
	assert_int_equal(
		vault_find_case_here(b->vault, &find, BYTES_LIT("sag56"), &ids), 0);
	assert_int_equal(ids.n, 1);
	id = 6; /* has no keys: nothing to say of its case */
	assert_int_equal(vault_set_case_here(b->vault, &use, BYTES_LIT("Sag 1")), 0);
	b->refuse = -ENOSPC;
	assert_true(vault_find_case_here(b->vault, &find, BYTES_LIT("sag56"), &ids) < 0);
	assert_true(vault_set_case_here(b->vault, &use, BYTES_NULL) < 0);
}

/* -- behind somebody else ---------------------------------------------------------- */
static int far_result;

static int far_open(void *arg, const struct vault_use *use, struct meeting_keys *keys)
{
	assert_ptr_equal(arg, &far_result);
	for (size_t i = 0; i < use->n; i++)
		keys[i] = (struct meeting_keys){ .meeting = use->meetings[i],
			.has_ck = true };
	return far_result;
}

static int far_create(void *arg, const struct vault_use *use, struct bytes case_ref,
	struct meeting_keys *keys)
{
	assert_true(bytes_equal_str(case_ref, "Sag 1"));
	return far_open(arg, use, keys);
}

static const struct vault_ops far_ops = { .open = far_open, .create = far_create };

static void a_vault_elsewhere_is_asked_the_same_way(void **state)
{
	struct bench *b = *state;
	owned(vault_freep) struct vault *far = NULL;
	struct meeting_keys *k = NULL;
	struct received got = { 0 };
	int64_t ids[] = { 5, 6 };
	struct vault_use use = { VAULT_VIEW, 9, ids, 2 };
	struct vault_task *task;

	assert_int_equal(vault_remote_new(&far, &far_ops, &far_result, submit, b), 0);
	far_result = 0;
	assert_int_equal(vault_open_here(far, &use, &k), 0);
	assert_true(k[1].meeting == 6 && k[1].has_ck && !k[1].has_mk);
	meeting_keys_freep(&k);
	assert_int_equal(vault_open(far, &use, receive, &got), 0);
	task = b->waiting;
	task->answer(task, task->ask(task));
	assert_true(got.result == 0 && got.n == 2);
	meeting_keys_freep(&got.keys);
	use.n = 1;
	far_result = VAULT_E_TAKEN;
	assert_int_equal(
		vault_create_here(far, &use, BYTES_LIT("Sag 1"), &k), VAULT_E_TAKEN);
	far_result = -EAGAIN;
	assert_int_equal(vault_open_here(far, &use, &k), -EAGAIN);
	assert_null(k);
	use.n = VAULT_MEETINGS_MAX + 1; /* is not even asked */
	assert_int_equal(vault_open_here(far, &use, &k), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(keys_open_again_and_each_use_is_on_record),
		AT(no_record_no_data),
		AT(a_key_moved_on_the_shelf_does_not_open),
		AT(neither_key_lies_on_the_shelf_in_clear),
		AT(ck_and_mk_die_apart),
		AT(a_meeting_gets_keys_once),
		AT(ids_on_the_shelf_are_told_by_age),
		AT(the_door_copies_what_it_was_asked_and_answers_once),
		AT(keys_whose_commit_failed_do_not_get_out),
		AT(a_case_is_found_by_its_keys_and_on_record),
		AT(a_vault_elsewhere_is_asked_the_same_way),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
