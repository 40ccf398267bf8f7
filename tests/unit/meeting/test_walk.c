/* SPDX-License-Identifier: MPL-2.0
 *
 * A million random events, at random times, with crashes in between, against a tiny model
 * that knows only what it was told by accepted events and by effects. It shows that no
 * path leads to a talk before admission, that no telephone joins a talk unconfirmed, and
 * that the rules and the gateway never disagree about which calls there are. SAMTALE_SEED
 * repeats a walk, SAMTALE_EVENTS sets its length.
 */
#include "stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define EVENTS 1000000
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EVENTS 1000000
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
/* The gateway as it must be, from what it was ordered and what it reported. */
struct gateway {
	bool citizen, own, guest[LAST_ENTRY]; /* there is such a leg */
	bool confirmed, let_in[LAST_ENTRY];   /* in the talk */
	bool key;                             /* the citizen's leg asks for one */
	bool own_talks;
	enum meeting_line progress; /* of the citizen's leg */
	uint32_t line, last_line;
	/* Of a former life, not reported since: */
	bool unsure_citizen, unsure_own, unsure_line, unsure_guest[LAST_ENTRY];
	int64_t unsure_ms; /* 0: the first step is still to come */
};

struct model {
	bool online[LAST_ENTRY], gone[LAST_ENTRY];
	bool consultant_online, began, redeemed, asked;
	bool by_hand;         /* a call that she says is on */
	int64_t returning_ms; /* since when video is tried beside the call */
	bool spent;           /* a call or a cancel since the last outage began */
	int64_t offered_ms;   /* since when the call is offered */
	struct gateway gw;
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
static struct meeting_rules rules;
static bool no_telephones; /* in this meeting */
static uint64_t by_itself, back_again, stood, fell;
static uint64_t seen_fx[MEETING_FX_CLOSE_LINES + 1], seen_outcome[MEETING_OUTCOME_COUNT];
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

static unsigned phones_in_the_talk(void)
{
	unsigned n = model.gw.citizen && model.gw.confirmed;

	for (uint16_t i = 1; i < stage.m.next_entry; i++)
		n += model.gw.guest[i] && model.gw.let_in[i];
	return n;
}

static bool on_the_phone(void)
{
	return model.by_hand || phones_in_the_talk() > 0;
}

/* Nothing passes between the browsers while they telephone, unless the way back to video
 * is being tried. */
static bool browsers_may_talk(void)
{
	return !on_the_phone() ||
	       (!model.by_hand && model.returning_ms != 0 &&
		       stage.m.now_ms < model.returning_ms + MEETING_RETURN_MS);
}

static bool is_phone(uint16_t number)
{
	const struct meeting_entry *entry = meeting_entry_at(&stage.m, number);

	return entry && meeting_entry_kind(entry) == MEETING_KIND_PHONE;
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
	case MEETING_EV_LINE_BROKEN:
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

/* The booked number was called, and somebody there is the citizen. */
static void model_talk_begins(const struct meeting *before)
{
	model.began = true;
	part();
	if (before->booking.has_phone && before->call.given != MEETING_GIVEN_ACCEPTED)
		model.proven[model.admitted] = true;
}

static void model_phone(const struct meeting_event *e, const struct meeting *before)
{
	switch (e->phone.event) {
	case MEETING_PHONE_IS_CITIZEN:
		if (!model.gw.citizen)
			model.by_hand = true;
		model_talk_begins(before);
		break;
	case MEETING_PHONE_HUNG_UP:
		model.by_hand = false;
		break;
	case MEETING_PHONE_NO_ANSWER:
	case MEETING_PHONE_WRONG_PERSON:
		model.attempts++;
		break;
	case MEETING_PHONE_CANCEL:
		model.spent = true;
		break;
	default:
		break;
	}
}

static bool was_tried(enum meeting_reason reason)
{
	switch (reason) {
	case MEETING_REASON_HUNG_UP:
	case MEETING_REASON_BUSY:
	case MEETING_REASON_NO_ANSWER:
	case MEETING_REASON_DECLINED:
	case MEETING_REASON_UNKNOWN_NUMBER:
	case MEETING_REASON_NOT_CONFIRMED:
	case MEETING_REASON_SILENT:
	case MEETING_REASON_TOO_LONG:
	case MEETING_REASON_BAD_MEDIA:
		return true;
	default:
		return false;
	}
}

static void model_line_gone(const struct meeting_event *e)
{
	struct gateway *gw = &model.gw;

	switch (e->line.leg) {
	case MEETING_LEG_CITIZEN:
		if (gw->citizen && !gw->confirmed && was_tried(e->line.reason))
			model.attempts++;
		gw->citizen = gw->confirmed = gw->unsure_citizen = false;
		break;
	case MEETING_LEG_OWN:
		gw->own = gw->own_talks = gw->unsure_own = false;
		break;
	case MEETING_LEG_LINE:
		gw->line = 0;
		gw->unsure_line = false;
		break;
	default:
		gw->guest[e->entry] = gw->unsure_guest[e->entry] = false;
		break;
	}
}

static void model_line(const struct meeting_event *e, const struct meeting *before)
{
	struct gateway *gw = &model.gw;

	if (e->line.progress == MEETING_LINE_NONE) {
		model_line_gone(e);
		return;
	}
	stood += gw->unsure_ms != 0;
	switch (e->line.leg) {
	case MEETING_LEG_CITIZEN:
		assert_true(gw->citizen);
		gw->unsure_citizen = false;
		if (e->line.progress > gw->progress)
			gw->progress = e->line.progress;
		if (e->line.progress == MEETING_LINE_TALKING && !gw->confirmed) {
			gw->confirmed = true;
			model_talk_begins(before);
		}
		break;
	case MEETING_LEG_OWN:
		assert_true(gw->own);
		gw->unsure_own = false;
		gw->own_talks |= e->line.progress == MEETING_LINE_TALKING;
		break;
	case MEETING_LEG_LINE:
		assert_true(gw->line != 0);
		gw->unsure_line = false;
		break;
	default:
		assert_true(gw->guest[e->entry]);
		gw->unsure_guest[e->entry] = false;
		break;
	}
}

static void model_admit(uint16_t entry)
{
	model.began = true;
	if (entry == model.admitted || model.gw.let_in[entry])
		return;
	if (is_phone(entry)) {
		model.by_hand = false;
		model.gw.let_in[entry] = true;
		model.returning_ms = 0;
		part();
		return;
	}
	if (model.admitted)
		model.gone[model.admitted] = true;
	model.admitted = entry;
	model.returning_ms = 0;
	part();
}

/* A crash of either: whatever is not reported again is taken for gone. */
static void model_unsure(void)
{
	struct gateway *gw = &model.gw;

	gw->unsure_citizen = gw->citizen;
	gw->unsure_own = gw->own;
	gw->unsure_line = gw->line != 0;
	memcpy(gw->unsure_guest, gw->guest, sizeof(gw->guest));
	gw->unsure_ms = 0;
}

static bool has_confirm(void)
{
	for (unsigned i = 0; i < stage.fx.count; i++)
		if (stage.fx.list[i].kind == MEETING_FX_CONFIRM)
			return true;
	return false;
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
		if (!e->call_me.cancel &&
			(before->call.state == MEETING_CALL_NONE ||
				before->call.state == MEETING_CALL_MISSED))
			model.spent = false;
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
		model_admit(e->entry);
		break;
	case MEETING_EV_FORGET:
	case MEETING_EV_REMOVE:
		model.gone[e->entry] = true;
		if (e->entry == model.admitted) {
			model.admitted = 0;
			model.returning_ms = 0;
			part();
		}
		break;
	case MEETING_EV_SAS_OK:
		model.proven[model.admitted] = true;
		break;
	case MEETING_EV_PHONE:
		model_phone(e, before);
		break;
	case MEETING_EV_VIDEO:
		if (e->entry != 0)
			break;
		if (model.by_hand) {
			model.by_hand = false;
			break;
		}
		if (model.returning_ms == 0 || browsers_may_talk() == false) {
			model.returning_ms = stage.m.now_ms;
			part();
		}
		break;
	case MEETING_EV_LINE:
		model_line(e, before);
		break;
	case MEETING_EV_LINE_KEY:
		if (e->line_key.key == MEETING_KEY_CITIZEN && has_confirm())
			model_talk_begins(before);
		break;
	case MEETING_EV_CALL_IN:
		model.redeemed = true;
		model.gw.guest[stage.fx.entry] = true;
		model.device[stage.fx.entry] = e->call_in.device[0];
		break;
	case MEETING_EV_TRUNK:
		if (e->trunk.lost || e->trunk.died)
			model_unsure();
		break;
	default:
		break;
	}
}

static void check_relay(const struct meeting_event *e, uint16_t to)
{
	uint32_t epoch = e->kind == MEETING_EV_SAS ? e->sas.epoch : e->signal.epoch;

	assert_true(e->kind == MEETING_EV_SIGNAL || e->kind == MEETING_EV_SAS);
	assert_true(model.admitted != 0 && model.told && browsers_may_talk());
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

/* -- orders to the gateway --------------------------------------------------------- */
static void check_dial(
	const struct meeting_event *e, const struct meeting_effect *fx, int result)
{
	struct gateway *gw = &model.gw;
	bool own = fx->number & MEETING_DIAL_OWN;
	bool asked = result == 0 && e->kind == MEETING_EV_PHONE &&
		     e->phone.event == MEETING_PHONE_DIAL;
	bool answered = result == 0 && e->kind == MEETING_EV_LINE &&
			e->line.leg == MEETING_LEG_OWN &&
			e->line.progress == MEETING_LINE_TALKING;

	assert_true(stage.m.booking.has_phone ||
		    stage.m.call.given == MEETING_GIVEN_ACCEPTED || answered);
	assert_int_equal(phones_in_the_talk(), 0);
	assert_false(gw->citizen || (own && gw->own) || model.by_hand);
	if (!answered)
		assert_true(rules.trunk && is_online(0));
	if (!asked && !answered) { /* the ladder */
		assert_true(!own && fx->number & MEETING_DIAL_KEY);
		assert_true(rules.auto_call_ms > 0 && !model.spent);
		assert_true(stage.m.booking.way == MEETING_WAY_SPEECH);
		assert_true(model.offered_ms != 0 &&
			    stage.m.now_ms >= model.offered_ms + rules.auto_call_ms);
		by_itself++;
	}
	model.spent = true;
	if (own) {
		assert_true(asked && e->phone.to == MEETING_DIAL_TO_OWN_PHONE);
		gw->own = true;
		gw->own_talks = false;
		return;
	}
	gw->citizen = true;
	gw->key = fx->number & MEETING_DIAL_KEY;
	gw->confirmed = false;
	gw->progress = MEETING_LINE_CALLING;
}

static void check_hang_up(const struct meeting_effect *fx)
{
	struct gateway *gw = &model.gw;

	switch ((enum meeting_leg)fx->number) {
	case MEETING_LEG_CITIZEN:
		assert_true(gw->citizen);
		back_again += gw->confirmed && model.returning_ms != 0;
		gw->citizen = gw->confirmed = gw->unsure_citizen = false;
		break;
	case MEETING_LEG_OWN:
		assert_true(gw->own);
		gw->own = gw->own_talks = gw->unsure_own = false;
		break;
	case MEETING_LEG_LINE:
		assert_true(gw->line != 0);
		gw->line = 0;
		gw->unsure_line = false;
		break;
	default:
		assert_true(gw->guest[fx->entry]);
		gw->guest[fx->entry] = gw->unsure_guest[fx->entry] = false;
		break;
	}
}

/* Somebody heard who it is, or it was ordered before. */
static void check_confirm(const struct meeting_event *e, int result)
{
	struct gateway *gw = &model.gw;
	bool she = e->kind == MEETING_EV_PHONE &&
		   e->phone.event == MEETING_PHONE_IS_CITIZEN && is_online(0);
	bool on_her_phone = e->kind == MEETING_EV_LINE_KEY &&
			    e->line_key.key == MEETING_KEY_CITIZEN && gw->own_talks;

	assert_int_equal(result, 0);
	assert_true(gw->citizen);
	if (!gw->confirmed) {
		assert_true(she || on_her_phone);
		assert_true(gw->progress == MEETING_LINE_ANSWERED && !gw->key);
	}
	gw->confirmed = true;
}

static void check_line_start(const struct meeting_effect *fx)
{
	assert_true(is_online(0));
	assert_int_equal(model.gw.line, 0);
	assert_true(fx->number > model.gw.last_line);
	assert_true(model.gw.citizen || phones_in_the_talk() > 0);
	assert_false(model.gw.own);
	model.gw.line = model.gw.last_line = fx->number;
}

static void check_close_lines(void)
{
	uint32_t last = model.gw.last_line;

	memset(&model.gw, 0, sizeof(model.gw));
	model.gw.last_line = last;
}

static void check_order(
	const struct meeting_event *e, const struct meeting_effect *fx, int result)
{
	switch (fx->kind) {
	case MEETING_FX_DIAL:
		check_dial(e, fx, result);
		break;
	case MEETING_FX_HANG_UP:
		check_hang_up(fx);
		break;
	case MEETING_FX_CONFIRM:
		check_confirm(e, result);
		break;
	case MEETING_FX_ADMIT_LINE:
		assert_true(model.gw.guest[fx->entry] && model.gw.let_in[fx->entry]);
		break;
	case MEETING_FX_MUTE_LINE:
	case MEETING_FX_HOLD_LINE:
		/* her order, or the same once more to a leg that stands after a crash */
		assert_true(e->kind == MEETING_EV_LINE || is_online(0));
		assert_true(fx->entry ? model.gw.guest[fx->entry] &&
						model.gw.let_in[fx->entry]
				      : model.gw.citizen && model.gw.confirmed);
		break;
	case MEETING_FX_LINE_START:
		check_line_start(fx);
		break;
	default:
		check_close_lines();
		break;
	}
}

/* The rules know exactly the legs that there are: none is left in the gateway without a
 * meeting, none is believed in that is not there. */
static bool may_have_fallen(const struct meeting_event *e, int result)
{
	bool said =
		result == 0 && (e->kind == MEETING_EV_LINE_SYNC ||
				       (e->kind == MEETING_EV_TRUNK && e->trunk.died));

	return said ||
	       (model.gw.unsure_ms != 0 &&
		       stage.m.now_ms >= model.gw.unsure_ms + MEETING_STANDING_MS);
}

static void fall(bool known, bool *there, bool *unsure)
{
	if (!*there || known || !*unsure)
		return;
	*there = *unsure = false;
	fell++;
}

/* Before the effects: what was not reported again in time is no more. */
static void model_fall(const struct meeting_event *e, int result)
{
	struct gateway *gw = &model.gw;
	const struct meeting_lines *l = &stage.m.call.lines;
	bool line = gw->line != 0;

	if (!may_have_fallen(e, result))
		return;
	fall(l->citizen != MEETING_LINE_NONE, &gw->citizen, &gw->unsure_citizen);
	fall(l->own != MEETING_LINE_NONE, &gw->own, &gw->unsure_own);
	fall(l->line == gw->line, &line, &gw->unsure_line);
	gw->line = line ? gw->line : 0;
	for (uint16_t i = 1; i < stage.m.next_entry; i++) {
		fall(is_phone(i), &gw->guest[i], &gw->unsure_guest[i]);
		assert_false(gw->unsure_guest[i]); /* nothing is believed in for longer */
	}
	assert_false(gw->unsure_citizen || gw->unsure_own || gw->unsure_line);
}

static void check_legs(void)
{
	struct gateway *gw = &model.gw;
	const struct meeting_lines *l = &stage.m.call.lines;

	assert_int_equal(l->citizen != MEETING_LINE_NONE, gw->citizen);
	assert_int_equal(l->own != MEETING_LINE_NONE, gw->own);
	assert_int_equal(l->line, gw->line);
	for (uint16_t i = 1; i < stage.m.next_entry; i++)
		assert_int_equal(is_phone(i), gw->guest[i]);
	assert_in_range(phones_in_the_talk(), 0, 1);
	if (gw->unsure_ms == 0)
		gw->unsure_ms = stage.m.now_ms;
	if (!on_the_phone())
		model.returning_ms = 0;
}

static void check_start(const struct meeting_effect *fx)
{
	assert_true(model.admitted != 0 && browsers_may_talk());
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
		break;
	default:
		check_order(e, fx, result);
		break;
	}
	/* What follows a CLOSE to a seat that was taken away: nothing. */
	if (fx->kind != MEETING_FX_CLOSE && fx->kind != MEETING_FX_HANG_UP &&
		fx->kind != MEETING_FX_RECORD && fx->entry != 0)
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

static void check_phone_entry(const struct meeting_entry *entry)
{
	assert_int_equal(
		entry->place == MEETING_PLACE_ADMITTED, model.gw.let_in[entry->number]);
	assert_int_equal(entry->side.connected, !model.gw.unsure_guest[entry->number]);
	assert_int_equal(entry->level, 0);
	assert_false(model.online[entry->number]);
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
		assert_false(model.gone[entry->number]);
		if (meeting_entry_kind(entry) == MEETING_KIND_PHONE) {
			check_phone_entry(entry);
			continue;
		}
		admitted += entry->place == MEETING_PLACE_ADMITTED;
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
	assert_int_equal(m->form == MEETING_FORM_PHONE, on_the_phone());
	assert_int_equal(m->call.attempts, model.attempts < 255 ? model.attempts : 255);
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
	model_unsure();
	model.returning_ms = 0;
	model.offered_ms = 0;
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
	ret->own_phone = dice(3);
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
		if (model.returning_ms != 0 && e->media.health == MEETING_HEALTH_DEAD)
			e->media.health = MEETING_HEALTH_WEAK;
	} else if (e->kind == MEETING_EV_VIDEO && dice(2)) {
		e->entry = 0;
	}
}

static void fill_phone(struct meeting_event *e)
{
	static const enum meeting_phone likely[] = { MEETING_PHONE_OPEN,
		MEETING_PHONE_RINGING, MEETING_PHONE_NO_ANSWER, MEETING_PHONE_IS_CITIZEN,
		MEETING_PHONE_DIAL, MEETING_PHONE_DIAL };

	e->phone.event = dice(3) ? likely[dice(ARRAY_LEN(likely))]
				 : (enum meeting_phone)dice(MEETING_PHONE_COUNT);
	if (phones_in_the_talk() > 0 && dice(2))
		e->phone.event = dice(2) ? MEETING_PHONE_MUTE : MEETING_PHONE_HOLD;
	else if (model.gw.citizen && model.gw.progress == MEETING_LINE_ANSWERED &&
		 dice(2))
		e->phone.event = MEETING_PHONE_IS_CITIZEN;
	if (mood == MOOD_CITIZEN_AWAY && e->phone.event == MEETING_PHONE_IS_CITIZEN)
		e->phone.event = MEETING_PHONE_NO_ANSWER;
	e->phone.from = (enum meeting_call_from)dice(MEETING_CALL_FROM_COUNT);
	e->phone.digits = (uint8_t)dice(256);
	e->phone.to = dice(3) ? MEETING_DIAL_TO_BROWSER : MEETING_DIAL_TO_OWN_PHONE;
	e->phone.on = dice(2);
}

/* What a gateway in its right mind could report, and now and then one that is not. */
static void fill_line(struct meeting_event *e)
{
	const struct gateway *gw = &model.gw;
	bool key = gw->key || gw->confirmed;

	e->line.leg = (enum meeting_leg)dice(MEETING_LEG_COUNT);
	if (dice(3) && gw->own && !gw->own_talks)
		e->line.leg = MEETING_LEG_OWN;
	else if (dice(3) && gw->citizen)
		e->line.leg = MEETING_LEG_CITIZEN;
	e->entry = e->line.leg == MEETING_LEG_GUEST ? some_entry() : 0;
	e->line.progress =
		dice(9) ? (enum meeting_line)dice(MEETING_LINE_COUNT) : MEETING_LINE_NONE;
	if (e->line.leg == MEETING_LEG_CITIZEN && dice(4) == 0)
		e->line.progress = MEETING_LINE_ANSWERED;
	if (e->line.progress == MEETING_LINE_NONE)
		e->line.reason = (enum meeting_reason)dice(MEETING_REASON_COUNT);
	if (mood == MOOD_CITIZEN_AWAY || (e->line.leg == MEETING_LEG_CITIZEN && !key))
		if (e->line.progress == MEETING_LINE_TALKING)
			e->line.progress = MEETING_LINE_ANSWERED;
}

static void fill_gateway(struct meeting_event *e)
{
	switch (e->kind) {
	case MEETING_EV_LINE:
		fill_line(e);
		break;
	case MEETING_EV_TRUNK:
		e->trunk.lost = dice(4) == 0;
		e->trunk.died = dice(8) == 0;
		rules.trunk = !no_telephones && dice(8);
		break;
	case MEETING_EV_LINE_KEY:
		e->line_key.leg = (enum meeting_leg)dice(MEETING_LEG_COUNT);
		e->line_key.key = (enum meeting_key)dice(MEETING_KEY_COUNT);
		e->line_key.on = dice(2);
		break;
	case MEETING_EV_LINE_BROKEN:
		e->line_broken = dice(4) ? model.gw.line : dice(9);
		break;
	default:
		memset(e->call_in.device, 6 + (int)dice(200), MEETING_DEVICE_LEN);
		e->call_in.known = dice(2);
		break;
	}
}

/* Mostly one that is allowed, and the rarest of these. */
static enum meeting_outcome some_outcome(void)
{
	struct meeting_view view = look(&stage);

