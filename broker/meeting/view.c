/* SPDX-License-Identifier: MPL-2.0
 *
 * What can be seen of a meeting at a moment, and when the next moment is at which
 * something changes by itself. Reads only.
 */
#include "rules.h"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

const struct meeting_entry *meeting_entry_at(const struct meeting *m, uint16_t number)
{
	for (size_t i = 0; i < LIMIT_ENTRIES && number != 0; i++)
		if (m->entries[i].number == number)
			return &m->entries[i];
	return NULL;
}

const struct meeting_entry *meeting_admitted(const struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && !entry_is_phone(&m->entries[i]) &&
			m->entries[i].place == MEETING_PLACE_ADMITTED)
			return &m->entries[i];
	return NULL;
}

const struct meeting_entry *meeting_admitted_phone(const struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && entry_is_phone(&m->entries[i]) &&
			m->entries[i].place == MEETING_PLACE_ADMITTED)
			return &m->entries[i];
	return NULL;
}

const struct meeting_entry *meeting_entry_of_device(
	const struct meeting *m, const uint8_t device[MEETING_DEVICE_LEN])
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 &&
			memcmp(m->entries[i].device, device, MEETING_DEVICE_LEN) == 0)
			return &m->entries[i];
	return NULL;
}

bool meeting_entry_is_new_device(
	const struct meeting *m, const struct meeting_entry *entry)
{
	return m->bound && !entry_is_phone(entry) &&
	       memcmp(m->bound_device, entry->device, MEETING_DEVICE_LEN) != 0;
}

/* -- times ------------------------------------------------------------------------- */
int64_t meeting_planned_end_ms(const struct meeting *m)
{
	return m->booking.starts_ms + (int64_t)m->booking.minutes * 60000;
}

/* Since when the meeting is over although nobody said so; NEVER while they talk. */
static int64_t forgotten_ms(const struct meeting *m)
{
	if (m->phase == MEETING_PHASE_ENDED || talk_is_alive(m))
		return MEETING_NEVER;
	return later(meeting_planned_end_ms(m), m->idle_ms);
}

static int64_t plus(int64_t at_ms, int64_t span_ms)
{
	return at_ms == MEETING_NEVER ? MEETING_NEVER : at_ms + span_ms;
}

int64_t view_abandoned_ms(const struct meeting *m)
{
	return plus(forgotten_ms(m), m->rules->abandoned_ms);
}

int64_t view_total_ms(const struct meeting *m, enum meeting_form form, int64_t now_ms)
{
	int64_t to_ms = m->doubt_ms != 0 ? m->doubt_ms : later(now_ms, m->now_ms);
	int64_t open_ms =
		m->form == form && form != MEETING_FORM_NONE ? to_ms - m->form_ms : 0;

	return m->total_ms[form] + open_ms;
}

static enum meeting_when when(const struct meeting *m, int64_t now_ms)
{
	int64_t end_ms = later(meeting_planned_end_ms(m), m->ended_ms);

	if (m->phase == MEETING_PHASE_BOOKED)
		return MEETING_WHEN_EARLY;
	if (m->phase != MEETING_PHASE_ENDED)
		return MEETING_WHEN_NOW;
	if (m->outcome == MEETING_OUTCOME_CANCELLED ||
		now_ms > end_ms + m->rules->open_after_ms)
		return MEETING_WHEN_OVER;
	return MEETING_WHEN_NOW;
}

/* -- what the consultant is told --------------------------------------------------- */
static bool is_anybody_here(const struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && m->entries[i].side.here)
			return true;
	return false;
}

static bool not_come(const struct meeting *m, int64_t now_ms)
{
	return (m->phase == MEETING_PHASE_BOOKED || m->phase == MEETING_PHASE_OPEN) &&
	       m->booking.form == MEETING_FORM_VIDEO && !is_anybody_here(m) &&
	       now_ms >= m->booking.starts_ms + m->rules->not_come_ms;
}

