/* SPDX-License-Identifier: MPL-2.0
 *
 * A meeting across kill -9: what comes back is what was there, and a pack that was
 * touched does not come back as something that this program would never have written.
 */
#include "stage.h"

#include "pack_v1.h"

/* Everything at once: two devices, a confirmed code, three forms, a call, a number. */
static struct stage stage_rich(void)
{
	struct stage s = stage_live();

	arrive(&s, 2);
	assert_int_equal(sas(&s, 0, 1, 1), 0);
	assert_int_equal(sas(&s, 1, 1, 2), 0);
	assert_int_equal(sas(&s, 0, 1, 3), 0);
	assert_int_equal(ACT(&s, SAS_OK, .sas_ok = 1), 0);
	assert_int_equal(media(&s, 1, true, MEETING_HEALTH_GOOD), 0);
	s.now += 10 * MINUTE;
	assert_int_equal(media(&s, 1, false, MEETING_HEALTH_GOOD), 0);
	s.now += MINUTE;
	assert_int_equal(ACT(&s, CALL_ME, .call_me = { .gave = true }), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_NO_ANSWER), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_OPEN), 0);
	assert_int_equal(phone(&s, MEETING_PHONE_IS_CITIZEN), 0);
	s.now += MINUTE;
	assert_int_equal(ACT(&s, HIDDEN, .entry = 1, .hidden = true), 0);
	return s;
}

static size_t pack(const struct meeting *m, uint8_t buf[MEETING_PACK_MAX])
{
	struct writer w = writer_of(buf, MEETING_PACK_MAX);

	meeting_pack(m, &w);
	assert_true(writer_ok(&w));
	return w.len;
}

static bool unpack(const uint8_t *at, size_t len, struct meeting *ret)
{
	struct reader r = reader_of(bytes_of(at, len));

	return meeting_unpack(&r, &stage_rules, &stage_booking, ret);
}

static void everything_but_the_connections_comes_back(void **state)
{
	struct stage s = stage_rich(), before = s;

	(void)state;
	crash(&s);
	assert_int_equal(s.m.phase, MEETING_PHASE_LIVE);
	assert_int_equal(s.m.epoch, 1);
	assert_int_equal(meeting_admitted(&s.m)->number, 1);
	assert_int_equal(meeting_admitted(&s.m)->level, 2);
	assert_false(meeting_admitted(&s.m)->side.connected || s.m.consultant.connected);
	assert_true(s.m.sas_confirmed);
	assert_int_equal(s.m.call.state, MEETING_CALL_TALKING);
	assert_int_equal(s.m.call.digits, 47);
	assert_int_equal(s.m.call.attempts, 1);
	assert_int_equal(s.m.call.given, MEETING_GIVEN_PENDING);
	assert_int_equal(s.m.intervals, 3);
	assert_int_equal(look(&s).total_ms[MEETING_FORM_VIDEO],
		look(&before).total_ms[MEETING_FORM_VIDEO]);
	/* she comes back after a minute and the telephone talk had gone on */
	s.now += MINUTE;
	assert_int_equal(enter(&s, OWNER, 0), 0);
	assert_int_equal(look(&s).minutes[MEETING_FORM_PHONE], 2);
}

static void the_same_meeting_packs_to_the_same_bytes_again(void **state)
{
	uint8_t a[MEETING_PACK_MAX], b[MEETING_PACK_MAX];
	struct stage s = stage_rich();
	size_t len = pack(&s.m, a);

	(void)state;
	crash(&s);
	assert_int_equal(pack(&s.m, b), len);
	assert_memory_equal(a, b, len);
}

static void a_pack_from_before_the_trunk_is_still_read(void **state)
{
	struct stage s = stage_rich(), old = { .now = s.now };
	uint8_t a[MEETING_PACK_MAX], b[MEETING_PACK_MAX], touched[sizeof(pack_v1)];
	struct meeting ignored;

	(void)state;
	assert_true(unpack(pack_v1, sizeof(pack_v1), &old.m));
	assert_int_equal(old.m.call.state, MEETING_CALL_TALKING);
	assert_true(look(&old).stated); /* every call was by hand then */
	crash(&s);
	assert_int_equal(pack(&old.m, a), pack(&s.m, b));
	assert_memory_equal(a, b, pack(&s.m, b));
	for (size_t cut = 0; cut < sizeof(pack_v1); cut++)
		assert_false(unpack(pack_v1, cut, &ignored));
	memcpy(touched, pack_v1, sizeof(pack_v1));
	touched[0] = 3;
	assert_false(unpack(touched, sizeof(touched), &ignored));
}

/* A call through the trunk, and two telephones in the lobby. */
static struct stage stage_phones(void)
{
	struct stage s = stage_calling();

	(void)call_in(&s, 50, false);
	(void)call_in(&s, 51, true);
	assert_int_equal(
		ACT(&s, PHONE, .phone = { .event = MEETING_PHONE_MUTE, .on = true }), 0);
	return s;
}

static void the_legs_come_back_as_they_were_and_are_unsure(void **state)
{
	struct stage s = stage_phones();
	uint8_t a[MEETING_PACK_MAX], b[MEETING_PACK_MAX];
	size_t len = pack(&s.m, a);

	(void)state;
	crash(&s);
	assert_int_equal(pack(&s.m, b), len);
	assert_memory_equal(a, b, len);
	assert_int_equal(s.m.call.lines.citizen, MEETING_LINE_TALKING);
	assert_int_equal(s.m.call.lines.line, 1);
	assert_true(s.m.call.lines.muted);
	assert_int_equal(s.m.call.lines.unsure,
		1U << MEETING_LEG_CITIZEN | 1U << MEETING_LEG_LINE);
	assert_int_equal(meeting_entry_at(&s.m, 3)->via, MEETING_VIA_PHONE_KNOWN);
	assert_false(meeting_entry_at(&s.m, 3)->side.here);
}

