/* SPDX-License-Identifier: MPL-2.0
 *
 * What staff's HTTP calls and the administrator tell the house or ask of it: a booking
 * that was saved, a meeting to end, a summary, the live part of a card.
 */
#include "inner.h"

/* -- telling staff --------------------------------------------------------------------
 */

static void day_changed(struct circle *c)
{
	uint8_t text[64];
	struct jout o = jout_of(text, sizeof(text));

	jout_object(&o, NULL);
	jout_word(&o, "type", "day_changed");
	jout_end_object(&o);
	if (!c)
		return;
	RING_EACH(&c->staff, r)
	peer_send(container_of(r, struct peer, at_circle), &o);
}

void house_call_backs_changed(struct house *h, const char *team)
{
	if (team[0]) {
		day_changed(house_circle(h, team, 0));
		return;
	}
	for (size_t i = 0; i < CIRCLE_BUCKETS; i++)
		for (struct circle *c = h->circles[i]; c; c = c->next)
			day_changed(c);
}

static void tell_day(struct house *h, const struct booking *row)
{
	day_changed(house_circle(h, row->team, row->owner));
}

/* -- a row was saved ------------------------------------------------------------------
 */

struct change {
	struct wait wait;
	struct house *house;
	struct booking row;
	bool new_link, new_owner;
	struct desk_task name_task;
	struct user owner;
};

static void change_free(struct change *c)
{
	secret_wipe(&c->owner, sizeof(c->owner));
	free(c);
}

/* Who waits with the old link leaves; an admitted seat stays where it is. */
static void empty_lobby(struct live *l)
{
	for (size_t i = 0; i < LIMIT_ENTRIES && !l->gone; i++) {
		const struct meeting_entry *at = &l->meeting.entries[i];
		struct meeting_event e = { .kind = MEETING_EV_FORGET,
			.entry = at->number };
		struct peer *p = live_peer(l, at->number);
		struct bringer by = { 0 };

		if (at->number == 0 || at->place == MEETING_PLACE_ADMITTED)
			continue;
		if (p) {
			peer_leave(p);
			peer_close(p, CLOSE_REMOVED);
		}
		(void)live_step(l, &e, &by);
	}
}

static int name_ask(struct desk_task *task, struct store *s)
{
	struct change *c = container_of(task, struct change, name_task);

	return s->user->by_id(s, c->row.owner, &c->owner);
}

/* Whose telephone rings for *own phone* is another one's now. */
static void follow_own_phone(struct live *l, const struct user *owner)
{
	struct meeting_event e = { .kind = MEETING_EV_BOOKING,
		.booking = l->meeting.booking };
	struct bringer by = { 0 };

	l->has_own_phone = e.booking.own_phone = owner->phone.len > 0;
	(void)live_step(l, &e, &by);
}

static void name_answer(struct desk_task *task, int result)
{
	struct change *c = container_of(task, struct change, name_task);
	struct live *l = live_find(c->house, c->row.id);

	if (result == 0 && l && l->state == LIVE_READY)
		follow_own_phone(l, &c->owner);
	if (result == 0 && l && l->state == LIVE_READY && !live_peer(l, 0)) {
		memcpy(l->name, c->owner.given, sizeof(l->name));
		RING_EACH(&l->peers, r)
		container_of(r, struct peer, at_live)->state_due = true;
		house_mark(l);
	}
	change_free(c);
}

static void changed(struct wait *w, int result, struct live *l)
{
	struct change *c = container_of(w, struct change, wait);

	if (result == 0)
		live_set_booking(l, &c->row);
	if (result == 0 && c->new_link)
		empty_lobby(l);
	if (result == 0 && c->new_owner && !l->gone) {
		c->name_task.ask = name_ask;
		c->name_task.answer = name_answer;
		if (desk_put(c->house->parts.desk, &c->name_task) == 0)
			return;
	}
	change_free(c);
}

/* A meeting that is not in memory has nothing live to follow; it reads the row when it is
 * loaded. A cancelled or restored one is loaded, because its record must follow. */
static void follow(
	struct house *h, const struct booking *row, bool load, const struct change *what)
{
	struct change *c;

	tell_day(h, row);
	if (!load && !live_find(h, row->id))
		return;
	c = calloc(1, sizeof(*c));
	if (!c) {
		log_event(EV_MEETING_LOAD_FAILED, F_ERRNO(ENOMEM));
		return;
	}
	*c = *what;
	c->house = h;
	c->row = *row;
	c->wait.done = changed;
	live_touch(h, row->id, row->owner, &c->wait);
}

void house_booking_changed(struct house *h, const struct booking *row)
{
	static const struct change what;
	bool starts_now = row->starts_ms <= house_now(h);

	follow(h, row, starts_now, &what);
}

void house_cancelled(struct house *h, const struct booking *row)
{
	static const struct change what;

	follow(h, row, true, &what);
}

void house_restored(struct house *h, const struct booking *row)
{
	house_cancelled(h, row); /* either way the row decides, and the record follows */
}

void house_new_link(struct house *h, const struct booking *row)
{
	static const struct change what = { .new_link = true };

	follow(h, row, false, &what);
}

