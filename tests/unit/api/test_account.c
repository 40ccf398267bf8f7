/* SPDX-License-Identifier: MPL-2.0
 *
 * Signing in, being locked out, signing out.
 */
#include "kit.h"

#define SIGN_IN  "/api/v1/staff/sign-in"
#define PASSWORD "correct horse battery"

/* Gives Mette a password and an authenticator; returns its secret. */
static struct totp_secret give_password(struct kit *k)
{
	struct totp_secret secret;
	struct user u;

	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	totp_random(&secret);
	assert_int_equal(totp_seal(k->node, u.id, &secret, &u.totp), 0);
	assert_int_equal(password_hash(BYTES_LIT(PASSWORD), u.password), 0);
	assert_int_equal(k->store->user->update(k->store, &u), 0);
	return secret;
}

static int sign_in(
	struct kit *k, const char *name, const char *password, const char *code)
{
	char body[256];

	(void)snprintf(body, sizeof(body),
		"{\"username\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}", name,
		password, code);
	return kit_ask(k, API_POST, SIGN_IN, body);
}

static const char *code_now(const struct totp_secret *s)
{
	static char code[7];

	assert_int_equal(
		totp_code(s, clock_utc_ms() / (TOTP_STEP_S * MS_SECOND), code), 0);
	return code;
}

static void the_right_name_password_and_code_sign_in_once(void **state)
{
	struct kit *k = *state;
	struct totp_secret s = give_password(k);
	char code[7];

	memcpy(code, code_now(&s), sizeof(code));
	assert_int_equal(sign_in(k, "METTE", PASSWORD, code), 200);
	assert_string_equal(text(k, "name"), "Mette");
	assert_non_null(strstr(k->set_cookie, "__Host-staff="));
	assert_non_null(
		strstr(k->set_cookie, "; Path=/; Secure; HttpOnly; SameSite=Strict"));
	kit_keep_cookie(k);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 200);
	assert_int_equal(sign_in(k, "mette", PASSWORD, code), 401); /* replayed */
	clock_shift(30 * MS_SECOND);
	assert_int_equal(sign_in(k, "mette", PASSWORD, code_now(&s)), 200);
	assert_int_equal(k->audited[AUDIT_SIGN_IN], 3);
}

static void whatever_is_wrong_the_answer_is_the_same(void **state)
{
	struct kit *k = *state;
	struct totp_secret s = give_password(k);

	assert_int_equal(sign_in(k, "nobody", PASSWORD, code_now(&s)), 401);
	assert_string_equal(error_of(k), "sign_in_refused");
	assert_int_equal(json_object_size(k->json), 1);
	assert_int_equal(sign_in(k, "mette", "wrong password", code_now(&s)), 401);
	assert_string_equal(error_of(k), "sign_in_refused");
	assert_int_equal(json_object_size(k->json), 1);
	assert_int_equal(sign_in(k, "mette", PASSWORD, "000000"), 401);
	assert_string_equal(error_of(k), "sign_in_refused");
	assert_string_equal(k->set_cookie, "");
	assert_int_equal(sign_in(k, "ole", "unused", ""), 401); /* never set up */
}

static void a_name_is_locked_whether_it_is_known_or_not(void **state)
{
	static const char *const names[] = { "mette", "nobody" };
	struct kit *k = *state;
	struct totp_secret s = give_password(k);

	for (int n = 0; n < 2; n++) {
		for (int i = 0; i < 6; i++) {
			k->prefix = (uint64_t)(n * 10 + i);
			assert_int_equal(
				sign_in(k, names[n], "wrong password", "1"), 401);
		}
		assert_int_equal(sign_in(k, names[n], PASSWORD, code_now(&s)), 429);
		assert_string_equal(error_of(k), "locked_out");
		assert_in_range(k->retry_after_s, 800, 901);
	}
	clock_shift(16 * MS_MINUTE);
	assert_int_equal(sign_in(k, "mette", PASSWORD, code_now(&s)), 200);
}

