/* SPDX-License-Identifier: MPL-2.0
 *
 * What the gateway reports of the legs of a meeting. A progress never goes back, and what
 * is reported of a leg that the rules do not know is refused, so that it is hung up. Legs
 * that a crash left behind are unsure until they are reported again; those that are not
 * are over, and nobody else leaves because of it.
 */
#include "rules.h"

#define UNSURE(leg) (1U << MEETING_LEG_##leg)

static struct meeting_lines *lines_of(struct turn *t)
{
	return &t->m->call.lines;
}

/* -- what the gateway reports ------------------------------------------------------ */
/* It stands although somebody crashed: the talk went on all the time. */
static void stands(struct turn *t, unsigned leg)
{
	struct meeting *m = t->m;

	lines_of(t)->unsure &= (uint8_t)~leg;
	if (m->form == MEETING_FORM_PHONE && line_carries(m) &&
		(m->consultant.connected || m->call.lines.own == MEETING_LINE_TALKING))
		m->doubt_ms = 0;
}

static void citizen_went(struct turn *t, enum meeting_line to)
{
	struct meeting_lines *l = lines_of(t);
	bool back;

	/* Without a key only she can say who it is; what a crash lost she says again. */
	if (to == MEETING_LINE_TALKING && !l->by_key && l->citizen < to)
		to = MEETING_LINE_ANSWERED;
	back = to < l->citizen &&
	       !(l->citizen == MEETING_LINE_EARLY && to == MEETING_LINE_RINGING);
	if (back || to == l->citizen)
		return;
	if (to == MEETING_LINE_TALKING) {
		line_confirm(t);
		return;
	}
	l->citizen = to;
	t->m->call.state = to == MEETING_LINE_CALLING ? MEETING_CALL_ANNOUNCED
						      : MEETING_CALL_RINGING;
	t->m->call.answered = to == MEETING_LINE_ANSWERED;
	t->fx->save = true;
	turn_tell_all(t);
}

static int citizen_line(struct turn *t, enum meeting_line to)
{
	struct meeting_lines *l = lines_of(t);
	bool was_unsure = l->unsure & UNSURE(CITIZEN);

	if (l->citizen == MEETING_LINE_NONE)
		return to == MEETING_LINE_NONE ? 0 : MEETING_E_NO_CALL;
	if (to == MEETING_LINE_NONE) {
		l->unsure &= (uint8_t)~UNSURE(CITIZEN);
		if (l->citizen == MEETING_LINE_TALKING)
			line_talk_over(t, t->e->line.reason);
		else
			line_fail(t, t->e->line.reason);
		return 0;
	}
	/* Orders may have been lost with whoever crashed. */
	if (was_unsure && l->citizen == MEETING_LINE_TALKING) {
		if (to != MEETING_LINE_TALKING)
			turn_effect(t, MEETING_FX_CONFIRM, 0, 0);
		line_quieten_again(t);
	}
	stands(t, UNSURE(CITIZEN));
	citizen_went(t, to);
	return 0;
}

/* Her telephone is gone: before the citizen was called that is the end of it, later the
 * page takes over. */
static void own_gone(struct turn *t, enum meeting_reason reason)
{
	struct meeting_lines *l = lines_of(t);
	bool alone = line_is_pending(t->m) && l->own < MEETING_LINE_TALKING;

	l->unsure &= (uint8_t)~UNSURE(OWN);
	l->own = MEETING_LINE_NONE;
	if (alone)
		line_fail(t, reason);
	t->fx->save = true;
	turn_tell_staff(t);
}

static int own_line(struct turn *t, enum meeting_line to)
{
	struct meeting_lines *l = lines_of(t);

	if (l->own == MEETING_LINE_NONE)
		return to == MEETING_LINE_NONE ? 0 : MEETING_E_NO_CALL;
	if (to == MEETING_LINE_NONE) {
		own_gone(t, t->e->line.reason);
		return 0;
	}
	stands(t, UNSURE(OWN));
	if (to <= l->own)
		return 0;
	l->own = to;
	if (to == MEETING_LINE_TALKING && line_is_pending(t->m) &&
		l->citizen == MEETING_LINE_NONE)
		line_dial_citizen(t);
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

static void browser_gone(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);

	l->unsure &= (uint8_t)~UNSURE(LINE);
	l->line = 0; /* settle() begins another one, not too soon after this one */
	t->fx->save = true;
	turn_tell_staff(t);
}

static int browser_line(struct turn *t, enum meeting_line to)
{
	if (lines_of(t)->line == 0)
		return to == MEETING_LINE_NONE ? 0 : MEETING_E_NO_CALL;
	if (to == MEETING_LINE_NONE)
		browser_gone(t);
	else
		stands(t, UNSURE(LINE));
	return 0;
}

