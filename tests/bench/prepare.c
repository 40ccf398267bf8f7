/* SPDX-License-Identifier: MPL-2.0
 *
 * Fills the data folder of a broker that does not run yet: so many consultants, each in a
 * team of their own (so that a card goes to one person) with a sign-in and one meeting
 * that is open now. Made by the rooms' own libraries, so the rows are what the broker
 * itself would have written, each key on record. Prints "MEETING TOKEN STAFF-COOKIE", a
 * line each.
 *
 *   bench-prepare FOLDER COUNT PASSWORD      (after `samtale init`; vault: FOLDER-vault)
 */
#include "samtale/base/clock.h"
#include "samtale/custody/custody.h"
#include "samtale/store/meeting.h"
#include "samtale/store/sqlite.h"
#include "samtale/store/user.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WITH_PASSWORD 8   /* hashing one takes a while; these suffice for signing in */
#define AT_ONCE       500 /* rows in one transaction */

struct work {
	struct custody *custody;
	const struct node_key *node; /* the custody's, as its vault */
	struct vault *vault;
	struct store *store;
	char password[PASSWORD_HASH_TEXT];
	int64_t now_ms;
};

_Noreturn static void die(const char *what, int result)
{
	(void)fprintf(stderr, "bench-prepare: %s: %d\n", what, result);
	exit(1);
}

static void must(const char *what, int result)
{
	if (result != 0)
		die(what, result);
}

static void open_custody(struct work *w, const char *folder)
{
	char vault[512], node_key[600];
	const struct custody_parts parts = { .folder = vault,
		.node_key = node_key,
		.epoch_ms = 5 * MS_MINUTE,
		.source = RECORD_COMMAND };
	struct custody_error e = { "" };

	(void)snprintf(vault, sizeof(vault), "%s-vault", folder);
	(void)snprintf(node_key, sizeof(node_key), "%s/node.key", vault);
	must(e.sentence, custody_open(&w->custody, &parts, &e));
	w->vault = custody_vault(w->custody);
	w->node = custody_node(w->custody);
}

static void open_folder(struct work *w, const char *folder)
{
	char path[512];
	struct sqlite_parts parts = { .path = path, .must_exist = true };

	must("start", secret_start());
	open_custody(w, folder);
	(void)snprintf(path, sizeof(path), "%s/samtale.db", folder);
	must(path, sqlite_store_open(&w->store, &parts, NULL));
	w->now_ms = clock_utc_ms();
}

/* -- one consultant -------------------------------------------------------------------
 */
static int64_t add_user(struct work *w, unsigned i)
{
	struct user u = { .roles = USER_CONSULTANT, .created_ms = w->now_ms };

	(void)snprintf(u.name, sizeof(u.name), "bench%u", i);
	(void)snprintf(u.given, sizeof(u.given), "Mette");
	(void)snprintf(u.team, sizeof(u.team), "team%u", i);
	if (i < WITH_PASSWORD)
		memcpy(u.password, w->password, sizeof(u.password));
	must("user", w->store->user->add(w->store, &u));
	return u.id;
}

static void add_sign_in(struct work *w, int64_t user, char ret_cookie[TOKEN_LONG_TEXT])
{
	struct staff_session s = { .user = user,
		.created_ms = w->now_ms,
		.used_ms = w->now_ms,
		.expires_ms = w->now_ms + 24 * MS_HOUR };

	token_random(TOKEN_SESSION, ret_cookie, TOKEN_LONG_TEXT);
	if (!token_hash(w->node, TOKEN_SESSION, bytes_str(ret_cookie), &s.hash))
		die("session", -EIO);
	must("session", w->store->staff_session->put(w->store, &s));
}

static void seal(struct work *w, struct booking *b, char ret_token[TOKEN_SHORT_TEXT])
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_BOOK, b->owner, &b->id, 1 };
	char pin[PIN_TEXT];

	must("keys", vault_create_here(w->vault, &use, BYTES_NULL, &keys));
	must("way", seal_text(&keys->ck, SEAL_MEETING_WAY, b->id, "speech", &b->way));
	must("phone", seal_text(&keys->ck, SEAL_MEETING_PHONE, b->id, "+4512345678",
			      &b->phone));
	link_token_make(&keys->ck, b->link_generation, ret_token);
	pin_make(&keys->ck, b->link_generation, pin);
	b->has_link = token_hash(w->node, TOKEN_LINK, bytes_str(ret_token), &b->link);
	if (!b->has_link || !pin_hash(w->node, b->id, bytes_str(pin), &b->pin))
		die("link", -EIO);
}

static int64_t add_meeting(
	struct work *w, unsigned i, int64_t owner, char ret_token[TOKEN_SHORT_TEXT])
{
	struct booking b = { .id = random_id(),
		.owner = owner,
		.starts_ms = w->now_ms,
		.minutes = 60,
		.form = BOOKING_VIDEO,
		.chosen_by = CHOSEN_BY_CITIZEN,
		.state = BOOKING_BOOKED,
		.language = "da",
		.created_ms = w->now_ms,
		.changed_ms = w->now_ms };
	int r = STORE_E_TAKEN;

	(void)snprintf(b.team, sizeof(b.team), "team%u", i);
	seal(w, &b, ret_token);
	for (int tries = 0; tries < 8 && r == STORE_E_TAKEN; tries++) {
		b.number = meeting_number_random();
		r = w->store->meeting->insert(w->store, &b);
	}
	must("meeting", r);
	return b.id;
}

static void add_one(struct work *w, unsigned i)
{
	char token[TOKEN_SHORT_TEXT], cookie[TOKEN_LONG_TEXT];
	int64_t user = add_user(w, i), meeting;

	add_sign_in(w, user, cookie);
	meeting = add_meeting(w, i, user, token);
	(void)printf("%lld %s %s\n", (long long)meeting, token, cookie);
}

int main(int argc, char *argv[])
{
	struct work w = { .now_ms = 0 };
	unsigned long count;

	if (argc != 4)
		return 2;
	count = strtoul(argv[2], NULL, 10);
	open_folder(&w, argv[1]);
	must("password", password_hash(bytes_str(argv[3]), w.password));
	for (unsigned i = 0; i < count;) {
		must("begin", w.store->batch->begin(w.store));
		for (unsigned end = i + AT_ONCE; i < end && i < count; i++)
			add_one(&w, i);
		must("commit", w.store->batch->commit(w.store));
	}
	w.store = sqlite_store_close(w.store);
	w.custody = custody_close(w.custody);
	return fflush(stdout) == 0 ? 0 : 1;
}
