/* SPDX-License-Identifier: MPL-2.0
 *
 * Making, editing and moving a booking. What names the citizen is sealed under the
 * meeting's own keys before it reaches the store; a CPR number is refused in free text.
 */
#include "call.h"

#include "booking.h"
#include "samtale/api/field.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define NUMBER_TRIES 8

/* -- decoding -------------------------------------------------------------------------
 */

static uint8_t word(struct call *c, const char *field, const char *const *table, size_t n)
{
	return (uint8_t)jin_word(&c->in, field, table, n);
}

static void read_free_text(struct call *c, const char *field, size_t max, char *ret)
{
	struct bytes text = jin_text_or_empty(&c->in, field, max);

	if (!bytes_to_str(text, ret, max + 1))
		jin_refuse(&c->in, field);
	else if (field_has_cpr(text))
		call_refuse_field(c, 422, "cpr_in_field", field);
}

static void read_number(struct call *c, const char *field, char ret[LIMIT_PHONE + 1])
{
	struct bytes text = jin_text_or_empty(&c->in, field, 40);

	if (text.len && !field_phone(text, ret))
		call_refuse_field(c, 422, "phone_bad", field);
}

static void read_booking(struct call *c)
{
	struct booking_ask *b = &c->booking;

	b->now = jin_has(&c->in, "now") && jin_bool(&c->in, "now");
	b->minutes = (uint32_t)jin_int(&c->in, "minutes", 5, 240);
	b->form = word(c, "form", form_names, ARRAY_LEN(form_names));
	b->chosen_by = word(c, "chosen_by", choice_names, ARRAY_LEN(choice_names));
	b->way = word(c, "way", way_names, WAY_COUNT);
	b->language = word(c, "language", language_names, ARRAY_LEN(language_names));
	b->pin = jin_has(&c->in, "pin") && jin_bool(&c->in, "pin");
	read_free_text(c, "label", LIMIT_LABEL, b->label);
	read_free_text(c, "case_ref", LIMIT_CASE_REF, b->case_ref);
	b->has_phone = jin_has(&c->in, "phone");
	read_number(c, "phone", b->phone);
	read_number(c, "contact_phone", b->contact_phone);
	if (!b->now)
		b->starts_ms = jin_int(&c->in, "starts", 0, INT64_MAX / 2);
}

static void read_create(struct call *c)
{
	int64_t now = clock_utc_ms();

	read_booking(c);
	if (c->booking.now)
		c->booking.starts_ms = now;
	if (jin_ok(&c->in) && (c->booking.starts_ms < now - 12 * MS_HOUR ||
				      c->booking.starts_ms > now + 400 * MS_DAY))
		call_refuse_field(c, 422, "time_past", "starts");
}

static void read_patch(struct call *c)
{
	read_booking(c);
	c->booking.version = jin_int(&c->in, "version", 0, INT64_MAX);
}

/* -- sealing --------------------------------------------------------------------------
 */

static int seal_contact(struct call *c, const struct meeting_keys *k, struct booking *b)
{
	const struct booking_ask *ask = &c->booking;
	int r = seal_text(&k->ck, SEAL_MEETING_LABEL, b->id, ask->label, &b->label);

	if (r == 0)
		r = seal_text(
			&k->ck, SEAL_MEETING_WAY, b->id, way_names[ask->way], &b->way);
	if (r == 0 && ask->has_phone) {
		r = seal_text(&k->ck, SEAL_MEETING_PHONE, b->id, ask->phone, &b->phone);
		b->has_phone_tag = phone_tag(
			c->api->parts.node, bytes_str(ask->phone), &b->phone_tag);
		b->phone_by_citizen = false;
	}
	return r == 0 ? 0 : fault_fold(r);
}

static int seal_case(struct call *c, const struct meeting_keys *k, struct booking *b)
{
	int r;

	b->has_case = case_tag(
		c->api->parts.node, bytes_str(c->booking.case_ref), &b->case_tag);
	r = seal_text(
		&k->mk, SEAL_MEETING_CASE, b->id, c->booking.case_ref, &b->case_ref);
	return r == 0 ? 0 : fault_fold(r);
}

int booking_make_link(struct call *c, const struct meeting_keys *k, struct booking *b)
{
	wiped_buf(token, TOKEN_SHORT_TEXT);
	wiped_buf(pin, PIN_TEXT);

	link_token_make(&k->ck, b->link_generation, (char *)token);
	pin_make(&k->ck, b->link_generation, (char *)pin);
	b->has_link = true;
	if (!token_hash(
		    c->api->parts.node, TOKEN_LINK, bytes_str((char *)token), &b->link) ||
		!pin_hash(c->api->parts.node, b->id, bytes_str((char *)pin), &b->pin))
		return fault_here(EIO);
	return 0;
}

void booking_touch(struct booking *b)
{
	int64_t now = clock_utc_ms();

	b->changed_ms = now > b->changed_ms ? now : b->changed_ms + 1;
}

