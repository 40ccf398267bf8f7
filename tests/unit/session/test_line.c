/* SPDX-License-Identifier: MPL-2.0
 *
 * The consultant's line: when she gets one, what of her offer reaches the gateway, and
 * whose answer reaches her.
 */
#include "gateway_stage.h"

#define LINE_SDP(more)                                                                   \
	"v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n"                    \
	"m=audio 9 UDP/TLS/RTP/SAVPF 8 0\\r\\nc=IN IP4 0.0.0.0\\r\\n"                    \
	"a=ice-ufrag:abcd\\r\\na=setup:actpass\\r\\n"                                    \
	"a=fingerprint:sha-256 AA:BB\\r\\n" more
#define LINE(line, more)                                                                 \
	"{\"type\":\"line\",\"line\":" #line ",\"sdp\":\"" LINE_SDP(more) "\"}"

static const char candidates[] =
	LINE(1, "a=candidate:1 1 udp 2122260223 192.0.2.7 49152 typ host\\r\\n"
		"a=candidate:2 1 udp 41885439 198.51.100.9 50000 typ relay raddr 0.0.0.0 "
		"rport 0\\r\\na=end-of-candidates\\r\\na=mid:0\\r\\n");

static void a_call_gives_her_a_line_and_her_offer_goes_without_candidates(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	const struct order *o;
	const json_t *m;

	gateway_up(s, &g);
	(void)stage_dial(s, &g, &mette);
	m = actor_hears(&mette, "line_start");
	assert_string_equal(word(m, "meeting"), "8121");
	assert_int_equal(number(m, "line"), 1);
	assert_string_equal(word(m, "policy"), "all");
	assert_true(json_is_array(part(m, "servers")));
	assert_int_equal(number(call_of(&mette), "line"), 1);
	actor_say(&mette, candidates);
	o = HEARS(&g, BROWSER);
	assert_true(o->m.room == MEETING);
	assert_int_equal(o->m.flags, PHONE_OWNER);
	assert_null(strstr(o->text, "candidate"));
	assert_null(strstr(o->text, "192.0.2.7"));
	assert_non_null(strstr(o->text, "a=fingerprint:sha-256 AA:BB\r\n"));
	assert_non_null(strstr(o->text, "a=mid:0\r\n"));
	REPORT_OF(&g, SDP, .leg = o->m.leg, .text = BYTES_LIT("v=0\r\na=ice-lite\r\n"));
	m = actor_hears(&mette, "line");
	assert_string_equal(word(m, "meeting"), "8121");
	assert_int_equal(number(m, "line"), 1);
	assert_string_equal(word(m, "sdp"), "v=0\r\na=ice-lite\r\n");
	actor_forget(&mette); /* a second answer is none */
	REPORT_OF(&g, SDP, .leg = o->m.leg, .text = BYTES_LIT("v=1\r\n"));
	assert_null(actor_hears(&mette, "line"));
	actor_hang_up(&mette);
}

static void with_a_relay_policy_she_gets_servers_with_a_credential_of_her_own(
	void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	const json_t *m;

	s->turn_secret = secret_new(16);
	assert_non_null(s->turn_secret);
	(void)snprintf(s->settings.media_turn_urls, sizeof(s->settings.media_turn_urls),
		"turns:turn.example.org:443");
	house_set_settings(s->house, &s->settings, s->turn_secret);
	gateway_up(s, &g);
	(void)stage_dial(s, &g, &mette);
	m = actor_hears(&mette, "line_start");
	assert_string_equal(word(m, "policy"), "relay");
	m = json_array_get(part(m, "servers"), 0);
	assert_true(json_string_length(part(m, "credential")) > 0);
	actor_forget(&mette);
	stage_wait(s, 9 * MS_MINUTE); /* it is renewed while the line is on */
	assert_non_null(actor_hears(&mette, "turn"));
	actor_hang_up(&mette);
}

static void an_offer_of_another_line_is_dropped(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_dial(s, &g, &mette);
	actor_say(&mette, LINE(2, ""));
	assert_null(HEARS(&g, BROWSER));
	assert_int_equal(mette.closed, 0);
	actor_hang_up(&mette);
}

static void an_offer_without_a_line_or_a_fingerprint_gets_nowhere(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	staff_hello(s, &mette, METTE);
	actor_say(&mette, LINE(1, ""));
	assert_string_equal(word(actor_hears(&mette, "refused"), "code"), "not_entered");
	staff_enter(&mette, 0);
	actor_say(&mette, LINE(1, ""));
	assert_int_equal(mette.closed, 0);
	actor_say(&mette, DIAL);
	actor_say(&mette,
		"{\"type\":\"line\",\"line\":1,\"sdp\":\"v=0\\r\\na=setup:active\\r\\n"
		"a=ice-ufrag:abcd\\r\\n\"}");
	assert_int_equal(mette.closed, 4010);
	assert_null(HEARS(&g, BROWSER));
	actor_hang_up(&mette);
}

