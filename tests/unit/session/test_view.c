/* SPDX-License-Identifier: MPL-2.0
 *
 * What the server sends has exactly the fields, of exactly the types, that stand in the
 * fixtures which the web client reads.
 */
#include "stage.h"

/* "" or the path of the first field that differs. */
static const char *differs(const json_t *want, const json_t *got, const char *at)
{
	static char path[256];
	const char *key;
	json_t *value;

	if (json_typeof(want) != json_typeof(got) &&
		!(json_is_boolean(want) && json_is_boolean(got)))
		return at;
	if (json_is_array(want) && json_array_size(want) && json_array_size(got))
		return differs(json_array_get(want, 0), json_array_get(got, 0), at);
	if (!json_is_object(want))
		return "";
	if (json_object_size(want) != json_object_size(got))
		return at;
	json_object_foreach((json_t *)(uintptr_t)want, key, value)
	{
		const char *deeper;

		if (!json_object_get(got, key)) {
			(void)snprintf(path, sizeof(path), "%s", key);
			return path;
		}
		deeper = differs(value, json_object_get(got, key), key);
		if (deeper[0])
			return deeper;
	}
	return "";
}

static void looks_like(const json_t *got, const char *fixture)
{
	char path[256];
	json_t *f;
	const char *where;

	(void)snprintf(path, sizeof(path), FIXTURES "/s2c-%s.json", fixture);
	f = json_load_file(path, 0, NULL);
	assert_non_null(f);
	if (!got)
		fail_msg("%s was not sent", fixture);
	where = differs(json_object_get(f, "json"), got, "(all)");
	if (where[0])
		fail_msg("%s differs at %s", fixture, where);
	json_decref(f);
}

static void what_is_sent_looks_like_the_fixtures(void **state)
{
	struct stage *s = *state;
	struct actor mette, ole, citizen;

	(void)stage_redeem(s, DEVICE_A);
	citizen_hello(s, &citizen, DEVICE_A, "8121-1", 0);
	looks_like(actor_hears(&citizen, "welcome"), "welcome-citizen");
	looks_like(actor_hears(&citizen, "state"), "state-citizen");
	staff_hello(s, &mette, METTE);
	looks_like(actor_hears(&mette, "welcome"), "welcome-staff");
	looks_like(actor_hears(&mette, "card"), "card");
	staff_enter(&mette, 0);
	looks_like(actor_hears(&mette, "state"), "state-consultant");
	actor_say(&mette, "{\"type\":\"admit\",\"entry\":7}");
	looks_like(actor_hears(&mette, "refused"), "refused");
	actor_say(&mette, "{\"type\":\"admit\",\"entry\":1}");
	looks_like(actor_hears(&mette, "start"), "start-offer");
	looks_like(actor_hears(&citizen, "start"), "start-answer");
	actor_say(&mette, OFFER(1));
	looks_like(actor_hears(&citizen, "signal"), "signal-offer");
	actor_say(&citizen, ANSWER(1));
	looks_like(actor_hears(&mette, "signal"), "signal-answer");
	actor_say(&citizen, "{\"type\":\"ping\"}");
	looks_like(actor_hears(&citizen, "pong"), "pong");
	staff_enter(&mette, 1);
	looks_like(actor_hears(&mette, "keep"), "keep");
	staff_hello(s, &ole, OLE);
	stage_take_over(s, OLE);
	staff_enter(&ole, 0);
	looks_like(actor_hears(&mette, "left"), "left");
	actor_say(&ole, "{\"type\":\"end\",\"outcome\":\"held\"}");
	looks_like(actor_hears(&ole, "ended"), "ended-consultant");
	looks_like(actor_hears(&citizen, "ended"), "ended-citizen");
	actor_hang_up(&mette);
	actor_hang_up(&ole);
	actor_hang_up(&citizen);
}

static void a_citizen_in_the_lobby_learns_nothing_of_the_talk(void **state)
{
	struct stage *s = *state;
	struct actor mette, first, second;
	const json_t *m;

	stage_talk(s, &mette, &first);
	actor_say(&mette, "{\"type\":\"media\",\"epoch\":1,\"picture\":true,\"mic\":true,"
			  "\"share\":true,\"rung\":\"video\",\"health\":\"bad\"}");
	m = part(actor_hears(&first, "state"), "consultant");
	assert_true(flag(m, "picture") && flag(m, "mic") && flag(m, "share"));
	assert_string_equal(word(m, "health"), "bad");
	(void)stage_redeem(s, DEVICE_B);
	citizen_hello(s, &second, DEVICE_B, "8121-2", 0);
	m = part(actor_hears(&second, "state"), "consultant");
	assert_false(flag(m, "picture") || flag(m, "mic") || flag(m, "share"));
	assert_string_equal(word(m, "health"), "good");
	actor_hang_up(&mette);
	actor_hang_up(&first);
	actor_hang_up(&second);
}

static void a_receipt_is_the_same_on_both_sides(void **state)
{
	struct stage *s = *state;
	struct actor mette, citizen;

	stage_talk(s, &mette, &citizen);
	actor_say(&mette, "{\"type\":\"end\",\"outcome\":\"held\"}");
	assert_string_equal(word(actor_hears(&citizen, "ended"), "receipt"),
		word(part(actor_hears(&mette, "ended"), "summary"), "receipt"));
	actor_hang_up(&mette);
	actor_hang_up(&citizen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(what_is_sent_looks_like_the_fixtures),
		STORY(a_citizen_in_the_lobby_learns_nothing_of_the_talk),
		STORY(a_receipt_is_the_same_on_both_sides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
