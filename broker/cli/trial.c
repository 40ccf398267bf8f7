/* SPDX-License-Identifier: MPL-2.0
 *
 * What makes a trial work without any typing: a demo account whose password lies in
 * trial.ini, and a meeting that is open now. Never for real citizens.
 */
#include "note.h"
#include "rows.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/store/user.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIAL_NAME  "demo"
#define TRIAL_GIVEN "Mette"
#define TRIAL_TEAM  "Borgerservice"
#define TRIAL_PHONE                                                                      \
	"+4521436587" /* the citizen's, where the demonstration's trunk is               \
		       */
#define TRIAL_MINUTES 60
#define TRIAL_LEFT_MS                                                                    \
	(10 * MS_MINUTE) /* a meeting that ends sooner gives way to a new one */
#define NUMBER_TRIES 8

/* -- the account ----------------------------------------------------------------- */
static int write_trial_file(struct phrase_call *c, const char *password)
{
	char text[256];
	struct writer w = writer_of(text, sizeof(text));
	int r;

	write_fmt(&w,
		"# Demo account of a trial; made by `samtale init --trial`.\n"
		"name = " TRIAL_NAME "\npassword = %s\n",
		password);
	r = secret_file_create(c->place->trial, writer_bytes(&w), 0600);
	secret_wipe(text, sizeof(text));
	return r == -EEXIST ? 0 : r;
}

int trial_make(struct phrase_call *c)
{
	struct user u = { .name = TRIAL_NAME,
		.given = TRIAL_GIVEN,
		.team = TRIAL_TEAM,
		.roles = USER_CONSULTANT | USER_LEADER,
		.created_ms = clock_utc_ms() };
	wiped(struct totp_secret, secret);
	wiped_buf(password, TOKEN_SHORT_TEXT);
	wiped_buf(codes, RECOVERY_CODES * RECOVERY_TEXT);
	int r = c->store->user->by_name(c->store, TRIAL_NAME, &(struct user){ 0 });

	if (r == 0 && access(c->place->trial, F_OK) == 0)
		return 0; /* of a former version, whose keys lay elsewhere */
	if (r == 0)
		return phrase_fail(c,
			"There is an account " TRIAL_NAME " already, but no %s.",
			c->place->trial);
	token_random(TOKEN_SETUP, (char *)password, sizeof(password));
	r = password_hash(bytes_str((char *)password), u.password);
	if (r == 0)
		r = c->store->user->add(c->store, &u);
	if (r == 0)
		r = note_event(c, AUDIT_ACCOUNT_CREATED, u.id, 0);
	if (r == 0) {
		totp_random(&secret);
		r = totp_seal(c->node, u.id, &secret, &u.totp);
		/* Nobody is told them: a trial shows its code each time. Without any the
		 * day page would warn. */
		recovery_make(c->node, u.id, (char(*)[RECOVERY_TEXT])codes, u.recovery);
		u.recovery_n = RECOVERY_CODES;
	}
	if (r == 0)
		r = c->store->user->update(c->store, &u);
	if (r == 0)
		r = write_trial_file(c, (char *)password);
	return r == 0 ? 0 : phrase_fault(c, fault_fold(r));
}

/* -- the meeting ----------------------------------------------------------------- */
/* Of the demonstration, on this machine: behind a real one the number is somebody's. */
static bool has_trunk(const struct phrase_call *c)
{
	const char *server = c->place->settings.phone_server;

	return strncmp(server, "127.", 4) == 0 || strncmp(server, "localhost", 9) == 0;
}

static int seal_phone(
	struct phrase_call *c, const struct meeting_keys *k, struct booking *b)
{
	if (!has_trunk(c))
		return 0;
	b->has_phone_tag = phone_tag(c->node, bytes_str(TRIAL_PHONE), &b->phone_tag);
	return seal_text(&k->ck, SEAL_MEETING_PHONE, b->id, TRIAL_PHONE, &b->phone);
}

