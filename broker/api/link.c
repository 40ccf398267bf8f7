/* SPDX-License-Identifier: MPL-2.0
 *
 * What a citizen asks before there is a WebSocket: peek, redeem, digits, call me. A wrong
 * token, a replaced one and one that is over get the same answer by the same way.
 */
#include "call.h"

#include "field.h"

#include "samtale/base/fault.h"

#define PEEK_BODY       1536
#define DEVICE_COOKIE_S ((int64_t)183 * 24 * 3600)

static uint64_t key_of(const struct token_hash *h)
{
	uint64_t k;

	memcpy(&k, h->at, sizeof(k));
	return k;
}

static uint64_t number_key(struct call *c)
{
	struct token_hash h;

	number_hash(c->api->parts.node, c->link.number, &h);
	return key_of(&h);
}

/* -- decoding -------------------------------------------------------------------------
 */

static void read_token(struct call *c)
{
	struct bytes text = jin_text(&c->in, "token", 1, 200);

	if (!call_may_try(c, THROTTLE_LINK_PREFIX, c->prefix))
		return;
	c->link.has_token =
		token_hash(c->api->parts.node, TOKEN_LINK, text, &c->link.token);
}

static void read_pin(struct call *c, bool needed)
{
	struct bytes pin;

	if (!needed && !jin_has(&c->in, "pin"))
		return;
	pin = jin_text(&c->in, "pin", 1, 32);
	c->link.has_pin = bytes_to_str(pin, c->link.pin, sizeof(c->link.pin));
}

static void read_redeem(struct call *c)
{
	read_token(c);
	read_pin(c, false);
}

static void read_digits(struct call *c)
{
	struct bytes number = jin_text(&c->in, "number", 1, 32);
	uint64_t n = 0;

	read_pin(c, true);
	if (bytes_to_u64(number, 99999999, &n))
		c->link.number = (uint32_t)n;
	if (call_may_try(c, THROTTLE_DIGITS_MEETING, number_key(c)) &&
		call_may_try(c, THROTTLE_DIGITS_PREFIX, c->prefix))
		(void)call_may_try(c, THROTTLE_DIGITS_ALL, 0);
}

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
		read_token(c);
	if (phone.len && !field_phone(phone, c->link.phone))
		call_refuse_field(c, 422, "phone_bad", "phone");
}

/* -- finding --------------------------------------------------------------------------
 */

static int unknown(struct call *c)
{
	call_refuse(c, 404, "link_unknown");
	return CALL_E_REFUSED;
}

/* The row's owner and what of the contact data the citizen's page shows. */
static int ask_around(struct call *c, struct store *s)
{
	int r = s->user->by_id(s, c->row.owner, &c->other);

	if (r < 0)
		return fault_pass(r);
	r = cards_open(c, s, VAULT_LINK, &c->row, 1);
	return r < 0 ? fault_pass(r) : 0;
}

static int ask_token(struct call *c, struct store *s)
{
	int r = c->link.has_token ? s->meeting->by_link(s, &c->link.token, &c->row)
				  : STORE_E_NONE;

	if (r < 0)
		return fault_pass(r);
	if (r != 0 || c->row.outcome == BOOKING_CANCELLED)
		return unknown(c);
	return ask_around(c, s);
}

static int ask_digits(struct call *c, struct store *s)
{
	struct token_hash given;
	int r = s->meeting->by_number(s, c->link.number, &c->row);

	if (r < 0)
		return fault_pass(r);
	/* An unknown number hashes against nothing, in the same time. */
	if (!pin_hash(c->api->parts.node, c->row.id, bytes_str(c->link.pin), &given))
		return unknown(c);
	if (r != 0 || !c->row.has_link || c->row.outcome == BOOKING_CANCELLED ||
		!secret_equal(bytes_of(&given, sizeof(given)),
			bytes_of(&c->row.pin, sizeof(c->row.pin))))
		return unknown(c);
	return ask_around(c, s);
}

static int ask_row_again(struct call *c, struct store *s)
{
	int r = s->meeting->get(s, c->id, &c->row);

	if (r < 0)
		return fault_pass(r);
	if (r != 0)
		return unknown(c);
	return ask_around(c, s);
}

/* Only what was looked up and not found counts. */
static void refused_token(struct call *c)
{
	if (c->status == 404)
		call_charge(c, THROTTLE_LINK_PREFIX, c->prefix);
}

static void refused_digits(struct call *c)
{
	if (c->status != 404)
		return;
	call_charge(c, THROTTLE_DIGITS_MEETING, number_key(c));
	call_charge(c, THROTTLE_DIGITS_PREFIX, c->prefix);
	call_charge(c, THROTTLE_DIGITS_ALL, 0);
}

/* -- answering ------------------------------------------------------------------------
 */

static const char *when_word(struct call *c, const struct house_glance *g)
{
	const struct settings *s = c->api->parts.settings;
	int64_t now = clock_utc_ms();
	int64_t end = g->starts_ms + (int64_t)c->row.minutes * MS_MINUTE;

	if (g->ended_ms > end)
		end = g->ended_ms;
	if (g->phase == BOOKING_LIVE || g->phase == BOOKING_PAUSED)
		return "now";
	if (now < g->starts_ms - s->meeting_open_before_minutes * MS_MINUTE)
		return "early";
	if (g->phase == BOOKING_ENDED ||
		now > end + s->meeting_open_after_minutes * MS_MINUTE)
		return "over";
	return "now";
}

