/* SPDX-License-Identifier: MPL-2.0
 *
 * Meetings that nobody touches still have a time: every minute the scout brings in those
 * that begin, so that staff are told when nobody comes and an abandoned meeting ends by
 * itself. After a start it also brings in whatever a former process left running.
 */
#include "inner.h"

#include "samtale/store/record.h"

struct scout {
	struct desk_task task; /* first */
	struct house *house;
	bool all; /* after the start */
	int64_t from_ms, to_ms;
	int64_t *ids; /* owned */
	size_t n, cap;
};

struct scout_wait {
	struct wait wait;
};

static int scout_add(struct scout *s, int64_t id)
{
	int64_t *ids = s->ids;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		ids = realloc(ids, s->cap * sizeof(*ids));
		if (!ids)
			return fault_here(ENOMEM);
		s->ids = ids;
	}
	ids[s->n++] = id;
	return 0;
}

static int add_bookings(struct scout *s, const struct booking_list *list)
{
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++)
		if (list->at[i].state != BOOKING_ENDED)
			r = scout_add(s, list->at[i].id);
	return r;
}

static int add_live(struct scout *scout, struct store *s)
{
	owned(heap_freep) int64_t *ids = NULL;
	struct booking row;
	size_t n = 0;
	int r = s->record->live_list(s, &ids, &n);

	for (size_t i = 0; i < n && r == 0; i++) {
		r = s->meeting->get(s, ids[i], &row);
		if (r == 0 && row.state != BOOKING_ENDED)
			r = scout_add(scout, ids[i]);
		if (r > 0)
			r = 0; /* its row is gone, the record is about to be */
	}
	return r;
}

static int scout_ask(struct desk_task *task, struct store *s)
{
	struct scout *scout = container_of(task, struct scout, task);
	const struct booking_span span = { .from_ms = scout->from_ms,
		.to_ms = scout->to_ms };
	struct booking_list list = STORE_LIST_NULL;
	int r = s->meeting->between(s, &span, &list);

	if (r == 0)
		r = add_bookings(scout, &list);
	free(list.at);
	if (r != 0 || !scout->all)
		return r;
	list = (struct booking_list)STORE_LIST_NULL;
	r = s->meeting->unfinished(s, &list);
	if (r == 0)
		r = add_bookings(scout, &list);
	free(list.at);
	return r == 0 ? add_live(scout, s) : r;
}

static void scouted(struct wait *w, int result, struct live *l)
{
	(void)result;
	(void)l;
	free(container_of(w, struct scout_wait, wait));
}

static void scout_answer(struct desk_task *task, int result)
{
	struct scout *s = container_of(task, struct scout, task);
	size_t loaded = 0;

	s->house->scouting = false;
	for (size_t i = 0; i < s->n && result == 0 && !s->house->stopping; i++) {
		struct scout_wait *w;

		if (live_find(s->house, s->ids[i]) || !(w = malloc(sizeof(*w))))
			continue;
		w->wait.done = scouted;
		live_touch(s->house, s->ids[i], 0, &w->wait);
		loaded++;
	}
	if (s->all)
		log_event(EV_MEETINGS_RECOVERED, F_COUNT("meetings", loaded));
	free(s->ids);
	free(s);
}

void scout_send(struct house *h, bool all)
{
	int64_t now = house_now(h);
	struct scout *s;

	h->scout_ms = clock_boot_ms() + SCOUT_MS;
	if (h->scouting)
		return;
	s = calloc(1, sizeof(*s));
	if (!s)
		return;
	s->task.ask = scout_ask;
	s->task.answer = scout_answer;
	s->house = h;
	s->all = all;
	s->from_ms = now - (all ? 30 : 2) * MS_DAY;
	s->to_ms = now + SCOUT_MS;
	h->scouting = desk_put(h->parts.desk, &s->task) == 0;
	if (!h->scouting)
		free(s);
}
