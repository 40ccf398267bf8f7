/* SPDX-License-Identifier: MPL-2.0
 *
 * What survives a kill -9. At the end of a turn a meeting that changed is packed, sealed
 * under its mk and handed to the store's worker, at most one save of a meeting at a time;
 * what changes in between goes with the next. The same task keeps the booking's row in
 * step and, at the end of the meeting, writes the attendance and the statistics.
 *
 * A number that the citizen gave is sealed under ck before it comes here, so it dies with
 * the contact data although the record lives on.
 */
#include "switchboard.h"

#include "samtale/store/attendance.h"
#include "samtale/store/calendar.h"
#include "samtale/store/record.h"
#include "samtale/store/stats.h"

#define LIVE_VERSION 2 /* 1 had no legs */
#define PLAIN_MAX    (MEETING_PACK_MAX + 512)

/* -- packing ----------------------------------------------------------------------- */

void live_pack(const struct live *l, struct writer *w)
{
	write_u8(w, LIVE_VERSION);
	write_u8(w, l->cause);
	write_var(w, l->given ? bytes_of(l->given->at, l->given->len) : BYTES_NULL);
	write_str(w, l->given ? l->given_last2 : "");
	legs_pack(l, w);
	meeting_pack(&l->meeting, w);
}

static bool unpack_given(struct live *l, struct reader *r)
{
	struct bytes given = read_var(r, sizeof(l->given->at));
	struct bytes last2 = given.len > 0 ? read_bytes(r, 2) : BYTES_NULL;

	if (r->bad || given.len == 0)
		return !r->bad;
	l->given = calloc(1, sizeof(*l->given));
	if (!l->given)
		return false;
	l->given->len = (uint16_t)given.len;
	memcpy(l->given->at, given.at, given.len);
	return bytes_to_str(last2, l->given_last2, sizeof(l->given_last2));
}

bool live_unpack(
	struct live *l, struct bytes plain, const struct meeting_booking *booking)
{
	struct reader r = reader_of(plain);
	uint8_t version = read_u8(&r);

	l->cause = read_u8(&r);
	return version >= 1 && version <= LIVE_VERSION && unpack_given(l, &r) &&
	       (version == 1 || legs_unpack(l, &r)) &&
	       meeting_unpack(&r, &l->house->rules, booking, &l->meeting);
}

_Static_assert(ATTENDANCE_PHONE == (int)MEETING_FORM_PHONE, "forms");
_Static_assert(ATTENDANCE_FORMS == (int)MEETING_FORM_COUNT, "forms");

/* Who was there, when, in which form: documentation, kept longer than the booking. */
static void pack_attendance(const struct live *l, struct writer *w)
{
	const struct meeting *m = &l->meeting;
	struct attendance a = {
		.outcome = (uint8_t)m->outcome,
		.level = m->level,
		.chosen_by = l->chosen_by,
		.cause = l->cause,
		.came = m->came,
		.entered = m->entered,
		.call_asked = m->call.asked_ever,
		.calls = m->call.attempts,
		.stated = m->call.stated,
		.starts_ms = m->booking.starts_ms,
		.started_ms = m->started_ms,
		.ended_ms = m->ended_ms,
		.intervals = m->intervals,
	};

	memcpy(a.total_ms, m->total_ms, sizeof(a.total_ms));
	for (int i = 0; i < m->intervals; i++)
		a.interval[i] = (struct attendance_interval){
			(uint8_t)m->interval[i].form,
			m->interval[i].from_ms,
			m->interval[i].to_ms,
		};
	attendance_write(w, &a);
}

/* -- the task ---------------------------------------------------------------------- */

struct save {
	struct desk_task task; /* first */
	struct live *live;
	int64_t id, now_ms;
	bool row_due, accept, end_due;
	uint8_t state, outcome;
	int64_t started_ms, ended_ms;
	struct sealed given;
	bool has_phone_tag; /* of the given number */
	struct token_hash phone_tag;
	struct stat_cell cell, uncount; /* uncount.week 0: nothing to take back */
	struct ring waits;              /* struct saved_wait */
	struct writer record, attendance;
	uint8_t record_room[SEALED_SIZE(PLAIN_MAX)];
	uint8_t attendance_room[SEALED_SIZE(PLAIN_MAX)];
};

