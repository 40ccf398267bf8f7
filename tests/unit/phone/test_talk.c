/* SPDX-License-Identifier: MPL-2.0
 *
 * Rooms of legs with ports that only keep what they are sent: who hears whom, and that
 * neither relay, mixer nor the change between them loses a sample or a timestamp.
 */
#include "g711.h"
#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define KEPT 400

struct fake { /* a port and its leg */
	struct leg leg;
	enum g711_law law;
	bool is_open;
	struct audio_packet sent[KEPT];
	uint8_t bytes[KEPT][AUDIO_PACKET_MAX];
	unsigned count;
	uint32_t ts; /* of the next packet that it speaks */
};

static int64_t now_ms;

static void fake_send(void *port, const struct audio_packet *p)
{
	struct fake *f = port;
	struct audio_packet *kept;

	assert_true(f->count < KEPT);
	assert_int_equal(p->law, f->law);
	kept = &f->sent[f->count];
	*kept = *p;
	memcpy(f->bytes[f->count], p->payload.at, p->payload.len);
	kept->payload.at = f->bytes[f->count++];
}

static enum g711_law fake_law(const void *port)
{
	return ((const struct fake *)port)->law;
}

static bool fake_is_open(const void *port)
{
	return ((const struct fake *)port)->is_open;
}

static const struct port_table fake_table = { fake_send, fake_law, fake_is_open };

static void sit_down(struct fake *f, struct talk *t, bool is_phone)
{
	memset(f, 0, sizeof(*f));
	leg_init(&f->leg, is_phone);
	leg_set_port(&f->leg, &fake_table, f);
	f->is_open = true;
	f->leg.stage = LEG_TALKING;
	f->ts = 1000;
	assert_int_equal(talk_join(t, &f->leg), 0);
}

static void speak(struct fake *f, int16_t level)
{
	uint8_t payload[AUDIO_TICK] = { 0 };
	struct audio_packet p = {
		.law = f->law, .ts = f->ts, .payload = bytes_of(payload, sizeof(payload))
	};

	memset(payload, g711_encode(f->law, level), sizeof(payload));
	f->ts += AUDIO_TICK;
	talk_audio(&f->leg, &p, now_ms);
}

/* What it was sent last: the level at the end of the newest packet. */
static int hears(const struct fake *f)
{
	const struct audio_packet *p = &f->sent[f->count - 1];

	assert_true(f->count > 0);
	return g711_decode(p->law, p->payload.at[p->payload.len - 1]);
}

static bool is_about(int level, int expected)
{
	return level > expected - 200 && level < expected + 200;
}

/* One tick of 20 ms: all who are named speak their level. */
static void turn(struct talk *t, struct fake *const *who, const int16_t *levels, size_t n)
{
	for (size_t i = 0; i < n; i++)
		speak(who[i], levels[i]);
	if (talk_settle(t, now_ms))
		talk_tick(t, NULL, now_ms);
	now_ms += AUDIO_TICK_MS;
}

static void turns(unsigned times, struct talk *t, struct fake *const *who,
	const int16_t *levels, size_t n)
{
	while (times--)
		turn(t, who, levels, n);
}

/* Timestamps go on without a gap or a step back. */
static void assert_continuous(const struct fake *f, unsigned from)
{
	for (unsigned i = from + 1; i < f->count; i++)
		assert_int_equal(f->sent[i].ts,
			f->sent[i - 1].ts + (uint32_t)f->sent[i - 1].payload.len);
}

static void everyone_hears_all_others_and_never_himself(void **state)
{
	static const int16_t levels[] = { 1000, 4000, 12000 };
	struct talk t;
	static struct fake a, b, c;
	struct fake *const who[] = { &a, &b, &c };

	(void)state;
	talk_init(&t, 7);
	sit_down(&a, &t, false);
	sit_down(&b, &t, false);
	sit_down(&c, &t, true);
	turns(10, &t, who, levels, 3);
	assert_true(is_about(hears(&a), 16000));
	assert_true(is_about(hears(&b), 13000));
	assert_true(is_about(hears(&c), 5000));
	assert_false(t.relays);
	assert_continuous(&a, 0);
}

static void two_telephones_are_mixed(void **state)
{
	static const int16_t levels[] = { 3000, 9000 };
	struct talk t;
	static struct fake a, b;
	struct fake *const who[] = { &a, &b };

	(void)state;
	talk_init(&t, 7);
	sit_down(&a, &t, true);
	sit_down(&b, &t, true);
	turns(100, &t, who, levels, 2);
	assert_false(t.relays);
	assert_true(is_about(hears(&a), 9000));
	assert_true(is_about(hears(&b), 3000));
}

