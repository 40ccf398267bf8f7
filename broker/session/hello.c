/* SPDX-License-Identifier: MPL-2.0
 *
 * How a connection comes into the house: a citizen's device into its seat, staff by their
 * sign-in, a consultant into a meeting. Each may have to wait for the store; what the
 * peer sends meanwhile waits too, and a peer that dies meanwhile is forgotten.
 */
#include "inner.h"

struct arrival {
	struct wait wait;         /* citizen, enter, late */
	struct desk_task sign_in; /* staff's hello */
	struct house *house;
	struct peer *peer; /* NULL: it died */
	enum message_type type;
	struct meeting_event event;
	/* staff's hello */
	struct token_hash hash;
	struct staff_session session;
	struct user user;
};

void peer_leave(struct peer *p)
{
	ring_drop(&p->at_live);
	p->live = NULL;
	p->entry = 0;
	p->state_due = false;
}

void peer_arrival_drop(struct peer *p)
{
	if (p->arrival)
		p->arrival->peer = NULL;
	p->arrival = NULL;
}

/* The peer that it was about, NULL when it died; what waited for it may go on. */
static struct peer *arrived(struct arrival *a)
{
	struct peer *p = a->peer;

	if (p)
		p->arrival = NULL;
	return p && !p->closing ? p : NULL;
}

static void arrival_free(struct arrival *a)
{
	secret_wipe(&a->user, sizeof(a->user));
	free(a);
}

static struct arrival *arrival_new(struct peer *p, const struct message *m)
{
	struct arrival *a = calloc(1, sizeof(*a));

	if (!a) {
		peer_close(p, CLOSE_FAULT);
		return NULL;
	}
	a->house = p->house;
	a->peer = p;
	a->type = m->type;
	a->event = m->event;
	p->arrival = a;
	return a;
}

/* -- a meeting was loaded, or not -------------------------------------------------- */

static void not_loaded(struct peer *p, const struct arrival *a, int result)
{
	if (result < 0 || result == HOUSE_E_BUSY || result == HOUSE_E_NOT_RECORDED)
		peer_close(p, CLOSE_FAULT);
	else if (a->type == MESSAGE_HELLO)
		peer_close(p, CLOSE_UNKNOWN_SEAT);
	else
		peer_refused(p, a->type, "not_yours");
}

static void answer_refused(struct peer *p, const struct arrival *a, int refusal)
{
	if (refusal < 0)
		peer_close(p, CLOSE_FAULT);
	else if (a->type == MESSAGE_HELLO)
		peer_close(p, CLOSE_UNKNOWN_SEAT);
	else
		peer_refused(p, a->type, meeting_refusal_name(refusal));
}

/* Another meeting is left for good; the same one is entered anew. */
static void leave_former(struct peer *p, const struct live *next)
{
	struct live *l = p->live;
	struct meeting_event e = { .kind = l == next ? MEETING_EV_LOST
						     : MEETING_EV_LEAVE };
	struct bringer by = { 0 };

	if (!l)
		return;
	peer_leave(p);
	(void)live_step(l, &e, &by);
}

static int step_in(struct peer *p, struct arrival *a, struct live *l)
{
	struct bringer by = { .from = p };

	if (a->type == MESSAGE_ENTER) {
		if (p->user !=
			l->owner) /* a colleague takes it over first, for a reason */
			return MEETING_E_NOT_YOURS;
		if (l->meeting.phase == MEETING_PHASE_ENDED)
			return MEETING_E_ALREADY_ENDED;
		leave_former(p, l);
		memcpy(l->name, p->name, sizeof(l->name));
	}
	if (a->type == MESSAGE_LATE && p->user != l->owner && p->live != l)
		return MEETING_E_NOT_YOURS;
	return l->gone ? -EIO : live_step(l, &a->event, &by);
}

static void loaded(struct wait *w, int result, struct live *l)
{
	struct arrival *a = container_of(w, struct arrival, wait);
	struct peer *p = arrived(a);

	if (p && result != 0) {
		not_loaded(p, a, result);
	} else if (p) {
		result = step_in(p, a, l);
		if (result != 0)
			answer_refused(p, a, result);
	}
	arrival_free(a);
	if (p)
		peer_drain(p);
}

static void touch(struct peer *p, struct arrival *a, int64_t meeting, int64_t actor)
{
	a->wait.done = loaded;
	live_touch(p->house, meeting, actor, &a->wait);
}

/* -- citizen ----------------------------------------------------------------------- */

