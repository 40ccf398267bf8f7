/* SPDX-License-Identifier: MPL-2.0
 *
 * Puts the room together and translates the library's callbacks: each case is one call.
 * Everything that libwebsockets offers beyond plain HTTP/1.1 and WebSocket stays off: no
 * mounts on files, no extensions, no HTTP/2, no raw protocol, no timers of its own.
 */
#include "loop_ev.h"
#include "room.h"
#include "rules.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>

#define SWEEP_MS          1000
#define LIBRARY_TIMEOUT_S 15

static atomic_uint_fast64_t complaints; /* the library's log has no argument of ours */

static void count_complaint(int level, const char *line)
{
	(void)level;
	(void)line; /* can hold a peer's bytes: counted, never kept */
	(void)atomic_fetch_add(&complaints, 1);
}

/* -- the library's callbacks ------------------------------------------------------- */
static int on_raw(struct conn *c)
{
	c->had_head = true;
	refused(c->l, REFUSED_RAW);
	return -1;
}

static int on_library(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	void *in, size_t len)
{
	struct listener *l = lws_context_user(lws_get_context(wsi));
	struct conn *c;

	if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS)
		return l->tls && !tls_tune(l->tls, user); /* wsi is not a real one here */
	c = lws_get_opaque_user_data(wsi);
	if (!c)
		return 0;
	c->wsi = wsi;
	switch (reason) {
	case LWS_CALLBACK_RAW_ADOPT: /* CONNECT makes a raw connection of protocols[0] */
	case LWS_CALLBACK_RAW_RX:
		return on_raw(c);
	case LWS_CALLBACK_FILTER_HTTP_CONNECTION:
		return exchange_filter(c);
	case LWS_CALLBACK_HTTP:
		return exchange_begin(c);
	case LWS_CALLBACK_HTTP_BODY:
		return exchange_body(c, bytes_of(in, len));
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return exchange_body_end(c);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return exchange_writable(c);
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: /* in may be freed memory: not looked at
						 */
		return socket_upgrade(c);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_ESTABLISHED:
		return -1; /* protocols[0] is not a WebSocket protocol */
	case LWS_CALLBACK_WSI_DESTROY:
		conn_gone(c);
		return 0;
	default:
		return 0;
	}
}

static int on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	void *in, size_t len)
{
	struct conn *c = lws_get_opaque_user_data(wsi);

	(void)user;
	if (!c)
		return 0;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return socket_open(c);
	case LWS_CALLBACK_RECEIVE:
		return socket_received(c, bytes_of(in, len));
	case LWS_CALLBACK_RECEIVE_PONG:
		socket_heard(c);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return socket_writable(c);
	case LWS_CALLBACK_CLOSED:
		socket_gone(c);
		return 0;
	default:
		return 0;
	}
}

/* -- together ---------------------------------------------------------------------- */
static void log_second(struct listener *l)
{
	uint64_t total = 0, most = 0;
	unsigned which = 0;

	for (unsigned i = 0; i < REFUSAL_COUNT; i++) {
		uint64_t n = l->figures.refused[i] - l->logged.refused[i];

		total += n;
		if (n > most) {
			most = n;
			which = i;
		}
	}
	if (total > 0)
		log_event(EV_PEERS_REFUSED, F_COUNT("peers", total),
			F_WORD("most", refusal_code((enum refusal)which)));
	l->figures.library_complaints = atomic_load(&complaints);
	if (l->figures.library_complaints != l->logged.library_complaints)
		log_event(EV_LIBRARY_COMPLAINED,
			F_COUNT("lines", l->figures.library_complaints -
						 l->logged.library_complaints));
	l->logged = l->figures;
}

static void sweep(void *arg)
{
	struct listener *l = arg;

	conn_sweep(l, loop_now_ms());
	log_second(l);
	if (l->trim_due) { /* handshakes leave large holes in the heap; give them back */
		l->trim_due = false;
		(void)malloc_trim(0);
	}
}

