/* SPDX-License-Identifier: MPL-2.0
 *
 * The snapshots of docs/protocol.md 3, written straight from the rules' state. Who may
 * see what is decided here: a citizen's page never gets the other devices, the outcomes
 * or a number, and nothing here is kept.
 */
#include "inner.h"

/* -- parts ------------------------------------------------------------------------- */

static void write_side(const struct meeting_side *side, struct jout *o)
{
	jout_bool(o, "mic", side->reported && side->mic);
	jout_bool(o, "picture", side->reported && side->picture);
	jout_bool(o, "share", side->reported && side->share);
	jout_word(o, "health", meeting_health_name(side->health));
}

static void write_digits(const struct meeting_hand_off *call, struct jout *o)
{
	char digits[3] = "";

	if (call->has_digits) {
		digits[0] = (char)('0' + call->digits / 10 % 10);
		digits[1] = (char)('0' + call->digits % 10);
	}
	jout_word(o, "digits", digits);
	jout_bool(o, "hidden_number", call->from == MEETING_CALL_FROM_HIDDEN);
}

static void write_sas(const struct meeting *m, struct jout *o)
{
	jout_object(o, "sas");
	jout_bool(o, "show", m->sas_show);
	jout_bool(o, "confirmed", m->sas_confirmed);
	jout_end_object(o);
}

static void write_booking(const struct live *l, struct jout *o)
{
	const struct meeting *m = &l->meeting;

	jout_word(o, "type", "state");
	jout_id(o, "meeting", l->id);
	jout_word(o, "phase", meeting_phase_name(m->phase));
	jout_int(o, "starts", m->booking.starts_ms);
	jout_int(o, "minutes", m->booking.minutes);
	jout_word(o, "booked_form", meeting_form_name(m->booking.form));
	jout_word(o, "form", meeting_form_name(m->form));
	jout_word(o, "way", meeting_way_name(m->booking.way));
}

/* -- the citizen's ----------------------------------------------------------------- */

static void write_consultant(
	const struct live *l, const struct meeting_entry *mine, struct jout *o)
{
	const struct meeting *m = &l->meeting;
	static const struct meeting_side nothing;
	bool admitted = mine->place == MEETING_PLACE_ADMITTED;

	jout_object(o, "consultant");
	jout_str(o, "name", l->name);
	jout_bool(o, "here", m->consultant.here);
	jout_int(o, "late_minutes", m->late_minutes);
	write_side(admitted ? &m->consultant : &nothing, o);
	jout_end_object(o);
}

static void write_citizen_call(const struct live *l, struct jout *o)
{
	const struct meeting_hand_off *call = &l->meeting.call;
	bool given = call->given != MEETING_GIVEN_NONE;

	jout_object(o, "call");
	jout_word(o, "state", meeting_call_name(call->state));
	write_digits(call, o);
	jout_str(o, "last2", given ? l->given_last2 : l->last2);
	jout_bool(o, "given", given);
	jout_end_object(o);
}

static void view_citizen(
	const struct live *l, const struct meeting_entry *mine, struct jout *o)
{
	const struct meeting *m = &l->meeting;

	jout_object(o, NULL);
	write_booking(l, o);
	jout_word(o, "place", meeting_place_name(mine->place));
	jout_int(o, "level", mine->level);
	jout_bool(o, "new_device", meeting_entry_is_new_device(m, mine));
	write_consultant(l, mine, o);
	write_citizen_call(l, o);
	write_sas(m, o);
	jout_bool(o, "video_offered",
		m->form == MEETING_FORM_PHONE && mine->place == MEETING_PLACE_ADMITTED);
	jout_end_object(o);
}

/* -- the consultant's -------------------------------------------------------------- */

