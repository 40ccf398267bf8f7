/* SPDX-License-Identifier: MPL-2.0
 *
 * What every store promises, asked of the SQLite store and of the one in memory alike.
 */
#include "store_fixture.h"

#include <errno.h>

struct subject {
	struct folder folder;
	struct store *s;
	int64_t owner; /* a user that exists */
	bool in_memory;
};

static struct subject subject;

static int start(void **state, bool in_memory)
{
	struct subject *x = &subject;
	struct user u = fixture_user("owner");

	*x = (struct subject){ .in_memory = in_memory };
	folder_make(&x->folder);
	if (in_memory)
		assert_int_equal(memory_store_new(&x->s), 0);
	else
		x->s = fixture_open(&x->folder);
	assert_int_equal(x->s->user->add(x->s, &u), 0);
	x->owner = u.id;
	*state = x;
	return 0;
}

static int start_sqlite(void **state)
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

	x->s = x->in_memory ? memory_store_free(x->s) : sqlite_store_close(x->s);
	folder_remove(&x->folder);
	return 0;
}

static struct booking insert(struct subject *x, int64_t id)
{
	struct booking b = fixture_booking(id, x->owner);

	assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	return b;
}

/* -- users ------------------------------------------------------------------------- */
static void a_user_comes_back_as_it_was(void **state)
{
	struct subject *x = *state;
	struct user u = fixture_user("mette"), got;

	u.roles = USER_CONSULTANT | USER_LEADER;
	u.phone.len = 73;
	memset(u.phone.at, 7, 73);
	u.totp.len = 105;
	memset(u.totp.at, 8, 105);
	u.totp_last_step = 58000000;
	u.recovery_n = 3;
	for (uint8_t i = 0; i < 3; i++)
		u.recovery[i] = fixture_hash(i + 1);
	u.has_setup = true;
	u.setup = fixture_hash(9);
	u.setup_expires_ms = NOON + 5;
	u.failures = 2;
	u.locked_until_ms = NOON + 6;
	u.disabled = true;
	u.last_sign_in_ms = NOON - 1;
	(void)snprintf(u.password, sizeof(u.password), "$argon2id$x");
	assert_int_equal(x->s->user->add(x->s, &u), 0);
	assert_true(u.id > 0 && u.version == 1);
	assert_int_equal(x->s->user->by_id(x->s, u.id, &got), 0);
	assert_memory_equal(&got, &u, sizeof(u));
	assert_int_equal(x->s->user->by_name(x->s, "mette", &got), 0);
	assert_memory_equal(&got, &u, sizeof(u));
	assert_int_equal(x->s->user->by_setup(x->s, &u.setup, &got), 0);
	assert_int_equal(got.id, u.id);
}

static void an_unknown_user_is_none_and_leaves_the_output(void **state)
{
	struct subject *x = *state;
	struct token_hash h = fixture_hash(1);
	struct user got = { .id = 77 };

	assert_int_equal(x->s->user->by_name(x->s, "nobody", &got), STORE_E_NONE);
	assert_int_equal(x->s->user->by_id(x->s, 999, &got), STORE_E_NONE);
	assert_int_equal(x->s->user->by_setup(x->s, &h, &got), STORE_E_NONE);
	assert_int_equal(got.id, 77);
}

static void a_name_is_given_once(void **state)
{
	struct subject *x = *state;
	struct user u = fixture_user("owner"), other = fixture_user("other");

	assert_int_equal(x->s->user->add(x->s, &u), STORE_E_TAKEN);
	assert_int_equal(x->s->user->add(x->s, &other), 0);
	(void)snprintf(other.name, sizeof(other.name), "owner");
	assert_int_equal(x->s->user->update(x->s, &other), STORE_E_TAKEN);
}

static void a_stale_user_is_a_conflict(void **state)
{
	struct subject *x = *state;
	struct user a, b;

	assert_int_equal(x->s->user->by_id(x->s, x->owner, &a), 0);
	b = a;
	a.failures = 1;
	assert_int_equal(x->s->user->update(x->s, &a), 0);
	assert_int_equal(a.version, 2);
	b.failures = 9;
	assert_int_equal(x->s->user->update(x->s, &b), STORE_E_CONFLICT);
	assert_int_equal(x->s->user->by_id(x->s, x->owner, &b), 0);
	assert_int_equal(b.failures, 1);
	b.id = 4711;
	assert_int_equal(x->s->user->update(x->s, &b), STORE_E_NONE);
}

