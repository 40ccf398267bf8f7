/* SPDX-License-Identifier: MPL-2.0
 *
 * One connection: charged before it is read, bounded in what waits for it, closed by one
 * function. A peer never waits for another one, and no byte of one reaches another except
 * as a message that was decoded and encoded anew.
 */
#include "switchboard.h"

#include "samtale/session/sdp_filter.h"

/* -- parcels ----------------------------------------------------------------------- */

static bool parcel_put(struct parcels *q, struct bytes text)
{
	struct parcel *p = malloc(sizeof(*p) + text.len);

	if (!p)
		return false;
	p->next = NULL;
	p->len = text.len;
	if (text.len > 0)
		memcpy(p->text, text.at, text.len);
	if (q->last)
		q->last->next = p;
	else
		q->first = p;
	q->last = p;
	q->bytes += text.len;
	q->count++;
	return true;
}

static struct parcel *parcel_take(struct parcels *q)
{
	struct parcel *p = q->first;

	if (!p)
		return NULL;
	q->first = p->next;
	if (!q->first)
		q->last = NULL;
	q->bytes -= p->len;
	q->count--;
	return p;
}

static void parcels_free(struct parcels *q)
{
	for (struct parcel *p = parcel_take(q); p; p = parcel_take(q))
		free(p);
}

/* -- life -------------------------------------------------------------------------- */

int peer_open(struct peer **ret, struct house *h, const struct peer_credentials *who,
	const struct peer_link *link)
{
	struct peer *p = calloc(1, sizeof(*p));

	if (!p)
		return fault_here(ENOMEM);
	p->house = h;
	p->who = *who;
	p->link = *link;
	p->heard_ms = p->charged_ms = clock_boot_ms();
	p->tokens_milli = LIMIT_WS_PER_SECOND * 1000;
	ring_init(&p->at_heard);
	ring_init(&p->at_live);
	ring_init(&p->at_circle);
	ring_append(&h->unheard, &p->at_heard);
	h->figures.peers++;
	*ret = p;
	if (h->stopping)
		peer_close(p, CLOSE_RESTARTING);
	house_rearm(h);
	return 0;
}

void peer_close(struct peer *p, enum close_code why)
{
	if (p->closing)
		return;
	p->closing = true;
	close_code_note(why);
	ring_drop(&p->at_heard);
	ring_drop(&p->at_circle);
	p->link.close(p->link.conn, close_code_number(why), close_code_name(why));
}

void peer_refuse(struct peer *p, enum close_code why)
{
	peer_close(p, why);
}

/* Tells the rules that this connection died, unless they took the seat from it before. */
static void leave_by_death(struct peer *p)
{
	struct live *l = p->live;
	struct meeting_event e = { .entry = p->entry };
	struct bringer by = { 0 };

	if (!l)
		return;
	peer_leave(p);
	e.kind = p->role == ROLE_STAFF ? MEETING_EV_LOST : MEETING_EV_DISCONNECT;
	(void)live_step(l, &e, &by);
}

void peer_closed(struct peer *p)
{
	struct house *h = p->house;

	p->closing = true;
	peer_arrival_drop(p);
	leave_by_death(p);
	ring_drop(&p->at_heard);
	ring_drop(&p->at_circle);
	h->figures.peers--;
	h->figures.citizens -= p->role == ROLE_CITIZEN;
	h->figures.staff -= p->role == ROLE_STAFF;
	parcels_free(&p->in);
	parcels_free(&p->out);
	free(p->handed);
	free(p);
}

/* -- out --------------------------------------------------------------------------- */

struct jout house_jout(struct house *h)
{
	return jout_of(h->scratch, sizeof(h->scratch));
}

