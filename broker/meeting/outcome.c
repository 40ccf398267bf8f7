/* SPDX-License-Identifier: MPL-2.0
 *
 * The booking that changes, and the end: which outcomes the rules of docs/protocol.md 9
 * allow, and what everybody is told. no_show can cost a citizen money, so it is refused
 * whenever anything shows that the citizen tried.
 */
#include "rules.h"

#define BIT(outcome) (1U << MEETING_OUTCOME_##outcome)

/* -- before the end ---------------------------------------------------------------- */
int outcome_booking(struct turn *t)
{
	const struct meeting_booking *next = &t->e->booking;
	struct meeting *m = t->m;
	bool moved = next->starts_ms != m->booking.starts_ms;

	if (moved && m->started_ms != 0)
		return MEETING_E_STARTED;
	if (moved) {
		m->late_minutes = 0;
		m->call.attempts = 0;
	}
	if (next->owner != m->booking.owner)
		leg_owner_changed(t);
	m->booking = *next;
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

int outcome_late(struct turn *t)
{
	t->m->late_minutes = t->e->late < 60 ? t->e->late : 60;
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

/* -- rules ------------------------------------------------------------------------- */
static bool may_be_no_show(const struct meeting *m, int64_t now_ms)
{
	bool tried = m->next_entry > 1 || m->call.asked_ever || m->came;

	return m->started_ms == 0 && !tried && m->call.attempts > 0 &&
	       now_ms >= m->booking.starts_ms + m->rules->no_show_ms;
}

static int64_t held_ms(const struct meeting *m, int64_t now_ms)
{
	return view_total_ms(m, MEETING_FORM_VIDEO, now_ms) +
	       view_total_ms(m, MEETING_FORM_AUDIO, now_ms) +
	       view_total_ms(m, MEETING_FORM_PHONE, now_ms);
}

uint32_t outcome_allowed(const struct meeting *m, int64_t now_ms)
{
	uint32_t mask = 0;

	if (m->phase == MEETING_PHASE_ENDED)
		return 0;
	if (held_ms(m, now_ms) < MEETING_HELD_MS)
		mask |= BIT(TECHNICAL);
	if (m->started_ms != 0)
		return mask | BIT(HELD) | BIT(UNFINISHED);
	mask |= BIT(CANCELLED);
	if (m->call.attempts > 0)
		mask |= BIT(NOT_REACHED);
	if (may_be_no_show(m, now_ms))
		mask |= BIT(NO_SHOW);
	return mask;
}

enum meeting_outcome outcome_by_itself(const struct meeting *m)
{
	if (m->came && !m->entered && m->started_ms == 0)
		return MEETING_OUTCOME_CONSULTANT_ABSENT;
	return MEETING_OUTCOME_UNFINISHED;
}

/* -- the end ----------------------------------------------------------------------- */
static void dismiss(struct turn *t, struct meeting_side *side, uint16_t entry)
{
	if (side->connected) {
		turn_effect(t, MEETING_FX_ENDED, entry, 0);
		if (entry == 0)
			turn_effect(t, MEETING_FX_LEAVE, 0, 0);
		else
			turn_effect(t, MEETING_FX_CLOSE, entry, MEETING_CLOSE_DONE);
	}
	*side = (struct meeting_side){ 0 };
}

void outcome_finish(struct turn *t, enum meeting_outcome outcome)
{
	struct meeting *m = t->m;

	form_take(t, MEETING_FORM_NONE);
	phase_take(m, TURN_END);
	m->outcome = outcome;
	m->ended_ms = m->now_ms;
	m->paired = m->restart_due = false;
	m->dead_ms = 0;
	m->idle_ms = 0;
	leg_end_all(t);
	m->call = (struct meeting_hand_off){ .asked_ever = m->call.asked_ever,
		.attempts = m->call.attempts,
		.given = m->call.given,
		.stated = m->call.stated,
		.lines = { .last = m->call.lines.last } };
	turn_record(t, MEETING_RECORD_ENDED, 0, outcome);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0)
			dismiss(t, &m->entries[i].side, m->entries[i].number);
	dismiss(t, &m->consultant, 0);
	m->user = 0;
	turn_tell_all(t);
}

int outcome_end(struct turn *t)
{
	if ((outcome_allowed(t->m, t->m->now_ms) & 1U << t->e->outcome) == 0)
		return MEETING_E_OUTCOME_NOT_ALLOWED;
	outcome_finish(t, t->e->outcome);
	return 0;
}

int outcome_admin_end(struct turn *t)
{
	uint32_t mask = outcome_allowed(t->m, t->m->now_ms) | BIT(UNFINISHED) |
			1U << outcome_by_itself(t->m);

	if ((mask & 1U << t->e->outcome) == 0)
		return MEETING_E_OUTCOME_NOT_ALLOWED;
	outcome_finish(t, t->e->outcome);
	return 0;
}

int outcome_cancel(struct turn *t)
{
	outcome_finish(t, MEETING_OUTCOME_CANCELLED);
	return 0;
}

int outcome_restore(struct turn *t)
{
	struct meeting *m = t->m;

	if (m->outcome != MEETING_OUTCOME_CANCELLED)
		return MEETING_E_NOT_CANCELLED;
	phase_take(m, TURN_RESTORE);
	m->outcome = MEETING_OUTCOME_NONE;
	m->ended_ms = 0;
	turn_record(t, MEETING_RECORD_RESTORED, 0, 0);
	turn_tell_all(t);
	return 0;
}
