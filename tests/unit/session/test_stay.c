/* SPDX-License-Identifier: MPL-2.0
 *
 * A live talk never signs out.
 */
#include "stage.h"

/* Time passes in which everybody takes what is sent. */
static void pass(struct stage *s, int64_t ms)
{
	for (; ms > 0; ms -= 10 * MS_MINUTE) {
		stage_wait(s, ms < 10 * MS_MINUTE ? ms : 10 * MS_MINUTE);
		for (size_t i = 0; i < ARRAY_LEN(s->actors); i++)
			if (s->actors[i])
				actor_forget(s->actors[i]);
	}
}

static void a_consultant_in_a_talk_comes_back_after_her_sign_in_would_have_ended(
	void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	house_recover(s->house);
	stage_talk(s, &mette, &citizen);
	pass(s, 10 * MS_HOUR + 5 * MS_MINUTE);
	assert_int_equal(mette.closed, 0);
	actor_hang_up(&mette); /* her connection blinks */
	staff_hello(s, &mette, METTE);
	assert_int_equal(mette.closed, 0);
	assert_non_null(actor_hears(&mette, "welcome"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void outside_of_a_talk_the_sign_in_ends_as_it_was_granted(void **state)
{
	struct stage *s = *state;
	struct actor mette;

	house_recover(s->house);
	staff_hello(s, &mette, METTE);
	pass(s, 10 * MS_HOUR + 5 * MS_MINUTE);
	assert_int_equal(mette.closed, 4006);
	actor_hang_up(&mette);
	staff_hello(s, &mette, METTE);
	assert_int_equal(mette.closed, 4006);
	actor_hang_up(&mette);
}

static void after_the_talk_it_ends_within_half_an_hour(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	house_recover(s->house);
	stage_talk(s, &mette, &citizen);
	pass(s, 10 * MS_HOUR);
	actor_say(&mette, "{\"type\":\"leave\"}");
	pass(s, 31 * MS_MINUTE);
	assert_int_equal(mette.closed, 4006);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void signing_out_is_not_undone_by_a_talk(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	struct token_hash session = hash_of(METTE);

	house_recover(s->house);
	stage_talk(s, &mette, &citizen);
	pass(s, 9 * MS_HOUR + 49 * MS_MINUTE);
	assert_int_equal(s->store->staff_session->drop(s->store, &session), 0);
	pass(s, 5 * MS_MINUTE);
	actor_hang_up(&mette);
	staff_hello(s, &mette, METTE);
	assert_int_equal(mette.closed, 4006);
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(a_consultant_in_a_talk_comes_back_after_her_sign_in_would_have_ended),
		STORY(outside_of_a_talk_the_sign_in_ends_as_it_was_granted),
		STORY(after_the_talk_it_ends_within_half_an_hour),
		STORY(signing_out_is_not_undone_by_a_talk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
