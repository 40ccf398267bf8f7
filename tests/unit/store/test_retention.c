/* SPDX-License-Identifier: MPL-2.0
 *
 * The deletion run over a store and its keys, and the canary: what could name a citizen
 * is in no file, before it is deleted and after.
 */
#include "store_fixture.h"

#include "samtale/base/clock.h"
#include "samtale/vault/key_shelf.h"
#include "samtale/vault/seal.h"

#include <errno.h>

#define LABEL "Anna med cyklen"
#define PHONE "+4520304050"
#define CASE  "SAG-2025-778899"

static const struct retention_policy policy = { .contact_hours = 24,
	.contact_days = 5,
	.booking_days = 30,
	.attendance_days = 60,
	.record_days = 183 };

struct place {
	struct folder folder;
	struct store *store;
	struct keys_db *keys;
	struct node_key *node;
	struct vault *vault;
	struct fixture_record record;
	int64_t owner, now_ms;
};

static struct place place;

static int start(void **state)
{
	struct place *p = &place;
	struct user u = fixture_user("owner");

	*p = (struct place){ .now_ms = clock_utc_ms() };
	folder_make(&p->folder);
	p->store = fixture_open(&p->folder);
	assert_int_equal(keys_db_open(&p->keys, in_folder(&p->folder, "keys.db")), 0);
	assert_int_equal(p->store->user->add(p->store, &u), 0);
	p->owner = u.id;
	p->node = fixture_node(&p->folder);
	assert_int_equal(vault_new(&p->vault, &(struct vault_parts){ .node = p->node,
						      .shelf = keys_db_shelf(p->keys),
						      .record = fixture_record,
						      .record_arg = &p->record }),
		0);
	*state = p;
	return 0;
}

static int stop(void **state)
{
	struct place *p = *state;

	p->vault = vault_free(p->vault);
	p->node = node_key_free(p->node);
	p->keys = keys_db_close(p->keys);
	p->store = sqlite_store_close(p->store);
	folder_remove(&p->folder);
	return 0;
}

/* As the desk does it: keys first. */
static void begin(struct place *p)
{
	assert_int_equal(keys_db_store(p->keys)->batch->begin(keys_db_store(p->keys)), 0);
	assert_int_equal(p->store->batch->begin(p->store), 0);
}

static void commit(struct place *p)
{
	assert_int_equal(
		keys_db_store(p->keys)->batch->commit(keys_db_store(p->keys)), 0);
	assert_int_equal(p->store->batch->commit(p->store), 0);
}

static struct booking book(struct place *p, int64_t id)
{
	struct vault_use use = { VAULT_BOOK, p->owner, &id, 1 };
	struct booking b = fixture_booking(id, p->owner);
	struct meeting_keys *k = NULL;

	b.starts_ms = p->now_ms;
	begin(p);
	assert_int_equal(vault_create_here(p->vault, &use, BYTES_LIT(CASE), &k), 0);
	assert_int_equal(seal_text(&k->ck, SEAL_MEETING_LABEL, id, LABEL, &b.label), 0);
	assert_int_equal(seal_text(&k->ck, SEAL_MEETING_PHONE, id, PHONE, &b.phone), 0);
	assert_int_equal(seal_text(&k->mk, SEAL_MEETING_CASE, id, CASE, &b.case_ref), 0);
	b.has_case = case_tag(p->node, BYTES_LIT(CASE), &b.case_tag);
	assert_int_equal(p->store->meeting->insert(p->store, &b), 0);
	commit(p);
	meeting_keys_free(k);
	return b;
}

static struct retention_counts run(struct place *p, int64_t now_ms, bool dry)
{
	struct retention_run run = { p->store, p->vault, &policy, now_ms, dry, 0 };
	struct retention_counts counts = { 0 };

	begin(p);
	assert_int_equal(retention_run_here(&run, &counts), 0);
	commit(p);
	return counts;
}

static struct meeting_keys keys_of(struct place *p, int64_t id)
{
	struct vault_use use = { VAULT_VIEW, p->owner, &id, 1 };
	struct meeting_keys *k = NULL, got;