static void a_team_is_listed_by_name(void **state)
{
	struct subject *x = *state;
	struct user_list list = STORE_LIST_NULL;
	const char *names[] = { "zoe", "anna", "kim" };

	for (size_t i = 0; i < 3; i++) {
		struct user u = fixture_user(names[i]);

		if (i == 2)
			(void)snprintf(u.team, sizeof(u.team), "ydelse");
		assert_int_equal(x->s->user->add(x->s, &u), 0);
	}
	assert_int_equal(x->s->user->list(x->s, "job", &list), 0);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.at[0].name, "anna");
	assert_string_equal(list.at[2].name, "zoe");
	free(list.at);
	assert_int_equal(x->s->user->list(x->s, NULL, &list), 0);
	assert_int_equal(list.n, 4);
	assert_false(list.more);
	free(list.at);
}

/* -- sign-ins ---------------------------------------------------------------------- */
static void a_sign_in_lives_until_it_is_dropped(void **state)
{
	struct subject *x = *state;
	const struct staff_session_questions *q = x->s->staff_session;
	struct staff_session row = { fixture_hash(1), x->owner, 1, 2, 3 }, got;

	assert_int_equal(q->put(x->s, &row), 0);
	assert_int_equal(q->put(x->s, &row), STORE_E_TAKEN);
	assert_int_equal(q->touch(x->s, &row.hash, 50), 0);
	assert_int_equal(q->get(x->s, &row.hash, &got), 0);
	assert_int_equal(got.used_ms, 50);
	assert_int_equal(got.user, x->owner);
	assert_int_equal(q->drop(x->s, &row.hash), 0);
	assert_int_equal(q->drop(x->s, &row.hash), 0);
	assert_int_equal(q->get(x->s, &row.hash, &got), STORE_E_NONE);
	assert_int_equal(q->touch(x->s, &row.hash, 51), STORE_E_NONE);
}

static void all_other_sign_ins_of_a_user_can_be_dropped(void **state)
{
	struct subject *x = *state;
	const struct staff_session_questions *q = x->s->staff_session;
	struct staff_session got;

	for (uint8_t i = 1; i <= 3; i++) {
		struct staff_session row = { fixture_hash(i), x->owner, 0, 0, 10 * i };

		assert_int_equal(q->put(x->s, &row), 0);
	}
	struct token_hash keep = fixture_hash(2), gone = fixture_hash(1);

	assert_int_equal(q->drop_of_user(x->s, x->owner, &keep), 0);
	assert_int_equal(q->get(x->s, &keep, &got), 0);
	assert_int_equal(q->get(x->s, &gone, &got), STORE_E_NONE);
	assert_int_equal(q->drop_expired(x->s, 19), 0);
	assert_int_equal(q->get(x->s, &keep, &got), 0);
	assert_int_equal(q->drop_expired(x->s, 20), 0);
	assert_int_equal(q->get(x->s, &keep, &got), STORE_E_NONE);
	assert_int_equal(
		q->put(x->s, &(struct staff_session){ keep, x->owner, 0, 0, 0 }), 0);
	assert_int_equal(q->drop_of_user(x->s, x->owner, NULL), 0);
	assert_int_equal(q->get(x->s, &keep, &got), STORE_E_NONE);
}

static void a_sign_in_of_nobody_is_refused(void **state)
{
	struct subject *x = *state;
	struct staff_session row = { fixture_hash(1), 4711, 0, 0, 0 };

	assert_int_equal(x->s->staff_session->put(x->s, &row), -EINVAL);
}

/* -- bookings ---------------------------------------------------------------------- */
static void a_booking_comes_back_as_it_was(void **state)
{
	struct subject *x = *state;
	struct booking b = fixture_booking(INT64_C(9007199254740991), x->owner), got;

	b.number = 99999999;
	b.label.len = b.phone.len = b.way.len = b.case_ref.len = 137;
	memset(b.label.at, 1, 137);
	memset(b.phone.at, 2, 137);
	memset(b.way.at, 3, 137);
	memset(b.case_ref.at, 4, 137);
	b.has_case = true;
	b.case_tag = fixture_hash(5);
	b.link_generation = 4000000000;
	b.has_phone_tag = true;
	b.phone_tag = fixture_hash(6);
	b.pin_required = b.phone_by_citizen = true;
	b.started_ms = NOON + 1;
	b.ended_ms = NOON + 2;
	b.state = BOOKING_ENDED;
	b.outcome = BOOKING_UNFINISHED;
	assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	assert_int_equal(x->s->meeting->get(x->s, b.id, &got), 0);
	assert_memory_equal(&got, &b, sizeof(b));
	assert_int_equal(x->s->meeting->by_link(x->s, &b.link, &got), 0);
	assert_memory_equal(&got, &b, sizeof(b));
	assert_int_equal(x->s->meeting->by_number(x->s, 99999999, &got), 0);
	assert_int_equal(got.id, b.id);
}