/* The row may be gone already (retention); the record stands on its own. */
static int save_row(struct save *save, struct store *s)
{
	struct booking row;
	int r = s->meeting->get(s, save->id, &row);

	if (r != 0)
		return r == STORE_E_NONE ? 0 : r;
	row.state = save->state;
	row.outcome = save->outcome;
	row.started_ms = save->started_ms;
	row.ended_ms = save->ended_ms;
	if (save->accept && !row.contact_gone) {
		row.phone = save->given;
		row.phone_by_citizen = true;
		row.has_phone_tag = save->has_phone_tag;
		row.phone_tag = save->phone_tag;
	}
	r = s->meeting->update(s, &row);
	return r > 0 ? fault_fold(r) : r;
}

static int save_ask(struct desk_task *task, struct store *s)
{
	struct save *save = container_of(task, struct save, task);
	int r = s->record->live_put(
		s, save->id, save->now_ms, writer_bytes(&save->record));

	if (r == 0 && save->row_due)
		r = save_row(save, s);
	if (r == 0 && save->end_due)
		r = s->record->attendance_put(
			s, save->id, save->now_ms, writer_bytes(&save->attendance));
	if (r == 0 && save->end_due)
		r = s->stats->add(s, &save->cell);
	if (r == 0 && save->uncount.week)
		r = s->stats->add(s, &save->uncount);
	return r;
}

static void answer(struct save *save, int result)
{
	while (!ring_is_empty(&save->waits)) {
		struct saved_wait *w =
			container_of(save->waits.next, struct saved_wait, at);

		ring_drop(&w->at);
		w->done(w, result);
	}
}

static void save_failed(struct live *l, const struct save *save, int result)
{
	log_event(EV_MEETING_SAVE_FAILED, F_ERRNO(result < 0 ? -result : EIO));
	l->save_due = true;
	l->row_state = save->row_due ? 0 : l->row_state; /* once more, row and all */
	l->accept_due |= save->accept;
	if (save->end_due)
		l->uncount_week = 0; /* it was never counted */
	if (save->uncount.week)
		l->uncount_week = save->uncount.week;
	l->end_due |= save->end_due;
	l->retry_ms = house_now(l->house) + SAVE_RETRY_MS;
}

static void save_answer(struct desk_task *task, int result)
{
	struct save *save = container_of(task, struct save, task);
	struct live *l = save->live;

	l->saving = false;
	l->house->figures.saves += result == 0;
	answer(save, result);
	if (result != 0 && !l->gone)
		save_failed(l, save, result);
	free(save);
	if (l->gone)
		return;
	live_follow(l);
	house_mark(l);
}

/* -- filling it -------------------------------------------------------------------- */

static uint8_t waiting_class(const struct meeting *m)
{
	int64_t from = MEETING_NEVER;

	for (int i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].number != 0 && m->entries[i].since_ms < from)
			from = m->entries[i].since_ms;
	if (from == MEETING_NEVER || m->started_ms == 0)
		return 0;
	if (from < m->booking.starts_ms)
		from = m->booking.starts_ms;
	from = m->started_ms - from;
	return from < MS_MINUTE        ? 1
	       : from < 5 * MS_MINUTE  ? 2
	       : from < 15 * MS_MINUTE ? 3
				       : 4;
}

static void fill_team(struct stat_cell *cell, const struct live *l)
{
	const char *team =
		l->circle && l->circle->key[0] != CIRCLE_OF_ONE ? l->circle->key : "";

	memcpy(cell->team, team, strlen(team) + 1);
}

static void fill_end(struct save *save, const struct live *l)
{
	const struct meeting *m = &l->meeting;

	save->cell = (struct stat_cell){
		.week = calendar_iso_week(m->ended_ms),
		.form = l->booked_form,
		.outcome = (uint8_t)m->outcome,
		.cause = m->total_ms[MEETING_FORM_PHONE] > 0 ? l->cause : CAUSE_NONE,
		.waiting = waiting_class(m),
		.count = 1,
	};
	fill_team(&save->cell, l);
}

/* What fill_end() counted when the meeting was cancelled: nobody had been admitted yet.
 */
static void fill_uncount(struct save *save, const struct live *l)
{
	save->uncount = (struct stat_cell){
		.week = l->uncount_week,
		.form = l->booked_form,
		.outcome = BOOKING_CANCELLED,
		.count = -1,
	};
	fill_team(&save->uncount, l);
}

