/* SPDX-License-Identifier: MPL-2.0
 *
 * Signing in and out, locking. A wrong name, password or code are
 * one answer after the same work; nobody learns from here who has an account.
 */
#include "call.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <errno.h>
#include <stdlib.h>

/* -- decoding -------------------------------------------------------------------------
 */

static uint64_t name_key(const char *name)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 1099511628211u;
	return h;
}

static void read_name(struct call *c)
{
	struct bytes name = jin_text(&c->in, "username", 1, LIMIT_USERNAME);

	if (!bytes_to_str(name, c->account.name, sizeof(c->account.name)))
		return;
	for (char *p = c->account.name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
}

void account_read_code(struct call *c)
{
	struct bytes code =
		jin_text_or_empty(&c->in, "code", sizeof(c->account.code) - 1);

	if (!bytes_to_str(code, c->account.code, sizeof(c->account.code)))
		jin_refuse(&c->in, "code");
}

static void read_sign_in(struct call *c)
{
	read_name(c);
	account_read_code(c);
	c->account.password = jin_blob(&c->in, "password", LIMIT_PASSWORD);
	if (call_may_try(c, THROTTLE_SIGN_IN_PREFIX, c->prefix) &&
		!call_try(c, THROTTLE_SIGN_IN_NAME, name_key(c->account.name)))
		c->error = "locked_out";
}

static void read_unlock(struct call *c)
{
	c->account.password = jin_blob(&c->in, "password", LIMIT_PASSWORD);
}

/* -- sign in --------------------------------------------------------------------------
 */

static bool needs_totp(const struct call *c)
{
	return c->api->parts.settings->staff_totp;
}

static int ask_name(struct call *c, struct store *s)
{
	int r = s->user->by_name(s, c->account.name, &c->other);

	if (r < 0)
		return fault_pass(r);
	c->account.is_known = r == 0 && !c->other.disabled && c->other.password[0];
	return 0;
}

/* A recovery code is good once: it leaves the list. */
static bool use_recovery(struct call *c, struct user *u)
{
	int at = recovery_find(c->api->parts.node, u->id, bytes_str(c->account.code),
		u->recovery, u->recovery_n);

	if (at < 0)
		return false;
	u->recovery_n--;
	u->recovery[at] = u->recovery[u->recovery_n];
	return true;
}

static bool second_factor_is_right(struct call *c, struct user *u)
{
	wiped(struct totp_secret, secret);

	if (!needs_totp(c))
		return true;
	if (!u->totp.len || totp_open(c->api->parts.node, u->id, &u->totp, &secret) != 0)
		return false;
	return totp_is_right(&secret, bytes_str(c->account.code), clock_utc_ms(),
		       u->totp_last_step, &u->totp_last_step) ||
	       use_recovery(c, u);
}

static int open_session(struct call *c, struct store *s, int64_t now)
{
	const struct settings *set = c->api->parts.settings;
	int64_t length = set->staff_session_hours * MS_HOUR;
	struct staff_session row = { .user = c->user.id,
		.created_ms = now,
		.used_ms = now,
		.expires_ms = now + length };
	wiped_buf(text, TOKEN_LONG_TEXT);

	token_random(TOKEN_SESSION, (char *)text, sizeof(text));
	if (!token_hash(c->api->parts.node, TOKEN_SESSION, bytes_str((char *)text),
		    &row.hash))
		return fault_here(EIO);
	call_cookie(c, "__Host-staff", (char *)text, length / MS_SECOND);
	return s->staff_session->put(s, &row);
}

#define VALUE_UNLOCK 1u /* of the row SIGN_IN */
#define VALUE_LOCKED 2u

static int note_sign_in(struct call *c, bool granted, bool is_locked)
{
	struct audit_event e = {
		.what = AUDIT_SIGN_IN,
		.purpose = AUDIT_FOR_OWN_MEETING,
		.outcome = granted ? AUDIT_DONE : AUDIT_REFUSED,
		.role = AUDIT_CONSULTANT,
		.actor = c->account.is_known ? (uint32_t)c->other.id : 0,
		.value = (c->account.unlocks ? VALUE_UNLOCK : 0) |
			 (is_locked ? VALUE_LOCKED : 0),
	};

	return call_recorded(c, audit_note(c->api->parts.audit, &e));
}

/* Counts a wrong try in the account. A race with another sign-in loses one count. */
static int refuse_sign_in(struct call *c, struct store *s, struct user *u, int64_t now)
{
	const struct settings *set = c->api->parts.settings;
	bool is_locked =
		c->account.is_known && u->failures + 1 >= set->staff_failures_until_lock;
	int r = note_sign_in(c, false, is_locked);

	if (r != 0)
		return r;
	call_refuse(c, 401, "sign_in_refused");
	if (!c->account.is_known)
		return 0;
	u->failures++;
	if (is_locked) {
		u->failures = 0;
		u->locked_until_ms = now + set->staff_lock_minutes * MS_MINUTE;
	}
	r = s->user->update(s, u);
	return r < 0 ? fault_pass(r) : 0;
}

/* Only who knows both is told of the lock: an unknown name has none to be told of. */
static int refuse_locked(struct call *c, const struct user *u, int64_t now, bool is_owner)
{
	int r = note_sign_in(c, false, true);

	if (r != 0)
		return r;
	if (is_owner) {
		c->retry_after_s = (unsigned)((u->locked_until_ms - now) / MS_SECOND) + 1;
		call_refuse(c, 429, "locked_out");
	} else {
		call_refuse(c, 401, "sign_in_refused");
	}
	return 0;
}

static int ask_sign_in(struct call *c, struct store *s)
{
	struct user *u = &c->other;
	int64_t now = clock_utc_ms();
	bool right;
	int r = 0;

	if (c->account.is_known) { /* as it is now: the password took its time */
		r = s->user->by_id(s, u->id, u);
		if (r < 0)
			return fault_pass(r);
	}
	right = r == 0 && c->account.password_right && !u->disabled &&
		second_factor_is_right(c, u);
	if (r == 0 && c->account.is_known && u->locked_until_ms > now)
		return refuse_locked(c, u, now, right);
	if (!right)
		return refuse_sign_in(c, s, u, now);
	u->failures = 0;
	u->locked_until_ms = 0;
	u->last_sign_in_ms = now;
	r = s->user->update(s, u);
	if (r == STORE_E_CONFLICT) { /* the same code in two windows: one is too late */
		r = note_sign_in(c, false, false);
		call_refuse(c, 401, "sign_in_refused");
		return r;
	}
	if (r != 0)
		return fault_fold(r);
	c->user = *u;
	r = note_sign_in(c, true, false);
	return r != 0 ? r : open_session(c, s, now);
}

static void write_me(struct call *c)
{
	const struct settings *s = c->api->parts.settings;
	struct jout *o = call_body(c, 2048);

	jout_id(o, "id", c->user.id);
	jout_str(o, "name", c->user.given);
	jout_str(o, "team", c->user.team);
	jout_array(o, "roles");
	jout_word(o, NULL, "consultant");
	if (c->user.roles & USER_LEADER)
		jout_word(o, NULL, "leader");
	jout_end_array(o);
	jout_int(o, "idle_lock_minutes", s->staff_idle_lock_minutes);
	jout_object(o, "org");
	jout_str(o, "name", s->org_name);
	jout_str(o, "phone", s->org_phone);
	jout_end_object(o);
	jout_str(o, "timezone", s->org_timezone);
	jout_int(o, "now", clock_utc_ms());
	jout_bool(o, "trial", c->api->parts.trial);
	jout_bool(o, "turn", s->media_turn_urls[0] != '\0');
	jout_bool(o, "whole_screen", s->meeting_share_whole_screen);
	jout_bool(o, "totp", s->staff_totp);
	jout_int(o, "recovery_left", c->user.recovery_n);
}

static void answer_me(struct call *c)
{
	write_me(c);
	call_send(c);
}

static void answer_signed_in(struct call *c)
{
	throttle_clear(
		c->api->throttle, THROTTLE_SIGN_IN_NAME, name_key(c->account.name));
	answer_me(c);
}

static void password_compared(void *arg, bool right)
{
	struct call *c = arg;

	c->account.password_right = right && c->account.is_known;
	call_again(c, ask_sign_in, answer_signed_in);
}

static void busy(struct call *c)
{
	c->retry_after_s = 3;
	call_refuse(c, 503, "busy");
	call_send(c);
}

static void answer_name(struct call *c)
{
	const char *stored = c->account.is_known ? c->other.password : NULL;

	if (password_check(c->api->parts.password_worker, stored, c->account.password,
		    password_compared, c) != 0)
		busy(c);
}

static void refused_sign_in(struct call *c)
{
	if (c->status != 401)
		return;
	call_failed(c);
	call_charge(c, THROTTLE_SIGN_IN_PREFIX, c->prefix);
}

/* -- out, lock ------------------------------------------------------------------------
 */

static int ask_sign_out(struct call *c, struct store *s)
{
	return s->staff_session->drop(s, &c->session_hash);
}

/* Who wants out gets out, whatever the log says. */
static void answer_sign_out(struct call *c)
{
	const struct audit_event e = { .what = AUDIT_SIGN_OUT,
		.purpose = AUDIT_FOR_OWN_MEETING,
		.outcome = AUDIT_DONE,
		.role = AUDIT_CONSULTANT,
		.actor = (uint32_t)c->user.id };

	if (audit_note_soon(c->api->parts.audit, &e) < 0)
		log_event(EV_AUDIT_FAILED);
	house_signed_out(c->api->parts.house, &c->session_hash);
	call_cookie(c, "__Host-staff", "", 0);
	call_send(c);
}

/* A wrong password counts as one at the sign-in: who found the page open may not guess.
 */
static int ask_unlock(struct call *c, struct store *s)
{
	struct user *u = &c->other;
	int64_t now = clock_utc_ms();
	int r = s->user->by_id(s, c->user.id, u);

	if (r != 0)
		return fault_fold(r);
	c->account.is_known = c->account.unlocks = true;
	if (u->locked_until_ms > now)
		return refuse_locked(c, u, now, c->account.password_right);
	if (!c->account.password_right)
		return refuse_sign_in(c, s, u, now);
	r = note_sign_in(c, true, false);
	return r != 0 ? r : s->staff_session->touch(s, &c->session_hash, now);
}

static void unlock_compared(void *arg, bool right)
{
	struct call *c = arg;

	c->account.password_right = right;
	call_again(c, ask_unlock, call_send);
}

static void answer_unlock(struct call *c)
{
	memcpy(c->account.name, c->user.name, sizeof(c->account.name));
	if (!call_try(c, THROTTLE_SIGN_IN_NAME, name_key(c->account.name)))
		call_send(c);
	else if (password_check(c->api->parts.password_worker, c->user.password,
			 c->account.password, unlock_compared, c) != 0)
		busy(c);
}

/* -- colleagues -----------------------------------------------------------------------
 */

static int ask_colleagues(struct call *c, struct store *s)
{
	return s->user->list(s, c->user.team, &c->users);
}

static void answer_colleagues(struct call *c)
{
	struct jout *o = call_body(c, 64 + c->users.n * (LIMIT_NAME * 2 + 48));

	jout_array(o, "colleagues");
	for (size_t i = 0; i < c->users.n; i++) {
		const struct user *u = &c->users.at[i];

		if (u->disabled || u->id == c->user.id || !u->password[0])
			continue;
		jout_object(o, NULL);
		jout_id(o, "id", u->id);
		jout_str(o, "name", u->given);
		jout_end_object(o);
	}
	jout_end_array(o);
	call_send(c);
}

const struct route account_routes[] = {
	{ API_POST, "staff/sign-in", ROUTE_PUBLIC, RECORD(SIGN_IN), read_sign_in,
		ask_name, answer_name, refused_sign_in },
	{ API_POST, "staff/sign-out", ROUTE_STAFF | ROUTE_EVEN_LOCKED, RECORD(SIGN_OUT),
		NULL, ask_sign_out, answer_sign_out, NULL },
	{ API_POST, "staff/unlock", ROUTE_STAFF | ROUTE_EVEN_LOCKED, RECORD(SIGN_IN),
		read_unlock, NULL, answer_unlock, refused_sign_in },
	{ API_GET, "staff/me", ROUTE_STAFF,
		NO_RECORD("her own first name and team, nothing of a citizen"), NULL,
		NULL, answer_me, NULL },
	{ API_GET, "staff/colleagues", ROUTE_STAFF,
		NO_RECORD("first names of her own team, nothing of a citizen"), NULL,
		ask_colleagues, answer_colleagues, NULL },
	{ .path = NULL },
};
