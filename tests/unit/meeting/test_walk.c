/* SPDX-License-Identifier: MPL-2.0
 *
 * A million random events, at random times, with crashes in between, against a tiny model
 * that knows only what it was told by accepted events and by effects. It shows that no
 * path leads to a talk before admission. SAMTALE_SEED repeats a walk, SAMTALE_EVENTS sets
 * its length.
 */
#include "stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define EVENTS 400000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EVENTS 400000
#endif
#endif
#ifndef EVENTS
#define EVENTS 4000000
#endif
#define LAST_ENTRY 4096 /* a walk through one meeting never makes so many */

/* -- chance ------------------------------------------------------------------------ */
static uint64_t chance;

static uint32_t dice(uint32_t sides) /* 0 … sides - 1, splitmix64 */
{
	uint64_t z = chance += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) % sides);
}

/* -- the model --------------------------------------------------------------------- */
struct model {
	bool online[LAST_ENTRY], gone[LAST_ENTRY];
	bool consultant_online, began, phone, redeemed, asked;
	uint16_t admitted;
	unsigned attempts;
	uint32_t epoch;      /* of the last START */
	uint16_t epoch_with; /* whom it was told */
	bool told;           /* both sides hold that epoch and are still there */
	uint8_t sas;
	uint8_t device[LAST_ENTRY];
	bool proven[LAST_ENTRY]; /* something happened that is worth level 2 */
	uint32_t least_epoch;
};

static struct model model;
static struct stage stage;
static enum { MOOD_USUAL, MOOD_CITIZEN_AWAY, MOOD_CONSULTANT_AWAY, MOOD_COUNT } mood;
static uint64_t seen_fx[MEETING_FX_RECORD + 1], seen_outcome[MEETING_OUTCOME_COUNT];
static uint64_t seen_pair[MEETING_PHASE_COUNT][MEETING_EV_COUNT], crashes, refusals;

static void part(void)
{
	model.told = false;
}

static void model_disconnect_all(void)
{
	memset(model.online, 0, sizeof(model.online));
	model.consultant_online = false;
	part();
}

static bool is_online(uint16_t entry)
{
	return entry == 0 ? model.consultant_online : model.online[entry];
}

/* An accepted event came from somebody who is there, and of a talk from who is in it. */
static void check_sender(const struct meeting_event *e)
{
	switch (e->kind) {
	case MEETING_EV_ENTER:
		assert_int_equal(e->enter.user, stage.m.booking.owner);
		break;
	case MEETING_EV_SIGNAL:
	case MEETING_EV_SAS:
	case MEETING_EV_BROKEN:
	case MEETING_EV_MEDIA:
	case MEETING_EV_VIDEO:
		assert_true(e->entry == 0 || e->entry == model.admitted);
		assert_true(is_online(e->entry));
		break;
	case MEETING_EV_LEAVE:
	case MEETING_EV_LOST:
	case MEETING_EV_ADMIT:
	case MEETING_EV_REMOVE:
	case MEETING_EV_SAS_SHOW:
	case MEETING_EV_SAS_OK:
	case MEETING_EV_PHONE:
	case MEETING_EV_END:
		assert_true(is_online(0));
		break;
	case MEETING_EV_DISCONNECT:
	case MEETING_EV_STEP:
	case MEETING_EV_HIDDEN:
		assert_true(is_online(e->entry));
		break;
	default:
		break;
	}
}

