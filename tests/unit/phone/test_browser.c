/* SPDX-License-Identifier: MPL-2.0
 *
 * A whole leg against a small peer: who may open it, what strangers cannot do to it, how
 * it ends.
 */
#include "browser.h"

#include "samtale/base/clock.h"
#include "samtale/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "web_peer.h"

#define PORT_LOW  42000
#define PORT_HIGH 42040
#define PAYLOAD   160

enum free_in { FREE_NEVER, FREE_IN_OPEN, FREE_IN_EVENT };

struct stage {
	struct browsers *all;
	struct browser *leg;
	struct web_peer peer, stranger;
	enum free_in free_in;
	unsigned opened, overs, heard, out_of_order, events;
	enum phone_cause cause;
	uint16_t next_seq;
	uint8_t last_payload;
};

/* -- hooks ------------------------------------------------------------------------- */
static void on_audio(void *arg, const struct audio_packet *p)
{
	struct stage *s = arg;

	s->out_of_order += s->heard > 0 && p->seq != s->next_seq;
	s->next_seq = (uint16_t)(p->seq + 1);
	s->heard++;
	assert_int_equal(p->law, G711_ALAW);
	assert_int_equal(p->ts, (uint32_t)p->seq * 160);
	assert_int_equal(p->payload.at[0], (uint8_t)p->seq);
}

static void on_event(void *arg, const struct audio_packet *p)
{
	struct stage *s = arg;

	s->events++;
	assert_int_equal(p->payload.len, 4);
	if (s->free_in == FREE_IN_EVENT)
		s->leg = browser_free(s->leg);
}

static void on_open(void *arg)
{
	struct stage *s = arg;

	s->opened++;
	if (s->free_in == FREE_IN_OPEN)
		s->leg = browser_free(s->leg);
}

static void on_over(void *arg, enum phone_cause why)
{
	struct stage *s = arg;

	s->overs++;
	s->cause = why;
	s->leg = browser_free(s->leg);
}

/* -- stage ------------------------------------------------------------------------- */
static void raise_on(
	struct stage *s, const struct browsers_parts *parts, const char *address)
{
	uint8_t offer[LIMIT_SDP], answer[LIMIT_SDP];
	struct writer o = writer_of(offer, sizeof(offer)),
		      a = writer_of(answer, sizeof(answer));
	struct port_hooks hooks = { .arg = s,
		.audio = on_audio,
		.event = on_event,
		.open = on_open,
		.over = on_over };

	memset(s, 0, sizeof(*s));
	assert_int_equal(browsers_new(&s->all, parts), 0);
	web_peer_start(&s->peer, address);
	web_peer_start(&s->stranger, address);
	web_peer_offer(&s->peer, &o);
	assert_int_equal(browser_new(&s->leg, s->all, writer_bytes(&o), &a, &hooks), 0);
	web_peer_take_answer(&s->peer, writer_bytes(&a), address);
	s->stranger.gateway = s->peer.gateway;
}

static const struct browsers_parts LOCAL = { "127.0.0.1", "", "", PORT_LOW, PORT_HIGH };

static void raise(struct stage *s)
{
	raise_on(s, &LOCAL, "127.0.0.1");
}

static void strike(struct stage *s)
{
	browser_free(s->leg);
	web_peer_stop(&s->peer);
	web_peer_stop(&s->stranger);
	browsers_free(s->all);
	run_for(5);
}

static bool was_answered(void *arg)
{
	return ((struct stage *)arg)->peer.answers > 0;
}

static bool is_up(void *arg)
{
	struct stage *s = arg;

	return s->peer.up && s->opened == 1;
}

static bool is_over(void *arg)
{
	return ((struct stage *)arg)->overs > 0;
}

static bool peer_closed(void *arg)
{
	return ((struct stage *)arg)->peer.closed;
}

static void connect_peer(struct stage *s)
{
	web_peer_check(&s->peer, s->peer.us, CHECK_RIGHT, true);
	assert_true(run_until(was_answered, s, 1000));
	web_peer_connect(&s->peer, s->peer.id);
	assert_true(run_until(is_up, s, 3000));
}

