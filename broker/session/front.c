/* SPDX-License-Identifier: MPL-2.0
 *
 * What the citizen's HTTP calls ask of the house: a seat for a device, a call back, a
 * look. A seat is promised only after it is durable. Each request is one small object
 * that waits for the meeting to be loaded and, where needed, for the save.
 */
#include "inner.h"

/* -- a look ------------------------------------------------------------------------ */

void house_glance(struct house *h, const struct booking *row, struct house_glance *ret)
{
	const struct live *l = live_find(h, row->id);
	const struct meeting *m = l && l->state == LIVE_READY ? &l->meeting : NULL;
	bool is_early = house_now(h) < row->starts_ms - h->rules.open_before_ms;

	*ret = (struct house_glance){ .phase = (enum booking_state)row->state,
		.starts_ms = row->starts_ms,
		.ended_ms = row->ended_ms,
		.given = row->phone_by_citizen };
	if (row->state == BOOKING_BOOKED && !is_early)
		ret->phase = BOOKING_OPEN;
	if (!m)
		return;
	ret->phase = (enum booking_state)(m->phase + 1);
	ret->ended_ms = m->ended_ms;
	ret->late_minutes = m->late_minutes;
	ret->call_asked = m->call.state == MEETING_CALL_ASKED;
	ret->given = ret->given || m->call.given != MEETING_GIVEN_NONE;
}

/* -- what they share --------------------------------------------------------------- */

static int result_of(int refusal)
{
	switch (refusal) {
	case MEETING_E_TOO_EARLY:
		return HOUSE_E_EARLY;
	case MEETING_E_LOBBY_FULL:
		return HOUSE_E_FULL;
	case MEETING_E_OVER:
	case MEETING_E_ALREADY_ENDED:
	case MEETING_E_STARTED:
		return HOUSE_E_OVER;
	case MEETING_E_PIN_NEEDED:
		return HOUSE_E_PIN;
	case MEETING_E_NO_NUMBER:
		return HOUSE_E_NO_NUMBER;
	default:
		return refusal <= 0 ? refusal : HOUSE_E_NONE;
	}
}

static void note_citizen(const struct house *h, enum audit_what what, int64_t meeting,
	bool done, uint32_t value)
{
	struct audit_event e = {
		.what = what,
		.purpose = AUDIT_FOR_CITIZEN,
		.outcome = done ? AUDIT_DONE : AUDIT_REFUSED,
		.role = AUDIT_CITIZEN,
		.meeting = (uint64_t)meeting,
		.value = value,
	};

	house_note(h, &e);
}

/* -- redeem ------------------------------------------------------------------------ */

struct redeem {
	struct wait wait;
	struct saved_wait saved;
	struct house *house;
	struct house_redeem ask;
	uint16_t entry;
	house_redeemed_fn done;
	void *arg;
};

static void redeem_done(struct redeem *r, int result)
{
	char seat[SEAT_TEXT] = "";

	note_citizen(r->house, AUDIT_LINK_REDEEMED, r->ask.meeting, result == 0,
		r->ask.by_digits  ? 2
		: r->ask.with_pin ? 1
				  : 0);
	if (result == 0)
		seat_write(r->ask.meeting, r->entry, seat);
	r->done(r->arg, result, seat);
	free(r);
}

static void redeem_saved(struct saved_wait *w, int result)
{
	redeem_done(container_of(w, struct redeem, saved), result > 0 ? -EIO : result);
}

static enum meeting_via via_of(const struct house_redeem *ask)
{
	if (ask->with_pin && !ask->by_digits)
		return MEETING_VIA_LINK_PIN;
	return ask->by_digits ? MEETING_VIA_DIGITS : MEETING_VIA_LINK;
}