/* What an accepted event means, before its effects are looked at. */
static void model_event(const struct meeting_event *e, const struct meeting *before)
{
	switch (e->kind) {
	case MEETING_EV_REDEEM:
		model.redeemed = true;
		model.device[stage.fx.entry] = e->redeem.device[0];
		break;
	case MEETING_EV_CALL_ME:
		model.asked |= !e->call_me.cancel;
		break;
	case MEETING_EV_BOOKING:
		if (e->booking.starts_ms != before->booking.starts_ms)
			model.attempts = 0;
		break;
	case MEETING_EV_DISCONNECT:
		model.online[e->entry] = false;
		if (e->entry == model.admitted)
			part();
		break;
	case MEETING_EV_LEAVE:
	case MEETING_EV_LOST:
		model.consultant_online = false;
		part();
		break;
	case MEETING_EV_ADMIT:
		if (e->entry == model.admitted)
			break;
		if (model.admitted)
			model.gone[model.admitted] = true;
		model.admitted = e->entry;
		model.began = true;
		part();
		break;
	case MEETING_EV_FORGET:
	case MEETING_EV_REMOVE:
		model.gone[e->entry] = true;
		if (e->entry == model.admitted) {
			model.admitted = 0;
			part();
		}
		break;
	case MEETING_EV_SAS_OK:
		model.proven[model.admitted] = true;
		break;
	case MEETING_EV_PHONE:
		if (e->phone.event == MEETING_PHONE_IS_CITIZEN) {
			model.phone = model.began = true;
			part();
			if (before->booking.has_phone &&
				before->call.given != MEETING_GIVEN_ACCEPTED)
				model.proven[model.admitted] = true;
		}
		if (e->phone.event == MEETING_PHONE_HUNG_UP)
			model.phone = false;
		model.attempts += e->phone.event == MEETING_PHONE_NO_ANSWER ||
				  e->phone.event == MEETING_PHONE_WRONG_PERSON;
		break;
	case MEETING_EV_VIDEO:
		if (e->entry == 0)
			model.phone = false;
		break;
	default:
		break;
	}
}

static void check_relay(const struct meeting_event *e, uint16_t to)
{
	uint32_t epoch = e->kind == MEETING_EV_SAS ? e->sas.epoch : e->signal.epoch;

	assert_true(e->kind == MEETING_EV_SIGNAL || e->kind == MEETING_EV_SAS);
	assert_true(model.admitted != 0 && model.told && !model.phone);
	assert_int_equal(model.epoch_with, model.admitted);
	assert_int_equal(epoch, model.epoch);
	assert_int_equal(to, e->entry == 0 ? model.admitted : 0);
	assert_true(e->entry == 0 || e->entry == model.admitted);
	assert_true(is_online(0) && is_online(model.admitted));
	if (e->kind != MEETING_EV_SAS) {
		assert_true(e->signal.kind != MEETING_SIGNAL_OFFER || e->entry == 0);
		assert_true(e->signal.kind != MEETING_SIGNAL_ANSWER || e->entry != 0);
		return;
	}
	assert_int_equal(e->sas.step, model.sas + 1);
	assert_int_equal(e->sas.step == 2, e->entry != 0);
	model.sas++;
}

static void check_start(const struct meeting_effect *fx)
{
	assert_true(model.admitted != 0 && !model.phone);
	assert_int_equal(fx->entry, model.admitted);
	assert_true(is_online(0) && is_online(model.admitted));
	if (fx->kind == MEETING_FX_START) {
		assert_true(fx->number > model.epoch);
		model.epoch = fx->number;
		model.epoch_with = fx->entry;
		model.sas = 0;
	}
	/* Nobody goes on with a connection that was not agreed with this very device. */
	assert_int_equal(fx->number, model.epoch);
	assert_int_equal(fx->entry, model.epoch_with);
	model.told = true;
}

static void check_effect(
	const struct meeting_event *e, const struct meeting_effect *fx, int result)
{
	seen_fx[fx->kind]++;
	switch (fx->kind) {
	case MEETING_FX_CLOSE:
	case MEETING_FX_LEAVE:
		assert_true(is_online(fx->entry));
		if (fx->entry == 0)
			model.consultant_online = false;
		else
			model.online[fx->entry] = false;
		if (fx->entry == 0 || fx->entry == model.admitted)
			part();
		break;
	case MEETING_FX_SEAT:
		assert_int_equal(result, 0);
		assert_int_equal(
			e->kind, fx->entry ? MEETING_EV_CONNECT : MEETING_EV_ENTER);
		if (fx->entry == 0)
			model.consultant_online = true;
		else
			assert_int_equal(e->connect.device[0], model.device[fx->entry]);
		model.online[fx->entry] = fx->entry != 0;
		if (fx->entry == 0 || fx->entry == model.admitted)
			part();
		break;
	case MEETING_FX_START:
	case MEETING_FX_KEEP:
		check_start(fx);
		break;
	case MEETING_FX_RELAY:
		assert_int_equal(result, 0);
		check_relay(e, fx->entry);
		break;
	case MEETING_FX_STATE:
	case MEETING_FX_ENDED:
		assert_true(is_online(fx->entry));
		break;
	case MEETING_FX_CARD:
	case MEETING_FX_RECORD:
	case MEETING_FX_DIAL:
	case MEETING_FX_HANG_UP:
	case MEETING_FX_CONFIRM:
	case MEETING_FX_ADMIT_LINE:
	case MEETING_FX_MUTE_LINE:
	case MEETING_FX_HOLD_LINE:
	case MEETING_FX_LINE_START:
	case MEETING_FX_CLOSE_LINES:
		break;
	}
	/* What follows a CLOSE to a seat that was taken away: nothing. */
	if (fx->kind != MEETING_FX_CLOSE && fx->kind != MEETING_FX_RECORD &&
		fx->entry != 0)
		assert_false(model.gone[fx->entry]);
}

