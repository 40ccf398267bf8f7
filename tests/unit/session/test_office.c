/* SPDX-License-Identifier: MPL-2.0
 *
 * What staff do by HTTP reaches the pages that are open: moved, cancelled, restored,
 * handed over, signed out, ended from the outside.
 */
#include "stage.h"

#include "samtale/store/stats.h"

static struct booking change(struct stage *s, void (*how)(struct booking *))
{
	struct booking row = stage_row(s);

	how(&row);
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	return row;
}

static void later(struct booking *row)
{
	row->starts_ms += 10 * MS_MINUTE;
}

static void cancelled(struct booking *row)
{
	row->state = BOOKING_ENDED;
	row->outcome = BOOKING_CANCELLED;
}

static void restored(struct booking *row)
{
	row->state = BOOKING_BOOKED;
	row->outcome = BOOKING_NO_OUTCOME;
}

static void to_ole(struct booking *row)
{
	row->owner = OLE;
}

static void a_moved_meeting_shows_its_new_time(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	struct booking row;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	staff_hello(s, &mette, METTE);
	row = change(s, later);
	house_booking_changed(s->house, &row);
	assert_int_equal(number(actor_hears(&citizen, "state"), "starts"), row.starts_ms);
	assert_non_null(actor_hears(&mette, "day_changed"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static int64_t counted(struct stage *s, uint8_t outcome)
{
	struct stat_cell_list list = { 0 };
	int64_t n = 0;

	stage_settle(s);
	assert_int_equal(s->store->stats->list(s->store, 0, INT32_MAX, &list), 0);
	for (size_t i = 0; i < list.n; i++)
		n += list.at[i].outcome == outcome ? list.at[i].count : 0;
	free(list.at);
	return n;
}

static void a_cancellation_that_is_taken_back_is_not_counted(void **state)
{
	struct stage *s = *state;
	struct booking row;

	for (int i = 0; i < 2; i++) {
		row = change(s, cancelled);
		house_cancelled(s->house, &row);
		assert_int_equal(counted(s, BOOKING_CANCELLED), 1);
		if (i == 1) { /* the service restarted in between */
			stage_shut(s);
			stage_open(s);
		}
		row = change(s, restored);
		house_restored(s->house, &row);
		assert_int_equal(counted(s, BOOKING_CANCELLED), 0);
	}
	row = change(s, cancelled);
	house_cancelled(s->house, &row);
	assert_int_equal(counted(s, BOOKING_CANCELLED), 1);
}

static void a_cancelled_meeting_ends_and_can_be_restored(void **state)
{
	struct stage *s = *state;
	struct actor citizen;
	struct booking row;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	row = change(s, cancelled);
	house_cancelled(s->house, &row);
	assert_string_equal(
		word(actor_hears(&citizen, "ended"), "outcome_kind"), "other");
	assert_int_equal(citizen.closed, 1000);
	actor_hang_up(&citizen);
	assert_int_equal(stage_redeem(s, DEVICE_A).result, HOUSE_E_OVER);

	row = change(s, restored);
	house_restored(s->house, &row);
	stage_settle(s);
	assert_int_equal(stage_redeem(s, DEVICE_A).result, 0);
	assert_int_equal(stage_row(s).outcome, BOOKING_NO_OUTCOME);
}

static void a_talk_cannot_be_cancelled_from_the_outside(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	struct booking row;

	stage_talk(s, &mette, &citizen);
	row = change(s, cancelled);
	house_cancelled(s->house, &row);
	assert_null(actor_hears(&citizen, "ended"));
	assert_int_equal(stage_row(s).state, BOOKING_LIVE);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void a_new_link_empties_the_lobby_and_keeps_the_talk(void **state)
{
	struct stage *s = *state;
	struct actor mette, first, second;
	struct booking row;

	stage_talk(s, &mette, &first);
	(void)stage_redeem(s, DEVICE_B);
	citizen_hello(s, &second, DEVICE_B, "8121-2", 0);
	row = stage_row(s);
	house_new_link(s->house, &row);
	stage_settle(s);
	assert_int_equal(second.closed, 4003);
	assert_int_equal(first.closed, 0);
	assert_int_equal(
		json_array_size(part(actor_hears(&mette, "state"), "guests")), 1);
	actor_hang_up(&mette);
	actor_hang_up(&first);
	actor_hang_up(&second);
}

static void a_meeting_that_was_handed_over_has_a_new_name(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	struct booking row;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	staff_hello(s, &mette, METTE);
	row = change(s, to_ole);
	house_owner_changed(s->house, &row, METTE);
	assert_string_equal(
		word(part(actor_hears(&citizen, "state"), "consultant"), "name"), "Ole");
	assert_non_null(actor_hears(&mette, "day_changed"));
	actor_say(&mette, "{\"type\":\"late\",\"minutes\":5,\"meeting\":\"8121\"}");
	assert_string_equal(word(actor_hears(&mette, "refused"), "code"), "not_yours");
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void signing_out_ends_the_connections_of_that_sign_in(void **state)
{
	struct stage *s = *state;
	struct token_hash session = hash_of(METTE);
	struct actor mette, ole;

	staff_hello(s, &mette, METTE);
	staff_hello(s, &ole, OLE);
	house_signed_out(s->house, &session);
	assert_int_equal(mette.closed, 4006);
	assert_int_equal(ole.closed, 0);
	house_user_gone(s->house, OLE);
	assert_int_equal(ole.closed, 4006);
	actor_hang_up(&mette);
	actor_hang_up(&ole);
}

static json_t *live_of(struct stage *s)
{
	struct booking row = stage_row(s);
	uint8_t room[2048];
	struct jout o = jout_of(room, sizeof(room));
	json_t *m;

	jout_object(&o, NULL);
	house_live_write(s->house, &row, &o);
	jout_end_object(&o);
	assert_true(jout_ok(&o));
	m = json_loadb((char *)room, o.w.len, 0, NULL);
	assert_non_null(m);
	return m;
}

static void a_card_knows_what_is_live_and_what_never_was(void **state)
{
	struct stage *s = *state;
	struct actor citizen;
	json_t *m = live_of(s);

	assert_string_equal(word(part(m, "live"), "phase"), "open");
	assert_string_equal(word(part(m, "live"), "last_step"), "");
	assert_false(flag(part(m, "live"), "not_come"));
	json_decref(m);
	clock_shift(4 * MS_MINUTE);
	m = live_of(s);
	assert_true(flag(part(m, "live"), "not_come"));
	json_decref(m);
	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	m = live_of(s);
	assert_int_equal(json_array_size(part(part(m, "live"), "guests")), 1);
	json_decref(m);
	actor_hang_up(&citizen);
}

struct answer {
	bool done;
	int result;
	char text[1024];
};

static void summarised(void *arg, int result, struct bytes json)
{
	struct answer *a = arg;

	a->done = true;
	a->result = result;
	assert_true(bytes_to_str(json, a->text, sizeof(a->text)));
}

static void ended(void *arg, int result)
{
	struct answer *a = arg;

	a->done = true;
	a->result = result;
}

static void a_meeting_can_be_ended_and_summed_up(void **state)
{
	struct stage *s = *state;
	struct answer a = { 0 };
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	house_summary(s->house, MEETING, METTE, summarised, &a);
	stage_settle(s);
	assert_true(a.done && a.result == HOUSE_E_NONE);
	a = (struct answer){ 0 };
	house_end(s->house, MEETING, ended, &a);
	stage_settle(s);
	assert_true(a.done && a.result == 0);
	assert_int_equal(citizen.closed, 1000);
	assert_int_equal(stage_row(s).outcome, BOOKING_UNFINISHED);
	house_end(s->house, MEETING, ended, &a);
	stage_settle(s);
	assert_int_equal(a.result, HOUSE_E_OVER);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
	stage_shut(s);
	stage_open(s);
	a = (struct answer){ 0 };
	house_summary(s->house, MEETING, METTE, summarised, &a);
	stage_settle(s);
	assert_true(a.done && a.result == 0);
	assert_non_null(strstr(a.text, "\"outcome\":\"unfinished\""));
	house_end(s->house, 4711, ended, &a);
	stage_settle(s);
	assert_int_equal(a.result, HOUSE_E_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_moved_meeting_shows_its_new_time),
		STORY(a_cancelled_meeting_ends_and_can_be_restored),
		STORY(a_cancellation_that_is_taken_back_is_not_counted),
		STORY(a_talk_cannot_be_cancelled_from_the_outside),
		STORY(a_new_link_empties_the_lobby_and_keeps_the_talk),
		STORY(a_meeting_that_was_handed_over_has_a_new_name),
		STORY(signing_out_ends_the_connections_of_that_sign_in),
		STORY(a_card_knows_what_is_live_and_what_never_was),
		STORY(a_meeting_can_be_ended_and_summed_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
