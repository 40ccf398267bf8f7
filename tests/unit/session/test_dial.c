/* SPDX-License-Identifier: MPL-2.0
 *
 * Placing a call: whose number, how it is announced, what refuses it, and caps that a
 * restart does not forget.
 */
#include "gateway_stage.h"

struct scene {
	struct stage *s;
	struct gateway g;
	struct actor mette;
};

/* Mette is in her meeting, the trunk is up. */
static void scene_open(struct scene *c, void **state)
{
	*c = (struct scene){ .s = *state };
	gateway_up(c->s, &c->g);
	staff_hello(c->s, &c->mette, METTE);
	staff_enter(&c->mette, 0);
}

static void end_call(struct scene *c, uint32_t seconds)
{
	const struct order *o = HEARS(&c->g, DIAL);

	assert_non_null(o);
	REPORT_OF(&c->g, ENDED, .leg = o->m.leg, .word = PHONE_CAUSE_NO_ANSWER,
		.value = seconds);
	gateway_forget(&c->g);
}

/* The reason why the next click rings nobody; "": it rings. */
static const char *click(struct scene *c)
{
	gateway_forget(&c->g);
	actor_say(&c->mette, DIAL);
	return HEARS(&c->g, DIAL) ? "" : word(call_of(&c->mette), "reason");
}

static void the_number_of_the_seat_is_called_on_record(void **state)
{
	struct scene c;
	const struct order *o;
	char appointment[8];
	struct tm tm;
	time_t at;

	scene_open(&c, state);
	assert_string_equal(click(&c), "");
	o = HEARS(&c.g, DIAL);
	at = (time_t)(c.s->starts_ms / MS_SECOND);
	assert_true(strftime(appointment, sizeof(appointment), "%H:%M",
			    localtime_r(&at, &tm)) > 0);
	assert_string_equal(o->text, "+4522345678");
	assert_string_equal(o->more, appointment);
	assert_true(o->m.room == MEETING && o->m.leg != 0);
	assert_int_equal(o->m.word, PHONE_CONFIRM_OWNER);
	assert_int_equal(o->m.value, 45);
	assert_int_equal(o->m.flags, 0);
	assert_int_equal(c.s->audited[AUDIT_NUMBER_CALLED], 1);
	actor_hang_up(&c.mette);
}

static void the_settings_say_how_it_is_announced(void **state)
{
	struct scene c;
	const struct order *o;
	struct booking row;

	scene_open(&c, state);
	row = stage_row(c.s);
	memcpy(row.language, "en", 3);
	assert_int_equal(c.s->store->meeting->update(c.s->store, &row), 0);
	memcpy(c.s->settings.phone_caller_id, "hidden", 7);
	memcpy(c.s->settings.phone_confirm, "key", 4);
	c.s->settings.phone_ring_seconds = 180;
	house_set_settings(c.s->house, &c.s->settings, NULL);
	assert_string_equal(click(&c), "");
	o = HEARS(&c.g, DIAL);
	assert_int_equal(o->m.flags, PHONE_HIDE | PHONE_ENGLISH);
	assert_int_equal(o->m.word, PHONE_CONFIRM_KEY);
	assert_int_equal(o->m.value, 180);
	actor_hang_up(&c.mette);
}

static void what_cannot_be_recorded_is_not_called(void **state)
{
	struct scene c;

	scene_open(&c, state);
	c.s->audit_result = -EIO;
	gateway_forget(&c.g);
	assert_string_equal(
		click(&c), "not_recorded"); /* nothing is wrong with the line */
	assert_null(HEARS(&c.g, DIAL));
	c.s->audit_result = 0;
	actor_hang_up(&c.mette);
}

static void called(void *arg, int result, const struct house_called *ret)
{
	(void)arg;
	(void)ret;
	assert_int_equal(result, 0);
}

