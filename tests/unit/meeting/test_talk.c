/* SPDX-License-Identifier: MPL-2.0
 *
 * Epochs, what is passed on and what is not, the spoken code, the form and its minutes.
 */
#include "stage.h"

#define OFFER      MEETING_SIGNAL_OFFER
#define ANSWER     MEETING_SIGNAL_ANSWER
#define CANDIDATES MEETING_SIGNAL_CANDIDATES
#define RESTART    MEETING_SIGNAL_RESTART

static void both_get_the_same_epoch_once_both_are_there(void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_START, 1), 0);
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	assert_int_equal(ACT(&s, ADMIT, .entry = 1), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_START, 1), 0);
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 1));
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
}

static void who_comes_back_with_the_epoch_goes_on_and_else_begins_anew(void **state)
{
	static const struct {
		uint32_t citizen, consultant;
		enum meeting_effect_kind then;
	} cases[] = {
		{ 1, 1, MEETING_FX_KEEP },
		{ 0, 1, MEETING_FX_START },
		{ 1, 0, MEETING_FX_START },
		{ 0, 0, MEETING_FX_START },
		{ 2, 2, MEETING_FX_START },
		{ 2, 1, MEETING_FX_START },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
		struct stage s = stage_live();
		size_t at = i / 2;
		uint32_t epoch = cases[at].then == MEETING_FX_KEEP ? 1 : 2;

		if (i % 2 == 1) {
			crash(&s);
		} else {
			assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
			assert_int_equal(ACT(&s, LOST, .entry = 0), 0);
		}
		s.now += 10 * SECOND;
		assert_int_equal(hello(&s, 1, 1, cases[at].citizen), 0);
		assert_int_equal(count_fx(&s, cases[at].then, 1), 0);
		assert_int_equal(enter(&s, OWNER, cases[at].consultant), 0);
		assert_true(has_fx(&s, cases[at].then, 1, epoch));
	}
}

static void the_next_device_cannot_go_on_with_the_last_ones_connection(void **state)
{
	struct stage s = stage_live();

	(void)state;
	arrive(&s, 2);
	assert_int_equal(ACT(&s, LOST, .entry = 0), 0);
	assert_int_equal(enter(&s, OWNER, 1), 0);
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 2), 0);
	assert_int_equal(ACT(&s, ADMIT, .entry = 2), 0);
	assert_int_equal(enter(&s, OWNER, 1), 0); /* she missed that the seat moved */
	assert_int_equal(hello(&s, 2, 2, 1), 0);  /* a lie */
	assert_int_equal(count_fx(&s, MEETING_FX_KEEP, 2), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 2, 2));
}

static void signals_pass_only_where_they_belong(void **state)
{
	enum { PASSES = -1, DROPPED = 0 };
	static const struct {
		uint16_t from;
		uint32_t epoch;
		enum meeting_signal kind;
		int then;
	} cases[] = {
		{ 1, 1, ANSWER, MEETING_E_WRONG_STATE }, /* nothing was offered */
		{ 1, 1, OFFER, MEETING_E_WRONG_STATE },
		{ 0, 1, ANSWER, MEETING_E_WRONG_STATE },
		{ 0, 1, RESTART, MEETING_E_WRONG_STATE },
		{ 2, 1, CANDIDATES, MEETING_E_WRONG_STATE }, /* from the lobby */
		{ 2, 1, ANSWER, MEETING_E_WRONG_STATE },
		{ 3, 1, ANSWER, MEETING_E_ENTRY_GONE },
		{ 0, 0, OFFER, DROPPED },
		{ 0, 2, OFFER, DROPPED },
		{ 0, 1, OFFER, PASSES },
		{ 1, 0, ANSWER, DROPPED },
		{ 1, 1, ANSWER, PASSES },
		{ 1, 1, ANSWER, MEETING_E_WRONG_STATE }, /* twice */
		{ 0, 1, CANDIDATES, PASSES },
		{ 1, 1, CANDIDATES, PASSES },
		{ 1, 1, RESTART, PASSES },
		{ 0, 1, OFFER, PASSES },
		{ 1, 1, ANSWER, PASSES },
	};
	struct stage s = stage_live();

	(void)state;
	arrive(&s, 2);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool passes = cases[i].then == PASSES;

		assert_int_equal(
			signal_of(&s, cases[i].from, cases[i].epoch, cases[i].kind),
			passes ? 0 : cases[i].then);
		assert_int_equal(
			count_fx(&s, MEETING_FX_RELAY, cases[i].from ? 0 : 1), passes);
		assert_int_equal(s.fx.count, passes);
	}
}

static void nothing_passes_while_the_other_side_is_away_or_on_the_telephone(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	assert_int_equal(signal_of(&s, 0, 1, OFFER), MEETING_E_ENTRY_GONE);
	assert_int_equal(hello(&s, 1, 1, 1), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(signal_of(&s, 0, 1, OFFER), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_RELAY, 1), 1);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	assert_int_equal(signal_of(&s, 0, 1, OFFER), 0);
	assert_int_equal(s.fx.count, 0);
}