void peer_send(struct peer *p, const struct jout *o)
{
	if (p->closing)
		return;
	if (!jout_ok(o) || p->out.bytes + o->w.len > LIMIT_OUTBOX) {
		peer_close(p, jout_ok(o) ? CLOSE_TOO_SLOW : CLOSE_FAULT);
		return;
	}
	if (!parcel_put(&p->out, jout_bytes(o))) {
		peer_close(p, CLOSE_FAULT);
		return;
	}
	if (p->out.count == 1)
		p->link.wake(p->link.conn);
}

void peer_send_state(struct peer *p)
{
	struct jout o;

	if (!p->state_due || !p->live)
		return;
	p->state_due = false;
	o = house_jout(p->house);
	view_state(p, &o);
	peer_send(p, &o);
}

bool peer_next(struct peer *p, uint8_t **ret_at, size_t *ret_len)
{
	free(p->handed);
	p->handed = parcel_take(&p->out);
	if (!p->handed)
		return false;
	*ret_at = p->handed->text;
	*ret_len = p->handed->len;
	return true;
}

bool peer_is_idle(const struct peer *p)
{
	return p->out.count == 0;
}

void peer_refused(struct peer *p, enum message_type of, const char *code)
{
	struct jout o = house_jout(p->house);

	jout_object(&o, NULL);
	jout_word(&o, "type", "refused");
	jout_word(&o, "of", message_name(of));
	jout_word(&o, "code", code);
	jout_end_object(&o);
	peer_send(p, &o);
}

static void send_pong(struct peer *p)
{
	struct jout o = house_jout(p->house);

	jout_object(&o, NULL);
	jout_word(&o, "type", "pong");
	jout_int(&o, "now", house_now(p->house));
	jout_end_object(&o);
	peer_send(p, &o);
}

/* -- in ---------------------------------------------------------------------------- */

/* Token bucket: one message costs a thousand of what flows in at LIMIT_WS_PER_SECOND a
 * millisecond, up to one second's worth. */
static bool pay(struct peer *p)
{
	int64_t now = clock_boot_ms();
	int64_t tokens = p->tokens_milli + (now - p->charged_ms) * LIMIT_WS_PER_SECOND;
	int64_t most = LIMIT_WS_PER_SECOND * 1000;

	p->charged_ms = p->heard_ms = now;
	if (tokens > most)
		tokens = most;
	if (tokens < 1000)
		return false;
	p->tokens_milli = (uint32_t)(tokens - 1000);
	if (p->role != ROLE_NOBODY)
		ring_append(&p->house->silent, &p->at_heard);
	return true;
}

static enum close_code close_of(int outcome)
{
	return outcome < 0                     ? CLOSE_FAULT
	       : outcome == MESSAGE_E_NOT_UTF8 ? CLOSE_NOT_UTF8
	       : outcome == MESSAGE_E_WRONG    ? CLOSE_WRONG_STATE
					       : CLOSE_BAD_MESSAGE;
}

static void handle(struct peer *p, struct message *m);

static void read_one(struct peer *p, struct bytes text)
{
	struct message m;
	int r = message_decode(text, p->role, &m);

	if (r != 0) {
		peer_close(p, close_of(r));
		return;
	}
	if (m.type == MESSAGE_HELLO && p->role != ROLE_NOBODY)
		peer_close(p, CLOSE_WRONG_STATE);
	else
		handle(p, &m);
	message_done(&m);
}

void peer_message(struct peer *p, struct bytes text)
{
	if (p->closing)
		return;
	p->house->figures.messages++;
	if (!pay(p))
		peer_close(p, CLOSE_TOO_FAST);
	else if (!p->arrival)
		read_one(p, text);
	else if (p->in.count >= LIMIT_INBOX || p->in.bytes + text.len > LIMIT_OUTBOX)
		peer_close(p, CLOSE_TOO_FAST);
	else if (text.len > LIMIT_WS_MESSAGE || !parcel_put(&p->in, text))
		peer_close(p, text.len > LIMIT_WS_MESSAGE ? CLOSE_TOO_BIG : CLOSE_FAULT);
}