static void one_browser_and_one_telephone_are_relayed_at_once(void **state)
{
	static const int16_t levels[] = { 3000, 9000 };
	struct talk t;
	static struct fake browser, phone;
	struct fake *const who[] = { &browser, &phone };
	unsigned before;

	(void)state;
	talk_init(&t, 7);
	sit_down(&browser, &t, false);
	sit_down(&phone, &t, true);
	phone.law = G711_ULAW;
	turns(60, &t, who, levels, 2);
	assert_true(t.relays);
	before = phone.count;
	speak(&browser, 5000); /* no tick follows */
	assert_int_equal(phone.count, before + 1);
	assert_true(is_about(hears(&phone), 5000));
	assert_continuous(&phone, 0);
	assert_continuous(&browser, 0);
}

static void say_number(struct fake *f, unsigned number)
{
	speak(f, (int16_t)(1000 + 150 * (int)number)); /* few neighbours share a code */
}

/* Each packet of the browser says its number; a third leg comes and goes, so that relay
 * becomes mixer and relay again. The telephone gets every number once and in order. */
static void the_way_to_relay_and_back_loses_nothing(void **state)
{
	struct talk t;
	static struct fake browser, phone, third;
	unsigned first = 0, relayed = 0;

	(void)state;
	talk_init(&t, 7);
	sit_down(&browser, &t, false);
	sit_down(&phone, &t, true);
	for (unsigned i = 0; i < 200; i++) {
		if (i == 80)
			sit_down(&third, &t, false);
		if (i == 100)
			talk_leave(&third.leg);
		/* The others' sound is in the mixer before the browser's. */
		if (i != 80)
			say_number(&browser, i);
		relayed += t.relays;
		speak(&phone, 0);
		if (third.leg.talk)
			speak(&third, 0);
		turn(&t, NULL, NULL, 0);
		if (i == 80)
			say_number(&browser, i);
	}
	assert_true(relayed > 60);
	while (phone.sent[first].payload.at[0] == g711_encode(G711_ALAW, 0))
		first++;
	assert_true(phone.count - first >= 199);
	for (unsigned i = first; i < phone.count; i++)
		for (size_t k = 0; k < AUDIO_TICK; k += AUDIO_TICK / 4)
			assert_int_equal(phone.sent[i].payload.at[k],
				g711_encode(
					G711_ALAW, (int16_t)(1000 + 150 * (i - first))));
	assert_continuous(&phone, 0);
	assert_continuous(&browser, 0);
}

static void a_gap_of_one_side_brings_the_mixer_back(void **state)
{
	static const int16_t levels[] = { 3000, 9000 };
	struct talk t;
	static struct fake browser, phone;
	struct fake *const who[] = { &browser, &phone };
	unsigned before;

	(void)state;
	talk_init(&t, 7);
	sit_down(&browser, &t, false);
	sit_down(&phone, &t, true);
	turns(60, &t, who, levels, 2);
	assert_true(t.relays);
	before = browser.count;
	turns(60, &t, who, levels, 1); /* the telephone is silent */
	assert_false(t.relays);
	assert_true(browser.count > before + 40);
	assert_true(is_about(hears(&browser), 0));
	assert_true(is_about(hears(&phone), 3000));
}

static void a_telephone_that_nobody_knows_is_the_owners_alone(void **state)
{
	static const int16_t levels[] = { 1000, 4000, 12000 };
	struct talk t;
	static struct fake owner, other, phone;
	struct fake *const who[] = { &owner, &other, &phone };

	(void)state;
	talk_init(&t, 7);
	sit_down(&owner, &t, false);
	owner.leg.owner = true;
	sit_down(&other, &t, false);
	sit_down(&phone, &t, true);
	phone.leg.stage = LEG_UNKNOWN;
	turns(10, &t, who, levels, 3);
	assert_true(is_about(hears(&owner), 16000));
	assert_true(is_about(hears(&other), 1000));
	assert_true(is_about(hears(&phone), 1000));
	phone.leg.stage = LEG_TALKING;
	turns(10, &t, who, levels, 3);
	assert_true(is_about(hears(&other), 13000));
	assert_true(is_about(hears(&phone), 5000));
}

static void before_the_answer_the_owner_hears_and_nothing_is_sent(void **state)
{
	static const int16_t levels[] = { 1000, 4000, 12000 };
	struct talk t;
	static struct fake owner, other, phone;
	struct fake *const who[] = { &owner, &other, &phone };

	(void)state;
	talk_init(&t, 7);
	sit_down(&owner, &t, false);
	owner.leg.owner = true;
	sit_down(&other, &t, false);
	sit_down(&phone, &t, true);
	phone.leg.stage = LEG_EARLY;
	turns(60, &t, who, levels, 3);
	assert_int_equal(phone.count, 0);
	assert_true(is_about(hears(&owner), 16000));
	assert_true(is_about(hears(&other), 1000));
}

