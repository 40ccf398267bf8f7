/* SPDX-License-Identifier: MPL-2.0
 *
 * The citizen's requests by HTTP: a seat for a device, the same one again, a call back
 * with a number of one's own, and being forgotten.
 */
#include "stage.h"

static void a_seat_is_written_as_it_is_read(void **state)
{
	static const char *const bad[] = { "", "-", "1", "1-", "-1", "0-1", "1-0",
		"1-65536", "12345678901234567-1", "1-000001", "1 -1", "a-1", "1-1-1" };
	char seat[SEAT_TEXT];
	int64_t meeting;
	unsigned entry;

	(void)state;
	seat_write(9007199254740991, 65535, seat);
	assert_string_equal(seat, "9007199254740991-65535");
	assert_true(seat_parse(bytes_str(seat), &meeting, &entry));
	assert_true(meeting == 9007199254740991 && entry == 65535);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (seat_parse(bytes_str(bad[i]), &meeting, &entry))
			fail_msg("%s", bad[i]);
}

static void a_device_gets_one_seat_however_often_it_asks(void **state)
{
	struct stage *s = *state;

	assert_string_equal(stage_redeem(s, DEVICE_A).seat, "8121-1");
	assert_string_equal(stage_redeem(s, DEVICE_A).seat, "8121-1");
	assert_string_equal(stage_redeem(s, DEVICE_B).seat, "8121-2");
	assert_int_equal(s->audited[AUDIT_LINK_REDEEMED], 3);
}

static void a_seat_that_was_promised_survives_a_kill(void **state)
{
	struct stage *s = *state;
	struct actor a;

	(void)stage_redeem(s, DEVICE_A);
	stage_shut(s);
	stage_open(s);
	citizen_hello(s, &a, DEVICE_A, "8121-1", 0);
	assert_non_null(actor_hears(&a, "welcome"));
	actor_hang_up(&a);
}

static void a_link_has_its_time(void **state)
{
	struct stage *s = *state;
	struct booking row = stage_row(s);

	row.starts_ms = clock_utc_ms() + 31 * MS_MINUTE;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	assert_int_equal(stage_redeem(s, DEVICE_A).result, HOUSE_E_EARLY);
	stage_wait(s, 2 * MS_MINUTE);
	assert_int_equal(stage_redeem(s, DEVICE_A).result, 0);
}

static void a_full_lobby_turns_the_next_device_away(void **state)
{
	struct stage *s = *state;
	struct actor a[LIMIT_ENTRIES];
	char seat[SEAT_TEXT];

	for (unsigned i = 0; i < LIMIT_ENTRIES; i++) {
		(void)stage_redeem(s, (uint8_t)(1 + i));
		seat_write(MEETING, i + 1, seat);
		citizen_hello(s, &a[i], (uint8_t)(1 + i), seat, 0);
	}
	assert_int_equal(stage_redeem(s, DEVICE_A).result, HOUSE_E_FULL);
	for (unsigned i = 0; i < LIMIT_ENTRIES; i++)
		actor_hang_up(&a[i]);
}

static void an_unknown_meeting_has_no_seats(void **state)
{
	struct stage *s = *state;
	struct house_redeem ask = { .meeting = 4711, .device = hash_of(DEVICE_A) };
	struct stage_seat got = { 0 };
	struct house_figures f;

	house_redeem(s->house, &ask, stage_redeemed, &got);
	stage_settle(s);
	assert_int_equal(got.result, HOUSE_E_NONE);
	assert_string_equal(got.seat, "");
	house_figures(s->house, &f);
	assert_int_equal(f.meetings, 0);
}

