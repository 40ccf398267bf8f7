/* SPDX-License-Identifier: MPL-2.0
 *
 * Who calls us. A number that stands on exactly one of today's bookings comes to that
 * meeting's lobby at once; everybody else types meeting number and PIN, throttled like
 * the digits on the page and by the same counters. Who does not get through is called
 * back. Nobody gets further than a lobby here, and digits are kept nowhere.
 */
#include "switchboard.h"

#include <time.h>

/* -- callers ----------------------------------------------------------------------- */

struct caller *caller_find(struct switchboard *b, uint32_t leg)
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
	struct caller *c = caller_find(b, leg);

	if (c)
		caller_free(c);
	return c != NULL;
}

static struct caller *caller_new(struct switchboard *b, const struct phone_message *m)
{
	struct token_hash tag;
	struct caller *c;

	if (b->callers_n >= CALLERS_MAX || !(m->leg & PHONE_LEG_INCOMING) ||
		caller_find(b, m->leg) || leg_find(b, m->leg) || b->house->stopping)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	ring_init(&c->at);
	ring_append(&b->callers, &c->at);
	b->callers_n++;
	c->board = b;
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

static void verdict(struct switchboard *b, uint32_t leg, enum phone_verdict what)
{
	(void)board_order(b,
		&(struct phone_message){
			.kind = PHONE_ORDER_VERDICT, .leg = leg, .word = (uint8_t)what });
}

/* -- into a lobby ------------------------------------------------------------------ */

struct entrance {
	struct wait wait;
	struct switchboard *board;
	uint32_t leg;
	int64_t meeting;
	bool known;
};

/* The rules' entry becomes a leg, the gateway's call goes to the lobby. 0: done. */
static int enter(struct entrance *e, struct live *l)
{
	struct meeting_event in = { .kind = MEETING_EV_CALL_IN };
	struct bringer by = { 0 };
	struct leg *leg = leg_new(e->board, e->leg, e->meeting);
	int r;

	if (!leg)
		return -ENOMEM;
	random_fill(in.call_in.device, sizeof(in.call_in.device));
	in.call_in.known = e->known;
	r = board_note(e->board, AUDIT_CALLED_IN, e->meeting, e->known, true);
	if (r == 0)
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
	(void)board_order(e->board,
		&(struct phone_message){
			.kind = e->known ? PHONE_ORDER_ANSWER : PHONE_ORDER_VERDICT,
			.leg = e->leg,
			.room = (uint64_t)e->meeting,
			.word = e->known ? (uint8_t)PHONE_ANSWER_LOBBY
					 : (uint8_t)PHONE_VERDICT_LOBBY });
	return 0;
}

/* Too early, over, full: who is known types digits then, and who typed them is told. */
static void entered(struct wait *w, int result, struct live *l)
{
	struct entrance *e = container_of(w, struct entrance, wait);
	struct switchboard *b = e->board;
	struct caller *c = caller_find(b, e->leg);

	if (c && result == 0)
		result = enter(e, l);
	if (c && result == 0) {
		b->figures.known += e->known;
		caller_free(c);
	} else if (c) {
		c->busy = false;
		if (e->known)
			answer(b, e->leg, PHONE_ANSWER_ASK);
		else
			verdict(b, e->leg, PHONE_VERDICT_LATER);
	}
	free(e);
}

static void go_in(struct caller *c, int64_t meeting, bool known)
{
	struct entrance *e = calloc(1, sizeof(*e));

	if (!e) {
		c->busy = false;
		if (known)
			answer(c->board, c->leg, PHONE_ANSWER_ASK);
		else
			verdict(c->board, c->leg, PHONE_VERDICT_LATER);
		return;
	}
	e->board = c->board;
	e->leg = c->leg;
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
	uint32_t leg;
	struct booking_caller caller;
	int64_t meeting;
};

static int whose_ask(struct desk_task *task, struct store *s)
{
	struct whose *w = container_of(task, struct whose, task);
	struct booking row;
	int r = s->meeting->by_caller(s, &w->caller, &row);

	if (r == 0)
		w->meeting = row.id;
	return r == STORE_E_NONE ? 0 : r;
}

static void whose_answer(struct desk_task *task, int result)
{
	struct whose *w = container_of(task, struct whose, task);
	struct caller *c = caller_find(w->board, w->leg);

	if (c && result == 0 && w->meeting) {
		go_in(c, w->meeting, true);
	} else if (c) {
		c->busy = false;
		answer(w->board, w->leg, PHONE_ANSWER_ASK);
	}
	free(w);
}

/* False: nobody can be asked. */
static bool ask_whose(struct caller *c)
{
	const struct house_parts *parts = &c->board->house->parts;
	struct whose *w = calloc(1, sizeof(*w));

	if (!w || !phone_tag(parts->node, bytes_str(c->number), &w->caller.tag)) {
		free(w);
		return false;
	}
	w->task.ask = whose_ask;
	w->task.answer = whose_answer;
	w->board = c->board;
	w->leg = c->leg;
	board_today(&w->caller.from_ms, &w->caller.to_ms);
	w->caller.tried_ms = clock_utc_ms() - TRIED_LATELY;
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

/* -- digits ------------------------------------------------------------------------ */

#define DIGITS_E_WRONG 32

struct digits {
	struct desk_task task; /* first */
	struct switchboard *board;
	uint32_t leg, number;
	bool has_caller;
	uint64_t keys[2]; /* of the meeting number, of the caller */
	char pin[PIN_TEXT];
	unsigned try;
	/* what came of it */
	bool has_row;
	struct booking row;
};

static uint64_t key_of(const struct token_hash *h)
{
	uint64_t key;

	memcpy(&key, h->at, sizeof(key));
	return key;
}

/* Each counter with room is charged at once, so that many tries together are no more
 * than one after the other. False: one has none. */
static bool charge(struct digits *d)
{
	struct throttle *t = d->board->throttle;
	int64_t now = clock_boot_ms();

	if (throttle_wait_s(t, THROTTLE_DIGITS_MEETING, d->keys[0], false, now) ||
		throttle_wait_s(t, THROTTLE_DIGITS_ALL, 0, false, now) ||
		(d->has_caller && throttle_wait_s(t, THROTTLE_DIGITS_CALLER, d->keys[1],
					  false, now)))
		return false;
	throttle_charge(t, THROTTLE_DIGITS_MEETING, d->keys[0], now);
	throttle_charge(t, THROTTLE_DIGITS_ALL, 0, now);
	if (d->has_caller)
		throttle_charge(t, THROTTLE_DIGITS_CALLER, d->keys[1], now);
	return true;
}

/* Right digits cost nothing, and forget what was tried before at that meeting. */
static void give_back(const struct digits *d)
{
	struct throttle *t = d->board->throttle;

	throttle_clear(t, THROTTLE_DIGITS_MEETING, d->keys[0]);
	throttle_give_back(t, THROTTLE_DIGITS_ALL, 0);
	if (d->has_caller)
		throttle_give_back(t, THROTTLE_DIGITS_CALLER, d->keys[1]);
}

static int digits_ask(struct desk_task *task, struct store *s)
{
	struct digits *d = container_of(task, struct digits, task);
	struct token_hash given;
	int r = s->meeting->by_number(s, d->number, &d->row);

	if (r < 0)
		return fault_pass(r);
	d->has_row = r == 0;
	/* An unknown number hashes against nothing, in the same time. */
	if (!pin_hash(d->board->house->parts.node, d->row.id, bytes_str(d->pin), &given))
		return DIGITS_E_WRONG;
	if (!d->has_row || !d->row.has_link || d->row.outcome == BOOKING_CANCELLED ||
		!secret_equal(bytes_of(&given, sizeof(given)),
			bytes_of(&d->row.pin, sizeof(d->row.pin))))
		return DIGITS_E_WRONG;
	return 0;
}

static void wrong(struct digits *d, struct caller *c)
{
	struct switchboard *b = d->board;

	b->figures.wrong_digits++;
	c->busy = false;
	if (board_note(b, AUDIT_DIGITS_REFUSED, d->has_row ? d->row.id : 0, d->try,
		    false) < 0) {
		verdict(b, c->leg, PHONE_VERDICT_LATER);
		return;
	}
	if (d->try < TRIES_A_CALL)
		verdict(b, c->leg, PHONE_VERDICT_WRONG);
	else
		call_back_begin(c, d->has_row ? &d->row : NULL);
}

static void digits_answer(struct desk_task *task, int result)
{
	struct digits *d = container_of(task, struct digits, task);
	struct caller *c = caller_find(d->board, d->leg);

	if (result < 0)
		log_event(EV_CALL_FAILED, F_ERRNO(-result));
	if (result == 0)
		give_back(d);
	if (c && result == 0) {
		go_in(c, d->row.id, false);
	} else if (c && result > 0) {
		wrong(d, c);
	} else if (c) {
		c->busy = false;
		verdict(d->board, d->leg, PHONE_VERDICT_LATER);
	}
	secret_wipe(d, sizeof(*d));
	free(d);
}

static struct digits *digits_new(struct caller *c, const struct phone_message *m)
{
	const struct node_key *node = c->board->house->parts.node;
	struct digits *d = calloc(1, sizeof(*d));
	struct token_hash h;
	uint64_t number = 0;

	if (!d)
		return NULL;
	d->task.ask = digits_ask;
	d->task.answer = digits_answer;
	d->board = c->board;
	d->leg = c->leg;
	d->try = c->tries;
	if (m->text.len == 8 && bytes_to_u64(m->text, 99999999, &number))
		d->number = (uint32_t)number;
	if (!bytes_to_str(m->more, d->pin, sizeof(d->pin)))
		d->pin[0] = '\0';
	number_hash(node, d->number, &h);
	d->keys[0] = key_of(&h);
	d->has_caller = phone_tag(node, bytes_str(c->number), &h);
	if (d->has_caller)
		d->keys[1] = key_of(&h);
	return d;
}

static void turned_away(struct switchboard *b, struct caller *c)
{
	if (b->figures.throttled++ % 64 == 0)
		log_event(EV_DIGITS_GUESSED);
	verdict(b, c->leg, PHONE_VERDICT_LATER);
}

void call_in_digits(struct switchboard *b, const struct phone_message *m)
{
	struct caller *c = caller_find(b, m->leg);
	struct digits *d;

	if (!c || c->busy)
		return;
	c->tries = m->value > c->tries ? (unsigned)m->value : c->tries + 1;
	d = digits_new(c, m);
	if (d && !charge(d)) {
		turned_away(b, c);
	} else if (d && desk_put(b->house->parts.desk, &d->task) == 0) {
		c->busy = true;
		return;
	} else {
		verdict(b, c->leg, PHONE_VERDICT_LATER);
	}
	if (d)
		secret_wipe(d, sizeof(*d));
	free(d);
}