	if (dice(2) && (view.outcomes & 1U << MEETING_OUTCOME_NO_SHOW) != 0)
		return MEETING_OUTCOME_NO_SHOW;
	if (dice(2) && (view.outcomes & 1U << MEETING_OUTCOME_NOT_REACHED) != 0)
		return MEETING_OUTCOME_NOT_REACHED;
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
		e->redeem.via = (enum meeting_via)dice(MEETING_VIA_PHONE);
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
		e->enter.line = dice(2) ? stage.m.call.lines.line : dice(4);
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
	case MEETING_EV_TRUNK:
	case MEETING_EV_LINE:
	case MEETING_EV_LINE_KEY:
	case MEETING_EV_LINE_BROKEN:
	case MEETING_EV_CALL_IN:
		fill_gateway(e);
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
	case MEETING_EV_LINE:
	case MEETING_EV_PHONE:
		return no_telephones && dice(4);
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
	case MEETING_EV_TRUNK:
	case MEETING_EV_LINE_SYNC:
		return dice(10) != 0;
	case MEETING_EV_CALL_IN:
		return mood == MOOD_CITIZEN_AWAY || no_telephones;
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
		MEETING_EV_MEDIA, MEETING_EV_CONNECT, MEETING_EV_ENTER, MEETING_EV_LINE,
		MEETING_EV_LINE, MEETING_EV_PHONE, MEETING_EV_VIDEO, MEETING_EV_ADMIT };
	enum meeting_event_kind kind;

