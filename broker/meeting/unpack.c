/* SPDX-License-Identifier: MPL-2.0
 *
 * A meeting across a restart, read: nothing is taken on trust, every number is checked
 * against its range and against the others. Version 1, which knew no trunk, is still
 * read.
 */
#include "pack.h"

#define PACK_BEFORE_TRUNK 1
/* No clock of ours reaches it; sums of a few such times cannot wrap. */
#define TIME_MAX ((uint64_t)1 << 50)

static void expect(struct reader *r, bool condition)
{
	if (!condition)
		r->bad = true;
}

static uint8_t read_below(struct reader *r, unsigned count)
{
	uint8_t v = read_u8(r);

	expect(r, v < count);
	return r->bad ? 0 : v;
}

static bool read_flag(struct reader *r)
{
	return read_below(r, 2) == 1;
}

static int64_t read_time(struct reader *r, int64_t max_ms)
{
	uint64_t v = read_u64(r);

	expect(r, v <= (uint64_t)max_ms);
	return r->bad ? 0 : (int64_t)v;
}

static void read_into(struct reader *r, void *to, size_t len)
{
	struct bytes b = read_bytes(r, len);

	if (b.len == len)
		memcpy(to, b.at, len);
}

static void expect_phone(
	struct reader *r, const struct meeting *m, const struct meeting_entry *entry)
{
	expect(r, m->phase != MEETING_PHASE_ENDED);
	expect(r, entry->level == 0 && entry->announced && !entry->hidden &&
			  entry->progress == MEETING_PROGRESS_READY);
}

static void unpack_entry(
	struct reader *r, const struct meeting *m, struct meeting_entry *ret)
{
	ret->number = read_u16(r);
	if (ret->number == 0)
		return;
	read_into(r, ret->device, MEETING_DEVICE_LEN);
	ret->place = (enum meeting_place)read_below(r, MEETING_PLACE_COUNT);
	ret->via = (enum meeting_via)read_below(r, MEETING_VIA_COUNT);
	ret->level = read_below(r, 3);
	ret->since_ms = read_time(r, m->now_ms);
	ret->progress = (enum meeting_progress)read_below(r, MEETING_PROGRESS_COUNT);
	ret->hidden = read_flag(r);
	ret->announced = read_flag(r);
	ret->side.gone_ms = m->now_ms;
	expect(r, ret->number < m->next_entry);
	expect(r, ret->place == MEETING_PLACE_LOBBY || m->started_ms != 0);
	expect(r, ret->via != MEETING_VIA_LINK_PIN || ret->level >= 1);
	expect(r, ret->place != MEETING_PLACE_ADMITTED || ret->level <= m->level);
	expect(r, !ret->announced || ret->since_ms <= m->now_ms);
	if (entry_is_phone(ret)) {
		expect_phone(r, m, ret);
		ret->side.reported = ret->side.mic = true;
	}
}

static void unpack_entries(struct reader *r, struct meeting *m)
{
	unsigned admitted[MEETING_KIND_COUNT] = { 0 };

	m->next_entry = read_u16(r);
	expect(r, m->next_entry > 0);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++) {
		unpack_entry(r, m, &m->entries[i]);
		admitted[meeting_entry_kind(&m->entries[i])] +=
			m->entries[i].number != 0 &&
			m->entries[i].place == MEETING_PLACE_ADMITTED;
		for (size_t j = 0; j < i && m->entries[i].number != 0; j++) {
			expect(r, m->entries[i].number != m->entries[j].number);
			expect(r,
				m->entries[j].number == 0 ||
					memcmp(m->entries[i].device, m->entries[j].device,
						MEETING_DEVICE_LEN) != 0);
		}
	}
	expect(r, admitted[MEETING_KIND_BROWSER] <= 1);
	expect(r, admitted[MEETING_KIND_PHONE] <= 1);
	m->bound = read_flag(r);
	if (m->bound)
		read_into(r, m->bound_device, MEETING_DEVICE_LEN);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (m->entries[i].place == MEETING_PLACE_ADMITTED &&
			!entry_is_phone(&m->entries[i]))
			expect(r, m->bound && !meeting_entry_is_new_device(
						      m, &m->entries[i]));
}