static void citizen_hello(struct peer *p, const struct message *m)
{
	struct arrival *a;

	if (!bytes_equal_str(m->hello.build, p->house->parts.build) &&
		m->hello.epoch == 0) {
		peer_close(p, CLOSE_UPGRADE); /* no media can flow: reload */
		return;
	}
	if (!p->who.has_device) {
		peer_close(p, CLOSE_UNKNOWN_SEAT);
		return;
	}
	a = arrival_new(p, m);
	if (!a)
		return;
	a->event = (struct meeting_event){ .kind = MEETING_EV_CONNECT,
		.entry = m->hello.entry };
	a->event.connect.epoch = m->hello.epoch;
	memcpy(a->event.connect.device, p->who.device.at, MEETING_DEVICE_LEN);
	touch(p, a, m->hello.meeting, -1);
}

/* -- staff ------------------------------------------------------------------------- */

static int sign_in_ask(struct desk_task *task, struct store *s)
{
	struct arrival *a = container_of(task, struct arrival, sign_in);
	int r = s->staff_session->get(s, &a->hash, &a->session);

	return r != 0 ? r : s->user->by_id(s, a->session.user, &a->user);
}

static void send_staff_welcome(struct peer *p)
{
	struct house *h = p->house;
	struct jout o = house_jout(h);

	jout_object(&o, NULL);
	jout_word(&o, "type", "welcome");
	jout_word(&o, "role", "staff");
	jout_str(&o, "build", h->parts.build);
	jout_int(&o, "now", house_now(h));
	jout_id(&o, "user", p->user);
	jout_int(&o, "idle_lock_minutes", h->parts.settings->staff_idle_lock_minutes);
	jout_end_object(&o);
	peer_send(p, &o);
}

/* More cards than an outbox holds are left out: the page has fetched the day as well. */
static void send_cards(struct peer *p)
{
	RING_EACH(&p->circle->lives, r)
	{
		const struct live *l = container_of(r, struct live, at_circle);
		struct jout o = house_jout(p->house);

		if (l->state != LIVE_READY || live_is_idle(l))
			continue;
		if (p->out.bytes > LIMIT_OUTBOX / 2)
			return;
		view_card(l, MEETING_ALERT_NONE, &o);
		peer_send(p, &o);
	}
}

static void welcome_staff(struct peer *p, const struct arrival *a)
{
	struct circle *c = house_circle(p->house, a->user.team, a->user.id);

	if (!c) {
		peer_close(p, CLOSE_FAULT);
		return;
	}
	p->role = ROLE_STAFF;
	p->house->figures.staff++;
	p->user = a->user.id;
	p->expires_ms = a->session.expires_ms;
	p->circle = c;
	memcpy(p->name, a->user.given, sizeof(p->name));
	ring_append(&c->staff, &p->at_circle);
	ring_append(&p->house->silent, &p->at_heard);
	send_staff_welcome(p);
	send_cards(p);
}

static void sign_in_answer(struct desk_task *task, int result)
{
	struct arrival *a = container_of(task, struct arrival, sign_in);
	struct peer *p = arrived(a);
	bool good = result == 0 && !a->user.disabled &&
		    a->session.expires_ms > clock_utc_ms();

	if (p && result < 0)
		peer_close(p, CLOSE_FAULT);
	else if (p && !good)
		peer_close(p, CLOSE_SIGNED_OUT);
	else if (p)
		welcome_staff(p, a);
	arrival_free(a);
	if (p)
		peer_drain(p);
}

static void staff_hello(struct peer *p, const struct message *m)
{
	struct arrival *a;

	if (!p->who.has_session) {
		peer_close(p, CLOSE_SIGNED_OUT);
		return;
	}
	a = arrival_new(p, m);
	if (!a)
		return;
	a->hash = p->who.session;
	a->sign_in.ask = sign_in_ask;
	a->sign_in.answer = sign_in_answer;
	if (desk_put(p->house->parts.desk, &a->sign_in) == 0)
		return;
	p->arrival = NULL;
	arrival_free(a);
	peer_close(p, CLOSE_FAULT);
}

void peer_arrive(struct peer *p, const struct message *m)
{
	struct arrival *a;

	if (m->type == MESSAGE_HELLO) {
		if (m->hello.role == ROLE_CITIZEN)
			citizen_hello(p, m);
		else
			staff_hello(p, m);
		return;
	}
	a = arrival_new(p, m);
	if (!a)
		return;
	if (m->type == MESSAGE_ENTER)
		a->event.enter.user = (uint64_t)p->user;
	touch(p, a, m->meeting, p->user);
}