	if (model.gw.progress == MEETING_LINE_ANSWERED && model.gw.citizen &&
		!model.gw.confirmed && dice(2) == 0)
		return MEETING_EV_PHONE;
	if (phones_in_the_talk() > 0 && model.admitted && dice(6) == 0)
		return model.returning_ms ? MEETING_EV_MEDIA : MEETING_EV_VIDEO;
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
	model.by_hand = false;
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
		       kind == MEETING_EV_LOST || kind == MEETING_EV_TRUNK ||
		       kind == MEETING_EV_LINE_SYNC || kind == MEETING_EV_LINE_KEY ||
		       kind == MEETING_EV_LINE_BROKEN);
}

/* Since when the call is offered without a break, and whether this outage had its call.
 */
static void model_offer(void)
{
	enum meeting_call state = stage.m.call.state;

	if (look(&stage).offer_call) {
		if (model.offered_ms == 0)
			model.offered_ms = stage.m.now_ms;
		return;
	}
	model.offered_ms = 0;
	if (state != MEETING_CALL_ANNOUNCED && state != MEETING_CALL_RINGING)
		model.spent = false;
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
	model_fall(&e, MEETING_E_COUNT);
	for (unsigned i = 0; i < stage.fx.count; i++)
		check_effect(&e, &stage.fx.list[i], MEETING_E_COUNT);
	check_phases(before.phase, stage.m.phase);
	model_ended(&before, &stage.m);
	check_legs();
	model_offer();
	before = stage.m;
	at = stage.now;
	result = act(&stage, e);
	seen_pair[before.phase][e.kind] += result == 0;
	if (result == 0 && !is_dropped(&before, e.kind)) {
		check_sender(&e);
		model_event(&e, &before);
	}
	model_fall(&e, result);
	for (unsigned i = 0; i < stage.fx.count; i++)
		check_effect(&e, &stage.fx.list[i], result);
	if (result != 0)
		check_refused(&before, &stage.m, at);
	check_phases(before.phase, stage.m.phase);
	model_ended(&before, &stage.m);
	check_legs();
	model_offer();
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
	rules = stage_rules;
	no_telephones = dice(2);
	rules.trunk = !no_telephones && dice(6);
	rules.auto_call_ms = dice(2) ? 20 * SECOND : 0;
	rules.confirm_key = dice(3) == 0;
	stage.m.rules = &rules;
	stage.m.booking.own_phone = dice(2);
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
	for (size_t i = MEETING_EV_ENTER; i < MEETING_EV_COUNT; i++)
		assert_true(seen_pair[MEETING_PHASE_LIVE][i] > 0);
	assert_true(crashes > 100 && refusals > 100);
	print_message("calls by itself %" PRIu64 ", back to video %" PRIu64
		      ", legs that stood %" PRIu64 " and fell %" PRIu64 "\n",
		by_itself, back_again, stood, fell);
	assert_true(by_itself > 10 && back_again > 10 && stood > 100 && fell > 100);
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
