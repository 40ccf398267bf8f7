/* SPDX-License-Identifier: MPL-2.0
 *
 * The listener with the least above it, for tests from outside: /api/v1/echo answers what
 * it was told, /api/v1/later answers from another turn of the loop, /api/v1/never never.
 * A WebSocket gets every message back; with --relay it joins rooms of two and passes
 * messages on. Prints "port N" when ready; SIGHUP reloads the certificate, SIGTERM ends
 * gracefully.
 */
#include "samtale/base/clock.h"
#include "samtale/base/limits.h"
#include "samtale/listener/listener.h"
#include "samtale/listener/metrics.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LATER_MS 200
#define ROOMS    16384u

struct message {
	struct message *next;
	size_t len;
	uint8_t text[];
};

struct room;

struct peer {
	struct ws_conn *conn;
	struct room *room;
	struct message *first, **last, *shown;
};

struct room {
	struct room *next;
	struct peer *members[2];
	char name[48];
};

static struct {
	struct loop *loop;
	struct listener *listener;
	struct metrics *metrics;
	struct loop_timer *later, *drain;
	struct http_exchange *waiting[64], *forgotten[64];
	unsigned waiting_count, forgotten_count;
	struct room *rooms[ROOMS];
	bool relay;
	char big[300000];
} server;

/* -- HTTP -------------------------------------------------------------------------- */
static void answer_text(struct http_exchange *x, int status, struct bytes text)
{
	http_answer(x, &(struct http_answer){
			       .status = status, .type = "text/plain", .body = text });
}

static void answer_echo(struct http_exchange *x)
{
	static const char *const methods[] = { "GET", "HEAD", "POST", "PATCH" };
	char text[24 * 1024];
	struct writer w = writer_of(text, sizeof(text));
	struct bytes cookie = http_header(x, HTTP_COOKIE), body = http_body(x);
	struct net_prefix client = http_client(x);

	write_fmt(&w,
		"%s own=%d bits=%d client=%d.%d.%d.%d cookie=", methods[http_method(x)],
		http_is_own_network(x), client.bits, client.at[12], client.at[13],
		client.at[14], client.at[15]);
	write_bytes(&w, cookie);
	write_fmt(&w, " body=%zu:", body.len);
	write_bytes(&w, body);
	answer_text(x, 200, writer_bytes(&w));
}

static void on_http(void *arg, struct http_exchange *x)
{
	struct bytes path = http_path(x);

	(void)arg;
	if (bytes_equal_str(path, "/api/v1/echo")) {
		answer_echo(x);
	} else if (bytes_equal_str(path, "/api/v1/later") &&
		   server.waiting_count < ARRAY_LEN(server.waiting)) {
		server.waiting[server.waiting_count++] = x;
		loop_timer_once(server.later, LATER_MS);
	} else if (bytes_equal_str(path, "/api/v1/never") &&
		   server.forgotten_count < ARRAY_LEN(server.forgotten)) {
		server.forgotten[server.forgotten_count++] = x;
	} else {
		answer_text(x, 404, BYTES_LIT("not found"));
	}
}

static void answer_waiting(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < server.waiting_count; i++)
		answer_text(server.waiting[i], 200,
			http_is_gone(server.waiting[i]) ? BYTES_LIT("gone")
							: BYTES_LIT("later"));
	server.waiting_count = 0;
}

/* -- WebSocket --------------------------------------------------------------------- */
static void push(struct peer *to, struct bytes text)
{
	struct message *m = malloc(sizeof(*m) + text.len);

	assert(m);
	m->next = NULL;
	m->len = text.len;
	if (text.len > 0)
		memcpy(m->text, text.at, text.len);
	*to->last = m;
	to->last = &m->next;
	ws_wake(to->conn);
}

static int on_open(
	void *arg, struct ws_conn *c, const struct ws_request *r, void **ret_peer)
{
	struct peer *p;

	(void)arg;
	if (bytes_equal_str(r->cookie, "refuse=1"))
		return 4006;
	p = calloc(1, sizeof(*p));
	assert(p);
	p->conn = c;
	p->last = &p->first;
	*ret_peer = p;
	return 0;
}

static struct bytes on_next(void *arg)
{
	struct peer *p = arg;