static void a_number_that_the_citizen_gave_is_called_once_accepted(void **state)
{
	struct scene c;
	struct house_call ask = { .meeting = MEETING, .phone = "+4533445566" };
	struct booking row;
	struct token_hash tag;

	scene_open(&c, state);
	row = stage_row(c.s);
	row.has_phone_tag = false; /* as booked before there was a trunk */
	assert_int_equal(c.s->store->meeting->update(c.s->store, &row), 0);
	house_call_me(c.s->house, &ask, called, NULL);
	stage_settle(c.s);
	assert_string_equal(click(&c), "");
	assert_string_equal(HEARS(&c.g, DIAL)->text, "+4522345678");
	end_call(&c, 0);
	/* In one turn: the row has the old number still. */
	peer_message(c.mette.peer,
		BYTES_LIT("{\"type\":\"phone\",\"event\":\"accept_number\"}"));
	assert_string_equal(click(&c), "");
	assert_string_equal(HEARS(&c.g, DIAL)->text, "+4533445566");
	row = stage_row(c.s); /* and calls from it are known now */
	assert_true(phone_tag(c.s->node, BYTES_LIT("+4533445566"), &tag));
	assert_true(row.has_phone_tag);
	assert_memory_equal(row.phone_tag.at, tag.at, sizeof(tag.at));
	actor_hang_up(&c.mette);
}

static void a_number_outside_of_the_prefixes_is_refused_and_recorded(void **state)
{
	struct scene c;
	struct house_gateway_figures f;

	scene_open(&c, state);
	(void)snprintf(c.s->settings.phone_refused, sizeof(c.s->settings.phone_refused),
		"+4590 +4522");
	assert_string_equal(click(&c), "not_allowed");
	assert_int_equal(number(call_of(&c.mette), "attempts"), 0);
	house_gateway_figures(c.s->house, &f);
	assert_true(f.refused_number == 1 && f.dials == 0);
	assert_int_equal(c.s->audited[AUDIT_NUMBER_CALLED], 2); /* tried, refused */
	actor_hang_up(&c.mette);
}

static void give_own_phone(struct stage *s, const char *number)
{
	struct user u;

	stage_settle(s);
	assert_int_equal(s->store->user->by_id(s->store, METTE, &u), 0);
	assert_int_equal(seal_text(node_key_get(s->node, NODE_STAFF_SEAL),
				 SEAL_USER_PHONE, u.id, number, &u.phone),
		0);
	assert_int_equal(s->store->user->update(s->store, &u), 0);
}

#define DIAL_OWN "{\"type\":\"phone\",\"event\":\"dial\",\"to\":\"own_phone\"}"

static void her_own_telephone_rings_first_then_the_citizens(void **state)
{
	struct stage *s = *state;
	struct scene c;
	const struct order *o;
	uint32_t own;

	give_own_phone(s, "+4544556677");
	scene_open(&c, state);
	assert_true(flag(call_of(&c.mette), "has_own_phone"));
	actor_say(&c.mette, DIAL_OWN);
	o = HEARS(&c.g, DIAL);
	own = o->m.leg;
	assert_string_equal(o->text, "+4544556677");
	assert_int_equal(o->m.flags, PHONE_OWN_PHONE);
	assert_int_equal(o->m.word, PHONE_CONFIRM_KEY);
	gateway_forget(&c.g);
	REPORT_OF(&c.g, PROGRESS, .leg = own, .word = PHONE_PROGRESS_ANSWERED);
	assert_null(HEARS(&c.g, DIAL));
	REPORT_OF(&c.g, PROGRESS, .leg = own, .word = PHONE_PROGRESS_TALKING);
	assert_string_equal(HEARS(&c.g, DIAL)->text, "+4522345678");
	assert_true(HEARS(&c.g, DIAL)->m.leg != own);
	actor_hang_up(&c.mette);
}

static void who_takes_over_has_the_telephone_of_her_own_and_no_other(void **state)
{
	struct stage *s = *state;
	struct scene c;
	struct actor ole;

	give_own_phone(s, "+4544556677");
	scene_open(&c, state);
	stage_take_over(s, OLE); /* who has none */
	staff_hello(s, &ole, OLE);
	staff_enter(&ole, 0);
	assert_false(flag(call_of(&ole), "has_own_phone"));
	gateway_forget(&c.g);
	actor_say(&ole, DIAL_OWN);
	assert_string_equal(word(actor_hears(&ole, "refused"), "code"), "no_number");
	assert_null(HEARS(&c.g, DIAL));
	actor_hang_up(&c.mette);
	actor_hang_up(&ole);
}

