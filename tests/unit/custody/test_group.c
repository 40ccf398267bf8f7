/* SPDX-License-Identifier: MPL-2.0
 *
 * Questions in groups, over a log in memory that can be looked at and made to fail: no
 * record, no data; what is recorded of each; and what is not our language.
 */
#include "custody_fixture.h"
#include "fake_log.h"

static struct scene scene;

static int start(void **state)
{
	memset(&fake, 0, sizeof(fake));
	scene_make(&scene);
	scene_open(&scene);
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static const struct record *last_record(void)
{
	assert_true(fake.kept > 0);
	return &fake.at[fake.kept - 1];
}

/* The inner part of a record that was kept, opened with the meeting's mk. */
static struct record_inner inner_of(size_t i, const struct vault_keys *keys)
{
	struct record_inner inner;
	struct key mk, key;

	memcpy(mk.at, keys->mk, KEY_BYTES);
	record_inner_key(&mk, &key);
	assert_true(fake.at[i].has_inner);
	assert_int_equal(
		record_open_inner(&fake.at[i], &key, fake_log.id, i + 1, &inner), 0);
	return inner;
}

/* -- keys and their records -------------------------------------------------------- */
static void keys_leave_with_their_record(void **state)
{
	struct scene *s = *state;
	struct vault_keys made, opened;
	struct record_inner inner;

	assert_int_equal(scene_create(s, 42, "Sag 12-34"), VAULT_RESULT_DONE);
	made = scene_keys(s, 0);
	assert_true(made.meeting == 42 && made.has == 3);
	assert_int_equal(fake.kept, 1);
	assert_int_equal(last_record()->event, AUDIT_KEY_MADE);
	inner = inner_of(0, &made);
	assert_true(inner.meeting == 42 && inner.case_len == 9);
	assert_memory_equal(inner.case_ref, "Sag 12-34", 9);
	assert_int_equal(scene_open_keys(s, VAULT_TALK, 7, 42), VAULT_RESULT_DONE);
	opened = scene_keys(s, 0);
	same_keys(&opened, &made);
	assert_int_equal(fake.kept, 2);
	assert_int_equal(last_record()->event, AUDIT_KEY_OPENED);
	assert_int_equal(last_record()->value, VAULT_TALK);
	assert_int_equal(last_record()->actor, 7);
	assert_int_equal(last_record()->role, AUDIT_CONSULTANT);
	assert_int_equal(last_record()->source, RECORD_VAULT);
	assert_int_equal(inner_of(1, &made).meeting, 42);
	assert_int_equal(s->link, 7);
}

static void a_meeting_gets_keys_once(void **state)
{
	struct scene *s = *state;

	assert_int_equal(scene_create(s, 42, ""), VAULT_RESULT_DONE);
	assert_int_equal(scene_create(s, 42, ""), VAULT_RESULT_TAKEN);
	assert_int_equal(last_record()->event, AUDIT_KEY_MADE);
	assert_int_equal(last_record()->outcome, AUDIT_REFUSED);
}

static void asking_for_a_meeting_without_keys_is_recorded(void **state)
{
	struct scene *s = *state;

	assert_int_equal(scene_open_keys(s, VAULT_VIEW, 7, 99), VAULT_RESULT_DONE);
	assert_int_equal(scene_keys(s, 0).has, 0);
	assert_int_equal(last_record()->outcome, AUDIT_REFUSED);
	assert_false(last_record()->has_inner);
	assert_int_equal(scene_open_keys(s, VAULT_VIEW, 7, 99), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 2); /* each time: nothing else tells of it */
}

static void nothing_leaves_when_the_log_takes_nothing(void **state)
{
	struct scene *s = *state;
	const int faults[] = { -ENOSPC, -EIO, AUDIT_LOG_E_FULL };

	assert_int_equal(scene_create(s, 42, ""), VAULT_RESULT_DONE);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		enum vault_result want =
			faults[i] < 0 ? VAULT_RESULT_FAILED : VAULT_RESULT_FULL;

		fake.commit = faults[i];
		assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 42), want);
		assert_int_equal(s->answer.keys.len, 0);
		assert_int_equal(scene_create(s, 43, ""), want);
		fake.commit = 0;
		/* What was undone is not there, and what was not on record is not taken
		 * for it. */
		assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 43), VAULT_RESULT_DONE);
		assert_int_equal(scene_keys(s, 0).has, 0);
	}
	assert_int_equal(fake.kept, 4);
	assert_int_equal(scene_open_keys(s, VAULT_DAY, 7, 42), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 5);
}