	free(p->shown);
	p->shown = p->first;
	if (!p->shown)
		return BYTES_NULL;
	p->first = p->shown->next;
	if (!p->first)
		p->last = &p->first;
	return bytes_of(p->shown->text, p->shown->len);
}

static struct room **room_slot(const char *name)
{
	uint32_t h = 2166136261u;
	struct room **at;

	for (const char *c = name; *c; c++)
		h = (h ^ (uint8_t)*c) * 16777619u;
	for (at = &server.rooms[h % ROOMS]; *at && strcmp((*at)->name, name) != 0;)
		at = &(*at)->next;
	return at;
}

static void join(struct peer *p, struct bytes rest)
{
	char name[48];
	size_t len = 0;
	struct room **slot;

	while (len < rest.len && rest.at[len] != '"')
		len++;
	if (!bytes_to_str(bytes_of(rest.at, len), name, sizeof(name)))
		return;
	slot = room_slot(name);
	if (!*slot) {
		*slot = calloc(1, sizeof(**slot));
		assert(*slot);
		memcpy((*slot)->name, name, len + 1);
	}
	(*slot)->members[(*slot)->members[0] != NULL] = p;
	p->room = *slot;
	push(p, BYTES_LIT("{\"type\":\"joined\"}"));
}

static void relay(struct peer *p, struct bytes text)
{
	static const char start[] = "{\"type\":\"join\",\"room\":\"";
	size_t len = sizeof(start) - 1;
	struct peer *other;

	if (!p->room && text.len > len && memcmp(text.at, start, len) == 0) {
		join(p, bytes_of(text.at + len, text.len - len));
	} else if (p->room) {
		other = p->room->members[p->room->members[0] == p];
		if (other)
			push(other, text);
	}
}

static void on_message(void *arg, struct bytes text)
{
	struct peer *p = arg;

	if (server.relay) {
		relay(p, text);
	} else if (bytes_equal_str(text, "close 4010")) {
		push(p, BYTES_LIT("last words"));
		ws_close(p->conn, 4010, "bad_message");
	} else if (bytes_equal_str(text, "many")) {
		for (unsigned i = 0; i < 50; i++)
			push(p, bytes_of(server.big, 1000));
	} else if (bytes_equal_str(text, "big")) {
		push(p, bytes_of(server.big, 60000));
	} else {
		push(p, text);
	}
}

static void leave(struct peer *p)
{
	struct room *r = p->room, **slot;

	if (!r)
		return;
	r->members[r->members[1] == p] = NULL;
	if (r->members[0] || r->members[1])
		return;
	slot = room_slot(r->name);
	*slot = r->next;
	free(r);
}

static void on_closed(void *arg)
{
	struct peer *p = arg;

	leave(p);
	free(p->shown);
	while (p->first) {
		struct message *m = p->first;

		p->first = m->next;
		free(m);
	}
	free(p);
}

/* -- the program ------------------------------------------------------------------- */
static void on_metrics(void *arg, struct writer *to)
{
	struct listener_figures f;

	(void)arg;
	listener_figures(server.listener, &f);
	write_fmt(to, "connections %u\nwebsockets %u\nrequests %llu\n", f.connections_now,
		f.websockets_now, (unsigned long long)f.requests);
	for (unsigned i = 0; i < REFUSAL_COUNT; i++)
		write_fmt(to, "refused{reason=\"%s\",row=\"%u\"} %llu\n",
			refusal_code((enum refusal)i), i,
			(unsigned long long)f.refused[i]);
}

static void on_hangup(void *arg, int signal_number)
{
	struct certificate_sentence sentence;
	int r = listener_reload_certificate(server.listener, &sentence);

	(void)arg;
	(void)signal_number;
	printf("reload %d %s\n", r, sentence.at);
	(void)fflush(stdout);
}

static void drained(void *arg)
{
	struct listener_figures f;

	(void)arg;
	listener_figures(server.listener, &f);
	if (f.connections_now == 0)
		loop_stop(server.loop);
}

static void on_term(void *arg, int signal_number)
{
	(void)arg;
	(void)signal_number;
	listener_stop_accepting(server.listener);
	listener_close_all(server.listener, 4005, "restarting");
	loop_timer_every(server.drain, 20);
}

static void on_prefixes(const char *text, struct prefix_list *ret)
{
	struct bytes bad;

	if (prefix_list_parse(bytes_str(text), ret, &bad))
		return;
	fprintf(stderr, "bad prefix list\n");
	exit(2);
}

