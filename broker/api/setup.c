/* SPDX-License-Identifier: MPL-2.0
 *
 * The one-time set-up link of an account: the person sets password and authenticator
 * herself, so nobody in IT ever sees either. The link works until it was used to the end.
 */
#include "call.h"

#include "samtale/base/fault.h"

#include <errno.h>

static void read_token(struct call *c)
{
	struct bytes token = jin_text(&c->in, "token", 1, 200);

	c->account.has_setup =
		token_hash(c->api->parts.node, TOKEN_SETUP, token, &c->account.setup);
	(void)call_may_try(c, THROTTLE_SETUP_PREFIX, c->prefix);
}

static void read_finish(struct call *c)
{
	read_token(c);
	account_read_code(c);
	c->account.password = jin_blob(&c->in, "password", LIMIT_PASSWORD);
	if (jin_ok(&c->in) && c->account.password.len < LIMIT_PASSWORD_MIN)
		call_refuse_field(c, 422, "password_weak", "password");
}

static void refused(struct call *c)
{
	if (c->status == 404 || c->status == 422)
		call_charge(c, THROTTLE_SETUP_PREFIX, c->prefix);
}

static int note_set_up(struct call *c, enum audit_outcome outcome, bool to_the_end)
{
	const struct audit_event e = {
		.what = AUDIT_ACCOUNT_SET_UP,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = outcome,
		.role = AUDIT_CONSULTANT,
		.actor = (uint32_t)c->other.id,
		.subject = (uint32_t)c->other.id,
		.value = to_the_end,
	};

	return call_recorded(c, audit_note(c->api->parts.audit, &e));
}

/* Worker. A refusal is on record before it is told. */
static int refuse(struct call *c, bool to_the_end)
{
	if (note_set_up(c, AUDIT_REFUSED, to_the_end) != 0)
		return CALL_E_REFUSED;
	if (to_the_end)
		call_refuse_field(c, 422, "code_wrong", "code");
	else
		call_refuse(c, 404, "setup_unknown");
	return CALL_E_REFUSED;
}

static int ask_account(struct call *c, struct store *s)
{
	int r = c->account.has_setup ? s->user->by_setup(s, &c->account.setup, &c->other)
				     : STORE_E_NONE;

	if (r < 0)
		return fault_pass(r);
	if (r == 0 && !c->other.disabled && c->other.setup_expires_ms > clock_utc_ms())
		return 0;
	return refuse(c, false);
}

/* -- first step: whose link it is, and a secret for the authenticator ------------------
 */

static int ask_start(struct call *c, struct store *s)
{
	const struct node_key *node = c->api->parts.node;
	wiped(struct totp_secret, secret);
	struct writer uri;
	int r = ask_account(c, s);

	if (r == 0)
		r = note_set_up(c, AUDIT_DONE, false);
	if (r != 0 || !c->api->parts.settings->staff_totp)
		return r;
	if (c->other.totp.len &&
		totp_open(node, c->other.id, &c->other.totp, &secret) == 0) {
		r = 0; /* opened a second time: the same secret, as already scanned */
	} else {
		totp_random(&secret);
		r = totp_seal(node, c->other.id, &secret, &c->other.totp);
		if (r == 0)
			r = s->user->update(s, &c->other);
	}
	if (r != 0)
		return fault_fold(r);
	totp_base32(&secret, c->texts[0]);
	uri = writer_of(c->uri, sizeof(c->uri) - 1);
	totp_uri(&uri, c->api->parts.settings->org_name, c->other.name, &secret);
	return writer_ok(&uri) ? 0 : fault_here(EMSGSIZE);
}

static void answer_start(struct call *c)
{
	struct jout *o = call_body(c, 2048);

	jout_str(o, "username", c->other.name);
	jout_str(o, "given_name", c->other.given);
	jout_bool(o, "totp", c->api->parts.settings->staff_totp);
	jout_str(o, "secret", c->texts[0]);
	jout_str(o, "uri", c->uri);
	call_send(c);
}

/* -- last step ------------------------------------------------------------------------
 */

/* The code of the authenticator, checked before the password is hashed and again after.
 */
static int ask_code(struct call *c, struct store *s)
{
	wiped(struct totp_secret, secret);
	int64_t step;
	int r = ask_account(c, s);

	if (r != 0 || !c->api->parts.settings->staff_totp)
		return r;
	if (c->other.totp.len &&
		totp_open(c->api->parts.node, c->other.id, &c->other.totp, &secret) ==
			0 &&
		totp_is_right(
			&secret, bytes_str(c->account.code), clock_utc_ms(), 0, &step)) {
		c->other.totp_last_step = step;
		return 0;
	}
	return refuse(c, true);
}

static int ask_store_account(struct call *c, struct store *s)
{
	int64_t step = c->other.totp_last_step;
	char codes[RECOVERY_CODES][RECOVERY_TEXT];
	struct user *u = &c->other;
	int r = ask_account(c, s);

	if (r != 0)
		return r;
	u->totp_last_step = step;
	memcpy(u->password, c->account.password_hash, sizeof(u->password));
	recovery_make(c->api->parts.node, u->id, codes, u->recovery);
	u->recovery_n = RECOVERY_CODES;
	u->has_setup = false;
	u->failures = 0;
	u->locked_until_ms = 0;
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		memcpy(c->texts[i], codes[i], RECOVERY_TEXT);
	secret_wipe(codes, sizeof(codes));
	r = note_set_up(c, AUDIT_DONE, true);
	if (r != 0)
		return r;
	r = s->user->update(s, u);
	if (r == 0)
		r = s->staff_session->drop_of_user(s, u->id, NULL);
	return r == 0 ? 0 : fault_fold(r);
}

static void answer_finish(struct call *c)
{
	struct jout *o = call_body(c, 1024);

	house_user_gone(c->api->parts.house, c->other.id);
	jout_array(o, "recovery");
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		jout_str(o, NULL, c->texts[i]);
	jout_end_array(o);
	call_send(c);
}

static void hashed(void *arg, const char *hash)
{
	struct call *c = arg;

	if (!hash || !bytes_to_str(bytes_str(hash), c->account.password_hash,
			     sizeof(c->account.password_hash))) {
		call_fault(c, -ENOMEM);
		call_send(c);
		return;
	}
	call_again(c, ask_store_account, answer_finish);
}

static void answer_code(struct call *c)
{
	if (password_make(
		    c->api->parts.password_worker, c->account.password, hashed, c) == 0)
		return;
	c->retry_after_s = 3;
	call_refuse(c, 503, "busy");
	call_send(c);
}

const struct route setup_routes[] = {
	{ API_POST, "staff/setup/start", ROUTE_PUBLIC, RECORD(ACCOUNT_SET_UP), read_token,
		ask_start, answer_start, refused },
	{ API_POST, "staff/setup/finish", ROUTE_PUBLIC, RECORD(ACCOUNT_SET_UP),
		read_finish, ask_code, answer_code, refused },
	{ .path = NULL },
};