/* -- invariants of the state ------------------------------------------------------- */
static void check_phases(enum meeting_phase from, enum meeting_phase to)
{
	static const bool ok[MEETING_PHASE_COUNT][MEETING_PHASE_COUNT] = {
		/* booked, open, live, paused, ended: one turn or two in a step */
		{ true, true, true, true, true },
		{ true, true, true, true, true },
		{ false, false, true, true, true },
		{ false, false, true, true, true },
		{ true, true, false, false, true },
	};

	assert_true(ok[from][to]);
}

static void check_state(const struct meeting *m)
{
	int64_t sum = 0;
	struct meeting_view view;
	unsigned admitted = 0;

	meeting_look(m, m->now_ms, &view);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++) {
		const struct meeting_entry *entry = &m->entries[i];

		if (entry->number == 0)
			continue;
		admitted += entry->place == MEETING_PLACE_ADMITTED;
		assert_false(model.gone[entry->number]);
		assert_int_equal(entry->side.connected, model.online[entry->number]);
		assert_true(!entry->side.connected || entry->side.here);
		assert_true(entry->level < 2 || model.proven[entry->number]);
	}
	assert_in_range(admitted, 0, 1);
	assert_int_equal(view.admitted, model.admitted);
	assert_int_equal(m->consultant.connected, model.consultant_online);
	assert_int_equal(m->started_ms != 0, model.began);
	assert_true(m->epoch >= model.epoch && m->epoch >= model.least_epoch);
	model.least_epoch = m->epoch;
	for (size_t form = 0; form < MEETING_FORM_COUNT; form++) {
		assert_true(view.total_ms[form] >= 0);
		sum += view.total_ms[form];
	}
	assert_true(sum <= (m->started_ms ? m->now_ms - m->started_ms : 0));
	assert_true(m->form != MEETING_FORM_PHONE || model.phone);
	if (model.redeemed || model.asked || model.attempts == 0 || model.began ||
		m->now_ms < m->booking.starts_ms + 15 * MINUTE)
		assert_int_equal(view.outcomes & 1U << MEETING_OUTCOME_NO_SHOW, 0);
	if (model.began)
		assert_int_equal(view.outcomes & 1U << MEETING_OUTCOME_CANCELLED, 0);
	else
		assert_int_equal(view.outcomes & 1U << MEETING_OUTCOME_HELD, 0);
}

/* Until the deadline nothing happens by itself. */
static void check_deadline(const struct stage *s)
{
	struct meeting_event tick = { .kind = MEETING_EV_TICK };
	int64_t deadline = meeting_next_deadline(&s->m);
	struct meeting m = s->m;
	struct meeting_effects fx;

	assert_true(deadline > m.now_ms);
	if (deadline == MEETING_NEVER)
		deadline = m.now_ms + 1000 * (int64_t)HOUR;
	assert_int_equal(meeting_step(&m, &tick, deadline - 1, &fx), 0);
	assert_int_equal(fx.count, 0);
}

static size_t pack_into(const struct meeting *m, uint8_t buf[MEETING_PACK_MAX])
{
	struct writer w = writer_of(buf, MEETING_PACK_MAX);

	meeting_pack(m, &w);
	assert_true(writer_ok(&w));
	return w.len;
}

static void check_pack(struct stage *s, bool crash_now)
{
	uint8_t a[MEETING_PACK_MAX], b[MEETING_PACK_MAX];
	size_t len = pack_into(&s->m, a);
	struct reader r = reader_of(bytes_of(a, len));
	struct meeting loaded;

	assert_true(meeting_unpack(&r, s->m.rules, &s->m.booking, &loaded));
	assert_int_equal(pack_into(&loaded, b), len);
	assert_memory_equal(a, b, len);
	if (!crash_now)
		return;
	s->m = loaded;
	if (model.sas != MEETING_SAS_DONE)
		model.sas = MEETING_SAS_LOST;
	model_disconnect_all();
	crashes++;
}

