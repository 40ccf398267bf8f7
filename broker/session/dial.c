/* SPDX-License-Identifier: MPL-2.0
 *
 * Placing a call. One task on the store's worker does all that decides: it puts the use
 * of the number on record, opens it, holds it against the allowed prefixes and the caps,
 * counts the call, and only then is the number handed to the gateway. Nothing of the
 * number stays here. What the caps are counted from is in the store, so a restart does
 * not give a fraudster a fresh day.
 */
#include "switchboard.h"

#include "samtale/base/callable.h"

#include <stdio.h>
#include <time.h>

#define DIAL_E_REFUSED 32 /* dial.reason says why */

struct dial {
	struct desk_task task; /* first */
	struct house *house;
	uint32_t leg, flags;
	int64_t meeting, user;
	/* the rules of this moment */
	struct callable callable;
	struct call_price price;
	int64_t per_meeting, per_hour, per_day, ore_per_day;
	bool hide;
	uint8_t ring_seconds;
	bool has_given;
	struct sealed given; /* accepted, but not yet in the row */
	/* what came of it */
	enum meeting_reason reason;
	bool english;
	char number[OPEN_TEXT_CAP], appointment[6];
};

static const enum meeting_reason reasons[PHONE_CAUSE_COUNT] = {
	[PHONE_CAUSE_NONE] = MEETING_REASON_HUNG_UP,
	[PHONE_CAUSE_HUNG_UP] = MEETING_REASON_HUNG_UP,
	[PHONE_CAUSE_BUSY] = MEETING_REASON_BUSY,
	[PHONE_CAUSE_NO_ANSWER] = MEETING_REASON_NO_ANSWER,
	[PHONE_CAUSE_DECLINED] = MEETING_REASON_DECLINED,
	[PHONE_CAUSE_UNKNOWN_NUMBER] = MEETING_REASON_UNKNOWN_NUMBER,
	[PHONE_CAUSE_LINE_DOWN] = MEETING_REASON_LINE_DOWN,
	[PHONE_CAUSE_NOT_CONFIRMED] = MEETING_REASON_NOT_CONFIRMED,
	[PHONE_CAUSE_SILENT] = MEETING_REASON_SILENT,
	[PHONE_CAUSE_TOO_LONG] = MEETING_REASON_TOO_LONG,
	[PHONE_CAUSE_CANCELLED] = MEETING_REASON_CANCELLED,
	[PHONE_CAUSE_LIMIT] = MEETING_REASON_FULL,
	[PHONE_CAUSE_NOT_ALLOWED] = MEETING_REASON_NOT_ALLOWED,
	[PHONE_CAUSE_FULL] = MEETING_REASON_FULL,
	[PHONE_CAUSE_BAD_MEDIA] = MEETING_REASON_BAD_MEDIA,
};

enum meeting_reason dial_reason(enum phone_cause cause)
{
	return reasons[cause];
}

/* -- on the store's worker --------------------------------------------------------- */

static int refuse(struct dial *d, enum meeting_reason reason)
{
	d->reason = reason;
	return DIAL_E_REFUSED;
}

static int open_own(struct dial *d, struct store *s)
{
	const struct key *key = node_key_get(d->house->parts.node, NODE_STAFF_SEAL);
	struct user u;
	int r = s->user->by_id(s, d->user, &u);

	if (r == 0)
		r = open_text(key, SEAL_USER_PHONE, u.id, &u.phone, d->number);
	secret_wipe(&u, sizeof(u));
	return r;
}

static int open_citizens(struct dial *d, const struct booking *row)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	const struct vault_use use = { VAULT_CALL, d->user, &d->meeting, 1 };
	int r = vault_open_here(d->house->parts.vault, &use, &keys);

	if (r != 0)
		return r;
	if (!keys->has_ck)
		return SEAL_E_BAD;
	return open_text(&keys->ck, SEAL_MEETING_PHONE, d->meeting,
		d->has_given ? &d->given : &row->phone, d->number);
}

static void write_appointment(struct dial *d, int64_t starts_ms)
{
	time_t at = (time_t)(starts_ms / MS_SECOND);
	struct tm tm;

	if (!localtime_r(&at, &tm) ||
		strftime(d->appointment, sizeof(d->appointment), "%H:%M", &tm) == 0)
		d->appointment[0] = '\0';
}

