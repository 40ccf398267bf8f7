/* SPDX-License-Identifier: MPL-2.0
 *
 * A stage for stories: a house over the in-memory store, a desk with its real worker, two
 * consultants of one team and one of another, and actors who speak through fake
 * connections. Time passes only by stage_wait().
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inner.h"
#include "samtale/session/sdp_filter.h"
#include "samtale/store/memory.h"
#include "samtale/store/record.h"
#include "samtale/store/stats.h"

#include <jansson.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define MEETING  INT64_C(8121)
#define BUILD    "3f9c2a7d"
#define METTE    1 /* user ids, in the order they are added; the owner */
#define OLE      2 /* of the same team */
#define EVA      3 /* of another */
#define DEVICE_A 0xa1
#define DEVICE_B 0xb2

struct stage {
	struct node_key *node;
	struct store *store;
	struct key_shelf *shelf;
	struct vault *vault;
	struct audit *audit;
	struct settings settings;
	struct secret *turn_secret;
	struct desk *desk;
	struct house *house;
	sem_t woken;
	int64_t armed_ms, starts_ms;
	unsigned audited[AUDIT_WHAT_COUNT];
	int audit_result;
	struct actor *actors[8]; /* who is connected */
	bool mute;               /* nobody pings */
};

struct actor { /* one connection */
	struct stage *stage;
	struct peer *peer;
	unsigned wakes;
	uint16_t closed; /* the close code, 0: open */
	json_t *heard;   /* array of everything received */
};

/* -- the parts --------------------------------------------------------------------- */

static inline int stage_record(void *arg, const struct vault_use *use)
{
	(void)arg;
	(void)use;
	return 0;
}

static inline int stage_audited(void *arg, const struct audit_event *event)
{
	struct stage *s = arg;

	s->audited[event->what]++;
	return s->audit_result;
}

static inline int stage_audited_kept(
	void *arg, const struct audit_event *events, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = stage_audited(arg, &events[i]);
	return r;
}

static inline void stage_wake(void *arg)
{
	sem_post(&((struct stage *)arg)->woken);
}

static inline void stage_arm(void *arg, int64_t boot_ms)
{
	((struct stage *)arg)->armed_ms = boot_ms;
}

static inline struct token_hash hash_of(uint8_t fill)
{
	struct token_hash h;

	memset(h.at, fill, sizeof(h.at));
	return h;
}

static inline void stage_add_user(struct stage *s, const char *given, const char *team)
{
	struct user u = { .roles = USER_CONSULTANT };
	struct staff_session session = { .expires_ms = clock_utc_ms() + 10 * MS_HOUR };

	(void)snprintf(u.name, sizeof(u.name), "%s", given);
	(void)snprintf(u.given, sizeof(u.given), "%s", given);
	(void)snprintf(u.team, sizeof(u.team), "%s", team);
	assert_int_equal(s->store->user->add(s->store, &u), 0);
	session.user = u.id;
	session.hash = hash_of((uint8_t)u.id);
	assert_int_equal(s->store->staff_session->put(s->store, &session), 0);
}

/* The booking 8121 of Mette, with a telephone number and the PIN 123456, in `minutes`
 * from now. */
static inline void stage_add_booking(struct stage *s, int minutes)
{
	int64_t id = MEETING;
	struct vault_use use = { .purpose = VAULT_BOOK, .meetings = &id, .n = 1 };
	struct meeting_keys *keys = NULL;
	struct booking b = { .id = id,
		.number = 12345678,
		.owner = METTE,
		.minutes = 30,
		.form = BOOKING_VIDEO,
		.chosen_by = CHOSEN_BY_CITIZEN,
		.state = BOOKING_BOOKED,
		.language = "da",
		.team = "job" };

	s->starts_ms = b.starts_ms = clock_utc_ms() + minutes * MS_MINUTE;
	assert_int_equal(vault_create_here(s->vault, &use, BYTES_NULL, &keys), 0);
	assert_int_equal(
		seal_text(&keys->ck, SEAL_MEETING_PHONE, id, "+4522345678", &b.phone), 0);
	meeting_keys_free(keys);
	b.has_phone_tag = phone_tag(s->node, BYTES_LIT("+4522345678"), &b.phone_tag);
	b.has_link = pin_hash(s->node, id, BYTES_LIT("123456"), &b.pin);
	b.link = hash_of(0x77);
	assert_true(b.has_phone_tag && b.has_link);
	assert_int_equal(s->store->meeting->insert(s->store, &b), 0);
}

/* Desk, vault and house: what a process has. */
static inline void stage_open(struct stage *s)
{
	struct desk_parts desk = { .store = s->store, .wake = stage_wake, .wake_arg = s };
	struct vault_parts vault = { .node = s->node,
		.shelf = s->shelf,
		.record = stage_record,
		.submit = desk_submit };
	struct house_parts house = { .node = s->node,
		.audit = s->audit,
		.settings = &s->settings,
		.turn_secret = s->turn_secret,
		.build = BUILD,
		.clock = { .arg = s, .arm = stage_arm } };

	s->armed_ms = INT64_MAX;
	assert_int_equal(desk_new(&s->desk, &desk), 0);
	s->vault = vault_free(s->vault);
	vault.submit_arg = s->desk;
	assert_int_equal(vault_new(&s->vault, &vault), 0);
	house.desk = s->desk;
	house.vault = s->vault;
	assert_int_equal(house_new(&s->house, &house), 0);
}