static void send_sound(struct stage *s, uint32_t ts)
{
	uint8_t payload[PAYLOAD] = { 0xd5, (uint8_t)ts };

	browser_send(s->leg, &(struct audio_packet){ .law = G711_ALAW,
				     .ts = ts,
				     .payload = bytes_of(payload, sizeof(payload)) });
}

static uint64_t refused(const struct stage *s)
{
	struct port_figures f;

	browser_figures(s->leg, &f);
	return f.refused;
}

/* -- the good way ------------------------------------------------------------------ */
static void a_browser_and_the_room_hear_each_other(void **state)
{
	struct port_figures f;
	uint32_t first_ts;
	struct stage s;

	(void)state;
	raise(&s);
	send_sound(&s, 0); /* not open: dropped */
	connect_peer(&s);
	assert_true(browser_is_open(s.leg));
	assert_int_equal(browser_law(s.leg), G711_ALAW);
	send_sound(&s, 1600);
	run_for(10);
	first_ts = s.peer.last_ts;
	for (uint16_t i = 0; i < 20; i++) {
		web_peer_say(&s.peer, s.peer.us, 8, (uint16_t)(65530 + i), PAYLOAD);
		send_sound(&s, 1760u + i * 160u);
		run_for(2);
	}
	run_for(20);
	assert_int_equal(s.heard, 20);
	assert_int_equal(s.out_of_order, 0);
	assert_int_equal(s.peer.packets, 21);
	assert_int_equal(s.peer.last_len, PAYLOAD);
	assert_int_equal(s.peer.last_ts - first_ts, 20 * 160);
	browser_figures(s.leg, &f);
	assert_int_equal(f.in, 20);
	assert_int_equal(f.out, 21);
	assert_int_equal(f.refused, 0);
	assert_true(f.last_in_ms > 0);
	strike(&s);
}

static void a_browser_without_gcm_gets_sha1_80(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	s.peer.sha1_only = true;
	connect_peer(&s);
	web_peer_say(&s.peer, s.peer.us, 8, 7, PAYLOAD);
	send_sound(&s, 0);
	run_for(20);
	assert_int_equal(s.heard, 1);
	assert_int_equal(s.peer.packets, 1);
	strike(&s);
}

static void a_leg_speaks_both_families_on_one_port(void **state)
{
	static const struct browsers_parts both = { "0.0.0.0", "127.0.0.1", "::1",
		PORT_LOW, PORT_HIGH };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const char *address = i == 0 ? "127.0.0.1" : "::1";
		struct stage s;

		raise_on(&s, &both, address);
		connect_peer(&s);
		web_peer_say(&s.peer, s.peer.us, 8, 7, PAYLOAD);
		send_sound(&s, 0);
		run_for(20);
		assert_int_equal(s.heard, 1);
		assert_int_equal(s.peer.packets, 1);
		strike(&s);
	}
}

static void keys_arrive_and_other_payloads_do_not(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	web_peer_say(&s.peer, s.peer.us, 126, 1, 4); /* telephone-event of the answer */
	web_peer_say(&s.peer, s.peer.us, 126, 2, 3); /* too short */
	web_peer_say(&s.peer, s.peer.us, 0, 3, PAYLOAD); /* offered, not answered */
	web_peer_say(&s.peer, s.peer.us, 13, 4, 1);      /* comfort noise */
	web_peer_say(&s.peer, s.peer.us, 8, 5, AUDIO_PACKET_MAX + 1);
	web_peer_say(&s.peer, s.peer.us, 8, 6, 0);
	run_for(20);
	assert_int_equal(s.events, 1);
	assert_int_equal(s.heard, 0);
	web_peer_say(&s.peer, s.peer.us, 8, 7, AUDIO_PACKET_MAX);
	run_for(20);
	assert_int_equal(s.heard, 1);
	strike(&s);
}

static void reports_go_both_ways(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	web_peer_say(&s.peer, s.peer.us, 8, 7, PAYLOAD);
	send_sound(&s, 0);
	run_for(5300);
	assert_int_equal(s.peer.reports, 1);
	strike(&s);
}

