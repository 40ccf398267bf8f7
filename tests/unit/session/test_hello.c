/* SPDX-License-Identifier: MPL-2.0
 *
 * Who gets in: devices into their own seat, staff by their sign-in, consultants into
 * their own meetings; everybody else is told by a code of its own.
 */
#include "stage.h"

static void a_foreign_device_gets_no_seat(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials nobody = { .has_device = false };
	struct actor a;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &a, DEVICE_B, "8121-1", 0);
	assert_int_equal(a.closed, 4015);
	actor_hang_up(&a);
	citizen_hello(s, &a, DEVICE_A, "8121-2", 0);
	assert_int_equal(a.closed, 4015);
	actor_hang_up(&a);
	citizen_hello(s, &a, DEVICE_A, "4711-1", 0);
	assert_int_equal(a.closed, 4015);
	actor_hang_up(&a);
	actor_connect(s, &a, &nobody);
	actor_say(&a, "{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-1\","
		      "\"build\":\"" BUILD "\",\"epoch\":0,\"lang\":\"da\"}");
	assert_int_equal(a.closed, 4015);
	actor_hang_up(&a);
}

static void staff_without_a_valid_sign_in_are_turned_away(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials nobody = { .has_session = false };
	struct user ole;
	struct actor a;

	actor_connect(s, &a, &nobody);
	actor_say(&a, "{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"" BUILD "\"}");
	assert_int_equal(a.closed, 4006);
	actor_hang_up(&a);
	staff_hello(s, &a, 99);
	assert_int_equal(a.closed, 4006);
	actor_hang_up(&a);

	assert_int_equal(s->store->user->by_id(s->store, OLE, &ole), 0);
	ole.disabled = true;
	assert_int_equal(s->store->user->update(s->store, &ole), 0);
	staff_hello(s, &a, OLE);
	assert_int_equal(a.closed, 4006);
	actor_hang_up(&a);

	clock_shift(10 * MS_HOUR);
	staff_hello(s, &a, METTE);
	assert_int_equal(a.closed, 4006);
	actor_hang_up(&a);
}

static void staff_are_welcomed_with_what_is_live(void **state)
{
	struct stage *s = *state;
	struct actor mette, ole, eva;
	const json_t *m;

	(void)stage_redeem(s, DEVICE_A);
	staff_hello(s, &mette, METTE);
	m = actor_hears(&mette, "welcome");
	assert_string_equal(word(m, "user"), "1");
	assert_int_equal(number(m, "idle_lock_minutes"), 30);
	assert_string_equal(word(actor_hears(&mette, "card"), "meeting"), "8121");
	assert_string_equal(word(actor_hears(&mette, "card"), "alert"), "none");
	staff_hello(s, &ole, OLE);
	assert_non_null(actor_hears(&ole, "card"));
	staff_hello(s, &eva, EVA);
	assert_non_null(actor_hears(&eva, "welcome"));
	assert_null(actor_hears(&eva, "card"));
	actor_hang_up(&mette);
	actor_hang_up(&ole);
	actor_hang_up(&eva);
}

static void an_old_page_reloads_unless_it_holds_a_talk(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials who = { .has_device = true,
		.device = hash_of(DEVICE_A) };
	struct actor a;

	(void)stage_redeem(s, DEVICE_A);
	actor_connect(s, &a, &who);
	actor_say(&a,
		"{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-1\",\"build\":"
		"\"old\",\"epoch\":0,\"lang\":\"da\"}");
	assert_int_equal(a.closed, 4004);
	actor_hang_up(&a);
	actor_connect(s, &a, &who);
	actor_say(&a,
		"{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-1\",\"build\":"
		"\"old\",\"epoch\":3,\"lang\":\"da\"}");
	assert_int_equal(a.closed, 0);
	assert_string_equal(word(actor_hears(&a, "welcome"), "build"), BUILD);
	actor_hang_up(&a);
}

static void what_follows_hello_at_once_is_kept(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials who = { .has_device = true,
		.device = hash_of(DEVICE_A) };
	struct actor mette, a;

	(void)stage_redeem(s, DEVICE_A);
	stage_shut(s);
	stage_open(s); /* nothing is in memory */
	actor_connect(s, &a, &who);
	peer_message(a.peer,
		BYTES_LIT("{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-1\","
			  "\"build\":\"" BUILD "\",\"epoch\":0,\"lang\":\"da\"}"));
	peer_message(a.peer, BYTES_LIT("{\"type\":\"step\",\"step\":\"devices\"}"));
	peer_message(a.peer, BYTES_LIT("{\"type\":\"step\",\"step\":\"ready\"}"));
	assert_null(actor_hears(&a, "refused"));
	staff_hello(s, &mette, METTE);
	assert_string_equal(
		word(part(actor_hears(&mette, "card"), "live"), "last_step"), "ready");
	actor_hang_up(&mette);
	actor_hang_up(&a);
}

static void too_much_before_the_meeting_is_loaded_costs_the_connection(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials who = { .has_device = true,
		.device = hash_of(DEVICE_A) };
	struct actor a;

	actor_connect(s, &a, &who);
	peer_message(a.peer,
		BYTES_LIT("{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-1\","
			  "\"build\":\"" BUILD "\",\"epoch\":0,\"lang\":\"da\"}"));
	for (int i = 0; i < LIMIT_INBOX; i++)
		peer_message(a.peer, BYTES_LIT("{\"type\":\"ping\"}"));
	assert_int_equal(a.closed, 0);
	peer_message(a.peer, BYTES_LIT("{\"type\":\"ping\"}"));
	assert_int_equal(a.closed, 4013);
	stage_settle(s);
	actor_hang_up(&a);
}