static void take_fields(struct call *c, struct booking *b)
{
	const struct booking_ask *ask = &c->booking;

	b->starts_ms = ask->starts_ms;
	b->minutes = ask->minutes;
	b->form = ask->form;
	b->chosen_by = ask->chosen_by;
	b->pin_required = ask->pin;
	booking_touch(b);
	memcpy(b->contact_phone, ask->contact_phone, sizeof(b->contact_phone));
	memcpy(b->language, language_names[ask->language], 3);
}

/* -- making ---------------------------------------------------------------------------
 */

static int insert_with_number(struct store *s, struct booking *b)
{
	int r = STORE_E_TAKEN;

	for (int i = 0; i < NUMBER_TRIES && r == STORE_E_TAKEN; i++) {
		b->number = meeting_number_random();
		r = s->meeting->insert(s, b);
	}
	return r == 0 ? 0 : fault_fold(r);
}

static int ask_create(struct call *c, struct store *s)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct booking *b = &c->row;
	struct vault_use use = { VAULT_BOOK, c->user.id, &b->id, 1 };
	int r;

	*b = (struct booking){ .id = random_id(),
		.owner = c->user.id,
		.state = BOOKING_BOOKED,
		.created_ms = clock_utc_ms() };
	memcpy(b->team, c->user.team, sizeof(b->team));
	take_fields(c, b);
	c->booking.has_phone = true; /* absent: none */
	r = call_recorded(c, vault_create_here(c->api->parts.vault, &use,
				     bytes_str(c->booking.case_ref), &keys));
	/* The vault has KEY_MADE on record; what names the meeting is sealed under the
	 * key that it made, so it comes second. */
	if (r == 0 && !c->error)
		r = call_note(c, AUDIT_MEETING_CREATED, AUDIT_FOR_OWN_MEETING, b->id, 0);
	if (c->error)
		return r;
	if (r == 0)
		r = seal_contact(c, keys, b);
	if (r == 0)
		r = seal_case(c, keys, b);
	if (r == 0)
		r = booking_make_link(c, keys, b);
	if (r == 0)
		r = insert_with_number(s, b);
	if (r != 0)
		return fault_fold(r);
	return invitation_open(c, s, keys);
}

static void answer_create(struct call *c)
{
	struct jout *o = call_body(c, CARD_JSON_MAX + INVITATION_JSON_MAX);

	house_booking_changed(c->api->parts.house, &c->row);
	card_write(c, &c->cards.at[0], "card", o);
	invitation_write(c, o);
	call_send(c);
}

/* -- changing -------------------------------------------------------------------------
 */

int booking_conflict(struct call *c)
{
	call_refuse(c, 409, "changed");
	return CALL_E_REFUSED;
}

static int may_change(struct call *c)
{
	if (c->row.changed_ms != c->booking.version)
		return booking_conflict(c);
	if (c->row.state == BOOKING_ENDED) {
		call_refuse(c, 409, "ended");
		return CALL_E_REFUSED;
	}
	return 0;
}

/* In the vault too, which must find a case's meetings by itself. */
static int change_case(struct call *c, const struct meeting_keys *k, struct booking *b)
{
	struct vault_use use = { VAULT_CHANGE, c->user.id, &c->id, 1 };
	struct token_hash old = b->case_tag;
	bool had = b->has_case;
	int r = seal_case(c, k, b);

	if (r != 0 || (had == b->has_case &&
			      (!had || memcmp(&old, &b->case_tag, sizeof(old)) == 0)))
		return fault_fold(r);
	return call_recorded(c, vault_set_case_here(c->api->parts.vault, &use,
					bytes_str(c->booking.case_ref)));
}

static int ask_patch(struct call *c, struct store *s)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct booking *b = &c->row;
	struct vault_use use = { VAULT_CHANGE, c->user.id, &c->id, 1 };
	int r = card_reach(c, s, REACH_OWN);
	bool moved;

	if (r == 0)
		r = may_change(c);
	if (r != 0)
		return r;
	moved = b->starts_ms != c->booking.starts_ms;
	take_fields(c, b);
	r = call_note(c, moved ? AUDIT_MEETING_MOVED : AUDIT_MEETING_CHANGED,
		AUDIT_FOR_OWN_MEETING, b->id, c->booking.has_phone);
	if (r == 0)
		r = call_recorded(c, vault_open_here(c->api->parts.vault, &use, &keys));
	if (r == 0 && keys->has_ck)
		r = seal_contact(c, keys, b);
	if (r == 0 && keys->has_mk)
		r = change_case(c, keys, b);
	if (c->error)
		return r;
	if (r == 0)
		r = s->meeting->update(s, b);
	if (r == STORE_E_CONFLICT)
		return booking_conflict(c);
	if (r != 0)
		return fault_fold(r);
	return card_open_with(c, s, keys);
}

static void answer_patch(struct call *c)
{
	house_booking_changed(c->api->parts.house, &c->row);
	call_answer_card(c);
}

const struct route booking_routes[] = {
	{ API_POST, "staff/meetings", ROUTE_STAFF, RECORD(MEETING_CREATED), read_create,
		ask_create, answer_create, NULL },
	{ API_PATCH, "staff/meetings/{id}", ROUTE_STAFF, RECORD(MEETING_CHANGED),
		read_patch, ask_patch, answer_patch, NULL },
	{ .path = NULL },
};