static void unpack_sas(struct reader *r, struct meeting *m)
{
	bool done = read_flag(r);

	m->sas_step = done ? MEETING_SAS_DONE : m->epoch_with != 0 ? MEETING_SAS_LOST : 0;
	if (done)
		read_into(r, m->sas_seen, sizeof(m->sas_seen));
	m->sas_has_confirmed = read_flag(r);
	if (m->sas_has_confirmed)
		read_into(r, m->sas_known, sizeof(m->sas_known));
	m->sas_confirmed = read_flag(r);
	m->sas_show = read_flag(r);
	expect(r, m->epoch_with != 0 ||
			  (!done && !m->sas_has_confirmed && !m->sas_confirmed));
	expect(r, m->started_ms != 0 || (m->epoch == 0 && !m->sas_show));
}

static void unpack_intervals(struct reader *r, struct meeting *m)
{
	int64_t sum[MEETING_FORM_COUNT] = { 0 }, last_ms = m->started_ms;

	m->intervals = read_below(r, LIMIT_INTERVALS + 1);
	for (size_t i = 0; i < m->intervals; i++) {
		struct meeting_interval *at = &m->interval[i];
		bool runs;

		at->form = (enum meeting_form)read_below(r, MEETING_FORM_COUNT);
		at->from_ms = read_time(r, m->now_ms);
		at->to_ms = read_time(r, m->now_ms);
		runs = at->to_ms == 0;
		expect(r, at->form != MEETING_FORM_NONE && at->from_ms >= last_ms);
		expect(r, !runs || (i + 1U == m->intervals && at->form == m->form &&
					   at->from_ms == m->form_ms));
		expect(r, runs || at->to_ms >= at->from_ms);
		last_ms = at->to_ms;
		sum[at->form] += runs ? 0 : at->to_ms - at->from_ms;
	}
	/* Once the list is full, totals grow without it. */
	for (size_t i = 0; i < MEETING_FORM_COUNT; i++)
		expect(r, m->total_ms[i] == sum[i] || (m->intervals == LIMIT_INTERVALS &&
							      m->total_ms[i] > sum[i]));
	expect(r, m->form == MEETING_FORM_NONE || m->intervals == LIMIT_INTERVALS ||
			  (m->intervals > 0 && m->interval[m->intervals - 1].to_ms == 0));
}

static void unpack_form(struct reader *r, struct meeting *m)
{
	bool runs = m->phase == MEETING_PHASE_LIVE || m->phase == MEETING_PHASE_PAUSED;
	int64_t sum = 0;

	m->form = (enum meeting_form)read_below(r, MEETING_FORM_COUNT);
	m->form_ms = read_time(r, m->now_ms);
	m->doubt_ms = read_time(r, m->now_ms);
	for (size_t i = 0; i < MEETING_FORM_COUNT; i++) {
		m->total_ms[i] = read_time(r, m->now_ms);
		sum += m->total_ms[i];
	}
	if (m->form == MEETING_FORM_NONE)
		expect(r, m->form_ms == 0 && m->doubt_ms == 0);
	else
		expect(r,
			runs && m->form_ms >= m->started_ms && m->doubt_ms >= m->form_ms);
	expect(r,
		m->total_ms[MEETING_FORM_NONE] == 0 && sum <= m->now_ms - m->started_ms);
	expect(r, m->started_ms != 0 || sum == 0);
	unpack_intervals(r, m);
	expect(r, m->started_ms != 0 || m->intervals == 0);
}

static void unpack_call(
	struct reader *r, const struct meeting *m, struct meeting_hand_off *call)
{
	bool panel, guest = meeting_admitted_phone(m);

