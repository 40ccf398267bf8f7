/* SPDX-License-Identifier: MPL-2.0
 *
 * The call through the trunk: placed by the consultant or by the ladder, followed as the
 * gateway reports it, confirmed, talked over, ended. At most one call is placed at once,
 * and nobody hears more of it than its progress allows: that a leg joins the talk is
 * ordered here, in leg.c and in guest.c alone.
 */
#include "rules.h"

static struct meeting_lines *lines_of(struct turn *t)
{
	return &t->m->call.lines;
}

/* -- what is on -------------------------------------------------------------------- */
bool line_is_pending(const struct meeting *m)
{
	const struct meeting_lines *l = &m->call.lines;

	return m->call.state != MEETING_CALL_TALKING &&
	       (l->citizen != MEETING_LINE_NONE || l->own != MEETING_LINE_NONE);
}

bool line_carries(const struct meeting *m)
{
	return m->call.lines.citizen == MEETING_LINE_TALKING || meeting_admitted_phone(m);
}

enum meeting_line meeting_line_progress(const struct meeting *m)
{
	return line_carries(m) ? MEETING_LINE_TALKING : m->call.lines.citizen;
}

bool line_has_number(const struct meeting *m)
{
	return m->booking.has_phone || m->call.given == MEETING_GIVEN_ACCEPTED;
}

/* -- placing ----------------------------------------------------------------------- */
void line_dial_citizen(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);

	l->citizen = MEETING_LINE_CALLING;
	turn_effect(t, MEETING_FX_DIAL, 0, l->by_key ? MEETING_DIAL_KEY : 0);
}

void line_place(struct turn *t, bool own_phone, bool by_key, uint8_t digits)
{
	struct meeting *m = t->m;
	struct meeting_lines *l = lines_of(t);

	l->before = m->call.state;
	l->drew = !m->call.has_digits;
	l->by_key = by_key;
	l->quiet = true;
	l->reason = MEETING_REASON_NONE;
	call_announce(&m->call,
		m->rules->hide_number ? MEETING_CALL_FROM_HIDDEN
				      : MEETING_CALL_FROM_SWITCHBOARD,
		digits);
	m->call.state = MEETING_CALL_ANNOUNCED;
	if (own_phone) {
		l->own = MEETING_LINE_CALLING;
		turn_effect(t, MEETING_FX_DIAL, 0, MEETING_DIAL_OWN | MEETING_DIAL_KEY);
	} else {
		line_dial_citizen(t);
	}
	t->fx->save = true;
	turn_tell_all(t);
}

int line_dial(struct turn *t)
{
	const struct meeting *m = t->m;
	bool own_phone = t->e->phone.to == MEETING_DIAL_TO_OWN_PHONE;

	if (!m->rules->trunk)
		return MEETING_E_NO_TRUNK;
	if (line_is_pending(m))
		return MEETING_E_NO_CALL;
	if (!line_has_number(m) || (own_phone && !m->booking.own_phone))
		return MEETING_E_NO_NUMBER;
	line_place(t, own_phone, m->rules->confirm_key, t->e->phone.digits);
	return 0;
}

/* -- the end of a call ------------------------------------------------------------- */
static void forget_placing(struct meeting_lines *l)
{
	l->before = MEETING_CALL_NONE;
	l->drew = l->by_key = false;
}

static void forget_keys(struct meeting_lines *l)
{
	l->muted = l->held = l->by_caller = l->hand = false;
}

void line_end_leg(struct turn *t, enum meeting_leg leg)
{
	turn_effect(t, MEETING_FX_HANG_UP, 0, leg);
}

/* The citizen's leg is no more, or never was: what that makes of a call which nobody had
 * confirmed. One that reached no telephone leaves everything as it was before. */
void line_fail(struct turn *t, enum meeting_reason reason)
{
	static const bool tried[] = {
#define REASON(id, name, tried) tried,
#include "samtale/meeting/meeting.def"
	};
	struct meeting_hand_off *call = &t->m->call;
	struct meeting_lines *l = lines_of(t);

	call->answered = false;
	if (l->citizen != MEETING_LINE_NONE && tried[reason]) {
		call->state = MEETING_CALL_MISSED;
		call_count_attempt(t);
	} else {
		call->state = l->before;
		if (l->drew)
			call_close_panel(call);
	}
	l->citizen = MEETING_LINE_NONE;
	l->reason = reason;
	forget_placing(l);
	t->fx->save = true;
	turn_tell_all(t);
}

