/* SPDX-License-Identifier: MPL-2.0
 *
 * The languages of the servers. All relay the same signals; they differ in how one logs
 * in and comes into the room: `relay` (floor, Node ws) names a room, `mqtt` subscribes to
 * a topic, `samtale` says hello with a cookie, enters, waits in the lobby, is admitted.
 */
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char tag[16]; /* keeps the rooms of two runs apart */

static const char *run_tag(void)
{
	if (!tag[0])
		(void)snprintf(tag, sizeof(tag), "r%d", (int)getpid());
	return tag;
}

static void send_text(struct conn *c, const char *text)
{
	ws_send(c, text, strlen(text));
}

static void nothing(struct conn *c)
{
	(void)c;
}

static void plain_signal(struct conn *c, const char *json, size_t len)
{
	ws_send(c, json, len);
}

/* -- relay ----------------------------------------------------------------------------
 */
static void relay_join(struct talk *t)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "{\"type\":\"join\",\"room\":\"%s-%u\"}",
		run_tag(), t->number);
	for (int i = 0; i < 2 && t->side[i]; i++)
		send_text(t->side[i], text);
}

static void relay_heard(struct conn *c, char *text, size_t len)
{
	if (memmem(text, len, "\"joined\"", 8))
		talk_joined(c->talk, c->side);
}

static void relay_ping(struct conn *c)
{
	ws_frame(c, WS_PING, "", 0);
}

/* -- MQTT 3.1.1 over WebSocket, QoS 0 -------------------------------------------------
 */
#define MQTT_CONNACK 0x20
#define MQTT_SUBACK  0x90

static size_t mqtt_length(uint8_t *at, size_t len)
{
	size_t n = 0;

	do {
		at[n] = (uint8_t)(len & 127);
		len >>= 7;
		at[n] |= len ? 128 : 0;
		n++;
	} while (len);
	return n;
}

static void mqtt_opened(struct conn *c)
{
	uint8_t packet[128] = { 0x10, 0, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 120 };
	int n = snprintf((char *)packet + 14, 100, "%s-%u-%u", run_tag(), c->talk->number,
		c->side);

	packet[13] = (uint8_t)n;
	packet[1] = (uint8_t)(12 + n);
	ws_send(c, packet, (size_t)(14 + n));
}

static int mqtt_topic(char *ret, size_t cap, unsigned number, unsigned side)
{
	return snprintf(ret, cap, "m/%s-%u/%u", run_tag(), number, side);
}

static void mqtt_subscribe(struct conn *c)
{
	uint8_t packet[128] = { 0x82, 0, 0, 1, 0 };
	int n = mqtt_topic((char *)packet + 6, 100, c->talk->number, c->side);

	packet[5] = (uint8_t)n;
	packet[6 + n] = 0;
	packet[1] = (uint8_t)(5 + n);
	ws_send(c, packet, (size_t)(7 + n));
}

static void mqtt_join(struct talk *t)
{
	for (int i = 0; i < 2 && t->side[i]; i++)
		mqtt_subscribe(t->side[i]);
}

static void mqtt_heard(struct conn *c, char *at, size_t len)
{
	if (len >= 4 && (uint8_t)at[0] == MQTT_CONNACK)
		talk_ready(c);
	else if (len >= 5 && (uint8_t)at[0] == MQTT_SUBACK)
		talk_joined(c->talk, c->side);
}

static void mqtt_signal(struct conn *c, const char *json, size_t len)
{
	static uint8_t packet[16384] = { 0x30 };
	char topic[64];
	size_t n = (size_t)mqtt_topic(topic, sizeof(topic), c->talk->number, !c->side);
	size_t head = 1 + mqtt_length(packet + 1, 2 + n + len);

	packet[head++] = 0;
	packet[head++] = (uint8_t)n;
	memcpy(packet + head, topic, n);
	memcpy(packet + head + n, json, len);
	ws_send(c, packet, head + n + len);
}

static void mqtt_ping(struct conn *c)
{
	ws_send(c, "\xc0\0", 2);
}

static void mqtt_leave(struct conn *c)
{
	ws_send(c, "\xe0\0", 2);
}

/* -- samtale.v1 -----------------------------------------------------------------------
 */
static char build[80] = "";