	call->state = (enum meeting_call)read_below(r, MEETING_CALL_COUNT);
	call->from = (enum meeting_call_from)read_below(r, MEETING_CALL_FROM_COUNT);
	call->has_digits = read_flag(r);
	call->digits = read_below(r, 100);
	call->answered = read_flag(r);
	call->asked_ever = read_flag(r);
	call->video_asked = read_flag(r);
	call->attempts = read_u8(r);
	call->given = (enum meeting_given)read_below(r, MEETING_GIVEN_ACCEPTED + 1);
	call->level = read_below(r, 3);
	panel = call->state != MEETING_CALL_NONE && call->state != MEETING_CALL_ASKED &&
		!guest;
	expect(r, !guest || (call->state == MEETING_CALL_TALKING && !call->has_digits &&
				    call->level == 0));
	expect(r, call->state != MEETING_CALL_NONE || !call->has_digits);
	expect(r,
		(call->state == MEETING_CALL_TALKING) == (m->form == MEETING_FORM_PHONE));
	expect(r, !panel || (call->has_digits && call->from != MEETING_CALL_FROM_NONE));
	expect(r, call->has_digits ||
			  (call->digits == 0 && call->from == MEETING_CALL_FROM_NONE));
	expect(r, !call->answered || call->state == MEETING_CALL_RINGING);
	expect(r, call->state == MEETING_CALL_TALKING ||
			  (!call->video_asked && !call->level));
	expect(r, m->phase != MEETING_PHASE_ENDED ||
			  (call->state == MEETING_CALL_NONE && !call->has_digits));
	expect(r, call->level <= m->level);
}

/* How the legs and the state of the call go together. */
static void expect_legs(struct reader *r, const struct meeting *m)
{
	const struct meeting_lines *l = &m->call.lines;
	bool talking = m->call.state == MEETING_CALL_TALKING;
	bool ringing = m->call.state == MEETING_CALL_RINGING;
	bool announced = m->call.state == MEETING_CALL_ANNOUNCED;
	bool guest = meeting_admitted_phone(m), answered;

	answered = l->citizen == MEETING_LINE_ANSWERED;
	expect(r, !guest || l->citizen == MEETING_LINE_NONE);
	switch (l->citizen) {
	case MEETING_LINE_NONE:
		break;
	case MEETING_LINE_CALLING:
		expect(r, announced);
		break;
	case MEETING_LINE_TALKING:
		expect(r, talking);
		break;
	default:
		expect(r, ringing && m->call.answered == answered);
		break;
	}
	if (l->own == MEETING_LINE_TALKING)
		expect(r, l->citizen != MEETING_LINE_NONE || guest);
	else if (l->own != MEETING_LINE_NONE)
		expect(r, l->citizen == MEETING_LINE_NONE && announced);
	expect(r, l->line <= l->last);
	expect(r, l->line == 0 || (l->own == MEETING_LINE_NONE &&
					  (l->citizen != MEETING_LINE_NONE || guest)));
}

static void unpack_lines(
	struct reader *r, const struct meeting *m, struct meeting_lines *l)
{
	bool pending, carries;

	l->citizen = (enum meeting_line)read_below(r, MEETING_LINE_COUNT);
	l->own = (enum meeting_line)read_below(r, MEETING_LINE_COUNT);
	l->reason = (enum meeting_reason)read_below(r, MEETING_REASON_COUNT);
	l->before = (enum meeting_call)read_below(r, MEETING_CALL_COUNT);
	l->drew = read_flag(r);
	l->by_key = read_flag(r);
	l->muted = read_flag(r);
	l->held = read_flag(r);
	l->by_caller = read_flag(r);
	l->hand = read_flag(r);
	l->quiet = read_flag(r);
	l->line = read_u32(r);
	l->last = read_u32(r);
	expect_legs(r, m);
	pending = line_is_pending(m);
	carries = line_carries(m);
	expect(r, pending || (l->before == MEETING_CALL_NONE && !l->drew && !l->by_key));
	expect(r, l->before != MEETING_CALL_RINGING && l->before != MEETING_CALL_TALKING);
	expect(r, !l->drew || l->before == MEETING_CALL_NONE ||
			  l->before == MEETING_CALL_ASKED);
	expect(r, carries || (!l->muted && !l->held && !l->by_caller && !l->hand));
	expect(r, !(pending || carries) || l->reason == MEETING_REASON_NONE);
	expect(r, m->phase != MEETING_PHASE_ENDED ||
			  (!pending && !l->quiet && l->reason == MEETING_REASON_NONE));
}