void line_talk_over(struct turn *t, enum meeting_reason reason)
{
	struct meeting_lines *l = lines_of(t);

	call_over(t);
	l->citizen = MEETING_LINE_NONE;
	l->reason = reason;
	forget_keys(l);
	t->fx->save = true;
	turn_tell_all(t);
}

void line_drop_call(struct turn *t)
{
	struct meeting_hand_off *call = &t->m->call;

	if (call->lines.citizen != MEETING_LINE_NONE)
		line_end_leg(t, MEETING_LEG_CITIZEN);
	call->lines.citizen = MEETING_LINE_NONE;
	forget_placing(&call->lines);
	forget_keys(&call->lines);
}

/* -- the consultant's word --------------------------------------------------------- */
void line_confirm(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);

	forget_placing(l);
	l->citizen = MEETING_LINE_TALKING;
	t->m->call.state = MEETING_CALL_TALKING;
	t->m->call.answered = false;
	call_talk(t);
	t->fx->save = true;
	turn_tell_all(t);
}

bool line_is_hers_to_confirm(const struct meeting_lines *l)
{
	return l->citizen == MEETING_LINE_ANSWERED && !l->by_key;
}

static void cancel(struct turn *t)
{
	struct meeting_hand_off *call = &t->m->call;

	line_drop_call(t);
	call->answered = false;
	call->state = MEETING_CALL_NONE;
	call->lines.reason = MEETING_REASON_CANCELLED;
	call->lines.quiet = true;
	call_close_panel(call);
	t->fx->save = true;
	turn_tell_all(t);
}

/* What she says about a call that the trunk carries, before anybody is known. */
int line_phone(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);

	switch (t->e->phone.event) {
	case MEETING_PHONE_IS_CITIZEN:
		if (!line_is_hers_to_confirm(l))
			return MEETING_E_NO_CALL;
		turn_effect(t, MEETING_FX_CONFIRM, 0, 0);
		line_confirm(t);
		return 0;
	case MEETING_PHONE_WRONG_PERSON:
		if (l->citizen != MEETING_LINE_ANSWERED)
			return MEETING_E_NO_CALL;
		line_end_leg(t, MEETING_LEG_CITIZEN);
		line_fail(t, MEETING_REASON_HUNG_UP);
		l->reason = MEETING_REASON_NONE; /* she knows why */
		return 0;
	case MEETING_PHONE_CANCEL:
		cancel(t);
		return 0;
	default:
		return MEETING_E_NO_CALL;
	}
}

int line_hang_up(struct turn *t)
{
	struct meeting_entry *guest = entry_admitted_phone(t->m);

	if (guest) {
		guest_leave(t, guest, MEETING_REASON_NONE, true);
	} else {
		line_end_leg(t, MEETING_LEG_CITIZEN);
		line_talk_over(t, MEETING_REASON_NONE);
	}
	return 0;
}

static uint16_t talking_leg(const struct meeting *m)
{
	const struct meeting_entry *guest = meeting_admitted_phone(m);

	return guest ? guest->number : 0;
}

int line_quieten(struct turn *t)
{
	struct meeting_lines *l = lines_of(t);
	bool on = t->e->phone.on, hold = t->e->phone.event == MEETING_PHONE_HOLD;

	if (!line_carries(t->m))
		return MEETING_E_NO_CALL;
	if (hold) {
		l->held = on;
	} else {
		l->muted = on;
		l->hand = false;
	}
	turn_effect(t, hold ? MEETING_FX_HOLD_LINE : MEETING_FX_MUTE_LINE,
		talking_leg(t->m), on);
	t->fx->save = true;
	turn_tell_staff(t);
	return 0;
}

/* Who was put on hold while the gateway was away must not be heard when it is back. */
void line_quieten_again(struct turn *t)
{
	const struct meeting_lines *l = lines_of(t);
	uint16_t leg = talking_leg(t->m);

	turn_effect(t, MEETING_FX_MUTE_LINE, leg, l->muted);
	turn_effect(t, MEETING_FX_HOLD_LINE, leg, l->held);
}
