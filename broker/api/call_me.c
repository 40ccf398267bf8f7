/* SPDX-License-Identifier: MPL-2.0
 *
 * *Ring til mig*, and what a device that has a seat already asks: what its meeting looks
 * like now, and to be forgotten.
 */
#include "link.h"
#include "samtale/api/field.h"

#include "samtale/base/fault.h"

/* -- decoding -------------------------------------------------------------------------
 */

static void read_seat(struct call *c)
{
	struct bytes seat = jin_text(&c->in, "seat", 1, SEAT_TEXT - 1);

	if (jin_ok(&c->in) && !bytes_to_str(seat, c->link.seat, sizeof(c->link.seat)))
		jin_refuse(&c->in, "seat");
	if (!c->has_device)
		call_refuse(c, 404, "link_unknown");
}

static void read_call_me(struct call *c)
{
	struct bytes phone = jin_text_or_empty(&c->in, "phone", 40);

	c->link.cancel = jin_has(&c->in, "cancel") && jin_bool(&c->in, "cancel");
	if (jin_has(&c->in, "seat"))
		read_seat(c);
	else
		link_read_token(c);
	if (phone.len && !field_phone(phone, c->link.phone))
		call_refuse_field(c, 422, "phone_bad", "phone");
}

/* -- the seat -------------------------------------------------------------------------
 */

static int ask_row_again(struct call *c, struct store *s)
{
	int r = s->meeting->get(s, c->id, &c->row);

	if (r < 0)
		return fault_pass(r);
	if (r != 0)
		return link_unknown(c);
	return link_ask_around(c, s);
}

static void seat_found(void *arg, int result, const struct booking *row, unsigned entry)
{
	struct call *c = arg;

	(void)entry;
	if (result != 0) {
		link_house_refuse(c, result);
		call_send(c);
		return;
	}
	c->id = row->id;
	call_again(c, ask_row_again, link_answer_peek);
}

static void answer_seat_peek(struct call *c)
{
	house_seat_find(
		c->api->parts.house, bytes_str(c->link.seat), &c->device, seat_found, c);
}

static void called(void *arg, int result, const struct house_called *called)
{
	struct call *c = arg;

	if (result != 0) {
		link_house_refuse(c, result);
	} else {
		struct jout *o = call_body(c, 256);

		jout_str(o, "last2", called->last2);
		jout_bool(o, "given", called->given);
		jout_bool(o, "asked", called->asked);
	}
	call_send(c);
}

static void ask_for_call(struct call *c, unsigned entry)
{
	struct house_call ask = {
		.meeting = c->id, .entry = entry, .cancel = c->link.cancel
	};

	if (!call_may_try(c, THROTTLE_CALL_MEETING, (uint64_t)c->id)) {
		call_send(c);
		return;
	}
	call_charge(c, THROTTLE_CALL_MEETING, (uint64_t)c->id);
	memcpy(ask.phone, c->link.phone, sizeof(ask.phone));
	house_call_me(c->api->parts.house, &ask, called, c);
}

static void call_seat_found(
	void *arg, int result, const struct booking *row, unsigned entry)
{
	struct call *c = arg;

	if (result != 0) {
		link_house_refuse(c, result);
		call_send(c);
		return;
	}
	c->id = row->id;
	ask_for_call(c, entry);
}

static void answer_call_token(struct call *c)
{
	c->id = c->row.id;
	ask_for_call(c, 0);
}

static void answer_call_me(struct call *c)
{
	if (c->link.seat[0])
		house_seat_find(c->api->parts.house, bytes_str(c->link.seat), &c->device,
			call_seat_found, c);
	else
		call_again(c, link_ask_token, answer_call_token);
}

static void answer_forget(struct call *c)
{
	if (c->has_device)
		house_forget_device(c->api->parts.house, &c->device);
	call_cookie(c, "__Host-device", "", 0);
	call_send(c);
}

const struct route seat_routes[] = {
	{ API_POST, "link/call-me", ROUTE_PUBLIC, RECORD(CALL_ASKED), read_call_me, NULL,
		answer_call_me, link_refused },
	{ API_POST, "seat/peek", ROUTE_PUBLIC, RECORD(KEY_OPENED), read_seat, NULL,
		answer_seat_peek, NULL },
	{ API_POST, "device/forget", ROUTE_PUBLIC,
		NO_RECORD("the citizen has her own device forgotten; nothing is shown"),
		NULL, NULL, answer_forget, NULL },
	{ .path = NULL },
};