struct crowd {
	unsigned answered, by_status[600];
};

static void crowd_answered(void *exchange, const struct api_reply *reply)
{
	struct crowd *crowd = exchange;

	crowd->answered++;
	crowd->by_status[reply->status]++;
}

/* n questions that are all on their way before the first is answered. */
static struct crowd ask_at_once(
	struct kit *k, const char *path, const char *body, unsigned n)
{
	struct crowd crowd = { 0 };
	struct api_request r = { .method = API_POST,
		.path = bytes_str(path),
		.body = bytes_str(body),
		.cookie = bytes_str(k->cookie),
		.is_json = true,
		.is_same_origin = true };

	for (unsigned i = 0; i < n; i++) {
		r.prefix = 1000 + i;
		api_handle(k->api, &r, crowd_answered, &crowd);
	}
	while (crowd.answered < n) {
		struct timespec until;

		house_flush(k->house);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 20;
		assert_int_equal(sem_timedwait(&k->woken, &until), 0);
		desk_reap(k->desk);
		worker_reap(k->password_worker);
	}
	return crowd;
}

static void tries_at_once_are_no_more_than_one_by_one(void **state)
{
	static const char *const names[] = { "mette", "nobody" };
	struct kit *k = *state;
	struct crowd crowd;
	char body[128];

	(void)give_password(k);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(body, sizeof(body),
			"{\"username\":\"%s\",\"password\":\"wrong password\"}",
			names[i]);
		crowd = ask_at_once(k, SIGN_IN, body, 12);
		assert_int_equal(crowd.by_status[401], 6);
		assert_int_equal(crowd.by_status[429], 6);
	}
	kit_sign_in(k, METTE);
	crowd = ask_at_once(
		k, "/api/v1/staff/unlock", pair("password", "wrong password"), 4);
	assert_int_equal(crowd.by_status[429], 4);
	crowd = ask_at_once(k, "/api/v1/link/digits",
		"{\"number\":\"12345678\",\"pin\":\"000000\"}", 15);
	assert_int_equal(crowd.by_status[404], 10);
	assert_int_equal(crowd.by_status[429], 5);
}

static void a_lock_that_outlasts_the_counter_tells_only_the_owner(void **state)
{
	struct kit *k = *state;
	struct totp_secret s = give_password(k);
	struct user u;

	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	u.locked_until_ms = clock_utc_ms() + 5 * MS_MINUTE;
	assert_int_equal(k->store->user->update(k->store, &u), 0);
	assert_int_equal(sign_in(k, "mette", "wrong password", "1"), 401);
	assert_string_equal(error_of(k), "sign_in_refused");
	assert_int_equal(json_object_size(k->json), 1);
	assert_int_equal(sign_in(k, "mette", PASSWORD, "000000"), 401);
	assert_int_equal(sign_in(k, "mette", PASSWORD, code_now(&s)), 429);
	assert_string_equal(error_of(k), "locked_out");
	assert_string_equal(k->set_cookie, "");
}

/* The counters in memory are new, the store is the same. */
static void restart(struct kit *k)
{
	struct api_parts parts = { .desk = k->desk,
		.vault = k->vault,
		.node = k->node,
		.password_worker = k->password_worker,
		.audit = k->audit,
		.settings = &k->settings,
		.origin = "https://localhost:8443" };
	const struct house_parts house = { .desk = k->desk,
		.vault = k->vault,
		.node = k->node,
		.audit = k->audit,
		.settings = &k->settings,
		.build = "test",
		.clock = { .arm = kit_arm } };

	api_free(k->api);
	k->house = house_free(k->house);
	assert_int_equal(house_new(&k->house, &house), 0);
	parts.house = k->house;
	assert_int_equal(api_new(&k->api, &parts), 0);
}