static int seal_fields(
	struct phrase_call *c, const struct meeting_keys *k, struct booking *b)
{
	wiped_buf(token, TOKEN_SHORT_TEXT);
	wiped_buf(pin, PIN_TEXT);
	int r = seal_text(&k->ck, SEAL_MEETING_LABEL, b->id, "Prøvesamtale", &b->label);

	if (r == 0)
		r = seal_text(&k->ck, SEAL_MEETING_WAY, b->id, "speech", &b->way);
	if (r == 0)
		r = seal_phone(c, k, b);
	if (r != 0)
		return fault_fold(r);
	link_token_make(&k->ck, b->link_generation, (char *)token);
	pin_make(&k->ck, b->link_generation, (char *)pin);
	b->has_link =
		token_hash(c->node, TOKEN_LINK, bytes_str((char *)token), &b->link) &&
		pin_hash(c->node, b->id, bytes_str((char *)pin), &b->pin);
	return b->has_link ? 0 : fault_here(EIO);
}

/* By whoever runs the trial, for the demo account. */
static int note_of(struct phrase_call *c, enum audit_what what, const struct booking *b)
{
	const struct audit_event e = { .what = what,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_ADMINISTRATOR,
		.subject = (uint32_t)b->owner,
		.meeting = (uint64_t)b->id };

	return audit_note(c->audit, &e);
}

static int make_meeting(
	struct phrase_call *c, const struct user *owner, struct booking *b)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_BOOK, owner->id, &b->id, 1 };
	int64_t now = clock_utc_ms();
	int r;

	*b = (struct booking){ .id = random_id(),
		.owner = owner->id,
		.starts_ms = now,
		.minutes = TRIAL_MINUTES,
		.form = BOOKING_VIDEO,
		.chosen_by = CHOSEN_BY_CITIZEN,
		.state = BOOKING_BOOKED,
		.language = "da",
		.created_ms = now,
		.changed_ms = now };
	memcpy(b->team, owner->team, sizeof(b->team));
	r = vault_create_here(c->vault, &use, BYTES_NULL, &keys);
	if (r == 0)
		r = note_of(c, AUDIT_MEETING_CREATED, b);
	if (r == 0)
		r = seal_fields(c, keys, b);
	if (r != 0)
		return fault_fold(r);
	r = STORE_E_TAKEN;
	for (int i = 0; i < NUMBER_TRIES && r == STORE_E_TAKEN; i++) {
		b->number = meeting_number_random();
		r = c->store->meeting->insert(c->store, b);
	}
	c->effects.booking_changed = r == 0;
	c->effects.booking = *b;
	return fault_fold(r);
}

static bool is_good(const struct phrase_call *c, const struct booking *b, int64_t now)
{
	return b->state != BOOKING_ENDED && b->has_link && !b->contact_gone &&
	       (b->has_phone_tag || !has_trunk(c)) &&
	       b->starts_ms + b->minutes * MS_MINUTE - now > TRIAL_LEFT_MS;
}

/* One that is open now, the newest; else a new one. */
static int find_meeting(
	struct phrase_call *c, const struct user *owner, struct booking *ret)
{
	int64_t now = clock_utc_ms();
	struct booking_span span = { now - MS_DAY, now + 1, owner->id, NULL };
	struct booking_list list = STORE_LIST_NULL;
	int r = c->store->meeting->between(c->store, &span, &list);
	bool found = false;

	for (size_t i = 0; r == 0 && i < list.n; i++)
		if (is_good(c, &list.at[i], now)) {
			*ret = list.at[i];
			found = true;
		}
	free(list.at);
	if (r < 0)
		return fault_pass(r);
	return found ? 0 : make_meeting(c, owner, ret);
}