static void samtale_opened(struct conn *c)
{
	char text[256];

	if (c->side == STAFF)
		(void)snprintf(text, sizeof(text),
			"{\"type\":\"hello\",\"role\":\"staff\",\"build\":\"%s\"}",
			build[0] ? build : "unknown");
	else
		(void)snprintf(text, sizeof(text),
			"{\"type\":\"hello\",\"role\":\"citizen\",\"seat\":\"%s\","
			"\"build\":\"%s\",\"epoch\":0,\"lang\":\"da\"}",
			opt.seats[c->talk->number].seat, build);
	send_text(c, text);
}

static void samtale_join(struct talk *t)
{
	char text[96];

	(void)snprintf(text, sizeof(text),
		"{\"type\":\"enter\",\"meeting\":\"%s\",\"epoch\":0}",
		opt.seats[t->number].meeting);
	send_text(t->side[STAFF], text);
}

static void read_build(const char *text)
{
	const char *at = strstr(text, "\"build\":\"");
	size_t n = at ? strcspn(at + 9, "\"") : 0;

	if (build[0] || n == 0 || n >= sizeof(build))
		return;
	memcpy(build, at + 9, n);
	build[n] = '\0';
}

/* The consultant's view: somebody is in the lobby. */
static void samtale_state(struct conn *c, const char *text)
{
	const char *seat = strchr(opt.seats[c->talk->number].seat, '-');
	char admit[64];

	if (c->side != STAFF || c->talk->admitted || !seat ||
		!strstr(text, "\"place\":\"lobby\""))
		return;
	c->talk->admitted = true;
	(void)snprintf(
		admit, sizeof(admit), "{\"type\":\"admit\",\"entry\":%s}", seat + 1);
	send_text(c, admit);
}

static void samtale_start(struct conn *c, const char *text)
{
	const char *at = strstr(text, "\"epoch\":");
	uint32_t epoch = 0;

	for (at = at ? at + 8 : ""; *at >= '0' && *at <= '9'; at++)
		epoch = epoch * 10 + (uint32_t)(*at - '0');
	c->talk->epoch = epoch;
	talk_joined(c->talk, c->side);
}

static void samtale_heard(struct conn *c, char *text, size_t len)
{
	static const char type[] = "{\"type\":\"";
	const char *word = text + sizeof(type) - 1;

	if (len < sizeof(type) || memcmp(text, type, sizeof(type) - 1) != 0) {
		conn_fail(c, "a message without type");
	} else if (strncmp(word, "welcome\"", 8) == 0) {
		read_build(text);
		talk_ready(c);
	} else if (strncmp(word, "state\"", 6) == 0) {
		samtale_state(c, text);
	} else if (strncmp(word, "start\"", 6) == 0) {
		samtale_start(c, text);
	} else if (strncmp(word, "refused\"", 8) == 0) {
		conn_fail(c, text);
	}
}

static void samtale_ping(struct conn *c)
{
	send_text(c, "{\"type\":\"ping\"}");
}

static void samtale_leave(struct conn *c)
{
	if (c->side == STAFF)
		send_text(c, "{\"type\":\"leave\"}");
}

void tongue_learn_build(void)
{
	struct talk t = { .number = 0 };
	uint64_t until = now_ns() + 5ull * NS_PER_S;
	bool kept = mode_setup_only;

	if (strcmp(opt.tongue->name, "samtale") != 0)
		return;
	mode_setup_only = true;
	t.side[STAFF] = conn_new(&ws_user, &t, STAFF);
	while (!build[0] && t.side[STAFF] && now_ns() < until)
		wire_turn(now_ns() + NS_PER_S / 100);
	if (!build[0])
		die("load: the broker told no build");
	ws_goodbye(t.side[STAFF]);
	wire_turn(0);
	mode_setup_only = kept;
	fig = (struct figures){ 0 };
}

/* -- table ----------------------------------------------------------------------------
 */
static const struct tongue tongues[] = {
	{ "relay", NULL, false, talk_ready, relay_heard, relay_join, plain_signal,
		relay_ping, nothing },
	{ "mqtt", "mqtt", true, mqtt_opened, mqtt_heard, mqtt_join, mqtt_signal,
		mqtt_ping, mqtt_leave },
	{ "samtale", "samtale.v1", false, samtale_opened, samtale_heard, samtale_join,
		plain_signal, samtale_ping, samtale_leave },
};

const struct tongue *tongue_find(const char *name)
{
	for (size_t i = 0; i < sizeof(tongues) / sizeof(tongues[0]); i++)
		if (strcmp(tongues[i].name, name) == 0)
			return &tongues[i];
	return NULL;
}