static void a_lock_outlives_a_restart(void **state)
{
	struct kit *k = *state;
	struct totp_secret s = give_password(k);

	for (int i = 0; i < 6; i++)
		assert_int_equal(sign_in(k, "mette", "wrong password", "1"), 401);
	restart(k);
	assert_int_equal(sign_in(k, "mette", PASSWORD, code_now(&s)), 429);
	assert_string_equal(error_of(k), "locked_out");
}

static void a_recovery_code_is_good_once(void **state)
{
	char codes[RECOVERY_CODES][RECOVERY_TEXT];
	struct kit *k = *state;
	struct user u;

	(void)give_password(k);
	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	recovery_make(k->node, METTE, codes, u.recovery);
	u.recovery_n = RECOVERY_CODES;
	assert_int_equal(k->store->user->update(k->store, &u), 0);
	assert_int_equal(sign_in(k, "mette", PASSWORD, codes[3]), 200);
	assert_int_equal(number(k, "recovery_left"), RECOVERY_CODES - 1);
	assert_int_equal(sign_in(k, "mette", PASSWORD, codes[3]), 401);
	assert_int_equal(sign_in(k, "mette", PASSWORD, codes[9]), 200);
}

static void signing_out_ends_the_session_and_no_other(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/sign-out", "{}"), 200);
	assert_non_null(strstr(k->set_cookie, "__Host-staff=; "));
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 401);
	kit_sign_in(k, OLE);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 200);
}

static void unlocking_takes_the_password(void **state)
{
	struct kit *k = *state;

	(void)give_password(k);
	kit_sign_in(k, METTE);
	clock_shift(31 * MS_MINUTE);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/unlock",
				 pair("password", "wrong one")),
		401);
	assert_int_equal(k->noted.what, AUDIT_SIGN_IN);
	assert_int_equal(k->noted.outcome, AUDIT_REFUSED);
	assert_int_equal(k->noted.actor, METTE);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 423);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/staff/unlock", pair("password", PASSWORD)),
		200);
	assert_int_equal(k->noted.what, AUDIT_SIGN_IN);
	assert_int_equal(k->noted.outcome, AUDIT_DONE);
	assert_int_equal(k->noted.value, 1);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/me", NULL), 200);
}

static void guesses_at_unlocking_count_in_the_account_and_lock_it(void **state)
{
	struct kit *k = *state;
	struct user u;

	(void)give_password(k);
	kit_sign_in(k, METTE);
	for (int i = 0; i < 6; i++)
		assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/unlock",
					 pair("password", "wrong one")),
			401);
	assert_int_equal(k->store->user->by_id(k->store, METTE, &u), 0);
	assert_true(u.locked_until_ms > clock_utc_ms());
	assert_int_equal(k->noted.value, 3); /* a page that had locked itself, the lock */
	restart(k);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/unlock",
				 pair("password", "wrong one")),
		401);
	assert_int_equal(
		kit_ask(k, API_POST, "/api/v1/staff/unlock", pair("password", PASSWORD)),
		429);
	assert_string_equal(error_of(k), "locked_out");
}

static void colleagues_are_those_of_the_team_who_can_sign_in(void **state)
{
	struct kit *k = *state;

	kit_sign_in(k, METTE);
	assert_int_equal(kit_ask(k, API_GET, "/api/v1/staff/colleagues", NULL), 200);
	assert_int_equal(json_array_size(at(k->json, "colleagues")), 1);
	assert_string_equal(text(k, "colleagues.0.name"), "Ole");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(the_right_name_password_and_code_sign_in_once),
		T(whatever_is_wrong_the_answer_is_the_same),
		T(a_name_is_locked_whether_it_is_known_or_not),
		T(tries_at_once_are_no_more_than_one_by_one),
		T(a_lock_that_outlasts_the_counter_tells_only_the_owner),
		T(a_lock_outlives_a_restart),
		T(a_recovery_code_is_good_once),
		T(signing_out_ends_the_session_and_no_other),
		T(unlocking_takes_the_password),
		T(guesses_at_unlocking_count_in_the_account_and_lock_it),
		T(colleagues_are_those_of_the_team_who_can_sign_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