	assert_int_equal(vault_open_here(p->vault, &use, &k), 0);
	got = *k;
	meeting_keys_free(k);
	return got;
}

static void nothing_that_names_a_citizen_is_in_any_file(void **state)
{
	struct place *p = *state;

	for (int64_t id = 1; id <= 20; id++)
		(void)book(p, id);
	assert_false(folder_holds(&p->folder, BYTES_LIT(LABEL)));
	assert_false(folder_holds(&p->folder, BYTES_LIT("20304050")));
	assert_false(folder_holds(&p->folder, BYTES_LIT("778899")));
}

static void contact_data_dies_first_and_the_record_last(void **state)
{
	struct place *p = *state;
	struct booking b = book(p, 1), got;
	struct meeting_keys k = keys_of(p, 1);
	char text[OPEN_TEXT_CAP];
	struct retention_counts n;

	assert_int_equal(open_text(&k.ck, SEAL_MEETING_LABEL, 1, &b.label, text), 0);
	assert_string_equal(text, LABEL);
	n = run(p, p->now_ms + 8 * MS_DAY, true);
	assert_int_equal(n.of[RETENTION_CONTACT], 1);
	assert_true(keys_of(p, 1).has_ck); /* dry: nothing was done */
	n = run(p, p->now_ms + 8 * MS_DAY, false);
	assert_int_equal(n.of[RETENTION_CONTACT], 1);
	assert_false(n.more);
	k = keys_of(p, 1);
	assert_true(!k.has_ck && k.has_mk);
	assert_int_equal(p->store->meeting->get(p->store, 1, &got), 0);
	assert_int_equal(got.label.len, 0);
	assert_int_equal(open_text(&k.mk, SEAL_MEETING_CASE, 1, &got.case_ref, text), 0);
	assert_string_equal(text, CASE);
	/* Not even the sealed bytes are left. */
	assert_false(folder_holds(&p->folder, bytes_of(b.phone.at, b.phone.len)));
	n = run(p, p->now_ms + 31 * MS_DAY, false);
	assert_int_equal(n.of[RETENTION_BOOKING], 1);
	assert_true(keys_of(p, 1).has_mk);
	n = run(p, p->now_ms + 184 * MS_DAY, false);
	assert_int_equal(n.of[RETENTION_RECORD], 1);
	assert_false(keys_of(p, 1).has_mk);
	assert_false(folder_holds(&p->folder, bytes_of(b.case_ref.at, b.case_ref.len)));
	n = run(p, p->now_ms + 185 * MS_DAY, false);
	for (size_t i = 0; i < RETENTION_KIND_COUNT; i++)
		assert_int_equal(n.of[i], 0);
}

/* -- one case ---------------------------------------------------------------------- */
/* As `samtale audit shred` does it: keys first, then every row. */
static void erase(struct place *p, int64_t id)
{
	static const enum retention_kind kinds[] = { RETENTION_CONTACT, RETENTION_BOOKING,
		RETENTION_ATTENDANCE, RETENTION_RECORD };
	struct vault_use use = { VAULT_EXPORT, 0, &id, 1 };

	begin(p);
	assert_int_equal(vault_forget_here(p->vault, &use, VAULT_BOTH), 0);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		assert_int_equal(p->store->retention->drop(p->store, kinds[i], id), 0);
	commit(p);
}

