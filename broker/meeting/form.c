/* SPDX-License-Identifier: MPL-2.0
 *
 * In which form they talk, and for how long: the intervals that the record of a meeting
 * is made of. What both sides report decides between picture and sound; what nobody can
 * vouch for is not counted.
 */
#include "rules.h"

static struct meeting_interval *running(struct meeting *m)
{
	struct meeting_interval *last;

	if (m->intervals == 0)
		return NULL;
	last = &m->interval[m->intervals - 1];
	return last->to_ms == 0 ? last : NULL;
}

bool form_is_by_hand(const struct meeting *m)
{
	return m->form == MEETING_FORM_PHONE && !line_carries(m);
}

void form_note_stated(struct meeting *m)
{
	int64_t to_ms = m->doubt_ms != 0 ? m->doubt_ms : m->now_ms;

	if (form_is_by_hand(m) && to_ms > m->form_ms)
		m->call.stated = true;
}

static void form_close(struct meeting *m)
{
	int64_t to_ms = m->doubt_ms != 0 ? m->doubt_ms : m->now_ms;
	struct meeting_interval *open = running(m);

	m->total_ms[m->form] += to_ms - m->form_ms;
	if (open)
		open->to_ms = to_ms;
}

static void form_open(struct meeting *m, enum meeting_form form)
{
	struct meeting_interval *last =
		m->intervals ? &m->interval[m->intervals - 1] : NULL;

	m->form_ms = m->now_ms;
	if (m->intervals == LIMIT_INTERVALS)
		return;
	if (last && last->form == form && m->now_ms - last->to_ms <= MEETING_JOIN_MS) {
		m->total_ms[form] -= last->to_ms - last->from_ms;
		m->form_ms = last->from_ms;
		last->to_ms = 0;
		return;
	}
	m->interval[m->intervals++] =
		(struct meeting_interval){ .from_ms = m->now_ms, .form = form };
}

void form_take(struct turn *t, enum meeting_form form)
{
	struct meeting *m = t->m;

	if (m->form == form)
		return;
	form_note_stated(m);
	if (m->form != MEETING_FORM_NONE)
		form_close(m);
	m->doubt_ms = 0;
	m->form = form;
	if (form != MEETING_FORM_NONE)
		form_open(m, form);
	else
		m->form_ms = 0;
	turn_record(t, MEETING_RECORD_FORM, 0, form);
	turn_tell_all(t);
}

void form_doubt(struct meeting *m)
{
	bool flows = m->form == MEETING_FORM_VIDEO || m->form == MEETING_FORM_AUDIO;

	if (flows && m->doubt_ms == 0)
		m->doubt_ms = m->now_ms;
}

/* The consultant's page is away: a telephone talk is stated by nobody any more, either,
 * or its line may be gone. On her own telephone she talks on. */
void form_doubt_everything(struct meeting *m)
{
	if (m->form == MEETING_FORM_PHONE && talk_on_own_phone(m))
		return;
	if (m->form != MEETING_FORM_NONE && m->doubt_ms == 0)
		m->doubt_ms = m->now_ms;
}

static bool is_dead(const struct meeting_side *side)
{
	return side->reported && side->health == MEETING_HEALTH_DEAD;
}

/* The citizen's page is away, but the sound may go on without it: she hears whether. */
static void note_her_ears(struct meeting *m)
{
	if (!is_dead(&m->consultant))
		m->dead_ms = 0;
	else if (m->dead_ms == 0)
		m->dead_ms = m->now_ms;
}

/* Form follows from what both sides report of the present epoch. */
void form_measure(struct turn *t)
{
	struct meeting *m = t->m;
	const struct meeting_side *c = &m->consultant, *z = &meeting_admitted(m)->side;
	bool picture = (c->reported && (c->picture || c->share)) ||
		       (z->reported && (z->picture || z->share));

	if (!m->paired) {
		if (t->e->entry == 0 && !talk_on_phone(m))
			note_her_ears(m);
		return;
	}
	if (talk_on_phone(m)) { /* back to video? Only the sound of both replaces it. */
		if (c->reported && z->reported && !is_dead(c) && !is_dead(z))
			(void)line_hang_up(t);
		return;
	}
	if (is_dead(c) || is_dead(z)) {
		if (m->dead_ms == 0)
			m->dead_ms = m->now_ms;
		form_doubt(m);
		return;
	}
	m->dead_ms = 0;
	m->doubt_ms = 0;
	form_take(t, picture ? MEETING_FORM_VIDEO : MEETING_FORM_AUDIO);
}