static void one_commit_answers_many_in_order(void **state)
{
	struct scene *s = *state;
	struct vault_question q;

	for (int64_t id = 1; id <= 5; id++) {
		q = use_of(VAULT_ASK_CREATE, VAULT_BOOK, 7, id);
		assert_int_equal(scene_ask(s, &q), 0);
		/* The one before it in the same group. */
		q = use_of(VAULT_ASK_OPEN, VAULT_BOOK, 7, id);
		assert_int_equal(scene_ask(s, &q), 0);
	}
	assert_int_equal(fake.kept, 0);
	assert_int_equal(scene_settle(s), 0);
	assert_int_equal(s->answers, 10);
	assert_int_equal(s->answered, q.id);
	assert_int_equal(scene_keys(s, 0).has, 3);
	assert_true(fake.commits == 1 && fake.kept == 10);
}

static void a_group_that_fails_fails_whole(void **state)
{
	struct scene *s = *state;
	struct vault_question q = use_of(VAULT_ASK_CREATE, VAULT_BOOK, 7, 1);

	assert_int_equal(scene_ask(s, &q), 0);
	q = use_of(VAULT_ASK_OPEN, VAULT_TALK, 7, 1);
	assert_int_equal(scene_ask(s, &q), 0);
	fake.commit = -EIO;
	assert_int_equal(scene_settle(s), -EIO);
	assert_int_equal(s->answers, 2);
	assert_int_equal(s->answer.result, VAULT_RESULT_FAILED);
	fake.commit = 0;
	assert_int_equal(scene_open_keys(s, VAULT_TALK, 7, 1), VAULT_RESULT_DONE);
	assert_int_equal(scene_keys(s, 0).has, 0);
}

static void a_full_group_says_later(void **state)
{
	struct scene *s = *state;
	struct vault_question q = use_of(VAULT_ASK_OPEN, VAULT_EXPORT, 0, 1);
	unsigned taken = 0;

	q.n = VAULT_MEETINGS_MAX;
	for (int i = 0; i < VAULT_MEETINGS_MAX; i++)
		q.meetings[i] = i + 1;
	while (scene_ask(s, &q) == 0)
		taken++;
	assert_int_equal(taken, 3); /* 128 KiB of answers */
	assert_int_equal(scene_ask(s, &q), CUSTODY_E_LATER);
	assert_int_equal(scene_settle(s), 0);
	assert_int_equal(s->answers, taken);
	/* Every meeting of every question, in commits of 64. */
	assert_int_equal(fake.kept, taken * VAULT_MEETINGS_MAX);
	q = (struct vault_question){ .kind = VAULT_ASK_STATE };
	for (int i = 0; i < LOG_GROUP_MAX; i++)
		assert_int_equal(scene_ask(s, &q), 0);
	assert_int_equal(scene_ask(s, &q), CUSTODY_E_LATER);
	assert_int_equal(scene_settle(s), 0);
	assert_int_equal(s->answers, LOG_GROUP_MAX);
	assert_int_equal(scene_ask(s, &q), 0);
	q.kind = VAULT_ASK_ROTATE; /* is a group of its own */
	assert_int_equal(scene_ask(s, &q), CUSTODY_E_LATER);
	assert_int_equal(scene_settle(s), 0);
	assert_int_equal(scene_ask(s, &q), 0);
	q.kind = VAULT_ASK_STATE;
	assert_int_equal(scene_ask(s, &q), CUSTODY_E_LATER);
}

static void a_commit_that_fails_in_the_middle_fails_all(void **state)
{
	struct scene *s = *state;
	struct vault_question q = use_of(VAULT_ASK_OPEN, VAULT_EXPORT, 0, 1);

	assert_int_equal(scene_create(s, 1, ""), VAULT_RESULT_DONE);
	assert_int_equal(scene_ask(s, &q), 0);
	q.n = 100;
	for (int i = 0; i < 100; i++)
		q.meetings[i] = i + 1;
	fake.commit = -EIO;
	assert_int_equal(scene_ask(s, &q), 0);
	fake.commit = 0; /* what was lost is lost though the disk is well again */
	assert_int_equal(scene_settle(s), -EIO);
	assert_int_equal(s->answers, 2);
	assert_int_equal(s->answer.result, VAULT_RESULT_FAILED);
	assert_int_equal(fake.kept, 1);
}