static void peek_fields(struct call *c, struct jout *o)
{
	const struct settings *s = c->api->parts.settings;
	const struct card *card = &c->cards.at[0];
	struct house_glance g;
	char call[OPEN_TEXT_CAP];

	house_glance(c->api->parts.house, &c->row, &g);
	card_call_number(c->api, &c->row, c->other.id ? &c->other : NULL, call);
	jout_object(o, "org");
	jout_str(o, "name", s->org_name);
	jout_str(o, "phone", s->org_phone);
	jout_end_object(o);
	jout_str(o, "consultant", c->other.given);
	jout_int(o, "starts", g.starts_ms);
	jout_int(o, "minutes", c->row.minutes);
	jout_word(o, "booked_form", form_names[c->row.form]);
	jout_word(o, "way", way_names[card->way]);
	jout_str(o, "language", c->row.language);
	jout_word(o, "when", when_word(c, &g));
	jout_word(o, "phase", state_names[g.phase]);
	jout_bool(o, "pin", c->row.pin_required);
	jout_int(o, "late_minutes", g.late_minutes);
	jout_object(o, "call");
	jout_str(o, "number", call);
	jout_str(o, "last2", card->last2);
	jout_bool(o, "asked", g.call_asked);
	jout_end_object(o);
	jout_int(o, "now", clock_utc_ms());
	jout_bool(o, "trial", c->api->parts.trial);
}

static void answer_peek(struct call *c)
{
	peek_fields(c, call_body(c, PEEK_BODY));
	call_send(c);
}

static void new_device(struct call *c)
{
	char text[TOKEN_LONG_TEXT];

	token_random(TOKEN_DEVICE, text, sizeof(text));
	c->has_device =
		token_hash(c->api->parts.node, TOKEN_DEVICE, bytes_str(text), &c->device);
	call_cookie(c, "__Host-device", text, DEVICE_COOKIE_S);
	secret_wipe(text, sizeof(text));
}

static void house_refuse(struct call *c, int result)
{
	switch (result) {
	case HOUSE_E_NONE:
		call_refuse(c, 404, "link_unknown");
		break;
	case HOUSE_E_EARLY:
		c->error_ms = c->row.starts_ms;
		call_refuse(c, 409, "too_early");
		break;
	case HOUSE_E_OVER:
		call_refuse(c, 409, "over");
		break;
	case HOUSE_E_FULL:
		call_refuse(c, 409, "lobby_full");
		break;
	case HOUSE_E_NO_NUMBER:
		call_refuse_field(c, 422, "phone_missing", "phone");
		break;
	case HOUSE_E_BUSY:
		c->retry_after_s = 2;
		call_refuse(c, 503, "busy");
		break;
	default:
		call_fault(c, result);
	}
}

static void redeemed(void *arg, int result, const char *seat)
{
	struct call *c = arg;

	if (result != 0) {
		house_refuse(c, result);
	} else {
		struct jout *o = call_body(c, PEEK_BODY + 64);

		jout_str(o, "seat", seat);
		jout_object(o, "peek");
		peek_fields(c, o);
		jout_end_object(o);
	}
	call_send(c);
}

static void redeem(struct call *c, bool by_digits, bool with_pin)
{
	struct house_redeem ask = {
		.meeting = c->row.id, .by_digits = by_digits, .with_pin = with_pin
	};

	if (!c->has_device)
		new_device(c);
	ask.device = c->device;
	house_redeem(c->api->parts.house, &ask, redeemed, c);
}

static void answer_redeem(struct call *c)
{
	const struct booking *b = &c->row;
	struct token_hash given;
	uint64_t key = (uint64_t)b->id;

	if (!b->pin_required) {
		redeem(c, false, false);
		return;
	}
	if (call_may_try(c, THROTTLE_PIN_MEETING, key)) {
		if (c->link.has_pin &&
			pin_hash(c->api->parts.node, b->id, bytes_str(c->link.pin),
				&given) &&
			secret_equal(bytes_of(&given, sizeof(given)),
				bytes_of(&b->pin, sizeof(b->pin)))) {
			redeem(c, false, true);
			return;
		}
		if (c->link.has_pin)
			call_charge(c, THROTTLE_PIN_MEETING, key);
		call_refuse(c, 403, "pin_wrong");
	}
	call_send(c);
}

static void answer_digits(struct call *c)
{
	throttle_clear(c->api->throttle, THROTTLE_DIGITS_MEETING, number_key(c));
	redeem(c, true, true);
}

static void seat_found(void *arg, int result, const struct booking *row, unsigned entry)
{
	struct call *c = arg;

	(void)entry;
	if (result != 0) {
		house_refuse(c, result);
		call_send(c);
		return;
	}
	c->id = row->id;
	call_again(c, ask_row_again, answer_peek);
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
		house_refuse(c, result);
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
		house_refuse(c, result);
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
		call_again(c, ask_token, answer_call_token);
}

static void answer_forget(struct call *c)
{
	if (c->has_device)
		house_forget_device(c->api->parts.house, &c->device);
	call_cookie(c, "__Host-device", "", 0);
	call_send(c);
}

const struct route link_routes[] = {
	{ API_POST, "link/peek", ROUTE_PUBLIC, read_token, ask_token, answer_peek,
		refused_token },
	{ API_POST, "link/redeem", ROUTE_PUBLIC, read_redeem, ask_token, answer_redeem,
		refused_token },
	{ API_POST, "link/digits", ROUTE_PUBLIC, read_digits, ask_digits, answer_digits,
		refused_digits },
	{ API_POST, "link/call-me", ROUTE_PUBLIC, read_call_me, NULL, answer_call_me,
		refused_token },
	{ API_POST, "seat/peek", ROUTE_PUBLIC, read_seat, NULL, answer_seat_peek, NULL },
	{ API_POST, "device/forget", ROUTE_PUBLIC, NULL, NULL, answer_forget, NULL },
	{ API_OTHER, NULL, 0, NULL, NULL, NULL, NULL },
};
