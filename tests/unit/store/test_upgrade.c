/* SPDX-License-Identifier: MPL-2.0
 *
 * A database of each released schema, as committed SQL with rows in every table, is brought
 * to the newest and read through the store's questions: every field is where it was.
 */
#include "store_fixture.h"

#include "database.h"

#define LAST_ID INT64_C(9007199254740991)

struct place {
	struct folder folder;
	struct node_key *node;
	struct store *s;
};

static struct place place;

static void run_file(sqlite3 *db, const char *path)
{
	char *text = NULL, *why = NULL;
	size_t cap = 0;
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	assert_true(getdelim(&text, &cap, '\0', f) > 0);
	(void)fclose(f);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", path, why);
	free(text);
}

static int start(void **state)
{
	struct place *p = &place;
	struct sqlite_parts parts = { 0 };
	const char *sentence = "";
	sqlite3 *db = NULL;

	*p = (struct place){ 0 };
	folder_make(&p->folder);
	p->node = fixture_node(&p->folder);
	parts.path = in_folder(&p->folder, "samtale.db");
	parts.node = p->node;
	parts.must_exist = true;
	assert_int_equal(sqlite3_open(parts.path, &db), SQLITE_OK);
	run_file(db, FIXTURES "/v1.sql");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	if (sqlite_store_open(&p->s, &parts, &sentence) != 0)
		fail_msg("%s", sentence);
	*state = p;
	return 0;
}

static int stop(void **state)
{
	struct place *p = *state;

	p->s = sqlite_store_close(p->s);
	p->node = node_key_free(p->node);
	folder_remove(&p->folder);
	return 0;
}

static struct sealed sealed_of(uint16_t len, const char *bytes)
{
	struct sealed s = { .len = len };

	memcpy(s.at, bytes, len);
	return s;
}

static void it_is_of_the_newest_schema_and_has_its_way_back(void **state)
{
	struct place *p = *state;
	bool is_copied = access(in_folder(&p->folder, "samtale.db.before-2"), F_OK) == 0;
	unsigned version = 0;

	assert_int_equal(
		database_look(database_of(p->s)->db, &schema_samtale, &version), 0);
	assert_int_equal(version, sqlite_store_schema());
	assert_int_equal(database_check(database_of(p->s)->db, false), 0);
	assert_int_equal(is_copied, sqlite_store_schema() > 1);
}

static void accounts_and_sign_ins_are_read(void **state)
{
	struct place *p = *state;
	struct user mette = { .id = 1, .version = 4, .name = "mette", .given = "Mette",
		.team = "job", .phone = sealed_of(2, "\1\2"),
		.roles = USER_CONSULTANT | USER_LEADER, .password = "$argon2id$x",
		.totp = sealed_of(3, "\3\4\5"), .totp_last_step = 58000000,
		.recovery = { fixture_hash(1) }, .recovery_n = 1, .failures = 2,
		.locked_until_ms = NOON + 1, .created_ms = NOON + 2,
		.last_sign_in_ms = NOON + 3 };
	struct user ny = { .id = 7, .version = 1, .name = "ny", .given = "Ny",
		.team = "ydelse", .roles = USER_CONSULTANT, .has_setup = true,
		.setup = fixture_hash(2), .setup_expires_ms = NOON + 4, .disabled = true,
		.created_ms = NOON + 5 };
	struct token_hash hash = fixture_hash(3);
	struct staff_session signed_in;
	struct user got;

	assert_int_equal(p->s->user->by_name(p->s, "mette", &got), 0);
	assert_memory_equal(&got, &mette, sizeof(got));
	assert_int_equal(p->s->user->by_setup(p->s, &ny.setup, &got), 0);
	assert_memory_equal(&got, &ny, sizeof(got));
	assert_int_equal(p->s->staff_session->get(p->s, &hash, &signed_in), 0);
	assert_int_equal(signed_in.user, 1);
	assert_int_equal(signed_in.created_ms, NOON + 6);
	assert_int_equal(signed_in.used_ms, NOON + 7);
	assert_int_equal(signed_in.expires_ms, NOON + 8);
}

