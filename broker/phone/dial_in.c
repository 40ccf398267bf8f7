/* SPDX-License-Identifier: MPL-2.0
 *
 * Patient: a question is put again after a pause, `*` begins anew, a key cuts the words
 * short. A caller who presses nothing at all three times, or who is in no lobby after
 * minutes of stars, cannot: the broker is told so and may promise to call back. Whatever
 * it says, or does not say, a line is not held for ever.
 */
#include "dial_in.h"

#include "samtale/base/clock.h"

#define KEY_MS       (10 * MS_SECOND)
#define STAY_MS      (6 * MS_MINUTE)  /* three slow tries of number and PIN */
#define WAIT_MS      (70 * MS_SECOND) /* for the verdict; a broker may come anew */
#define UNHEARD_MOST 3
#define TRIES_MOST   3

void dial_in_init(struct dial_in *d, const struct dial_in_hooks *hooks, void *arg)
{
	*d = (struct dial_in){ .hooks = hooks, .arg = arg };
}

static void say(struct dial_in *d, enum prompt what)
{
	if (!d->english)
		d->hooks->say(d->arg, what, false);
	d->hooks->pause(d->arg);
	d->hooks->say(d->arg, what, true);
}

static void forget_digits(struct dial_in *d)
{
	explicit_bzero(d->number, sizeof(d->number));
	explicit_bzero(d->pin, sizeof(d->pin));
	d->have = 0;
}

static void ask(struct dial_in *d, enum dial_in_state state)
{
	d->state = state;
	d->have = 0;
	d->deadline_ms = 0;
	say(d, state == DIAL_IN_ASKS_NUMBER ? PROMPT_ASK_NUMBER : PROMPT_ASK_PIN);
}

static void leave(struct dial_in *d, enum prompt words)
{
	forget_digits(d);
	d->state = DIAL_IN_LEAVES;
	d->deadline_ms = 0;
	d->hooks->hush(d->arg);
	d->hooks->stage(d->arg, LEG_ALONE, false);
	say(d, words);
}

static void enter_lobby(struct dial_in *d)
{
	forget_digits(d);
	d->state = DIAL_IN_LOBBY;
	d->deadline_ms = 0;
	d->hooks->stage(d->arg, LEG_ALONE, true);
	say(d, PROMPT_LOBBY);
}

static void tell(struct dial_in *d)
{
	bool typed = d->have == DIAL_IN_PIN;

	d->hooks->digits(d->arg, bytes_of(d->number, typed ? sizeof(d->number) : 0),
		bytes_of(d->pin, typed ? sizeof(d->pin) : 0), d->tries);
}

static void wait(struct dial_in *d, unsigned tries, int64_t now_ms)
{
	d->state = DIAL_IN_WAITS;
	d->deadline_ms = now_ms + WAIT_MS;
	d->tries = tries;
	tell(d);
}

static void give_up(struct dial_in *d, int64_t now_ms)
{
	d->hooks->hush(d->arg);
	forget_digits(d);
	wait(d, TRIES_MOST, now_ms);
}

/* A broker that came anew answers a call that the former one had answered. */
static void go_on(struct dial_in *d, enum phone_answer what)
{
	if (what == PHONE_ANSWER_LOBBY) {
		d->hooks->hush(d->arg);
		enter_lobby(d);
	} else if (d->state == DIAL_IN_WAITS) {
		tell(d);
	}
}

/* -- the broker ------------------------------------------------------------------ */
void dial_in_answer(struct dial_in *d, enum phone_answer what)
{
	if (d->state >= DIAL_IN_LOBBY)
		return;
	if (what == PHONE_ANSWER_REFUSE) {
		d->hooks->end(d->arg, PHONE_CAUSE_BUSY);
		return;
	}
	if (d->state > DIAL_IN_RINGING) {
		go_on(d, what);
		return;
	}
	if (!d->hooks->answer(d->arg)) {
		d->hooks->end(d->arg, PHONE_CAUSE_BAD_MEDIA);
		return;
	}
	d->hooks->stage(d->arg, LEG_ALONE, false);
	say(d, PROMPT_WELCOME);
	if (what == PHONE_ANSWER_LOBBY)
		enter_lobby(d);
	else
		ask(d, DIAL_IN_ASKS_NUMBER);
}

