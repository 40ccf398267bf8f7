/* SPDX-License-Identifier: MPL-2.0
 *
 * Every event in every phase, and every turn of the phase, against tables written down
 * here a second time. What must not be known to the table of the code is known to this.
 */
#include "stage.h"

#include "rules.h"

/* In each phase entry 1 is connected (admitted, where they talk) and the owner is in her
 * seat; paused: entry 1 is away and entry 2 waits in the lobby. */
static struct stage stage_in(enum meeting_phase phase)
{
	struct stage s;
	struct meeting_booking later = stage_booking;

	if (phase == MEETING_PHASE_LIVE || phase == MEETING_PHASE_PAUSED) {
		s = stage_live();
	} else {
		s = stage_at(NINE);
		arrive(&s, 1);
		assert_int_equal(enter(&s, OWNER, 0), 0);
	}
	later.starts_ms += 24 * (int64_t)HOUR;
	if (phase == MEETING_PHASE_BOOKED)
		assert_int_equal(ACT(&s, BOOKING, .booking = later), 0);
	if (phase == MEETING_PHASE_PAUSED) {
		arrive(&s, 2);
		assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
		pass(&s, 3 * SECOND);
	}
	if (phase == MEETING_PHASE_ENDED)
		assert_int_equal(ACT(&s, END, .outcome = MEETING_OUTCOME_CANCELLED), 0);
	assert_int_equal(s.m.phase, phase);
	return s;
}

#define OK     0
#define ENDED  MEETING_E_ALREADY_ENDED
#define WRONG  MEETING_E_WRONG_STATE
#define EARLY  MEETING_E_TOO_EARLY
#define NO_LEG MEETING_E_NO_CALL

/* booked, open, live, paused, ended */
static const int expected[MEETING_EV_COUNT][MEETING_PHASE_COUNT] = {
	[MEETING_EV_TICK] = { OK, OK, OK, OK, OK },
	[MEETING_EV_BOOKING] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_CANCEL] = { OK, OK, MEETING_E_STARTED, MEETING_E_STARTED, ENDED },
	[MEETING_EV_RESTORE] = { MEETING_E_NOT_CANCELLED, MEETING_E_NOT_CANCELLED,
		MEETING_E_NOT_CANCELLED, MEETING_E_NOT_CANCELLED, OK },
	[MEETING_EV_REDEEM] = { EARLY, OK, OK, OK, MEETING_E_OVER },
	[MEETING_EV_FORGET] = { OK, OK, MEETING_E_STARTED, OK, OK },
	[MEETING_EV_CALL_ME] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_LATE] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_CONNECT] = { OK, OK, OK, OK, OK },
	[MEETING_EV_DISCONNECT] = { OK, OK, OK, OK, OK },
	[MEETING_EV_STEP] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_HIDDEN] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_ENTER] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_LEAVE] = { OK, OK, OK, OK, OK },
	[MEETING_EV_LOST] = { OK, OK, OK, OK, OK },
	[MEETING_EV_ADMIT] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_REMOVE] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_SIGNAL] = { WRONG, WRONG, OK, WRONG, ENDED },
	[MEETING_EV_SAS] = { WRONG, WRONG, WRONG, WRONG, ENDED },
	[MEETING_EV_SAS_SHOW] = { EARLY, EARLY, OK, OK, ENDED },
	[MEETING_EV_SAS_OK] = { EARLY, EARLY, EARLY, EARLY, ENDED },
	[MEETING_EV_BROKEN] = { WRONG, WRONG, OK, WRONG, ENDED },
	[MEETING_EV_MEDIA] = { WRONG, WRONG, OK, WRONG, ENDED },
	[MEETING_EV_PHONE] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_VIDEO] = { MEETING_E_NO_CALL, MEETING_E_NO_CALL, MEETING_E_NO_CALL,
		WRONG, ENDED },
	[MEETING_EV_END] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_ADMIN_END] = { OK, OK, OK, OK, ENDED },
	[MEETING_EV_TRUNK] = { OK, OK, OK, OK, OK },
	[MEETING_EV_LINE] = { NO_LEG, NO_LEG, NO_LEG, NO_LEG, ENDED },
	[MEETING_EV_LINE_SYNC] = { OK, OK, OK, OK, OK },
	[MEETING_EV_LINE_KEY] = { OK, OK, OK, OK, OK },
	[MEETING_EV_LINE_BROKEN] = { OK, OK, OK, OK, OK },
	[MEETING_EV_CALL_IN] = { EARLY, OK, OK, OK, ENDED },
};

