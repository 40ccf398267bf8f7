/* SPDX-License-Identifier: MPL-2.0
 *
 * Telephones that called in. Such an entry waits in the lobby like every other and is
 * let in by the consultant alone; it has no page and no device secret, and its number
 * proves nobody's identity. At most one is in the talk.
 */
#include "rules.h"

enum meeting_kind meeting_entry_kind(const struct meeting_entry *entry)
{
	return entry->via == MEETING_VIA_PHONE || entry->via == MEETING_VIA_PHONE_KNOWN
		       ? MEETING_KIND_PHONE
		       : MEETING_KIND_BROWSER;
}

bool entry_is_phone(const struct meeting_entry *entry)
{
	return meeting_entry_kind(entry) == MEETING_KIND_PHONE;
}

/* Whoever can forge her number must not fill the lobby that she comes to. */
static bool is_crowded_by_known(const struct meeting *m)
{
	unsigned n = 0;

	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		n += m->entries[i].number != 0 &&
		     m->entries[i].place == MEETING_PLACE_LOBBY &&
		     m->entries[i].via == MEETING_VIA_PHONE_KNOWN;
	return n >= LIMIT_KNOWN_CALLERS;
}

int guest_call_in(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *entry;

	if (meeting_entry_of_device(m, t->e->call_in.device))
		return MEETING_E_WRONG_STATE;
	if (t->e->call_in.known && is_crowded_by_known(m))
		return MEETING_E_LOBBY_FULL;
	entry = entry_new(t);
	if (!entry)
		return MEETING_E_LOBBY_FULL;
	entry->via = t->e->call_in.known ? MEETING_VIA_PHONE_KNOWN : MEETING_VIA_PHONE;
	memcpy(entry->device, t->e->call_in.device, MEETING_DEVICE_LEN);
	entry->progress = MEETING_PROGRESS_READY;
	entry->announced = true;
	entry->side = (struct meeting_side){
		.connected = true, .here = true, .reported = true, .mic = true
	};
	m->came = true;
	m->last_progress = entry->progress;
	m->last_seen_ms = m->now_ms;
	t->alert = MEETING_ALERT_ARRIVED;
	t->fx->entry = entry->number;
	t->fx->save = true;
	turn_tell_staff(t);
	return 0;
}

void guest_leave(struct turn *t, struct meeting_entry *entry, enum meeting_reason reason,
	bool hang_up)
{
	if (hang_up)
		turn_effect(t, MEETING_FX_HANG_UP, entry->number, MEETING_LEG_GUEST);
	if (entry->place == MEETING_PLACE_ADMITTED)
		line_talk_over(t, reason);
	t->m->last_seen_ms = t->m->now_ms;
	*entry = (struct meeting_entry){ 0 };
	t->fx->save = true;
	turn_tell_staff(t);
}

/* Whatever telephone was in the talk, or on its way, makes room. */
static void make_room(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *before = entry_admitted_phone(m);

	form_note_stated(m);
	line_drop_call(t);
	if (!before)
		return;
	turn_effect(t, MEETING_FX_HANG_UP, before->number, MEETING_LEG_GUEST);
	*before = (struct meeting_entry){ 0 };
}

int guest_admit(struct turn *t, struct meeting_entry *entry)
{
	struct meeting *m = t->m;
	struct meeting_hand_off *call = &m->call;

	if (entry->place == MEETING_PLACE_ADMITTED)
		return 0;
	make_room(t);
	call_close_panel(call);
	call->answered = call->video_asked = false;
	call->level = 0;
	call->lines.reason = MEETING_REASON_NONE;
	call->lines.by_caller = !entry->side.mic;
	talk_return_drop(m);
	call->state = MEETING_CALL_TALKING;
	entry->place = MEETING_PLACE_ADMITTED;
	turn_effect(t, MEETING_FX_ADMIT_LINE, entry->number, 0);
	talk_begin(t, 0);
	turn_record(t, MEETING_RECORD_ADMITTED, entry->number, 0);
	form_take(t, MEETING_FORM_PHONE);
	turn_tell_all(t);
	return 0;
}

/* -- what the gateway reports ------------------------------------------------------ */
int guest_line(struct turn *t, enum meeting_line to)
{
	struct meeting_entry *entry = entry_find(t->m, t->e->entry);
	bool admitted;

	if (!entry || !entry_is_phone(entry))
		return to == MEETING_LINE_NONE ? 0 : MEETING_E_ENTRY_GONE;
	admitted = entry->place == MEETING_PLACE_ADMITTED;
	if (to == MEETING_LINE_NONE) {
		guest_leave(t, entry, t->e->line.reason, false);
		return 0;
	}
	if (entry->side.connected)
		return 0;
	/* It stands. Whoever crashed may have lost the last word about it: what is on
	 * record counts. */
	if (!admitted && to == MEETING_LINE_TALKING) {
		guest_leave(t, entry, MEETING_REASON_NONE, true);
		return 0;
	}
	entry->side.connected = entry->side.here = true;
	if (admitted && to != MEETING_LINE_TALKING)
		turn_effect(t, MEETING_FX_ADMIT_LINE, entry->number, 0);
	if (admitted)
		line_quieten_again(t);
	if (admitted && t->m->consultant.connected)
		t->m->doubt_ms = 0;
	turn_tell_staff(t);
	return 0;
}

int guest_key(struct turn *t)
{
	struct meeting_entry *entry = entry_find(t->m, t->e->entry);

	if (!entry || !entry_is_phone(entry))
		return 0;
	if (t->e->line_key.key == MEETING_KEY_MUTE)
		entry->side.mic = !t->e->line_key.on;
	if (entry->place == MEETING_PLACE_ADMITTED)
		leg_press(t);
	turn_tell_staff(t);
	return 0;
}
