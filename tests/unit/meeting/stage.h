/* SPDX-License-Identifier: MPL-2.0
 *
 * A stage for one meeting: short words for what people do, the time under the test's
 * hand. Every act returns what meeting_step() returned; the effects are in stage.fx.
 */
#pragma once

#include "samtale/meeting/meeting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECOND    1000
#define MINUTE    (60 * SECOND)
#define HOUR      (60 * MINUTE)
#define NINE      ((int64_t)1763802000000) /* when the meeting starts */
#define OWNER     7
#define COLLEAGUE 8

struct stage {
	struct meeting m;
	struct meeting_effects fx;
	int64_t now;
};

static const struct meeting_rules stage_rules = {
	.open_before_ms = 30 * MINUTE,
	.open_after_ms = 30 * MINUTE,
	.not_come_ms = 3 * MINUTE,
	.no_show_ms = 15 * MINUTE,
	.abandoned_ms = 4 * HOUR,
};
static const struct meeting_booking stage_booking = { .owner = OWNER,
	.starts_ms = NINE,
	.minutes = 30,
	.form = MEETING_FORM_VIDEO,
	.way = MEETING_WAY_SPEECH,
	.has_phone = true };

static inline struct stage stage_at(int64_t now)
{
	struct stage s = { .now = now };

	meeting_init(&s.m, &stage_rules, &stage_booking, now);
	return s;
}

static inline int act(struct stage *s, struct meeting_event e)
{
	return meeting_step(&s->m, &e, s->now, &s->fx);
}

#define ACT(stage, event, ...)                                                           \
	act((stage), (struct meeting_event){ .kind = MEETING_EV_##event, __VA_ARGS__ })

static inline void pass(struct stage *s, int64_t ms)
{
	s->now += ms;
	assert_int_equal(act(s, (struct meeting_event){ .kind = MEETING_EV_TICK }), 0);
}

static inline int redeem_via(struct stage *s, uint8_t device, enum meeting_via via)
{
	struct meeting_event e = { .kind = MEETING_EV_REDEEM, .redeem = { .via = via } };

	memset(e.redeem.device, device, MEETING_DEVICE_LEN);
	return act(s, e);
}

static inline uint16_t redeem(struct stage *s, uint8_t device)
{
	assert_int_equal(redeem_via(s, device, MEETING_VIA_LINK), 0);
	return s->fx.entry;
}

static inline int hello(struct stage *s, uint16_t entry, uint8_t device, uint32_t epoch)
{
	struct meeting_event e = {
		.kind = MEETING_EV_CONNECT, .entry = entry, .connect = { .epoch = epoch }
	};

	memset(e.connect.device, device, MEETING_DEVICE_LEN);
	return act(s, e);
}

static inline uint16_t arrive(struct stage *s, uint8_t device)
{
	uint16_t entry = redeem(s, device);

	assert_int_equal(hello(s, entry, device, 0), 0);
	return entry;
}

static inline int enter(struct stage *s, uint64_t user, uint32_t epoch)
{
	return ACT(s, ENTER, .enter = { .user = user, .epoch = epoch });
}

static inline int phone(struct stage *s, enum meeting_phone event)
{
	return ACT(s, PHONE,
		.phone = {
			.event = event, .from = MEETING_CALL_FROM_WORK, .digits = 47 });
}

static inline int signal_of(
	struct stage *s, uint16_t entry, uint32_t epoch, enum meeting_signal kind)
{
	return ACT(s, SIGNAL, .entry = entry, .signal = { epoch, kind });
}

static inline int sas(struct stage *s, uint16_t entry, uint32_t epoch, uint8_t step)
{
	struct meeting_event e = { .kind = MEETING_EV_SAS,
		.entry = entry,
		.sas = { .epoch = epoch, .step = step } };

	memset(e.sas.fp, step, MEETING_FINGERPRINT_LEN);
	return act(s, e);
}

static inline int media(
	struct stage *s, uint16_t entry, bool picture, enum meeting_health health)
{
	return ACT(s, MEDIA, .entry = entry,
		.media = { .epoch = s->m.epoch,
			.picture = picture,
			.mic = true,
			.rung = MEETING_RUNG_VIDEO,
			.health = health });
}

/* One minute past nine: entry 1 is admitted, epoch 1 begun. */
static inline struct stage stage_live(void)
{
	struct stage s = stage_at(NINE);

	assert_int_equal(arrive(&s, 1), 1);
	assert_int_equal(enter(&s, OWNER, 0), 0);
	s.now += MINUTE;
	assert_int_equal(ACT(&s, ADMIT, .entry = 1), 0);
	return s;
}

static inline struct meeting_view look(const struct stage *s)
{
	struct meeting_view view;

	meeting_look(&s->m, s->now, &view);
	return view;
}

/* How often the last act had this effect on this seat. */
static inline unsigned count_fx(
	const struct stage *s, enum meeting_effect_kind kind, uint16_t entry)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->fx.count; i++)
		n += s->fx.list[i].kind == kind && s->fx.list[i].entry == entry;
	return n;
}