/* -- random events ----------------------------------------------------------------- */
static uint16_t some_entry(void)
{
	const struct meeting *m = &stage.m;

	if (dice(10) == 0)
		return (uint16_t)dice(m->next_entry + 2U);
	return m->entries[dice(LIMIT_ENTRIES)].number;
}

static uint16_t some_sender(void)
{
	if (dice(3) == 0)
		return 0;
	return dice(3) && model.admitted ? model.admitted : some_entry();
}

static uint32_t some_epoch(void)
{
	return dice(5) ? stage.m.epoch : dice(stage.m.epoch + 2);
}

static void some_device(uint16_t entry, uint8_t device[MEETING_DEVICE_LEN])
{
	const struct meeting_entry *at = meeting_entry_at(&stage.m, entry);

	memset(device, (int)dice(6), MEETING_DEVICE_LEN);
	if (at && dice(10))
		memcpy(device, at->device, MEETING_DEVICE_LEN);
}

static void some_booking(struct meeting_booking *ret)
{
	*ret = stage.m.booking;
	if (dice(2))
		ret->starts_ms = stage.now + (int64_t)dice(2 * HOUR) - HOUR;
	if (dice(4) == 0)
		ret->owner = OWNER + dice(2);
	ret->has_phone = dice(3);
	ret->pin = dice(4) == 0;
	ret->minutes = 5 + dice(60);
	ret->form = dice(2) ? MEETING_FORM_VIDEO : MEETING_FORM_PHONE;
	ret->way = (enum meeting_way)dice(MEETING_WAY_COUNT);
}

static void fill_talk(struct meeting_event *e)
{
	e->entry = some_sender();
	if (e->kind == MEETING_EV_SIGNAL) {
		e->signal.epoch = some_epoch();
		e->signal.kind = (enum meeting_signal)dice(MEETING_SIGNAL_COUNT);
	} else if (e->kind == MEETING_EV_SAS) {
		e->sas.epoch = some_epoch();
		e->sas.step = (uint8_t)(dice(4) ? stage.m.sas_step + 1U : dice(5));
		memset(e->sas.fp, (int)dice(2), sizeof(e->sas.fp));
		if (dice(4) && e->sas.step != 2)
			e->entry = 0;
	} else if (e->kind == MEETING_EV_BROKEN) {
		e->broken.epoch = some_epoch();
	} else if (e->kind == MEETING_EV_MEDIA) {
		e->media.epoch = some_epoch();
		e->media.picture = dice(2);
		e->media.share = dice(4) == 0;
		e->media.health = (enum meeting_health)dice(MEETING_HEALTH_COUNT);
	}
}

static void fill_phone(struct meeting_event *e)
{
	static const enum meeting_phone likely[] = { MEETING_PHONE_OPEN,
		MEETING_PHONE_RINGING, MEETING_PHONE_NO_ANSWER,
		MEETING_PHONE_IS_CITIZEN };

	e->phone.event = dice(3) ? likely[dice(ARRAY_LEN(likely))]
				 : (enum meeting_phone)dice(MEETING_PHONE_COUNT);
	if (mood == MOOD_CITIZEN_AWAY && e->phone.event == MEETING_PHONE_IS_CITIZEN)
		e->phone.event = MEETING_PHONE_NO_ANSWER;
	e->phone.from = (enum meeting_call_from)dice(MEETING_CALL_FROM_COUNT);
	e->phone.digits = (uint8_t)dice(256);
}

/* Mostly one that is allowed, and the rarest of these. */
static enum meeting_outcome some_outcome(void)
{
	struct meeting_view view = look(&stage);

	if (dice(2) && (view.outcomes & 1U << MEETING_OUTCOME_NO_SHOW) != 0)
		return MEETING_OUTCOME_NO_SHOW;
	return (enum meeting_outcome)dice(MEETING_OUTCOME_COUNT);
}

