/* SPDX-License-Identifier: MPL-2.0
 *
 * What a kill -9 leaves: the talk is taken up where it was, without a new admission. And
 * how little is written for it.
 */
#include "stage.h"

static void after_a_kill_both_keep_their_connection(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_say(&mette, OFFER(1));
	actor_say(&citizen, ANSWER(1));
	actor_hang_up(&mette); /* the sockets die with the process */
	actor_hang_up(&citizen);
	stage_shut(s);
	stage_open(s);
	house_recover(s->house);
	stage_settle(s);

	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 1);
	assert_string_equal(word(actor_hears(&citizen, "state"), "place"), "admitted");
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 1);
	assert_int_equal(number(actor_hears(&mette, "keep"), "epoch"), 1);
	assert_int_equal(number(actor_hears(&citizen, "keep"), "epoch"), 1);
	assert_null(actor_hears(&mette, "start"));
	actor_say(&citizen, "{\"type\":\"signal\",\"epoch\":1,\"kind\":\"restart\"}");
	assert_string_equal(word(actor_hears(&mette, "signal"), "kind"), "restart");
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void who_lost_the_connection_makes_both_start_anew(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_hang_up(&citizen);
	actor_forget(&mette);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0); /* reloaded */
	assert_int_equal(number(actor_hears(&citizen, "start"), "epoch"), 2);
	assert_int_equal(number(actor_hears(&mette, "start"), "epoch"), 2);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void many_changes_of_one_turn_are_one_save(void **state)
{
	struct stage *s = *state;
	struct house_figures before, after;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	house_figures(s->house, &before);
	for (int i = 0; i < 20; i++)
		peer_message(mette.peer,
			i % 2 ? BYTES_LIT("{\"type\":\"late\",\"minutes\":5,\"meeting\":"
					  "\"8121\"}")
			      : BYTES_LIT("{\"type\":\"sas_show\",\"show\":true}"));
	stage_settle(s);
	house_figures(s->house, &after);
	assert_true(after.saves - before.saves <= 2);
	actor_forget(&citizen);
	actor_say(&mette, OFFER(1));
	house_figures(s->house, &before);
	assert_int_equal(before.saves, after.saves); /* relaying writes nothing */
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void snapshots_leave_once_a_turn(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_forget(&citizen);
	for (int i = 0; i < 10; i++)
		peer_message(
			mette.peer, BYTES_LIT("{\"type\":\"sas_show\",\"show\":true}"));
	actor_listen(&citizen);
	assert_int_equal(json_array_size(citizen.heard), 1);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static int disk_full(
	struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed)
{
	(void)s;
	(void)meeting;
	(void)now_ms;
	(void)sealed;
	return -ENOSPC;
}

static void a_full_disk_is_tried_again_every_second(void **state)
{
	struct stage *s = *state;
	const struct record_questions *good = s->store->record;
	struct record_questions bad = *good;
	struct actor mette, citizen;
	struct record *record = NULL;

	stage_talk(s, &mette, &citizen);
	bad.live_put = disk_full;
	s->store->record = &bad;
	log_set_level(LOG_E_ERROR - 1);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"technical\"}");
	assert_non_null(actor_hears(&mette, "ended"));
	stage_wait(s, 3 * MS_SECOND);
	assert_int_equal(stage_row(s).state, BOOKING_LIVE);
	s->store->record = good;
	stage_wait(s, 2 * MS_SECOND);
	log_set_level(LOG_E_ERROR);
	assert_int_equal(stage_row(s).outcome, BOOKING_TECHNICAL);
	assert_int_equal(good->attendance_get(s->store, MEETING, &record), 0);
	free(record);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void the_end_leaves_attendance_and_one_count(void **state)
{
	struct stage *s = *state;
	struct stat_cell_list list = STORE_LIST_NULL;
	struct record *record = NULL;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"open\",\"from\":\"work\"}");
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"is_citizen\"}");
	stage_wait(s, 5 * MS_MINUTE);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	stage_settle(s);
	assert_int_equal(s->store->record->attendance_get(s->store, MEETING, &record), 0);
	free(record);
	assert_int_equal(s->store->stats->list(s->store, 0, INT32_MAX, &list), 0);
	assert_int_equal(list.n, 1);
	assert_string_equal(list.at[0].team, "job");
	assert_int_equal(list.at[0].outcome, BOOKING_HELD);
	assert_int_equal(list.at[0].form, BOOKING_VIDEO);
	assert_int_equal(list.at[0].cause, CAUSE_OTHER);
	assert_int_equal(list.at[0].waiting, 1);
	assert_int_equal(list.at[0].count, 1);
	free(list.at);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void nothing_of_the_record_is_in_the_clear(void **state)
{
	struct stage *s = *state;
	struct token_hash device = hash_of(DEVICE_A);
	struct record *record = NULL;

	(void)stage_redeem(s, DEVICE_A);
	assert_int_equal(s->store->record->live_get(s->store, MEETING, &record), 0);
	assert_null(memmem(record->blob, record->len, device.at, 8));
	free(record);
}

static void a_packed_meeting_unpacks_and_nothing_else_does(void **state)
{
	struct stage *s = *state;
	struct live copy = { .house = s->house };
	uint8_t room[MEETING_PACK_MAX + 512];
	struct writer w = writer_of(room, sizeof(room));
	const struct live *l;
	struct actor a;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &a, DEVICE_A, "8121-1", 0);
	l = live_find(s->house, MEETING);
	live_pack(l, &w);
	assert_true(writer_ok(&w));
	assert_true(live_unpack(&copy, writer_bytes(&w), &l->meeting.booking));
	assert_int_equal(copy.meeting.next_entry, l->meeting.next_entry);
	for (size_t n = 0; n < w.len; n++)
		assert_false(live_unpack(&copy, bytes_of(room, n), &l->meeting.booking));
	room[0]++;
	assert_false(live_unpack(&copy, writer_bytes(&w), &l->meeting.booking));
	free(copy.given);
	actor_hang_up(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(after_a_kill_both_keep_their_connection),
		STORY(who_lost_the_connection_makes_both_start_anew),
		STORY(many_changes_of_one_turn_are_one_save),
		STORY(snapshots_leave_once_a_turn),
		STORY(a_full_disk_is_tried_again_every_second),
		STORY(the_end_leaves_attendance_and_one_count),
		STORY(nothing_of_the_record_is_in_the_clear),
		STORY(a_packed_meeting_unpacks_and_nothing_else_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