/* The event as the citizen's page, or the consultant's, would bring it. */
static struct meeting_event event_of(
	enum meeting_event_kind kind, enum meeting_phase phase)
{
	struct meeting_event e = { .kind = kind,
		.entry = phase == MEETING_PHASE_PAUSED ? 2 : 1 };

	if (kind == MEETING_EV_BOOKING)
		e.booking = stage_booking;
	if (kind == MEETING_EV_BOOKING && phase == MEETING_PHASE_BOOKED)
		e.booking.starts_ms += HOUR;
	if (kind == MEETING_EV_REDEEM)
		memset(e.redeem.device, 9, MEETING_DEVICE_LEN);
	if (kind == MEETING_EV_CONNECT)
		memset(e.connect.device, e.entry, MEETING_DEVICE_LEN);
	if (kind == MEETING_EV_ENTER)
		e.enter.user = OWNER;
	if (kind == MEETING_EV_SIGNAL) {
		e.signal.epoch = 1;
		e.signal.kind = MEETING_SIGNAL_CANDIDATES;
	}
	if (kind == MEETING_EV_SAS) {
		e.sas.epoch = 1;
		e.sas.step = 2; /* before the commitment */
	}
	if (kind == MEETING_EV_SAS_OK)
		e.sas_ok = 1;
	if (kind == MEETING_EV_BROKEN)
		e.broken.epoch = 1;
	if (kind == MEETING_EV_MEDIA)
		e.media.epoch = 1;
	if (kind == MEETING_EV_PHONE)
		e.phone.from = MEETING_CALL_FROM_WORK;
	if (kind == MEETING_EV_LINE)
		e.line.progress = MEETING_LINE_RINGING;
	if (kind == MEETING_EV_CALL_IN)
		memset(e.call_in.device, 9, MEETING_DEVICE_LEN);
	if (kind == MEETING_EV_END || kind == MEETING_EV_ADMIN_END)
		e.outcome = MEETING_OUTCOME_TECHNICAL;
	return e;
}

static void every_event_in_every_phase_is_let_through_or_refused_as_the_table_says(
	void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < MEETING_EV_COUNT; kind++) {
		for (unsigned phase = 0; phase < MEETING_PHASE_COUNT; phase++) {
			struct stage s = stage_in((enum meeting_phase)phase);
			int result = act(&s, event_of((enum meeting_event_kind)kind,
						     (enum meeting_phase)phase));

			if (result != expected[kind][phase])
				print_error("event %u in %s: %s\n", kind,
					meeting_phase_name((enum meeting_phase)phase),
					meeting_refusal_name(result));
			assert_int_equal(result, expected[kind][phase]);
		}
	}
}

static void the_phase_takes_exactly_the_turns_of_the_plan(void **state)
{
	/* where each turn leads from booked, open, live, paused, ended; - is forbidden */
	static const char plan[TURN_COUNT][MEETING_PHASE_COUNT + 1] = {
		[TURN_DOOR_OPENS] = "o----",
		[TURN_DOOR_CLOSES] = "-b---",
		[TURN_BEGIN] = "ll---",
		[TURN_PAUSE] = "--p--",
		[TURN_RESUME] = "---l-",
		[TURN_END] = "eeee-",
		[TURN_RESTORE] = "----b",
	};

	(void)state;
	for (unsigned turn = 0; turn < TURN_COUNT; turn++) {
		for (unsigned phase = 0; phase < MEETING_PHASE_COUNT; phase++) {
			struct meeting m = { .phase = (enum meeting_phase)phase };
			bool allowed = phase_allows(m.phase, (enum phase_turn)turn);

			assert_int_equal(allowed, plan[turn][phase] != '-');
			if (!allowed)
				continue;
			phase_take(&m, (enum phase_turn)turn);
			assert_int_equal(
				meeting_phase_name(m.phase)[0], plan[turn][phase]);
		}
	}
}