void peer_drain(struct peer *p)
{
	while (!p->arrival && !p->closing && p->in.first) {
		struct parcel *one = parcel_take(&p->in);

		read_one(p, bytes_of(one->text, one->len));
		free(one);
	}
}

/* -- handling ---------------------------------------------------------------------- */

/* What a refusal of the rules costs: mostly an answer, sometimes the connection. */
static void answer_refusal(struct peer *p, const struct message *m, int refusal)
{
	if (refusal == MEETING_E_WRONG_STATE)
		peer_close(p, CLOSE_WRONG_STATE);
	else if (refusal == MEETING_E_UNKNOWN_SEAT)
		peer_close(p, CLOSE_UNKNOWN_SEAT);
	else if (refusal > 0)
		peer_refused(p, m->type, meeting_refusal_name(refusal));
	else
		peer_close(p, CLOSE_FAULT);
}

/* The SDP is rewritten into the house's own buffer, which lives until it is passed on. */
static bool filter_sdp(struct house *h, struct message *m)
{
	struct writer out = writer_of(h->filtered, sizeof(h->filtered));

	if (m->type != MESSAGE_SIGNAL || !m->signal.sdp.at)
		return true;
	if (sdp_filter(m->signal.sdp, ice_is_relay_only(h), &out) != 0)
		return false;
	m->signal.sdp = writer_bytes(&out);
	return true;
}

/* Why the telephone is taken up, as it looks before the panel opens. */
static enum hand_off_cause cause_of(const struct live *l)
{
	const struct meeting *m = &l->meeting;
	struct meeting_view v;

	meeting_look(m, house_now(l->house), &v);
	return m->booking.form == MEETING_FORM_PHONE ? CAUSE_BOOKED
	       : m->call.state == MEETING_CALL_ASKED ? CAUSE_ASKED
	       : v.not_come                          ? CAUSE_NOT_COME
	       : v.offer_call                        ? CAUSE_MEDIA
						     : CAUSE_OTHER;
}

/* What the rules leave to us: the number itself, and the statistics. */
static void after_phone(
	struct live *l, enum meeting_phone event, enum hand_off_cause cause)
{
	if (event == MEETING_PHONE_OPEN || event == MEETING_PHONE_DIAL)
		l->cause = (uint8_t)cause;
	if (event == MEETING_PHONE_ACCEPT_NUMBER)
		l->accept_due = true;
	if (event == MEETING_PHONE_DECLINE_NUMBER) {
		free(l->given);
		l->given = NULL;
	}
}

static void bring(struct peer *p, const struct message *m)
{
	enum hand_off_cause cause = CAUSE_NONE;
	struct live *l = p->live;
	struct meeting_event e = m->event;
	struct bringer by = { .from = p, .message = m };
	int r;

	if (!l) {
		peer_refused(p, m->type, p->ended ? "already_ended" : "not_entered");
		return;
	}
	if (m->type != MESSAGE_ADMIT && m->type != MESSAGE_REMOVE)
		e.entry = p->entry;
	if (m->type == MESSAGE_PHONE) {
		e.phone.digits = (uint8_t)random_below(100);
		cause = cause_of(l);
	}
	r = live_step(l, &e, &by);
	if (r != 0)
		answer_refusal(p, m, r);
	else if (m->type == MESSAGE_LEAVE)
		peer_leave(p);
	else if (m->type == MESSAGE_PHONE)
		after_phone(l, e.phone.event, cause);
}

static void handle(struct peer *p, struct message *m)
{
	switch (m->type) {
	case MESSAGE_HELLO:
	case MESSAGE_ENTER:
	case MESSAGE_LATE:
		peer_arrive(p, m);
		return;
	case MESSAGE_PING:
		send_pong(p);
		return;
	case MESSAGE_LINE:
		line_offer(p, m);
		return;
	case MESSAGE_SIGNAL:
		if (!filter_sdp(p->house, m))
			peer_close(p, CLOSE_BAD_MESSAGE);
		else
			bring(p, m);
		return;
	default:
		bring(p, m);
	}
}
