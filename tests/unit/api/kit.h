/* SPDX-License-Identifier: MPL-2.0
 *
 * A whole api without a network: house, desk and password worker with their real threads,
 * the in-memory store, two consultants of one team and one of another. kit_ask() speaks
 * HTTP's words and waits for the answer; nothing sleeps.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/api/api.h"
#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/ops_log.h"
#include "samtale/base/settings.h"
#include "samtale/base/work.h"
#include "samtale/session/house.h"
#include "samtale/store/desk.h"
#include "samtale/store/memory.h"
#include "samtale/store/user.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <jansson.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define METTE 1 /* user ids, in the order they are added */
#define OLE   2 /* of the same team */
#define EVA   3 /* of another */

#define BOOKING                                                                          \
	"\"minutes\":30,\"form\":\"video\",\"chosen_by\":\"citizen\",\"way\":"           \
	"\"speech\","                                                                    \
	"\"language\":\"da\""

struct kit {
	struct node_key *node;
	struct store *store;
	struct key_shelf *shelf;
	struct vault *vault;
	struct audit *audit;
	struct settings settings;
	struct desk *desk;
	struct worker *password_worker;
	struct house *house;
	struct api *api;
	sem_t woken;
	unsigned audited[AUDIT_WHAT_COUNT];
	struct audit_event noted;         /* the last of them */
	int audit_result;                 /* what the record answers: < 0 refuses */
	char session[5][TOKEN_LONG_TEXT]; /* by user id */
	/* -- of the last answer -- */
	bool answered;
	int status;
	json_t *json;
	char set_cookie[160];
	unsigned retry_after_s;
	char cookie[256]; /* sent with the next questions */
	/* -- of the next questions -- */
	bool foreign_origin, not_json, own_network;
	uint64_t prefix;
};

static inline int kit_recorded(void *arg, const struct vault_use *use)
{
	struct kit *k = arg;

	(void)use;
	k->audited[AUDIT_KEY_OPENED] += k->audit_result == 0;
	return k->audit_result;
}

static const struct key kit_signing = { { 7, 7 } };

static inline int kit_sign(void *arg, struct bytes minutes, struct vault_signature *ret)
{
	(void)arg;
	*ret = (struct vault_signature){ .checkpoint = "samtale-checkpoint 1" };
	return minutes_sign(&kit_signing, minutes, ret->checkpoint, ret->at);
}

static inline int kit_audited(void *arg, const struct audit_event *event)
{
	struct kit *k = arg;

	if (k->audit_result != 0)
		return k->audit_result;
	k->audited[event->what]++;
	k->noted = *event;
	return 0;
}

static inline int kit_audited_kept(void *arg, const struct audit_event *events, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = kit_audited(arg, &events[i]);
	return r;
}

static inline void kit_wake(void *arg)
{
	sem_post(&((struct kit *)arg)->woken);
}

static inline void kit_arm(void *arg, int64_t boot_ms)
{
	(void)arg;
	(void)boot_ms;
}

/* -- up and down ----------------------------------------------------------------------
 */

static inline void kit_add_user(struct kit *k, const char *given, const char *team)
{
	struct user u = { .roles = USER_CONSULTANT, .password = "unused" };
	struct staff_session row = { .created_ms = clock_utc_ms(),
		.used_ms = clock_utc_ms(),
		.expires_ms = clock_utc_ms() + 10 * MS_HOUR };

	(void)snprintf(u.name, sizeof(u.name), "%s", given);
	u.name[0] = (char)(u.name[0] | 0x20);
	(void)snprintf(u.given, sizeof(u.given), "%s", given);
	(void)snprintf(u.team, sizeof(u.team), "%s", team);
	assert_int_equal(k->store->user->add(k->store, &u), 0);
	token_random(TOKEN_SESSION, k->session[u.id], TOKEN_LONG_TEXT);
	assert_true(token_hash(
		k->node, TOKEN_SESSION, bytes_str(k->session[u.id]), &row.hash));
	row.user = u.id;
	assert_int_equal(k->store->staff_session->put(k->store, &row), 0);
}

