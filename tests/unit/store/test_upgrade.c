/* SPDX-License-Identifier: MPL-2.0
 *
 * A database of each released schema, as committed SQL with rows in every table, is
 * brought to the newest and read through the store's questions: every field is where it
 * was.
 */
#include "store_fixture.h"

#include "database.h"

#define LAST_ID INT64_C(9007199254740991)

struct place {
	struct folder folder;
	struct node_key *node;
	struct store *s;
	unsigned version; /* of the file that is brought forward */
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

static int start(void **state, unsigned version)
{
	struct place *p = &place;
	struct sqlite_parts parts = { 0 };
	const char *sentence = "";
	sqlite3 *db = NULL;

	*p = (struct place){ .version = version };
	folder_make(&p->folder);
	p->node = fixture_node(&p->folder);
	parts.path = in_folder(&p->folder, "samtale.db");
	parts.node = p->node;
	parts.must_exist = true;
	assert_int_equal(sqlite3_open(parts.path, &db), SQLITE_OK);
	run_file(db, version == 1 ? FIXTURES "/v1.sql" : FIXTURES "/v2.sql");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	if (sqlite_store_open(&p->s, &parts, &sentence) != 0)
		fail_msg("%s", sentence);
	*state = p;
	return 0;
}

static int start_1(void **state)
{
	return start(state, 1);
}

static int start_2(void **state)
{
	return start(state, 2);
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
	assert_int_equal(is_copied, p->version < sqlite_store_schema());
}

static struct user *expect_mette(void)
{
	static struct user mette; /* padding and all: it is compared whole */

	mette.id = 1;
	mette.version = 4;
	(void)snprintf(mette.name, sizeof(mette.name), "mette");
	(void)snprintf(mette.given, sizeof(mette.given), "Mette");
	(void)snprintf(mette.team, sizeof(mette.team), "job");
	mette.phone = sealed_of(2, "\1\2");
	mette.roles = USER_CONSULTANT | USER_LEADER;
	(void)snprintf(mette.password, sizeof(mette.password), "$argon2id$x");
	mette.totp = sealed_of(3, "\3\4\5");
	mette.totp_last_step = 58000000;
	mette.recovery[0] = fixture_hash(1);
	mette.recovery_n = 1;
	mette.failures = 2;
	mette.locked_until_ms = NOON + 1;
	mette.created_ms = NOON + 2;
	mette.last_sign_in_ms = NOON + 3;
	return &mette;
}

static struct user *expect_ny(void)
{
	static struct user ny; /* padding and all: it is compared whole */

	ny.id = 7;
	ny.version = 1;
	(void)snprintf(ny.name, sizeof(ny.name), "ny");
	(void)snprintf(ny.given, sizeof(ny.given), "Ny");
	(void)snprintf(ny.team, sizeof(ny.team), "ydelse");
	ny.roles = USER_CONSULTANT;
	ny.has_setup = true;
	ny.setup = fixture_hash(2);
	ny.setup_expires_ms = NOON + 4;
	ny.disabled = true;
	ny.created_ms = NOON + 5;
	return &ny;
}

static void accounts_and_sign_ins_are_read(void **state)
{
	struct place *p = *state;
	struct user *mette = expect_mette();
	struct user *ny = expect_ny();
	struct token_hash hash = fixture_hash(3);
	struct staff_session signed_in;
	struct user got;

	assert_int_equal(p->s->user->by_name(p->s, "mette", &got), 0);
	assert_memory_equal(&got, mette, sizeof(got));
	assert_int_equal(p->s->user->by_setup(p->s, &ny->setup, &got), 0);
	assert_memory_equal(&got, ny, sizeof(got));
	assert_int_equal(p->s->staff_session->get(p->s, &hash, &signed_in), 0);
	assert_int_equal(signed_in.user, 1);
	assert_int_equal(signed_in.created_ms, NOON + 6);
	assert_int_equal(signed_in.used_ms, NOON + 7);
	assert_int_equal(signed_in.expires_ms, NOON + 8);
}

static struct booking *expect_ahead(unsigned version)
{
	static struct booking ahead; /* padding and all: it is compared whole */