/* libwebsockets makes tables as long as the limit of descriptors allows. */
static unsigned set_descriptors(unsigned connections)
{
	rlim_t want = (rlim_t)connections + 2 * GATE_DESCRIPTORS_FREE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1024;
	limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
	if (limit.rlim_cur < 256 && limit.rlim_max >= 256)
		limit.rlim_cur = 256;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return (unsigned)limit.rlim_cur;
}

static int make_gate(struct listener *l, const struct listener_settings *s)
{
	struct gate_settings gate = { .connections = s->connections,
		.per_prefix = s->per_prefix,
		.per_own_prefix = s->per_own_prefix,
		.descriptors = set_descriptors(s->connections) };

	if (getrandom(gate.key, sizeof(gate.key), 0) != (ssize_t)sizeof(gate.key))
		return fault_here(EIO);
	return gate_new(&l->gate, &gate);
}

static int make_origin(
	struct listener *l, const struct listener_settings *s, struct listener_error *e)
{
	char local[64];
	const char *origin = s->origin;

	if (!origin || !*origin) {
		(void)snprintf(local, sizeof(local), "https://localhost:%u",
			(unsigned)door_port(l->door));
		origin = local;
	}
	l->origin = strdup(origin);
	l->ws_path = strdup(s->ws_path);
	if (!l->origin || !l->ws_path)
		return fault_here(ENOMEM);
	if (rule_origin(bytes_str(l->origin), &l->authority, &l->host))
		return 0;
	(void)snprintf(e->sentence, sizeof(e->sentence),
		"The origin %.200s is not of the form https://name or https://name:port.",
		l->origin);
	return LISTENER_E_BAD;
}

static int make_tls(
	struct listener *l, const struct listener_settings *s, struct listener_error *e)
{
	struct certificate_sentence sentence;
	char host[256];
	struct certificate_files files = { s->certificate, s->key, host };
	int r;

	if (!bytes_to_str(l->host, host, sizeof(host)))
		return fault_here(EINVAL);
	r = tls_new(&l->tls, &files, clock_utc_ms(), &sentence);
	if (r == CERTIFICATE_E_BAD) {
		(void)snprintf(e->sentence, sizeof(e->sentence), "%s", sentence.at);
		return LISTENER_E_BAD;
	}
	return r == CERTIFICATE_E_SOON ? 0 : r;
}

static int make_library(struct listener *l, struct listener_error *e)
{
	static const struct lws_protocols protocols[] = {
		{ .name = "http-only", .callback = on_library, .tx_packet_size = 65536 },
		{ .name = "samtale.v1",
			.callback = on_socket,
			.rx_buffer_size = 1024,
			.tx_packet_size = LIMIT_OUTBOX + 64 },
		{ .name = NULL },
	};
	/* With a mount on a callback the library leaves a request in a state in which it
	 * still reads; without one it would spin on bytes or an end that come while an
	 * answer is being made. */
	static const struct lws_http_mount mount = { .mountpoint = "/",
		.mountpoint_len = 1,
		.origin = "http-only",
		.origin_protocol = LWSMPRO_CALLBACK };
	static const lws_retry_bo_t no_timers; /* all zero */
	void *loops[] = { loop_ev(l->loop) };
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.mounts = &mount,
		.alpn = "http/1.1",
		.retry_and_idle_policy = &no_timers,
		.max_http_header_data = LIMIT_HEAD,
		.pt_serv_buf_size = 4096,
		.timeout_secs = LIBRARY_TIMEOUT_S,
		.keepalive_timeout = LIBRARY_TIMEOUT_S,
		.foreign_loops = loops,
		.user = l,
		.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
			   LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.vhost_name = "samtale",
	};

	if (!l->is_plain)
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
				LWS_SERVER_OPTION_CREATE_VHOST_SSL_CTX;
	lws_set_log_level(LLL_ERR, count_complaint);
	l->lws = lws_create_context(&info);
	l->vhost = l->lws ? lws_create_vhost(l->lws, &info) : NULL;
	if (l->vhost)
		return 0;
	(void)snprintf(e->sentence, sizeof(e->sentence),
		"libwebsockets could not be started on libev; is its plugin "
		"(package libwebsockets-evlib-ev) installed?");
	return LISTENER_E_BAD;
}