static void after_erasure_no_file_holds_a_byte_of_the_case(void **state)
{
	static const char attendance[] = "attendance of the erased", live[] = "its state";
	struct place *p = *state;
	struct booking b = book(p, 1), other = book(p, 2), got;
	struct shelf_row keys;
	const struct bytes planted[] = {
		bytes_of(b.label.at, b.label.len),
		bytes_of(b.phone.at, b.phone.len),
		bytes_of(b.case_ref.at, b.case_ref.len),
		bytes_of(b.link.at, sizeof(b.link.at)),
		bytes_of(b.pin.at, sizeof(b.pin.at)),
		bytes_of(keys.ck, sizeof(keys.ck)),
		bytes_of(keys.mk, sizeof(keys.mk)),
		bytes_of(keys.case_ref.at, sizeof(keys.ck)),
		BYTES_LIT(attendance),
		BYTES_LIT(live),
	};

	begin(p);
	assert_int_equal(p->store->record->attendance_put(
				 p->store, 1, p->now_ms, BYTES_LIT(attendance)),
		0);
	assert_int_equal(
		p->store->record->live_put(p->store, 1, p->now_ms, BYTES_LIT(live)), 0);
	commit(p);
	assert_int_equal(keys_db_shelf(p->keys)->get(p->keys, 1, &keys), 0);
	assert_true(keys.has_case);
	for (size_t i = 0; i < ARRAY_LEN(planted); i++) /* or the search proves nothing */
		if (!folder_holds(&p->folder, planted[i]))
			fail_msg("%zu was not planted", i);
	erase(p, 1);
	/* The databases are open: -wal lies beside each of them. */
	for (size_t i = 0; i < ARRAY_LEN(planted); i++)
		if (folder_holds(&p->folder, planted[i]))
			fail_msg("%zu is still in a file", i);
	assert_int_equal(p->store->meeting->get(p->store, 1, &got), STORE_E_NONE);
	assert_false(keys_of(p, 1).has_mk);
	/* The neighbour is as it was; only its case is the same. */
	assert_true(folder_holds(&p->folder, bytes_of(other.phone.at, other.phone.len)));
	assert_true(keys_of(p, 2).has_ck && keys_of(p, 2).has_mk);
}

static void an_older_backup_does_not_bring_an_erased_case_back(void **state)
{
	struct place *p = *state;
	struct booking b = book(p, 1);
	struct retention_counts n;

	erase(p, 1);
	/* The row comes back with the data, the key does not. */
	begin(p);
	b.version = 0;
	assert_int_equal(p->store->meeting->insert(p->store, &b), 0);
	commit(p);
	assert_false(keys_of(p, 1).has_ck);
	assert_false(keys_of(p, 1).has_mk);
	n = run(p, p->now_ms + 8 * MS_DAY, false);
	assert_int_equal(n.of[RETENTION_CONTACT], 1);
	assert_false(folder_holds(&p->folder, bytes_of(b.phone.at, b.phone.len)));
}

static void keys_without_a_booking_are_collected_after_an_hour(void **state)
{
	struct place *p = *state;
	int64_t id = 77;
	struct vault_use use = { VAULT_BOOK, p->owner, &id, 1 };
	struct meeting_keys *k = NULL;

	(void)book(p, 1);
	begin(p);
	assert_int_equal(vault_create_here(p->vault, &use, BYTES_NULL, &k), 0);
	commit(p);
	meeting_keys_free(k);
	assert_int_equal(run(p, p->now_ms + MS_MINUTE, false).of[RETENTION_ORPHAN], 0);
	assert_int_equal(run(p, p->now_ms + 2 * MS_HOUR, false).of[RETENTION_ORPHAN], 1);
	assert_false(keys_of(p, 77).has_ck);
	assert_true(keys_of(p, 1).has_ck);
}

static void a_run_that_died_after_the_keys_is_repeated(void **state)
{
	struct place *p = *state;
	int64_t id = 1;
	struct vault_use use = { VAULT_RETENTION, 0, &id, 1 };
	struct booking got;

	(void)book(p, 1);
	assert_int_equal(vault_forget_here(p->vault, &use, VAULT_CK), 0);
	assert_int_equal(run(p, p->now_ms + 8 * MS_DAY, false).of[RETENTION_CONTACT], 1);
	assert_int_equal(p->store->meeting->get(p->store, 1, &got), 0);
	assert_true(got.contact_gone);
}