/* whole: what the consultant in the meeting sees, not the card's share of it. */
static void write_guests(const struct meeting *m, bool whole, struct jout *o)
{
	jout_array(o, "guests");
	for (size_t i = 0; i < LIMIT_ENTRIES; i++) {
		const struct meeting_entry *e = &m->entries[i];

		if (e->number == 0)
			continue;
		jout_object(o, NULL);
		jout_int(o, "entry", e->number);
		jout_word(o, "step", meeting_progress_name(e->progress));
		jout_bool(o, "hidden", e->hidden);
		jout_bool(o, "here", e->side.here);
		jout_word(o, "place", meeting_place_name(e->place));
		jout_int(o, "since", e->since_ms);
		jout_bool(o, "new_device", meeting_entry_is_new_device(m, e));
		jout_word(o, "kind", meeting_kind_name(meeting_entry_kind(e)));
		if (meeting_entry_kind(e) == MEETING_KIND_PHONE)
			jout_bool(o, "known", e->via == MEETING_VIA_PHONE_KNOWN);
		if (whole) {
			jout_int(o, "level", e->level);
			write_side(&e->side, o);
		}
		jout_end_object(o);
	}
	jout_end_array(o);
}

/* The number that the citizen gave and nobody has accepted yet. */
static void write_given(const struct live *l, struct jout *o)
{
	const struct meeting_keys *keys = live_keys(l);
	wiped_buf(phone, OPEN_TEXT_CAP);

	if (l->meeting.call.given == MEETING_GIVEN_PENDING && l->given && keys->has_ck &&
		open_text(&keys->ck, SEAL_MEETING_PHONE, l->id, l->given,
			(char *)phone) != 0)
		phone[0] = '\0';
	jout_str(o, "given_number", (char *)phone);
}

/* Protocol, 6.2. */
static void write_trunk(
	const struct meeting *m, const struct meeting_view *v, struct jout *o)
{
	const struct meeting_lines *lines = &m->call.lines;

	jout_bool(o, "trunk", m->rules->trunk);
	jout_int(o, "line", lines->line);
	jout_word(o, "progress", meeting_line_name(meeting_line_progress(m)));
	jout_word(o, "reason", meeting_reason_name(lines->reason));
	jout_bool(o, "muted", lines->muted);
	jout_bool(o, "held", lines->held);
	jout_bool(o, "by_caller", lines->by_caller);
	jout_bool(o, "by_key", lines->by_key);
	jout_bool(o, "hand", lines->hand);
	jout_word(o, "own_phone", meeting_line_name(lines->own));
	jout_bool(o, "has_own_phone", m->booking.own_phone);
	jout_int(o, "auto_at", v->auto_at_ms);
}

static void write_consultant_call(
	const struct live *l, const struct meeting_view *v, struct jout *o)
{
	const struct meeting_hand_off *call = &l->meeting.call;
	bool accepted = call->given == MEETING_GIVEN_ACCEPTED;

	jout_object(o, "call");
	jout_word(o, "state", meeting_call_name(call->state));
	write_digits(call, o);
	jout_word(o, "from", meeting_call_from_name(call->from));
	jout_str(o, "last2", accepted ? l->given_last2 : l->last2);
	jout_bool(o, "given", accepted);
	write_given(l, o);
	jout_int(o, "attempts", call->attempts);
	write_trunk(&l->meeting, v, o);
	jout_end_object(o);
}

static void write_outcomes(uint32_t outcomes, struct jout *o)
{
	jout_array(o, "outcomes");
	for (unsigned i = 0; i < MEETING_OUTCOME_COUNT; i++)
		if (outcomes & 1U << i)
			jout_word(o, NULL, meeting_outcome_name((enum meeting_outcome)i));
	jout_end_array(o);
}

static void view_consultant(const struct live *l, struct jout *o)
{
	const struct meeting *m = &l->meeting;
	struct meeting_view v;

	meeting_look(m, house_now(l->house), &v);
	jout_object(o, NULL);
	write_booking(l, o);
	jout_int(o, "started", m->started_ms);
	write_guests(m, true, o);
	write_consultant_call(l, &v, o);
	write_sas(m, o);
	jout_bool(o, "video_asked", m->call.video_asked);
	jout_bool(o, "offer_call", v.offer_call);
	jout_bool(o, "not_come", v.not_come);
	jout_bool(o, "overtime", v.overtime);
	write_outcomes(v.outcomes, o);
	jout_int(o, "late_minutes", m->late_minutes);
	jout_end_object(o);
}

