/* SPDX-License-Identifier: MPL-2.0
 *
 * Every fixture of tests/fixtures/protocol that a client sends is decoded: the good ones
 * are good, the bad ones cost exactly the close code that stands in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>

#include "samtale/session/close_code.h"
#include "samtale/session/message.h"
#include "samtale/session/sdp_filter.h"

static enum peer_role role_of(const json_t *fixture)
{
	const char *role = json_string_value(json_object_get(fixture, "role"));
	const json_t *type = json_object_get(json_object_get(fixture, "json"), "type");
	const char *raw = json_string_value(json_object_get(fixture, "raw"));

	assert_non_null(role);
	if ((json_is_string(type) && strcmp(json_string_value(type), "hello") == 0) ||
		(raw && strstr(raw, "\"hello\"")))
		return ROLE_NOBODY;
	return strcmp(role, "staff") == 0 ? ROLE_STAFF : ROLE_CITIZEN;
}

/* As peer.c does: decode, then filter the SDP. 0 or the close code. */
static int close_code_of(struct bytes text, enum peer_role from)
{
	static uint8_t room[2 * LIMIT_SDP];
	struct writer w = writer_of(room, sizeof(room));
	struct message m;
	int r = message_decode(text, from, &m);

	if (r == 0) {
		if (m.type == MESSAGE_SIGNAL && m.signal.sdp.at &&
			sdp_filter(m.signal.sdp, true, &w) != 0)
			r = MESSAGE_E_BAD;
		message_done(&m);
	}
	return r == 0                    ? 0
	       : r == MESSAGE_E_NOT_UTF8 ? 1007
	       : r == MESSAGE_E_WRONG    ? 4012
					 : 4010;
}

static void check(const char *name, const json_t *fixture)
{
	const json_t *good = json_object_get(fixture, "json");
	char *text = good ? json_dumps(good, JSON_COMPACT)
			  : strdup(json_string_value(json_object_get(fixture, "raw")));
	int want = (int)json_integer_value(json_object_get(fixture, "close"));
	int got = close_code_of(bytes_str(text), role_of(fixture));

	free(text);
	if (got != want)
		fail_msg("%s: %d instead of %d", name, got, want);
}

static void every_fixture_of_a_client_gets_what_stands_in_it(void **state)
{
	DIR *dir = opendir(FIXTURES);
	unsigned good = 0, bad = 0;
	struct dirent *e;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		char path[512];
		json_t *fixture;
		const char *direction;

		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", FIXTURES, e->d_name);
		fixture = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
		if (!fixture)
			fail_msg("%s is not JSON", e->d_name);
		direction = json_string_value(json_object_get(fixture, "direction"));
		assert_non_null(direction);
		if (strcmp(direction, "c2s") == 0) {
			check(e->d_name, fixture);
			good += json_is_true(json_object_get(fixture, "ok"));
			bad += json_is_false(json_object_get(fixture, "ok"));
		}
		json_decref(fixture);
	}
	closedir(dir);
	assert_true(good >= MESSAGE_COUNT && bad >= MESSAGE_COUNT);
}

static struct message decoded(const char *text, enum peer_role from)
{
	struct message m;

	assert_int_equal(message_decode(bytes_str(text), from, &m), 0);
	return m;
}

static void a_message_becomes_the_event_of_the_rules(void **state)
{
	struct message m = decoded("{\"type\":\"media\",\"epoch\":7,\"picture\":true,"
				   "\"mic\":false,\"share\":true,\"rung\":\"low\","
				   "\"health\":\"weak\",\"from\":\"consultant\"}",
		ROLE_CITIZEN);

	(void)state;
	assert_int_equal(m.event.kind, MEETING_EV_MEDIA);
	assert_int_equal(m.event.media.epoch, 7);
	assert_true(m.event.media.picture && !m.event.media.mic && m.event.media.share);
	assert_int_equal(m.event.media.rung, MEETING_RUNG_LOW);
	assert_int_equal(m.event.media.health, MEETING_HEALTH_WEAK);
	assert_int_equal(m.event.entry, 0);
	message_done(&m);
	m = decoded("{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"8121-3\","
		    "\"build\":\"b\",\"epoch\":2,\"lang\":\"en\"}",
		ROLE_NOBODY);
	assert_int_equal(m.hello.meeting, 8121);
	assert_int_equal(m.hello.entry, 3);
	assert_int_equal(m.hello.epoch, 2);
	assert_int_equal(m.hello.lang, LANG_EN);
	message_done(&m);
}

static void a_fingerprint_is_decoded_to_its_32_bytes(void **state)
{
	struct message m =
		decoded("{\"type\":\"sas\",\"epoch\":1,\"step\":2,"
			"\"fp\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\","
			"\"nonce\":\"_________________________________________-8\"}",
			ROLE_CITIZEN);

	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		assert_int_equal(m.event.sas.fp[i], i);
	message_done(&m);
}

static void before_hello_nothing_else_is_heard(void **state)
{
	struct message m;

	(void)state;
	assert_int_equal(
		message_decode(BYTES_LIT("{\"type\":\"ping\"}"), ROLE_NOBODY, &m),
		MESSAGE_E_WRONG);
	assert_int_equal(
		message_decode(BYTES_LIT("{\"type\":\"nonsense\"}"), ROLE_NOBODY, &m),
		MESSAGE_E_BAD);
}

static void an_oversize_message_is_refused(void **state)
{
	static char text[LIMIT_WS_MESSAGE + 2];
	struct message m;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "{\"type\":\"ping\"}", 15);
	assert_int_equal(
		message_decode(bytes_of(text, LIMIT_WS_MESSAGE), ROLE_CITIZEN, &m), 0);
	message_done(&m);
	assert_int_equal(
		message_decode(bytes_of(text, LIMIT_WS_MESSAGE + 1), ROLE_CITIZEN, &m),
		MESSAGE_E_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fixture_of_a_client_gets_what_stands_in_it),
		cmocka_unit_test(a_message_becomes_the_event_of_the_rules),
		cmocka_unit_test(a_fingerprint_is_decoded_to_its_32_bytes),
		cmocka_unit_test(before_hello_nothing_else_is_heard),
		cmocka_unit_test(an_oversize_message_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
