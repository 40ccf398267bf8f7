/* SPDX-License-Identifier: MPL-2.0
 *
 * Staff reads nothing without record: every route of the table is asked once as its page
 * asks it, on a meeting that is planted full of personal data. What it leaves on record
 * is what its row says; when the log takes nothing, it shows nothing; and a route that
 * says it needs no record shows nothing planted. A route without an example here fails.
 */
#include "kit.h"

#include "call.h"

#include "samtale/store/call.h"

#define PASSWORD "correct horse battery"
#define LABEL    "Zebrafinken"
#define CASE     "KREF-4471-X"
#define PHONE    "61728394"
#define CALLER   "51627384"

struct ask { /* what the page sends */
	struct kit *k;
	struct kit_meeting m;
	json_int_t starts;
	char path[160], body[1024];
};

/* -- what has to be there before --------------------------------------------------- */

static void say(struct ask *a, const char *body)
{
	(void)snprintf(a->body, sizeof(a->body), "%s", body);
}

static void as_nobody(struct ask *a)
{
	kit_sign_in(a->k, 0);
	say(a, pair("token", a->m.token));
}

static void as_mette(struct ask *a)
{
	say(a, "{}");
}

static void with_version(struct ask *a)
{
	say(a, version_body(a->m.version));
}

static void with_digits(struct ask *a)
{
	kit_sign_in(a->k, 0);
	(void)snprintf(a->body, sizeof(a->body), "{\"number\":\"%s\",\"pin\":\"%s\"}",
		a->m.number, a->m.pin);
}

static void with_a_seat(struct ask *a)
{
	kit_sign_in(a->k, 0);
	assert_int_equal(
		kit_ask(a->k, API_POST, "/api/v1/link/redeem", pair("token", a->m.token)),
		200);
	say(a, pair("seat", text(a->k, "seat")));
	kit_keep_cookie(a->k);
}

static void without_authenticator(struct ask *a)
{
	struct user u;

	a->k->settings.staff_totp = false;
	kit_settle(a->k);
	assert_int_equal(a->k->store->user->by_id(a->k->store, METTE, &u), 0);
	assert_int_equal(password_hash(BYTES_LIT(PASSWORD), u.password), 0);
	assert_int_equal(a->k->store->user->update(a->k->store, &u), 0);
}

static void with_name_and_password(struct ask *a)
{
	without_authenticator(a);
	say(a, "{\"username\":\"mette\",\"password\":\"" PASSWORD "\"}");
}

static void with_password(struct ask *a)
{
	without_authenticator(a);
	say(a, pair("password", PASSWORD));
}

static void with_set_up_link(struct ask *a)
{
	char token[TOKEN_SHORT_TEXT];
	struct user u;

	without_authenticator(a);
	assert_int_equal(a->k->store->user->by_id(a->k->store, METTE, &u), 0);
	token_random(TOKEN_SETUP, token, sizeof(token));
	u.has_setup = token_hash(a->k->node, TOKEN_SETUP, bytes_str(token), &u.setup);
	u.setup_expires_ms = clock_utc_ms() + MS_HOUR;
	assert_int_equal(a->k->store->user->update(a->k->store, &u), 0);
	kit_sign_in(a->k, 0);
	(void)snprintf(a->body, sizeof(a->body),
		"{\"token\":\"%s\",\"password\":\"" PASSWORD "\"}", token);
}

static void with_text(struct ask *a)
{
	say(a, "{\"text\":\"" LABEL "\"}");
}

static void with_a_booking(struct ask *a)
{
	say(a, "{" BOOKING ",\"now\":true,\"label\":\"" LABEL "\"}");
}

static void with_a_change(struct ask *a)
{
	(void)snprintf(a->body, sizeof(a->body),
		"{" BOOKING ",\"starts\":%lld,\"version\":%lld,\"label\":\"" LABEL "\"}",
		(long long)a->starts, (long long)a->m.version);
}

static void when_cancelled(struct ask *a)
{
	assert_int_equal(
		kit_do(a->k, API_POST, &a->m, "cancel", version_body(a->m.version)), 200);
	say(a, version_body(number(a->k, "card.version")));
}

static void to_call(struct ask *a)
{
	say(a, pair("purpose", "call"));
}

static void as_ole(struct ask *a)
{
	kit_sign_in(a->k, OLE);
	say(a, pair("purpose", "agreed"));
}

static void to_ole(struct ask *a)
{
	say(a, "{\"user\":\"2\"}");
}

static void with_a_caller(struct ask *a)
{
	struct call_back b = { .id = 11, .created_ms = clock_utc_ms(), .team = "job" };

	assert_int_equal(seal_text(node_key_get(a->k->node, NODE_CALL_BACK_SEAL),
				 SEAL_CALL_BACK, b.id, "+45" CALLER, &b.number),
		0);
	kit_settle(a->k);
	assert_int_equal(a->k->store->call->back_add(a->k->store, &b), 0);
	say(a, "{}");
}