static void her_own_number_obeys_the_prefixes_too(void **state)
{
	struct stage *s = *state;
	struct scene c;

	give_own_phone(s, "+4590556677");
	scene_open(&c, state);
	actor_say(&c.mette, DIAL_OWN);
	assert_null(HEARS(&c.g, DIAL));
	assert_string_equal(word(call_of(&c.mette), "reason"), "not_allowed");
	actor_hang_up(&c.mette);
}

/* -- caps -------------------------------------------------------------------------- */

static void a_meeting_has_so_many_calls_a_day(void **state)
{
	struct scene c;
	struct house_gateway_figures f;

	scene_open(&c, state);
	for (int i = 0; i < 5; i++) {
		assert_string_equal(click(&c), "");
		end_call(&c, 0);
	}
	assert_string_equal(click(&c), "limit_meeting");
	assert_string_equal(click(&c), "limit_meeting");
	house_gateway_figures(c.s->house, &f);
	assert_true(f.refused_cap == 2);
	actor_hang_up(&c.mette);
}

static void a_restart_forgets_no_call(void **state)
{
	struct scene c;

	scene_open(&c, state);
	for (int i = 0; i < 5; i++) {
		assert_string_equal(click(&c), "");
		end_call(&c, 0);
	}
	actor_hang_up(&c.mette);
	stage_settle(c.s);
	stage_shut(c.s);
	stage_open(c.s);
	scene_open(&c, state);
	assert_string_equal(click(&c), "limit_meeting");
	actor_hang_up(&c.mette);
}

static void a_consultant_has_so_many_calls_an_hour_and_all_so_many_a_day(void **state)
{
	struct scene c;

	scene_open(&c, state);
	c.s->settings.phone_calls_per_hour = 1;
	assert_string_equal(click(&c), "");
	end_call(&c, 0);
	assert_string_equal(click(&c), "limit_hour");
	c.s->settings.phone_calls_per_hour = 30;
	c.s->settings.phone_calls_per_day = 1;
	assert_string_equal(click(&c), "limit_day");
	actor_hang_up(&c.mette);
}

static void the_minutes_of_a_day_have_a_price(void **state)
{
	struct scene c;

	scene_open(&c, state);
	c.s->settings.phone_kroner_per_day = 1; /* two minutes of 50 øre */
	assert_string_equal(click(&c), "");
	end_call(&c, 60);
	assert_string_equal(click(&c), "");
	end_call(&c, 0);
	assert_string_equal(click(&c), "");
	end_call(&c, 1); /* a minute begun */
	assert_string_equal(click(&c), "limit_money");
	actor_hang_up(&c.mette);
}

static void a_call_that_is_cancelled_while_its_number_is_opened_rings_nobody(void **state)
{
	const struct call_attempt who = { MEETING, METTE, 0, clock_utc_ms() };
	const struct call_price price = { 50, 90 * MS_MINUTE };
	struct call_counts counts;
	struct scene c;

	scene_open(&c, state);
	gateway_forget(&c.g);
	peer_message(c.mette.peer, BYTES_LIT(DIAL));
	house_flush(c.s->house); /* the worker has it */
	peer_message(
		c.mette.peer, BYTES_LIT("{\"type\":\"phone\",\"event\":\"cancel\"}"));
	stage_settle(c.s);
	assert_null(HEARS(&c.g, DIAL));
	assert_string_equal(word(call_of(&c.mette), "progress"), "none");
	assert_int_equal(c.s->store->call->counts(c.s->store, &who, &price, &counts), 0);
	assert_int_equal(counts.day, 1);
	assert_true(counts.day_ore == 0); /* it is not on for ever */
	assert_string_equal(click(&c), "");
	actor_hang_up(&c.mette);
}