/* -- destroying, cases ------------------------------------------------------------- */
static void destroyed_keys_are_gone_and_it_is_on_record(void **state)
{
	struct scene *s = *state;
	struct vault_question q = use_of(VAULT_ASK_FORGET, VAULT_RETENTION, 0, 42);
	struct vault_keys made;

	assert_int_equal(scene_create(s, 42, "Sag 1"), VAULT_RESULT_DONE);
	made = scene_keys(s, 0);
	q.which = VAULT_CK;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(last_record()->event, AUDIT_KEY_DESTROYED);
	assert_int_equal(last_record()->value, VAULT_CK);
	assert_int_equal(last_record()->role, AUDIT_SYSTEM);
	assert_int_equal(inner_of(1, &made).meeting, 42);
	q.which = VAULT_BOTH;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(inner_of(2, &made).case_len, 5);
	assert_int_equal(scene_open_keys(s, VAULT_VIEW, 7, 42), VAULT_RESULT_DONE);
	assert_int_equal(scene_keys(s, 0).has, 0);
	assert_false(last_record()->has_inner);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE); /* gone already is fine */
	assert_int_equal(last_record()->outcome, AUDIT_REFUSED);
}

static void keys_stay_when_their_end_cannot_be_recorded(void **state)
{
	struct scene *s = *state;
	struct vault_question q = use_of(VAULT_ASK_FORGET, VAULT_RETENTION, 0, 42);

	assert_int_equal(scene_create(s, 42, ""), VAULT_RESULT_DONE);
	fake.commit = -EIO;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_FAILED);
	fake.commit = 0;
	fake.no_room = true;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_FULL);
	fake.no_room = false;
	assert_int_equal(scene_open_keys(s, VAULT_VIEW, 7, 42), VAULT_RESULT_DONE);
	assert_int_equal(scene_keys(s, 0).has, 3);
}

static void a_case_is_found_while_its_keys_live(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_FIND_CASE,
		.purpose = VAULT_EXPORT,
		.at_most = 2,
		.text = BYTES_LIT("SAG12-34") };
	struct vault_question set = use_of(VAULT_ASK_SET_CASE, VAULT_CHANGE, 7, 3);

	for (int64_t id = 1; id <= 3; id++)
		assert_int_equal(scene_create(s, id, "Sag 12-34"), VAULT_RESULT_DONE);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(s->answer.n, 2);
	assert_int_equal(vault_answer_id(&s->answer, 1), 2);
	assert_int_equal(last_record()->event, AUDIT_CASE_FOUND);
	assert_int_equal(last_record()->value, 2);
	assert_int_equal(last_record()->role, AUDIT_ADMINISTRATOR);
	q.after = 2;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(s->answer.n, 1);
	assert_int_equal(scene_say(s, &set), VAULT_RESULT_DONE);
	assert_int_equal(last_record()->event, AUDIT_CASE_SET);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(s->answer.n, 0);
}

static void a_new_case_is_in_the_records_that_follow(void **state)
{
	struct scene *s = *state;
	struct vault_question set = use_of(VAULT_ASK_SET_CASE, VAULT_CHANGE, 7, 3);
	struct vault_keys keys;

	assert_int_equal(scene_create(s, 3, "Sag 1"), VAULT_RESULT_DONE);
	keys = scene_keys(s, 0);
	set.text = BYTES_LIT("Sag 22");
	assert_int_equal(scene_say(s, &set), VAULT_RESULT_DONE);
	assert_int_equal(inner_of(1, &keys).case_len, 5);
	assert_int_equal(scene_open_keys(s, VAULT_LINK, 7, 3), VAULT_RESULT_DONE);
	assert_memory_equal(inner_of(2, &keys).case_ref, "Sag 22", 6);
}

/* -- what is no question ----------------------------------------------------------- */
static void bad(struct scene *s, struct vault_question *q)
{
	assert_int_equal(scene_ask(s, q), CUSTODY_E_BAD);
}