static const struct example {
	enum api_method method;
	const char *path;
	void (*prepare)(struct ask *a);
} examples[] = {
	{ API_POST, "link/peek", as_nobody },
	{ API_POST, "link/redeem", as_nobody },
	{ API_POST, "link/digits", with_digits },
	{ API_POST, "link/call-me", as_nobody },
	{ API_POST, "seat/peek", with_a_seat },
	{ API_POST, "device/forget", with_a_seat },
	{ API_POST, "staff/sign-in", with_name_and_password },
	{ API_POST, "staff/sign-out", as_mette },
	{ API_POST, "staff/unlock", with_password },
	{ API_GET, "staff/me", as_mette },
	{ API_GET, "staff/colleagues", as_mette },
	{ API_POST, "staff/setup/start", with_set_up_link },
	{ API_POST, "staff/setup/finish", with_set_up_link },
	{ API_GET, "staff/day/{date}", as_mette },
	{ API_GET, "staff/day/{date}/team", as_mette },
	{ API_POST, "staff/find", with_text },
	{ API_POST, "staff/meetings", with_a_booking },
	{ API_GET, "staff/meetings/{id}", as_mette },
	{ API_PATCH, "staff/meetings/{id}", with_a_change },
	{ API_POST, "staff/meetings/{id}/cancel", with_version },
	{ API_POST, "staff/meetings/{id}/restore", when_cancelled },
	{ API_POST, "staff/meetings/{id}/link", with_version },
	{ API_GET, "staff/meetings/{id}/invitation", as_mette },
	{ API_POST, "staff/meetings/{id}/number", to_call },
	{ API_POST, "staff/meetings/{id}/take-over", as_ole },
	{ API_POST, "staff/meetings/{id}/hand-over", to_ole },
	{ API_GET, "staff/meetings/{id}/summary", when_cancelled },
	{ API_GET, "staff/meetings/{id}/minutes", when_cancelled },
	{ API_POST, "staff/check", as_mette },
	{ API_GET, "staff/callbacks", with_a_caller },
	{ API_POST, "staff/callbacks/{id}/number", with_a_caller },
	{ API_POST, "staff/callbacks/{id}/done", with_a_caller },
};

/* -- asking ------------------------------------------------------------------------ */

static const struct example *example_of(const struct route *r)
{
	for (size_t i = 0; i < ARRAY_LEN(examples); i++)
		if (examples[i].method == r->method &&
			strcmp(examples[i].path, r->path) == 0)
			return &examples[i];
	fail_msg("no example of %s: say in test_record.c how its page asks", r->path);
	return NULL;
}

/* The route's path with this meeting, this day, that caller. */
static void write_path(struct ask *a, const char *route)
{
	struct writer w = writer_of(a->path, sizeof(a->path) - 1);
	time_t now = (time_t)(clock_utc_ms() / MS_SECOND);
	char date[16];
	struct tm tm;

	(void)strftime(date, sizeof(date), "%Y-%m-%d", localtime_r(&now, &tm));
	write_str(&w, "/api/v1/");
	for (const char *p = route; *p;) {
		size_t n = *p == '{' ? strcspn(p, "}") + 1 : 1;

		if (strncmp(p, "{id}", n) == 0 && n > 1)
			write_str(&w, strstr(route, "callbacks") ? "11" : a->m.id);
		else if (n > 1)
			write_str(&w, date);
		else
			write_fmt(&w, "%c", *p);
		p += n;
	}
	assert_true(writer_ok(&w));
	a->path[w.len] = '\0';
}

static int ask(struct kit *k, const struct route *r, int log_answers)
{
	struct ask a = { .k = k };

	kit_sign_in(k, METTE);
	a.m = kit_book(k, ",\"label\":\"" LABEL "\",\"case_ref\":\"" CASE
			  "\",\"phone\":\"" PHONE "\"");
	a.starts = number(k, "card.starts");
	example_of(r)->prepare(&a);
	write_path(&a, r->path);
	kit_settle(k); /* what the preparation still has under way */
	memset(k->audited, 0, sizeof(k->audited));
	k->audit_result = log_answers;
	return kit_ask(k, r->method, a.path, a.body);
}

static bool shows(struct kit *k, const char *planted)
{
	char *dump = json_dumps(k->json, 0);
	bool found = strstr(dump, planted) != NULL;

	free(dump);
	return found;
}

static bool shows_any(struct kit *k)
{
	return shows(k, LABEL) || shows(k, CASE) || shows(k, PHONE) || shows(k, CALLER) ||
	       shows(k, "phone_last2") || shows(k, "masked");
}

static unsigned noted(const struct kit *k)
{
	unsigned n = 0;

	for (size_t i = 0; i < AUDIT_WHAT_COUNT; i++)
		n += k->audited[i];
	return n;
}

