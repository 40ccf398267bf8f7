/* SPDX-License-Identifier: MPL-2.0
 *
 * The citizen's devices: how they come in, wait, are admitted and go. At most one browser
 * is admitted (telephones: guest.c); admitting another moves the seat and closes the
 * first. A number is never used twice, so a seat that was taken away stays away.
 */
#include "rules.h"

static bool is_device(
	const uint8_t a[MEETING_DEVICE_LEN], const uint8_t b[MEETING_DEVICE_LEN])
{
	return memcmp(a, b, MEETING_DEVICE_LEN) == 0;
}

struct meeting_entry *entry_find(struct meeting *m, uint16_t number)
{
	for (size_t i = 0; i < LIMIT_ENTRIES && number != 0; i++)
		if (m->entries[i].number == number)
			return &m->entries[i];
	return NULL;
}

struct meeting_entry *entry_admitted(struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && !entry_is_phone(&m->entries[i]) &&
			m->entries[i].place == MEETING_PLACE_ADMITTED)
			return &m->entries[i];
	return NULL;
}

struct meeting_entry *entry_admitted_phone(struct meeting *m)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && entry_is_phone(&m->entries[i]) &&
			m->entries[i].place == MEETING_PLACE_ADMITTED)
			return &m->entries[i];
	return NULL;
}

static void entry_tell(struct turn *t, const struct meeting_entry *entry)
{
	t->entries |= 1U << (entry - t->m->entries);
	turn_tell_staff(t);
}

void entry_raise(struct turn *t, struct meeting_entry *entry, uint8_t level)
{
	if (entry->level >= level)
		return;
	entry->level = level;
	if (entry->place == MEETING_PLACE_ADMITTED && t->m->level < level)
		t->m->level = level;
	turn_record(t, MEETING_RECORD_LEVEL, entry->number, level);
	entry_tell(t, entry);
}

/* -- in ---------------------------------------------------------------------------- */
static struct meeting_entry *find_device(struct meeting *m, const uint8_t *device)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && is_device(m->entries[i].device, device))
			return &m->entries[i];
	return NULL;
}

/* A worse one to give up: the seat's own device is given up after every other. */
static bool is_older(const struct meeting *m, const struct meeting_entry *a,
	const struct meeting_entry *b)
{
	bool a_new = meeting_entry_is_new_device(m, a);
	bool b_new = meeting_entry_is_new_device(m, b);

	return a_new != b_new ? a_new : a->number < b->number;
}

/* A free place, else that of the oldest waiting device that is not connected. */
static struct meeting_entry *find_place(struct meeting *m)
{
	struct meeting_entry *found = NULL;

	for (size_t i = 0; i < LIMIT_ENTRIES; i++) {
		struct meeting_entry *at = &m->entries[i];

		if (at->number == 0)
			return at;
		if (at->place == MEETING_PLACE_LOBBY && !at->side.connected &&
			!entry_is_phone(at) && (!found || is_older(m, at, found)))
			found = at;
	}
	return found;
}

struct meeting_entry *entry_new(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry = m->next_entry == UINT16_MAX ? NULL : find_place(m);

	if (entry)
		*entry = (struct meeting_entry){ .number = m->next_entry++,
			.since_ms = m->now_ms };
	return entry;
}

int entry_redeem(struct turn *t)
{
	struct meeting *m = t->m;
	enum meeting_via via = t->e->redeem.via;
	struct meeting_entry *entry = find_device(m, t->e->redeem.device);
	uint8_t level = via == MEETING_VIA_LINK_PIN ? 1 : 0;
	struct meeting_view view;

	meeting_look(m, m->now_ms, &view);
	if (via > MEETING_VIA_LINK_PIN || (entry && entry_is_phone(entry)))
		return MEETING_E_WRONG_STATE;
	if (view.when == MEETING_WHEN_OVER || (m->phase == MEETING_PHASE_ENDED && !entry))
		return MEETING_E_OVER;
	if (!entry) {
		if (m->booking.pin && via == MEETING_VIA_LINK)
			return MEETING_E_PIN_NEEDED;
		entry = entry_new(t);
		if (!entry)
			return MEETING_E_LOBBY_FULL;
		entry->via = via;
		entry->level = level;
		memcpy(entry->device, t->e->redeem.device, MEETING_DEVICE_LEN);
		if (!m->bound)
			memcpy(m->bound_device, entry->device, MEETING_DEVICE_LEN);
		m->bound = true;
		t->fx->save = true;
		turn_tell_staff(t);
	}
	t->fx->entry = entry->number;
	if (m->phase == MEETING_PHASE_ENDED) /* to see the last page again */
		return 0;
	if (entry->via < via)
		entry->via = via;
	entry_raise(t, entry, level);
	return 0;
}