/* -- strangers --------------------------------------------------------------------- */
static void a_check_with_any_flaw_gets_no_answer(void **state)
{
	static const enum check_flaw silent[] = { CHECK_BAD_INTEGRITY, CHECK_NO_INTEGRITY,
		CHECK_NO_FINGERPRINT, CHECK_BAD_FINGERPRINT, CHECK_WRONG_USER };
	struct stage s;

	(void)state;
	raise(&s);
	for (unsigned i = 0; i < ARRAY_LEN(silent); i++)
		web_peer_check(&s.peer, s.peer.us, silent[i], true);
	run_for(30);
	assert_int_equal(s.peer.answers + s.peer.errors, 0);
	assert_int_equal(refused(&s), ARRAY_LEN(silent));
	web_peer_check(&s.peer, s.peer.us, CHECK_CONTROLLED, true);
	web_peer_check(&s.peer, s.peer.us, CHECK_UNKNOWN_ATTRIBUTE, true);
	run_for(30);
	assert_int_equal(s.peer.answers, 0);
	assert_int_equal(s.peer.errors, 2);
	web_peer_connect(&s.peer, s.peer.id); /* none of them opened the door */
	run_for(100);
	assert_int_equal(s.opened, 0);
	strike(&s);
}

static void dtls_waits_for_a_right_check(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	web_peer_connect(&s.peer, s.peer.id);
	run_for(300);
	assert_int_equal(s.opened, 0);
	assert_true(refused(&s) > 0);
	web_peer_check(&s.peer, s.peer.us, CHECK_RIGHT, false);
	assert_true(run_until(is_up, &s, 4000)); /* by its own repetition */
	strike(&s);
}

static void another_certificate_never_opens_the_leg(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	web_peer_check(&s.peer, s.peer.us, CHECK_RIGHT, true);
	assert_true(run_until(was_answered, &s, 1000));
	web_peer_connect(&s.peer, s.stranger.id);
	run_for(300);
	assert_int_equal(s.opened, 0);
	assert_int_equal(s.overs, 0);
	assert_true(refused(&s) > 0);
	web_peer_connect(&s.peer, s.peer.id); /* and the right one still can */
	assert_true(run_until(is_up, &s, 3000));
	strike(&s);
}

static void a_rogue_hello_during_set_up_changes_nothing(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	web_peer_check(&s.peer, s.peer.us, CHECK_RIGHT, true);
	assert_true(run_until(was_answered, &s, 1000));
	web_peer_connect(&s.stranger, s.stranger.id);
	web_peer_connect(&s.peer, s.peer.id);
	web_peer_connect(&s.stranger, s.stranger.id);
	assert_true(run_until(is_up, &s, 3000));
	assert_false(s.stranger.up);
	web_peer_say(&s.peer, s.peer.us, 8, 7, PAYLOAD);
	run_for(20);
	assert_int_equal(s.heard, 1);
	strike(&s);
}

static void forge(struct udp_sock *from, const struct sa *to, const char *head,
	uint16_t seq, uint32_t ssrc)
{
	uint8_t buf[200];
	struct writer w = writer_of(buf, sizeof(buf));

	memset(buf, 0x5a, sizeof(buf));
	write_bytes(&w, bytes_of(head, 2));
	write_u16(&w, seq);
	write_u32(&w, seq * 160u);
	write_u32(&w, ssrc);
	web_peer_raw(from, to, buf, sizeof(buf));
}