/* kill: nothing is saved that was not saved. The peers must be gone. */
static inline void stage_shut(struct stage *s)
{
	s->desk = desk_free(s->desk);
	s->house = house_free(s->house);
}

static inline int stage_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	char path[64];
	struct vault_parts vault = { .record = stage_record };

	assert_non_null(s);
	assert_int_equal(secret_start(), 0);
	(void)snprintf(path, sizeof(path), "/tmp/samtale-session-%d.key", (int)getpid());
	(void)unlink(path);
	assert_int_equal(node_key_create(path), 0);
	assert_int_equal(node_key_load(&s->node, path), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(memory_store_new(&s->store), 0);
	assert_int_equal(memory_shelf_new(&s->shelf), 0);
	vault.node = s->node;
	vault.shelf = s->shelf;
	assert_int_equal(vault_new(&s->vault, &vault), 0);
	assert_int_equal(audit_new(&s->audit, &(struct audit_sink){ stage_audited_kept,
						      stage_audited, s }),
		0);
	settings_init(&s->settings);
	assert_int_equal(sem_init(&s->woken, 0, 0), 0);
	log_set_level(LOG_E_ERROR);
	stage_add_user(s, "Mette", "job");
	stage_add_user(s, "Ole", "job");
	stage_add_user(s, "Eva", "care");
	stage_add_booking(s, 0);
	stage_open(s);
	*state = s;
	return 0;
}

static inline int stage_down(void **state)
{
	struct stage *s = *state;

	stage_shut(s);
	vault_free(s->vault);
	audit_free(s->audit);
	memory_store_free(s->store);
	memory_shelf_free(s->shelf);
	secret_free(s->turn_secret);
	node_key_free(s->node);
	sem_destroy(&s->woken);
	free(s);
	return 0;
}

/* Turns of the loop until nothing is under way. */
static inline void stage_settle(struct stage *s)
{
	house_flush(s->house);
	while (desk_depth(s->desk) > 0) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 10;
		if (sem_timedwait(&s->woken, &until) != 0)
			assert_int_equal(errno, EINTR); /* the fuzzer's alarm */
		desk_reap(s->desk);
		house_flush(s->house);
	}
}

static inline struct booking stage_row(struct stage *s)
{
	struct booking row;

	stage_settle(s); /* the worker is idle: the store is ours */
	assert_int_equal(s->store->meeting->get(s->store, MEETING, &row), 0);
	return row;
}

/* *Overtag*, as the api does it. */
static inline void stage_take_over(struct stage *s, int64_t user)
{
	struct booking row = stage_row(s);
	int64_t former = row.owner;

	row.owner = user;
	assert_int_equal(s->store->meeting->update(s->store, &row), 0);
	house_owner_changed(s->house, &row, former);
	stage_settle(s);
}

/* -- redeem ------------------------------------------------------------------------ */

struct stage_seat {
	bool done;
	int result;
	char seat[SEAT_TEXT];
};

static inline void stage_redeemed(void *arg, int result, const char *seat)
{
	struct stage_seat *got = arg;

	got->done = true;
	got->result = result;
	(void)snprintf(got->seat, sizeof(got->seat), "%s", seat);
}

static inline struct stage_seat stage_redeem(struct stage *s, uint8_t device)
{
	struct house_redeem ask = { .meeting = MEETING, .device = hash_of(device) };
	struct stage_seat got = { 0 };

	house_redeem(s->house, &ask, stage_redeemed, &got);
	stage_settle(s);
	assert_true(got.done);
	return got;
}

/* -- actors ------------------------------------------------------------------------ */

static inline void actor_woken(void *conn)
{
	((struct actor *)conn)->wakes++;
}

static inline void actor_closed(void *conn, uint16_t code, const char *reason)
{
	struct actor *a = conn;

	assert_int_equal(a->closed, 0);
	assert_non_null(reason);
	a->closed = code;
}

static inline void actor_connect(
	struct stage *s, struct actor *a, const struct peer_credentials *who)
{
	const struct peer_link link = {
		.conn = a, .wake = actor_woken, .close = actor_closed
	};

	*a = (struct actor){ .stage = s, .heard = json_array() };
	assert_int_equal(peer_open(&a->peer, s->house, who, &link), 0);
	for (size_t i = 0; i < ARRAY_LEN(s->actors); i++)
		if (!s->actors[i]) {
			s->actors[i] = a;
			return;
		}
	fail_msg("too many actors");
}