static unsigned number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

static void parse(
	int argc, char **argv, struct listener_settings *s, const char **metrics)
{
	for (int i = 1; i < argc; i++) {
		const char *o = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(o, "--relay") == 0) {
			server.relay = true;
			continue;
		}
		i++;
		if (strcmp(o, "--port") == 0)
			s->port = (uint16_t)number(v);
		else if (strcmp(o, "--cert") == 0)
			s->certificate = v;
		else if (strcmp(o, "--key") == 0)
			s->key = v;
		else if (strcmp(o, "--socket") == 0)
			s->socket_path = v;
		else if (strcmp(o, "--origin") == 0)
			s->origin = v;
		else if (strcmp(o, "--trusted") == 0)
			on_prefixes(v, &s->trusted_proxies);
		else if (strcmp(o, "--own") == 0)
			on_prefixes(v, &s->own_networks);
		else if (strcmp(o, "--connections") == 0)
			s->connections = number(v);
		else if (strcmp(o, "--per-prefix") == 0)
			s->per_prefix = number(v);
		else if (strcmp(o, "--clock-days") == 0)
			clock_shift(strtol(v, NULL, 10) * MS_DAY);
		else if (strcmp(o, "--metrics") == 0)
			*metrics = v;
	}
}

static const struct asset assets[] = {
	{ .path = "/",
		.type = "text/html; charset=utf-8",
		.etag = "0001",
		.identity = { (const uint8_t *)"<!doctype html>identity", 23 },
		.br = { (const uint8_t *)"brotli", 6 },
		.gzip = { (const uint8_t *)"gzip", 4 } },
	{ .path = "/a/big.js",
		.type = "text/javascript",
		.etag = "0002",
		.immutable = true,
		.identity = { (const uint8_t *)server.big, sizeof(server.big) } },
};

static void open_all(const struct listener_settings *s, const char *metrics)
{
	static const struct listener_hooks hooks = { .http = on_http,
		.ws = { on_open, on_message, on_next, on_closed } };
	struct listener_error error = { "out of memory" };
	struct loop_signal *hangup, *term;

	if (loop_new(&server.loop) != 0 ||
		listener_new(&server.listener, server.loop, s, &hooks, &error) != 0) {
		fprintf(stderr, "%s\n", error.sentence);
		exit(1);
	}
	if (listener_set_assets(server.listener, assets, ARRAY_LEN(assets)) != 0 ||
		loop_timer_new(&server.later, server.loop, answer_waiting, NULL) != 0 ||
		loop_timer_new(&server.drain, server.loop, drained, NULL) != 0 ||
		(*metrics && metrics_new(&server.metrics, server.loop, metrics,
				     on_metrics, NULL) != 0))
		exit(1);
	if (loop_signal_new(&hangup, server.loop, SIGHUP, on_hangup, NULL) != 0 ||
		loop_signal_new(&term, server.loop, SIGTERM, on_term, NULL) != 0)
		exit(1);
	printf("port %u\nmetrics %u\norigin %s\n", listener_port(server.listener),
		server.metrics ? metrics_port(server.metrics) : 0,
		listener_origin(server.listener));
	(void)fflush(stdout);
	loop_run(server.loop);
	(void)loop_signal_free(hangup);
	(void)loop_signal_free(term);
}

int main(int argc, char **argv)
{
	struct listener_settings s = { .address = "127.0.0.1",
		.ws_path = "/ws",
		.connections = 20000,
		.per_prefix = 20000,
		.per_own_prefix = 20000,
		.hsts_seconds = 63072000,
		.socket_mode = 0660 };
	const char *metrics = "";

	(void)signal(SIGPIPE, SIG_IGN);
	memset(server.big, 'x', sizeof(server.big));
	parse(argc, argv, &s, &metrics);
	open_all(&s, metrics);
	for (unsigned i = 0; i < server.forgotten_count; i++)
		answer_text(server.forgotten[i], 503, BYTES_LIT("end"));
	answer_waiting(NULL);
	(void)metrics_free(server.metrics);
	(void)loop_timer_free(server.later);
	(void)loop_timer_free(server.drain);
	(void)listener_free(server.listener);
	(void)loop_free(server.loop);
	return 0;
}