static void unpack_phase(struct reader *r, struct meeting *m)
{
	bool ended, talks;

	m->now_ms = read_time(r, (int64_t)TIME_MAX);
	expect(r, m->now_ms > 0); /* 0 means "not yet" in every time that follows */
	m->phase = (enum meeting_phase)read_below(r, MEETING_PHASE_COUNT);
	m->outcome = (enum meeting_outcome)read_below(r, MEETING_OUTCOME_COUNT);
	m->started_ms = read_time(r, m->now_ms);
	m->ended_ms = read_time(r, m->now_ms);
	m->idle_ms = read_time(r, m->now_ms);
	m->late_minutes = read_below(r, 61);
	m->level = read_below(r, 3);
	ended = m->phase == MEETING_PHASE_ENDED;
	talks = m->phase == MEETING_PHASE_LIVE || m->phase == MEETING_PHASE_PAUSED;
	expect(r, ended == (m->outcome != MEETING_OUTCOME_NONE));
	expect(r, ended == (m->ended_ms != 0));
	expect(r, ended || talks == (m->started_ms != 0));
	expect(r,
		talks == (m->idle_ms != 0) && m->idle_ms >= (talks ? m->started_ms : 0));
	expect(r, !ended || m->ended_ms >= m->started_ms);
	expect(r, m->started_ms != 0 || m->level == 0);
	expect(r, m->started_ms == 0 || m->outcome != MEETING_OUTCOME_CANCELLED);
}

static uint16_t admitted_number(const struct meeting *m)
{
	const struct meeting_entry *entry = meeting_admitted(m);

	return entry ? entry->number : 0;
}

bool meeting_unpack(struct reader *r, const struct meeting_rules *by,
	const struct meeting_booking *booking, struct meeting *ret)
{
	struct meeting m = { .rules = by, .booking = *booking };
	uint8_t version = read_u8(r);

	expect(r, version == PACK_VERSION || version == PACK_BEFORE_TRUNK);
	unpack_phase(r, &m);
	unpack_entries(r, &m);
	m.came = read_flag(r);
	m.last_progress = (enum meeting_progress)read_below(r, MEETING_PROGRESS_COUNT);
	m.last_seen_ms = read_time(r, m.now_ms);
	m.entered = read_flag(r);
	m.epoch = read_u32(r);
	m.epoch_with = read_u16(r);
	expect(r, m.epoch_with == 0 ||
			  (m.epoch != 0 && m.epoch_with == admitted_number(&m)));
	unpack_sas(r, &m);
	unpack_form(r, &m);
	unpack_call(r, &m, &m.call);
	if (version == PACK_BEFORE_TRUNK) {
		expect(r, !leg_has_any(&m));
		m.call.stated = m.total_ms[MEETING_FORM_PHONE] > 0;
	} else {
		m.call.stated = read_flag(r);
		expect(r, !m.call.stated || m.started_ms != 0);
		unpack_lines(r, &m, &m.call.lines);
	}
	leg_doubt(&m);
	m.answers_due = m.epoch_with != 0; /* an offer may have been passed on before */
	m.consultant.gone_ms = m.now_ms;
	if (!reader_done(r))
		return false;
	*ret = m;
	return true;
}
