/* SPDX-License-Identifier: MPL-2.0
 *
 * Bringing a meeting into memory: once, with its keys, and never half.
 */
#include "stage.h"

struct touch {
	struct wait wait;
	unsigned *done;
	int result;
	bool loaded;
};

static void touched(struct wait *w, int result, struct live *l)
{
	struct touch *t = container_of(w, struct touch, wait);

	(*t->done)++;
	t->result = result;
	t->loaded = l != NULL;
}

static void it_is_loaded_once_however_many_wait(void **state)
{
	struct stage *s = *state;
	struct touch t[3];
	unsigned done = 0;
	struct house_figures f;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		t[i] = (struct touch){ .wait.done = touched, .done = &done };
		live_touch(s->house, MEETING, METTE, &t[i].wait);
	}
	assert_int_equal(done, 0);
	assert_int_equal(desk_depth(s->desk), 1);
	stage_settle(s);
	assert_int_equal(done, 3);
	assert_true(t[0].loaded && t[2].loaded);
	house_figures(s->house, &f);
	assert_int_equal(f.meetings, 1);
	live_touch(s->house, MEETING, METTE, &t[0].wait);
	assert_int_equal(done, 4); /* at once now */
}

static void what_is_not_there_is_not_kept(void **state)
{
	struct stage *s = *state;
	unsigned done = 0;
	struct touch t = { .wait.done = touched, .done = &done };

	live_touch(s->house, 4711, METTE, &t.wait);
	stage_settle(s);
	assert_int_equal(t.result, HOUSE_E_NONE);
	assert_null(live_find(s->house, 4711));
}

static void without_its_key_a_meeting_does_not_exist(void **state)
{
	struct stage *s = *state;
	int64_t id = MEETING;
	struct vault_use use = { .purpose = VAULT_RETENTION, .meetings = &id, .n = 1 };
	unsigned done = 0;
	struct touch t = { .wait.done = touched, .done = &done };

	assert_int_equal(vault_forget_here(s->vault, &use, VAULT_BOTH), 0);
	live_touch(s->house, MEETING, METTE, &t.wait);
	stage_settle(s);
	assert_int_equal(t.result, HOUSE_E_NONE);
}

static void without_contact_data_it_goes_on_without_a_number(void **state)
{
	struct stage *s = *state;
	int64_t id = MEETING;
	struct vault_use use = { .purpose = VAULT_RETENTION, .meetings = &id, .n = 1 };
	struct actor mette;

	assert_int_equal(vault_forget_here(s->vault, &use, VAULT_CK), 0);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	assert_string_equal(
		word(part(actor_hears(&mette, "state"), "call"), "last2"), "");
	actor_hang_up(&mette);
}

static void a_damaged_record_begins_anew(void **state)
{
	struct stage *s = *state;
	uint64_t before;

	(void)stage_redeem(s, DEVICE_A);
	stage_shut(s);
	assert_int_equal(
		s->store->record->live_put(s->store, MEETING, 1, BYTES_LIT("not sealed")),
		0);
	stage_open(s);
	log_set_level(LOG_E_ERROR - 1);
	before = log_event_count(EV_MEETING_RECORD_BAD);
	assert_string_equal(stage_redeem(s, DEVICE_B).seat, "8121-1");
	assert_int_equal(log_event_count(EV_MEETING_RECORD_BAD), before + 1);
	log_set_level(LOG_E_ERROR);
}

static void a_house_that_stops_loads_nothing(void **state)
{
	struct stage *s = *state;
	unsigned done = 0;
	struct touch t = { .wait.done = touched, .done = &done };

	house_stop(s->house);
	live_touch(s->house, MEETING, METTE, &t.wait);
	assert_int_equal(t.result, HOUSE_E_BUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(it_is_loaded_once_however_many_wait),
		STORY(what_is_not_there_is_not_kept),
		STORY(without_its_key_a_meeting_does_not_exist),
		STORY(without_contact_data_it_goes_on_without_a_number),
		STORY(a_damaged_record_begins_anew),
		STORY(a_house_that_stops_loads_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