static void a_pin_is_asked_for_where_the_booking_says_so(void **state)
{
	struct stage *s = *state;
	struct house_redeem ask = { .meeting = MEETING, .device = hash_of(DEVICE_A) };
	struct booking row = stage_row(s);
	struct stage_seat got = { 0 };
	struct actor a;

	row.pin_required = true;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	assert_int_equal(stage_redeem(s, DEVICE_A).result, HOUSE_E_PIN);
	ask.with_pin = true;
	house_redeem(s->house, &ask, stage_redeemed, &got);
	stage_settle(s);
	assert_int_equal(got.result, 0);
	citizen_hello(s, &a, DEVICE_A, got.seat, 0);
	assert_int_equal(number(actor_hears(&a, "state"), "level"), 1);
	actor_hang_up(&a);
}

/* -- whose seat -------------------------------------------------------------------- */

struct found {
	bool done;
	int result;
	int64_t meeting;
	unsigned entry;
};

static void seat_found(void *arg, int result, const struct booking *row, unsigned entry)
{
	struct found *f = arg;

	*f = (struct found){ true, result, row ? row->id : 0, entry };
}

static struct found find(struct stage *s, const char *seat, uint8_t device)
{
	struct token_hash hash = hash_of(device);
	struct found f = { 0 };

	house_seat_find(s->house, bytes_str(seat), &hash, seat_found, &f);
	stage_settle(s);
	assert_true(f.done);
	return f;
}

static void a_seat_is_found_by_its_own_device_only(void **state)
{
	struct stage *s = *state;
	struct found f;

	(void)stage_redeem(s, DEVICE_A);
	f = find(s, "8121-1", DEVICE_A);
	assert_int_equal(f.result, 0);
	assert_true(f.meeting == MEETING && f.entry == 1);
	assert_int_equal(find(s, "8121-1", DEVICE_B).result, HOUSE_E_NONE);
	assert_int_equal(find(s, "8121-2", DEVICE_A).result, HOUSE_E_NONE);
	assert_int_equal(find(s, "4711-1", DEVICE_A).result, HOUSE_E_NONE);
	assert_int_equal(find(s, "nonsense", DEVICE_A).result, HOUSE_E_NONE);
}

/* -- call me ----------------------------------------------------------------------- */

struct call_result {
	bool done;
	int result;
	struct house_called called;
};

static void called(void *arg, int result, const struct house_called *ret)
{
	struct call_result *c = arg;

	c->done = true;
	c->result = result;
	if (ret)
		c->called = *ret;
}

static struct call_result call_me(struct stage *s, const char *phone, bool cancel)
{
	struct house_call ask = { .meeting = MEETING, .cancel = cancel };
	struct call_result c = { 0 };

	(void)snprintf(ask.phone, sizeof(ask.phone), "%s", phone);
	house_call_me(s->house, &ask, called, &c);
	stage_settle(s);
	assert_true(c.done);
	return c;
}

static void call_me_alerts_the_team(void **state)
{
	struct stage *s = *state;
	struct call_result c;
	struct actor mette;

	staff_hello(s, &mette, METTE);
	c = call_me(s, "", false);
	assert_int_equal(c.result, 0);
	assert_string_equal(c.called.last2, "78");
	assert_true(c.called.asked && !c.called.given);
	assert_string_equal(word(actor_hears(&mette, "card"), "alert"), "call_me");
	c = call_me(s, "", true);
	assert_false(c.called.asked);
	assert_string_equal(
		word(part(actor_hears(&mette, "card"), "live"), "call"), "none");
	actor_hang_up(&mette);
}

static void without_a_number_the_citizen_must_give_one(void **state)
{
	struct stage *s = *state;
	struct booking row = stage_row(s);

	row.phone = (struct sealed){ 0 };
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	assert_int_equal(call_me(s, "", false).result, HOUSE_E_NO_NUMBER);
	assert_int_equal(call_me(s, "+4587654321", false).result, 0);
}