/* Everything that one can send without a key, from anywhere. */
static void attack(struct stage *s, struct udp_sock *from, unsigned i)
{
	static const uint8_t hello[] = { 22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	static const uint8_t alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2,
		40 };
	const struct sa *to = &s->peer.gateway;

	forge(from, to, "\x80\x08", (uint16_t)(i * 3000), WEB_PEER_SSRC); /* wrapped */
	forge(from, to, "\x80\x08", (uint16_t)i, 1000 + i);               /* SSRC flood */
	forge(from, to, "\x80\xc8", 6, WEB_PEER_SSRC);                    /* RTCP */
	forge(from, to, "\x90\x08", 7, WEB_PEER_SSRC); /* an extension */
	web_peer_raw(from, to, s->peer.last_sent, s->peer.last_sent_len); /* a replay */
	web_peer_raw(from, to, hello, sizeof(hello));
	web_peer_raw(from, to, alert, sizeof(alert));
	web_peer_raw(from, to, "\xff", i % 2);
	web_peer_check(&s->peer, from, (enum check_flaw)(1 + i % 5), true);
}

static void attacks_leave_a_running_call_untouched(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	for (uint16_t i = 0; i < 100; i++) {
		/* the second as one who fakes the peer's address */
		web_peer_say(&s.peer, s.peer.us, 8, (uint16_t)(65500 + i), PAYLOAD);
		attack(&s, s.stranger.us, i);
		attack(&s, s.peer.us, i);
		send_sound(&s, i * 160u);
		run_for(3);
	}
	web_peer_connect(&s.stranger, s.stranger.id);
	run_for(100);
	assert_int_equal(s.heard, 100);
	assert_int_equal(s.out_of_order, 0);
	assert_int_equal(s.peer.packets, 100);
	assert_int_equal(s.overs, 0);
	assert_int_equal(s.stranger.answers + s.stranger.packets, 0);
	assert_false(s.stranger.up);
	assert_true(refused(&s) > 100 * 12);
	strike(&s);
}

static void right_sound_from_an_unproved_address_is_refused(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	web_peer_say(&s.peer, s.peer.us2, 8, 7, PAYLOAD);
	run_for(20);
	assert_int_equal(s.heard, 0);
	assert_int_equal(refused(&s), 1);
	strike(&s);
}

/* -- moving ------------------------------------------------------------------------ */
static void sound_follows_a_nomination_and_nothing_less(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	web_peer_check(&s.peer, s.peer.us2, CHECK_RIGHT, false);
	run_for(20);
	send_sound(&s, 0);
	web_peer_say(
		&s.peer, s.peer.us2, 8, 7, PAYLOAD); /* proved: may come from there */
	run_for(20);
	assert_int_equal(s.heard, 1);
	assert_int_equal(s.peer.packets, 1);
	assert_int_equal(s.peer.packets2, 0);
	web_peer_check(&s.peer, s.peer.us2, CHECK_RIGHT, true);
	run_for(20);
	send_sound(&s, 160);
	run_for(20);
	assert_int_equal(s.peer.packets, 1);
	assert_int_equal(s.peer.packets2, 1);
	strike(&s);
}

/* -- the end ----------------------------------------------------------------------- */
static void close_notify_is_a_hang_up(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	s.peer.tc = mem_deref(s.peer.tc);
	assert_true(run_until(is_over, &s, 1000));
	assert_int_equal(s.cause, PHONE_CAUSE_HUNG_UP);
	assert_int_equal(s.overs, 1);
	strike(&s);
}

static void freeing_the_leg_tells_the_browser(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	s.leg = browser_free(s.leg);
	assert_true(run_until(peer_closed, &s, 1000));
	assert_int_equal(s.overs, 0);
	strike(&s);
}

static void freeing_the_leg_tells_the_browser_where_it_is_now(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	connect_peer(&s);
	web_peer_check(&s.peer, s.peer.us2, CHECK_RIGHT, true);
	run_for(20);
	assert_int_equal(s.peer.records2, 0);
	s.leg = browser_free(s.leg);
	run_for(20);
	assert_int_equal(s.peer.records2, 1);
	assert_false(s.peer.closed);
	strike(&s);
}

static void a_leg_may_be_freed_in_its_own_hooks(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	s.free_in = FREE_IN_OPEN;
	connect_peer(&s);
	assert_null(s.leg);
	strike(&s);
	raise(&s);
	s.free_in = FREE_IN_EVENT;
	connect_peer(&s);
	web_peer_say(&s.peer, s.peer.us, 126, 1, 4);
	run_for(20);
	assert_null(s.leg);
	assert_int_equal(s.events, 1);
	strike(&s);
}

