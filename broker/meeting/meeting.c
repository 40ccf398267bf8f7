/* SPDX-License-Identifier: MPL-2.0
 *
 * One turn of the machine: time takes its course, the gate of meeting.def lets the event
 * through or refuses it, the rule runs, and what follows for both sides is settled. The
 * phase has one writer, phase_take(). Default is deny: an event without a rule does not
 * compile, a sender who is not in the seat he speaks for gets no further than the gate.
 */
#include "rules.h"

#include <assert.h>

/* -- phase ------------------------------------------------------------------------- */
#define NO        MEETING_PHASE_COUNT
#define TO(phase) MEETING_PHASE_##phase

static const uint8_t next_phase[][TURN_COUNT] = {
	/* door opens, closes; begin, pause, resume; end, restore */
	[MEETING_PHASE_BOOKED] = { TO(OPEN), NO, TO(LIVE), NO, NO, TO(ENDED), NO },
	[MEETING_PHASE_OPEN] = { NO, TO(BOOKED), TO(LIVE), NO, NO, TO(ENDED), NO },
	[MEETING_PHASE_LIVE] = { NO, NO, NO, TO(PAUSED), NO, TO(ENDED), NO },
	[MEETING_PHASE_PAUSED] = { NO, NO, NO, NO, TO(LIVE), TO(ENDED), NO },
	[MEETING_PHASE_ENDED] = { NO, NO, NO, NO, NO, NO, TO(BOOKED) },
};
_Static_assert(ARRAY_LEN(next_phase) == MEETING_PHASE_COUNT, "a row for each phase");

bool phase_allows(enum meeting_phase phase, enum phase_turn turn)
{
	return next_phase[phase][turn] != NO;
}

void phase_take(struct meeting *m, enum phase_turn turn)
{
	assert(phase_allows(m->phase, turn));
	m->phase = (enum meeting_phase)next_phase[m->phase][turn];
}

/* -- effects ----------------------------------------------------------------------- */
static void effect_add(struct turn *t, struct meeting_effect effect)
{
	assert(t->fx->count < MEETING_EFFECTS_MAX);
	t->fx->list[t->fx->count++] = effect;
}

void turn_effect(
	struct turn *t, enum meeting_effect_kind kind, uint16_t entry, uint32_t number)
{
	effect_add(t, (struct meeting_effect){
			      .kind = kind, .entry = entry, .number = number });
}

void turn_record(
	struct turn *t, enum meeting_record what, uint16_t entry, uint32_t number)
{
	effect_add(t, (struct meeting_effect){ .kind = MEETING_FX_RECORD,
			      .entry = entry,
			      .what = what,
			      .number = number });
	t->fx->save = true;
}

void turn_tell_staff(struct turn *t)
{
	t->consultant = true;
}

void turn_tell_all(struct turn *t)
{
	t->consultant = true;
	t->entries = TELL_ALL_ENTRIES;
}

/* Snapshots come last, so that they show what everything before them has led to. */
static void tell(struct turn *t)
{
	struct meeting *m = t->m;

	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if ((t->entries & 1U << i) != 0 && m->entries[i].number != 0 &&
			m->entries[i].side.connected && !entry_is_phone(&m->entries[i]))
			turn_effect(t, MEETING_FX_STATE, m->entries[i].number, 0);
	if (!t->consultant)
		return;
	if (m->consultant.connected)
		turn_effect(t, MEETING_FX_STATE, 0, 0);
	turn_effect(t, MEETING_FX_CARD, 0, t->alert);
}

/* -- time -------------------------------------------------------------------------- */
static void door(struct turn *t)
{
	struct meeting *m = t->m;
	bool early = m->now_ms < m->booking.starts_ms - m->rules->open_before_ms;
	enum phase_turn turn = early ? TURN_DOOR_CLOSES : TURN_DOOR_OPENS;

	if (!phase_allows(m->phase, turn))
		return;
	phase_take(m, turn);
	turn_tell_all(t);
}

