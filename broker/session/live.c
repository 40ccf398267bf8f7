/* SPDX-License-Identifier: MPL-2.0
 *
 * Meetings in memory: the table, who waits for one, what its row means for the rules, and
 * how it leaves again when nothing of it is live.
 */
#include "switchboard.h"

#include "samtale/store/calendar.h"

static size_t bucket_of(int64_t id)
{
	return (size_t)((uint64_t)id * 0x9e3779b97f4a7c15U >> 52) % HOUSE_BUCKETS;
}

struct live *live_find(const struct house *h, int64_t meeting)
{
	struct live *l = h->lives[bucket_of(meeting)];

	while (l && l->id != meeting)
		l = l->next;
	return l;
}

const struct meeting_keys *live_keys(const struct live *l)
{
	return key_slots_at(l->house->keys, l->keys);
}

/* -- in and out of the table ------------------------------------------------------- */

struct live *live_new(struct house *h, int64_t meeting)
{
	struct live *l = calloc(1, sizeof(*l));
	size_t bucket = bucket_of(meeting);

	if (!l)
		return NULL;
	l->house = h;
	l->id = meeting;
	l->keys = -1;
	l->due_ms = l->turn_ms = l->retry_ms = MEETING_NEVER;
	ring_init(&l->waits);
	ring_init(&l->saved);
	ring_init(&l->legs);
	ring_init(&l->peers);
	ring_init(&l->at_dirty);
	ring_init(&l->at_circle);
	l->next = h->lives[bucket];
	h->lives[bucket] = l;
	h->figures.meetings++;
	return l;
}

static void leave_table(struct live *l)
{
	struct live **at = &l->house->lives[bucket_of(l->id)];

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->house->figures.meetings--;
	timeline_drop(l->house, l);
	ring_drop(&l->at_dirty);
	ring_drop(&l->at_circle);
	legs_let_go(l);
	key_slots_drop(l->house->keys, l->keys);
	l->keys = -1;
	l->gone = true;
}

void live_answer_waits(struct live *l, int result)
{
	while (!ring_is_empty(&l->waits)) {
		struct wait *w = container_of(l->waits.next, struct wait, at);

		ring_drop(&w->at);
		if (result == 0 && l->gone)
			result = -EIO;
		w->done(w, result, result == 0 ? l : NULL);
	}
}

void live_free(struct live *l)
{
	free(l->given);
	free(l);
}

void live_let_go(struct live *l)
{
	if (l->gone)
		return;
	leave_table(l);
	ring_append(&l->house->gone, &l->at_dirty);
}

bool live_is_idle(const struct live *l)
{
	const struct meeting *m = &l->meeting;
	bool untouched = m->phase == MEETING_PHASE_BOOKED && m->next_entry == 1 &&
			 m->call.state == MEETING_CALL_NONE && m->late_minutes == 0;

	return l->state == LIVE_READY && ring_is_empty(&l->peers) &&
	       ring_is_empty(&l->waits) && ring_is_empty(&l->saved) && !l->save_due &&
	       !l->saving && (untouched || m->phase == MEETING_PHASE_ENDED);
}

/* -- what the row says ------------------------------------------------------------- */

static void last_two(char ret[3], const char *phone)
{
	size_t n = strlen(phone);

	ret[0] = ret[1] = ret[2] = '\0';
	if (n >= 2)
		memcpy(ret, phone + n - 2, 2);
}

/* Plain text of a field under ck; "" when there is none or it cannot be opened. */
static void open_contact(const struct live *l, const char *context,
	const struct sealed *sealed, char ret[OPEN_TEXT_CAP])
{
	const struct meeting_keys *keys = live_keys(l);

	ret[0] = '\0';
	if (keys && keys->has_ck && sealed->len > 0 &&
		open_text(&keys->ck, context, l->id, sealed, ret) != 0)
		ret[0] = '\0';
}

static struct meeting_booking booking_of(struct live *l, const struct booking *row)
{
	wiped_buf(phone, OPEN_TEXT_CAP);
	wiped_buf(way_text, OPEN_TEXT_CAP);
	int way;

	open_contact(l, SEAL_MEETING_PHONE, &row->phone, (char *)phone);
	open_contact(l, SEAL_MEETING_WAY, &row->way, (char *)way_text);
	last_two(l->last2, (char *)phone);
	way = meeting_way_of(bytes_str((char *)way_text));
	return (struct meeting_booking){
		.owner = (uint64_t)row->owner,
		.starts_ms = row->starts_ms,
		.minutes = row->minutes,
		.form = row->form == BOOKING_PHONE ? MEETING_FORM_PHONE
						   : MEETING_FORM_VIDEO,
		.way = way < 0 ? MEETING_WAY_SPEECH : (enum meeting_way)way,
		.has_phone = phone[0] != '\0',
		.own_phone = l->has_own_phone,
		.pin = row->pin_required,
	};
}

static void join_circle(struct live *l, const struct booking *row)
{
	struct circle *c = house_circle(l->house, row->team, row->owner);

	ring_drop(&l->at_circle);
	l->circle = c;
	if (c)
		ring_append(&c->lives, &l->at_circle);
}

struct meeting_booking live_take_row(struct live *l, const struct booking *row)
{
	l->owner = row->owner;
	l->chosen_by = row->chosen_by;
	l->booked_form = row->form;
	l->row_state = row->state;
	l->row_outcome = row->outcome;
	join_circle(l, row);
	return booking_of(l, row);
}

/* What api has written into the row comes to the rules as an event of its own. */
void live_follow_row(
	struct live *l, const struct booking *row, const struct meeting_booking *booking)
{
	struct meeting_event e = { .kind = MEETING_EV_BOOKING, .booking = *booking };
	bool row_ended = row->state == BOOKING_ENDED;
	bool ended = l->meeting.phase == MEETING_PHASE_ENDED;
	int64_t ended_ms = l->meeting.ended_ms;
	struct bringer by = { 0 };

	if (row_ended && !ended) {
		e = (struct meeting_event){ .kind = MEETING_EV_CANCEL };
		if (row->outcome != BOOKING_CANCELLED) {
			e.kind = MEETING_EV_ADMIN_END;
			e.outcome = MEETING_OUTCOME_UNFINISHED;
		}
	} else if (!row_ended && ended) {
		struct meeting_event back = { .kind = MEETING_EV_RESTORE };

		if (live_step(l, &back, &by) != 0 || l->gone)
			return;
		l->uncount_week = l->end_due ? 0 : calendar_iso_week(ended_ms);
	}
	/* A refusal (they talk already) leaves the meeting as it is; saving mends the
	 * row. */
	if (live_step(l, &e, &by) > 0) {
		l->save_due = true;
		house_mark(l);
	}
}

void live_set_booking(struct live *l, const struct booking *row)
{
	struct meeting_booking booking = live_take_row(l, row);

	live_follow_row(l, row, &booking);
}

void live_follow(struct live *l)
{
	int64_t due = meeting_next_deadline(&l->meeting);

	if (l->turn_ms < due)
		due = l->turn_ms;
	if (l->retry_ms < due)
		due = l->retry_ms;
	if (due == l->due_ms)
		return;
	timeline_drop(l->house, l);
	l->due_ms = due;
	if (due != MEETING_NEVER && timeline_put(l->house, l, due) < 0)
		log_event(EV_MEETING_LOAD_FAILED, F_ERRNO(ENOMEM));
	house_rearm(l->house);
}