/* Time passes; every deadline in between is met, and everybody pings as pages do. */
static inline void stage_wait(struct stage *s, int64_t ms)
{
	int64_t left = ms;

	while (left > 0) {
		int64_t step = s->armed_ms - clock_boot_ms();

		step = step < 1 ? 1 : step < left ? step : left;
		step = step < 20 * MS_SECOND ? step : 20 * MS_SECOND;
		clock_shift(step);
		left -= step;
		for (size_t i = 0; i < ARRAY_LEN(s->actors) && !s->mute; i++)
			if (s->actors[i])
				peer_message(s->actors[i]->peer,
					BYTES_LIT("{\"type\":\"ping\"}"));
		if (s->armed_ms <= clock_boot_ms())
			house_tick(s->house);
		stage_settle(s);
	}
}

static inline void actor_listen(struct actor *a)
{
	uint8_t *at;
	size_t len;

	stage_settle(a->stage);
	while (peer_next(a->peer, &at, &len)) {
		json_t *m =
			json_loadb((const char *)at, len, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(m);
		memset(at - PEER_HEADROOM, 0, PEER_HEADROOM);
		assert_int_equal(json_array_append_new(a->heard, m), 0);
	}
}

static inline void actor_say(struct actor *a, const char *text)
{
	peer_message(a->peer, bytes_str(text));
	stage_settle(a->stage);
}

/* The newest message of that type since the last call for it, borrowed; NULL: none. */
static inline const json_t *actor_hears(struct actor *a, const char *type)
{
	actor_listen(a);
	for (size_t i = json_array_size(a->heard); i > 0; i--) {
		const json_t *m = json_array_get(a->heard, i - 1);

		if (strcmp(json_string_value(json_object_get(m, "type")), type) == 0)
			return m;
	}
	return NULL;
}

static inline void actor_forget(struct actor *a)
{
	actor_listen(a);
	json_array_clear(a->heard);
}

static inline void actor_hang_up(struct actor *a)
{
	for (size_t i = 0; i < ARRAY_LEN(a->stage->actors); i++)
		if (a->stage->actors[i] == a)
			a->stage->actors[i] = NULL;
	peer_closed(a->peer);
	a->peer = NULL;
	json_decref(a->heard);
	a->heard = NULL;
	stage_settle(a->stage);
}

static inline const char *word(const json_t *m, const char *field)
{
	const char *text = json_string_value(json_object_get(m, field));

	return text ? text : "(none)";
}

static inline json_int_t number(const json_t *m, const char *field)
{
	return json_integer_value(json_object_get(m, field));
}

static inline bool flag(const json_t *m, const char *field)
{
	return json_is_true(json_object_get(m, field));
}

static inline const json_t *part(const json_t *m, const char *field)
{
	return json_object_get(m, field);
}

static inline void citizen_hello(struct stage *s, struct actor *a, uint8_t device,
	const char *seat, unsigned epoch)
{
	const struct peer_credentials who = { .has_device = true,
		.device = hash_of(device) };
	char text[256];

	actor_connect(s, a, &who);
	(void)snprintf(text, sizeof(text),
		"{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"%s\",\"build\":"
		"\"" BUILD "\",\"epoch\":%u,\"lang\":\"da\"}",
		seat, epoch);
	actor_say(a, text);
}

static inline void staff_hello(struct stage *s, struct actor *a, uint8_t user)
{
	const struct peer_credentials who = { .has_session = true,
		.session = hash_of(user) };

	actor_connect(s, a, &who);
	actor_say(a, "{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"" BUILD "\"}");
}

static inline void staff_enter(struct actor *a, unsigned epoch)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
		"{\"type\":\"enter\",\"meeting\":\"8121\",\"epoch\":%u}", epoch);
	actor_say(a, text);
}

/* Both in their seats, the citizen admitted, epoch 1. */
static inline void stage_talk(struct stage *s, struct actor *mette, struct actor *citizen)
{
	struct stage_seat seat = stage_redeem(s, DEVICE_A);

	assert_string_equal(seat.seat, "8121-1");
	citizen_hello(s, citizen, DEVICE_A, seat.seat, 0);
	staff_hello(s, mette, METTE);
	staff_enter(mette, 0);
	actor_say(mette, "{\"type\":\"admit\",\"entry\":1}");
	assert_int_equal(number(actor_hears(mette, "start"), "epoch"), 1);
	assert_int_equal(number(actor_hears(citizen, "start"), "epoch"), 1);
}

#define SDP                                                                              \
	"v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\n"                    \
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\\r\\nc=IN IP4 "                                 \
	"0.0.0.0\\r\\na=ice-ufrag:abcd\\r\\n"                                            \
	"a=setup:actpass\\r\\na=fingerprint:sha-256 AA:BB\\r\\n"
#define OFFER(epoch)                                                                     \
	"{\"type\":\"signal\",\"epoch\":" #epoch ",\"kind\":\"offer\",\"sdp\":\"" SDP    \
	"\"}"
#define ANSWER(epoch)                                                                    \
	"{\"type\":\"signal\",\"epoch\":" #epoch ",\"kind\":\"answer\",\"sdp\":\"" SDP   \
	"\"}"

#define STORY(name) cmocka_unit_test_setup_teardown(name, stage_up, stage_down)