static void redeem_loaded(struct wait *w, int result, struct live *l)
{
	struct redeem *r = container_of(w, struct redeem, wait);
	struct meeting_event e = { .kind = MEETING_EV_REDEEM };
	struct bringer by = { 0 };

	if (result == 0) {
		memcpy(e.redeem.device, r->ask.device.at, MEETING_DEVICE_LEN);
		e.redeem.via = via_of(&r->ask);
		result = result_of(live_step(l, &e, &by));
	}
	if (result != 0) {
		redeem_done(r, result);
		return;
	}
	r->entry = by.entry;
	if (!l->save_due && !l->saving) { /* the device had its entry already */
		redeem_done(r, 0);
		return;
	}
	l->save_due = true; /* the save on its way may have been packed before */
	ring_append(&l->saved, &r->saved.at);
	house_mark(l);
}

void house_redeem(struct house *h, const struct house_redeem *ask, house_redeemed_fn done,
	void *arg)
{
	struct redeem *r = calloc(1, sizeof(*r));

	if (!r) {
		done(arg, -ENOMEM, "");
		return;
	}
	r->house = h;
	r->ask = *ask;
	r->done = done;
	r->arg = arg;
	r->wait.done = redeem_loaded;
	r->saved.done = redeem_saved;
	ring_init(&r->saved.at);
	live_touch(h, ask->meeting, -1, &r->wait);
}

/* -- whose seat -------------------------------------------------------------------- */

struct seat_find {
	struct wait wait;
	struct desk_task task;
	int64_t meeting;
	unsigned entry;
	struct token_hash device;
	struct booking row;
	house_seat_fn done;
	void *arg;
};

static void seat_done(struct seat_find *f, int result)
{
	f->done(f->arg, result, result == 0 ? &f->row : NULL, f->entry);
	free(f);
}

static int seat_ask(struct desk_task *task, struct store *s)
{
	struct seat_find *f = container_of(task, struct seat_find, task);

	return s->meeting->get(s, f->meeting, &f->row);
}

static void seat_answer(struct desk_task *task, int result)
{
	seat_done(container_of(task, struct seat_find, task),
		result > 0 ? HOUSE_E_NONE : result);
}

static void seat_loaded(struct wait *w, int result, struct live *l)
{
	struct seat_find *f = container_of(w, struct seat_find, wait);
	const struct meeting_entry *e;

	if (result == 0) {
		e = meeting_entry_at(&l->meeting, (uint16_t)f->entry);
		if (!e || !secret_equal(bytes_of(e->device, MEETING_DEVICE_LEN),
				  bytes_of(f->device.at, TOKEN_HASH_BYTES)))
			result = HOUSE_E_NONE;
	}
	if (result == 0 && desk_put(l->house->parts.desk, &f->task) == 0)
		return;
	seat_done(f, result == 0 ? HOUSE_E_BUSY : result);
}

void house_seat_find(struct house *h, struct bytes seat, const struct token_hash *device,
	house_seat_fn done, void *arg)
{
	struct seat_find *f = calloc(1, sizeof(*f));

	if (!f || !seat_parse(seat, &f->meeting, &f->entry)) {
		done(arg, f ? HOUSE_E_NONE : -ENOMEM, NULL, 0);
		free(f);
		return;
	}
	f->device = *device;
	f->done = done;
	f->arg = arg;
	f->wait.done = seat_loaded;
	f->task.ask = seat_ask;
	f->task.answer = seat_answer;
	live_touch(h, f->meeting, -1, &f->wait);
}

/* -- call me ----------------------------------------------------------------------- */

struct call {
	struct wait wait;
	struct saved_wait saved;
	struct house_call ask;
	struct house_called ret;
	house_called_fn done;
	void *arg;
};

static void call_done(struct call *c, int result)
{
	c->done(c->arg, result, result == 0 ? &c->ret : NULL);
	secret_wipe(&c->ask, sizeof(c->ask));
	free(c);
}

static void call_saved(struct saved_wait *w, int result)
{
	call_done(container_of(w, struct call, saved), result > 0 ? -EIO : result);
}