static int make_parts(
	struct listener *l, const struct listener_settings *s, struct listener_error *e)
{
	int r = make_gate(l, s);

	l->scratch = malloc(LWS_PRE + LIMIT_OUTBOX);
	if (r == 0 && !l->scratch)
		r = fault_here(ENOMEM);
	if (r == 0)
		r = loop_timer_new(&l->sweep, l->loop, sweep, l);
	if (r == 0) /* serves from the next turn of the loop on, when all is there */
		r = door_new(&l->door, l, s, e);
	if (r == 0)
		r = make_origin(l, s, e);
	if (r == 0 && !l->is_plain)
		r = make_tls(l, s, e);
	if (r == 0)
		r = make_library(l, e);
	return r;
}

int listener_new(struct listener **ret, struct loop *loop,
	const struct listener_settings *settings, const struct listener_hooks *hooks,
	struct listener_error *ret_error)
{
	owned(listener_freep) struct listener *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return fault_here(ENOMEM);
	l->loop = loop;
	l->hooks = *hooks;
	l->trusted = settings->trusted_proxies;
	l->own = settings->own_networks;
	l->hsts_seconds = settings->hsts_seconds;
	l->is_plain = settings->socket_path && *settings->socket_path;
	r = make_parts(l, settings, ret_error);
	if (r != 0)
		return r;
	loop_timer_every(l->sweep, SWEEP_MS);
	*ret = l;
	l = NULL;
	return 0;
}

struct listener *listener_free(struct listener *l)
{
	if (!l)
		return NULL;
	l->door = door_free(l->door);
	l->sweep = loop_timer_free(l->sweep);
	if (l->lws)
		lws_context_destroy(l->lws);
	(void)gate_free(l->gate);
	(void)tls_free(l->tls);
	free(l->origin);
	free(l->ws_path);
	free(l->scratch);
	free(l);
	return NULL;
}

int listener_set_assets(struct listener *l, const struct asset *assets, unsigned count)
{
	return pages_set(&l->pages, assets, count);
}

uint16_t listener_port(const struct listener *l)
{
	return l->door ? door_port(l->door) : 0;
}

const char *listener_origin(const struct listener *l)
{
	return l->origin;
}

void listener_figures(const struct listener *l, struct listener_figures *ret)
{
	*ret = l->figures;
	ret->connections_now = gate_count(l->gate);
	ret->library_complaints = atomic_load(&complaints);
}

int listener_reload_certificate(struct listener *l, struct certificate_sentence *ret)
{
	int r;

	if (l->is_plain) {
		(void)snprintf(ret->at, sizeof(ret->at),
			"There is no certificate on a unix socket.");
		return 0;
	}
	r = tls_reload(l->tls, clock_utc_ms(), ret);
	if (r == 0 || r == CERTIFICATE_E_SOON)
		log_event(EV_CERTIFICATE_CHANGED);
	else
		log_event(EV_CERTIFICATE_REFUSED);
	return r;
}

void listener_stop_accepting(struct listener *l)
{
	l->stopping = true;
	l->door = door_free(l->door);
}

void listener_close_all(struct listener *l, unsigned code, const char *reason)
{
	static const enum phase talking[] = { PHASE_QUIET, PHASE_PINGED };
	static const enum phase busy[] = { PHASE_BODY, PHASE_THINK, PHASE_ANSWER };

	l->stopping = true; /* every answer from now on ends its connection */
	for (unsigned i = 0; i < ARRAY_LEN(talking); i++)
		while (l->phases[talking[i]].first)
			ws_close((struct ws_conn *)l->phases[talking[i]].first, code,
				reason);
	for (unsigned i = 0; i < ARRAY_LEN(busy); i++)
		while (l->phases[busy[i]].first)
			conn_phase(l->phases[busy[i]].first, PHASE_CLOSING);
	while (l->phases[PHASE_HEAD].first)
		conn_kill(l->phases[PHASE_HEAD].first, REFUSAL_COUNT);
}