static void what_is_not_our_language_is_refused(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_HELLO, .version = 2 };
	struct frame f = { VAULT_ANSWER, 1, BYTES_NULL };

	bad(s, &q);
	q = use_of(VAULT_ASK_OPEN, VAULT_PURPOSE_COUNT, 7, 1);
	bad(s, &q);
	q = use_of(VAULT_ASK_OPEN, VAULT_VIEW, -2, 1);
	bad(s, &q);
	q = use_of(VAULT_ASK_OPEN, VAULT_VIEW, INT64_C(1) << 32, 1);
	bad(s, &q);
	q = use_of(VAULT_ASK_OPEN, VAULT_VIEW, 7, 0);
	bad(s, &q);
	q = use_of(VAULT_ASK_CREATE, VAULT_BOOK, 7, 1);
	q.text = BYTES_LIT("two\nlines");
	bad(s, &q);
	assert_int_equal(custody_ask(s->custody, 1, &f), CUSTODY_E_BAD);
	assert_int_equal(scene_settle(s), 0);
	assert_true(s->answers == 0 && fake.kept == 0);
}

static struct vault_question note_of(enum audit_what what, enum audit_role role)
{
	struct vault_question q = { .kind = VAULT_ASK_NOTE, .n = 1 };

	q.events[0] = (struct vault_event){ .what = (uint16_t)what,
		.role = (uint8_t)role,
		.actor = 7,
		.request_id = { 9 } };
	return q;
}

static void an_event_is_noted_as_it_was_told(void **state)
{
	struct scene *s = *state;
	struct vault_question q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);
	struct vault_keys keys;

	assert_int_equal(scene_create(s, 5, "Sag 5"), VAULT_RESULT_DONE);
	keys = scene_keys(s, 0);
	q.events[0].meeting = 5;
	q.events[0].value = 12;
	q.events[1] = q.events[0];
	q.n = 2;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.kept, 3);
	assert_int_equal(last_record()->event, AUDIT_DAY_READ);
	assert_int_equal(last_record()->source, RECORD_SERVING);
	assert_int_equal(last_record()->request_id[0], 9);
	assert_true(last_record()->actor == 7 && last_record()->value == 12);
	assert_int_equal(inner_of(2, &keys).value, 12);
	assert_memory_equal(inner_of(2, &keys).case_ref, "Sag 5", 5);
}

static void no_event_is_noted_that_is_none_or_the_vaults_own(void **state)
{
	struct scene *s = *state;
	static const enum audit_what own[] = { AUDIT_KEY_OPENED, AUDIT_KEY_MADE,
		AUDIT_KEY_DESTROYED, AUDIT_LOG_STARTED, AUDIT_LOG_STARTED_UNCLEAN,
		AUDIT_LOG_CLOCK, AUDIT_LOG_GAP, AUDIT_LOG_LOSS_ACCEPTED, AUDIT_LOG_PRUNED,
		AUDIT_NODE_KEY_ROTATED, AUDIT_AUDITORS_CHANGED, AUDIT_CASE_FOUND,
		AUDIT_CASE_SET };
	struct vault_question q;

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		for (int role = 0; role < AUDIT_ROLE_COUNT; role++) {
			q = note_of(own[i], (enum audit_role)role);
			bad(s, &q);
		}
	q = note_of(AUDIT_WHAT_COUNT, AUDIT_CONSULTANT);
	bad(s, &q);
	q = note_of(AUDIT_DAY_READ, AUDIT_ROLE_COUNT);
	bad(s, &q);
	q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);
	q.events[0].purpose = AUDIT_PURPOSE_COUNT;
	bad(s, &q);
	q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);
	q.events[0].outcome = AUDIT_OUTCOME_COUNT;
	bad(s, &q);
	q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);
	q.events[0].meeting = UINT64_MAX;
	bad(s, &q);
	q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);
	q.events[0].value = UINT32_C(12345678); /* a telephone number would fit */
	bad(s, &q);
}

/* -- the rest of the language ------------------------------------------------------ */
static void the_greeting_gives_every_subkey_but_the_one_that_wraps(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_HELLO, .version = 1 };
	const struct key *wrap = node_key_get(s->custody->full, NODE_WRAP);

	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(s->answer.n, NODE_SUBKEY_COUNT);
	assert_true(s->answer.is_development);
	for (unsigned i = 0; i < NODE_SUBKEY_COUNT; i++) {
		const uint8_t *at = s->answer.subkeys.at + (size_t)i * KEY_BYTES;

		if (i == NODE_WRAP)
			assert_memory_equal(at, ((struct key){ 0 }).at, KEY_BYTES);
		else
			assert_memory_equal(at,
				node_key_get(
					custody_node(s->custody), (enum node_subkey)i)
					->at,
				KEY_BYTES);
	}
	assert_null(memmem(s->frame, sizeof(s->frame), wrap->at, KEY_BYTES));
	assert_null(memmem(s->frame, sizeof(s->frame), s->custody->root->at, KEY_BYTES));
}