/* Sealed at once, under the key that dies with the contact data. */
static int keep_given(struct live *l, const char *phone)
{
	const struct meeting_keys *keys = live_keys(l);
	struct sealed *given = l->given ? l->given : calloc(1, sizeof(*given));
	size_t n = strlen(phone);
	int r = given ? 0 : -ENOMEM;

	if (!given)
		return fault_here(ENOMEM);
	l->given = given;
	r = keys->has_ck ? seal_text(&keys->ck, SEAL_MEETING_PHONE, l->id, phone, given)
			 : HOUSE_E_OVER;
	if (r == 0)
		memcpy(l->given_last2, phone + (n >= 2 ? n - 2 : 0), n >= 2 ? 3 : 1);
	return r;
}

static int call_step(struct call *c, struct live *l)
{
	struct meeting_event e = { .kind = MEETING_EV_CALL_ME };
	bool gave = c->ask.phone[0] != '\0' && !c->ask.cancel;
	struct bringer by = { 0 };
	int r;

	e.call_me.cancel = c->ask.cancel;
	e.call_me.gave = gave;
	if (l->meeting.phase == MEETING_PHASE_ENDED)
		return HOUSE_E_OVER;
	r = gave ? keep_given(l, c->ask.phone) : 0;
	if (r == 0)
		r = result_of(live_step(l, &e, &by));
	note_citizen(l->house, AUDIT_CALL_ASKED, l->id, r == 0,
		c->ask.cancel ? 2
		: gave        ? 1
			      : 0);
	if (r == 0 && gave)
		note_citizen(l->house, AUDIT_NUMBER_AVAILABLE, l->id, true, 0);
	return r;
}

static void call_loaded(struct wait *w, int result, struct live *l)
{
	struct call *c = container_of(w, struct call, wait);
	bool given;

	if (result == 0)
		result = call_step(c, l);
	if (result != 0) {
		call_done(c, result);
		return;
	}
	given = l->meeting.call.given != MEETING_GIVEN_NONE;
	memcpy(c->ret.last2, given ? l->given_last2 : l->last2, sizeof(c->ret.last2));
	c->ret.given = given;
	c->ret.asked = l->meeting.call.state == MEETING_CALL_ASKED;
	if (!l->save_due) {
		call_done(c, 0);
		return;
	}
	ring_append(&l->saved, &c->saved.at);
	house_mark(l);
}

void house_call_me(
	struct house *h, const struct house_call *ask, house_called_fn done, void *arg)
{
	struct call *c = calloc(1, sizeof(*c));

	if (!c) {
		done(arg, -ENOMEM, NULL);
		return;
	}
	c->ask = *ask;
	c->done = done;
	c->arg = arg;
	c->wait.done = call_loaded;
	c->saved.done = call_saved;
	ring_init(&c->saved.at);
	live_touch(h, ask->meeting, -1, &c->wait);
}

/* -- forget ------------------------------------------------------------------------ */

static void forget_in(struct live *l, const struct token_hash *device)
{
	for (size_t i = 0; i < LIMIT_ENTRIES && !l->gone; i++) {
		const struct meeting_entry *at = &l->meeting.entries[i];
		struct meeting_event e = { .kind = MEETING_EV_FORGET,
			.entry = at->number };
		struct bringer by = { 0 };

		if (at->number != 0 &&
			secret_equal(bytes_of(at->device, MEETING_DEVICE_LEN),
				bytes_of(device->at, TOKEN_HASH_BYTES)))
			(void)live_step(l, &e, &by);
	}
}

void house_forget_device(struct house *h, const struct token_hash *device)
{
	for (size_t i = 0; i < HOUSE_BUCKETS; i++)
		for (struct live *l = h->lives[i], *next; l; l = next) {
			next = l->next;
			if (l->state == LIVE_READY)
				forget_in(l, device);
		}
}