static int open_number(struct dial *d, struct store *s)
{
	struct booking row;
	int r = s->meeting->get(s, d->meeting, &row);

	if (r != 0)
		return r;
	d->english = strcmp(row.language, "en") == 0;
	write_appointment(d, row.starts_ms);
	r = d->flags & MEETING_DIAL_OWN ? open_own(d, s) : open_citizens(d, &row);
	if (r < 0)
		return r;
	if (r > 0 || !d->number[0])
		return refuse(d, MEETING_REASON_UNKNOWN_NUMBER);
	return callable_is(&d->callable, d->number)
		       ? 0
		       : refuse(d, MEETING_REASON_NOT_ALLOWED);
}

static int check_caps(struct dial *d, struct store *s, const struct call_attempt *a)
{
	struct call_counts counts;
	int r = s->call->counts(s, a, &d->price, &counts);

	if (r < 0)
		return fault_pass(r);
	if (counts.meeting_day >= d->per_meeting)
		return refuse(d, MEETING_REASON_LIMIT_MEETING);
	if (counts.user_hour >= d->per_hour)
		return refuse(d, MEETING_REASON_LIMIT_HOUR);
	if (counts.day >= d->per_day)
		return refuse(d, MEETING_REASON_LIMIT_DAY);
	if (counts.day_ore >= (uint64_t)d->ore_per_day)
		return refuse(d, MEETING_REASON_LIMIT_MONEY);
	return 0;
}

static int note_use(const struct dial *d, enum audit_outcome outcome)
{
	const struct audit_event e = {
		.what = AUDIT_NUMBER_CALLED,
		.purpose = AUDIT_FOR_OWN_MEETING,
		.outcome = outcome,
		.role = AUDIT_CONSULTANT,
		.actor = (uint32_t)d->user,
		.meeting = (uint64_t)d->meeting,
		.value = (d->flags & MEETING_DIAL_OWN) != 0,
	};

	return audit_note(d->house->parts.audit, &e);
}

/* A refusal is put on record too: somebody tries what he may not. */
static int dial_ask(struct desk_task *task, struct store *s)
{
	struct dial *d = container_of(task, struct dial, task);
	const struct call_attempt a = { d->meeting, d->user, d->leg, clock_utc_ms() };
	int r = check_caps(d, s, &a), noted;

	if (r == 0)
		r = note_use(d, AUDIT_DONE);
	if (r == 0)
		r = open_number(d, s);
	if (r == 0)
		r = s->call->placed(s, &a);
	if (r != DIAL_E_REFUSED)
		return r;
	noted = note_use(d, AUDIT_REFUSED);
	return noted < 0 ? fault_pass(noted) : DIAL_E_REFUSED;
}

/* -- back on the loop -------------------------------------------------------------- */

static void count_refusal(struct switchboard *b, enum meeting_reason reason)
{
	b->figures.refused_number += reason == MEETING_REASON_NOT_ALLOWED;
	b->figures.refused_cap += reason >= MEETING_REASON_LIMIT_MEETING;
}

static bool order(const struct dial *d, struct leg *leg)
{
	uint8_t flags = 0;

	flags |= d->hide ? PHONE_HIDE : 0;
	flags |= d->flags & MEETING_DIAL_OWN ? PHONE_OWN_PHONE : 0;
	flags |= d->english ? PHONE_ENGLISH : 0;
	return board_order(d->house->board,
		&(struct phone_message){ .kind = PHONE_ORDER_DIAL,
			.leg = leg->number,
			.room = (uint64_t)d->meeting,
			.word = d->flags & MEETING_DIAL_KEY ? PHONE_CONFIRM_KEY
							    : PHONE_CONFIRM_OWNER,
			.flags = flags,
			.value = d->ring_seconds,
			.text = bytes_str(d->number),
			.more = bytes_str(d->appointment) });
}

static void not_placed(struct leg *leg, enum meeting_reason reason)
{
	board_tell(leg, MEETING_LINE_NONE, reason);
}

static enum meeting_reason why_not(const struct dial *d, int result)
{
	if (result == DIAL_E_REFUSED)
		return d->reason;
	return result == -EPIPE ? MEETING_REASON_LINE_DOWN : MEETING_REASON_NOT_RECORDED;
}

