/* SPDX-License-Identifier: MPL-2.0
 *
 * One WebSocket of subprotocol samtale.v1 whose Origin, Host and upgrade were right. The
 * listener hands whole text messages up and fetches what is to be written when the socket
 * can take it; what waits belongs to the peer, in an outbox of its own.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/listener/prefix.h"

#include <stdbool.h>

struct ws_conn;

struct ws_request { /* valid during ws_open() only */
	struct bytes cookie;
	struct net_prefix client; /* as http_client() */
	bool is_own_network;
};

struct ws_hooks {
	/* A connection is open. Outcome 0: *ret_peer comes back in every other call; the
	 * connection stays valid until ws_closed(). Outcome > 0: closed at once with that
	 * close code, no ws_closed() follows. */
	int (*ws_open)(void *arg, struct ws_conn *c, const struct ws_request *r,
		void **ret_peer);
	/* One whole message, valid UTF-8, at most LIMIT_WS_MESSAGE bytes. None comes
	 * after ws_close(). */
	void (*ws_message)(void *peer, struct bytes text);
	/* The next message to write, at most LIMIT_OUTBOX bytes, taken out of the outbox;
	 * valid until the next call for this peer. BYTES_NULL when there is none. */
	struct bytes (*ws_next)(void *peer);
	/* The connection is gone, for whatever reason, also after ws_close(). Called
	 * once, never from inside ws_wake() or ws_close(). */
	void (*ws_closed)(void *peer);
};

/* Something waits: ws_next() is called as soon as the socket can take it. */
void ws_wake(struct ws_conn *c);
/* Writes what waits (for at most 5 s), then closes. reason is a literal of at most 60
 * bytes and says nothing personal. A second call does nothing. */
void ws_close(struct ws_conn *c, unsigned code, const char *reason);
