/* SPDX-License-Identifier: MPL-2.0
 *
 * Meeting number and PIN, typed on a telephone: throttled like the digits on the page and
 * by the same counters, compared in constant time, kept nowhere. Right ones lead to a
 * lobby, the third wrong ones to a call-back.
 */
#include "switchboard.h"

#define DIGITS_E_WRONG 32

struct digits {
	struct desk_task task; /* first */
	struct switchboard *board;
	uint64_t caller;
	uint32_t number;
	bool has_caller, is_silent; /* no keys at all: guesses at no meeting */
	uint64_t keys[2];           /* of the meeting number, of the caller */
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

	if ((!d->is_silent && throttle_wait_s(t, THROTTLE_DIGITS_MEETING, d->keys[0],
				      false, now)) ||
		throttle_wait_s(t, THROTTLE_DIGITS_ALL, 0, false, now) ||
		(d->has_caller && throttle_wait_s(t, THROTTLE_DIGITS_CALLER, d->keys[1],
					  false, now)))
		return false;
	if (!d->is_silent)
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
	board_note(b, AUDIT_DIGITS_REFUSED, d->has_row ? d->row.id : 0, d->try, false);
	if (d->try < TRIES_A_CALL)
		call_in_verdict(b, c->leg, PHONE_VERDICT_WRONG);
	else
		call_back_begin(c, d->has_row ? &d->row : NULL);
}

static void digits_answer(struct desk_task *task, int result)
{
	struct digits *d = container_of(task, struct digits, task);
	struct caller *c = caller_find(d->board, d->caller);

	if (result < 0)
		log_event(EV_CALL_FAILED, F_ERRNO(-result));
	if (result == 0)
		give_back(d);
	if (c && result == 0) {
		call_in_enter(c, d->row.id, false);
	} else if (c && result > 0) {
		wrong(d, c);
	} else if (c) {
		c->busy = false;
		call_in_verdict(d->board, c->leg, PHONE_VERDICT_LATER);
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
	d->caller = c->id;
	d->is_silent = m->text.len == 0;
	d->try = d->is_silent ? TRIES_A_CALL : c->tries;
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
	call_in_verdict(b, c->leg, PHONE_VERDICT_LATER);
}

void digits_typed(struct switchboard *b, const struct phone_message *m)
{
	struct caller *c = caller_of_leg(b, m->leg);
	struct digits *d;

	if (!c || c->busy)
		return;
	c->tries = m->value > c->tries ? (unsigned)m->value : c->tries + 1;
	d = digits_new(c, m);
	if (d && !charge(d)) {
		turned_away(b, c);
	} else if (d && d->is_silent) {
		wrong(d, c);
	} else if (d && desk_put(b->house->parts.desk, &d->task) == 0) {
		c->busy = true;
		return;
	} else {
		call_in_verdict(b, c->leg, PHONE_VERDICT_LATER);
	}
	if (d)
		secret_wipe(d, sizeof(*d));
	free(d);
}