static inline void kit_open(struct kit *k)
{
	struct desk_parts desk = { .store = k->store, .wake = kit_wake, .wake_arg = k };
	struct worker_hooks pw = { .wake = kit_wake, .arg = k };
	struct vault_parts vault = { .node = k->node,
		.shelf = k->shelf,
		.record = kit_recorded,
		.record_arg = k,
		.submit = desk_submit,
		.sign = kit_sign };
	struct house_parts house = { .node = k->node,
		.audit = k->audit,
		.settings = &k->settings,
		.build = "test",
		.clock = { .arm = kit_arm } };
	struct api_parts api = { .node = k->node,
		.audit = k->audit,
		.settings = &k->settings,
		.origin = "https://localhost:8443",
		.trial = true };

	assert_int_equal(desk_new(&k->desk, &desk), 0);
	assert_int_equal(
		worker_new(&k->password_worker, "password", LIMIT_PASSWORD_QUEUE, &pw),
		0);
	vault.submit_arg = k->desk;
	assert_int_equal(vault_new(&k->vault, &vault), 0);
	house.desk = api.desk = k->desk;
	house.vault = api.vault = k->vault;
	assert_int_equal(house_new(&k->house, &house), 0);
	api.house = k->house;
	api.password_worker = k->password_worker;
	assert_int_equal(api_new(&k->api, &api), 0);
}

