/* SPDX-License-Identifier: MPL-2.0
 *
 * Nobody but the owner ever hears a telephone that is not confirmed, and with a key not
 * even the owner: a voicemail that talks reaches no meeting.
 */
#include "outgoing.h"

#include "samtale/base/clock.h"

#define ASK_TIMES  3
#define KEY_MS     (5 * MS_SECOND) /* from the end of the question to its repetition */
#define TIME_CHARS 5

void outgoing_init(struct outgoing *o, const struct outgoing_plan *plan,
	const struct outgoing_hooks *hooks, void *arg)
{
	*o = (struct outgoing){ .hooks = hooks,
		.arg = arg,
		.confirm = plan->confirm,
		.own_phone = plan->own_phone };
	if (plan->time.len == TIME_CHARS)
		memcpy(o->time, plan->time.at, TIME_CHARS);
}

static bool wants_key(const struct outgoing *o)
{
	return o->own_phone || o->confirm == PHONE_CONFIRM_KEY;
}

static void greet(struct outgoing *o)
{
	if (o->own_phone)
		return; /* its question is a greeting too */
	if (o->time[0]) {
		o->hooks->say(o->arg, PROMPT_GREETING_TIME);
		o->hooks->say_time(o->arg, bytes_str(o->time));
	} else {
		o->hooks->say(o->arg, PROMPT_GREETING);
	}
}

static void ask(struct outgoing *o)
{
	o->asked++;
	o->deadline_ms = 0;
	o->hooks->say(o->arg, o->own_phone ? PROMPT_OWN_PHONE : PROMPT_PRESS_KEY);
}

static void answered(struct outgoing *o)
{
	bool key = wants_key(o);

	o->state = key ? OUTGOING_KEY : OUTGOING_GREETING;
	o->hooks->stage(o->arg, key ? LEG_ALONE : LEG_GREETING);
	greet(o);
	if (key)
		ask(o);
	o->hooks->progress(o->arg, PHONE_PROGRESS_ANSWERED);
}

void outgoing_progress(struct outgoing *o, enum phone_progress p)
{
	if (o->state != OUTGOING_RINGING)
		return;
	if (p == PHONE_PROGRESS_ANSWERED) {
		answered(o);
		return;
	}
	if (p == PHONE_PROGRESS_EARLY)
		o->hooks->stage(o->arg, LEG_EARLY);
	o->hooks->progress(o->arg, p);
}

void outgoing_spoken(struct outgoing *o, int64_t now_ms)
{
	if (o->state == OUTGOING_GREETING) {
		o->state = OUTGOING_OWNER;
		o->hooks->stage(o->arg, LEG_UNKNOWN);
	} else if (o->state == OUTGOING_KEY && !o->deadline_ms) {
		o->deadline_ms = now_ms + KEY_MS;
	}
}

static void confirm(struct outgoing *o)
{
	o->state = OUTGOING_TALK;
	o->deadline_ms = 0;
	o->hooks->hush(o->arg);
	o->hooks->stage(o->arg, LEG_TALKING);
	o->hooks->progress(o->arg, PHONE_PROGRESS_TALKING);
}

void outgoing_key(struct outgoing *o)
{
	if (o->state == OUTGOING_KEY)
		confirm(o);
}

void outgoing_confirm(struct outgoing *o)
{
	if (outgoing_is_unknown(o))
		confirm(o);
}

void outgoing_step(struct outgoing *o, int64_t now_ms)
{
	if (!o->deadline_ms || now_ms < o->deadline_ms)
		return;
	if (o->asked < ASK_TIMES)
		ask(o);
	else
		o->hooks->end(o->arg, PHONE_CAUSE_NOT_CONFIRMED);
}

bool outgoing_is_unknown(const struct outgoing *o)
{
	return o->state > OUTGOING_RINGING && o->state < OUTGOING_TALK;
}
