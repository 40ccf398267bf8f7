/* SPDX-License-Identifier: MPL-2.0
 *
 * The custody as the command uses it, in its own process: each use is on the disk before
 * the call returns, and one that is not gives nothing.
 */
#include "custody_fixture.h"
#include "fake_log.h"

static struct scene scene;

static int start(void **state)
{
	memset(&fake, 0, sizeof(fake));
	scene_make(&scene);
	scene.parts.source = RECORD_COMMAND;
	scene_open(&scene);
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static void each_use_is_on_record_when_it_returns(void **state)
{
	struct vault *v = custody_vault(((struct scene *)*state)->custody);
	owned(meeting_keys_freep) struct meeting_keys *made = NULL;
	owned(meeting_keys_freep) struct meeting_keys *got = NULL;
	const int64_t id = 5;
	const struct vault_use use = { VAULT_LINK, 0, &id, 1 };
	int64_t found[2];
	struct vault_ids ids = { .cap = 2, .at = found };
	const struct vault_use find = { VAULT_EXPORT, 0, NULL, 0 };
	size_t n = 0;

	assert_int_equal(vault_create_here(v, &use, BYTES_LIT("Sag 1"), &made), 0);
	assert_true(fake.kept == 1 && fake.at[0].event == AUDIT_KEY_MADE);
	assert_int_equal(fake.at[0].role, AUDIT_ADMINISTRATOR);
	assert_int_equal(vault_open_here(v, &use, &got), 0);
	assert_memory_equal(got->mk.at, made->mk.at, KEY_BYTES);
	assert_true(fake.kept == 2 && fake.commits == 2);
	assert_int_equal(vault_create_here(v, &use, BYTES_NULL, &made), VAULT_E_TAKEN);
	assert_int_equal(vault_find_case_here(v, &find, BYTES_LIT("sag1"), &ids), 0);
	assert_true(ids.n == 1 && found[0] == 5 && fake.kept == 4);
	assert_int_equal(vault_set_case_here(v, &use, BYTES_LIT("Sag 2")), 0);
	assert_int_equal(
		vault_shelf_ids_here(v, 0, clock_utc_ms() + 1000, found, 2, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(vault_forget_here(v, &use, VAULT_BOTH), 0);
	assert_int_equal(
		vault_shelf_ids_here(v, 0, clock_utc_ms() + 1000, found, 2, &n), 0);
	assert_int_equal(n, 0);
}

static void a_use_without_a_record_gives_nothing_and_changes_nothing(void **state)
{
	struct vault *v = custody_vault(((struct scene *)*state)->custody);
	owned(meeting_keys_freep) struct meeting_keys *made = NULL;
	struct meeting_keys *got = NULL;
	const int64_t id = 5, other = 6;
	const struct vault_use use = { VAULT_LINK, 0, &id, 1 };
	const struct vault_use use_other = { VAULT_LINK, 0, &other, 1 };
	int64_t found[2];
	struct vault_ids ids = { .cap = 2, .at = found };
	const struct vault_use find = { VAULT_EXPORT, 0, NULL, 0 };

	assert_int_equal(vault_create_here(v, &use, BYTES_LIT("Sag 1"), &made), 0);
	for (int round = 0; round < 2; round++) {
		fake.commit = round ? AUDIT_LOG_E_FULL : -EIO;
		assert_int_equal(vault_open_here(v, &use, &got), round ? -ENOSPC : -EIO);
		assert_null(got);
		assert_true(vault_create_here(v, &use_other, BYTES_NULL, &got) < 0);
		assert_true(vault_forget_here(v, &use, VAULT_BOTH) < 0);
		assert_true(vault_set_case_here(v, &use, BYTES_NULL) < 0);
		assert_true(vault_find_case_here(v, &find, BYTES_LIT("Sag 1"), &ids) < 0);
		assert_int_equal(ids.n, 0);
	}
	fake.commit = 0;
	assert_int_equal(vault_open_here(v, &use, &got), 0);
	assert_true(got->has_ck && got->has_mk);
	meeting_keys_freep(&got);
	assert_int_equal(vault_open_here(v, &use_other, &got), 0);
	assert_true(!got->has_ck && !got->has_mk);
	meeting_keys_freep(&got);
	assert_int_equal(vault_find_case_here(v, &find, BYTES_LIT("Sag 1"), &ids), 0);
	assert_int_equal(ids.n, 1);
}

static void the_commands_events_are_noted_as_its_own(void **state)
{
	struct custody *c = ((struct scene *)*state)->custody;
	const struct audit_sink sink = { custody_note, NULL, c };
	owned(audit_freep) struct audit *audit = NULL;
	const struct audit_event good = { .what = AUDIT_BACKUP,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.role = AUDIT_ADMINISTRATOR };
	const struct audit_event made_up = { .what = AUDIT_NODE_KEY_ROTATED,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.role = AUDIT_ADMINISTRATOR };

	assert_int_equal(audit_new(&audit, &sink), 0);
	assert_int_equal(audit_note(audit, &good), 0);
	assert_int_equal(fake.at[0].source, RECORD_COMMAND);
	assert_int_equal(audit_note(audit, &made_up), -EINVAL);
	fake.commit = -EIO;
	assert_int_equal(audit_note(audit, &good), -EIO);
	assert_int_equal(fake.kept, 1);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(each_use_is_on_record_when_it_returns),
		ON(a_use_without_a_record_gives_nothing_and_changes_nothing),
		ON(the_commands_events_are_noted_as_its_own),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