/* -- spoken code ------------------------------------------------------------------- */
static void spoken(struct stage *s, uint32_t epoch)
{
	assert_int_equal(sas(s, 0, epoch, 1), 0);
	assert_int_equal(count_fx(s, MEETING_FX_RELAY, 1), 1);
	assert_int_equal(sas(s, 1, epoch, 2), 0);
	assert_int_equal(count_fx(s, MEETING_FX_RELAY, 0), 1);
	assert_int_equal(sas(s, 0, epoch, 3), 0);
	assert_int_equal(count_fx(s, MEETING_FX_RELAY, 1), 1);
}

static void the_code_passes_in_its_order_once_an_epoch(void **state)
{
	static const struct {
		uint16_t from;
		uint8_t step;
	} wrong[] = { { 0, 2 }, { 0, 3 }, { 1, 1 }, { 1, 2 }, { 1, 3 }, { 0, 0 },
		{ 0, 4 } };
	struct stage s = stage_live();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(
			sas(&s, wrong[i].from, 1, wrong[i].step), MEETING_E_WRONG_STATE);
	assert_int_equal(sas(&s, 0, 2, 1), 0); /* another epoch: dropped */
	assert_int_equal(s.fx.count, 0);
	spoken(&s, 1);
	assert_int_equal(sas(&s, 0, 1, 1), MEETING_E_WRONG_STATE);
	assert_int_equal(sas(&s, 1, 1, 4), MEETING_E_WRONG_STATE);
}

static void confirmed_lasts_as_long_as_the_certificates(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, SAS_OK, .sas_ok = 1), MEETING_E_TOO_EARLY);
	spoken(&s, 1);
	assert_int_equal(ACT(&s, SAS_SHOW, .sas_show = true), 0);
	assert_true(s.m.sas_show);
	assert_int_equal(ACT(&s, SAS_OK, .sas_ok = 1), 0);
	assert_true(s.m.sas_confirmed);
	assert_int_equal(look(&s).level, 2);
	assert_true(has_record(&s, MEETING_RECORD_LEVEL, 2));
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	assert_false(s.m.sas_confirmed);
	spoken(&s, 2);
	assert_true(s.m.sas_confirmed);
	assert_int_equal(hello(&s, 1, 1, 0), 0);
	assert_int_equal(sas(&s, 0, 3, 1), 0);
	assert_int_equal(ACT(&s, SAS, .entry = 1, .sas = { .epoch = 3, .step = 2 }), 0);
	assert_int_equal(sas(&s, 0, 3, 3), 0); /* the citizen has another certificate */
	assert_false(s.m.sas_confirmed);
	assert_int_equal(look(&s).level, 2);
}

static void a_code_cut_by_a_restart_of_the_broker_is_dropped_without_harm(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(sas(&s, 0, 1, 1), 0);
	crash(&s);
	assert_int_equal(hello(&s, 1, 1, 1), 0);
	assert_int_equal(enter(&s, OWNER, 1), 0);
	assert_int_equal(sas(&s, 1, 1, 2), 0);
	assert_int_equal(s.fx.count, 0);
}

/* -- broken ------------------------------------------------------------------------ */
static void broken_begins_a_new_epoch_but_not_faster_than_every_four_seconds(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, BROKEN, .entry = 1, .broken = { .epoch = 1 }), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_START, 1), 0);
	assert_int_equal(meeting_next_deadline(&s.m), s.now + MEETING_RESTART_GAP_MS);
	pass(&s, MEETING_RESTART_GAP_MS);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
	/* the other side's report of the same break comes late */
	assert_int_equal(ACT(&s, BROKEN, .entry = 0, .broken = { .epoch = 1 }), 0);
	pass(&s, MEETING_RESTART_GAP_MS);
	assert_int_equal(s.m.epoch, 2);
	assert_int_equal(ACT(&s, BROKEN, .entry = 0, .broken = { .epoch = 2 }), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 3));
}

static void what_broke_while_the_other_was_away_is_not_kept(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	assert_int_equal(ACT(&s, BROKEN, .entry = 0, .broken = { .epoch = 1 }), 0);
	assert_int_equal(hello(&s, 1, 1, 1), 0);
	assert_true(has_fx(&s, MEETING_FX_START, 1, 2));
}