static void bookings_are_read(void **state)
{
	struct place *p = *state;
	struct booking ahead = { .id = LAST_ID, .version = 3, .number = 12345678, .owner = 1,
		.team = "job", .starts_ms = NOON, .minutes = 30, .form = BOOKING_VIDEO,
		.chosen_by = CHOSEN_BY_CITIZEN, .state = BOOKING_BOOKED, .language = "da",
		.pin_required = true, .phone_by_citizen = true,
		.contact_phone = "+4575000000", .label = sealed_of(1, "\x0a"),
		.phone = sealed_of(2, "\x0b\x0b"), .way = sealed_of(3, "\x0c\x0c\x0c"),
		.case_ref = sealed_of(1, "\x0d"), .has_case = true,
		.case_tag = fixture_hash(4), .has_link = true, .link = fixture_hash(5),
		.pin = fixture_hash(6), .link_generation = 2, .created_ms = NOON + 9,
		.changed_ms = NOON + 10 };
	struct booking over = { .id = 42, .version = 8, .number = 87654321, .owner = 7,
		.team = "ydelse", .starts_ms = NOON + 11, .minutes = 45,
		.form = BOOKING_PHONE, .chosen_by = CHOSEN_BY_AUTHORITY,
		.state = BOOKING_ENDED, .outcome = BOOKING_HELD, .language = "en",
		.pin = fixture_hash(7), .link_generation = 1, .contact_gone = true,
		.record_gone = true, .created_ms = NOON + 12, .changed_ms = NOON + 13,
		.started_ms = NOON + 14, .ended_ms = NOON + 15 };
	struct booking got;

	assert_int_equal(p->s->meeting->by_link(p->s, &ahead.link, &got), 0);
	assert_memory_equal(&got, &ahead, sizeof(got));
	assert_int_equal(p->s->meeting->by_number(p->s, 87654321, &got), 0);
	assert_memory_equal(&got, &over, sizeof(got));
}

static void is_record(struct record *r, int64_t changed_ms, const char *bytes)
{
	assert_int_equal(r->changed_ms, changed_ms);
	assert_int_equal(r->len, 3);
	assert_memory_equal(r->blob, bytes, 3);
	free(r);
}

static void records_counters_and_facts_are_read(void **state)
{
	struct place *p = *state;
	struct stat_cell_list cells = STORE_LIST_NULL;
	char fact[META_VALUE_MAX + 1];
	struct record *r = NULL;
	bool known = false;

	assert_int_equal(p->s->record->live_get(p->s, 42, &r), 0);
	is_record(r, NOON + 16, "\x11\x12\x13");
	assert_int_equal(p->s->record->attendance_get(p->s, 43, &r), 0);
	is_record(r, NOON + 17, "\x14\x15\x16");
	assert_int_equal(p->s->retention->is_known(p->s, 43, &known), 0);
	assert_true(known);
	assert_int_equal(p->s->stats->list(p->s, 202549, 202549, &cells), 0);
	assert_int_equal(cells.n, 1);
	assert_int_equal(cells.at[0].week, 202549);
	assert_string_equal(cells.at[0].team, "job");
	assert_true(cells.at[0].form == BOOKING_VIDEO && cells.at[0].outcome == BOOKING_HELD);
	assert_true(cells.at[0].cause == 2 && cells.at[0].waiting == 3);
	assert_int_equal(cells.at[0].count, 17);
	free(cells.at);
	assert_int_equal(p->s->meta->get(p->s, "installed", fact), 0);
	assert_string_equal(fact, "2025-12-01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(it_is_of_the_newest_schema_and_has_its_way_back),
		AT(accounts_and_sign_ins_are_read),
		AT(bookings_are_read),
		AT(records_counters_and_facts_are_read),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
