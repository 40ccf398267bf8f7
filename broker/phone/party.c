/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of a party: how it comes, is joined to its room, speaks its sentences, leaves.
 * What its port tells is in hooks.c.
 */
#include "gateway.h"
#include "hooks.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define LAST_WORDS_MS                                                                    \
	(20 * MS_SECOND) /* longest sentence of a good-bye, both languages */
#define MEDIA_GAP_MS (3 * MS_SECOND)

/* -- ports, as the talk sees them ------------------------------------------------ */
static void browser_port_send(void *port, const struct audio_packet *p)
{
	browser_send(port, p);
}

static enum g711_law browser_port_law(const void *port)
{
	return browser_law(port);
}

static bool browser_port_is_open(const void *port)
{
	return browser_is_open(port);
}

static const struct port_table browser_port = { browser_port_send, browser_port_law,
	browser_port_is_open };

static void call_port_send(void *port, const struct audio_packet *p)
{
	call_send(port, p);
}

static enum g711_law call_port_law(const void *port)
{
	return call_law(port);
}

static bool call_port_is_open(const void *port)
{
	return call_is_open(port);
}

static const struct port_table call_port = { call_port_send, call_port_law,
	call_port_is_open };

/* -- coming ---------------------------------------------------------------------- */
/* NULL: no memory, or the room is full; then ENDED was said. */
static struct party *come(
	struct gateway *g, enum party_kind kind, uint32_t leg, uint64_t room)
{
	struct party *p = calloc(1, sizeof(*p)), **end = &g->parties;
	struct party nobody = { .gateway = g, .id = leg, .room_id = room };

	if (!p) {
		reports_ended(&nobody, PHONE_CAUSE_FULL);
		return NULL;
	}
	p->gateway = g;
	p->kind = kind;
	p->id = leg;
	leg_init(&p->leg, kind != PARTY_BROWSER);
	while (*end)
		end = &(*end)->next;
	*end = p;
	if (gateway_seat(p, room) == 0)
		return p;
	return party_end(p, PHONE_CAUSE_FULL, PHONE_CAUSE_FULL);
}

/* Asked of the broker's orders too: it may be somebody else's by now. */
static bool may_call(const struct gateway *g, struct bytes number)
{
	char text[LIMIT_PHONE + 1];

	return bytes_to_str(number, text, sizeof(text)) &&
	       callable_is(&g->callable, text);
}

/* 0, or why it was not placed. */
static enum phone_cause place(struct party *p, const struct dial_order *order)
{
	const struct settings *s = p->gateway->settings;
	struct call_hooks hooks;
	struct call_dial dial = { .number = order->number,
		.hide = (order->flags & PHONE_HIDE) != 0,
		.ring_s = order->ring_s ? order->ring_s : (unsigned)s->phone_ring_seconds,
		.max_s = (unsigned)s->phone_call_minutes * 60,
		.silence_s = (unsigned)s->phone_silence_seconds };
	int r;

	if (!may_call(p->gateway, order->number))
		return PHONE_CAUSE_NOT_ALLOWED;
	if (gateway_calls(p->gateway) > (unsigned)s->phone_calls)
		return PHONE_CAUSE_FULL;
	if (!p->gateway->trunk)
		return PHONE_CAUSE_LINE_DOWN;
	hooks_of_call(p, &hooks);
	r = call_dial(&p->call, p->gateway->trunk, &dial, &hooks);
	return r == 0             ? PHONE_CAUSE_NONE
	       : r == CALL_E_DOWN ? PHONE_CAUSE_LINE_DOWN
				  : PHONE_CAUSE_FULL;
}

void party_dial(struct gateway *g, const struct dial_order *order)
{
	struct party *p = come(g, PARTY_OUTGOING, order->leg, order->room);
	struct outgoing_plan plan = { .confirm = order->confirm,
		.own_phone = (order->flags & PHONE_OWN_PHONE) != 0,
		.time = order->time };
	enum phone_cause why;

	if (!p)
		return;
	p->own_phone = plan.own_phone;
	p->leg.owner = plan.own_phone;
	p->english = (order->flags & PHONE_ENGLISH) != 0;
	outgoing_init(&p->outgoing, &plan, &outgoing_to_party, p);
	why = place(p, order);
	if (why != PHONE_CAUSE_NONE) {
		(void)party_end(p, why, why);
		return;
	}
	leg_set_port(&p->leg, &call_port, p->call);
	if (p->progress == PHONE_PROGRESS_NONE)
		outgoing_progress(&p->outgoing, PHONE_PROGRESS_CALLING);
}

void party_browse(
	struct gateway *g, uint32_t leg, uint64_t room, bool owner, struct bytes offer)
{
	struct party *p = come(g, PARTY_BROWSER, leg, room);
	uint8_t buf[PHONE_TEXT_MAX];
	struct writer answer = writer_of(buf, sizeof(buf));
	struct port_hooks hooks;
	int r;

