/* SPDX-License-Identifier: MPL-2.0
 *
 * Who calls us. A number that stands on exactly one of today's bookings comes to that
 * meeting's lobby at once; everybody else types digits. Nobody gets further than a lobby
 * here; who may come in is the consultant's matter.
 */
#include "switchboard.h"

#include <time.h>

/* -- callers ----------------------------------------------------------------------- */

struct caller *caller_find(struct switchboard *b, uint64_t id)
{
	RING_EACH(&b->callers, r)
	{
		struct caller *c = container_of(r, struct caller, at);

		if (c->id == id)
			return c;
	}
	return NULL;
}

struct caller *caller_of_leg(struct switchboard *b, uint32_t leg)
{
	RING_EACH(&b->callers, r)
	{
		struct caller *c = container_of(r, struct caller, at);

		if (c->leg == leg)
			return c;
	}
	return NULL;
}

static void caller_free(struct caller *c)
{
	ring_drop(&c->at);
	c->board->callers_n--;
	secret_wipe(c, sizeof(*c));
	free(c);
}

void callers_free(struct switchboard *b)
{
	RING_EACH(&b->callers, r)
	caller_free(container_of(r, struct caller, at));
}

bool call_in_gone(struct switchboard *b, uint32_t leg)
{
	struct caller *c = caller_of_leg(b, leg);

	if (c)
		caller_free(c);
	return c != NULL;
}

static struct caller *caller_new(struct switchboard *b, const struct phone_message *m)
{
	struct token_hash tag;
	struct caller *c;

	if (b->callers_n >= CALLERS_MAX || !(m->leg & PHONE_LEG_INCOMING) ||
		caller_of_leg(b, m->leg) || leg_find(b, m->leg) || b->house->stopping)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	ring_init(&c->at);
	ring_append(&b->callers, &c->at);
	b->callers_n++;
	c->board = b;
	c->id = ++b->last_caller;
	c->leg = m->leg;
	if ((m->flags & PHONE_HIDDEN) ||
		!phone_tag(b->house->parts.node, m->text, &tag) ||
		!bytes_to_str(m->text, c->number, sizeof(c->number)))
		c->number[0] = '\0';
	return c;
}

/* -- what the gateway is to do ----------------------------------------------------- */

static void answer(struct switchboard *b, uint32_t leg, enum phone_answer what)
{
	(void)board_order(b,
		&(struct phone_message){
			.kind = PHONE_ORDER_ANSWER, .leg = leg, .word = (uint8_t)what });
}

void call_in_verdict(struct switchboard *b, uint32_t leg, enum phone_verdict what)
{
	(void)board_order(b,
		&(struct phone_message){
			.kind = PHONE_ORDER_VERDICT, .leg = leg, .word = (uint8_t)what });
}

/* -- into a lobby ------------------------------------------------------------------ */

struct entrance {
	struct wait wait;
	struct switchboard *board;
	uint64_t caller;
	int64_t meeting;
	bool known;
};

static void order_to_lobby(const struct entrance *e, const struct leg *leg)
{
	(void)board_order(e->board,
		&(struct phone_message){
			.kind = e->known ? PHONE_ORDER_ANSWER : PHONE_ORDER_VERDICT,
			.leg = leg->number,
			.room = (uint64_t)e->meeting,
			.word = e->known ? (uint8_t)PHONE_ANSWER_LOBBY
					 : (uint8_t)PHONE_VERDICT_LOBBY });
}

/* The rules' entry becomes a leg, the gateway's call goes to the lobby. 0: done. */
static int enter(const struct entrance *e, uint32_t number, struct live *l)
{
	struct meeting_event in = { .kind = MEETING_EV_CALL_IN };
	struct bringer by = { 0 };
	struct leg *leg = leg_new(e->board, number, e->meeting);
	int r;

	if (!leg)
		return -ENOMEM;
	random_fill(in.call_in.device, sizeof(in.call_in.device));
	in.call_in.known = e->known;
	r = live_step(l, &in, &by);
	if (r != 0 || l->gone) {
		leg_free(leg);
		return r != 0 ? r : -EIO;
	}
	leg->kind = MEETING_LEG_GUEST;
	leg->entry = by.entry;
	leg->ordered = true;
	leg->progress = MEETING_LINE_ANSWERED;
	leg_attach(leg, l);
	board_note(e->board, AUDIT_CALLED_IN, e->meeting, e->known, true);
	order_to_lobby(e, leg);
	return 0;
}

