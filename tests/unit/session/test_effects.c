/* SPDX-License-Identifier: MPL-2.0
 *
 * The story of a talk: hello, lobby, admission, start, what passes between the two and
 * what never does.
 */
#include "stage.h"

static void a_talk_begins_when_the_citizen_is_admitted(void **state)
{
	struct stage *s = *state;
	struct stage_seat seat = stage_redeem(s, DEVICE_A);
	struct actor mette, citizen;
	const json_t *m;

	staff_hello(s, &mette, METTE);
	citizen_hello(s, &citizen, DEVICE_A, seat.seat, 0);
	assert_string_equal(word(actor_hears(&citizen, "welcome"), "role"), "citizen");
	m = actor_hears(&citizen, "state");
	assert_string_equal(word(m, "place"), "lobby");
	assert_false(flag(part(m, "consultant"), "here"));
	assert_string_equal(word(part(m, "consultant"), "name"), "Mette");
	m = actor_hears(&mette, "card");
	assert_string_equal(word(m, "alert"), "arrived");
	assert_string_equal(word(m, "meeting"), "8121");

	staff_enter(&mette, 0);
	m = actor_hears(&mette, "state");
	assert_int_equal(json_array_size(part(m, "guests")), 1);
	assert_true(flag(part(actor_hears(&citizen, "state"), "consultant"), "here"));
	assert_null(actor_hears(&citizen, "start"));

	actor_say(&mette, "{\"type\":\"admit\",\"entry\":1}");
	assert_string_equal(word(actor_hears(&citizen, "state"), "place"), "admitted");
	m = actor_hears(&mette, "start");
	assert_string_equal(word(m, "role"), "offer");
	assert_int_equal(number(m, "epoch"), 1);
	assert_string_equal(word(actor_hears(&citizen, "start"), "role"), "answer");
	assert_int_equal(s->audited[AUDIT_ADMITTED], 1);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void what_is_passed_on_is_stamped_and_encoded_anew(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	const json_t *m;

	stage_talk(s, &mette, &citizen);
	actor_say(&mette,
		"{\"type\":\"signal\",\"from\":\"citizen\",\"extra\":1,\"epoch\":1,"
		"\"kind\":\"offer\",\"sdp\":\"" SDP "a=evil:1\\r\\n\"}");
	m = actor_hears(&citizen, "signal");
	assert_string_equal(word(m, "from"), "consultant");
	assert_string_equal(word(m, "kind"), "offer");
	assert_int_equal(json_object_size(m), 5);
	assert_non_null(strstr(word(m, "sdp"), "a=setup:actpass\r\n"));
	assert_null(strstr(word(m, "sdp"), "evil"));

	actor_say(&citizen, ANSWER(1));
	assert_string_equal(word(actor_hears(&mette, "signal"), "from"), "citizen");
	actor_say(&citizen, "{\"type\":\"signal\",\"epoch\":1,\"kind\":\"candidates\","
			    "\"candidates\":["
			    "{\"candidate\":\"candidate:1 1 udp 2 10.0.0.1 5 typ "
			    "host\",\"mid\":\"0\","
			    "\"mline\":0,\"more\":true},{\"candidate\":\"\",\"mid\":"
			    "\"0\",\"mline\":0}]}");
	m = part(actor_hears(&mette, "signal"), "candidates");
	assert_int_equal(json_array_size(m), 2);
	assert_int_equal(json_object_size(json_array_get(m, 0)), 3);
	assert_string_equal(word(json_array_get(m, 1), "candidate"), "");
	actor_say(&citizen, "{\"type\":\"signal\",\"epoch\":1,\"kind\":\"restart\"}");
	assert_string_equal(word(actor_hears(&mette, "signal"), "kind"), "restart");
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void who_is_not_admitted_reaches_nobody(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	actor_say(&mette, OFFER(1));
	assert_int_equal(mette.closed, 4012);
	assert_null(actor_hears(&citizen, "signal"));
	actor_hang_up(&mette);

	actor_say(&citizen, ANSWER(1));
	assert_int_equal(citizen.closed, 4012);
	actor_hang_up(&citizen);
}

static void a_second_device_gets_nothing_of_the_talk(void **state)
{
	struct stage *s = *state;
	struct actor mette, first, second;
	struct stage_seat seat;

	stage_talk(s, &mette, &first);
	seat = stage_redeem(s, DEVICE_B);
	assert_string_equal(seat.seat, "8121-2");
	citizen_hello(s, &second, DEVICE_B, seat.seat, 0);
	assert_true(flag(actor_hears(&second, "state"), "new_device"));
	assert_string_equal(word(actor_hears(&mette, "card"), "alert"), "new_device");
	actor_say(&mette, OFFER(1));
	assert_non_null(actor_hears(&first, "signal"));
	assert_null(actor_hears(&second, "signal"));
	assert_null(actor_hears(&second, "start"));

	actor_say(&mette, "{\"type\":\"admit\",\"entry\":2}");
	assert_int_equal(first.closed, 4002);
	assert_string_equal(word(actor_hears(&second, "start"), "role"), "answer");
	assert_true(number(actor_hears(&mette, "start"), "epoch") > 1);
	actor_hang_up(&first);
	actor_say(&mette, "{\"type\":\"remove\",\"entry\":2}");
	assert_int_equal(second.closed, 4003);
	actor_hang_up(&second);
	actor_hang_up(&mette);
}

static void a_stale_epoch_is_dropped_in_silence(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	stage_wait(s, 5 * MS_SECOND);
	actor_say(&citizen, "{\"type\":\"broken\",\"epoch\":1,\"why\":\"no_check\"}");
	assert_int_equal(number(actor_hears(&mette, "start"), "epoch"), 2);
	assert_int_equal(number(actor_hears(&citizen, "start"), "epoch"), 2);
	actor_say(&mette, OFFER(1));
	assert_null(actor_hears(&citizen, "signal"));
	assert_null(actor_hears(&mette, "refused"));
	actor_say(&mette, OFFER(2));
	assert_int_equal(number(actor_hears(&citizen, "signal"), "epoch"), 2);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void the_spoken_code_goes_step_by_step(void **state)
{
#define B43 "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_say(&mette,
		"{\"type\":\"sas\",\"epoch\":1,\"step\":1,\"commit\":\"" B43 "\"}");
	assert_string_equal(word(actor_hears(&citizen, "sas"), "commit"), B43);
	actor_say(&citizen, "{\"type\":\"sas\",\"epoch\":1,\"step\":2,\"fp\":\"" B43
			    "\",\"nonce\":\"" B43 "\"}");
	assert_string_equal(word(actor_hears(&mette, "sas"), "nonce"), B43);
	actor_say(&mette, "{\"type\":\"sas\",\"epoch\":1,\"step\":3,\"fp\":\"" B43
			  "\",\"nonce\":\"" B43 "\"}");
	assert_int_equal(number(actor_hears(&citizen, "sas"), "step"), 3);
	actor_say(&mette, "{\"type\":\"sas_ok\",\"epoch\":1}");
	assert_true(flag(part(actor_hears(&citizen, "state"), "sas"), "confirmed"));
	assert_int_equal(number(actor_hears(&citizen, "state"), "level"), 2);
	assert_int_equal(s->audited[AUDIT_IDENTITY_LEVEL], 1);
	actor_say(&mette, "{\"type\":\"sas\",\"epoch\":1,\"step\":3,\"fp\":\"" B43
			  "\",\"nonce\":\"" B43 "\"}");
	assert_int_equal(mette.closed, 4012);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void a_log_that_takes_nothing_neither_ends_a_talk_nor_keeps_one_from_beginning(
	void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	actor_forget(&citizen);
	log_set_level(LOG_E_ERROR - 1);
	s->audit_result = -EAGAIN;
	actor_say(&mette, "{\"type\":\"admit\",\"entry\":1}");
	assert_string_equal(word(actor_hears(&citizen, "start"), "role"), "answer");
	actor_say(&mette, "{\"type\":\"signal\",\"epoch\":1,\"kind\":\"offer\","
			  "\"sdp\":\"" SDP "\"}");
	assert_non_null(actor_hears(&citizen, "signal"));
	assert_int_equal(mette.closed, 0);
	assert_int_equal(citizen.closed, 0);
	assert_int_equal(audit_dropped(s->audit), 1); /* ADMITTED */
	assert_int_equal(audit_count(s->audit, AUDIT_ADMITTED), 0);
	s->audit_result = 0;
	log_set_level(LOG_E_ERROR);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	assert_non_null(actor_hears(&citizen, "ended"));
	assert_int_equal(audit_count(s->audit, AUDIT_MEETING_ENDED), 1);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void the_end_is_told_to_all(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	struct booking row;
	const json_t *m;

	stage_talk(s, &mette, &citizen);
	stage_wait(s, 2 * MS_MINUTE);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"no_show\"}");
	assert_string_equal(
		word(actor_hears(&mette, "refused"), "code"), "outcome_not_allowed");
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	m = actor_hears(&citizen, "ended");
	assert_string_equal(word(m, "outcome_kind"), "held");
	assert_int_equal(strlen(word(m, "receipt")), 9);
	assert_true(number(m, "to") > number(m, "from"));
	assert_int_equal(citizen.closed, 1000);
	m = part(actor_hears(&mette, "ended"), "summary");
	assert_string_equal(word(m, "outcome"), "held");
	assert_int_equal(mette.closed, 0);
	assert_null(actor_hears(&mette, "left"));
	actor_say(&mette, "{\"type\":\"sas_show\",\"show\":true}");
	assert_string_equal(
		word(actor_hears(&mette, "refused"), "code"), "already_ended");
	row = stage_row(s);
	assert_int_equal(row.state, BOOKING_ENDED);
	assert_int_equal(row.outcome, BOOKING_HELD);
	assert_true(row.ended_ms > row.started_ms && row.started_ms > 0);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);

	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0); /* reloads the last page */
	assert_non_null(actor_hears(&citizen, "ended"));
	assert_int_equal(citizen.closed, 1000);
	actor_hang_up(&citizen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_talk_begins_when_the_citizen_is_admitted),
		STORY(what_is_passed_on_is_stamped_and_encoded_anew),
		STORY(who_is_not_admitted_reaches_nobody),
		STORY(a_second_device_gets_nothing_of_the_talk),
		STORY(a_stale_epoch_is_dropped_in_silence),
		STORY(the_spoken_code_goes_step_by_step),
		STORY(a_log_that_takes_nothing_neither_ends_a_talk_nor_keeps_one_from_beginning),
		STORY(the_end_is_told_to_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