	if (!p)
		return;
	p->leg.owner = owner;
	p->leg.stage = LEG_TALKING;
	hooks_of_browser(p, &hooks);
	r = browser_new(&p->browser, g->browsers, offer, &answer, &hooks);
	if (r != 0 || !writer_ok(&answer)) {
		(void)party_end(p,
			r == BROWSER_E_OFFER ? PHONE_CAUSE_BAD_MEDIA : PHONE_CAUSE_FULL,
			PHONE_CAUSE_NONE);
		return;
	}
	leg_set_port(&p->leg, &browser_port, p->browser);
	p->progress = PHONE_PROGRESS_CALLING;
	reports_send(g, &(struct phone_message){ .kind = PHONE_REPORT_SDP,
				.leg = leg,
				.room = room,
				.text = writer_bytes(&answer) });
}

/* Callers whom nobody knows leave a quarter of the lines to everybody else: who calls us
 * from many telephones must not keep the consultants from calling. */
static bool may_come_in(const struct gateway *g)
{
	const unsigned calls = (unsigned)g->settings->phone_calls;
	unsigned unknown = 0;

	for (const struct party *p = g->parties; p; p = p->next)
		unknown += p->kind == PARTY_INCOMING && dial_in_is_unknown(&p->dial_in);
	return g->wire && !g->stop_by_ms && gateway_calls(g) < calls &&
	       unknown < calls - calls / 4;
}

/* Not taken: the trunk refuses it. */
void party_incoming(struct gateway *g, struct call *c, struct bytes number)
{
	const struct settings *s = g->settings;
	struct call_hooks hooks;
	struct party *p;

	if (!may_come_in(g))
		return;
	p = come(g, PARTY_INCOMING, PHONE_LEG_INCOMING | ++g->last_incoming, 0);
	if (!p)
		return;
	p->call = c;
	leg_set_port(&p->leg, &call_port, c);
	dial_in_init(&p->dial_in, &dial_in_to_party, p);
	hooks_of_call(p, &hooks);
	call_take(c, &hooks, (unsigned)s->phone_call_minutes * 60,
		(unsigned)s->phone_silence_seconds);
	if (!bytes_to_str(number, p->number, sizeof(p->number)))
		p->number[0] = '\0';
	reports_incoming(p);
}

/* -- being there ----------------------------------------------------------------- */
void party_say_in(struct party *p, enum prompt what, bool english)
{
	if (!p->leg.is_phone)
		return;
	speaker_say(&p->leg.speaker, p->gateway->prompts, what, english);
	p->speaks = true;
	gateway_stir(p->gateway);
}

void party_say(struct party *p, enum prompt what)
{
	party_say_in(p, what, p->english);
}

void party_admit(struct party *p, uint64_t room_id)
{
	if (p->kind != PARTY_INCOMING || p->dial_in.state != DIAL_IN_LOBBY)
		return;
	if (gateway_seat(p, room_id) != 0) {
		(void)party_end(p, PHONE_CAUSE_FULL, PHONE_CAUSE_FULL);
		return;
	}
	p->progress = PHONE_PROGRESS_TALKING;
	p->english = p->dial_in.english;
	dial_in_admit(&p->dial_in);
}

void party_heard(struct party *p, int64_t now_ms)
{
	if (!p->speaks || p->leg.speaker.count)
		return;
	p->speaks = false;
	if (p->is_leaving)
		(void)party_end(p, PHONE_CAUSE_CANCELLED, PHONE_CAUSE_NONE);
	else if (p->kind == PARTY_OUTGOING)
		outgoing_spoken(&p->outgoing, now_ms);
	else if (p->kind == PARTY_INCOMING)
		dial_in_spoken(&p->dial_in, now_ms);
}

void party_step(struct party *p, int64_t now_ms)
{
	if (p->media_told && now_ms - p->leg.last_in_ms > MEDIA_GAP_MS)
		reports_media(p, false);
	if (p->is_leaving && now_ms >= p->leave_by_ms)
		(void)party_end(p, PHONE_CAUSE_CANCELLED, PHONE_CAUSE_NONE);
	else if (p->is_leaving)
		return;
	else if (p->kind == PARTY_OUTGOING)
		outgoing_step(&p->outgoing, now_ms);
	else if (p->kind == PARTY_INCOMING)
		dial_in_step(&p->dial_in, now_ms);
}

/* -- going ----------------------------------------------------------------------- */
void party_leave(struct party *p, enum prompt words)
{
	if (p->is_leaving)
		return;
	if (!p->leg.is_phone || !leg_is_open(&p->leg)) {
		(void)party_end(p, PHONE_CAUSE_CANCELLED, PHONE_CAUSE_CANCELLED);
		return;
	}
	p->is_leaving = true;
	p->leave_by_ms = clock_boot_ms() + LAST_WORDS_MS;
	p->leg.stage = LEG_ALONE;
	p->leg.tones = p->leg.held = false;
	speaker_hush(&p->leg.speaker);
	party_say(p, words);
}

struct party *party_end(struct party *p, enum phone_cause reported, enum phone_cause tell)
{
	struct gateway *g = p->gateway;
	struct party **at = &g->parties;

	reports_ended(p, reported);
	gateway_unseat(p);
	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	p->browser = browser_free(p->browser);
	if (p->call)
		p->call = call_end(p->call, tell);
	explicit_bzero(p, sizeof(*p)); /* digits, a number */
	free(p);
	gateway_stir(g);
	return NULL;
}
