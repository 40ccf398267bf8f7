/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what a listener and its connections are made of. One struct conn
 * per descriptor, from accept to the library's last word about it.
 *
 * Time-outs are ours. Under its libev plugin libwebsockets 4.1.6 arms its one timer for
 * the deadline that is nearest when it looks and does not come back for a nearer one, so
 * its own time-outs can be half a minute late; they stay as a second line. Every
 * connection is in one phase; a phase has one length, so its queue is in order of
 * deadline by itself and costs nothing to keep.
 */
#pragma once

#include "gate.h"
#include "pages.h"
#include "tls.h"

#include "samtale/base/limits.h"
#include "samtale/listener/listener.h"

#include <libwebsockets.h>

enum phase {
	PHASE_HEAD,    /* handshake, request head, or idle between requests */
	PHASE_BODY,    /* the rest of a body */
	PHASE_THINK,   /* somebody above is making the answer */
	PHASE_ANSWER,  /* the client is taking it; renewed by progress */
	PHASE_QUIET,   /* WebSocket, heard lately */
	PHASE_PINGED,  /* WebSocket, asked whether it is there */
	PHASE_CLOSING, /* last words */
	PHASE_COUNT
};

struct conn {
	struct listener *l;
	struct lws *wsi;
	struct conn *prev, *next; /* in its phase's queue */
	int64_t due_ms;
	enum phase phase;

	struct net_prefix peer;   /* the other end; 0 bits on the unix socket */
	struct net_prefix client; /* key of the client; 0 bits when unknown */
	struct gate_place *place; /* where it is counted, NULL when nowhere */
	bool is_own;
	bool had_head; /* got as far as a request */

	/* HTTP */
	struct http_exchange *x; /* being received or thought about */
	uint8_t *out;            /* head, and the body when it is not an asset's */
	size_t out_len, out_at;
	struct bytes page; /* an asset's bytes, after out */
	bool close_after;  /* the answer ends the connection */
	bool has_ticket;   /* for TLS resumption, once a connection */
	bool discard;      /* refused: the body runs out unread, then the end */

	/* WebSocket */
	bool is_ws, is_open; /* is_open: ws_closed() is owed */
	bool ping_due, closing, said_close;
	uint16_t close_code;
	const char *close_reason;
	void *peer_above;
	uint8_t *message; /* a message in pieces */
	size_t message_len, message_cap;
	unsigned message_frames; /* that came and were not the last */
};

struct phase_queue {
	struct conn *first, *last;
};

struct door;

struct listener {
	struct loop *loop;
	struct listener_hooks hooks;
	struct prefix_list trusted, own;
	char *origin, *ws_path;
	struct bytes authority, host; /* in origin */
	uint32_t hsts_seconds;
	bool is_plain;

	struct gate *gate;
	struct tls *tls;
	struct pages pages;
	struct door *door;
	struct lws_context *lws;
	struct lws_vhost *vhost;
	struct loop_timer *sweep;
	struct phase_queue phases[PHASE_COUNT];
	struct conn *adopting; /* handed to the library, not yet acknowledged */

	bool stopping;
	bool trim_due;
	struct listener_figures figures, logged;
	uint8_t *scratch; /* LWS_PRE + LIMIT_OUTBOX: a message on its way out */
};

/* -- conn.c ------------------------------------------------------------------------ */
void conn_accepted(struct listener *l, int fd, const struct net_prefix *peer);
void conn_gone(struct conn *c); /* the library's last word */
void conn_phase(struct conn *c, enum phase phase);
void conn_kill(struct conn *c, enum refusal why);
void conn_sweep(struct listener *l, int64_t now_ms);
/* Finds out who the client is and counts it there. Outcome false: too many from there. */
must_check bool conn_place(struct conn *c, const struct net_prefix *client);
static inline void refused(struct listener *l, enum refusal why)
{
	l->figures.refused[why]++;
}

/* -- door.c ------------------------------------------------------------------------ */
must_check int door_new(struct door **ret, struct listener *l,
	const struct listener_settings *s, struct listener_error *ret_error);
struct door *door_free(struct door *d);
uint16_t door_port(const struct door *d);

/* -- request.c: what a head says, read from the library once ----------------------- */
#define REQUEST_TEXT_MAX (LIMIT_HEAD + 64)

struct request {
	enum http_method method;
	struct bytes path, headers[HTTP_HEADER_ID_COUNT], accept_encoding;
	uint64_t body_len;
	bool wants_close;
	size_t text_len;
	char text[REQUEST_TEXT_MAX]; /* what the views look into */
};

#define REQUEST_OK REFUSAL_COUNT
/* REQUEST_OK or why not. Also places the client (conn_place). upgrade: a WebSocket is
 * asked for, and its rules apply. */
must_check enum refusal request_read(struct conn *c, bool upgrade, struct request *ret);
/* The cookies alone, for the moment in which a WebSocket opens. */
struct bytes request_cookie(struct conn *c, struct request *ret);

/* -- exchange.c -------------------------------------------------------------------- */
/* Each returns what the library's callback returns: 0, or -1 to close. */
int exchange_filter(struct conn *c);
int exchange_begin(struct conn *c);
int exchange_body(struct conn *c, struct bytes part);
int exchange_body_end(struct conn *c);
int exchange_writable(struct conn *c);
void exchange_gone(struct conn *c);
/* Writes a refusal at once; nothing that follows on this connection is looked at. */
int exchange_refuse(struct conn *c, enum refusal why);

/* -- socket.c ---------------------------------------------------------------------- */
int socket_upgrade(struct conn *c);
int socket_open(struct conn *c);
int socket_received(struct conn *c, struct bytes part);
void socket_heard(struct conn *c);
int socket_writable(struct conn *c);
void socket_quiet(struct conn *c);  /* nothing heard: ask */
void socket_silent(struct conn *c); /* nothing heard still */
void socket_gone(struct conn *c);
