/* SPDX-License-Identifier: MPL-2.0
 *
 * Media's way: who gets TURN credentials and when, and what no candidate may tell.
 */
#include "gateway_stage.h"

#include "samtale/vault/turn.h"

static void with_turn(struct stage *s)
{
	struct setting_error e;

	s->turn_secret = secret_new(6);
	assert_non_null(s->turn_secret);
	memcpy(s->turn_secret->at, "secret", 6);
	assert_int_equal(
		settings_set(&s->settings, "media.turn_urls",
			"turn:t.example:3478?transport=udp turns:t.example:443", &e),
		0);
	house_set_settings(s->house, &s->settings, s->turn_secret);
}

static void without_a_turn_server_media_is_direct(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	assert_string_equal(word(actor_hears(&citizen, "start"), "policy"), "all");
	assert_int_equal(
		json_array_size(part(actor_hears(&citizen, "start"), "servers")), 0);
	stage_wait(s, 9 * MS_MINUTE);
	assert_null(actor_hears(&citizen, "turn"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void each_side_gets_a_credential_of_its_own_after_admission(void **state)
{
	struct stage *s = *state;
	char password[TURN_PASSWORD_TEXT], first[64];
	struct actor mette, citizen;
	const json_t *m;

	with_turn(s);
	stage_talk(s, &mette, &citizen);
	m = actor_hears(&citizen, "start");
	assert_string_equal(word(m, "policy"), "relay");
	m = json_array_get(part(m, "servers"), 0);
	assert_int_equal(json_array_size(part(m, "urls")), 2);
	assert_string_equal(json_string_value(json_array_get(part(m, "urls"), 1)),
		"turns:t.example:443");
	assert_int_equal(
		turn_password(BYTES_LIT("secret"), word(m, "username"), password), 0);
	assert_string_equal(word(m, "credential"), password);
	assert_true(llabs(strtoll(word(m, "username"), NULL, 10) - clock_utc_ms() / 1000 -
			    600) < 5);
	(void)snprintf(first, sizeof(first), "%s", word(m, "username"));
	m = json_array_get(part(actor_hears(&mette, "start"), "servers"), 0);
	assert_string_not_equal(word(m, "username"), first);

	stage_wait(s, 7 * MS_MINUTE);
	assert_null(actor_hears(&citizen, "turn"));
	stage_wait(s, 2 * MS_MINUTE);
	assert_non_null(actor_hears(&citizen, "turn"));
	assert_non_null(actor_hears(&mette, "turn"));
	actor_forget(&mette);
	stage_wait(s, 8 * MS_MINUTE);
	assert_non_null(actor_hears(&mette, "turn"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void in_relay_mode_only_relayed_candidates_pass(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;
	const json_t *m;

	with_turn(s);
	stage_talk(s, &mette, &citizen);
	actor_say(&citizen, "{\"type\":\"signal\",\"epoch\":1,\"kind\":\"candidates\","
			    "\"candidates\":["
			    "{\"candidate\":\"candidate:1 1 udp 2 10.0.0.1 5 typ "
			    "host\",\"mid\":\"0\","
			    "\"mline\":0},{\"candidate\":\"candidate:2 1 udp 2 9.9.9.9 5 "
			    "typ relay raddr "
			    "8.8.8.8 rport 77\",\"mid\":\"0\",\"mline\":0}]}");
	m = part(actor_hears(&mette, "signal"), "candidates");
	assert_int_equal(json_array_size(m), 1);
	assert_string_equal(word(json_array_get(m, 0), "candidate"),
		"candidate:2 1 udp 2 9.9.9.9 5 typ relay raddr 0.0.0.0 rport 0");
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void a_restart_is_preceded_by_fresh_credentials(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	with_turn(s);
	stage_talk(s, &mette, &citizen);
	house_stop(s->house);
	assert_int_equal(mette.closed, 4005);
	assert_int_equal(citizen.closed, 4005);
	assert_non_null(actor_hears(&mette, "turn"));
	assert_non_null(actor_hears(&citizen, "turn"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

static void who_talks_over_her_line_alone_gets_fresh_ones_too(void **state)
{
	struct stage *s = *state;
	struct gateway g = { 0 };
	struct actor mette;

	with_turn(s);
	gateway_up(s, &g);
	(void)stage_call(s, &g, &mette); /* the citizen has a telephone and no page */
	assert_non_null(part(actor_hears(&mette, "line_start"), "servers"));
	stage_wait(s, 9 * MS_MINUTE);
	assert_non_null(actor_hears(&mette, "turn"));
	actor_hang_up(&mette);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(without_a_turn_server_media_is_direct),
		STORY(each_side_gets_a_credential_of_its_own_after_admission),
		STORY(in_relay_mode_only_relayed_candidates_pass),
		STORY(a_restart_is_preceded_by_fresh_credentials),
		CALL_STORY(who_talks_over_her_line_alone_gets_fresh_ones_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
