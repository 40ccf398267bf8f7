/* SPDX-License-Identifier: MPL-2.0
 *
 * The hand-off to the ordinary telephone without a trunk: what the citizen asks for, what
 * the consultant says about a call that she places by hand, and the way back to video.
 * The numbers themselves never come here.
 */
#include "rules.h"

static int call_me_not(struct turn *t)
{
	struct meeting_hand_off *call = &t->m->call;

	if (call->state != MEETING_CALL_ASKED)
		return 0;
	/* Digits that are still shown are those of the call that was missed. */
	call->state = call->has_digits ? MEETING_CALL_MISSED : MEETING_CALL_NONE;
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

int call_me(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_hand_off *call = &m->call;

	if (t->e->call_me.cancel)
		return call_me_not(t);
	if (t->e->call_me.gave)
		call->given = MEETING_GIVEN_PENDING;
	else if (!m->booking.has_phone && call->given == MEETING_GIVEN_NONE)
		return MEETING_E_NO_NUMBER;
	if (call->state == MEETING_CALL_NONE || call->state == MEETING_CALL_MISSED) {
		call->state = MEETING_CALL_ASKED;
		call->lines.quiet = false;
	}
	call->asked_ever = true;
	t->alert = MEETING_ALERT_CALL_ME;
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

/* -- the consultant's panel -------------------------------------------------------- */
#define X MEETING_CALL_COUNT
#define S (MEETING_CALL_COUNT + 1)
enum { /* the .def names states without their prefix */
#define CALL(id, name) TO_##id = MEETING_CALL_##id,
#include "samtale/meeting/meeting.def"
	TO_X = X,
	TO_S = S
};
static const uint8_t next_call[][MEETING_CALL_COUNT] = {
#define PHONE(id, name, none, asked, announced, ringing, missed, talking)                \
	{ TO_##none, TO_##asked, TO_##announced, TO_##ringing, TO_##missed,              \
		TO_##talking },
#include "samtale/meeting/meeting.def"
};
_Static_assert(ARRAY_LEN(next_call) == MEETING_PHONE_COUNT, "a row for each event");
_Static_assert(MEETING_CALL_COUNT == 6, "PHONE() has a column for each call state");

void call_announce(
	struct meeting_hand_off *call, enum meeting_call_from from, uint8_t digits)
{
	call->from = from;
	if (!call->has_digits)
		call->digits = digits % 100;
	call->has_digits = true;
}

void call_close_panel(struct meeting_hand_off *call)
{
	call->from = MEETING_CALL_FROM_NONE;
	call->has_digits = false;
	call->digits = 0;
}

/* The consultant has the citizen on the telephone: that leg has the seat, or shares it
 * with the device that was admitted. */
void call_talk(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *citizen = entry_admitted(m);
	bool booked = m->booking.has_phone && m->call.given != MEETING_GIVEN_ACCEPTED;
	uint8_t level = booked ? 2 : 0;

	m->call.level = level;
	m->call.video_asked = false;
	if (citizen)
		entry_raise(t, citizen, level);
	talk_begin(t, level);
	form_take(t, MEETING_FORM_PHONE);
}

/* Whatever connection is still held is older than the call, unless video was tried beside
 * it. */
void call_over(struct turn *t)
{
	struct meeting *m = t->m;

	call_close_panel(&m->call);
	form_take(t, MEETING_FORM_NONE);
	m->call.state = MEETING_CALL_NONE;
	m->call.level = 0;
	m->call.video_asked = false;
	if (m->call.lines.return_ms == 0)
		m->consultant.held = 0;
	else
		talk_return_done(t);
}

void call_count_attempt(struct turn *t)
{
	struct meeting_hand_off *call = &t->m->call;

	if (call->attempts < UINT8_MAX)
		call->attempts++;
	turn_record(t, MEETING_RECORD_ATTEMPT, 0, call->attempts);
}

static int number(struct turn *t, enum meeting_given next)
{
	if (t->m->call.given != MEETING_GIVEN_PENDING)
		return MEETING_E_NO_NUMBER;
	t->m->call.given = next;
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

/* Of a call by hand. */
static int phone_by_hand(struct turn *t)
{
	enum meeting_phone event = t->e->phone.event;
	struct meeting_hand_off *call = &t->m->call;
	uint8_t next = next_call[event][call->state];

	if (event == MEETING_PHONE_CANCEL)
		call->lines.quiet = true;
	if ((event == MEETING_PHONE_OPEN && t->e->phone.from == MEETING_CALL_FROM_NONE))
		return MEETING_E_NO_CALL;
	call->state = (enum meeting_call)next;
	call->answered = event == MEETING_PHONE_ANSWERED;
	if (event == MEETING_PHONE_OPEN)
		call_announce(call, t->e->phone.from, t->e->phone.digits);
	else if (next == MEETING_CALL_TALKING)
		call_talk(t);
	else if (event == MEETING_PHONE_HUNG_UP)
		call_over(t);
	else if (next == MEETING_CALL_NONE)
		call_close_panel(call);
	if (next == MEETING_CALL_MISSED)
		call_count_attempt(t);
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

int call_phone(struct turn *t)
{
	enum meeting_phone event = t->e->phone.event;
	bool trunk = line_is_pending(t->m) || line_carries(t->m);

	if (event == MEETING_PHONE_ACCEPT_NUMBER)
		return number(t, MEETING_GIVEN_ACCEPTED);
	if (event == MEETING_PHONE_DECLINE_NUMBER)
		return number(t, MEETING_GIVEN_NONE);
	if (next_call[event][t->m->call.state] == X)
		return MEETING_E_NO_CALL;
	if (event == MEETING_PHONE_DIAL)
		return line_dial(t);
	if (event == MEETING_PHONE_MUTE || event == MEETING_PHONE_HOLD)
		return line_quieten(t);
	if (!trunk)
		return phone_by_hand(t);
	return event == MEETING_PHONE_HUNG_UP ? line_hang_up(t) : line_phone(t);
}

int call_video(struct turn *t)
{
	struct meeting *m = t->m;
	const struct meeting_entry *citizen = meeting_admitted(m);

	if (t->e->entry != 0 && (!citizen || citizen->number != t->e->entry))
		return MEETING_E_WRONG_STATE;
	if (m->call.state != MEETING_CALL_TALKING)
		return MEETING_E_NO_CALL;
	if (!citizen) /* nobody to go back to: the telephone is all there is */
		return MEETING_E_ENTRY_GONE;
	if (t->e->entry != 0)
		m->call.video_asked = true;
	else if (line_carries(m))
		talk_return_begin(t);
	else
		call_over(t);
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}
