/* SPDX-License-Identifier: MPL-2.0
 *
 * What the telephone leaves in a store, asked of the SQLite store and of the one in
 * memory alike: counts for the caps, callers who are found by their number's tag, and
 * people who wait to be called back.
 */
#include "store_fixture.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

struct subject {
	struct folder folder;
	struct store *s;
	int64_t owner;
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

/* -- placed calls ------------------------------------------------------------------ */
static const struct call_price price = { .ore_per_minute = 50,
	.longest_ms = 90 * MINUTE };

static void place(struct subject *x, int64_t meeting, int64_t user, int64_t at_ms)
{
	const struct call_attempt a = { meeting, user, (uint32_t)(meeting * 100), at_ms };

	assert_int_equal(x->s->call->placed(x->s, &a), 0);
}

static struct call_counts counts(struct subject *x, int64_t meeting, int64_t user)
{
	const struct call_attempt who = {
		.meeting = meeting, .user = user, .at_ms = NOON
	};
	struct call_counts c = { 0 };

	assert_int_equal(x->s->call->counts(x->s, &who, &price, &c), 0);
	return c;
}

static void calls_are_counted_by_meeting_by_user_and_in_all(void **state)
{
	struct subject *x = *state;
	struct call_counts c = counts(x, 1, 7);

	assert_int_equal(c.meeting_day + c.user_hour + c.day, 0);
	assert_true(c.day_ore == 0);
	place(x, 1, 7, NOON - 24 * HOUR); /* one day ago: not any more */
	place(x, 1, 7, NOON - 24 * HOUR + 1);
	place(x, 1, 8, NOON - 10);
	place(x, 2, 7, NOON - HOUR);
	place(x, 2, 7, NOON - HOUR + 1);
	c = counts(x, 1, 7);
	assert_int_equal(c.meeting_day, 2);
	assert_int_equal(c.user_hour, 1);
	assert_int_equal(c.day, 4);
	c = counts(x, 2, 8);
	assert_int_equal(c.meeting_day, 2);
	assert_int_equal(c.user_hour, 1);
}

static void a_call_costs_what_it_took_and_a_lost_one_the_longest(void **state)
{
	struct subject *x = *state;

	place(x, 1, 7, NOON - 150 * MINUTE); /* never heard of again */
	assert_true(counts(x, 1, 7).day_ore == 91 * 50);
	place(x, 2, 7, NOON - 2 * MINUTE - 1); /* in its third minute */
	assert_true(counts(x, 1, 7).day_ore == 94 * 50);
	assert_int_equal(x->s->call->over(x->s, 1, 100, 61, 100), 0);
	assert_true(counts(x, 1, 7).day_ore == 100 + 150);
	assert_int_equal(x->s->call->over(x->s, 2, 200, 0, 0), 0);
	assert_true(counts(x, 1, 7).day_ore == 100);
}

static void a_call_is_over_once_and_the_newest_first(void **state)
{
	struct subject *x = *state;

	assert_int_equal(x->s->call->over(x->s, 1, 100, 1, 1), STORE_E_NONE);
	place(x, 1, 7, NOON - 90 * MINUTE);
	place(x, 1, 7, NOON);
	assert_int_equal(x->s->call->over(x->s, 1, 99, 1, 1), STORE_E_NONE);
	assert_int_equal(x->s->call->over(x->s, 1, 100, 1, 7), 0);
	assert_true(counts(x, 1, 7).day_ore == 91 * 50 + 7);
	assert_int_equal(x->s->call->over(x->s, 1, 100, 1, 8), 0);
	assert_true(counts(x, 1, 7).day_ore == 15);
	assert_int_equal(x->s->call->over(x->s, 1, 100, 1, 9), STORE_E_NONE);
}

static void placed_calls_go_when_they_are_old(void **state)
{
	struct subject *x = *state;
	size_t n = 9;

	place(x, 1, 7, NOON - 2);
	place(x, 1, 7, NOON - 1);
	assert_int_equal(x->s->call->calls_old(x->s, NOON - 1, false, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(x->s->call->calls_old(x->s, NOON - 1, true, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(x->s->call->calls_old(x->s, NOON - 1, true, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(counts(x, 1, 7).day, 1);
}

/* -- callers ----------------------------------------------------------------------- */
static struct booking insert(
	struct subject *x, int64_t id, uint8_t tag, int64_t starts_ms)
{
	struct booking b = fixture_booking(id, x->owner);

	b.starts_ms = starts_ms;
	b.has_phone_tag = tag != 0;
	b.phone_tag = fixture_hash(tag);
	assert_int_equal(x->s->meeting->insert(x->s, &b), 0);
	return b;
}

/* Which meeting, 0: none or more than one. */
static int64_t caller(struct subject *x, uint8_t tag)
{
	const struct booking_caller who = { .tag = fixture_hash(tag),
		.from_ms = NOON,
		.to_ms = NOON + HOUR,
		.tried_ms = NOON - 4 * HOUR };
	struct booking got = { .id = -1 };
	int r = x->s->meeting->by_caller(x->s, &who, &got);

	if (r == STORE_E_NONE)
		assert_int_equal(got.id, -1);
	else
		assert_int_equal(r, 0);
	return r == STORE_E_NONE ? 0 : got.id;
}

static void a_caller_is_found_by_todays_only_booking(void **state)
{
	struct subject *x = *state;

	(void)insert(x, 1, 5, NOON - 1);
	(void)insert(x, 2, 5, NOON + HOUR);
	(void)insert(x, 3, 6, NOON);
	(void)insert(x, 4, 0, NOON);
	assert_int_equal(caller(x, 5), 0);
	assert_int_equal(caller(x, 0), 0);
	assert_int_equal(caller(x, 6), 3);
	(void)insert(x, 5, 5, NOON + HOUR - 1);
	assert_int_equal(caller(x, 5), 5);
	(void)insert(x, 6, 5, NOON);
	assert_int_equal(caller(x, 5), 0);
}

static void a_meeting_that_is_over_has_no_callers(void **state)
{
	struct subject *x = *state;
	struct booking b = insert(x, 1, 5, NOON);

	b.state = BOOKING_ENDED;
	b.outcome = BOOKING_NOT_REACHED;
	assert_int_equal(x->s->meeting->update(x->s, &b), 0);
	place(x, 1, 7, NOON);
	assert_int_equal(caller(x, 5), 0);
}

static void a_talk_that_goes_on_has_callers_whenever_it_began(void **state)
{
	struct subject *x = *state;
	struct booking b = insert(x, 1, 5, NOON - 30 * HOUR);

	assert_int_equal(caller(x, 5), 0);
	b.state = BOOKING_LIVE;
	assert_int_equal(x->s->meeting->update(x->s, &b), 0);
	assert_int_equal(caller(x, 5), 1);
}

static void whom_we_called_lately_finds_that_meeting(void **state)
{
	struct subject *x = *state;

	(void)insert(x, 1, 5, NOON - 3 * HOUR);
	place(x, 1, 7, NOON - 4 * HOUR - 1);
	assert_int_equal(caller(x, 5), 0);
	place(x, 1, 7, NOON - 4 * HOUR);
	assert_int_equal(caller(x, 5), 1);
	(void)insert(x, 2, 5, NOON); /* today's, but the other one was called */
	assert_int_equal(caller(x, 5), 1);
	place(x, 2, 7, NOON);
	assert_int_equal(caller(x, 5), 0);
	(void)insert(x, 3, 5, NOON);
	assert_int_equal(caller(x, 5), 0);
}

static void the_tag_goes_with_the_contact_data(void **state)
{
	struct subject *x = *state;
	struct booking got;

	(void)insert(x, 1, 5, NOON);
	assert_int_equal(x->s->meeting->get(x->s, 1, &got), 0);
	assert_true(got.has_phone_tag);
	assert_int_equal(x->s->retention->drop(x->s, RETENTION_CONTACT, 1), 0);
	assert_int_equal(caller(x, 5), 0);
	assert_int_equal(x->s->meeting->get(x->s, 1, &got), 0);
	assert_false(got.has_phone_tag);
	assert_int_equal(got.phone_tag.at[0], 0);
}

/* -- call-backs -------------------------------------------------------------------- */
static void wait_for_call(struct subject *x, int64_t id, const char *team, int64_t at_ms)
{
	struct call_back b = { .id = id, .created_ms = at_ms };

	(void)snprintf(b.team, sizeof(b.team), "%s", team);
	b.number.len = 73;
	memset(b.number.at, (int)id, 73);
	assert_int_equal(x->s->call->back_add(x->s, &b), 0);
}

static void a_call_back_comes_back_as_it_was_and_is_dropped(void **state)
{
	struct subject *x = *state;
	struct call_back b = { .id = INT64_C(9007199254740991),
		.team = "job",
		.created_ms = NOON },
			 got = { 0 };

	b.number.len = 137;
	memset(b.number.at, 9, 137);
	assert_int_equal(x->s->call->back_add(x->s, &b), 0);
	assert_int_equal(x->s->call->back_add(x->s, &b), STORE_E_TAKEN);
	assert_int_equal(x->s->call->back_get(x->s, b.id, &got), 0);
	assert_memory_equal(&got.number, &b.number, sizeof(b.number));
	assert_string_equal(got.team, "job");
	assert_true(got.created_ms == NOON);
	assert_int_equal(x->s->call->back_drop(x->s, b.id), 0);
	assert_int_equal(x->s->call->back_drop(x->s, b.id), STORE_E_NONE);
	assert_int_equal(x->s->call->back_get(x->s, b.id, &got), STORE_E_NONE);
}

static void a_team_sees_its_own_and_everybodys_oldest_first(void **state)
{
	struct subject *x = *state;
	struct call_back_list list = STORE_LIST_NULL;

	wait_for_call(x, 1, "job", NOON + 3);
	wait_for_call(x, 2, "", NOON + 2);
	wait_for_call(x, 3, "care", NOON + 2);
	wait_for_call(x, 4, "", NOON);
	wait_for_call(x, 5, "job", NOON + 1);
	assert_int_equal(x->s->call->back_list(x->s, "job", NOON, &list), 0);
	assert_int_equal(list.n, 3);
	assert_int_equal(list.at[0].id, 5);
	assert_int_equal(list.at[1].id, 2);
	assert_int_equal(list.at[2].id, 1);
	assert_int_equal(list.at[2].number.at[0], 1);
	free(list.at);
	list = (struct call_back_list)STORE_LIST_NULL;
	assert_int_equal(x->s->call->back_list(x->s, "", NOON, &list), 0);
	assert_int_equal(list.n, 1);
	free(list.at);
}

static void call_backs_go_when_they_are_old(void **state)
{
	struct subject *x = *state;
	size_t n = 9;

	wait_for_call(x, 1, "job", NOON - 2);
	wait_for_call(x, 2, "", NOON - 1);
	assert_int_equal(x->s->call->backs_old(x->s, NOON - 1, false, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(x->s->call->backs_old(x->s, NOON - 1, true, &n), 0);
	assert_int_equal(x->s->call->backs_old(x->s, NOON - 1, true, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(x->s->call->back_drop(x->s, 2), 0);
}

#define BOTH(test)                                                                       \
	{ #test " (sqlite)", test, start_sqlite, stop, NULL },                           \
	{                                                                                \
#test " (memory)", test, start_memory, stop, NULL                        \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(calls_are_counted_by_meeting_by_user_and_in_all),
		BOTH(a_call_costs_what_it_took_and_a_lost_one_the_longest),
		BOTH(a_call_is_over_once_and_the_newest_first),
		BOTH(placed_calls_go_when_they_are_old),
		BOTH(a_caller_is_found_by_todays_only_booking),
		BOTH(a_meeting_that_is_over_has_no_callers),
		BOTH(a_talk_that_goes_on_has_callers_whenever_it_began),
		BOTH(whom_we_called_lately_finds_that_meeting),
		BOTH(the_tag_goes_with_the_contact_data),
		BOTH(a_call_back_comes_back_as_it_was_and_is_dropped),
		BOTH(a_team_sees_its_own_and_everybodys_oldest_first),
		BOTH(call_backs_go_when_they_are_old),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
