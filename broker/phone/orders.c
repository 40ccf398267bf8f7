/* SPDX-License-Identifier: MPL-2.0
 *
 * What the broker orders. An order about a leg that is gone came too late and is dropped;
 * only what is no order at all costs the link.
 */
#include "gateway.h"

static bool is_new_leg(struct gateway *g, const struct phone_message *m)
{
	return m->leg != 0 && !(m->leg & PHONE_LEG_INCOMING) && !gateway_party(g, m->leg);
}

static void dial(struct gateway *g, const struct phone_message *m)
{
	struct dial_order order = { .leg = m->leg,
		.room = m->room,
		.confirm = (enum phone_confirm)m->word,
		.flags = m->flags,
		.ring_s = m->value,
		.number = m->text,
		.time = m->more };

	if (is_new_leg(g, m))
		party_dial(g, &order);
}

static void browse(struct gateway *g, const struct phone_message *m)
{
	if (is_new_leg(g, m))
		party_browse(g, m->leg, m->room, (m->flags & PHONE_OWNER) != 0, m->text);
}

static void close_room(struct gateway *g, const struct phone_message *m)
{
	for (struct party *p = g->parties, *next; p; p = next) {
		next = p->next;
		if (p->room_id == m->room)
			party_leave(p, p->progress == PHONE_PROGRESS_LOBBY
					       ? PROMPT_OVER /* waited in vain */
					       : PROMPT_ENDED);
	}
}

/* -- about one leg --------------------------------------------------------------- */
static void hang_up(struct party *p, const struct phone_message *m)
{
	(void)party_end(p, PHONE_CAUSE_CANCELLED, (enum phone_cause)m->word);
}

static void confirm(struct party *p, const struct phone_message *m)
{
	(void)m;
	if (p->kind == PARTY_OUTGOING)
		outgoing_confirm(&p->outgoing);
}

static void answer(struct party *p, const struct phone_message *m)
{
	if (p->kind != PARTY_INCOMING)
		return;
	if (m->word == PHONE_ANSWER_LOBBY)
		p->room_id = m->room;
	dial_in_answer(&p->dial_in, (enum phone_answer)m->word);
}

static void verdict(struct party *p, const struct phone_message *m)
{
	if (p->kind != PARTY_INCOMING)
		return;
	if (m->word == PHONE_VERDICT_LOBBY)
		p->room_id = m->room;
	dial_in_verdict(&p->dial_in, (enum phone_verdict)m->word);
}

static void admit(struct party *p, const struct phone_message *m)
{
	party_admit(p, m->room);
}

static void mute(struct party *p, const struct phone_message *m)
{
	bool on = (m->flags & PHONE_ON) != 0;

	if (p->leg.muted == on)
		return; /* said once more after a crash */
	p->hand = false;
	p->leg.muted = on;
	party_say(p, on ? PROMPT_MUTED : PROMPT_UNMUTED);
}

static void hold(struct party *p, const struct phone_message *m)
{
	bool on = (m->flags & PHONE_ON) != 0;

	if (on && !p->leg.held)
		party_say(p, PROMPT_HOLD);
	p->leg.held = on;
}

static void (*const about_leg[PHONE_ORDERS_END])(
	struct party *p, const struct phone_message *m) = {
	[PHONE_ORDER_HANG_UP] = hang_up,
	[PHONE_ORDER_CONFIRM] = confirm,
	[PHONE_ORDER_ANSWER] = answer,
	[PHONE_ORDER_VERDICT] = verdict,
	[PHONE_ORDER_ADMIT] = admit,
	[PHONE_ORDER_MUTE] = mute,
	[PHONE_ORDER_HOLD] = hold,
};

bool orders_obey(struct gateway *g, const struct frame *f)
{
	struct phone_message m;
	struct party *p;

	if (phone_message_read(f, true, &m) != 0)
		return false;
	p = gateway_party(g, m.leg);
	if (m.kind == PHONE_ORDER_DIAL)
		dial(g, &m);
	else if (m.kind == PHONE_ORDER_BROWSER)
		browse(g, &m);
	else if (m.kind == PHONE_ORDER_CLOSE_ROOM)
		close_room(g, &m);
	else if (p && !p->is_leaving && about_leg[m.kind])
		about_leg[m.kind](p, &m);
	gateway_stir(g);
	return true;
}