static void no_record_no_deletion(void **state)
{
	struct place *p = *state;
	struct retention_run r = { p->store, p->vault, &policy, p->now_ms + 8 * MS_DAY,
		false, 0 };
	struct retention_counts counts = { 0 };

	(void)book(p, 1);
	p->record.refuse = -ENOSPC;
	assert_int_equal(retention_run_here(&r, &counts), -ENOSPC);
	p->record.refuse = 0;
	assert_true(keys_of(p, 1).has_ck);
}

static void expired_sign_ins_go_too(void **state)
{
	struct place *p = *state;
	struct staff_session row = { fixture_hash(1), p->owner, 0, 0, p->now_ms };

	assert_int_equal(p->store->staff_session->put(p->store, &row), 0);
	assert_int_equal(run(p, p->now_ms, true).of[RETENTION_SESSION], 1);
	assert_int_equal(run(p, p->now_ms, false).of[RETENTION_SESSION], 1);
	assert_int_equal(run(p, p->now_ms, false).of[RETENTION_SESSION], 0);
}

static void put_copy(struct place *p, const char *name, int64_t made_ms)
{
	struct timespec made[2] = { { .tv_sec = made_ms / MS_SECOND },
		{ .tv_sec = made_ms / MS_SECOND } };
	int fd = open(in_folder(&p->folder, name), O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(futimens(fd, made), 0);
	close(fd);
}

static void copies_made_before_upgrades_go_after_35_days(void **state)
{
	struct place *p = *state;

	put_copy(p, "samtale.db.before-2", p->now_ms - 36 * MS_DAY);
	put_copy(p, "samtale.db.before-12", p->now_ms - 34 * MS_DAY);
	put_copy(p, "samtale.db.mine", p->now_ms - 36 * MS_DAY);
	assert_int_equal(run(p, p->now_ms, true).of[RETENTION_COPY], 1);
	assert_int_equal(run(p, p->now_ms, false).of[RETENTION_COPY], 1);
	assert_int_equal(run(p, p->now_ms, false).of[RETENTION_COPY], 0);
	assert_int_equal(access(in_folder(&p->folder, "samtale.db.before-2"), F_OK), -1);
	assert_int_equal(access(in_folder(&p->folder, "samtale.db.before-12"), F_OK), 0);
	assert_int_equal(access(in_folder(&p->folder, "samtale.db.mine"), F_OK), 0);
}

static void placed_calls_go_after_a_week_and_call_backs_after_a_day(void **state)
{
	struct place *p = *state;
	const struct call_attempt placed = { .meeting = 1,
		.at_ms = p->now_ms - 7 * MS_DAY - 1 };
	struct call_back back = { .id = 1, .created_ms = p->now_ms - MS_DAY - 1 };

	back.number.len = 3;
	assert_int_equal(p->store->call->placed(p->store, &placed), 0);
	assert_int_equal(p->store->call->back_add(p->store, &back), 0);
	assert_int_equal(run(p, p->now_ms - 1, false).of[RETENTION_CALL], 0);
	assert_int_equal(run(p, p->now_ms - 1, false).of[RETENTION_CALL_BACK], 0);
	assert_int_equal(run(p, p->now_ms, true).of[RETENTION_CALL], 1);
	assert_int_equal(run(p, p->now_ms, true).of[RETENTION_CALL_BACK], 1);
	(void)run(p, p->now_ms, false);
	assert_int_equal(run(p, p->now_ms, true).of[RETENTION_CALL], 0);
	assert_int_equal(run(p, p->now_ms, true).of[RETENTION_CALL_BACK], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(nothing_that_names_a_citizen_is_in_any_file),
		AT(contact_data_dies_first_and_the_record_last),
		AT(after_erasure_no_file_holds_a_byte_of_the_case),
		AT(an_older_backup_does_not_bring_an_erased_case_back),
		AT(keys_without_a_booking_are_collected_after_an_hour),
		AT(a_run_that_died_after_the_keys_is_repeated),
		AT(no_record_no_deletion),
		AT(expired_sign_ins_go_too),
		AT(copies_made_before_upgrades_go_after_35_days),
		AT(placed_calls_go_after_a_week_and_call_backs_after_a_day),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