/* Every pair of stages, both ways: who hears whom. */
static void the_rule_of_hearing_holds_for_every_pair_of_stages(void **state)
{
	struct leg a, b;

	(void)state;
	for (int i = LEG_DIALING; i <= LEG_TALKING; i++)
		for (int k = LEG_DIALING; k <= LEG_TALKING; k++)
			for (int owner = 0; owner < 2; owner++) {
				bool expected = i == LEG_TALKING && k == LEG_TALKING;

				leg_init(&a, true);
				leg_init(&b, true);
				a.stage = (enum leg_stage)i;
				b.stage = (enum leg_stage)k;
				a.owner = owner;
				if (owner && i == LEG_TALKING)
					expected = expected || k == LEG_EARLY ||
						   k == LEG_GREETING || k == LEG_UNKNOWN;
				assert_int_equal(talk_hears(&a, &b), expected);
				expected =
					(i == LEG_TALKING && k == LEG_TALKING) ||
					(owner && i == LEG_TALKING && k == LEG_UNKNOWN);
				assert_int_equal(talk_hears(&b, &a), expected);
			}
}

static void muted_and_held_legs_are_heard_by_nobody(void **state)
{
	struct leg a, b;

	(void)state;
	leg_init(&a, false);
	leg_init(&b, true);
	a.stage = b.stage = LEG_TALKING;
	assert_true(talk_hears(&a, &b));
	b.muted = true;
	assert_false(talk_hears(&a, &b));
	assert_true(talk_hears(&b, &a));
	b.muted = false;
	b.muted_itself = true;
	assert_false(talk_hears(&a, &b));
	b.muted_itself = false;
	b.held = true;
	assert_false(talk_hears(&a, &b));
	assert_false(talk_hears(&b, &a));
}

static void a_ninth_leg_finds_the_room_full(void **state)
{
	struct talk t;
	static struct fake f[MIXER_LEGS + 1];

	(void)state;
	talk_init(&t, 7);
	for (size_t i = 0; i < MIXER_LEGS; i++)
		sit_down(&f[i], &t, true);
	leg_init(&f[MIXER_LEGS].leg, true);
	assert_int_equal(talk_join(&t, &f[MIXER_LEGS].leg), TALK_E_FULL);
	assert_null(f[MIXER_LEGS].leg.talk);
	talk_leave(&f[3].leg);
	assert_int_equal(talk_join(&t, &f[MIXER_LEGS].leg), 0);
}

static void after_a_pause_the_time_stamps_leap_and_the_packet_is_marked(void **state)
{
	static const int16_t silence[AUDIO_TICK];
	struct talk t;
	static struct fake a;

	(void)state;
	talk_init(&t, 7);
	sit_down(&a, &t, true);
	leg_send_tick(&a.leg, silence, 10000);
	leg_send_tick(&a.leg, silence, 10020);
	leg_send_tick(&a.leg, silence, 12020);
	leg_send_tick(&a.leg, silence, 12180); /* a stall, not a pause */
	assert_true(a.sent[0].marker);
	assert_false(a.sent[1].marker);
	assert_true(a.sent[2].marker);
	assert_int_equal(a.sent[2].ts - a.sent[1].ts, 2000 * 8);
	assert_false(a.sent[3].marker);
	assert_int_equal(a.sent[3].ts - a.sent[2].ts, AUDIO_TICK);
}

static void a_source_that_begins_anew_does_not_move_the_time_stamps(void **state)
{
	static const int16_t levels[] = { 3000, 9000 };
	struct talk t;
	static struct fake browser, phone;
	struct fake *const who[] = { &browser, &phone };

	(void)state;
	talk_init(&t, 7);
	sit_down(&browser, &t, false);
	sit_down(&phone, &t, true);
	turns(60, &t, who, levels, 2);
	phone.ts += 4000000000U; /* a re-INVITE at the far end */
	turns(20, &t, who, levels, 2);
	assert_true(t.relays);
	assert_continuous(&browser, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyone_hears_all_others_and_never_himself),
		cmocka_unit_test(two_telephones_are_mixed),
		cmocka_unit_test(one_browser_and_one_telephone_are_relayed_at_once),
		cmocka_unit_test(the_way_to_relay_and_back_loses_nothing),
		cmocka_unit_test(a_gap_of_one_side_brings_the_mixer_back),
		cmocka_unit_test(a_telephone_that_nobody_knows_is_the_owners_alone),
		cmocka_unit_test(before_the_answer_the_owner_hears_and_nothing_is_sent),
		cmocka_unit_test(the_rule_of_hearing_holds_for_every_pair_of_stages),
		cmocka_unit_test(muted_and_held_legs_are_heard_by_nobody),
		cmocka_unit_test(a_ninth_leg_finds_the_room_full),
		cmocka_unit_test(
			after_a_pause_the_time_stamps_leap_and_the_packet_is_marked),
		cmocka_unit_test(a_source_that_begins_anew_does_not_move_the_time_stamps),
	};

	now_ms = 100000;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