static void a_page_that_comes_back_without_its_line_gets_a_new_one(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	actor_say(&mette, LINE(1, ""));
	leg = HEARS(&g, BROWSER)->m.leg;
	actor_hang_up(&mette);
	stage_wait(s, 5 * MS_SECOND);
	staff_hello(s, &mette, METTE);
	staff_enter(&mette, 0);
	stage_wait(s, 5 * MS_SECOND);
	assert_int_equal(number(actor_hears(&mette, "line_start"), "line"), 2);
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg);
	gateway_forget(&g);
	actor_say(&mette, LINE(1, "")); /* stale */
	assert_null(HEARS(&g, BROWSER));
	actor_say(&mette, LINE(2, ""));
	assert_true(HEARS(&g, BROWSER)->m.leg != leg);
	REPORT_OF(&g, SDP, .leg = leg, .text = BYTES_LIT("v=0\r\n")); /* the former's */
	assert_null(actor_hears(&mette, "line"));
	actor_hang_up(&mette);
}

static void who_still_holds_the_line_keeps_it(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	actor_say(&mette, LINE(1, ""));
	actor_hang_up(&mette);
	gateway_forget(&g);
	staff_hello(s, &mette, METTE);
	actor_say(&mette,
		"{\"type\":\"enter\",\"meeting\":\"8121\",\"epoch\":0,\"line\":1}");
	stage_wait(s, 5 * MS_SECOND);
	assert_null(actor_hears(&mette, "line_start"));
	assert_int_equal(number(call_of(&mette), "line"), 1);
	assert_int_equal(g.count, 0);
	actor_hang_up(&mette);
}

static void a_line_that_is_broken_or_ended_is_followed_by_another(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t leg;

	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette);
	actor_say(&mette, LINE(1, ""));
	leg = HEARS(&g, BROWSER)->m.leg;
	REPORT_OF(&g, MEDIA, .leg = leg, .flags = PHONE_ON);
	actor_say(&mette, "{\"type\":\"line_broken\",\"line\":1}");
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg);
	stage_wait(s, 5 * MS_SECOND);
	assert_int_equal(number(actor_hears(&mette, "line_start"), "line"), 2);
	gateway_forget(&g);
	actor_say(&mette, LINE(2, ""));
	REPORT_OF(
		&g, ENDED, .leg = HEARS(&g, BROWSER)->m.leg, .word = PHONE_CAUSE_SILENT);
	stage_wait(s, 5 * MS_SECOND);
	assert_int_equal(number(actor_hears(&mette, "line_start"), "line"), 3);
	assert_string_equal(word(call_of(&mette), "progress"), "talking");
	assert_int_equal(s->audited[AUDIT_CALL_OVER], 0); /* a line is no call */
	actor_hang_up(&mette);
}

static void the_same_line_offered_twice_starts_over(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	uint32_t first;

	gateway_up(s, &g);
	(void)stage_dial(s, &g, &mette);
	actor_say(&mette, LINE(1, ""));
	first = HEARS(&g, BROWSER)->m.leg;
	actor_say(&mette, LINE(1, ""));
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, first);
	assert_true(HEARS(&g, BROWSER)->m.leg != first);
	REPORT_OF(&g, ENDED, .leg = first, .word = PHONE_CAUSE_CANCELLED);
	assert_int_equal(number(call_of(&mette), "line"), 1);
	actor_hang_up(&mette);
}

static void there_is_one_line_of_a_meeting(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;
	struct live *l;
	uint32_t leg;

	gateway_up(s, &g);
	(void)stage_dial(s, &g, &mette);
	actor_say(&mette, LINE(1, ""));
	leg = HEARS(&g, BROWSER)->m.leg;
	l = live_find(s->house, MEETING);
	line_start(l, 7);
	assert_int_equal(HEARS(&g, HANG_UP)->m.leg, leg);
	assert_int_equal(leg_of(l, MEETING_LEG_LINE, 0)->line, 7);
	actor_hang_up(&mette);
}

static void an_answer_with_bytes_that_no_sdp_has_is_dropped(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	gateway_up(s, &g);
	(void)stage_dial(s, &g, &mette);
	actor_say(&mette, LINE(1, ""));
	REPORT_OF(&g, SDP, .leg = HEARS(&g, BROWSER)->m.leg,
		.text = BYTES_LIT("v=0\r\n\xff\r\n"));
	assert_null(actor_hears(&mette, "line"));
	REPORT_OF(&g, SDP, .leg = HEARS(&g, DIAL)->m.leg, .text = BYTES_LIT("v=0\r\n"));
	assert_null(actor_hears(&mette, "line")); /* of a telephone */
	actor_hang_up(&mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CALL_STORY(a_call_gives_her_a_line_and_her_offer_goes_without_candidates),
		CALL_STORY(
			with_a_relay_policy_she_gets_servers_with_a_credential_of_her_own),
		CALL_STORY(an_offer_of_another_line_is_dropped),
		CALL_STORY(an_offer_without_a_line_or_a_fingerprint_gets_nowhere),
		CALL_STORY(a_page_that_comes_back_without_its_line_gets_a_new_one),
		CALL_STORY(who_still_holds_the_line_keeps_it),
		CALL_STORY(a_line_that_is_broken_or_ended_is_followed_by_another),
		CALL_STORY(the_same_line_offered_twice_starts_over),
		CALL_STORY(there_is_one_line_of_a_meeting),
		CALL_STORY(an_answer_with_bytes_that_no_sdp_has_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
