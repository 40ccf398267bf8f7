/* SPDX-License-Identifier: MPL-2.0
 *
 * Accounts of staff. Nobody in administration ever sees a password or an authenticator's
 * secret: a person gets a one-time link and sets both.
 */
#include "note.h"
#include "rows.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/store/user.h"
#include "samtale/vault/node_key.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Letters, digits and . _ - @: it is typed on every keyboard and never needs quoting. */
static bool take_name(const char *typed, char ret[LIMIT_USERNAME + 1])
{
	size_t len = strlen(typed);

	if (len < 2 || len > LIMIT_USERNAME)
		return false;
	for (size_t i = 0; i <= len; i++) {
		char ch = typed[i];

		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		if (ch && !(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9') &&
			!strchr("._-@", ch))
			return false;
		ret[i] = ch;
	}
	return true;
}

static bool take_text(const char *typed, char *ret, size_t cap)
{
	struct bytes text = bytes_str(typed);

	return text.len > 0 && bytes_is_clean_text(text, false) &&
	       bytes_to_str(text, ret, cap);
}

static const char bad_phone[] = "A number is Danish, of eight digits.";

/* Eight digits as people write them, with +45 or not, as "+4512345678". */
static bool take_phone(const char *typed, char ret[LIMIT_PHONE + 1])
{
	struct writer w = writer_of(ret, LIMIT_PHONE);
	const char *at = strncmp(typed, "+45", 3) == 0 ? typed + 3 : typed;

	write_str(&w, "+45");
	for (; *at; at++)
		if (*at >= '0' && *at <= '9')
			write_u8(&w, (uint8_t)*at);
		else if (*at != ' ')
			return false;
	ret[w.len] = '\0';
	return writer_ok(&w) && w.len == 11;
}

static int find(struct phrase_call *c, struct user *ret)
{
	char name[LIMIT_USERNAME + 1];
	int r = STORE_E_NONE;

	if (take_name(phrase_value(&c->words, "name"), name))
		r = c->store->user->by_name(c->store, name, ret);
	if (r == STORE_E_NONE)
		return phrase_fail(c, "There is no account of that name.");
	return r == 0 ? 0 : phrase_fault(c, fault_fold(r));
}

/* -- set-up link ----------------------------------------------------------------- */
static int give_setup(struct phrase_call *c, struct user *u, char token[TOKEN_SHORT_TEXT])
{
	token_random(TOKEN_SETUP, token, TOKEN_SHORT_TEXT);
	u->has_setup = token_hash(c->node, TOKEN_SETUP, bytes_str(token), &u->setup);
	u->setup_expires_ms =
		clock_utc_ms() + c->place->settings.staff_setup_link_hours * MS_HOUR;
	return u->has_setup ? 0 : fault_here(EIO);
}

static void print_setup(struct phrase_call *c, const char *token)
{
	(void)fprintf(c->out,
		"%s/staff#setup=%s\n"
		"Give this link to that person alone. It works once, for %" PRId64
		" hours, and is not shown again.\n",
		c->origin, token, c->place->settings.staff_setup_link_hours);
}

static int take_new(struct phrase_call *c, struct user *u)
{
	const char *phone = phrase_value(&c->words, "phone");
	char number[LIMIT_PHONE + 1];

	if (!take_name(phrase_value(&c->words, "name"), u->name))
		return phrase_fail(
			c, "A sign-in name is 2 to 64 letters, digits, . _ - or @.");
	if (!take_text(phrase_value(&c->words, "given"), u->given, sizeof(u->given)))
		return phrase_fail(
			c, "--given is the name that citizens read, 1 to 64 bytes.");
	if (!take_text(phrase_value(&c->words, "team"), u->team, sizeof(u->team)))
		return phrase_fail(c, "--team is 1 to 64 bytes.");
	u->roles = USER_CONSULTANT;
	if (phrase_value(&c->words, "leader"))
		u->roles |= USER_LEADER;
	if (phone && !take_phone(phone, number))
		return phrase_fail(c, bad_phone);
	u->created_ms = clock_utc_ms();
	return 0;
}

static int seal_phone(struct phrase_call *c, struct user *u, const char *number)
{
	return seal_text(node_key_get(c->node, NODE_STAFF_SEAL), SEAL_USER_PHONE, u->id,
		number, &u->phone);
}

/* The number is sealed to the row's id, which only the insert gives. */
static int add_phone(struct phrase_call *c, struct user *u)
{
	const char *phone = phrase_value(&c->words, "phone");
	char number[LIMIT_PHONE + 1];
	int r;

	if (!phone || !take_phone(phone, number))
		return 0;
	r = seal_phone(c, u, number);
	return r == 0 ? c->store->user->update(c->store, u) : r;
}

int run_user_add(struct phrase_call *c)
{
	wiped_buf(token, TOKEN_SHORT_TEXT);
	struct user u = { 0 };
	int r = take_new(c, &u);

	if (r != 0)
		return r;
	r = give_setup(c, &u, (char *)token);
	if (r == 0)
		r = c->store->user->add(c->store, &u);
	if (r == STORE_E_TAKEN)
		return phrase_fail(c, "There is an account %s already.", u.name);
	if (r == 0)
		r = add_phone(c, &u);
	if (r == 0)
		r = note_event(c, AUDIT_ACCOUNT_CREATED, u.id, 0);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	print_setup(c, (char *)token);
	return 0;
}

int run_user_reset(struct phrase_call *c)
{
	wiped_buf(token, TOKEN_SHORT_TEXT);
	struct user u;
	int r = find(c, &u);

	if (r != 0)
		return r;
	u.password[0] = '\0';
	u.totp.len = 0;
	u.recovery_n = 0;
	u.failures = 0;
	u.locked_until_ms = 0;
	r = give_setup(c, &u, (char *)token);
	if (r == 0)
		r = note_event(c, AUDIT_ACCOUNT_RESET, u.id, 0);
	if (r == 0)
		r = c->store->user->update(c->store, &u);
	if (r == 0)
		r = c->store->staff_session->drop_of_user(c->store, u.id, NULL);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	c->effects.user_gone = u.id;
	print_setup(c, (char *)token);
	return 0;
}

int run_user_phone(struct phrase_call *c)
{
	const char *phone = phrase_value(&c->words, "number");
	char number[LIMIT_PHONE + 1];
	struct user u;
	int r = find(c, &u);

	if (r != 0)
		return r;
	if (phone && !take_phone(phone, number))
		return phrase_fail(c, bad_phone);
	u.phone.len = 0;
	if (phone)
		r = seal_phone(c, &u, number);
	if (r == 0)
		r = note_event(c, AUDIT_ACCOUNT_CHANGED, u.id, 0);
	if (r == 0)
		r = c->store->user->update(c->store, &u);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	(void)fprintf(
		c->out, "the number of %s is %s\n", u.name, phone ? "set" : "forgotten");
	return 0;
}

/* -- disable, enable ------------------------------------------------------------- */
static int set_disabled(struct phrase_call *c, bool disabled)
{
	struct user u = { 0 };
	int r = find(c, &u);

	if (r != 0)
		return r;
	u.disabled = disabled;
	u.failures = 0;
	u.locked_until_ms = 0;
	r = note_event(
		c, disabled ? AUDIT_ACCOUNT_DISABLED : AUDIT_ACCOUNT_CHANGED, u.id, 0);
	if (r == 0)
		r = c->store->user->update(c->store, &u);
	if (r == 0 && disabled)
		r = c->store->staff_session->drop_of_user(c->store, u.id, NULL);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	if (disabled)
		c->effects.user_gone = u.id;
	(void)fprintf(c->out, "%s is %s\n", u.name, disabled ? "disabled" : "enabled");
	return 0;
}

int run_user_disable(struct phrase_call *c)
{
	return set_disabled(c, true);
}

int run_user_enable(struct phrase_call *c)
{
	return set_disabled(c, false);
}

/* -- list ------------------------------------------------------------------------ */
static const char *state_of(const struct user *u)
{
	if (u->disabled)
		return "disabled";
	if (u->locked_until_ms > clock_utc_ms())
		return "locked";
	return u->password[0] ? "active" : "waits for set-up";
}

static void print_user(struct phrase_call *c, const struct user *u, bool is_first)
{
	const char *role = u->roles & USER_LEADER ? "leader" : "consultant";

	if (phrase_value(&c->words, "json"))
		(void)fprintf(c->out,
			"%s{\"id\":%" PRId64
			",\"name\":\"%s\",\"state\":\"%s\",\"role\":\"%s\"}",
			is_first ? "" : ",", u->id, u->name, state_of(u), role);
	else
		(void)fprintf(c->out, "%5" PRId64 " %-24s %-16s %-10s %s\n", u->id,
			u->name, state_of(u), role, u->team);
}

int run_user_list(struct phrase_call *c)
{
	bool json = phrase_value(&c->words, "json");
	struct user_list list = STORE_LIST_NULL;
	int r = c->store->user->list(c->store, NULL, &list);

	if (r == 0)
		r = note_event(c, AUDIT_ADMIN_LOOKED, 0, audit_count_of(list.n));
	if (r != 0) {
		free(list.at);
		return phrase_fault(c, fault_fold(r));
	}
	if (json)
		(void)fputs("[", c->out);
	for (size_t i = 0; i < list.n; i++)
		print_user(c, &list.at[i], i == 0);
	if (json)
		(void)fputs("]\n", c->out);
	free(list.at);
	return 0;
}