/* A report between two turns of the loop. */
static void reports(struct gateway *g, enum phone_kind kind, uint8_t word, uint32_t value)
{
	static uint8_t buf[ORDER_MAX];
	const struct phone_message m = { .kind = kind, .word = word, .value = value };
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	phone_message_write(&w, &m);
	f = (struct frame){ buf[4], 0, bytes_of(buf + FRAME_HEAD, w.len - FRAME_HEAD) };
	assert_true(house_gateway_frame(g->stage->house, &f));
}

static void a_link_that_blinks_while_the_number_is_opened_rings_nobody(void **state)
{
	struct scene c;

	scene_open(&c, state);
	peer_message(c.mette.peer, BYTES_LIT(DIAL));
	house_flush(c.s->house); /* the worker has it */
	house_gateway_down(c.s->house);
	gateway_link(c.s, &c.g);
	reports(&c.g, PHONE_REPORT_HELLO, 0, PHONE_VERSION);
	reports(&c.g, PHONE_REPORT_SYNCED, 0, 0);
	reports(&c.g, PHONE_REPORT_TRUNK, PHONE_TRUNK_UP, 0);
	stage_settle(c.s);
	assert_null(HEARS(&c.g, DIAL));
	assert_string_equal(word(call_of(&c.mette), "reason"), "line_down");
	assert_string_equal(click(&c), "");
	actor_hang_up(&c.mette);
}

static void a_link_that_is_not_back_yet_takes_no_call(void **state)
{
	struct scene c;

	scene_open(&c, state);
	peer_message(c.mette.peer, BYTES_LIT(DIAL));
	house_flush(c.s->house);
	house_gateway_down(c.s->house);
	gateway_link(c.s, &c.g);
	reports(&c.g, PHONE_REPORT_HELLO, 0,
		PHONE_VERSION); /* what stands is not known */
	stage_settle(c.s);
	assert_null(HEARS(&c.g, DIAL));
	assert_string_equal(word(call_of(&c.mette), "reason"), "line_down");
	actor_hang_up(&c.mette);
}

static void there_is_one_call_of_a_meeting_at_once(void **state)
{
	struct scene c;

	scene_open(&c, state);
	assert_string_equal(click(&c), "");
	gateway_forget(&c.g);
	actor_say(&c.mette, DIAL);
	assert_null(HEARS(&c.g, DIAL));
	assert_string_equal(word(actor_hears(&c.mette, "refused"), "code"), "no_call");
	actor_hang_up(&c.mette);
}

static void from_the_click_to_the_order_is_a_moment(void **state)
{
	struct scene c;
	struct timespec from, to;
	int64_t us;

	scene_open(&c, state);
	clock_gettime(CLOCK_MONOTONIC, &from);
	actor_say(&c.mette, DIAL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_non_null(HEARS(&c.g, DIAL));
	us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
	if (us > 50000)
		fail_msg("%lld us", (long long)us);
	actor_hang_up(&c.mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(the_number_of_the_seat_is_called_on_record),
		CALL_STORY(the_settings_say_how_it_is_announced),
		CALL_STORY(what_cannot_be_recorded_is_not_called),
		CALL_STORY(a_number_that_the_citizen_gave_is_called_once_accepted),
		CALL_STORY(a_number_outside_of_the_prefixes_is_refused_and_recorded),
		CALL_STORY(her_own_telephone_rings_first_then_the_citizens),
		CALL_STORY(who_takes_over_has_the_telephone_of_her_own_and_no_other),
		CALL_STORY(her_own_number_obeys_the_prefixes_too),
		CALL_STORY(a_meeting_has_so_many_calls_a_day),
		CALL_STORY(a_restart_forgets_no_call),
		CALL_STORY(a_consultant_has_so_many_calls_an_hour_and_all_so_many_a_day),
		CALL_STORY(the_minutes_of_a_day_have_a_price),
		CALL_STORY(
			a_call_that_is_cancelled_while_its_number_is_opened_rings_nobody),
		CALL_STORY(a_link_that_blinks_while_the_number_is_opened_rings_nobody),
		CALL_STORY(a_link_that_is_not_back_yet_takes_no_call),
		CALL_STORY(there_is_one_call_of_a_meeting_at_once),
		CALL_STORY(from_the_click_to_the_order_is_a_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