/* -- printing -------------------------------------------------------------------- */
static bool read_password(struct phrase_call *c, char *ret, size_t cap)
{
	FILE *f = fopen(c->place->trial, "re");
	char line[256];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		static const char key[] = "password = ";

		found = strncmp(line, key, sizeof(key) - 1) == 0;
		if (found)
			(void)snprintf(ret, cap, "%.*s",
				(int)strcspn(line + sizeof(key) - 1, "\n"),
				line + sizeof(key) - 1);
	}
	if (f)
		(void)fclose(f);
	secret_wipe(line, sizeof(line));
	return found;
}

struct trial_texts {
	char password[64], code[7], secret[TOTP_BASE32_TEXT], token[TOKEN_SHORT_TEXT];
	char pin[PIN_TEXT];
};

/* A code that was not used yet: this step's, or else the next one's. */
static int make_code(struct phrase_call *c, const struct user *u, struct trial_texts *t)
{
	int64_t step = clock_utc_ms() / MS_SECOND / TOTP_STEP_S;
	wiped(struct totp_secret, secret);
	int r = totp_open(c->node, u->id, &u->totp, &secret);

	if (r != 0)
		return fault_fold(r);
	totp_base32(&secret, t->secret);
	return totp_code(&secret, step > u->totp_last_step ? step : step + 1, t->code);
}

static int make_link(
	struct phrase_call *c, const struct booking *b, struct trial_texts *t)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_LINK, b->owner, &b->id, 1 };
	int r = note_of(c, AUDIT_INVITATION_SHOWN, b);

	if (r == 0)
		r = vault_open_here(c->vault, &use, &keys);
	if (r == 0 && !keys->has_ck)
		r = fault_here(ENOKEY);
	if (r == 0)
		link_token_make(&keys->ck, b->link_generation, t->token);
	if (r == 0)
		pin_make(&keys->ck, b->link_generation, t->pin);
	return fault_fold(r);
}

static void print(
	struct phrase_call *c, const struct user *u, const struct trial_texts *t)
{
	if (phrase_value(&c->words, "json")) {
		(void)fprintf(c->out,
			"{\"origin\":\"%s\",\"name\":\"%s\",\"password\":\"%s\","
			"\"code\":\"%s\",\"secret\":\"%s\",\"link\":\"%s/j#%s\"}\n",
			c->origin, u->name, t->password, t->code, t->secret, c->origin,
			t->token);
		return;
	}
	(void)fprintf(c->out,
		"ready %s\n"
		"Kun til afprøvning – ikke til rigtige borgere.%s\n"
		"staff %s/staff\n"
		"sign-in %s %s %s\n"
		"authenticator %s\n"
		"citizen %s/j#%s\n",
		c->origin,
		c->place->settings.media_turn_urls[0]
			? ""
			: " Without a TURN server both browsers must be in one network.",
		c->origin, u->name, t->password, t->code, t->secret, c->origin, t->token);
}

int run_trial(struct phrase_call *c)
{
	wiped(struct trial_texts, t);
	struct booking b;
	struct user u;
	int r;

	if (!read_password(c, t.password, sizeof(t.password)))
		return phrase_fail(c,
			"This is no trial: there is no %s; "
			"`samtale init --trial` makes it.",
			c->place->trial);
	r = c->store->user->by_name(c->store, TRIAL_NAME, &u);
	if (r == STORE_E_NONE)
		return phrase_fail(c, "The account " TRIAL_NAME " is gone.");
	if (r == 0)
		r = find_meeting(c, &u, &b);
	if (r == 0)
		r = make_code(c, &u, &t);
	if (r == 0)
		r = make_link(c, &b, &t);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	print(c, &u, &t);
	if (has_trunk(c) && !phrase_value(&c->words, "json"))
		(void)fprintf(c->out,
			"telephone %s meeting %" PRIu32 " PIN %s\n"
			"citizen's telephone " TRIAL_PHONE "\n",
			c->place->settings.phone_number, b.number, t.pin);
	return 0;
}
