/* SPDX-License-Identifier: MPL-2.0
 *
 * What time does to calls through the trunk, and what every turn leaves in order: the
 * ladder that places a call by itself, once an outage; the line that the consultant's
 * page needs exactly while a telephone is on; calls that nobody of ours hears; the way
 * back to video that did not work; legs that nobody reports.
 */
#include "rules.h"

static int64_t since(bool condition, int64_t since_ms, int64_t now_ms)
{
	return !condition ? 0 : since_ms != 0 ? since_ms : now_ms;
}

/* -- the ladder -------------------------------------------------------------------- */
static bool may_place_itself(const struct meeting *m)
{
	return m->rules->auto_call_ms > 0 && m->rules->trunk && line_has_number(m) &&
	       m->consultant.connected && !m->call.lines.quiet &&
	       view_offer_call(m, m->now_ms);
}

int64_t ladder_auto_at_ms(const struct meeting *m)
{
	return m->call.lines.offer_ms != 0 && may_place_itself(m)
		       ? m->call.lines.offer_ms + m->rules->auto_call_ms
		       : MEETING_NEVER;
}

/* Neither a call nor a connection that may still bring no sound. */
static bool is_over(const struct meeting *m)
{
	bool at_rest = m->call.state == MEETING_CALL_NONE ||
		       m->call.state == MEETING_CALL_MISSED;
	bool flows = m->form == MEETING_FORM_VIDEO || m->form == MEETING_FORM_AUDIO;

	return at_rest && !view_offer_call(m, m->now_ms) && (flows || !m->paired);
}

/* One call an outage: after it, or a cancel, only a new one makes the ladder go on. */
static void settle_ladder(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_lines *l = &m->call.lines;
	int64_t before_ms;

	if (is_over(m))
		l->quiet = false;
	before_ms = l->offer_ms;
	l->offer_ms = since(may_place_itself(m), l->offer_ms, m->now_ms);
	if (l->offer_ms != before_ms)
		turn_tell_staff(t);
}

/* -- the consultant's ears --------------------------------------------------------- */
static bool needs_line(const struct meeting *m)
{
	const struct meeting_lines *l = &m->call.lines;

	return l->own == MEETING_LINE_NONE &&
	       (l->citizen != MEETING_LINE_NONE || meeting_admitted_phone(m));
}

static void settle_line(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_lines *l = &m->call.lines;

	if (!needs_line(m)) {
		if (l->line != 0)
			ladder_close_line(t);
		l->line_after_ms = 0;
		return;
	}
	if (l->line != 0 || !m->consultant.connected || m->now_ms < l->line_after_ms)
		return;
	l->line = ++l->last;
	l->line_after_ms = m->now_ms + MEETING_RESTART_GAP_MS;
	turn_effect(t, MEETING_FX_LINE_START, 0, l->line);
	t->fx->save = true;
	turn_tell_staff(t);
}

void ladder_close_line(struct turn *t)
{
	struct meeting_lines *l = &t->m->call.lines;

	if (l->line == 0)
		return;
	line_end_leg(t, MEETING_LEG_LINE);
	l->line = 0;
	l->line_after_ms = 0;
	l->unsure &= (uint8_t) ~(1U << MEETING_LEG_LINE);
	t->fx->save = true;
	turn_tell_staff(t);
}

/* Her own telephone rings for one call and stays for as long as one is on. */
static void settle_own(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_lines *l = &m->call.lines;
	bool rings = l->own < MEETING_LINE_TALKING && line_is_pending(m) &&
		     m->call.state == MEETING_CALL_ANNOUNCED;
	bool hears = l->own == MEETING_LINE_TALKING &&
		     (l->citizen != MEETING_LINE_NONE || meeting_admitted_phone(m));

	if (l->own == MEETING_LINE_NONE || rings || hears)
		return;
	line_end_leg(t, MEETING_LEG_OWN);
	l->own = MEETING_LINE_NONE;
	l->unsure &= (uint8_t) ~(1U << MEETING_LEG_OWN);
	t->fx->save = true;
	turn_tell_staff(t);
}

void ladder_settle(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_lines *l = &m->call.lines;
	bool alone =
		line_is_pending(m) && !m->consultant.here && l->own == MEETING_LINE_NONE;

	settle_own(t);
	settle_line(t);
	settle_ladder(t);
	if (l->citizen == MEETING_LINE_NONE)
		l->unsure &= (uint8_t) ~(1U << MEETING_LEG_CITIZEN);
	l->alone_ms = since(alone, l->alone_ms, m->now_ms);
	l->unsure_ms = since(leg_is_any_unsure(m), l->unsure_ms, m->now_ms);
}

/* -- time -------------------------------------------------------------------------- */
static bool is_past(const struct meeting *m, int64_t since_ms, int64_t span_ms)
{
	return since_ms != 0 && m->now_ms >= since_ms + span_ms;
}

void ladder_advance(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_lines *l = &m->call.lines;

	if (is_past(m, l->unsure_ms, MEETING_STANDING_MS)) {
		leg_settle_unsure(t);
		l->unsure_ms = 0;
	}
	if (is_past(m, l->alone_ms, MEETING_ALONE_MS) && line_is_pending(m)) {
		line_end_leg(t, MEETING_LEG_CITIZEN);
		line_fail(t, MEETING_REASON_CANCELLED);
	}
	if (is_past(m, l->return_ms, MEETING_RETURN_MS)) {
		talk_return_drop(m);
		turn_tell_all(t);
	}
	/* The two digits are to be guessed by nobody who does not see them: the
	 * millisecond of the call will do. */
	if (m->now_ms >= ladder_auto_at_ms(m))
		line_place(t, false, true, (uint8_t)(m->now_ms % 100));
}

void ladder_deadlines(struct deadline *d, const struct meeting *m)
{
	const struct meeting_lines *l = &m->call.lines;

	if (l->unsure_ms != 0)
		deadline_consider(d, l->unsure_ms + MEETING_STANDING_MS);
	else if (leg_is_any_unsure(m))
		deadline_consider(d, m->now_ms + 1); /* just loaded */
	if (l->alone_ms != 0)
		deadline_consider(d, l->alone_ms + MEETING_ALONE_MS);
	if (l->return_ms != 0)
		deadline_consider(d, l->return_ms + MEETING_RETURN_MS);
	if (needs_line(m) && l->line == 0 && m->consultant.connected)
		deadline_consider(d, l->line_after_ms);
	deadline_consider(d, ladder_auto_at_ms(m));
}
