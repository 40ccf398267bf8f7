/* SPDX-License-Identifier: MPL-2.0
 *
 * What a citizen asks before there is a WebSocket: peek, redeem, digits. A wrong
 * token, a replaced one and one that is over get the same answer by the same way.
 */
#include "link.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

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

void link_read_token(struct call *c)
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
	link_read_token(c);
	read_pin(c, false);
}

static void read_digits(struct call *c)
{
	struct bytes number = jin_text(&c->in, "number", 1, 32);
	uint64_t n = 0;

	read_pin(c, true);
	if (bytes_to_u64(number, 99999999, &n))
		c->link.number = (uint32_t)n;
	if (call_try(c, THROTTLE_DIGITS_MEETING, number_key(c)) &&
		call_try(c, THROTTLE_DIGITS_PREFIX, c->prefix))
		(void)call_try(c, THROTTLE_DIGITS_ALL, 0);
}

/* -- finding --------------------------------------------------------------------------
 */

int link_ask_token(struct call *c, struct store *s)
{
	int r = c->link.has_token ? s->meeting->by_link(s, &c->link.token, &c->row)
				  : STORE_E_NONE;

	if (r < 0)
		return fault_pass(r);
	if (r != 0 || c->row.outcome == BOOKING_CANCELLED)
		return link_unknown(c);
	return link_ask_around(c, s);
}

static int ask_digits(struct call *c, struct store *s)
{
	struct token_hash given;
	int r = s->meeting->by_number(s, c->link.number, &c->row);

	if (r < 0)
		return fault_pass(r);
	/* An unknown number hashes against nothing, in the same time. */
	if (!pin_hash(c->api->parts.node, c->row.id, bytes_str(c->link.pin), &given))
		return link_unknown(c);
	if (r != 0 || !c->row.has_link || c->row.outcome == BOOKING_CANCELLED ||
		!secret_equal(bytes_of(&given, sizeof(given)),
			bytes_of(&c->row.pin, sizeof(c->row.pin))))
		return link_unknown(c);
	return link_ask_around(c, s);
}

enum { VALUE_LINK, VALUE_PIN, VALUE_DIGITS }; /* of the row LINK_REDEEMED */

/* What the house never sees; what it refuses itself, it notes itself. */
static void note_refused(struct call *c, uint32_t value)
{
	const struct audit_event e = { .what = AUDIT_LINK_REDEEMED,
		.purpose = AUDIT_FOR_CITIZEN,
		.outcome = AUDIT_REFUSED,
		.role = AUDIT_CITIZEN,
		.meeting = (uint64_t)c->row.id,
		.value = value };

	if (audit_note_soon(c->api->parts.audit, &e) < 0)
		log_event(EV_AUDIT_FAILED);
}

/* Only what was looked up and not found counts. */
void link_refused(struct call *c)
{
	if (c->status != 404)
		return;
	note_refused(c, VALUE_LINK);
	call_charge(c, THROTTLE_LINK_PREFIX, c->prefix);
}

static void refused_digits(struct call *c)
{
	if (c->status != 404)
		return;
	note_refused(c, VALUE_DIGITS);
	call_failed(c);
}

/* -- answering ------------------------------------------------------------------------
 */

static void new_device(struct call *c)
{
	char text[TOKEN_LONG_TEXT];

	token_random(TOKEN_DEVICE, text, sizeof(text));
	c->has_device =
		token_hash(c->api->parts.node, TOKEN_DEVICE, bytes_str(text), &c->device);
	call_cookie(c, "__Host-device", text, DEVICE_COOKIE_S);
	secret_wipe(text, sizeof(text));
}

static void redeemed(void *arg, int result, const char *seat)
{
	struct call *c = arg;

	if (result != 0) {
		link_house_refuse(c, result);
	} else {
		struct jout *o = call_body(c, PEEK_BODY + 64);

		jout_str(o, "seat", seat);
		jout_object(o, "peek");
		link_write_peek(c, o);
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
		if (c->link.has_pin) {
			note_refused(c, VALUE_PIN);
			call_charge(c, THROTTLE_PIN_MEETING, key);
		}
		call_refuse(c, 403, "pin_wrong");
	}
	call_send(c);
}

static void answer_digits(struct call *c)
{
	throttle_clear(c->api->throttle, THROTTLE_DIGITS_MEETING, number_key(c));
	redeem(c, true, true);
}

const struct route link_routes[] = {
	{ API_POST, "link/peek", ROUTE_PUBLIC, RECORD(KEY_OPENED), link_read_token,
		link_ask_token, link_answer_peek, link_refused },
	{ API_POST, "link/redeem", ROUTE_PUBLIC, RECORD(LINK_REDEEMED), read_redeem,
		link_ask_token, answer_redeem, link_refused },
	{ API_POST, "link/digits", ROUTE_PUBLIC, RECORD(LINK_REDEEMED), read_digits,
		ask_digits, answer_digits, refused_digits },
	{ .path = NULL },
};
