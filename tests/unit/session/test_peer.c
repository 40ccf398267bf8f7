/* SPDX-License-Identifier: MPL-2.0
 *
 * What one connection may cost: rates, queues, silence, and the telephone panel's way
 * through it.
 */
#include "stage.h"

static void nothing_but_hello_opens_the_door(void **state)
{
	static const struct {
		const char *text;
		uint16_t code;
	} rows[] = {
		{ "{\"type\":\"ping\"}", 4012 },
		{ "{\"type\":\"enter\",\"meeting\":\"8121\",\"epoch\":0}", 4012 },
		{ "nonsense", 4010 },
		{ "{\"type\":\"\xff\"}", 1007 },
	};
	const struct peer_credentials who = { .has_session = true,
		.session = hash_of(METTE) };
	struct stage *s = *state;
	struct actor a;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		actor_connect(s, &a, &who);
		actor_say(&a, rows[i].text);
		assert_int_equal(a.closed, rows[i].code);
		actor_say(&a, "{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"b\"}");
		assert_null(actor_hears(&a, "welcome"));
		actor_hang_up(&a);
	}
}

static void a_second_hello_costs_the_connection(void **state)
{
	struct stage *s = *state;
	struct actor a;

	staff_hello(s, &a, METTE);
	actor_say(&a, "{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"" BUILD "\"}");
	assert_int_equal(a.closed, 4012);
	actor_hang_up(&a);
}

static void what_the_listener_refuses_closes_once(void **state)
{
	struct stage *s = *state;
	struct actor a;

	staff_hello(s, &a, METTE);
	peer_refuse(a.peer, CLOSE_NOT_TEXT);
	peer_refuse(a.peer, CLOSE_TOO_BIG);
	assert_int_equal(a.closed, 1003);
	actor_hang_up(&a);
}

static void a_ping_is_answered(void **state)
{
	struct stage *s = *state;
	struct actor a;

	staff_hello(s, &a, METTE);
	actor_say(&a, "{\"type\":\"ping\"}");
	assert_true(
		llabs(number(actor_hears(&a, "pong"), "now") - clock_utc_ms()) < 1000);
	actor_hang_up(&a);
}

static void fifty_messages_a_second_and_no_more(void **state)
{
	struct stage *s = *state;
	struct actor a;

	staff_hello(s, &a, METTE);
	clock_shift(2 * MS_SECOND);
	for (int i = 0; i < LIMIT_WS_PER_SECOND; i++)
		peer_message(a.peer, BYTES_LIT("{\"type\":\"ping\"}"));
	assert_int_equal(a.closed, 0);
	clock_shift(100); /* five more */
	for (int i = 0; i < 5; i++)
		peer_message(a.peer, BYTES_LIT("{\"type\":\"ping\"}"));
	assert_int_equal(a.closed, 0);
	for (int i = 0; i < 10; i++)
		peer_message(a.peer, BYTES_LIT("{\"type\":\"ping\"}"));
	assert_int_equal(a.closed, 4013);
	actor_hang_up(&a);
}

static void who_does_not_take_what_is_queued_is_closed(void **state)
{
	struct stage *s = *state;
	struct actor a;
	uint8_t *at;
	size_t len, taken = 0;

	staff_hello(s, &a, METTE);
	for (int i = 0; i < 4000 && a.closed == 0; i++) {
		clock_shift(20);
		peer_message(a.peer, BYTES_LIT("{\"type\":\"ping\"}"));
	}
	assert_int_equal(a.closed, 4014);
	while (peer_next(a.peer, &at, &len))
		taken += len;
	assert_true(taken > LIMIT_OUTBOX - 100 && taken <= LIMIT_OUTBOX);
	assert_true(peer_is_idle(a.peer));
	assert_int_equal(a.wakes, 1);
	actor_hang_up(&a);
}

static void without_hello_it_ends_after_five_seconds(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials who = { .has_session = true,
		.session = hash_of(METTE) };
	struct actor a;

	s->mute = true;
	actor_connect(s, &a, &who);
	stage_wait(s, 4900);
	assert_int_equal(a.closed, 0);
	stage_wait(s, 200);
	assert_int_equal(a.closed, 4011);
	actor_hang_up(&a);
}

static void silence_of_a_minute_ends_it(void **state)
{
	struct stage *s = *state;
	struct actor a, b;

	staff_hello(s, &a, METTE);
	staff_hello(s, &b, OLE);
	s->mute = true;
	stage_wait(s, 30 * MS_SECOND);
	actor_say(&b, "{\"type\":\"ping\"}");
	stage_wait(s, 29 * MS_SECOND);
	assert_int_equal(a.closed, 0);
	stage_wait(s, 2 * MS_SECOND);
	assert_int_equal(a.closed, 4016);
	assert_int_equal(b.closed, 0);
	actor_hang_up(&a);
	actor_hang_up(&b);
}

static void phone(struct actor *a, const char *event)
{
	char text[96];

	(void)snprintf(
		text, sizeof(text), "{\"type\":\"phone\",\"event\":\"%s\"}", event);
	actor_say(a, text);
}

static void the_talk_goes_on_by_telephone_and_back(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	const json_t *m;
	char digits[8];

	stage_talk(s, &mette, &citizen);
	actor_say(&mette, "{\"type\":\"phone\",\"event\":\"open\",\"from\":\"hidden\"}");
	m = part(actor_hears(&citizen, "state"), "call");
	assert_string_equal(word(m, "state"), "announced");
	assert_string_equal(word(m, "last2"), "78");
	assert_true(flag(m, "hidden_number"));
	assert_int_equal(strlen(word(m, "digits")), 2);
	(void)snprintf(digits, sizeof(digits), "%s", word(m, "digits"));
	assert_string_equal(
		word(part(actor_hears(&mette, "state"), "call"), "digits"), digits);
	phone(&mette, "ringing");
	phone(&mette, "is_citizen");
	assert_string_equal(word(actor_hears(&citizen, "state"), "form"), "phone");
	assert_int_equal(number(actor_hears(&citizen, "state"), "level"), 2);
	stage_wait(s, 3 * MS_MINUTE);
	actor_say(&citizen, "{\"type\":\"video\"}");
	assert_true(flag(actor_hears(&mette, "state"), "video_asked"));
	actor_say(&mette, "{\"type\":\"video\"}");
	assert_string_equal(word(actor_hears(&citizen, "state"), "form"), "none");
	assert_int_equal(number(actor_hears(&citizen, "start"), "epoch"), 2);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	m = part(actor_hears(&mette, "ended"), "summary");
	assert_int_equal(number(part(m, "minutes"), "phone"), 3);
	assert_int_equal(json_array_size(part(m, "stated")), 1);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(nothing_but_hello_opens_the_door),
		STORY(a_second_hello_costs_the_connection),
		STORY(what_the_listener_refuses_closes_once),
		STORY(a_ping_is_answered),
		STORY(fifty_messages_a_second_and_no_more),
		STORY(who_does_not_take_what_is_queued_is_closed),
		STORY(without_hello_it_ends_after_five_seconds),
		STORY(silence_of_a_minute_ends_it),
		STORY(the_talk_goes_on_by_telephone_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