	ahead.id = LAST_ID;
	ahead.version = 3;
	ahead.number = 12345678;
	ahead.owner = 1;
	(void)snprintf(ahead.team, sizeof(ahead.team), "job");
	ahead.starts_ms = NOON;
	ahead.minutes = 30;
	ahead.form = BOOKING_VIDEO;
	ahead.chosen_by = CHOSEN_BY_CITIZEN;
	ahead.state = BOOKING_BOOKED;
	(void)snprintf(ahead.language, sizeof(ahead.language), "da");
	ahead.pin_required = true;
	ahead.phone_by_citizen = true;
	(void)snprintf(ahead.contact_phone, sizeof(ahead.contact_phone), "+4575000000");
	ahead.label = sealed_of(1, "\x0a");
	ahead.phone = sealed_of(2, "\x0b\x0b");
	ahead.way = sealed_of(3, "\x0c\x0c\x0c");
	ahead.case_ref = sealed_of(1, "\x0d");
	ahead.has_case = true;
	ahead.case_tag = fixture_hash(4);
	ahead.has_link = true;
	ahead.link = fixture_hash(5);
	ahead.pin = fixture_hash(6);
	ahead.link_generation = 2;
	ahead.created_ms = NOON + 9;
	ahead.changed_ms = NOON + 10;
	ahead.has_phone_tag = version >= 2;
	ahead.phone_tag = fixture_hash(version >= 2 ? 8 : 0);
	return &ahead;
}

static struct booking *expect_over(void)
{
	static struct booking over; /* padding and all: it is compared whole */

	over.id = 42;
	over.version = 8;
	over.number = 87654321;
	over.owner = 7;
	(void)snprintf(over.team, sizeof(over.team), "ydelse");
	over.starts_ms = NOON + 11;
	over.minutes = 45;
	over.form = BOOKING_PHONE;
	over.chosen_by = CHOSEN_BY_AUTHORITY;
	over.state = BOOKING_ENDED;
	over.outcome = BOOKING_HELD;
	(void)snprintf(over.language, sizeof(over.language), "en");
	over.pin = fixture_hash(7);
	over.link_generation = 1;
	over.contact_gone = true;
	over.record_gone = true;
	over.created_ms = NOON + 12;
	over.changed_ms = NOON + 13;
	over.started_ms = NOON + 14;
	over.ended_ms = NOON + 15;
	return &over;
}

static void bookings_are_read(void **state)
{
	struct place *p = *state;
	struct booking *ahead = expect_ahead(p->version);
	struct booking *over = expect_over();
	struct booking got;

	assert_int_equal(p->s->meeting->by_link(p->s, &ahead->link, &got), 0);
	assert_memory_equal(&got, ahead, sizeof(got));
	assert_int_equal(p->s->meeting->by_number(p->s, 87654321, &got), 0);
	assert_memory_equal(&got, over, sizeof(got));
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
	assert_true(
		cells.at[0].form == BOOKING_VIDEO && cells.at[0].outcome == BOOKING_HELD);
	assert_true(cells.at[0].cause == 2 && cells.at[0].waiting == 3);
	assert_int_equal(cells.at[0].count, 17);
	free(cells.at);
	assert_int_equal(p->s->meta->get(p->s, "installed", fact), 0);
	assert_string_equal(fact, "2025-12-01");
}

static void what_the_telephone_left_is_read(void **state)
{
	struct place *p = *state;
	const struct call_attempt who = { .meeting = 42, .user = 1, .at_ms = NOON + 30 };
	const struct call_price price = { 50, 90 * INT64_C(60000) };
	struct call_back_list backs = STORE_LIST_NULL;
	struct call_counts counts;
	bool has = p->version >= 2;

	assert_int_equal(p->s->call->counts(p->s, &who, &price, &counts), 0);
	assert_int_equal(counts.day, has ? 2 : 0);
	assert_true(counts.day_ore == (has ? 150 : 0));
	assert_int_equal(p->s->call->over(p->s, 42, 8, 1, 1), has ? 0 : STORE_E_NONE);
	assert_int_equal(p->s->call->back_list(p->s, "job", NOON, &backs), 0);
	assert_int_equal(backs.n, has ? 1 : 0);
	if (has)
		assert_memory_equal(backs.at[0].number.at, "\x17\x18\x19", 3);
	free(backs.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test)                                                                         \
	{ #test " (1)", test, start_1, stop, NULL },                                     \
		{ #test " (2)", test, start_2, stop, NULL }
		AT(it_is_of_the_newest_schema_and_has_its_way_back),
		AT(accounts_and_sign_ins_are_read),
		AT(bookings_are_read),
		AT(records_counters_and_facts_are_read),
		AT(what_the_telephone_left_is_read),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
