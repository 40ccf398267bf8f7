/* SPDX-License-Identifier: MPL-2.0
 *
 * What each purpose of a use means for its record: whose, why, whether it may use the
 * reserve of a full disk, and how often it is recorded.
 */
#include "custody_fixture.h"
#include "fake_log.h"

static struct scene scene;

static int start(void **state)
{
	memset(&fake, 0, sizeof(fake));
	scene_make(&scene);
	scene_open(&scene);
	assert_int_equal(scene_create(&scene, 1, ""), VAULT_RESULT_DONE);
	assert_int_equal(scene_create(&scene, 2, ""), VAULT_RESULT_DONE);
	fake.kept = 0;
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static void only_what_a_meeting_needs_may_use_the_reserve(void **state)
{
	struct scene *s = *state;
	static const bool may[VAULT_PURPOSE_COUNT] = { [VAULT_BOOK] = true,
		[VAULT_LINK] = true,
		[VAULT_TALK] = true,
		[VAULT_CALL] = true,
		[VAULT_RECOVER] = true };

	fake.no_room = true;
	for (unsigned p = 0; p < VAULT_PURPOSE_COUNT; p++) {
		enum vault_result want = may[p] ? VAULT_RESULT_DONE : VAULT_RESULT_FULL;

		assert_int_equal(scene_open_keys(s, (enum vault_purpose)p, 7, 1), want);
		assert_int_equal(s->answer.n, may[p] ? 1 : 0);
	}
	assert_int_equal(scene_create(s, 3, ""), VAULT_RESULT_DONE);
}

static enum vault_result note(struct scene *s, enum audit_what what, enum audit_role role)
{
	struct vault_question q = { .kind = VAULT_ASK_NOTE, .n = 1 };

	q.events[0] = (struct vault_event){
		.what = (uint16_t)what, .role = (uint8_t)role, .actor = 7, .meeting = 1
	};
	return scene_say(s, &q);
}

static void a_talk_is_recorded_while_the_reserve_lasts_and_reading_is_not(void **state)
{
	struct scene *s = *state;

	fake.no_room = true;
	assert_int_equal(note(s, AUDIT_ADMITTED, AUDIT_CONSULTANT), VAULT_RESULT_DONE);
	assert_int_equal(note(s, AUDIT_LINK_REDEEMED, AUDIT_CITIZEN), VAULT_RESULT_DONE);
	assert_int_equal(
		note(s, AUDIT_MEETING_CREATED, AUDIT_CONSULTANT), VAULT_RESULT_DONE);
	assert_int_equal(
		note(s, AUDIT_NUMBER_CALLED, AUDIT_CONSULTANT), VAULT_RESULT_DONE);
	assert_int_equal(note(s, AUDIT_DAY_READ, AUDIT_CONSULTANT), VAULT_RESULT_FULL);
	assert_int_equal(note(s, AUDIT_SEARCH, AUDIT_CONSULTANT), VAULT_RESULT_FULL);
	assert_int_equal(note(s, AUDIT_SIGN_IN, AUDIT_CONSULTANT), VAULT_RESULT_FULL);
	assert_int_equal(
		note(s, AUDIT_CASE_EXPORTED, AUDIT_ADMINISTRATOR), VAULT_RESULT_FULL);
}

static void a_view_is_recorded_once_in_a_quarter_of_an_hour(void **state)
{
	struct scene *s = *state;

	for (unsigned p = 0; p < VAULT_PURPOSE_COUNT; p++) {
		bool once = p == VAULT_DAY || p == VAULT_VIEW || p == VAULT_TEAM ||
			    p == VAULT_SEARCH;

		fake.kept = 0;
		for (int i = 0; i < 3; i++)
			assert_int_equal(scene_open_keys(s, (enum vault_purpose)p, 7, 1),
				VAULT_RESULT_DONE);
		assert_int_equal(fake.kept, once ? 1 : 3);
	}
	fake.kept = 0;
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 8, 1), VAULT_RESULT_DONE);
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 2), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 2); /* another account, another meeting */
	clock_shift(SEEN_MS - 60000);
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 2), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 2);
	clock_shift(61000);
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 2), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 3);
}

