/* SPDX-License-Identifier: MPL-2.0
 *
 * The house as a whole: its clock, its circles of staff, the end of a turn, the start and
 * the stop. One armed time serves every deadline; one pass at the end of a turn sends
 * each snapshot once, however many events led to it.
 */
#include "switchboard.h"

#include <stdio.h>

/* -- clock ------------------------------------------------------------------------- */

int64_t house_now(const struct house *h)
{
	return clock_boot_ms() + h->offset_ms;
}

/* The wall clock may be set forward, and the rules follow; set back, they go on. */
static void follow_wall_clock(struct house *h)
{
	int64_t ahead = clock_utc_ms() - house_now(h);

	if (ahead > 2 * MS_SECOND)
		h->offset_ms += ahead;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t ring_due(const struct ring *list, int64_t span_ms)
{
	if (ring_is_empty(list))
		return INT64_MAX;
	return container_of(list->next, struct peer, at_heard)->heard_ms + span_ms;
}

void house_rearm(struct house *h)
{
	const struct live *first = timeline_first(h);
	int64_t due =
		sooner(ring_due(&h->unheard, HELLO_MS), ring_due(&h->silent, SILENT_MS));

	due = sooner(sooner(due, h->scout_ms), h->board->lost_ms);
	if (first)
		due = sooner(due, first->due_ms - h->offset_ms);
	if (due >= h->armed_ms)
		return;
	h->armed_ms = due;
	h->parts.clock.arm(h->parts.clock.arg, due);
}

/* -- circles ----------------------------------------------------------------------- */

static struct circle **circle_slot(struct house *h, const char *key)
{
	uint32_t hash = 2166136261U; /* FNV-1a; names of teams are not hostile */
	struct circle **at;

	for (const char *c = key; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619U;
	at = &h->circles[hash % CIRCLE_BUCKETS];
	while (*at && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

struct circle *house_circle(struct house *h, const char *team, int64_t user)
{
	char key[LIMIT_TEAM + 1];
	struct circle **at;

	if (team[0])
		(void)snprintf(key, sizeof(key), "%s", team);
	else
		(void)snprintf(
			key, sizeof(key), "%c%lld", CIRCLE_OF_ONE, (long long)user);
	at = circle_slot(h, key);
	if (*at)
		return *at;
	*at = calloc(1, sizeof(**at));
	if (!*at)
		return NULL;
	memcpy((*at)->key, key, sizeof(key));
	ring_init(&(*at)->staff);
	ring_init(&(*at)->lives);
	return *at;
}

/* -- the end of a turn ------------------------------------------------------------- */

void house_mark(struct live *l)
{
	if (!l->gone && ring_is_empty(&l->at_dirty))
		ring_append(&l->house->dirty, &l->at_dirty);
}

static void send_card(struct live *l)
{
	enum meeting_alert alert = l->alert;
	struct jout o;

	l->card_due = false;
	l->alert = MEETING_ALERT_NONE;
	if (!l->circle || ring_is_empty(&l->circle->staff))
		return;
	o = house_jout(l->house);
	view_card(l, alert, &o);
	RING_EACH(&l->circle->staff, r)
	peer_send(container_of(r, struct peer, at_circle), &o);
}

static void flush_live(struct live *l)
{
	ring_drop(&l->at_dirty);
	if (l->state != LIVE_READY)
		return;
	RING_EACH(&l->peers, r)
	peer_send_state(container_of(r, struct peer, at_live));
	if (l->card_due)
		send_card(l);
	live_save(l);
	if (live_is_idle(l))
		live_let_go(l);
}

void house_flush(struct house *h)
{
	board_flush(h->board);
	while (!ring_is_empty(&h->dirty))
		flush_live(container_of(h->dirty.next, struct live, at_dirty));
	RING_EACH(&h->gone, r)
	{
		struct live *l = container_of(r, struct live, at_dirty);

		if (l->saving)
			continue;
		ring_drop(&l->at_dirty);
		live_free(l);
	}
}

/* -- time -------------------------------------------------------------------------- */

static void close_late(struct ring *list, int64_t before_ms, enum close_code why)
{
	RING_EACH(list, r)
	{
		struct peer *p = container_of(r, struct peer, at_heard);

		if (p->heard_ms > before_ms)
			return;
		if (!p->arrival) {
			peer_close(p, why);
			continue;
		}
		p->heard_ms = before_ms + HELLO_MS; /* its hello waits for the store */
		ring_append(list, &p->at_heard);
	}
}

static void tick_live(struct live *l, int64_t now)
{
	const struct meeting_event e = { .kind = MEETING_EV_TICK };
	struct bringer by = { 0 };

	if (l->turn_ms <= now)
		ice_push_turn(l);
	if (l->retry_ms <= now)
		l->retry_ms = MEETING_NEVER;
	house_mark(l);
	(void)live_step(l, &e, &by);
}

static void sign_out_expired(struct house *h)
{
	int64_t now = clock_utc_ms();

	RING_EACH(&h->silent, r)
	{
		struct peer *p = container_of(r, struct peer, at_heard);

		if (p->role != ROLE_STAFF)
			continue;
		peer_stay(p);
		if (p->expires_ms <= now && !p->live)
			peer_close(p, CLOSE_SIGNED_OUT);
	}
}

void house_recover(struct house *h)
{
	scout_send(h, true);
	house_rearm(h);
}

void house_tick(struct house *h)
{
	int64_t boot = clock_boot_ms();
	int64_t now;

	h->armed_ms = INT64_MAX;
	follow_wall_clock(h);
	now = house_now(h);
	close_late(&h->unheard, boot - HELLO_MS, CLOSE_NO_HELLO);
	close_late(&h->silent, boot - SILENT_MS, CLOSE_SILENT);
	for (struct live *l = timeline_first(h); l && l->due_ms <= now;
		l = timeline_first(h))
		tick_live(l, now);
	board_tick(h->board);
	if (h->scout_ms <= boot) {
		sign_out_expired(h);
		scout_send(h, false);
	}
	house_rearm(h);
}

/* -- life -------------------------------------------------------------------------- */

void house_set_settings(
	struct house *h, const struct settings *s, const struct secret *turn_secret)
{
	h->parts.settings = s;
	h->parts.turn_secret = turn_secret;
	h->rules = (struct meeting_rules){
		.auto_call_ms = s->phone_auto_call_seconds * MS_SECOND,
		.confirm_key = strcmp(s->phone_confirm, "key") == 0,
		.hide_number = strcmp(s->phone_caller_id, "hidden") == 0,
		.trunk = house_trunk_state(h) == PHONE_TRUNK_UP,
		.open_before_ms = s->meeting_open_before_minutes * MS_MINUTE,
		.open_after_ms = s->meeting_open_after_minutes * MS_MINUTE,
		.not_come_ms = s->meeting_not_come_minutes * MS_MINUTE,
		.no_show_ms = s->meeting_no_show_minutes * MS_MINUTE,
		.abandoned_ms = s->meeting_abandoned_hours * MS_HOUR,
	};
}

int house_new(struct house **ret, const struct house_parts *parts)
{
	struct house *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return fault_here(ENOMEM);
	r = key_slots_new(&h->keys);
	if (r == 0)
		r = board_new(&h->board, h);
	if (r < 0) {
		key_slots_free(h->keys);
		free(h);
		return fault_pass(r);
	}
	h->parts = *parts;
	h->offset_ms = clock_utc_ms() - clock_boot_ms();
	h->armed_ms = h->scout_ms = INT64_MAX;
	ring_init(&h->dirty);
	ring_init(&h->gone);
	ring_init(&h->unheard);
	ring_init(&h->silent);
	house_set_settings(h, parts->settings, parts->turn_secret);
	*ret = h;
	return 0;
}

static void free_circles(struct house *h)
{
	for (size_t i = 0; i < CIRCLE_BUCKETS; i++)
		while (h->circles[i]) {
			struct circle *c = h->circles[i];

			h->circles[i] = c->next;
			free(c);
		}
}

struct house *house_free(struct house *h)
{
	if (!h)
		return NULL;
	for (size_t i = 0; i < HOUSE_BUCKETS; i++)
		while (h->lives[i])
			live_let_go(h->lives[i]);
	house_flush(h);
	board_free(h->board);
	free_circles(h);
	key_slots_free(h->keys);
	free(h->heap);
	free(h);
	return NULL;
}

static void close_all(struct ring *list)
{
	while (!ring_is_empty(list))
		peer_close(container_of(list->next, struct peer, at_heard),
			CLOSE_RESTARTING);
}

void house_stop(struct house *h)
{
	h->stopping = true;
	for (size_t i = 0; i < HOUSE_BUCKETS; i++)
		for (struct live *l = h->lives[i]; l; l = l->next) {
			if (l->state != LIVE_READY)
				continue;
			ice_push_turn(l);
			l->retry_ms = MEETING_NEVER;
			house_mark(l);
		}
	house_flush(h);
	board_stop(h->board);
	close_all(&h->unheard);
	close_all(&h->silent);
}

void house_figures(const struct house *h, struct house_figures *ret)
{
	*ret = h->figures;
	ret->talks = 0;
	for (size_t i = 0; i < HOUSE_BUCKETS; i++)
		for (const struct live *l = h->lives[i]; l; l = l->next)
			ret->talks += l->state == LIVE_READY &&
				      l->meeting.phase == MEETING_PHASE_LIVE;
}