static void a_given_number_waits_for_the_consultant(void **state)
{
	struct stage *s = *state;
	struct meeting_keys *keys = NULL;
	int64_t id = MEETING;
	struct vault_use use = { .purpose = VAULT_CALL, .meetings = &id, .n = 1 };
	char phone[OPEN_TEXT_CAP];
	struct call_result c;
	struct booking row;
	struct actor mette;
	const json_t *m;

	c = call_me(s, "+4587654321", false);
	assert_string_equal(c.called.last2, "21");
	assert_true(c.called.given);
	stage_shut(s); /* it survives a kill, sealed */
	stage_open(s);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	m = part(actor_hears(&mette, "state"), "call");
	assert_string_equal(word(m, "given_number"), "+4587654321");
	assert_string_equal(word(m, "last2"), "78");
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"accept_number\"}");
	m = part(actor_hears(&mette, "state"), "call");
	assert_string_equal(word(m, "given_number"), "");
	assert_string_equal(word(m, "last2"), "21");
	assert_true(flag(m, "given"));
	row = stage_row(s);
	assert_true(row.phone_by_citizen);
	assert_int_equal(vault_open_here(s->vault, &use, &keys), 0);
	assert_int_equal(
		open_text(&keys->ck, SEAL_MEETING_PHONE, id, &row.phone, phone), 0);
	assert_string_equal(phone, "+4587654321");
	meeting_keys_free(keys);
	actor_hang_up(&mette);
}

static void a_declined_number_is_forgotten(void **state)
{
	struct stage *s = *state;
	struct actor mette;
	const json_t *m;

	(void)call_me(s, "+4587654321", false);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"decline_number\"}");
	m = part(actor_hears(&mette, "state"), "call");
	assert_string_equal(word(m, "given_number"), "");
	assert_string_equal(word(m, "last2"), "78");
	assert_null(live_find(s->house, MEETING)->given);
	assert_false(stage_row(s).phone_by_citizen);
	actor_hang_up(&mette);
}

/* -- forget ------------------------------------------------------------------------ */

static void a_forgotten_device_loses_its_seat_outside_of_a_talk(void **state)
{
	struct stage *s = *state;
	struct token_hash a = hash_of(DEVICE_A), b = hash_of(DEVICE_B);
	struct actor mette, first, second;

	stage_talk(s, &mette, &first);
	(void)stage_redeem(s, DEVICE_B);
	citizen_hello(s, &second, DEVICE_B, "8121-2", 0);
	house_forget_device(s->house, &a);
	house_forget_device(s->house, &b);
	stage_settle(s);
	assert_int_equal(first.closed, 0);
	assert_int_equal(second.closed, 1000);
	assert_int_equal(find(s, "8121-2", DEVICE_B).result, HOUSE_E_NONE);
	actor_hang_up(&mette);
	actor_hang_up(&first);
	actor_hang_up(&second);
}

static void a_glance_needs_nothing_in_memory(void **state)
{
	struct stage *s = *state;
	struct booking row = stage_row(s);
	struct house_glance g;

	house_glance(s->house, &row, &g);
	assert_int_equal(g.phase, BOOKING_OPEN);
	assert_false(g.call_asked);
	(void)call_me(s, "+4587654321", false);
	house_glance(s->house, &row, &g);
	assert_true(g.call_asked && g.given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_seat_is_written_as_it_is_read),
		STORY(a_device_gets_one_seat_however_often_it_asks),
		STORY(a_seat_that_was_promised_survives_a_kill),
		STORY(a_link_has_its_time),
		STORY(a_full_lobby_turns_the_next_device_away),
		STORY(an_unknown_meeting_has_no_seats),
		STORY(a_pin_is_asked_for_where_the_booking_says_so),
		STORY(a_seat_is_found_by_its_own_device_only),
		STORY(call_me_alerts_the_team),
		STORY(without_a_number_the_citizen_must_give_one),
		STORY(a_given_number_waits_for_the_consultant),
		STORY(a_declined_number_is_forgotten),
		STORY(a_forgotten_device_loses_its_seat_outside_of_a_talk),
		STORY(a_glance_needs_nothing_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