static void only_minutes_are_signed(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_SIGN,
		.text = BYTES_LIT("samtale-minutes-1\ncase x\n") };
	static const char *const others[] = { "samtale-checkpoint 1 start x",
		"samtale-minutes-1", "samtale-minutes-12\nx", "samtale-minutes-1\n",
		" samtale-minutes-1\nx", "samtale-minutes-1\nbell \a" };

	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_true(bytes_equal_str(s->answer.checkpoint, "line"));
	assert_true(sign_check(s->answer.public_key.at,
		BYTES_LIT("samtale-minutes-1\ncase x\nlog: line\n"),
		s->answer.signature.at));
	assert_int_equal(last_record()->event, AUDIT_MINUTES_SIGNED);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		q.text = bytes_str(others[i]);
		bad(s, &q);
	}
	q.text = BYTES_LIT("samtale-minutes-1\nx\n");
	fake.commit = -EIO;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_FAILED);
	assert_int_equal(s->answer.signature.len, 0);
}

static void the_state_and_what_was_dropped_are_passed_on(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_DROPPED, .dropped = 3 };

	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.dropped, 3);
	q.kind = VAULT_ASK_STATE;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_string_equal(s->answer.state.checkpoint, "line");
	assert_true(s->answer.state.is_development);
}

static void the_log_is_not_pruned_by_a_clock_that_others_made_up(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_PRUNE, .before = INT64_MAX };
	int64_t limit = clock_utc_ms() - 183 * MS_DAY;

	fake.pruned = 2;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(s->answer.segments, 2);
	assert_in_range(fake.prune_before_ms, limit, limit + 5000);
	q.before = INT64_MIN;
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_true(fake.prune_before_ms < limit);
}

static void other_auditors_are_handed_to_the_log(void **state)
{
	struct scene *s = *state;
	struct vault_question q = { .kind = VAULT_ASK_RELOAD };
	char lines[320], second[160];

	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_true(fake.kept == 0 && fake.auditors == 0);
	auditor_line(lines, "anne", 2);
	auditor_line(second, "bo", 3);
	memcpy(lines + strlen(lines), second, strlen(second) + 1);
	write_file(in_vault(s, "auditors"), lines);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.auditors, 2);
	write_file(in_vault(s, "auditors"), "nobody\n");
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_FAILED);
	assert_int_equal(custody_auditors(s->custody)->n, 2);
}

static void an_urgent_event_asks_for_a_checkpoint(void **state)
{
	struct scene *s = *state;
	struct vault_question q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);

	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.urgent, 0);
	q = note_of(AUDIT_ACCOUNT_CREATED, AUDIT_ADMINISTRATOR);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.urgent, 1);
	q = note_of(AUDIT_DAY_READ, AUDIT_CONSULTANT);
	assert_int_equal(scene_say(s, &q), VAULT_RESULT_DONE);
	assert_int_equal(fake.urgent, 1);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(keys_leave_with_their_record),
		ON(a_meeting_gets_keys_once),
		ON(asking_for_a_meeting_without_keys_is_recorded),
		ON(nothing_leaves_when_the_log_takes_nothing),
		ON(one_commit_answers_many_in_order),
		ON(a_group_that_fails_fails_whole),
		ON(a_full_group_says_later),
		ON(a_commit_that_fails_in_the_middle_fails_all),
		ON(destroyed_keys_are_gone_and_it_is_on_record),
		ON(keys_stay_when_their_end_cannot_be_recorded),
		ON(a_case_is_found_while_its_keys_live),
		ON(a_new_case_is_in_the_records_that_follow),
		ON(what_is_not_our_language_is_refused),
		ON(an_event_is_noted_as_it_was_told),
		ON(no_event_is_noted_that_is_none_or_the_vaults_own),
		ON(the_greeting_gives_every_subkey_but_the_one_that_wraps),
		ON(only_minutes_are_signed),
		ON(the_state_and_what_was_dropped_are_passed_on),
		ON(the_log_is_not_pruned_by_a_clock_that_others_made_up),
		ON(other_auditors_are_handed_to_the_log),
		ON(an_urgent_event_asks_for_a_checkpoint),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