void house_owner_changed(struct house *h, const struct booking *row, int64_t former_owner)
{
	static const struct change what = { .new_owner = true };
	const struct live *l = live_find(h, row->id);

	if (l && l->circle && l->circle != house_circle(h, row->team, row->owner))
		day_changed(l->circle);
	else if (!row->team[0])
		day_changed(house_circle(h, "", former_owner));
	follow(h, row, false, &what);
}

/* -- sign-out -------------------------------------------------------------------------
 */

static bool is_of_session(const struct peer *p, const struct token_hash *session)
{
	return p->role == ROLE_STAFF &&
	       secret_equal(bytes_of(session->at, TOKEN_HASH_BYTES),
		       bytes_of(p->who.session.at, TOKEN_HASH_BYTES));
}

static void sign_out(struct house *h, int64_t user, const struct token_hash *session)
{
	RING_EACH(&h->silent, r)
	{
		struct peer *p = container_of(r, struct peer, at_heard);

		if (session ? is_of_session(p, session)
			    : p->role == ROLE_STAFF && p->user == user)
			peer_close(p, CLOSE_SIGNED_OUT);
	}
}

bool house_is_talking(const struct house *h, const struct token_hash *session)
{
	for (const struct ring *r = h->silent.next; r != &h->silent; r = r->next) {
		const struct peer *p = container_of(r, struct peer, at_heard);

		if (p->live && !p->closing && is_of_session(p, session))
			return true;
	}
	return false;
}

void house_signed_out(struct house *h, const struct token_hash *session)
{
	sign_out(h, 0, session);
}

void house_user_gone(struct house *h, int64_t user)
{
	sign_out(h, user, NULL);
}

/* -- cards ----------------------------------------------------------------------------
 */

/* Of a meeting that nobody has touched: what its row and the clock say. */
static void write_untouched(struct house *h, const struct booking *row, struct jout *o)
{
	struct meeting_booking booking = { .starts_ms = row->starts_ms,
		.minutes = row->minutes,
		.form = row->form == BOOKING_PHONE ? MEETING_FORM_PHONE
						   : MEETING_FORM_VIDEO };
	struct live l = { .house = h };

	meeting_init(&l.meeting, &h->rules, &booking, house_now(h));
	if (row->state != BOOKING_BOOKED)
		l.meeting.phase = (enum meeting_phase)(row->state - 1);
	view_live(&l, o, "live");
}

void house_live_write(struct house *h, const struct booking *row, struct jout *o)
{
	const struct live *l = live_find(h, row->id);

	if (l && l->state == LIVE_READY)
		view_live(l, o, "live");
	else
		write_untouched(h, row, o);
}

void house_servers_write(struct house *h, struct jout *o)
{
	ice_write_servers(h, o);
	jout_word(o, "policy", ice_is_relay_only(h) ? "relay" : "all");
}

/* -- summary --------------------------------------------------------------------------
 */

struct summary {
	struct wait wait;
	house_summary_fn done;
	void *arg;
};

static void summary_loaded(struct wait *w, int result, struct live *l)
{
	struct summary *s = container_of(w, struct summary, wait);
	uint8_t text[1024];
	struct jout o = jout_of(text, sizeof(text));

	if (result == 0 && l->meeting.phase != MEETING_PHASE_ENDED)
		result = HOUSE_E_NONE;
	if (result == 0) {
		view_summary(l, &o, NULL);
		result = jout_ok(&o) ? 0 : fault_here(EMSGSIZE);
		house_mark(l);
	}
	s->done(s->arg, result, result == 0 ? jout_bytes(&o) : BYTES_NULL);
	free(s);
}

void house_summary(
	struct house *h, int64_t meeting, int64_t user, house_summary_fn done, void *arg)
{
	struct summary *s = calloc(1, sizeof(*s));

	if (!s) {
		done(arg, -ENOMEM, BYTES_NULL);
		return;
	}
	s->done = done;
	s->arg = arg;
	s->wait.done = summary_loaded;
	live_touch(h, meeting, user, &s->wait);
}

/* -- administration -------------------------------------------------------------------
 */

struct end {
	struct wait wait;
	struct saved_wait saved;
	house_done_fn done;
	void *arg;
};

static void end_done(struct end *e, int result)
{
	e->done(e->arg, result);
	free(e);
}

static void end_saved(struct saved_wait *w, int result)
{
	end_done(container_of(w, struct end, saved), result > 0 ? -EIO : result);
}

static void end_loaded(struct wait *w, int result, struct live *l)
{
	struct end *end = container_of(w, struct end, wait);
	struct meeting_event e = { .kind = MEETING_EV_ADMIN_END,
		.outcome = MEETING_OUTCOME_UNFINISHED };
	struct bringer by = { 0 };

	if (result == 0)
		result = live_step(l, &e, &by);
	else
		l = NULL;
	if (result == 0 && l->save_due) {
		ring_append(&l->saved, &end->saved.at);
		return;
	}
	if (result == HOUSE_E_NOT_RECORDED)
		result = -EIO;
	end_done(end, l && result > 0 ? HOUSE_E_OVER : result);
}

void house_end(struct house *h, int64_t meeting, house_done_fn done, void *arg)
{
	struct end *end = calloc(1, sizeof(*end));

	if (!end) {
		done(arg, -ENOMEM);
		return;
	}
	end->done = done;
	end->arg = arg;
	end->wait.done = end_loaded;
	end->saved.done = end_saved;
	ring_init(&end->saved.at);
	live_touch(h, meeting, 0, &end->wait);
}