static void a_peer_may_die_while_its_meeting_loads(void **state)
{
	struct stage *s = *state;
	const struct peer_credentials who = { .has_device = true,
		.device = hash_of(DEVICE_A),
		.has_session = true,
		.session = hash_of(METTE) };
	struct house_figures f;
	struct actor a;

	actor_connect(s, &a, &who);
	peer_message(a.peer,
		BYTES_LIT("{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-1\","
			  "\"build\":\"" BUILD "\",\"epoch\":0,\"lang\":\"da\"}"));
	actor_hang_up(&a);
	actor_connect(s, &a, &who);
	peer_message(a.peer,
		BYTES_LIT("{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"" BUILD
			  "\"}"));
	actor_hang_up(&a);
	house_figures(s->house, &f);
	assert_int_equal(f.peers + f.citizens + f.staff, 0);
}

static void a_second_tab_takes_the_seat_over(void **state)
{
	struct stage *s = *state;
	struct actor mette, first, second, tab;

	stage_talk(s, &mette, &first);
	citizen_hello(s, &second, DEVICE_A, "8121-1", 0);
	assert_int_equal(first.closed, 4001);
	assert_string_equal(word(actor_hears(&second, "state"), "place"), "admitted");
	assert_int_equal(number(actor_hears(&second, "start"), "epoch"), 2);
	assert_int_equal(number(actor_hears(&mette, "start"), "epoch"), 2);
	actor_hang_up(&first); /* the dead connection takes nobody's seat with it */
	assert_true(flag(
		json_array_get(part(actor_hears(&mette, "state"), "guests"), 0), "here"));

	staff_hello(s, &tab, METTE);
	staff_enter(&tab, 0);
	assert_int_equal(mette.closed, 4001);
	assert_string_equal(word(actor_hears(&tab, "start"), "role"), "offer");
	actor_hang_up(&mette);
	actor_hang_up(&tab);
	actor_hang_up(&second);
}

static void a_colleague_gets_the_seat_by_taking_over_and_no_other_way(void **state)
{
	struct stage *s = *state;
	struct actor mette, ole, eva, citizen;

	stage_talk(s, &mette, &citizen);
	staff_hello(s, &eva, EVA);
	staff_enter(&eva, 0);
	assert_string_equal(word(actor_hears(&eva, "refused"), "code"), "not_yours");
	actor_say(&eva, "{\"type\":\"late\",\"minutes\":5,\"meeting\":\"8121\"}");
	assert_string_equal(word(actor_hears(&eva, "refused"), "of"), "late");
	assert_null(actor_hears(&eva, "state"));

	staff_hello(s, &ole, OLE);
	staff_enter(&ole, 0);
	assert_string_equal(word(actor_hears(&ole, "refused"), "code"), "not_yours");
	assert_null(actor_hears(&ole, "state"));
	assert_null(actor_hears(&mette, "left"));
	stage_take_over(s, OLE);
	staff_enter(&ole, 0);
	assert_string_equal(word(actor_hears(&mette, "left"), "meeting"), "8121");
	assert_int_equal(mette.closed, 0);
	assert_string_equal(word(actor_hears(&ole, "start"), "role"), "offer");
	assert_string_equal(
		word(part(actor_hears(&citizen, "state"), "consultant"), "name"), "Ole");
	actor_say(&mette, OFFER(2));
	assert_string_equal(word(actor_hears(&mette, "refused"), "code"), "not_entered");
	assert_null(actor_hears(&citizen, "signal"));
	staff_enter(&mette, 0);
	assert_string_equal(word(actor_hears(&mette, "refused"), "code"), "not_yours");

	actor_say(&ole, "{\"type\":\"leave\"}");
	assert_false(flag(part(actor_hears(&citizen, "state"), "consultant"), "here"));
	actor_hang_up(&mette);
	actor_hang_up(&ole);
	actor_hang_up(&eva);
	actor_hang_up(&citizen);
}

static void entering_again_on_the_same_connection_keeps_the_talk(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_forget(&mette);
	staff_enter(&mette, 1);
	assert_int_equal(mette.closed, 0);
	assert_int_equal(number(actor_hears(&mette, "keep"), "epoch"), 1);
	assert_null(actor_hears(&mette, "start"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void the_consultant_is_late(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	staff_hello(s, &mette, METTE);
	actor_say(&mette, "{\"type\":\"late\",\"minutes\":10,\"meeting\":\"8121\"}");
	assert_int_equal(number(part(actor_hears(&citizen, "state"), "consultant"),
				 "late_minutes"),
		10);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_foreign_device_gets_no_seat),
		STORY(staff_without_a_valid_sign_in_are_turned_away),
		STORY(staff_are_welcomed_with_what_is_live),
		STORY(an_old_page_reloads_unless_it_holds_a_talk),
		STORY(what_follows_hello_at_once_is_kept),
		STORY(too_much_before_the_meeting_is_loaded_costs_the_connection),
		STORY(a_peer_may_die_while_its_meeting_loads),
		STORY(a_second_tab_takes_the_seat_over),
		STORY(a_colleague_gets_the_seat_by_taking_over_and_no_other_way),
		STORY(entering_again_on_the_same_connection_keeps_the_talk),
		STORY(the_consultant_is_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