/* -- form -------------------------------------------------------------------------- */
static void it_is_video_while_either_side_sends_a_picture(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(media(&s, 1, false, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(s.m.form, MEETING_FORM_AUDIO);
	assert_int_equal(media(&s, 0, true, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(s.m.form, MEETING_FORM_VIDEO);
	s.now += 20 * MINUTE;
	assert_int_equal(media(&s, 0, false, MEETING_HEALTH_GOOD), 0);
	assert_int_equal(s.m.form, MEETING_FORM_AUDIO);
	s.now += 5 * MINUTE;
	assert_int_equal(look(&s).minutes[MEETING_FORM_VIDEO], 20);
	assert_int_equal(look(&s).minutes[MEETING_FORM_AUDIO], 5);
	assert_int_equal(s.m.intervals, 3);
	arrive(&s, 2);
	assert_int_equal(media(&s, 2, true, MEETING_HEALTH_GOOD), MEETING_E_WRONG_STATE);
	assert_int_equal(s.m.form, MEETING_FORM_AUDIO);
}

static void media_reported_dead_offer_the_call_after_a_while_and_do_not_count(
	void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	s.now += 10 * MINUTE;
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_DEAD), 0);
	pass(&s, MEETING_DEAD_MS - 1);
	assert_false(look(&s).offer_call);
	pass(&s, 1);
	assert_true(look(&s).offer_call);
	assert_int_equal(s.m.form, MEETING_FORM_NONE);
	s.now += HOUR;
	assert_int_equal(look(&s).total_ms[MEETING_FORM_VIDEO], 10 * MINUTE);
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	assert_false(look(&s).offer_call);
	assert_int_equal(s.m.form, MEETING_FORM_VIDEO);
}

static void time_away_counts_when_the_connection_was_kept_and_only_then(void **state)
{
	(void)state;
	for (uint32_t held = 0; held < 2; held++) {
		struct stage s = stage_live();

		assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
		s.now += 10 * MINUTE;
		assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
		s.now += 5 * MINUTE;
		assert_int_equal(look(&s).minutes[MEETING_FORM_VIDEO], 10);
		assert_int_equal(hello(&s, 1, 1, held), 0);
		assert_int_equal(look(&s).minutes[MEETING_FORM_VIDEO], held ? 15 : 10);
	}
}

static void more_changes_than_are_kept_still_add_up(void **state)
{
	struct stage s = stage_live();
	struct meeting_view view;

	(void)state;
	for (unsigned i = 0; i < 3 * LIMIT_INTERVALS; i++) {
		assert_int_equal(media(&s, 1, i % 2, MEETING_HEALTH_GOOD), 0);
		s.now += MINUTE;
	}
	view = look(&s);
	assert_int_equal(s.m.intervals, LIMIT_INTERVALS);
	assert_int_equal(view.minutes[MEETING_FORM_VIDEO], 3 * LIMIT_INTERVALS / 2);
	assert_int_equal(view.minutes[MEETING_FORM_AUDIO], 3 * LIMIT_INTERVALS / 2);
	crash(&s);
}

/* -- the consultant's seat --------------------------------------------------------- */
static void the_owner_alone_may_enter(void **state)
{
	struct stage s = stage_at(NINE);
	struct meeting_booking taken_over = s.m.booking;

	(void)state;
	taken_over.owner = COLLEAGUE;
	assert_int_equal(enter(&s, COLLEAGUE, 0), MEETING_E_NOT_YOURS);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_true(has_fx(&s, MEETING_FX_CLOSE, 0, MEETING_CLOSE_TAKEN_OVER));
	assert_int_equal(enter(&s, COLLEAGUE, 0), MEETING_E_NOT_YOURS);
	assert_int_equal(s.m.user, OWNER);
	assert_int_equal(ACT(&s, BOOKING, .booking = taken_over), 0);
	assert_int_equal(s.m.user, OWNER); /* until she comes */
	assert_int_equal(enter(&s, COLLEAGUE, 0), 0);
	assert_int_equal(count_fx(&s, MEETING_FX_CLOSE, 0), 0);
	assert_int_equal(s.fx.list[0].kind, MEETING_FX_LEAVE);
	assert_int_equal(s.fx.list[1].kind, MEETING_FX_SEAT);
	assert_int_equal(s.m.user, COLLEAGUE);
	assert_int_equal(enter(&s, OWNER, 0), MEETING_E_NOT_YOURS);
}

static void leaving_pauses_at_once(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, LEAVE, .entry = 0), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_PAUSED);
	assert_int_equal(count_fx(&s, MEETING_FX_STATE, 1), 1);
	assert_false(s.m.consultant.here);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_get_the_same_epoch_once_both_are_there),
		cmocka_unit_test(
			who_comes_back_with_the_epoch_goes_on_and_else_begins_anew),
		cmocka_unit_test(
			the_next_device_cannot_go_on_with_the_last_ones_connection),
		cmocka_unit_test(signals_pass_only_where_they_belong),
		cmocka_unit_test(
			nothing_passes_while_the_other_side_is_away_or_on_the_telephone),
		cmocka_unit_test(the_code_passes_in_its_order_once_an_epoch),
		cmocka_unit_test(confirmed_lasts_as_long_as_the_certificates),
		cmocka_unit_test(
			a_code_cut_by_a_restart_of_the_broker_is_dropped_without_harm),
		cmocka_unit_test(
			broken_begins_a_new_epoch_but_not_faster_than_every_four_seconds),
		cmocka_unit_test(what_broke_while_the_other_was_away_is_not_kept),
		cmocka_unit_test(it_is_video_while_either_side_sends_a_picture),
		cmocka_unit_test(
			media_reported_dead_offer_the_call_after_a_while_and_do_not_count),
		cmocka_unit_test(
			time_away_counts_when_the_connection_was_kept_and_only_then),
		cmocka_unit_test(more_changes_than_are_kept_still_add_up),
		cmocka_unit_test(the_owner_alone_may_enter),
		cmocka_unit_test(leaving_pauses_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