static void number_link_and_id_are_given_once(void **state)
{
	struct subject *x = *state;
	struct booking a = insert(x, 1), b = fixture_booking(2, x->owner);

	b.number = a.number;
	assert_int_equal(x->s->meeting->insert(x->s, &b), STORE_E_TAKEN);
	b.number++;
	b.link = a.link;
	assert_int_equal(x->s->meeting->insert(x->s, &b), STORE_E_TAKEN);
	b.link = fixture_hash(3);
	b.id = a.id;
	assert_int_equal(x->s->meeting->insert(x->s, &b), STORE_E_TAKEN);
	b.id = 2;
	b.owner = 4711;
	assert_int_equal(x->s->meeting->insert(x->s, &b), -EINVAL);
}

static void bookings_without_a_link_live_side_by_side(void **state)
{
	struct subject *x = *state;
	struct booking a = fixture_booking(1, x->owner), b = fixture_booking(2, x->owner),
		       got;
	struct token_hash none = { 0 };

	a.has_link = b.has_link = false;
	assert_int_equal(x->s->meeting->insert(x->s, &a), 0);
	assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	assert_int_equal(x->s->meeting->by_link(x->s, &none, &got), STORE_E_NONE);
}

static void a_new_link_ends_the_old(void **state)
{
	struct subject *x = *state;
	struct booking b = insert(x, 1), got;
	struct token_hash old = b.link;

	b.link = fixture_hash(6);
	b.link_generation++;
	assert_int_equal(x->s->meeting->update(x->s, &b), 0);
	assert_int_equal(x->s->meeting->by_link(x->s, &old, &got), STORE_E_NONE);
	assert_int_equal(x->s->meeting->by_link(x->s, &b.link, &got), 0);
	assert_memory_equal(&got, &b, sizeof(b));
}

static void a_stale_booking_is_a_conflict(void **state)
{
	struct subject *x = *state;
	struct booking a = insert(x, 1), b = a, got;

	a.starts_ms += 1;
	assert_int_equal(x->s->meeting->update(x->s, &a), 0);
	b.starts_ms += 2;
	assert_int_equal(x->s->meeting->update(x->s, &b), STORE_E_CONFLICT);
	assert_int_equal(x->s->meeting->get(x->s, 1, &got), 0);
	assert_int_equal(got.starts_ms, NOON + 1);
	b.id = 2;
	assert_int_equal(x->s->meeting->update(x->s, &b), STORE_E_NONE);
}

static void a_day_is_read_by_owner_and_by_team(void **state)
{
	struct subject *x = *state;
	struct user colleague = fixture_user("kim");
	struct booking_span span = { NOON, NOON + 100, 0, NULL };
	struct booking_list list = STORE_LIST_NULL;

	assert_int_equal(x->s->user->add(x->s, &colleague), 0);
	for (int64_t i = 0; i < 5; i++) {
		struct booking b =
			fixture_booking(10 - i, i == 4 ? colleague.id : x->owner);

		b.starts_ms = NOON + (int64_t[]){ 99, 0, 50, 100, 50 }[i];
		if (i == 2)
			(void)snprintf(b.team, sizeof(b.team), "ydelse");
		assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	}
	assert_int_equal(x->s->meeting->between(x->s, &span, &list), 0);
	assert_int_equal(list.n, 4); /* the one that starts at the end is not in it */
	assert_int_equal(list.at[0].starts_ms, NOON);
	assert_int_equal(list.at[1].id, 6); /* same start: by id */
	assert_int_equal(list.at[2].id, 8);
	assert_int_equal(list.at[3].starts_ms, NOON + 99);
	free(list.at);
	span.owner = colleague.id;
	assert_int_equal(x->s->meeting->between(x->s, &span, &list), 0);
	assert_int_equal(list.n, 1);
	free(list.at);
	span.owner = 0;
	span.team = "ydelse";
	assert_int_equal(x->s->meeting->between(x->s, &span, &list), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.at[0].id, 8);
	free(list.at);
}

