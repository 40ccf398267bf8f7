/* SPDX-License-Identifier: MPL-2.0
 *
 * What staff says over the WebSocket is a use too: each message that they may send is
 * said once where it has an effect. What it leaves on record is what its row here says;
 * a message without a row fails. None shows a citizen's number.
 */
#include "stage.h"

#define NUMBER "22345678" /* of the booking */
#define B43    "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define COMMIT "{\"type\":\"sas\",\"epoch\":1,\"step\":1,\"commit\":\"" B43 "\"}"
#define REVEAL(step)                                                                     \
	"{\"type\":\"sas\",\"epoch\":1,\"step\":" #step ",\"fp\":\"" B43                 \
	"\",\"nonce\":\"" B43 "\"}"

enum place { FRESH, WAITING, ENTERED, TALKING, CODED, ON_PANEL }; /* the story so far */

static const struct row {
	const char *say;
	enum place at;
	enum audit_what what; /* unless there is a reason for none */
	const char *none;
} rows[MESSAGE_COUNT] = {
	[MESSAGE_HELLO] = { "{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"" BUILD
			    "\"}",
		FRESH, AUDIT_WHAT_COUNT, "a connection that was signed in before" },
	[MESSAGE_PING] = { "{\"type\":\"ping\"}", TALKING, AUDIT_WHAT_COUNT,
		"nothing is asked and nothing is shown" },
	[MESSAGE_ENTER] = { "{\"type\":\"enter\",\"meeting\":\"8121\",\"epoch\":0}",
		WAITING, AUDIT_SEAT_ENTERED, NULL },
	[MESSAGE_LEAVE] = { "{\"type\":\"leave\"}", TALKING, AUDIT_WHAT_COUNT,
		"nothing is shown from then on" },
	[MESSAGE_ADMIT] = { "{\"type\":\"admit\",\"entry\":1}", ENTERED, AUDIT_ADMITTED,
		NULL },
	[MESSAGE_REMOVE] = { "{\"type\":\"remove\",\"entry\":1}", ENTERED, AUDIT_REMOVED,
		NULL },
	[MESSAGE_LATE] = { "{\"type\":\"late\",\"minutes\":5,\"meeting\":\"8121\"}",
		WAITING, AUDIT_WHAT_COUNT, "the consultant's own delay" },
	[MESSAGE_SIGNAL] = { OFFER(1), TALKING, AUDIT_WHAT_COUNT,
		"passed on in the talk, kept nowhere" },
	[MESSAGE_SAS] = { COMMIT, TALKING, AUDIT_WHAT_COUNT,
		"passed on in the talk, kept nowhere" },
	[MESSAGE_SAS_SHOW] = { "{\"type\":\"sas_show\",\"show\":true}", TALKING,
		AUDIT_WHAT_COUNT, "what the citizen's own page shows" },
	[MESSAGE_SAS_OK] = { "{\"type\":\"sas_ok\",\"epoch\":1}", CODED,
		AUDIT_IDENTITY_LEVEL, NULL },
	[MESSAGE_BROKEN] = { "{\"type\":\"broken\",\"epoch\":1,\"why\":\"failed\"}",
		TALKING, AUDIT_WHAT_COUNT, "the state of the line alone" },
	[MESSAGE_MEDIA] = { "{\"type\":\"media\",\"epoch\":1,\"picture\":true,\"mic\":"
			    "true,\"share\":false,\"rung\":\"video\",\"health\":\"good\""
			    "}",
		TALKING, AUDIT_FORM_CHANGED, NULL },
	[MESSAGE_PHONE] = { "{\"type\":\"phone\",\"event\":\"is_citizen\"}", ON_PANEL,
		AUDIT_FORM_CHANGED, NULL },
	[MESSAGE_LINE] = { "{\"type\":\"line\",\"line\":1,\"sdp\":\"" SDP "\"}", TALKING,
		AUDIT_WHAT_COUNT, "the line of a call, which is on record" },
	[MESSAGE_LINE_BROKEN] = { "{\"type\":\"line_broken\",\"line\":1}", TALKING,
		AUDIT_WHAT_COUNT, "the state of the line alone" },
	[MESSAGE_VIDEO] = { "{\"type\":\"video\"}", ON_PANEL, AUDIT_WHAT_COUNT,
		"the form that follows of it is on record" },
	[MESSAGE_END] = { "{\"type\":\"end\",\"outcome\":\"held\"}", TALKING,
		AUDIT_MEETING_ENDED, NULL },
};

static const struct {
	const char *name;
	char who; /* C: the citizen alone */
} messages[MESSAGE_COUNT] = {
#define MESSAGE(id, name, who, event) [MESSAGE_##id] = { #name, #who[0] },
#include "samtale/session/message.def"
#undef MESSAGE
};

static void come_to(
	struct stage *s, enum place at, struct actor *mette, struct actor *citizen)
{
	if (at >= WAITING) {
		struct stage_seat seat = stage_redeem(s, DEVICE_A);

		citizen_hello(s, citizen, DEVICE_A, seat.seat, 0);
		staff_hello(s, mette, METTE);
	} else {
		const struct peer_credentials who = { .has_session = true,
			.session = hash_of(METTE) };

		actor_connect(s, mette, &who);
	}
	if (at >= ENTERED)
		staff_enter(mette, 0);
	if (at >= TALKING)
		actor_say(mette, "{\"type\":\"admit\",\"entry\":1}");
	if (at == CODED) {
		actor_say(mette, COMMIT);
		actor_say(citizen, REVEAL(2));
		actor_say(mette, REVEAL(3));
	}
	if (at == ON_PANEL)
		actor_say(mette,
			"{\"type\":\"phone\",\"event\":\"open\",\"from\":\"work\"}");
	actor_forget(mette);
	stage_settle(s);
	memset(s->audited, 0, sizeof(s->audited));
}

static unsigned noted(const struct stage *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < AUDIT_WHAT_COUNT; i++)
		n += s->audited[i];
	return n;
}

static bool shows_number(struct actor *a)
{
	char *dump;
	bool found;

	actor_listen(a);
	dump = json_dumps(a->heard, 0);
	found = strstr(dump, NUMBER) != NULL;
	free(dump);
	return found;
}

static void say(struct stage *s, enum message_type type)
{
	const struct row *row = &rows[type];
	struct actor mette = { 0 }, citizen = { 0 };

	if (!row->say)
		fail_msg("%s has no row here: what does it leave on record?",
			messages[type].name);
	come_to(s, row->at, &mette, &citizen);
	actor_say(&mette, row->say);
	if (mette.closed && type != MESSAGE_END)
		fail_msg("%s is not said as the page says it: %u", messages[type].name,
			mette.closed);
	if (!row->none && s->audited[row->what] == 0)
		fail_msg("%s leaves no %s", messages[type].name, audit_name(row->what));
	if (row->none && noted(s) > 0)
		fail_msg("%s leaves a record: name it in its row", messages[type].name);
	if (shows_number(&mette))
		fail_msg("%s shows a number", messages[type].name);
	actor_hang_up(&mette);
	if (citizen.peer)
		actor_hang_up(&citizen);
}

static void every_message_of_staff_leaves_the_record_that_its_row_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MESSAGE_COUNT; i++) {
		void *s;

		if (messages[i].who == 'C')
			continue;
		assert_int_equal(stage_up(&s), 0);
		say(s, (enum message_type)i);
		assert_int_equal(stage_down(&s), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_message_of_staff_leaves_the_record_that_its_row_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