static void a_pack_that_is_cut_or_longer_does_not_load(void **state)
{
	uint8_t buf[MEETING_PACK_MAX + 1] = { 0 };
	struct stage s = stage_rich();
	size_t len = pack(&s.m, buf);
	struct meeting m, untouched;

	(void)state;
	memset(&m, 0x5a, sizeof(m));
	memset(&untouched, 0x5a, sizeof(untouched));
	for (size_t cut = 0; cut < len; cut++)
		assert_false(unpack(buf, cut, &m));
	assert_false(unpack(buf, len + 1, &m));
	assert_memory_equal(&m, &untouched, sizeof(m));
	assert_true(unpack(buf, len, &m));
}

/* Whatever one changed byte still loads as, it packs to exactly those bytes, and the
 * meeting goes on from there without harm. */
static void check_touched(struct stage s)
{
	uint8_t buf[MEETING_PACK_MAX], again[MEETING_PACK_MAX];
	size_t len = pack(&s.m, buf), loaded = 0;

	for (size_t at = 0; at < len; at++) {
		for (unsigned value = 0; value < 256; value++) {
			uint8_t was = buf[at];
			struct stage t = { .now = s.now };

			buf[at] = (uint8_t)value;
			if (unpack(buf, len, &t.m)) {
				loaded++;
				assert_int_equal(pack(&t.m, again), len);
				assert_memory_equal(buf, again, len);
				pass(&t, 0);
				pass(&t, 24 * (int64_t)HOUR);
			}
			buf[at] = was;
		}
	}
	assert_true(loaded > len); /* the packs as they were, and harmless changes */
}

static void what_loads_is_canonical_and_lives_on(void **state)
{
	(void)state;
	check_touched(stage_rich());
	check_touched(stage_phones());
}

static void a_contradiction_does_not_load(void **state)
{
	static const struct meeting_entry twin = { .number = 2, .device = { 1 } };
	uint8_t buf[MEETING_PACK_MAX];

	(void)state;
#define REFUSED(change)                                                                  \
	do {                                                                             \
		struct stage s = stage_rich();                                           \
		struct meeting ignored;                                                  \
		change;                                                                  \
		assert_false(unpack(buf, pack(&s.m, buf), &ignored));                    \
	} while (0)
	REFUSED(s.m.entries[1].place = MEETING_PLACE_ADMITTED); /* two admitted */
	REFUSED(s.m.entries[1] = s.m.entries[0]);
	REFUSED(s.m.entries[1] = twin;
		memcpy(s.m.entries[1].device, s.m.entries[0].device, MEETING_DEVICE_LEN));
	REFUSED(s.m.next_entry = 2);
	REFUSED(s.m.bound = false);
	REFUSED(s.m.phase = MEETING_PHASE_OPEN);
	REFUSED(s.m.phase = MEETING_PHASE_ENDED);
	REFUSED(s.m.outcome = MEETING_OUTCOME_HELD);
	REFUSED(s.m.started_ms = 0);
	REFUSED(s.m.epoch_with = 2);
	REFUSED(s.m.epoch = 0);
	REFUSED(s.m.form = MEETING_FORM_VIDEO);
	REFUSED(s.m.call.state = MEETING_CALL_NONE);
	REFUSED(s.m.call.digits = 100);
	REFUSED(s.m.call.has_digits = false; s.m.call.digits = 0;
		s.m.call.from = MEETING_CALL_FROM_NONE);
	REFUSED(s.m.total_ms[MEETING_FORM_VIDEO]++);
	REFUSED(s.m.interval[1].from_ms--);
	REFUSED(s.m.interval[0].to_ms = 0);
	REFUSED(s.m.intervals--);
	REFUSED(s.m.level = 1);
	REFUSED(s.m.late_minutes = 61);
#undef REFUSED
#define REFUSED(change)                                                                  \
	do {                                                                             \
		struct stage s = stage_phones();                                         \
		struct meeting_lines *l = &s.m.call.lines;                               \
		struct meeting ignored;                                                  \
		(void)l;                                                                 \
		change;                                                                  \
		assert_false(unpack(buf, pack(&s.m, buf), &ignored));                    \
	} while (0)
	REFUSED(l->citizen = MEETING_LINE_CALLING);
	REFUSED(l->own = MEETING_LINE_RINGING);
	REFUSED(l->own = MEETING_LINE_TALKING); /* and a line in the page */
	REFUSED(l->line = 2);
	REFUSED(l->reason = MEETING_REASON_BUSY);
	REFUSED(l->before = MEETING_CALL_ASKED);
	REFUSED(l->by_key = true);
	REFUSED(s.m.entries[1].level = 1);
	REFUSED(s.m.entries[1].place = MEETING_PLACE_ADMITTED); /* two phones */
	REFUSED(l->citizen = MEETING_LINE_NONE; l->line = 0);   /* muted: nobody */
#undef REFUSED
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_but_the_connections_comes_back),
		cmocka_unit_test(the_same_meeting_packs_to_the_same_bytes_again),
		cmocka_unit_test(a_pack_from_before_the_trunk_is_still_read),
		cmocka_unit_test(the_legs_come_back_as_they_were_and_are_unsure),
		cmocka_unit_test(a_pack_that_is_cut_or_longer_does_not_load),
		cmocka_unit_test(what_loads_is_canonical_and_lives_on),
		cmocka_unit_test(a_contradiction_does_not_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