static void fill(struct meeting_event *e)
{
	e->entry = some_entry();
	switch (e->kind) {
	case MEETING_EV_BOOKING:
		some_booking(&e->booking);
		break;
	case MEETING_EV_REDEEM:
		some_device(0, e->redeem.device);
		e->redeem.via = (enum meeting_via)dice(MEETING_VIA_COUNT);
		break;
	case MEETING_EV_CALL_ME:
		e->call_me.cancel = dice(2);
		e->call_me.gave = dice(3) == 0;
		break;
	case MEETING_EV_LATE:
		e->late = (uint8_t)dice(256);
		break;
	case MEETING_EV_CONNECT:
		some_device(e->entry, e->connect.device);
		e->connect.epoch = some_epoch();
		break;
	case MEETING_EV_STEP:
		e->progress = (enum meeting_progress)dice(MEETING_PROGRESS_COUNT);
		break;
	case MEETING_EV_HIDDEN:
		e->hidden = dice(2);
		break;
	case MEETING_EV_ENTER:
		e->enter.user = OWNER + dice(3);
		e->enter.epoch = some_epoch();
		break;
	case MEETING_EV_SAS_OK:
		e->sas_ok = some_epoch();
		break;
	case MEETING_EV_PHONE:
		fill_phone(e);
		break;
	case MEETING_EV_END:
	case MEETING_EV_ADMIN_END:
		e->outcome = some_outcome();
		break;
	default:
		fill_talk(e);
		break;
	}
}

/* Ends are rare, so that talks last; in some meetings one of the two never comes. */
static bool is_unlikely(enum meeting_event_kind kind)
{
	bool no_show = (look(&stage).outcomes & 1U << MEETING_OUTCOME_NO_SHOW) != 0;

	switch (kind) {
	case MEETING_EV_END:
		return mood == MOOD_CITIZEN_AWAY ? !no_show : dice(30) != 0;
	case MEETING_EV_ADMIN_END:
	case MEETING_EV_CANCEL:
		return mood == MOOD_CITIZEN_AWAY || dice(30);
	case MEETING_EV_REMOVE:
	case MEETING_EV_LEAVE:
	case MEETING_EV_LOST:
	case MEETING_EV_DISCONNECT:
		return dice(4) != 0;
	case MEETING_EV_REDEEM:
	case MEETING_EV_CALL_ME:
		return mood == MOOD_CITIZEN_AWAY;
	case MEETING_EV_ENTER:
		return mood == MOOD_CONSULTANT_AWAY;
	default:
		return false;
	}
}

static enum meeting_event_kind some_kind(void)
{
	static const enum meeting_event_kind talk[] = { MEETING_EV_SIGNAL,
		MEETING_EV_SIGNAL, MEETING_EV_SAS, MEETING_EV_SAS, MEETING_EV_MEDIA,
		MEETING_EV_MEDIA, MEETING_EV_CONNECT, MEETING_EV_ENTER };
	enum meeting_event_kind kind;

	do {
		kind = dice(2) ? talk[dice(ARRAY_LEN(talk))]
			       : (enum meeting_event_kind)dice(MEETING_EV_COUNT);
	} while (is_unlikely(kind));
	return kind;
}

static int64_t some_pause(void)
{
	switch (dice(60)) {
	case 0:
		return dice(20 * MINUTE);
	case 1:
	case 2:
	case 3:
		return dice(20 * SECOND);
	case 4:
		return meeting_next_deadline(&stage.m) == MEETING_NEVER || dice(4)
			       ? 0
			       : meeting_next_deadline(&stage.m) - stage.now;
	case 5:
		return dice(60) ? -(int64_t)dice(SECOND) : 5 * HOUR;
	default:
		return dice(SECOND);
	}
}

/* -- the walk ---------------------------------------------------------------------- */
/* A refused event is as if only time had passed. */
static void check_refused(
	const struct meeting *before, const struct meeting *after, int64_t now)
{
	struct meeting_event tick = { .kind = MEETING_EV_TICK };
	uint8_t a[MEETING_PACK_MAX], b[MEETING_PACK_MAX];
	struct meeting m = *before;
	struct meeting_effects fx;
	size_t len;

	refusals++;
	assert_int_equal(meeting_step(&m, &tick, now, &fx), 0);
	len = pack_into(&m, a);
	assert_int_equal(pack_into(after, b), len);
	assert_memory_equal(a, b, len);
	assert_int_equal(m.paired, after->paired);
	assert_int_equal(m.answers_due, after->answers_due);
	assert_int_equal(m.sas_step, after->sas_step);
}

/* Ended by itself: the model hears of it from the record alone. */
static void model_ended(const struct meeting *before, const struct meeting *after)
{
	if (after->phase != MEETING_PHASE_ENDED || before->phase == MEETING_PHASE_ENDED)
		return;
	seen_outcome[after->outcome]++;
	model.phone = false;
	for (uint16_t i = 0; i < after->next_entry; i++)
		assert_false(model.online[i]);
	assert_false(model.consultant_online);
	if (after->outcome == MEETING_OUTCOME_NO_SHOW)
		assert_false(model.redeemed || model.asked || model.began);
	if (after->outcome == MEETING_OUTCOME_HELD)
		assert_true(model.began);
}

