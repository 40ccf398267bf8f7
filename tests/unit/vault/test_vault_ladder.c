/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory at every allocation of the vault room: -ENOMEM, outputs untouched.
 * Guarded memory comes from libsodium and is not reached; what surrounds it is.
 */
#include "alloc_ladder.h"
#include "samtale/base/work.h"
#include "samtale/vault/password.h"
#include "samtale/vault/seal.h"
#include "samtale/vault/vault.h"
#include "vault_fixture.h"

#include <errno.h>

static struct vault_place place;

static int start(void **state)
{
	place_make_node(&place);
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	place_remove(*state);
	return 0;
}

static int consent(void *arg, const struct vault_use *use)
{
	(void)arg;
	(void)use;
	return 0;
}

static int full(void *arg, struct vault_task *task)
{
	(void)arg;
	(void)task;
	return VAULT_E_FULL;
}

static void never(void *arg, int result, struct meeting_keys *keys, size_t n)
{
	(void)arg;
	(void)result;
	(void)keys;
	(void)n;
	fail();
}

/* The door turned away: its task is freed, nobody is called. */
static int knock(void *arg)
{
	static const struct key_shelf shelf = { 0 };
	struct vault_parts parts = {
		.node = place.node, .shelf = &shelf, .record = consent, .submit = full
	};
	owned(vault_freep) struct vault *v = NULL;
	int64_t id = 1;
	struct vault_use use = { VAULT_VIEW, 1, &id, 1 };
	int r = vault_new(&v, &parts);

	(void)arg;
	if (r == 0)
		r = vault_open(v, &use, never, NULL);
	return r == VAULT_E_FULL ? 0 : r;
}

static void the_door_without_memory_is_a_fault(void **state)
{
	(void)state;
	assert_int_equal(ladder_climb(knock, NULL, 16), 2);
}

static int open_large(void *arg)
{
	static uint8_t plain[1000], sealed[SEALED_SIZE(1000)], back[1000];
	struct writer w = writer_of(sealed, sizeof(sealed));
	struct writer out = writer_of(back, sizeof(back));
	struct key key = key_filled(1);
	int r = seal_field(&key, "t.f", 1, bytes_of(plain, sizeof(plain)), &w);

	(void)arg;
	if (r == 0)
		r = open_field(&key, "t.f", 1, writer_bytes(&w), &out);
	assert_int_equal(out.len, r == 0 ? sizeof(plain) : 0);
	return r;
}

static void a_large_field_without_memory_is_a_fault(void **state)
{
	(void)state;
	assert_int_equal(ladder_climb(open_large, NULL, 16), 1);
}

static void nobody(void *arg, bool right)
{
	assert_false(right);
	*(bool *)arg = true;
}

static struct worker *worker;

static int check(void *arg)
{
	return password_check(worker, "no hash", BYTES_LIT("x"), nobody, arg);
}

static void a_password_without_memory_is_a_fault(void **state)
{
	struct worker_hooks hooks = { 0 };
	bool called = false;

	(void)state;
	assert_int_equal(worker_new(&worker, "ladder", 4, &hooks), 0);
	assert_int_equal(ladder_climb(check, &called, 16), 1);
	worker = worker_free(worker);
	assert_true(called);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(the_door_without_memory_is_a_fault),
		AT(a_large_field_without_memory_is_a_fault),
		AT(a_password_without_memory_is_a_fault),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