static inline int kit_up(void **state)
{
	struct kit *k = calloc(1, sizeof(*k));
	char path[64];

	assert_non_null(k);
	setenv("TZ", "Europe/Copenhagen", 1);
	tzset();
	assert_int_equal(secret_start(), 0);
	(void)snprintf(path, sizeof(path), "/tmp/samtale-api-%d.key", (int)getpid());
	(void)unlink(path);
	assert_int_equal(node_key_create(path), 0);
	assert_int_equal(node_key_load(&k->node, path), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(memory_store_new(&k->store), 0);
	assert_int_equal(memory_shelf_new(&k->shelf), 0);
	assert_int_equal(audit_new(&k->audit, &(struct audit_sink){ kit_audited_kept,
						      kit_audited, k }),
		0);
	settings_init(&k->settings);
	assert_int_equal(sem_init(&k->woken, 0, 0), 0);
	log_set_level(LOG_E_ERROR);
	kit_add_user(k, "Mette", "job");
	kit_add_user(k, "Ole", "job");
	kit_add_user(k, "Eva", "care");
	kit_open(k);
	*state = k;
	return 0;
}

static inline int kit_down(void **state)
{
	struct kit *k = *state;

	worker_free(k->password_worker);
	desk_free(k->desk);
	assert_int_equal(api_open_calls(k->api), 0);
	api_free(k->api);
	house_free(k->house);
	vault_free(k->vault);
	audit_free(k->audit);
	memory_store_free(k->store);
	memory_shelf_free(k->shelf);
	node_key_free(k->node);
	json_decref(k->json);
	sem_destroy(&k->woken);
	free(k);
	return 0;
}

/* -- asking ---------------------------------------------------------------------------
 */

static inline void kit_answered(void *exchange, const struct api_reply *reply)
{
	struct kit *k = exchange;

	assert_false(k->answered);
	k->answered = true;
	k->status = reply->status;
	k->retry_after_s = reply->retry_after_s;
	memcpy(k->set_cookie, reply->set_cookie, sizeof(k->set_cookie));
	json_decref(k->json);
	k->json = json_loadb((const char *)reply->body.at, reply->body.len,
		JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(k->json);
}

static inline int kit_ask(
	struct kit *k, enum api_method method, const char *path, const char *body)
{
	struct api_request r = { .method = method,
		.path = bytes_str(path),
		.body = bytes_str(body ? body : ""),
		.cookie = bytes_str(k->cookie),
		.is_json = !k->not_json,
		.is_same_origin = !k->foreign_origin,
		.prefix = k->prefix,
		.own_network = k->own_network };

	k->answered = false;
	api_handle(k->api, &r, kit_answered, k);
	while (!k->answered) {
		struct timespec until;

		house_flush(k->house);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 20;
		assert_int_equal(sem_timedwait(&k->woken, &until), 0);
		desk_reap(k->desk);
		worker_reap(k->password_worker);
	}
	return k->status;
}

static inline void kit_sign_in(struct kit *k, int user)
{
	if (user)
		(void)snprintf(k->cookie, sizeof(k->cookie), "__Host-staff=%s",
			k->session[user]);
	else
		k->cookie[0] = '\0';
}

/* Keeps the cookie of the last answer for the next questions. */
static inline void kit_keep_cookie(struct kit *k)
{
	(void)snprintf(k->cookie, sizeof(k->cookie), "%.*s",
		(int)strcspn(k->set_cookie, ";"), k->set_cookie);
}

/* Until the desk is idle: then the store may be looked into. */
static inline void kit_settle(struct kit *k)
{
	house_flush(k->house);
	while (desk_depth(k->desk) > 0) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 20;
		assert_int_equal(sem_timedwait(&k->woken, &until), 0);
		desk_reap(k->desk);
		house_flush(k->house);
	}
}

/* -- looking at the answer: "card.owner.name" ------------------------------------------
 */

static inline const json_t *at(const json_t *j, const char *path)
{
	char part[64];

	while (*path && j) {
		size_t n = strcspn(path, ".");

		(void)snprintf(part, sizeof(part), "%.*s", (int)n, path);
		j = json_is_array(j) ? json_array_get(j, (size_t)strtoul(part, NULL, 10))
				     : json_object_get(j, part);
		path += n + (path[n] ? 1 : 0);
	}
	return j;
}

static inline const char *text(const struct kit *k, const char *path)
{
	const char *s = json_string_value(at(k->json, path));

	return s ? s : "(none)";
}

static inline json_int_t number(const struct kit *k, const char *path)
{
	return json_integer_value(at(k->json, path));
}

static inline bool flag(const struct kit *k, const char *path)
{
	return json_is_true(at(k->json, path));
}

static inline const char *error_of(const struct kit *k)
{
	return text(k, "error");
}

/* -- shortcuts ------------------------------------------------------------------------
 */

struct kit_meeting {
	char id[20], token[32], number[12], pin[8];
	json_int_t version;
};

/* A meeting of the user who is signed in; more: further fields, with a leading comma. */
static inline struct kit_meeting kit_book(struct kit *k, const char *more)
{
	struct kit_meeting m;
	char body[1024];

	(void)snprintf(body, sizeof(body), "{" BOOKING ",\"now\":true%s}", more);
	assert_int_equal(kit_ask(k, API_POST, "/api/v1/staff/meetings", body), 200);
	(void)snprintf(m.id, sizeof(m.id), "%s", text(k, "card.id"));
	(void)snprintf(m.token, sizeof(m.token), "%s",
		strchr(text(k, "invitation.link"), '#') + 1);
	(void)snprintf(m.number, sizeof(m.number), "%s", text(k, "invitation.number"));
	(void)snprintf(m.pin, sizeof(m.pin), "%s", text(k, "invitation.pin"));
	m.version = number(k, "card.version");
	return m;
}

/* POST/GET/PATCH /api/v1/staff/meetings/ID/WHAT */
static inline int kit_do(struct kit *k, enum api_method method,
	const struct kit_meeting *m, const char *what, const char *body)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/api/v1/staff/meetings/%s%s%s", m->id,
		*what ? "/" : "", what);
	return kit_ask(k, method, path, body);
}

/* {"KEY":"VALUE"} */
static inline const char *pair(const char *key, const char *value)
{
	static char body[512];

	(void)snprintf(body, sizeof(body), "{\"%s\":\"%s\"}", key, value);
	return body;
}

static inline const char *version_body(json_int_t version)
{
	static char body[64];

	(void)snprintf(body, sizeof(body), "{\"version\":%lld}", (long long)version);
	return body;
}