static void grace(struct turn *t, struct meeting_side *side)
{
	if (!side->here || side->connected ||
		t->m->now_ms < side->gone_ms + MEETING_GRACE_MS)
		return;
	side->here = false;
	turn_tell_all(t);
}

static void abandon(struct turn *t)
{
	if (t->m->now_ms >= view_abandoned_ms(t->m))
		outcome_finish(t, outcome_by_itself(t->m));
}

static void advance(struct turn *t)
{
	struct meeting *m = t->m;

	if (m->phase == MEETING_PHASE_ENDED)
		return;
	door(t);
	grace(t, &m->consultant);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0)
			grace(t, &m->entries[i].side);
	if (m->dead_ms != 0 && m->now_ms >= m->dead_ms + MEETING_DEAD_MS &&
		m->form != MEETING_FORM_PHONE)
		form_take(t, MEETING_FORM_NONE);
	abandon(t);
	if (m->phase != MEETING_PHASE_ENDED)
		ladder_advance(t);
}

/* What follows for the talk from whatever has just happened. */
static void settle(struct turn *t)
{
	struct meeting *m = t->m;
	enum phase_turn turn;

	if (m->phase == MEETING_PHASE_ENDED)
		return;
	door(t);
	talk_pair(t);
	ladder_settle(t);
	turn = talk_is_on(m) ? TURN_RESUME : TURN_PAUSE;
	if (phase_allows(m->phase, turn)) {
		phase_take(m, turn);
		turn_tell_all(t);
	}
	if (m->started_ms == 0 || talk_is_alive(m))
		m->idle_ms = 0;
	else if (m->idle_ms == 0)
		m->idle_ms = m->now_ms;
	abandon(t); /* the planned end may have been brought forward */
}

void talk_begin(struct turn *t, uint8_t level)
{
	struct meeting *m = t->m;

	if (m->level < level)
		m->level = level;
	if (m->started_ms != 0)
		return;
	phase_take(m, TURN_BEGIN);
	m->started_ms = m->now_ms;
	m->late_minutes = 0;
	turn_record(t, MEETING_RECORD_TALK_BEGUN, 0, 0);
}

/* -- events ------------------------------------------------------------------------ */
static int rule_tick(struct turn *t)
{
	(void)t;
	return 0;
}

static rule_fn *const rules[] = {
	[MEETING_EV_TICK] = rule_tick,
	[MEETING_EV_BOOKING] = outcome_booking,
	[MEETING_EV_CANCEL] = outcome_cancel,
	[MEETING_EV_RESTORE] = outcome_restore,
	[MEETING_EV_REDEEM] = entry_redeem,
	[MEETING_EV_FORGET] = entry_forget,
	[MEETING_EV_CALL_ME] = call_me,
	[MEETING_EV_LATE] = outcome_late,
	[MEETING_EV_CONNECT] = entry_connect,
	[MEETING_EV_DISCONNECT] = entry_disconnect,
	[MEETING_EV_STEP] = entry_step,
	[MEETING_EV_HIDDEN] = entry_hidden,
	[MEETING_EV_ENTER] = talk_enter,
	[MEETING_EV_LEAVE] = talk_leave,
	[MEETING_EV_LOST] = talk_lost,
	[MEETING_EV_ADMIT] = entry_admit,
	[MEETING_EV_REMOVE] = entry_remove,
	[MEETING_EV_SIGNAL] = talk_signal,
	[MEETING_EV_SAS] = talk_sas,
	[MEETING_EV_SAS_SHOW] = talk_sas_show,
	[MEETING_EV_SAS_OK] = talk_sas_ok,
	[MEETING_EV_BROKEN] = talk_broken,
	[MEETING_EV_MEDIA] = talk_media,
	[MEETING_EV_PHONE] = call_phone,
	[MEETING_EV_VIDEO] = call_video,
	[MEETING_EV_END] = outcome_end,
	[MEETING_EV_ADMIN_END] = outcome_admin_end,
	[MEETING_EV_TRUNK] = leg_trunk,
	[MEETING_EV_LINE] = leg_event,
	[MEETING_EV_LINE_SYNC] = leg_sync,
	[MEETING_EV_LINE_KEY] = leg_key,
	[MEETING_EV_LINE_BROKEN] = leg_broken,
	[MEETING_EV_CALL_IN] = guest_call_in,
};
_Static_assert(ARRAY_LEN(rules) == MEETING_EV_COUNT, "a rule for each event");