/* -- the connection ---------------------------------------------------------------- */
int entry_connect(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry = entry_find(m, t->e->entry);

	if (!entry || entry_is_phone(entry) ||
		!is_device(entry->device, t->e->connect.device))
		return MEETING_E_UNKNOWN_SEAT;
	if (entry->side.connected)
		turn_effect(t, MEETING_FX_CLOSE, entry->number, MEETING_CLOSE_TAKEN_OVER);
	turn_effect(t, MEETING_FX_SEAT, entry->number, 0);
	if (m->phase == MEETING_PHASE_ENDED) {
		turn_effect(t, MEETING_FX_ENDED, entry->number, 0);
		turn_effect(t, MEETING_FX_CLOSE, entry->number, MEETING_CLOSE_DONE);
		return 0;
	}
	if (t->e->connect.epoch != m->epoch)
		entry->side = (struct meeting_side){ 0 };
	entry->side.connected = entry->side.here = true;
	entry->side.held = t->e->connect.epoch;
	if (entry->place == MEETING_PLACE_ADMITTED) {
		form_doubt(m);
		m->paired = false;
	}
	if (!entry->announced) {
		t->alert = meeting_entry_is_new_device(m, entry)
				   ? MEETING_ALERT_NEW_DEVICE
				   : MEETING_ALERT_ARRIVED;
		entry->announced = true;
		m->came = true;
		t->fx->save = true;
	}
	m->last_seen_ms = m->now_ms;
	m->last_progress = entry->progress;
	entry_tell(t, entry);
	if (entry->place == MEETING_PLACE_ADMITTED)
		turn_tell_all(t);
	return 0;
}

int entry_disconnect(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry = entry_find(m, t->e->entry);

	entry->side.connected = false;
	entry->side.gone_ms = m->now_ms;
	m->last_seen_ms = m->now_ms;
	if (entry->place == MEETING_PLACE_ADMITTED) {
		form_doubt(m);
		m->paired = false;
	}
	return 0;
}

int entry_step(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry = entry_find(m, t->e->entry);

	entry->progress = t->e->progress;
	m->last_progress = t->e->progress;
	m->last_seen_ms = m->now_ms;
	turn_tell_staff(t);
	return 0;
}

int entry_hidden(struct turn *t)
{
	entry_find(t->m, t->e->entry)->hidden = t->e->hidden;
	t->m->last_seen_ms = t->m->now_ms;
	turn_tell_staff(t);
	return 0;
}

/* -- the consultant decides -------------------------------------------------------- */
static void vacate(struct turn *t, struct meeting_entry *entry, enum meeting_close why)
{
	if (entry->side.connected)
		turn_effect(t, MEETING_FX_CLOSE, entry->number, why);
	if (entry->place == MEETING_PLACE_ADMITTED)
		talk_part(t);
	*entry = (struct meeting_entry){ 0 };
	turn_tell_all(t);
	t->fx->save = true;
}

static void unbind(struct meeting *m, const uint8_t *device)
{
	if (!m->bound || !is_device(m->bound_device, device))
		return;
	m->bound = false;
	memset(m->bound_device, 0, sizeof(m->bound_device));
}

int entry_admit(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry = entry_find(m, t->e->entry);
	struct meeting_entry *before = entry_admitted(m);

	if (!entry)
		return MEETING_E_ENTRY_GONE;
	if (entry_is_phone(entry))
		return guest_admit(t, entry);
	if (entry == before)
		return 0;
	if (before)
		vacate(t, before, MEETING_CLOSE_SEAT_MOVED);
	entry->place = MEETING_PLACE_ADMITTED;
	m->bound = true;
	memcpy(m->bound_device, entry->device, MEETING_DEVICE_LEN);
	talk_begin(t, entry->level);
	turn_record(t, MEETING_RECORD_ADMITTED, entry->number, entry->level);
	turn_tell_all(t);
	return 0;
}

int entry_remove(struct turn *t)
{
	struct meeting_entry *entry = entry_find(t->m, t->e->entry);

	if (!entry)
		return MEETING_E_ENTRY_GONE;
	turn_record(t, MEETING_RECORD_REMOVED, entry->number, 0);
	if (entry_is_phone(entry)) {
		guest_leave(t, entry, MEETING_REASON_NONE, true);
		return 0;
	}
	unbind(t->m, entry->device);
	vacate(t, entry, MEETING_CLOSE_REMOVED);
	return 0;
}

int entry_forget(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry = entry_find(m, t->e->entry);

	if (!entry || entry_is_phone(entry))
		return MEETING_E_ENTRY_GONE;
	if (entry->place == MEETING_PLACE_ADMITTED && m->phase != MEETING_PHASE_ENDED)
		return MEETING_E_STARTED;
	unbind(m, entry->device);
	vacate(t, entry, MEETING_CLOSE_DONE);
	return 0;
}
