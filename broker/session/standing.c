/* SPDX-License-Identifier: MPL-2.0
 *
 * After HELLO the gateway says which legs stand. Those that a meeting knows are taken up
 * again, all others are hung up; what a meeting believed to have and did not stand is
 * gone. Meetings that are not in memory are loaded for it, so the gateway may be faster
 * than the store or slower.
 */
#include "switchboard.h"

#define STANDING_MAX 2000 /* legs */

/* Seconds of a call whose end nobody told us. */
static uint32_t lasted_s(const struct leg *leg)
{
	int64_t ms = leg->answered_ms ? clock_boot_ms() - leg->answered_ms : 0;

	return (uint32_t)(ms / MS_SECOND);
}

/* It went with the link or with the gateway; the rules hear of all of them at once. */
static void lose(struct switchboard *b, struct leg *leg)
{
	if (leg->placed)
		dial_over(b, leg, lasted_s(leg));
	leg_free(leg);
}

static bool is_news(const struct leg *leg, const struct live *l)
{
	return leg->news && leg->meeting == l->id;
}

/* Legs of this meeting that stand: the rules hear of those that it knows, the others are
 * hung up. */
static void take_up(struct switchboard *b, struct live *l)
{
	struct leg *leg;

	while ((leg = leg_some(b, is_news, l))) {
		leg->news = false;
		if (leg->live)
			board_tell(leg, leg->progress, MEETING_REASON_NONE);
		else
			leg_let_go(b, leg, PHONE_CAUSE_CANCELLED);
	}
}

static bool is_lost_of(const struct leg *leg, const struct live *l)
{
	return leg->live == l && leg->ordered && !leg->stands;
}

/* All that stands was named: what did not is gone. */
static void sync_live(struct switchboard *b, struct live *l)
{
	const struct meeting_event e = { .kind = MEETING_EV_LINE_SYNC };
	struct leg *leg;

	while ((leg = leg_some(b, is_lost_of, l)))
		lose(b, leg);
	if (!l->gone)
		(void)board_step(l, &e);
}

void standing_loaded(struct live *l)
{
	struct switchboard *b = l->house->board;

	if (b->state == BOARD_STANDING || b->state == BOARD_UP)
		take_up(b, l);
	if (b->state == BOARD_UP && !l->gone)
		sync_live(b, l);
}

struct stand { /* a meeting that is loaded because a leg of it stands */
	struct wait wait;
	struct house *house;
	uint32_t leg;
};

static void stand_loaded(struct wait *w, int result, struct live *l)
{
	struct stand *s = container_of(w, struct stand, wait);
	struct leg *leg = leg_find(s->house->board, s->leg);

	if (result != 0 && leg && !leg->live && !leg->over)
		leg_let_go(s->house->board, leg, PHONE_CAUSE_CANCELLED);
	(void)l; /* what it knows of the leg: standing_loaded() */
	free(s);
}

static void load_for(struct switchboard *b, struct leg *leg)
{
	struct stand *s = calloc(1, sizeof(*s));

	if (!s) {
		leg_let_go(b, leg, PHONE_CAUSE_CANCELLED);
		return;
	}
	s->house = b->house;
	s->leg = leg->number;
	s->wait.done = stand_loaded;
	live_touch(b->house, leg->meeting, 0, &s->wait);
}

/* More than a gateway has ports for are inventions. */
static bool is_full(const struct switchboard *b)
{
	unsigned n = 0;

	for (size_t i = 0; i < LEG_BUCKETS; i++)
		for (const struct ring *r = b->legs[i].next; r != &b->legs[i];
			r = r->next)
			n++;
	return n >= STANDING_MAX;
}

void standing_report(struct switchboard *b, const struct phone_message *m)
{
	struct leg *leg = leg_find(b, m->leg);
	struct live *l;

	if (!leg && m->leg != 0 && !is_full(b))
		leg = leg_new(b, m->leg, (int64_t)m->room);
	if (!leg)
		return;
	leg->ordered = leg->stands = leg->news = true;
	leg->progress = board_line_of((enum phone_progress)m->word);
	if (leg->progress >= MEETING_LINE_ANSWERED && !leg->answered_ms)
		leg->answered_ms = clock_boot_ms();
	if (leg->over || m->room == 0 || m->room != (uint64_t)leg->meeting) {
		leg->over = leg->news = false;
		leg_let_go(b, leg, PHONE_CAUSE_CANCELLED);
		return;
	}
	l = live_find(b->house, leg->meeting);
	if (l && l->state == LIVE_READY)
		take_up(b, l);
	else
		load_for(b, leg);
}

/* A call that is still on its way to the gateway counts too: the rules hold it for lost.
 */
static bool is_lost(const struct leg *leg, const struct live *l)
{
	(void)l;
	return !leg->stands && (leg->ordered || leg->kind != MEETING_LEG_LINE);
}

void standing_synced(struct switchboard *b)
{
	const struct meeting_event e = { .kind = MEETING_EV_LINE_SYNC };
	struct leg *leg;

	while ((leg = leg_some(b, is_lost, NULL)))
		lose(b, leg);
	board_tell_all(b->house, &e);
}

void standing_lose_all(struct switchboard *b)
{
	struct leg *leg;

	while ((leg = leg_some(b, NULL, NULL)))
		lose(b, leg);
}