static void a_case_finds_its_meetings_newest_first(void **state)
{
	struct subject *x = *state;
	struct booking_list list = STORE_LIST_NULL;
	struct token_hash tag = fixture_hash(1), other = fixture_hash(2);

	for (int64_t i = 1; i <= 3; i++) {
		struct booking b = fixture_booking(i, x->owner);

		b.starts_ms += i;
		b.has_case = true;
		b.case_tag = i == 2 ? other : tag;
		assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	}
	assert_int_equal(x->s->meeting->by_case(x->s, &tag, &list), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(list.at[0].id, 3);
	assert_int_equal(list.at[1].id, 1);
	free(list.at);
}

static void a_restart_finds_what_was_running(void **state)
{
	struct subject *x = *state;
	struct booking_list list = STORE_LIST_NULL;

	for (uint8_t i = BOOKING_BOOKED; i <= BOOKING_ENDED; i++) {
		struct booking b = fixture_booking(i, x->owner);

		b.state = i;
		assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	}
	assert_int_equal(x->s->meeting->unfinished(x->s, &list), 0);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.at[0].state, BOOKING_OPEN);
	assert_int_equal(list.at[2].state, BOOKING_PAUSED);
	free(list.at);
}

static void a_list_that_is_too_long_says_so(void **state)
{
	struct subject *x = *state;
	struct booking_span span = { 0, INT64_MAX, 0, NULL };
	struct booking_list list = STORE_LIST_NULL;

	assert_int_equal(x->s->batch->begin(x->s), 0);
	for (int64_t i = 1; i <= STORE_ROWS_MAX + 1; i++)
		(void)insert(x, i);
	assert_int_equal(x->s->batch->commit(x->s), 0);
	assert_int_equal(x->s->meeting->between(x->s, &span, &list), 0);
	assert_int_equal(list.n, STORE_ROWS_MAX);
	assert_true(list.more);
	free(list.at);
}

