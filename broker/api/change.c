/* SPDX-License-Identifier: MPL-2.0
 *
 * What is done to a booking: cancel and its undo, a new link, showing link and number,
 * take-over, hand-over, summary, and the self-test of the consultant's computer.
 */
#include "booking.h"

#include "samtale/api/field.h"
#include "samtale/base/fault.h"

#include <stdlib.h>

enum { NUMBER_TEXT }; /* place in call.texts */

static void read_version(struct call *c)
{
	c->booking.version = jin_int(&c->in, "version", 0, INT64_MAX);
}

/* Own booking, newest version, in one of the states of the mask (1 << state). */
static int own_newest(struct call *c, struct store *s, unsigned states)
{
	int r = card_reach(c, s, REACH_OWN);

	if (r != 0)
		return r;
	if (c->row.changed_ms != c->booking.version)
		return booking_conflict(c);
	if (states & (1u << c->row.state))
		return 0;
	call_refuse(c, 409, c->row.state == BOOKING_ENDED ? "ended" : "running");
	return CALL_E_REFUSED;
}

static int update(struct call *c, struct store *s)
{
	int r;

	booking_touch(&c->row);
	r = s->meeting->update(s, &c->row);
	if (r == STORE_E_CONFLICT)
		return booking_conflict(c);
	return r == 0 ? 0 : fault_fold(r);
}

#define BEFORE_TALK ((1u << BOOKING_BOOKED) | (1u << BOOKING_OPEN))

/* -- cancel, restore ------------------------------------------------------------------
 */

static int ask_cancel(struct call *c, struct store *s)
{
	int r = own_newest(c, s, BEFORE_TALK);

	if (r == 0)
		r = call_note(
			c, AUDIT_MEETING_CANCELLED, AUDIT_FOR_OWN_MEETING, c->id, 0);
	if (r != 0)
		return r;
	c->row.state = BOOKING_ENDED;
	c->row.outcome = BOOKING_CANCELLED;
	c->row.ended_ms = clock_utc_ms();
	r = update(c, s);
	return r == 0 ? cards_open(c, s, VAULT_CHANGE, &c->row, 1) : r;
}

static void answer_cancel(struct call *c)
{
	house_cancelled(c->api->parts.house, &c->row);
	call_answer_card(c);
}

static int ask_restore(struct call *c, struct store *s)
{
	int r = own_newest(c, s, 1u << BOOKING_ENDED);

	if (r != 0)
		return r;
	if (c->row.outcome != BOOKING_CANCELLED || c->row.contact_gone) {
		call_refuse(c, 409, "ended");
		return CALL_E_REFUSED;
	}
	r = call_note(c, AUDIT_MEETING_RESTORED, AUDIT_FOR_OWN_MEETING, c->id, 0);
	if (r != 0)
		return r;
	c->row.state = BOOKING_BOOKED;
	c->row.outcome = BOOKING_NO_OUTCOME;
	c->row.ended_ms = 0;
	r = update(c, s);
	return r == 0 ? cards_open(c, s, VAULT_CHANGE, &c->row, 1) : r;
}

static void answer_restored(struct call *c)
{
	house_restored(c->api->parts.house, &c->row);
	call_answer_card(c);
}

/* -- link and invitation --------------------------------------------------------------
 */

static int ask_new_link(struct call *c, struct store *s)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_LINK, c->user.id, &c->id, 1 };
	int r = own_newest(c, s, ~(1u << BOOKING_ENDED));

	if (r == 0)
		r = call_note(c, AUDIT_LINK_RENEWED, AUDIT_FOR_OWN_MEETING, c->id, 0);
	if (r == 0)
		r = call_recorded(c, vault_open_here(c->api->parts.vault, &use, &keys));
	if (r != 0)
		return r;
	if (!keys->has_ck) {
		call_refuse(c, 410, "gone");
		return CALL_E_REFUSED;
	}
	c->row.link_generation++;
	r = booking_make_link(c, keys, &c->row);
	if (r == 0)
		r = update(c, s);
	return r == 0 ? invitation_open(c, s, keys) : r;
}

static void write_invitation(struct call *c)
{
	struct jout *o = call_body(c, CARD_JSON_MAX + INVITATION_JSON_MAX);

	card_write(c, &c->cards.at[0], "card", o);
	invitation_write(c, o);
	call_send(c);
}

static void answer_new_link(struct call *c)
{
	house_new_link(c->api->parts.house, &c->row);
	write_invitation(c);
}

static int ask_invitation(struct call *c, struct store *s)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_LINK, c->user.id, &c->id, 1 };
	int r = card_reach(c, s, REACH_TEAM);

	if (r == 0)
		r = call_note(c, AUDIT_INVITATION_SHOWN, call_purpose(c), c->id, 0);
	if (r == 0)
		r = call_recorded(c, vault_open_here(c->api->parts.vault, &use, &keys));
	return r == 0 ? invitation_open(c, s, keys) : r;
}

/* -- the citizen's number -------------------------------------------------------------
 */

static void read_purpose(struct call *c)
{
	static const char *const words[] = { "call", "check" };

	c->choice = jin_word(&c->in, "purpose", words, ARRAY_LEN(words));
}