/* -- the walk ---------------------------------------------------------------------- */

static void each_route(void (*look)(struct kit *k, const struct route *r))
{
	const struct route *r;
	size_t n;

	for (n = 0; (r = api_route(n)); n++) {
		void *kit;

		assert_int_equal(kit_up(&kit), 0);
		look(kit, r);
		assert_int_equal(kit_down(&kit), 0);
	}
	assert_int_equal(n, ARRAY_LEN(examples)); /* and no example of what is gone */
}

static void look_for_its_record(struct kit *k, const struct route *r)
{
	int status = ask(k, r, 0);

	if (status != 200)
		fail_msg("%s: %d %s", r->path, status, error_of(k));
	if (!r->record.none && k->audited[r->record.what] == 0)
		fail_msg("%s leaves no %s", r->path, audit_name(r->record.what));
	if (!r->record.none)
		return;
	if (strlen(r->record.none) < 20)
		fail_msg("%s does not say why it needs no record", r->path);
	if (shows_any(k) || noted(k) > 0)
		fail_msg("%s says it needs no record", r->path);
}

static void every_route_leaves_the_record_that_its_row_names(void **state)
{
	(void)state;
	each_route(look_for_its_record);
}

static void look_without_a_log(struct kit *k, const struct route *r)
{
	/* Signing out is no use of data: who wants out gets out. */
	bool goes_on = r->record.none || r->record.what == AUDIT_SIGN_OUT;
	int status;

	log_set_level(LOG_E_ERROR - 1);
	status = ask(k, r, -EIO);
	if (status != (goes_on ? 200 : 503))
		fail_msg("%s without a log: %d %s", r->path, status, error_of(k));
	if (!goes_on && (strcmp(error_of(k), "not_recorded") != 0 ||
				json_object_size(k->json) != 1))
		fail_msg("%s shows something without a log", r->path);
	assert_int_equal(noted(k), 0);
	k->audit_result = 0;
}

static void without_a_log_no_route_shows_or_does_anything(void **state)
{
	(void)state;
	each_route(look_without_a_log);
}

/* -- again and again --------------------------------------------------------------- */

static void what_is_looked_at_again_is_noted_once_in_a_quarter_of_an_hour(void **state)
{
	struct kit *k = *state;
	struct ask a = { .k = k };
	struct kit_meeting other;

	kit_sign_in(k, METTE);
	a.m = kit_book(k, ",\"label\":\"" LABEL "\"");
	other = kit_book(k, "");
	for (int i = 0; i < 5; i++) {
		write_path(&a, "staff/day/{date}");
		assert_int_equal(kit_ask(k, API_GET, a.path, NULL), 200);
		assert_int_equal(kit_do(k, API_GET, &a.m, "", NULL), 200);
		assert_int_equal(
			kit_ask(k, API_GET, "/api/v1/staff/callbacks", NULL), 200);
	}
	assert_int_equal(k->audited[AUDIT_DAY_READ], 1);
	assert_int_equal(k->audited[AUDIT_MEETING_READ], 1);
	assert_int_equal(k->audited[AUDIT_CALL_BACKS_READ], 1);

	/* another list, another day, another meeting, another person */
	write_path(&a, "staff/day/{date}/team");
	assert_int_equal(kit_ask(k, API_GET, a.path, NULL), 200);
	assert_int_equal(k->noted.purpose, AUDIT_FOR_COLLEAGUE);
	assert_int_equal(k->noted.value, 2);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/day/2020-01-01", NULL), 200);
	assert_int_equal(k->noted.value, 0);
	assert_int_equal(k->audited[AUDIT_DAY_READ], 3);
	assert_int_equal(kit_do(k, API_GET, &other, "", NULL), 200);
	kit_sign_in(k, OLE);
	assert_int_equal(kit_do(k, API_GET, &a.m, "", NULL), 200);
	assert_int_equal(k->audited[AUDIT_MEETING_READ], 3);

	clock_shift(15 * MS_MINUTE);
	assert_int_equal(kit_do(k, API_GET, &a.m, "", NULL), 200);
	assert_int_equal(k->audited[AUDIT_MEETING_READ], 4);
}

static void what_failed_to_be_noted_is_tried_again(void **state)
{
	struct kit *k = *state;
	struct kit_meeting m;

	log_set_level(LOG_E_ERROR - 1);
	kit_sign_in(k, METTE);
	m = kit_book(k, "");
	k->audit_result = -EIO;
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 503);
	k->audit_result = 0;
	assert_int_equal(kit_do(k, API_GET, &m, "", NULL), 200);
	assert_int_equal(k->audited[AUDIT_MEETING_READ], 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_leaves_the_record_that_its_row_names),
		cmocka_unit_test(without_a_log_no_route_shows_or_does_anything),
		T(what_is_looked_at_again_is_noted_once_in_a_quarter_of_an_hour),
		T(what_failed_to_be_noted_is_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
