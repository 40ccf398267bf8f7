/* SPDX-License-Identifier: MPL-2.0
 *
 * From an event of the rules to what follows. What goes on record is queued first; a
 * talk neither waits for the log nor ends because of it, so what could not be queued is
 * counted and the step goes on. `state` and cards are only marked and leave once, at the
 * end of the loop's turn; everything else leaves at once, but never before a `state` that
 * is due.
 */
#include "switchboard.h"

#include "samtale/session/sdp_filter.h"

struct peer *live_peer(const struct live *l, uint16_t entry)
{
	RING_EACH(&l->peers, r)
	{
		struct peer *p = container_of(r, struct peer, at_live);

		if (p->entry == entry)
			return p;
	}
	return NULL;
}

/* -- on record --------------------------------------------------------------------- */

static const struct {
	enum audit_what what;
	enum audit_role role;
	bool has;
} records[MEETING_RECORD_COUNT] = {
	[MEETING_RECORD_ENTERED] = { AUDIT_SEAT_ENTERED, AUDIT_CONSULTANT, true },
	[MEETING_RECORD_ADMITTED] = { AUDIT_ADMITTED, AUDIT_CONSULTANT, true },
	[MEETING_RECORD_REMOVED] = { AUDIT_REMOVED, AUDIT_CONSULTANT, true },
	[MEETING_RECORD_LEVEL] = { AUDIT_IDENTITY_LEVEL, AUDIT_CONSULTANT, true },
	[MEETING_RECORD_FORM] = { AUDIT_FORM_CHANGED, AUDIT_SYSTEM, true },
	[MEETING_RECORD_ATTEMPT] = { AUDIT_CALL_TRIED, AUDIT_CONSULTANT, true },
	[MEETING_RECORD_TALK_BEGUN] = { .has = false }, /* ADMITTED or ATTEMPT tells */
	[MEETING_RECORD_ENDED] = { AUDIT_MEETING_ENDED, AUDIT_SYSTEM, true },
	[MEETING_RECORD_RESTORED] = { .has = false }, /* the api noted it, before it was
						       */
};

void house_note(const struct house *h, const struct audit_event *event)
{
	if (audit_note_soon(h->parts.audit, event) < 0)
		log_event(EV_MEETING_NOT_RECORDED);
}

static void note(
	const struct live *l, enum audit_what what, enum audit_role role, uint32_t value)
{
	int64_t user = role == AUDIT_CONSULTANT ? (int64_t)l->meeting.user : 0;
	struct audit_event e = {
		.what = what,
		.purpose = user == 0 || user == l->owner ? AUDIT_FOR_OWN_MEETING
							 : AUDIT_FOR_COLLEAGUE,
		.outcome = AUDIT_DONE,
		.role = role,
		.actor = (uint32_t)user,
		.meeting = (uint64_t)l->id,
		.value = value,
	};

	house_note(l->house, &e);
}

static void note_effect(const struct live *l, const struct meeting_effect *fx)
{
	if (records[fx->what].has)
		note(l, records[fx->what].what, records[fx->what].role, fx->number);
}

static void note_all(const struct live *l, const struct meeting_effects *fx)
{
	for (unsigned i = 0; i < fx->count; i++)
		if (fx->list[i].kind == MEETING_FX_RECORD)
			note_effect(l, &fx->list[i]);
}

/* -- passing on -------------------------------------------------------------------- */

static void write_candidates(
	struct house *h, const struct message_signal *s, struct jout *o)
{
	bool relay_only = ice_is_relay_only(h);
	uint8_t line[2 * LIMIT_CANDIDATE];

	jout_array(o, "candidates");
	for (size_t i = 0; i < s->candidates; i++) {
		const struct message_candidate *c = &s->candidate[i];
		struct writer w = writer_of(line, sizeof(line));

		if (c->line.len > 0 && candidate_filter(c->line, relay_only, &w) != 0)
			continue;
		jout_object(o, NULL);
		jout_text(o, "candidate", writer_bytes(&w));
		jout_text(o, "mid", c->mid);
		jout_int(o, "mline", c->mline);
		jout_end_object(o);
	}
	jout_end_array(o);
}

static void write_signal(struct house *h, const struct message *m, struct jout *o)
{
	jout_int(o, "epoch", m->event.signal.epoch);
	jout_word(o, "kind", meeting_signal_name(m->event.signal.kind));
	if (m->signal.sdp.at)
		jout_text(o, "sdp", m->signal.sdp);
	if (m->signal.candidates > 0)
		write_candidates(h, &m->signal, o);
}

static void write_sas(const struct message *m, struct jout *o)
{
	jout_int(o, "epoch", m->event.sas.epoch);
	jout_int(o, "step", m->event.sas.step);
	if (m->event.sas.step == 1) {
		jout_text(o, "commit", m->sas.commit);
		return;
	}
	jout_text(o, "fp", m->sas.fp);
	jout_text(o, "nonce", m->sas.nonce);
}

static void relay(struct live *l, const struct bringer *by, uint16_t to)
{
	struct peer *p = live_peer(l, to);
	struct house *h = l->house;
	struct jout o = house_jout(h);

	if (!p || !by->message)
		return;
	peer_send_state(p);
	jout_object(&o, NULL);
	jout_word(&o, "type", message_name(by->message->type));
	jout_word(&o, "from", by->message->from == ROLE_STAFF ? "consultant" : "citizen");
	if (by->message->type == MESSAGE_SIGNAL)
		write_signal(h, by->message, &o);
	else
		write_sas(by->message, &o);
	jout_end_object(&o);
	peer_send(p, &o);
	h->figures.relayed++;
}