void dial_in_verdict(struct dial_in *d, enum phone_verdict what)
{
	if (d->state != DIAL_IN_WAITS)
		return;
	forget_digits(d);
	if (what == PHONE_VERDICT_LOBBY) {
		enter_lobby(d);
	} else if (what == PHONE_VERDICT_LATER) {
		leave(d, PROMPT_LATER);
	} else if (what == PHONE_VERDICT_CALL_BACK || d->tries >= TRIES_MOST) {
		leave(d, PROMPT_CALL_BACK);
	} else {
		say(d, PROMPT_WRONG);
		ask(d, DIAL_IN_ASKS_NUMBER);
	}
}

void dial_in_admit(struct dial_in *d)
{
	if (d->state != DIAL_IN_LOBBY)
		return;
	d->state = DIAL_IN_TALK;
	d->hooks->hush(d->arg);
	d->hooks->stage(d->arg, LEG_TALKING, true);
	d->hooks->say(d->arg, PROMPT_ADMITTED, d->english);
}

bool dial_in_is_outside(const struct dial_in *d)
{
	return d->state < DIAL_IN_LOBBY;
}

bool dial_in_is_unknown(const struct dial_in *d)
{
	return dial_in_is_outside(d) || d->state == DIAL_IN_LEAVES;
}

/* -- the caller ------------------------------------------------------------------ */
static void took_digit(struct dial_in *d, char key, int64_t now_ms)
{
	bool number = d->state == DIAL_IN_ASKS_NUMBER;

	d->unheard = 0;
	d->deadline_ms = now_ms + KEY_MS;
	if (number)
		d->number[d->have++] = key;
	else
		d->pin[d->have++] = key;
	if (number && d->have == DIAL_IN_NUMBER) {
		ask(d, DIAL_IN_ASKS_PIN);
	} else if (!number && d->have == DIAL_IN_PIN) {
		wait(d, d->tries + 1, now_ms);
	}
}

void dial_in_key(struct dial_in *d, char key, int64_t now_ms)
{
	if (d->state != DIAL_IN_ASKS_NUMBER && d->state != DIAL_IN_ASKS_PIN)
		return;
	d->hooks->hush(d->arg);
	if (key == '*') {
		forget_digits(d);
		ask(d, DIAL_IN_ASKS_NUMBER);
	} else if (key == '#' && d->have == 0) {
		d->english = true;
		ask(d, d->state);
	} else if (key >= '0' && key <= '9') {
		took_digit(d, key, now_ms);
	} else {
		d->deadline_ms = now_ms + KEY_MS;
	}
}

void dial_in_spoken(struct dial_in *d, int64_t now_ms)
{
	if (d->state == DIAL_IN_LEAVES)
		d->hooks->end(d->arg, PHONE_CAUSE_NOT_CONFIRMED);
	else if ((d->state == DIAL_IN_ASKS_NUMBER || d->state == DIAL_IN_ASKS_PIN) &&
		 !d->deadline_ms)
		d->deadline_ms = now_ms + KEY_MS;
}

void dial_in_step(struct dial_in *d, int64_t now_ms)
{
	if (d->state == DIAL_IN_ASKS_NUMBER || d->state == DIAL_IN_ASKS_PIN) {
		if (!d->leave_by_ms)
			d->leave_by_ms = now_ms + STAY_MS;
		if (now_ms >= d->leave_by_ms) {
			give_up(d, now_ms);
			return;
		}
	}
	if (!d->deadline_ms || now_ms < d->deadline_ms)
		return;
	if (d->state == DIAL_IN_WAITS)
		leave(d, PROMPT_LATER);
	else if (++d->unheard < UNHEARD_MOST)
		ask(d, d->state);
	else
		give_up(d, now_ms);
}