/* Too early, over, full: who is known types digits then, and who typed them is told. */
static void not_entered(struct caller *c, bool known)
{
	c->busy = false;
	if (known)
		answer(c->board, c->leg, PHONE_ANSWER_ASK);
	else
		call_in_verdict(c->board, c->leg, PHONE_VERDICT_LATER);
}

static void entered(struct wait *w, int result, struct live *l)
{
	struct entrance *e = container_of(w, struct entrance, wait);
	struct switchboard *b = e->board;
	struct caller *c = caller_find(b, e->caller);

	if (c && result == 0)
		result = enter(e, c->leg, l);
	if (c && result == 0) {
		b->figures.known += e->known;
		caller_free(c);
	} else if (c) {
		not_entered(c, e->known);
	}
	free(e);
}

void call_in_enter(struct caller *c, int64_t meeting, bool known)
{
	struct entrance *e = calloc(1, sizeof(*e));

	if (!e) {
		not_entered(c, known);
		return;
	}
	e->board = c->board;
	e->caller = c->id;
	e->meeting = meeting;
	e->known = known;
	e->wait.done = entered;
	live_touch(c->board->house, meeting, -1, &e->wait);
}

/* -- whose number is it ------------------------------------------------------------ */

void board_today(int64_t *ret_from_ms, int64_t *ret_to_ms)
{
	time_t now = (time_t)(clock_utc_ms() / MS_SECOND), from, to;
	struct tm tm;

	if (!localtime_r(&now, &tm)) {
		*ret_from_ms = *ret_to_ms = 0;
		return;
	}
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	from = mktime(&tm);
	tm.tm_mday++;
	tm.tm_isdst = -1;
	to = mktime(&tm);
	*ret_from_ms = (int64_t)from * MS_SECOND;
	*ret_to_ms = (int64_t)to * MS_SECOND;
}

struct whose {
	struct desk_task task; /* first */
	struct switchboard *board;
	uint64_t caller;
	struct booking_caller number;
	int64_t meeting;
};

static int whose_ask(struct desk_task *task, struct store *s)
{
	struct whose *w = container_of(task, struct whose, task);
	struct booking row;
	int r = s->meeting->by_caller(s, &w->number, &row);

	if (r == 0)
		w->meeting = row.id;
	return r == STORE_E_NONE ? 0 : r;
}

static void whose_answer(struct desk_task *task, int result)
{
	struct whose *w = container_of(task, struct whose, task);
	struct caller *c = caller_find(w->board, w->caller);

	if (c && result == 0 && w->meeting) {
		call_in_enter(c, w->meeting, true);
	} else if (c) {
		c->busy = false;
		answer(w->board, c->leg, PHONE_ANSWER_ASK);
	}
	free(w);
}

/* Numbers can be forged, so trying many would tell who has a meeting today. */
static bool may_ask(struct throttle *t)
{
	int64_t now = clock_boot_ms();

	if (throttle_wait_s(t, THROTTLE_CALLERS, 0, false, now))
		return false;
	throttle_charge(t, THROTTLE_CALLERS, 0, now);
	return true;
}

/* False: nobody can be asked. */
static bool ask_whose(struct caller *c)
{
	const struct house_parts *parts = &c->board->house->parts;
	struct whose *w = may_ask(c->board->throttle) ? calloc(1, sizeof(*w)) : NULL;

	if (!w || !phone_tag(parts->node, bytes_str(c->number), &w->number.tag)) {
		free(w);
		return false;
	}
	w->task.ask = whose_ask;
	w->task.answer = whose_answer;
	w->board = c->board;
	w->caller = c->id;
	board_today(&w->number.from_ms, &w->number.to_ms);
	w->number.tried_ms = clock_utc_ms() - TRIED_LATELY;
	if (desk_put(parts->desk, &w->task) == 0)
		return true;
	free(w);
	return false;
}

void call_in_ring(struct switchboard *b, const struct phone_message *m)
{
	struct caller *c = caller_new(b, m);

	b->figures.incoming++;
	if (!c) {
		answer(b, m->leg, PHONE_ANSWER_REFUSE);
		return;
	}
	c->busy = c->number[0] && ask_whose(c);
	if (!c->busy)
		answer(b, c->leg, PHONE_ANSWER_ASK);
}