/* -- records, counters, facts ------------------------------------------------------ */
static void a_live_record_is_replaced_and_dropped(void **state)
{
	struct subject *x = *state;
	const struct record_questions *q = x->s->record;
	static uint8_t big[LIMIT_RECORD_BLOB + 1];
	struct record *got = NULL;
	int64_t *ids = NULL;
	size_t n = 0;

	assert_int_equal(q->live_put(x->s, 9, 1, BYTES_LIT("one")), 0);
	assert_int_equal(q->live_put(x->s, 9, 2, bytes_of(big, LIMIT_RECORD_BLOB)), 0);
	assert_int_equal(q->live_put(x->s, 4, 3, BYTES_LIT("two")), 0);
	assert_int_equal(q->live_put(x->s, 4, 4, bytes_of(big, sizeof(big))), -EMSGSIZE);
	assert_int_equal(q->live_get(x->s, 9, &got), 0);
	assert_int_equal(got->len, LIMIT_RECORD_BLOB);
	assert_int_equal(got->changed_ms, 2);
	free(got);
	assert_int_equal(q->live_list(x->s, &ids, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ids[0], 4);
	assert_int_equal(ids[1], 9);
	free(ids);
	assert_int_equal(q->live_drop(x->s, 9), 0);
	assert_int_equal(q->live_drop(x->s, 9), 0);
	assert_int_equal(q->live_get(x->s, 9, &got), STORE_E_NONE);
	assert_int_equal(q->attendance_get(x->s, 4, &got), STORE_E_NONE);
	assert_int_equal(q->attendance_put(x->s, 4, 5, BYTES_LIT("three")), 0);
	assert_int_equal(q->attendance_get(x->s, 4, &got), 0);
	assert_memory_equal(got->blob, "three", 5);
	free(got);
}

static void counters_add_up_per_cell(void **state)
{
	struct subject *x = *state;
	struct stat_cell_list list = STORE_LIST_NULL;
	struct stat_cell c = {
		.week = 202550, .team = "job", .form = 1, .outcome = 1, .count = 2
	};

	assert_int_equal(x->s->stats->add(x->s, &c), 0);
	assert_int_equal(x->s->stats->add(x->s, &c), 0);
	c.waiting = 1;
	assert_int_equal(x->s->stats->add(x->s, &c), 0);
	c.week = 202551;
	assert_int_equal(x->s->stats->add(x->s, &c), 0);
	assert_int_equal(x->s->stats->list(x->s, 202550, 202550, &list), 0);
	assert_int_equal(list.n, 2);
	assert_int_equal(list.at[0].count, 4);
	assert_int_equal(list.at[1].waiting, 1);
	free(list.at);
}

static void a_fact_is_replaced(void **state)
{
	struct subject *x = *state;
	char value[META_VALUE_MAX + 1] = "untouched";

	assert_int_equal(x->s->meta->get(x->s, "install", value), STORE_E_NONE);
	assert_string_equal(value, "untouched");
	assert_int_equal(x->s->meta->put(x->s, "install", "a"), 0);
	assert_int_equal(x->s->meta->put(x->s, "install", "b"), 0);
	assert_int_equal(x->s->meta->get(x->s, "install", value), 0);
	assert_string_equal(value, "b");
}

/* -- what is due ------------------------------------------------------------------- */
static const struct retention_policy policy = { .contact_hours = 24,
	.contact_days = 5,
	.booking_days = 30,
	.attendance_days = 60,
	.record_days = 183 };

static size_t due(struct subject *x, enum retention_kind kind, int64_t now_ms)
{
	const struct retention_ask ask = { kind, now_ms, &policy, 0 };
	int64_t ids[RETENTION_STEP];
	size_t n = 99;

	assert_int_equal(x->s->retention->due(x->s, &ask, ids, &n), 0);
	return n;
}

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define OVER (NOON + 30 * 60000)

static void contact_data_of_a_held_meeting_goes_after_a_day(void **state)
{
	struct subject *x = *state;
	struct booking b = insert(x, 1), got;

	b.state = BOOKING_ENDED;
	b.outcome = BOOKING_HELD;
	b.ended_ms = OVER;
	b.label.len = 73;
	assert_int_equal(x->s->meeting->update(x->s, &b), 0);
	assert_int_equal(due(x, RETENTION_CONTACT, OVER + 24 * HOUR - 1), 0);
	assert_int_equal(due(x, RETENTION_CONTACT, OVER + 24 * HOUR), 1);
	assert_int_equal(x->s->retention->drop(x->s, RETENTION_CONTACT, 1), 0);
	assert_int_equal(due(x, RETENTION_CONTACT, OVER + 99 * DAY), 0);
	assert_int_equal(x->s->meeting->get(x->s, 1, &got), 0);
	assert_true(got.contact_gone && !got.has_link && got.label.len == 0);
	assert_int_equal(x->s->meeting->by_link(x->s, &b.link, &got), STORE_E_NONE);
	/* Who still holds the row with its contact data cannot write it back. */
	assert_int_equal(x->s->meeting->update(x->s, &b), STORE_E_CONFLICT);
}

static void contact_data_of_any_other_meeting_goes_after_five_working_days(void **state)
{
	struct subject *x = *state;

	(void)insert(x, 1); /* over on Monday 12:30 */
	assert_int_equal(due(x, RETENTION_CONTACT, OVER + 7 * DAY - 1), 0);
	assert_int_equal(due(x, RETENTION_CONTACT, OVER + 7 * DAY), 1);
}

static void a_booking_outlives_its_contact_data_and_leaves_its_key_to_the_log(
	void **state)
{
	struct subject *x = *state;
	struct booking got;
	bool known = false;

	(void)insert(x, 1);
	assert_int_equal(x->s->record->live_put(x->s, 1, 1, BYTES_LIT("x")), 0);
	assert_int_equal(
		due(x, RETENTION_BOOKING, OVER + 30 * DAY), 0); /* contact first */
	assert_int_equal(x->s->retention->drop(x->s, RETENTION_CONTACT, 1), 0);
	assert_int_equal(due(x, RETENTION_BOOKING, OVER + 30 * DAY - 1), 0);
	assert_int_equal(due(x, RETENTION_BOOKING, OVER + 30 * DAY), 1);
	assert_int_equal(x->s->retention->drop(x->s, RETENTION_BOOKING, 1), 0);
	assert_int_equal(x->s->meeting->get(x->s, 1, &got), STORE_E_NONE);
	assert_int_equal(x->s->retention->is_known(x->s, 1, &known), 0);
	assert_true(known);
	assert_int_equal(due(x, RETENTION_RECORD, OVER + 183 * DAY - 1), 0);
	assert_int_equal(due(x, RETENTION_RECORD, OVER + 183 * DAY), 1);
	assert_int_equal(x->s->retention->drop(x->s, RETENTION_RECORD, 1), 0);
	assert_int_equal(x->s->retention->is_known(x->s, 1, &known), 0);
	assert_false(known);
}

static void the_record_of_a_booking_that_is_kept_goes_too(void **state)
{
	struct subject *x = *state;
	struct booking b = fixture_booking(1, x->owner), got;
	struct record *row = NULL;

	b.has_case = true;
	b.case_tag = fixture_hash(1);
	b.case_ref.len = 73;
	assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	assert_int_equal(x->s->record->attendance_put(x->s, 1, OVER, BYTES_LIT("x")), 0);
	assert_int_equal(due(x, RETENTION_ATTENDANCE, OVER + 60 * DAY - 1), 0);
	assert_int_equal(due(x, RETENTION_ATTENDANCE, OVER + 60 * DAY), 1);
	assert_int_equal(x->s->retention->drop(x->s, RETENTION_RECORD, 1), 0);
	assert_int_equal(due(x, RETENTION_RECORD, OVER + 999 * DAY), 0);
	assert_int_equal(x->s->meeting->get(x->s, 1, &got), 0);
	assert_true(got.record_gone && !got.has_case && got.case_ref.len == 0);
	assert_int_equal(x->s->record->attendance_get(x->s, 1, &row), STORE_E_NONE);
}

static void what_is_due_comes_in_steps(void **state)
{
	struct subject *x = *state;
	struct retention_ask ask = { RETENTION_CONTACT, OVER + 99 * DAY, &policy, 0 };
	int64_t ids[RETENTION_STEP];
	size_t n = 0;

	assert_int_equal(x->s->batch->begin(x->s), 0);
	for (int64_t i = RETENTION_STEP + 2; i > 0; i--)
		(void)insert(x, i);
	assert_int_equal(x->s->batch->commit(x->s), 0);
	assert_int_equal(x->s->retention->due(x->s, &ask, ids, &n), 0);
	assert_int_equal(n, RETENTION_STEP);
	assert_int_equal(ids[0], 1);
	ask.after = ids[n - 1];
	assert_int_equal(x->s->retention->due(x->s, &ask, ids, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ids[1], RETENTION_STEP + 2);
	ask.kind = RETENTION_SESSION;
	assert_int_equal(x->s->retention->due(x->s, &ask, ids, &n), -EINVAL);
}

#define BOTH(test)                                                                       \
	{ #test " (sqlite)", test, start_sqlite, stop, NULL },                           \
	{                                                                                \
#test " (memory)", test, start_memory, stop, NULL                        \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_user_comes_back_as_it_was),
		BOTH(an_unknown_user_is_none_and_leaves_the_output),
		BOTH(a_name_is_given_once),
		BOTH(a_stale_user_is_a_conflict),
		BOTH(a_team_is_listed_by_name),
		BOTH(a_sign_in_lives_until_it_is_dropped),
		BOTH(all_other_sign_ins_of_a_user_can_be_dropped),
		BOTH(a_sign_in_of_nobody_is_refused),
		BOTH(a_booking_comes_back_as_it_was),
		BOTH(number_link_and_id_are_given_once),
		BOTH(bookings_without_a_link_live_side_by_side),
		BOTH(a_new_link_ends_the_old),
		BOTH(a_stale_booking_is_a_conflict),
		BOTH(a_day_is_read_by_owner_and_by_team),
		BOTH(a_case_finds_its_meetings_newest_first),
		BOTH(a_restart_finds_what_was_running),
		BOTH(a_list_that_is_too_long_says_so),
		BOTH(a_live_record_is_replaced_and_dropped),
		BOTH(counters_add_up_per_cell),
		BOTH(a_fact_is_replaced),
		BOTH(contact_data_of_a_held_meeting_goes_after_a_day),
		BOTH(contact_data_of_any_other_meeting_goes_after_five_working_days),
		BOTH(a_booking_outlives_its_contact_data_and_leaves_its_key_to_the_log),
		BOTH(the_record_of_a_booking_that_is_kept_goes_too),
		BOTH(what_is_due_comes_in_steps),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
