/* SPDX-License-Identifier: MPL-2.0
 *
 * WebSockets: whole text messages up, waiting messages down, one close. What a peer sends
 * beyond the limits costs it the connection with the code that says why. Pings come from
 * the room's one sweep, never from a timer per connection.
 */
#include "room.h"

#include <assert.h>
#include <stdlib.h>

#define CLOSE_NOT_TEXT 1003
#define CLOSE_TOO_BIG  1009
#define CLOSE_SILENT   4016
#define REASON_MAX     60

/* -- the library's side ------------------------------------------------------------ */
int socket_upgrade(struct conn *c)
{
	struct request r;
	enum refusal why = request_read(c, true, &r);

	c->had_head = true;
	if (why == REQUEST_OK && c->l->stopping)
		why = REFUSED_CONNECTIONS;
	if (why == REQUEST_OK)
		return 0;
	return exchange_refuse(c, why);
}

int socket_open(struct conn *c)
{
	struct request text;
	struct ws_request r = { .cookie = request_cookie(c, &text),
		.client = c->client,
		.is_own_network = c->is_own };
	int code;

	c->is_ws = true;
	c->l->figures.websockets++;
	c->l->figures.websockets_now++;
	c->l->trim_due = true;
	conn_phase(c, PHASE_QUIET);
	code = c->l->hooks.ws.ws_open(
		c->l->hooks.arg, (struct ws_conn *)c, &r, &c->peer_above);
	c->is_open = code == 0;
	if (code != 0)
		ws_close((struct ws_conn *)c, (unsigned)code, "");
	return 0;
}

/* The library sends the close frame once its callback returns -1. */
static int say_close(struct conn *c, unsigned code, const char *reason)
{
	/* Not kept by the library, and not written to: the cast is its missing const. */
	lws_close_reason(c->wsi, (enum lws_close_status)code,
		(unsigned char *)(uintptr_t)reason, strnlen(reason, REASON_MAX));
	c->closing = c->said_close = true;
	conn_phase(c, PHASE_CLOSING);
	return -1;
}

static int bad_frame(struct conn *c, unsigned code, const char *reason)
{
	refused(c->l, REFUSED_WS_FRAME);
	return say_close(c, code, reason);
}

static void forget_message(struct conn *c)
{
	free(c->message);
	c->message = NULL;
	c->message_len = c->message_cap = c->message_frames = 0;
}

/* Adds a part; rest: bytes of the same frame that are still to come. */
static int keep_part(struct conn *c, struct bytes part, size_t rest)
{
	size_t need = c->message_len + part.len + rest;

	if (need > c->message_cap) {
		uint8_t *grown = realloc(c->message, need);

		if (!grown)
			return -1;
		c->message = grown;
		c->message_cap = need;
	}
	if (part.len > 0)
		memcpy(c->message + c->message_len, part.at, part.len);
	c->message_len += part.len;
	return 0;
}

static void hand_up(struct conn *c, struct bytes text)
{
	if (c->is_open && !c->closing)
		c->l->hooks.ws.ws_message(c->peer_above, text);
}

int socket_received(struct conn *c, struct bytes part)
{
	size_t rest = lws_remaining_packet_payload(c->wsi);
	bool first = lws_is_first_fragment(c->wsi), final = lws_is_final_fragment(c->wsi);

	socket_heard(c);
	if (c->said_close)
		return 0;
	if (lws_frame_is_binary(c->wsi))
		return bad_frame(c, CLOSE_NOT_TEXT, "not_text");
	if (part.len > LIMIT_WS_MESSAGE || rest > LIMIT_WS_MESSAGE ||
		c->message_len + part.len + rest > LIMIT_WS_MESSAGE)
		return bad_frame(c, CLOSE_TOO_BIG, "too_big");
	/* Empty frames would cost us work for ever and never be too big. */
	if (rest == 0 && !final && ++c->message_frames > LIMIT_WS_FRAMES)
		return bad_frame(c, CLOSE_TOO_BIG, "too_big");
	if (first && final && !c->message) {
		hand_up(c, part);
		return 0;
	}
	if (keep_part(c, part, rest) != 0)
		return -1;
	if (final) {
		hand_up(c, bytes_of(c->message, c->message_len));
		forget_message(c);
	}
	return 0;
}

void socket_heard(struct conn *c)
{
	if (c->phase == PHASE_QUIET || c->phase == PHASE_PINGED)
		conn_phase(c, PHASE_QUIET);
}

/* Writes until nothing waits or the kernel takes no more. A message that was taken in
 * part is finished by the library, which then calls again. */
int socket_writable(struct conn *c)
{
	uint8_t *buf = c->l->scratch + LWS_PRE;

	if (c->said_close)
		return 0;
	if (c->ping_due) {
		c->ping_due = false;
		buf[0] = '?'; /* an empty pong is not reported by the library */
		if (lws_write(c->wsi, buf, 1, LWS_WRITE_PING) < 0)
			return -1;
	}
	while (!lws_partial_buffered(c->wsi)) {
		struct bytes text =
			c->is_open ? c->l->hooks.ws.ws_next(c->peer_above) : BYTES_NULL;

		if (!text.at)
			return c->closing ? say_close(c, c->close_code, c->close_reason)
					  : 0;
		assert(text.len <= LIMIT_OUTBOX);
		memcpy(buf, text.at, text.len);
		if (lws_write(c->wsi, buf, text.len, LWS_WRITE_TEXT) < 0)
			return -1;
	}
	return 0;
}

void socket_quiet(struct conn *c)
{
	c->ping_due = true;
	lws_callback_on_writable(c->wsi);
}

void socket_silent(struct conn *c)
{
	refused(c->l, REFUSED_SILENT);
	ws_close((struct ws_conn *)c, CLOSE_SILENT, "silent");
}

void socket_gone(struct conn *c)
{
	bool was_open = c->is_open;

	if (c->is_ws)
		c->l->figures.websockets_now--;
	c->is_ws = c->is_open = false;
	forget_message(c);
	if (was_open)
		c->l->hooks.ws.ws_closed(c->peer_above);
}

/* -- the side above ---------------------------------------------------------------- */
void ws_wake(struct ws_conn *opaque)
{
	struct conn *c = (struct conn *)opaque;

	if (!c->said_close)
		lws_callback_on_writable(c->wsi);
}

void ws_close(struct ws_conn *opaque, unsigned code, const char *reason)
{
	struct conn *c = (struct conn *)opaque;

	if (c->closing)
		return;
	c->closing = true;
	c->close_code = (uint16_t)code;
	c->close_reason = reason;
	conn_phase(c, PHASE_CLOSING);
	lws_callback_on_writable(c->wsi);
}