static void the_record_of_an_opened_key_says_why_and_who(void **state)
{
	static const struct {
		enum vault_purpose purpose;
		int64_t actor;
		enum audit_purpose why;
		enum audit_role who;
	} uses[] = {
		{ VAULT_VIEW, 7, AUDIT_FOR_OWN_MEETING, AUDIT_CONSULTANT },
		{ VAULT_TEAM, 7, AUDIT_FOR_COLLEAGUE, AUDIT_CONSULTANT },
		{ VAULT_SEARCH, 7, AUDIT_FOR_ENQUIRY, AUDIT_CONSULTANT },
		{ VAULT_LINK, -1, AUDIT_FOR_CITIZEN, AUDIT_CITIZEN },
		{ VAULT_MINUTES, 0, AUDIT_FOR_ADMINISTRATION, AUDIT_ADMINISTRATOR },
		{ VAULT_TALK, 0, AUDIT_FOR_ADMINISTRATION, AUDIT_SYSTEM },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
		fake.kept = 0;
		assert_int_equal(scene_open_keys(s, uses[i].purpose, uses[i].actor, 1),
			VAULT_RESULT_DONE);
		assert_int_equal(fake.at[0].purpose, uses[i].why);
		assert_int_equal(fake.at[0].role, uses[i].who);
	}
}

/* Its record of before was sealed under a key that is gone, or under none. */
static void a_view_of_other_keys_is_recorded_anew(void **state)
{
	struct scene *s = *state;
	struct vault_question forget = use_of(VAULT_ASK_FORGET, VAULT_RETENTION, 0, 1);

	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_DONE);
	forget.which = VAULT_MK;
	assert_int_equal(scene_say(s, &forget), VAULT_RESULT_DONE);
	fake.kept = 0;
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_DONE);
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_DONE);
	assert_int_equal(scene_keys(s, 0).has, VAULT_CK);
	assert_int_equal(fake.kept, 2);
	forget.which = VAULT_CK;
	assert_int_equal(scene_say(s, &forget), VAULT_RESULT_DONE);
	assert_int_equal(scene_create(s, 1, ""), VAULT_RESULT_DONE);
	fake.kept = 0;
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 1);
	assert_true(fake.at[0].has_inner);
}

/* Two meetings, room for neither: the first must not be taken for recorded. */
static void what_was_refused_for_want_of_room_was_not_seen(void **state)
{
	struct scene *s = *state;

	fake.no_room = true;
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_FULL);
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_FULL);
	fake.no_room = false;
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 1), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 1);
}

static void the_record_says_whose_hand_it_was(void **state)
{
	struct scene *s = *state;
	static const struct {
		enum vault_purpose purpose;
		int64_t actor;
		enum audit_role role;
		enum audit_purpose why;
	} rows[] = {
		{ VAULT_VIEW, 7, AUDIT_CONSULTANT, AUDIT_FOR_OWN_MEETING },
		{ VAULT_TALK, -1, AUDIT_CITIZEN, AUDIT_FOR_CITIZEN },
		{ VAULT_RECOVER, 0, AUDIT_SYSTEM, AUDIT_FOR_ADMINISTRATION },
		{ VAULT_EXPORT, 0, AUDIT_ADMINISTRATOR, AUDIT_FOR_ENQUIRY },
		{ VAULT_TAKE_OVER, UINT32_MAX, AUDIT_CONSULTANT, AUDIT_FOR_COLLEAGUE },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct record *r = &fake.at[i];
		int64_t actor = rows[i].actor < 0 ? 0 : rows[i].actor;

		assert_int_equal(scene_open_keys(s, rows[i].purpose, rows[i].actor, 1),
			VAULT_RESULT_DONE);
		assert_int_equal(r->role, rows[i].role);
		assert_int_equal(r->purpose, rows[i].why);
		assert_true((int64_t)r->actor == actor);
		assert_int_equal(r->outcome, AUDIT_DONE);
	}
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(only_what_a_meeting_needs_may_use_the_reserve),
		ON(a_talk_is_recorded_while_the_reserve_lasts_and_reading_is_not),
		ON(a_view_is_recorded_once_in_a_quarter_of_an_hour),
		ON(the_record_of_an_opened_key_says_why_and_who),
		ON(a_view_of_other_keys_is_recorded_anew),
		ON(what_was_refused_for_want_of_room_was_not_seen),
		ON(the_record_says_whose_hand_it_was),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