/* -- who may send ------------------------------------------------------------------ */
static void whoever_is_not_in_the_seat_speaks_for_nobody(void **state)
{
	static const enum meeting_event_kind consultants[] = { MEETING_EV_ADMIT,
		MEETING_EV_REMOVE, MEETING_EV_SAS_SHOW, MEETING_EV_SAS_OK,
		MEETING_EV_PHONE, MEETING_EV_END, MEETING_EV_LEAVE, MEETING_EV_LOST };
	static const enum meeting_event_kind citizens[] = { MEETING_EV_STEP,
		MEETING_EV_HIDDEN, MEETING_EV_DISCONNECT, MEETING_EV_SIGNAL,
		MEETING_EV_SAS, MEETING_EV_BROKEN, MEETING_EV_MEDIA, MEETING_EV_VIDEO };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(consultants); i++) {
		struct stage s = stage_live();

		assert_int_equal(ACT(&s, LEAVE, .entry = 0), 0);
		assert_int_equal(act(&s, event_of(consultants[i], MEETING_PHASE_LIVE)),
			MEETING_E_NOT_ENTERED);
	}
	for (size_t i = 0; i < ARRAY_LEN(citizens); i++) {
		struct stage s = stage_live();
		struct meeting_event e = event_of(citizens[i], MEETING_PHASE_LIVE);

		e.entry = 3; /* never came in */
		assert_int_equal(act(&s, e), MEETING_E_ENTRY_GONE);
	}
}

/* -- time -------------------------------------------------------------------------- */
static void the_door_opens_by_itself_half_an_hour_before_and_closes_when_moved(
	void **state)
{
	struct stage s = stage_at(NINE - HOUR);
	struct meeting_booking later = stage_booking;

	(void)state;
	assert_int_equal(s.m.phase, MEETING_PHASE_BOOKED);
	assert_int_equal(meeting_next_deadline(&s.m), NINE - 30 * MINUTE);
	pass(&s, 30 * MINUTE - 1);
	assert_int_equal(s.m.phase, MEETING_PHASE_BOOKED);
	pass(&s, 1);
	assert_int_equal(s.m.phase, MEETING_PHASE_OPEN);
	assert_int_equal(count_fx(&s, MEETING_FX_CARD, 0), 1);
	later.starts_ms += HOUR;
	assert_int_equal(ACT(&s, BOOKING, .booking = later), 0);
	assert_int_equal(s.m.phase, MEETING_PHASE_BOOKED);
}

static void a_clock_that_runs_backwards_stands_still(void **state)
{
	struct stage s = stage_live();

	(void)state;
	assert_int_equal(ACT(&s, DISCONNECT, .entry = 1), 0);
	s.now -= HOUR;
	assert_int_equal(ACT(&s, LATE, .late = 0), 0);
	assert_int_equal(s.m.now_ms, NINE + MINUTE);
	assert_true(s.m.entries[0].side.here);
}

static void a_card_and_both_views_follow_a_change_in_that_order_after_everything_else(
	void **state)
{
	struct stage s = stage_at(NINE);

	(void)state;
	arrive(&s, 1);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(ACT(&s, ADMIT, .entry = 1), 0);
	assert_true(s.fx.save);
	assert_int_equal(s.fx.list[s.fx.count - 1].kind, MEETING_FX_CARD);
	assert_int_equal(s.fx.list[s.fx.count - 2].kind, MEETING_FX_STATE);
	assert_int_equal(s.fx.list[s.fx.count - 3].kind, MEETING_FX_STATE);
	assert_int_equal(s.fx.list[s.fx.count - 4].kind, MEETING_FX_START);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_event_in_every_phase_is_let_through_or_refused_as_the_table_says),
		cmocka_unit_test(the_phase_takes_exactly_the_turns_of_the_plan),
		cmocka_unit_test(whoever_is_not_in_the_seat_speaks_for_nobody),
		cmocka_unit_test(
			the_door_opens_by_itself_half_an_hour_before_and_closes_when_moved),
		cmocka_unit_test(a_clock_that_runs_backwards_stands_still),
		cmocka_unit_test(
			a_card_and_both_views_follow_a_change_in_that_order_after_everything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