static int ask_number(struct call *c, struct store *s)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_CALL, c->user.id, &c->id, 1 };
	char text[OPEN_TEXT_CAP];
	int r = card_reach(c, s, REACH_OWN);

	if (r == 0)
		r = call_note(c, c->choice ? AUDIT_NUMBER_AVAILABLE : AUDIT_NUMBER_SHOWN,
			AUDIT_FOR_OWN_MEETING, c->id, 0);
	if (r == 0)
		r = call_recorded(c, vault_open_here(c->api->parts.vault, &use, &keys));
	if (r != 0)
		return r;
	if (!keys->has_ck) {
		call_refuse(c, 410, "gone");
		return CALL_E_REFUSED;
	}
	r = open_text(&keys->ck, SEAL_MEETING_PHONE, c->id, &c->row.phone, text);
	if (r < 0)
		return fault_pass(r);
	if (r != 0 || !text[0]) {
		call_refuse(c, 404, "no_number");
		return CALL_E_REFUSED;
	}
	r = call_keep_text(c, NUMBER_TEXT, text);
	secret_wipe(text, sizeof(text));
	return r;
}

static void answer_number(struct call *c)
{
	struct jout *o = call_body(c, 128);

	jout_str(o, "phone", c->texts[NUMBER_TEXT]);
	jout_bool(o, "given", c->row.phone_by_citizen);
	call_send(c);
}

/* -- take over, hand over -------------------------------------------------------------
 */

static void read_take_over(struct call *c)
{
	static const char *const words[] = { "absence", "agreed", "urgent" };

	c->choice = jin_word(&c->in, "purpose", words, ARRAY_LEN(words));
}

static int give_to(struct call *c, struct store *s, int64_t user)
{
	int r;

	c->former_owner = c->row.owner;
	c->row.owner = user;
	r = update(c, s);
	return r == 0 ? cards_open(c, s, VAULT_TAKE_OVER, &c->row, 1) : r;
}

static int ask_take_over(struct call *c, struct store *s)
{
	int r = card_reach(c, s, REACH_TEAM);

	if (r == 0)
		r = call_note(c, AUDIT_TAKEN_OVER, AUDIT_FOR_COLLEAGUE, c->id,
			(uint32_t)c->choice);
	return r == 0 ? give_to(c, s, c->user.id) : r;
}

static void read_hand_over(struct call *c)
{
	c->choice = jin_id(&c->in, "user");
}

static int ask_hand_over(struct call *c, struct store *s)
{
	int r = card_reach(c, s, REACH_OWN);

	if (r != 0)
		return r;
	r = s->user->by_id(s, c->choice, &c->other);
	if (r < 0)
		return fault_pass(r);
	if (r != 0 || c->other.disabled || strcmp(c->other.team, c->row.team) != 0) {
		call_refuse_field(c, 404, "not_found", "user");
		return CALL_E_REFUSED;
	}
	r = call_note(c, AUDIT_HANDED_OVER, AUDIT_FOR_COLLEAGUE, c->id, 0);
	return r == 0 ? give_to(c, s, c->choice) : r;
}

static void answer_owner(struct call *c)
{
	house_owner_changed(c->api->parts.house, &c->row, c->former_owner);
	call_answer_card(c);
}

/* -- summary, self-test ---------------------------------------------------------------
 */

static int ask_summary(struct call *c, struct store *s)
{
	int r = card_reach(c, s, REACH_TEAM);

	if (r != 0)
		return r;
	return call_note(c, AUDIT_RECORD_READ, call_purpose(c), c->id, 0);
}

static void summarised(void *arg, int result, struct bytes json)
{
	struct call *c = arg;

	if (result < 0)
		call_fault(c, result);
	else if (result == HOUSE_E_BUSY)
		call_refuse(c, 503, "busy");
	else if (result == HOUSE_E_NOT_RECORDED)
		call_refuse(c, 503, "not_recorded");
	else if (result != 0)
		call_refuse(c, 409, "not_ended");
	else
		jout_raw(call_body(c, json.len + 64), "summary", json);
	call_send(c);
}

static void answer_summary(struct call *c)
{
	house_summary(c->api->parts.house, c->id, c->user.id, summarised, c);
}

static void answer_check(struct call *c)
{
	house_servers_write(c->api->parts.house, call_body(c, 4096));
	call_send(c);
}

const struct route change_routes[] = {
	{ API_POST, "staff/meetings/{id}/cancel", ROUTE_STAFF, RECORD(MEETING_CANCELLED),
		read_version, ask_cancel, answer_cancel, NULL },
	{ API_POST, "staff/meetings/{id}/restore", ROUTE_STAFF, RECORD(MEETING_RESTORED),
		read_version, ask_restore, answer_restored, NULL },
	{ API_POST, "staff/meetings/{id}/link", ROUTE_STAFF, RECORD(LINK_RENEWED),
		read_version, ask_new_link, answer_new_link, NULL },
	{ API_GET, "staff/meetings/{id}/invitation", ROUTE_STAFF,
		RECORD(INVITATION_SHOWN), NULL, ask_invitation, write_invitation, NULL },
	{ API_POST, "staff/meetings/{id}/number", ROUTE_STAFF, RECORD(NUMBER_SHOWN),
		read_purpose, ask_number, answer_number, NULL },
	{ API_POST, "staff/meetings/{id}/take-over", ROUTE_STAFF, RECORD(TAKEN_OVER),
		read_take_over, ask_take_over, answer_owner, NULL },
	{ API_POST, "staff/meetings/{id}/hand-over", ROUTE_STAFF, RECORD(HANDED_OVER),
		read_hand_over, ask_hand_over, answer_owner, NULL },
	{ API_GET, "staff/meetings/{id}/summary", ROUTE_STAFF, RECORD(RECORD_READ), NULL,
		ask_summary, answer_summary, NULL },
	{ API_POST, "staff/check", ROUTE_STAFF,
		NO_RECORD("names of our own servers for a test of her computer"), NULL,
		NULL, answer_check, NULL },
	{ .path = NULL },
};
