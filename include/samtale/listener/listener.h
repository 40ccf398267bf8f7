/* SPDX-License-Identifier: MPL-2.0
 *
 * The door to browsers: TLS, HTTP, WebSocket and the built-in pages, on a loop. It knows
 * nothing of meetings; it calls up through a table of functions. One port (or one unix
 * socket in plain HTTP for a reverse proxy), one origin.
 */
#pragma once

#include "samtale/base/compiler.h"
#include "samtale/listener/assets.h"
#include "samtale/listener/certificate.h"
#include "samtale/listener/http.h"
#include "samtale/listener/loop.h"
#include "samtale/listener/prefix.h"
#include "samtale/listener/ws.h"

#include <stdint.h>

struct listener;

struct listener_settings {       /* everything is copied */
	const char *address;     /* numeric IPv4 or IPv6; unused with socket_path */
	uint16_t port;           /* 0: the system chooses, listener_port() tells */
	const char *socket_path; /* NULL or "": address and port */
	unsigned socket_mode;    /* of the unix socket, e.g. 0660 */
	const char *certificate; /* files; unused with socket_path */
	const char *key;
	const char *origin;  /* exact; NULL or "": https://localhost:PORT */
	const char *ws_path; /* "/ws" */
	struct prefix_list trusted_proxies;
	struct prefix_list own_networks;
	unsigned connections; /* in all */
	unsigned per_prefix;
	unsigned per_own_prefix;
	uint32_t hsts_seconds; /* 0: no Strict-Transport-Security */
};

struct listener_hooks {
	void *arg; /* of http and ws_open */
	/* A request that no asset answers. Takes the exchange: see http.h. */
	void (*http)(void *arg, struct http_exchange *x);
	struct ws_hooks ws;
};

enum refusal {
#define REFUSAL(id, status, code, sentence) REFUSED_##id,
#include "samtale/listener/refusals.def"
#undef REFUSAL
	REFUSAL_COUNT
};

struct listener_figures { /* for metrics; counted since start unless said */
	uint64_t accepted, requests, websockets;
	unsigned connections_now, websockets_now;
	uint64_t refused[REFUSAL_COUNT];
	uint64_t library_complaints; /* error lines of libwebsockets, not kept */
};

struct listener_error {
	char sentence[640]; /* one sentence for the administrator */
};

/* *ret_error says what: port in use, certificate, plugin, ... */
#define LISTENER_E_BAD 1

/* Opens the port and serves from the next turn of the loop on. assets and hooks must
 * outlive the listener. Sets this process's soft limit of descriptors to what connections
 * needs, as far as the hard limit allows, because libwebsockets sizes its tables by it.
 */
must_check int listener_new(struct listener **ret, struct loop *loop,
	const struct listener_settings *settings, const struct listener_hooks *hooks,
	struct listener_error *ret_error);
/* Drops every connection at once. Call it outside the hooks. */
struct listener *listener_free(struct listener *l);
DEFINE_FREEP(struct listener, listener_free, listener_freep)

/* Outcome: -EINVAL when a path is there twice or there are more than ASSETS_MAX. */
must_check int listener_set_assets(
	struct listener *l, const struct asset *assets, unsigned count);

uint16_t listener_port(const struct listener *l); /* 0 on a unix socket */
const char *listener_origin(const struct listener *l);
void listener_figures(const struct listener *l, struct listener_figures *ret);
const char *refusal_code(enum refusal r);
const char *refusal_sentence(enum refusal r);

/* Checks the pair (same files' names as at start), then uses it for new connections;
 * those that are open stay. Outcomes as certificate_check(); after CERTIFICATE_E_BAD the
 * old pair serves on. */
must_check int listener_reload_certificate(
	struct listener *l, struct certificate_sentence *ret);

/* A graceful end: no new connections; then every WebSocket gets what waits for it and the
 * close code, the rest is closed; figures.connections_now tells when all are gone (at
 * most 5 s later). */
void listener_stop_accepting(struct listener *l);
void listener_close_all(struct listener *l, unsigned code, const char *reason);