static void dial_answer(struct desk_task *task, int result)
{
	struct dial *d = container_of(task, struct dial, task);
	struct switchboard *b = d->house->board;
	struct leg *leg = leg_find(b, d->leg);

	if (result < 0)
		log_event(EV_CALL_FAILED, F_ERRNO(-result));
	if (result == DIAL_E_REFUSED)
		count_refusal(b, d->reason);
	if (result == 0 && leg && house_trunk_state(d->house) == PHONE_TRUNK_UP &&
		order(d, leg)) {
		leg->ordered = leg->placed = true;
		b->figures.dials++;
	} else if (result == 0) { /* cancelled meanwhile, or the gateway went away */
		const struct leg lost = { .meeting = d->meeting, .number = d->leg };

		dial_over(b, &lost, 0);
		result = -EPIPE;
	}
	if (result != 0 && leg)
		not_placed(leg, why_not(d, result));
	secret_wipe(d, sizeof(*d));
	free(d);
}

/* -- beginning --------------------------------------------------------------------- */

static struct dial *dial_new(const struct leg *leg)
{
	const struct live *l = leg->live;
	const struct settings *s = l->house->parts.settings;
	struct dial *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->task.ask = dial_ask;
	d->task.answer = dial_answer;
	d->house = l->house;
	d->leg = leg->number;
	d->flags = leg->dial;
	d->meeting = l->id;
	d->user = l->meeting.user ? (int64_t)l->meeting.user : l->owner;
	callable_of(s, &d->callable);
	d->price = (struct call_price){ (uint32_t)s->phone_ore_per_minute,
		s->phone_call_minutes * MS_MINUTE };
	d->per_meeting = s->phone_calls_per_meeting;
	d->per_hour = s->phone_calls_per_hour;
	d->per_day = s->phone_calls_per_day;
	d->ore_per_day = s->phone_kroner_per_day * 100;
	d->hide = strcmp(s->phone_caller_id, "hidden") == 0;
	d->ring_seconds = (uint8_t)s->phone_ring_seconds;
	d->has_given = l->given && l->meeting.call.given == MEETING_GIVEN_ACCEPTED;
	if (d->has_given)
		d->given = *l->given;
	return d;
}

void dial_begin(struct live *l, uint32_t flags)
{
	struct switchboard *b = l->house->board;
	enum meeting_leg kind =
		flags & MEETING_DIAL_OWN ? MEETING_LEG_OWN : MEETING_LEG_CITIZEN;
	struct leg *former = leg_of(l, kind, 0);
	struct leg *leg;

	if (former)
		leg_let_go(b, former, PHONE_CAUSE_CANCELLED);
	leg = leg_new(b, leg_number(b), l->id);
	if (!leg)
		return;
	leg->kind = kind;
	leg->dial = flags;
	leg_attach(leg, l);
	ring_append(&b->due, &leg->at_due);
}

void dial_due(struct leg *leg)
{
	struct house *h = leg->live->house;
	struct dial *d;

	ring_drop(&leg->at_due);
	if (house_trunk_state(h) != PHONE_TRUNK_UP) {
		not_placed(leg, MEETING_REASON_LINE_DOWN);
		return;
	}
	d = dial_new(leg);
	if (d && desk_put(h->parts.desk, &d->task) == 0)
		return;
	free(d);
	not_placed(leg, MEETING_REASON_LINE_DOWN);
}

/* -- the end, for the caps --------------------------------------------------------- */

struct over {
	struct desk_task task; /* first */
	int64_t meeting;
	uint32_t leg, seconds, ore;
};

static int over_ask(struct desk_task *task, struct store *s)
{
	const struct over *o = container_of(task, struct over, task);
	int r = s->call->over(s, o->meeting, o->leg, o->seconds, o->ore);

	return r == STORE_E_NONE ? 0 : r;
}

/* A call whose end cannot be written costs as much as the longest: the safe side. */
static void over_answer(struct desk_task *task, int result)
{
	if (result < 0)
		log_event(EV_CALL_FAILED, F_ERRNO(-result));
	free(container_of(task, struct over, task));
}

void dial_over(struct switchboard *b, const struct leg *leg, uint32_t seconds)
{
	const struct house_parts *parts = &b->house->parts;
	uint64_t ore = ((uint64_t)seconds + 59) / 60 *
		       (uint64_t)parts->settings->phone_ore_per_minute;
	struct over *o = calloc(1, sizeof(*o));

	b->figures.seconds += seconds;
	if (!o)
		return;
	o->task.ask = over_ask;
	o->task.answer = over_answer;
	o->meeting = leg->meeting;
	o->leg = leg->number;
	o->seconds = seconds;
	o->ore = ore < UINT32_MAX ? (uint32_t)ore : UINT32_MAX;
	if (desk_put(parts->desk, &o->task) != 0)
		free(o);
}