static void silence_of_15_s_ends_a_leg(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	clock_shift(13 * MS_SECOND);
	run_for(1100);
	assert_int_equal(s.overs, 0);
	connect_peer(&s);
	clock_shift(13 * MS_SECOND);
	run_for(1100);
	assert_int_equal(s.overs, 0);
	web_peer_say(&s.peer, s.peer.us, 8, 7, PAYLOAD); /* sound alone keeps it */
	run_for(20);
	clock_shift(13 * MS_SECOND);
	run_for(1100);
	assert_int_equal(s.overs, 0);
	web_peer_check(&s.peer, s.peer.us, CHECK_BAD_INTEGRITY, true); /* does not */
	clock_shift(2 * MS_SECOND);
	assert_true(run_until(is_over, &s, 1100));
	assert_int_equal(s.cause, PHONE_CAUSE_SILENT);
	strike(&s);
}

static void a_leg_that_checks_but_never_talks_ends_after_30_s(void **state)
{
	struct stage s;

	(void)state;
	raise(&s);
	for (unsigned i = 0; i < 3; i++) {
		web_peer_check(&s.peer, s.peer.us, CHECK_RIGHT, true);
		run_for(20);
		assert_int_equal(s.overs, 0);
		clock_shift(10 * MS_SECOND);
	}
	web_peer_check(&s.peer, s.peer.us, CHECK_RIGHT, true);
	assert_true(run_until(is_over, &s, 1100));
	assert_int_equal(s.cause, PHONE_CAUSE_BAD_MEDIA);
	strike(&s);
}

static void what_is_no_offer_leaves_nothing_behind(void **state)
{
	struct port_hooks hooks = { .arg = NULL };
	struct browser *leg = NULL;
	struct browsers *all;
	uint8_t answer[LIMIT_SDP];
	struct writer w = writer_of(answer, sizeof(answer));

	(void)state;
	assert_int_equal(browsers_new(&all, &LOCAL), 0);
	for (unsigned i = 0; i < 2u * (PORT_HIGH - PORT_LOW); i++)
		assert_int_equal(browser_new(&leg, all, BYTES_LIT("v=0\r\n"), &w, &hooks),
			BROWSER_E_OFFER);
	assert_null(leg);
	assert_int_equal(w.len, 0);
	browsers_free(all);
}

static int start(void **state)
{
	(void)state;
	srtp_box_start();
	return libre_init();
}

static int finish(void **state)
{
	(void)state;
	libre_close();
	srtp_box_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browser_and_the_room_hear_each_other),
		cmocka_unit_test(a_browser_without_gcm_gets_sha1_80),
		cmocka_unit_test(a_leg_speaks_both_families_on_one_port),
		cmocka_unit_test(keys_arrive_and_other_payloads_do_not),
		cmocka_unit_test(reports_go_both_ways),
		cmocka_unit_test(a_check_with_any_flaw_gets_no_answer),
		cmocka_unit_test(dtls_waits_for_a_right_check),
		cmocka_unit_test(another_certificate_never_opens_the_leg),
		cmocka_unit_test(a_rogue_hello_during_set_up_changes_nothing),
		cmocka_unit_test(attacks_leave_a_running_call_untouched),
		cmocka_unit_test(right_sound_from_an_unproved_address_is_refused),
		cmocka_unit_test(sound_follows_a_nomination_and_nothing_less),
		cmocka_unit_test(close_notify_is_a_hang_up),
		cmocka_unit_test(freeing_the_leg_tells_the_browser),
		cmocka_unit_test(freeing_the_leg_tells_the_browser_where_it_is_now),
		cmocka_unit_test(a_leg_may_be_freed_in_its_own_hooks),
		cmocka_unit_test(silence_of_15_s_ends_a_leg),
		cmocka_unit_test(a_leg_that_checks_but_never_talks_ends_after_30_s),
		cmocka_unit_test(what_is_no_offer_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