/* -- carrying out ------------------------------------------------------------------ */

static void send_welcome(struct peer *p)
{
	struct house *h = p->house;
	struct jout o = house_jout(h);

	jout_object(&o, NULL);
	jout_word(&o, "type", "welcome");
	jout_word(&o, "role", "citizen");
	jout_str(&o, "build", h->parts.build);
	jout_int(&o, "now", house_now(h));
	jout_end_object(&o);
	peer_send(p, &o);
}

static void take_seat(struct live *l, struct peer *p, uint16_t entry)
{
	if (!p)
		return;
	peer_leave(p); /* a consultant who was in another meeting */
	p->live = l;
	p->entry = entry;
	p->ended = false;
	ring_append(&l->peers, &p->at_live);
	p->state_due = true;
	house_mark(l);
	if (p->role == ROLE_NOBODY) {
		p->role = ROLE_CITIZEN;
		p->house->figures.citizens++;
		ring_append(&p->house->silent, &p->at_heard);
		send_welcome(p);
	}
}

static void close_seat(struct peer *p, enum meeting_close why)
{
	static const enum close_code codes[MEETING_CLOSE_COUNT] = {
		[MEETING_CLOSE_DONE] = CLOSE_DONE,
		[MEETING_CLOSE_TAKEN_OVER] = CLOSE_TAKEN_OVER,
		[MEETING_CLOSE_SEAT_MOVED] = CLOSE_SEAT_MOVED,
		[MEETING_CLOSE_REMOVED] = CLOSE_REMOVED,
	};

	if (!p)
		return;
	peer_leave(p);
	peer_close(p, codes[why]);
}

/* The staff connection lost its seat and stays open: its page must know. */
static void leave_seat(struct live *l, struct peer *p)
{
	struct jout o = house_jout(l->house);

	if (!p)
		return;
	peer_leave(p);
	if (p->ended)
		return;
	jout_object(&o, NULL);
	jout_word(&o, "type", "left");
	jout_id(&o, "meeting", l->id);
	jout_end_object(&o);
	peer_send(p, &o);
}

static void send_start(struct live *l, uint16_t entry, const char *role)
{
	struct peer *p = live_peer(l, entry);
	struct jout o = house_jout(l->house);

	if (!p)
		return;
	peer_send_state(p);
	o = house_jout(l->house);
	ice_write_start(l->house, l, role, &o);
	peer_send(p, &o);
}

static void start(struct live *l, uint16_t entry)
{
	send_start(l, 0, "offer");
	send_start(l, entry, "answer");
	l->turn_ms = house_now(l->house) + TURN_PUSH_MS;
}

static void send_keep(struct live *l, uint16_t entry, uint32_t epoch)
{
	struct peer *p = live_peer(l, entry);
	struct jout o;

	if (!p)
		return;
	peer_send_state(p);
	o = house_jout(l->house);
	jout_object(&o, NULL);
	jout_word(&o, "type", "keep");
	jout_int(&o, "epoch", epoch);
	jout_end_object(&o);
	peer_send(p, &o);
}

static void send_ended(struct live *l, struct peer *p)
{
	struct jout o = house_jout(l->house);

	if (!p)
		return;
	p->state_due = false;
	p->ended = true;
	view_ended(p, &o);
	peer_send(p, &o);
}

static void carry_out(struct live *l, const struct meeting_effect *fx, struct bringer *by)
{
	struct peer *p = live_peer(l, fx->entry);

	switch (fx->kind) {
	case MEETING_FX_CLOSE:
		close_seat(p, (enum meeting_close)fx->number);
		return;
	case MEETING_FX_LEAVE:
		leave_seat(l, p);
		return;
	case MEETING_FX_SEAT:
		take_seat(l, by->from, fx->entry);
		return;
	case MEETING_FX_START:
		start(l, fx->entry);
		return;
	case MEETING_FX_KEEP:
		send_keep(l, 0, fx->number);
		send_keep(l, fx->entry, fx->number);
		l->turn_ms = house_now(l->house) + TURN_PUSH_MS;
		return;
	case MEETING_FX_RELAY:
		relay(l, by, fx->entry);
		return;
	case MEETING_FX_STATE:
		if (p)
			p->state_due = true;
		return;
	case MEETING_FX_ENDED:
		send_ended(l, p);
		return;
	case MEETING_FX_CARD:
		l->card_due = true;
		if (fx->number != MEETING_ALERT_NONE)
			l->alert = (enum meeting_alert)fx->number;
		return;
	case MEETING_FX_RECORD: /* noted already: note_all() */
		l->end_due |= fx->what == MEETING_RECORD_ENDED;
		return;
	case MEETING_FX_DIAL:
	case MEETING_FX_HANG_UP:
	case MEETING_FX_CONFIRM:
	case MEETING_FX_ADMIT_LINE:
	case MEETING_FX_MUTE_LINE:
	case MEETING_FX_HOLD_LINE:
	case MEETING_FX_LINE_START:
	case MEETING_FX_CLOSE_LINES:
		orders_carry_out(l, fx);
		return;
	}
}

int live_step(struct live *l, const struct meeting_event *e, struct bringer *by)
{
	struct meeting_effects fx;
	int result = meeting_step(&l->meeting, e, house_now(l->house), &fx);

	note_all(l, &fx);
	by->entry = fx.entry;
	for (unsigned i = 0; i < fx.count; i++)
		carry_out(l, &fx.list[i], by);
	l->save_due |= fx.save;
	if (fx.count > 0 || fx.save)
		house_mark(l);
	live_follow(l);
	return result;
}