int leg_event(struct turn *t)
{
	enum meeting_line to = t->e->line.progress;

	switch (t->e->line.leg) {
	case MEETING_LEG_CITIZEN:
		return citizen_line(t, to);
	case MEETING_LEG_OWN:
		return own_line(t, to);
	case MEETING_LEG_LINE:
		return browser_line(t, to);
	default:
		return guest_line(t, to);
	}
}

int leg_broken(struct turn *t)
{
	if (lines_of(t)->line == 0 || t->e->line_broken != lines_of(t)->line)
		return 0;
	line_end_leg(t, MEETING_LEG_LINE);
	browser_gone(t);
	return 0;
}

int leg_key(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);

	if (t->e->line_key.leg == MEETING_LEG_GUEST)
		return guest_key(t);
	if (t->e->line_key.key == MEETING_KEY_CITIZEN) {
		if (t->e->line_key.leg != MEETING_LEG_OWN ||
			!line_is_hers_to_confirm(l) || l->own != MEETING_LINE_TALKING)
			return 0;
		turn_effect(t, MEETING_FX_CONFIRM, 0, 0);
		line_confirm(t);
		return 0;
	}
	if (t->e->line_key.leg == MEETING_LEG_CITIZEN &&
		l->citizen == MEETING_LINE_TALKING)
		leg_press(t);
	return 0;
}

void leg_press(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);

	if (t->e->line_key.key == MEETING_KEY_MUTE)
		l->by_caller = t->e->line_key.on;
	else if (t->e->line_key.key == MEETING_KEY_HAND)
		l->hand = t->e->line_key.on;
	t->fx->save = true;
	turn_tell_staff(t);
}

/* -- the gateway itself ------------------------------------------------------------ */
bool leg_has_any(const struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && entry_is_phone(&m->entries[i]))
			return true;
	return m->call.lines.citizen != MEETING_LINE_NONE ||
	       m->call.lines.own != MEETING_LINE_NONE || m->call.lines.line != 0;
}

void leg_end_all(struct turn *t)
{
	struct meeting *m = t->m;

	if (leg_has_any(m))
		turn_effect(t, MEETING_FX_CLOSE_LINES, 0, 0);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (entry_is_phone(&m->entries[i]))
			m->entries[i] = (struct meeting_entry){ 0 };
}

void leg_doubt(struct meeting *m)
{
	struct meeting_lines *l = &m->call.lines;

	l->unsure = (uint8_t)((l->citizen != MEETING_LINE_NONE ? UNSURE(CITIZEN) : 0) |
			      (l->own != MEETING_LINE_NONE ? UNSURE(OWN) : 0) |
			      (l->line != 0 ? UNSURE(LINE) : 0));
	l->unsure_ms = 0; /* asked anew */
	for (size_t i = 0; i < LIMIT_ENTRIES; i++) {
		struct meeting_entry *entry = &m->entries[i];

		if (entry->number == 0 || !entry_is_phone(entry))
			continue;
		if (entry->side.connected)
			entry->side.gone_ms = m->now_ms;
		entry->side.connected = false;
	}
}

bool leg_is_any_unsure(const struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && entry_is_phone(&m->entries[i]) &&
			!m->entries[i].side.connected)
			return true;
	return m->call.lines.unsure != 0;
}

/* Whatever is still unsure is gone. */
void leg_settle_unsure(struct turn *t)
{
	struct meeting *m = t->m;
	uint8_t gone = m->call.lines.unsure;

	m->call.lines.unsure = 0;
	for (size_t i = 0; i < LIMIT_ENTRIES; i++) {
		struct meeting_entry *entry = &m->entries[i];

		if (entry->number != 0 && entry_is_phone(entry) && !entry->side.connected)
			guest_leave(t, entry, MEETING_REASON_LINE_DOWN, false);
	}
	if (gone & UNSURE(CITIZEN) && m->call.lines.citizen == MEETING_LINE_TALKING)
		line_talk_over(t, MEETING_REASON_LINE_DOWN);
	else if (gone & UNSURE(CITIZEN))
		line_fail(t, MEETING_REASON_LINE_DOWN);
	if (gone & UNSURE(OWN))
		own_gone(t, MEETING_REASON_LINE_DOWN);
	if (gone & UNSURE(LINE))
		browser_gone(t);
}

int leg_sync(struct turn *t)
{
	leg_settle_unsure(t);
	return 0;
}

int leg_trunk(struct turn *t)
{
	struct meeting *m = t->m;

	if (t->e->trunk.lost || t->e->trunk.died)
		leg_doubt(m);
	if (t->e->trunk.died)
		leg_settle_unsure(t);
	else if (t->e->trunk.lost && m->doubt_ms == 0 && line_carries(m))
		m->doubt_ms = m->now_ms;
	turn_tell_staff(t);
	return 0;
}

/* Her telephone is a former owner's now. */
void leg_owner_changed(struct turn *t)
{
	if (lines_of(t)->own == MEETING_LINE_NONE)
		return;
	line_end_leg(t, MEETING_LEG_OWN);
	own_gone(t, MEETING_REASON_CANCELLED);
}