static void forget_replaced(const struct meeting *before, const struct meeting *after)
{
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		if (before->entries[i].number != 0 &&
			before->entries[i].number != after->entries[i].number) {
			assert_false(model.online[before->entries[i].number]);
			model.gone[before->entries[i].number] = true;
		}
}

static bool is_dropped(const struct meeting *m, enum meeting_event_kind kind)
{
	return m->phase == MEETING_PHASE_ENDED &&
	       (kind == MEETING_EV_DISCONNECT || kind == MEETING_EV_LEAVE ||
		       kind == MEETING_EV_LOST);
}

static void one_event(void)
{
	struct meeting_event e = { .kind = some_kind() };
	struct meeting before = stage.m;
	int64_t at;
	int result;

	stage.now += some_pause();
	fill(&e);
	/* Time alone first: what it does must be known before the event is judged. */
	result = act(&stage, (struct meeting_event){ .kind = MEETING_EV_TICK });
	assert_int_equal(result, 0);
	for (unsigned i = 0; i < stage.fx.count; i++)
		check_effect(&e, &stage.fx.list[i], MEETING_E_COUNT);
	check_phases(before.phase, stage.m.phase);
	model_ended(&before, &stage.m);
	before = stage.m;
	at = stage.now;
	result = act(&stage, e);
	seen_pair[before.phase][e.kind] += result == 0;
	if (result == 0 && !is_dropped(&before, e.kind)) {
		check_sender(&e);
		model_event(&e, &before);
	}
	for (unsigned i = 0; i < stage.fx.count; i++)
		check_effect(&e, &stage.fx.list[i], result);
	if (result != 0)
		check_refused(&before, &stage.m, at);
	check_phases(before.phase, stage.m.phase);
	model_ended(&before, &stage.m);
	forget_replaced(&before, &stage.m);
	check_state(&stage.m);
}

static void new_meeting(void)
{
	memset(&model, 0, sizeof(model));
	mood = dice(3) ? MOOD_USUAL : dice(MOOD_COUNT);
	stage = stage_at(NINE - (int64_t)dice(HOUR));
	if (dice(3))
		stage.now = NINE + dice(30 * MINUTE);
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void nothing_reaches_or_comes_from_a_device_that_is_not_admitted(void **state)
{
	uint64_t seed = from_env("SAMTALE_SEED", (uint64_t)time(NULL));
	uint64_t events = from_env("SAMTALE_EVENTS", EVENTS);

	(void)state;
	print_message(
		"SAMTALE_SEED=%" PRIu64 " SAMTALE_EVENTS=%" PRIu64 "\n", seed, events);
	chance = seed;
	for (uint64_t i = 0; i < events; i++) {
		if (i % 400 == 0 ||
			(stage.m.phase == MEETING_PHASE_ENDED && dice(10) == 0))
			new_meeting();
		one_event();
		if (dice(8) == 0)
			check_deadline(&stage);
		if (dice(40) == 0)
			check_pack(&stage, dice(4) == 0);
	}
}

/* A walk that never gets anywhere proves nothing. */
static void the_walk_got_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seen_fx); i++)
		assert_true(seen_fx[i] > 100);
	for (size_t i = MEETING_OUTCOME_HELD; i < ARRAY_LEN(seen_outcome); i++) {
		print_message("%s %" PRIu64 "\n",
			meeting_outcome_name((enum meeting_outcome)i), seen_outcome[i]);
		assert_true(seen_outcome[i] > 0);
	}
	for (size_t i = MEETING_EV_ENTER; i <= MEETING_EV_END; i++)
		assert_true(seen_pair[MEETING_PHASE_LIVE][i] > 0);
	assert_true(crashes > 100 && refusals > 100);
	print_message("starts %" PRIu64 ", kept %" PRIu64 ", passed on %" PRIu64
		      ", crashes %" PRIu64 ", refusals %" PRIu64 "\n",
		seen_fx[MEETING_FX_START], seen_fx[MEETING_FX_KEEP],
		seen_fx[MEETING_FX_RELAY], crashes, refusals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			nothing_reaches_or_comes_from_a_device_that_is_not_admitted),
		cmocka_unit_test(the_walk_got_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
