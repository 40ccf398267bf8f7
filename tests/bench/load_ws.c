/* SPDX-License-Identifier: MPL-2.0
 *
 * The client's half of RFC 6455, as far as a server under load may need it: upgrade,
 * masked frames out, whole messages in (a fragmented one is a fault of the server here).
 */
#include "load.h"

#include <stdio.h>
#include <string.h>

#define FRAME_MAX 16384
#define OP_TEXT   1
#define OP_BINARY 2
#define OP_PONG   10

/* -- out ------------------------------------------------------------------------------
 */
void ws_frame(struct conn *c, unsigned code, const void *at, size_t len)
{
	static uint8_t frame[FRAME_MAX + 8];
	uint64_t random = random_next();
	const uint8_t *from = at;
	size_t head = 2;
	uint8_t mask[4];

	if (len > FRAME_MAX)
		die("load: message too long");
	memcpy(mask, &random, sizeof(mask));
	frame[0] = (uint8_t)(0x80 | code);
	frame[1] = (uint8_t)(0x80 | (len < 126 ? len : 126));
	if (len >= 126) {
		frame[2] = (uint8_t)(len >> 8);
		frame[3] = (uint8_t)len;
		head = 4;
	}
	memcpy(frame + head, mask, sizeof(mask));
	head += sizeof(mask);
	for (size_t i = 0; i < len; i++)
		frame[head + i] = from[i] ^ mask[i & 3];
	conn_send(c, frame, head + len);
}

void ws_send(struct conn *c, const void *at, size_t len)
{
	ws_frame(c, opt.tongue->binary ? OP_BINARY : OP_TEXT, at, len);
}

void ws_goodbye(struct conn *c)
{
	static const uint8_t done[] = { 1000 >> 8, 1000 & 0xff };

	if (!c)
		return;
	if (c->state >= CONN_OPEN)
		ws_frame(c, WS_CLOSE, done, sizeof(done));
	conn_close(c);
}

/* -- upgrade --------------------------------------------------------------------------
 */
static void ws_up(struct conn *c)
{
	const struct seat *s = opt.seats ? &opt.seats[c->talk->number] : NULL;
	char cookie[192] = "", protocol[96] = "", request[1024];
	int n;

	if (s)
		(void)snprintf(cookie, sizeof(cookie), "Cookie: %s=%s\r\n",
			c->side == STAFF ? "__Host-staff" : "__Host-device",
			c->side == STAFF ? s->staff : s->device);
	if (opt.tongue->subprotocol)
		(void)snprintf(protocol, sizeof(protocol),
			"Sec-WebSocket-Protocol: %s\r\n", opt.tongue->subprotocol);
	n = snprintf(request, sizeof(request),
		"GET /ws HTTP/1.1\r\nHost: localhost:%u\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nOrigin: https://localhost:%u\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Version: 13\r\n%s%s\r\n",
		opt.port, opt.port, protocol, cookie);
	conn_send(c, request, (size_t)n);
}

static size_t read_upgrade(struct conn *c, char *at, size_t len)
{
	const char *end = memmem(at, len, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (len < 12 || memcmp(at + 9, "101", 3) != 0) {
		conn_fail(c, "the upgrade was refused");
		return 0;
	}
	c->state = CONN_OPEN;
	opt.tongue->opened(c);
	return (size_t)(end + 4 - at);
}

/* -- in -------------------------------------------------------------------------------
 */
/* Every language carries the same JSON; "kind" stands near its beginning. */
static char signal_kind(const char *at, size_t len)
{
	static const char key[] = "\"kind\":\"";
	const char *hit = memmem(at, len < 160 ? len : 160, key, sizeof(key) - 1);

	return hit && hit + sizeof(key) < at + len ? hit[sizeof(key) - 1] : '\0';
}

static void message(struct conn *c, char *at, size_t len)
{
	char kind = signal_kind(at, len), kept = at[len];

	if (kind) {
		talk_heard(c, kind);
		return;
	}
	at[len] = '\0'; /* there is room, see wire_user.bytes */
	opt.tongue->heard(c, at, len);
	at[len] = kept;
}

static void frame_in(struct conn *c, unsigned code, char *at, size_t len)
{
	char why[64];

	switch (code) {
	case OP_TEXT:
	case OP_BINARY:
		message(c, at, len);
		return;
	case WS_PING:
		ws_frame(c, OP_PONG, at, len);
		return;
	case OP_PONG:
		return;
	case WS_CLOSE:
		(void)snprintf(why, sizeof(why), "close code %d",
			len >= 2 ? (uint8_t)at[0] << 8 | (uint8_t)at[1] : 0);
		conn_fail(c, why);
		return;
	default:
		conn_fail(c, "an unexpected frame");
		return;
	}
}

static size_t ws_bytes(struct conn *c, char *at, size_t len)
{
	const uint8_t *b = (const uint8_t *)at;
	size_t head = 2, size;

	if (c->state == CONN_UP)
		return read_upgrade(c, at, len);
	if (len < 2 || ((b[1] & 127) == 126 && len < 4))
		return 0;
	size = b[1] & 127;
	if (size == 127 || !(b[0] & 0x80)) {
		conn_fail(c, "a fragment or a giant");
		return 0;
	}
	if (size == 126) {
		size = (size_t)b[2] << 8 | b[3];
		head = 4;
	}
	if (len < head + size)
		return 0;
	frame_in(c, b[0] & 15, at + head, size);
	return head + size;
}

static void ws_lost(struct conn *c, const char *why)
{
	fig.errors++;
	if (fig.errors <= 5)
		(void)fprintf(stderr, "load: connection %s of meeting %u: %s\n",
			c->side == STAFF ? "a" : "b", c->talk->number, why);
	talk_lost(c);
	conn_close(c);
}

const struct wire_user ws_user = { ws_up, ws_bytes, ws_lost };