static inline bool has_fx(const struct stage *s, enum meeting_effect_kind kind,
	uint16_t entry, uint32_t number)
{
	for (unsigned i = 0; i < s->fx.count; i++)
		if (s->fx.list[i].kind == kind && s->fx.list[i].entry == entry &&
			s->fx.list[i].number == number)
			return true;
	return false;
}

static inline bool has_record(
	const struct stage *s, enum meeting_record what, uint32_t number)
{
	for (unsigned i = 0; i < s->fx.count; i++)
		if (s->fx.list[i].kind == MEETING_FX_RECORD &&
			s->fx.list[i].what == what && s->fx.list[i].number == number)
			return true;
	return false;
}

/* -- the trunk --------------------------------------------------------------------- */
static const struct meeting_rules stage_trunk_rules = {
	.open_before_ms = 30 * MINUTE,
	.open_after_ms = 30 * MINUTE,
	.not_come_ms = 3 * MINUTE,
	.no_show_ms = 15 * MINUTE,
	.abandoned_ms = 4 * HOUR,
	.auto_call_ms = 20 * SECOND,
	.trunk = true,
};

/* As stage_live(), with a trunk and her own number on file. */
static inline struct stage stage_trunk(void)
{
	struct stage s = stage_live();

	s.m.rules = &stage_trunk_rules;
	s.m.booking.own_phone = true;
	return s;
}

static inline int dial(struct stage *s, enum meeting_dial_to to)
{
	return ACT(s, PHONE,
		.phone = { .event = MEETING_PHONE_DIAL, .digits = 47, .to = to });
}

static inline int line(
	struct stage *s, enum meeting_leg leg, uint16_t entry, enum meeting_line progress)
{
	return ACT(s, LINE, .entry = entry, .line = { leg, progress, 0 });
}

static inline int line_ended(
	struct stage *s, enum meeting_leg leg, uint16_t entry, enum meeting_reason reason)
{
	return ACT(s, LINE, .entry = entry, .line = { leg, MEETING_LINE_NONE, reason });
}

#define CITIZEN(stage, progress)                                                         \
	line((stage), MEETING_LEG_CITIZEN, 0, MEETING_LINE_##progress)
#define OWN(stage, progress) line((stage), MEETING_LEG_OWN, 0, MEETING_LINE_##progress)

/* Called, answered, and she says who it is. */
static inline struct stage stage_calling(void)
{
	struct stage s = stage_trunk();

	assert_int_equal(dial(&s, MEETING_DIAL_TO_BROWSER), 0);
	assert_int_equal(CITIZEN(&s, RINGING), 0);
	assert_int_equal(CITIZEN(&s, ANSWERED), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	return s;
}

static inline uint16_t call_in(struct stage *s, uint8_t device, bool known)
{
	struct meeting_event e = { .kind = MEETING_EV_CALL_IN,
		.call_in = { .known = known } };

	memset(e.call_in.device, device, MEETING_DEVICE_LEN);
	assert_int_equal(act(s, e), 0);
	return s->fx.entry;
}

/* The broker is killed and comes back. */
static inline void crash(struct stage *s)
{
	uint8_t buf[MEETING_PACK_MAX];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r;

	meeting_pack(&s->m, &w);
	assert_true(writer_ok(&w));
	r = reader_of(writer_bytes(&w));
	assert_true(meeting_unpack(&r, s->m.rules, &s->m.booking, &s->m));
}