#define GATE_PASS  (-1)
#define GATE_DROP  (-2)
#define GATE(word) GATE_##word
/* Refusals are named in the .def without their prefix. */
enum { /* clang-format off */
#define REFUSAL(id, name) GATE_##id = MEETING_E_##id,
#include "samtale/meeting/meeting.def"
}; /* clang-format on */

enum sender { SENDER_A, SENDER_B, SENDER_C, SENDER_S };

static const struct {
	enum sender who;
	int gate[MEETING_PHASE_COUNT];
} events[] = {
#define EVENT(id, who, booked, open, live, paused, ended)                                \
	{ SENDER_##who,                                                                  \
		{ GATE(booked), GATE(open), GATE(live), GATE(paused), GATE(ended) } },
#include "samtale/meeting/meeting.def"
};
_Static_assert(ARRAY_LEN(events) == MEETING_EV_COUNT, "a gate for each event");
_Static_assert(MEETING_PHASE_COUNT == 5, "EVENT() has a column for each phase");

/* 0 when whoever the event claims as sender is in that seat. */
static int check_sender(struct meeting *m, const struct meeting_event *e)
{
	enum sender who = events[e->kind].who;
	const struct meeting_entry *entry;

	if (who == SENDER_A)
		return 0;
	if (who == SENDER_S || (who == SENDER_B && e->entry == 0))
		return m->consultant.connected ? 0 : MEETING_E_NOT_ENTERED;
	entry = entry_find(m, e->entry);
	return entry && entry->side.connected && !entry_is_phone(entry)
		       ? 0
		       : MEETING_E_ENTRY_GONE;
}

static int turn_event(struct turn *t)
{
	int gate = events[t->e->kind].gate[t->m->phase];
	int refused;

	if (gate == GATE_DROP)
		return 0;
	if (gate != GATE_PASS)
		return gate;
	refused = check_sender(t->m, t->e);
	return refused ? refused : rules[t->e->kind](t);
}

int meeting_step(struct meeting *m, const struct meeting_event *e, int64_t now_ms,
	struct meeting_effects *ret_fx)
{
	struct turn t = { .m = m, .e = e, .fx = ret_fx };
	struct meeting_view before, after;
	int refused;

	assert(e->kind < MEETING_EV_COUNT);
	ret_fx->save = false;
	ret_fx->entry = 0;
	ret_fx->count = 0;
	meeting_look(m, m->now_ms, &before);
	if (m->now_ms < now_ms)
		m->now_ms = now_ms;
	advance(&t);
	refused = turn_event(&t);
	settle(&t);
	meeting_look(m, m->now_ms, &after);
	if (before.outcomes != after.outcomes || before.not_come != after.not_come ||
		before.offer_call != after.offer_call ||
		before.overtime != after.overtime)
		turn_tell_staff(&t);
	if (after.not_come && !before.not_come && t.alert == MEETING_ALERT_NONE)
		t.alert = MEETING_ALERT_OVERDUE;
	tell(&t);
	return refused;
}

void meeting_init(struct meeting *m, const struct meeting_rules *by,
	const struct meeting_booking *booking, int64_t now_ms)
{
	memset(m, 0, sizeof(*m));
	m->rules = by;
	m->booking = *booking;
	m->now_ms = now_ms;
	m->next_entry = 1;
	if (now_ms >= booking->starts_ms - by->open_before_ms)
		phase_take(m, TURN_DOOR_OPENS);
}