bool view_offer_call(const struct meeting *m, int64_t now_ms)
{
	enum meeting_call state = m->call.state;
	bool dead = m->dead_ms != 0 && now_ms >= m->dead_ms + MEETING_DEAD_MS;

	if (m->phase == MEETING_PHASE_ENDED || m->booking.way != MEETING_WAY_SPEECH)
		return false;
	if (state == MEETING_CALL_ASKED)
		return true;
	return (state == MEETING_CALL_NONE || state == MEETING_CALL_MISSED) &&
	       (dead || not_come(m, now_ms));
}

void meeting_look(const struct meeting *m, int64_t now_ms, struct meeting_view *ret)
{
	const struct meeting_entry *citizen = meeting_admitted(m);
	const struct meeting_entry *phone = meeting_admitted_phone(m);
	int64_t overtime_ms = plus(forgotten_ms(m), MEETING_OVERTIME_MS);
	int64_t auto_ms = ladder_auto_at_ms(m);

	now_ms = later(now_ms, m->now_ms);
	*ret = (struct meeting_view){ .when = when(m, now_ms),
		.outcomes = outcome_allowed(m, now_ms),
		.admitted = citizen ? citizen->number : 0,
		.phone = phone ? phone->number : 0,
		.level = citizen ? citizen->level : m->call.level,
		.not_come = not_come(m, now_ms),
		.offer_call = view_offer_call(m, now_ms),
		.overtime = now_ms >= overtime_ms,
		.auto_at_ms = auto_ms == MEETING_NEVER ? 0 : auto_ms,
		.stated = m->call.stated || form_is_by_hand(m) };
	for (size_t form = 0; form < MEETING_FORM_COUNT; form++) {
		ret->total_ms[form] = view_total_ms(m, (enum meeting_form)form, now_ms);
		ret->minutes[form] = (uint32_t)((ret->total_ms[form] + 30000) / 60000);
	}
}

/* -- deadlines --------------------------------------------------------------------- */
void deadline_consider(struct deadline *d, int64_t at_ms)
{
	if (at_ms > d->now_ms && at_ms < d->best_ms)
		d->best_ms = at_ms;
}

static void consider_grace(struct deadline *d, const struct meeting_side *side)
{
	if (side->here && !side->connected)
		deadline_consider(d, side->gone_ms + MEETING_GRACE_MS);
}

static void consider_talk(struct deadline *d, const struct meeting *m)
{
	int64_t held = 0;

	if (m->dead_ms != 0)
		deadline_consider(d, m->dead_ms + MEETING_DEAD_MS);
	if (m->restart_due)
		deadline_consider(d, m->epoch_ms + MEETING_RESTART_GAP_MS);
	for (size_t form = MEETING_FORM_VIDEO; form < MEETING_FORM_COUNT; form++)
		held += view_total_ms(m, (enum meeting_form)form, m->now_ms);
	if (m->form != MEETING_FORM_NONE && m->doubt_ms == 0)
		deadline_consider(d, m->now_ms + MEETING_HELD_MS - held);
}

int64_t meeting_next_deadline(const struct meeting *m)
{
	struct deadline d = { m->now_ms, MEETING_NEVER };
	int64_t starts_ms = m->booking.starts_ms;

	if (m->phase == MEETING_PHASE_ENDED)
		return MEETING_NEVER;
	if (m->phase == MEETING_PHASE_BOOKED)
		deadline_consider(&d, starts_ms - m->rules->open_before_ms);
	if (m->started_ms == 0) {
		deadline_consider(&d, starts_ms + m->rules->not_come_ms);
		deadline_consider(&d, starts_ms + m->rules->no_show_ms);
	}
	consider_grace(&d, &m->consultant);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0)
			consider_grace(&d, &m->entries[i].side);
	consider_talk(&d, m);
	ladder_deadlines(&d, m);
	deadline_consider(&d, plus(forgotten_ms(m), MEETING_OVERTIME_MS));
	deadline_consider(&d, view_abandoned_ms(m));
	return d.best_ms;
}