static int seal_into(const struct live *l, const char *context,
	void (*pack)(const struct live *, struct writer *), struct writer *out)
{
	wiped_buf(plain, PLAIN_MAX);
	struct writer w = writer_of(plain, sizeof(plain));

	pack(l, &w);
	if (!writer_ok(&w))
		return fault_here(EMSGSIZE);
	return seal_field(&live_keys(l)->mk, context, l->id, writer_bytes(&w), out);
}

/* The two numberings are the same by design of the enums; the assertions keep it so. */
_Static_assert(BOOKING_BOOKED == MEETING_PHASE_BOOKED + 1, "phase and state");
_Static_assert(BOOKING_ENDED == MEETING_PHASE_ENDED + 1, "phase and state");
_Static_assert(BOOKING_HELD == (int)MEETING_OUTCOME_HELD, "outcomes");
_Static_assert(BOOKING_CANCELLED == (int)MEETING_OUTCOME_CANCELLED, "outcomes");
_Static_assert(BOOKING_UNFINISHED == (int)MEETING_OUTCOME_UNFINISHED, "outcomes");

static bool is_running(uint8_t state)
{
	return state == BOOKING_LIVE || state == BOOKING_PAUSED;
}

/* The row says booked, open, running or ended; whether a running one is paused stands in
 * its live record. A row is a whole row and its indexes: half a talk's writes were this.
 */
static bool is_row_due(const struct save *save, const struct live *l)
{
	bool same = save->state == l->row_state ||
		    (is_running(save->state) && is_running(l->row_state));

	return !same || save->outcome != l->row_outcome || save->accept || save->end_due;
}

static void fill_given(struct save *save, const struct live *l)
{
	const struct meeting_keys *keys = live_keys(l);
	wiped_buf(number, OPEN_TEXT_CAP);

	save->given = *l->given;
	save->has_phone_tag = keys->has_ck &&
			      open_text(&keys->ck, SEAL_MEETING_PHONE, l->id, l->given,
				      (char *)number) == 0 &&
			      phone_tag(l->house->parts.node, bytes_str((char *)number),
				      &save->phone_tag);
}

static int fill(struct save *save, struct live *l)
{
	const struct meeting *m = &l->meeting;
	int r;

	save->state = (uint8_t)(m->phase + 1);
	save->outcome = (uint8_t)m->outcome;
	save->started_ms = m->started_ms;
	save->ended_ms = m->ended_ms;
	save->accept = l->accept_due && l->given;
	if (save->accept)
		fill_given(save, l);
	save->end_due = l->end_due && save->state == BOOKING_ENDED;
	save->row_due = is_row_due(save, l);
	if (l->uncount_week)
		fill_uncount(save, l);
	r = seal_into(l, SEAL_LIVE, live_pack, &save->record);
	if (r == 0 && save->end_due) {
		fill_end(save, l);
		r = seal_into(l, SEAL_ATTENDANCE, pack_attendance, &save->attendance);
	}
	return r;
}

static struct save *save_new(struct live *l)
{
	struct save *save = malloc(sizeof(*save));

	if (!save)
		return NULL;
	memset(save, 0, offsetof(struct save, record_room));
	save->task.ask = save_ask;
	save->task.answer = save_answer;
	save->live = l;
	save->id = l->id;
	save->now_ms = house_now(l->house);
	ring_init(&save->waits);
	save->record = writer_of(save->record_room, sizeof(save->record_room));
	save->attendance =
		writer_of(save->attendance_room, sizeof(save->attendance_room));
	return save;
}

static void handed_over(struct live *l, struct save *save)
{
	l->saving = true;
	l->save_due = l->accept_due = l->end_due = false;
	l->uncount_week = 0;
	l->retry_ms = MEETING_NEVER;
	if (save->row_due) {
		l->row_state = save->state;
		l->row_outcome = save->outcome;
	}
	while (!ring_is_empty(&l->saved))
		ring_append(&save->waits, l->saved.next);
}

void live_save(struct live *l)
{
	struct save *save;

	if (!l->save_due || l->saving || l->retry_ms != MEETING_NEVER)
		return;
	save = save_new(l);
	if (save && fill(save, l) == 0 &&
		desk_put(l->house->parts.desk, &save->task) == 0) {
		handed_over(l, save);
		return;
	}
	free(save);
	log_event(EV_MEETING_SAVE_FAILED, F_ERRNO(EAGAIN));
	l->retry_ms = house_now(l->house) + SAVE_RETRY_MS;
	live_follow(l);
}