void view_state(const struct peer *p, struct jout *o)
{
	const struct meeting_entry *mine = meeting_entry_at(&p->live->meeting, p->entry);

	if (mine)
		view_citizen(p->live, mine, o);
	else
		view_consultant(p->live, o);
}

/* -- cards ------------------------------------------------------------------------- */

void view_live(const struct live *l, struct jout *o, const char *key)
{
	const struct meeting *m = &l->meeting;
	struct meeting_view v;

	meeting_look(m, house_now(l->house), &v);
	jout_object(o, key);
	jout_word(o, "phase", meeting_phase_name(m->phase));
	jout_word(o, "form", meeting_form_name(m->form));
	write_guests(m, false, o);
	jout_bool(o, "consultant_here", m->consultant.here);
	jout_word(o, "call", meeting_call_name(m->call.state));
	jout_word(o, "last_step",
		m->last_seen_ms ? meeting_progress_name(m->last_progress) : "");
	jout_int(o, "last_seen", m->last_seen_ms);
	jout_bool(o, "not_come", v.not_come);
	jout_end_object(o);
}

void view_card(const struct live *l, enum meeting_alert alert, struct jout *o)
{
	jout_object(o, NULL);
	jout_word(o, "type", "card");
	jout_id(o, "meeting", l->id);
	view_live(l, o, "live");
	jout_word(o, "alert", meeting_alert_name(alert));
	jout_end_object(o);
}

/* -- the end ----------------------------------------------------------------------- */

void view_receipt(const struct live *l, char ret[RECEIPT_TEXT])
{
	receipt_make(l->house->parts.node, l->id, l->meeting.started_ms,
		l->meeting.ended_ms, ret);
}

void view_summary(const struct live *l, struct jout *o, const char *key)
{
	const struct meeting *m = &l->meeting;
	struct meeting_view v;
	char receipt[RECEIPT_TEXT];

	meeting_look(m, house_now(l->house), &v);
	view_receipt(l, receipt);
	jout_object(o, key);
	jout_word(o, "outcome", meeting_outcome_name(m->outcome));
	jout_int(o, "from", m->started_ms);
	jout_int(o, "to", m->ended_ms);
	jout_int(o, "level", m->level);
	jout_word(o, "chosen_by",
		l->chosen_by == CHOSEN_BY_AUTHORITY ? "authority" : "citizen");
	jout_object(o, "minutes");
	jout_int(o, "video", v.minutes[MEETING_FORM_VIDEO]);
	jout_int(o, "audio", v.minutes[MEETING_FORM_AUDIO]);
	jout_int(o, "phone", v.minutes[MEETING_FORM_PHONE]);
	jout_end_object(o);
	jout_array(o, "stated");
	if (v.stated && v.total_ms[MEETING_FORM_PHONE] > 0)
		jout_word(o, NULL, "phone");
	jout_end_array(o);
	jout_word(o, "receipt", receipt);
	jout_end_object(o);
}

/* From when this device was there: in the talk, or waiting for it. */
static int64_t since(const struct meeting *m, const struct meeting_entry *mine)
{
	if (mine->place == MEETING_PLACE_ADMITTED && m->started_ms > mine->since_ms)
		return m->started_ms;
	return mine->since_ms;
}

void view_ended(const struct peer *p, struct jout *o)
{
	const struct live *l = p->live;
	const struct meeting *m = &l->meeting;
	const struct meeting_entry *mine = meeting_entry_at(m, p->entry);
	char receipt[RECEIPT_TEXT];

	jout_object(o, NULL);
	jout_word(o, "type", "ended");
	if (!mine) {
		view_summary(l, o, "summary");
	} else {
		view_receipt(l, receipt);
		jout_int(o, "from", since(m, mine));
		jout_int(o, "to", m->ended_ms);
		jout_word(o, "receipt", receipt);
		jout_word(o, "outcome_kind",
			m->outcome == MEETING_OUTCOME_HELD ? "held" : "other");
	}
	jout_end_object(o);
}
