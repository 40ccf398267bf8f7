/* SPDX-License-Identifier: MPL-2.0
 *
 * Between the listener's WebSockets and the session room: cookies become hashes, messages
 * go up, what is queued comes down. One small struct per connection joins the two.
 */
#include "broker.h"

#include "samtale/api/field.h"
#include "samtale/session/peer.h"

#include <assert.h>
#include <stdlib.h>

struct tie {
	struct ws_conn *conn;
	struct peer *peer;
};

static void wake(void *conn)
{
	ws_wake(conn);
}

static void close_it(void *conn, uint16_t code, const char *reason)
{
	ws_close(conn, code, reason);
}

static int opened(
	void *arg, struct ws_conn *c, const struct ws_request *r, void **ret_peer)
{
	struct broker *b = arg;
	struct peer_credentials who = { 0 };
	struct peer_link link = { .conn = c, .wake = wake, .close = close_it };
	struct tie *t;

	if (b->stopping)
		return close_code_number(CLOSE_RESTARTING);
	t = calloc(1, sizeof(*t));
	who.has_device = token_hash(b->node, TOKEN_DEVICE,
		field_cookie(r->cookie, "__Host-device"), &who.device);
	who.has_session = token_hash(b->node, TOKEN_SESSION,
		field_cookie(r->cookie, "__Host-staff"), &who.session);
	if (!t || peer_open(&t->peer, b->house, &who, &link) != 0) {
		free(t);
		return close_code_number(CLOSE_FAULT);
	}
	t->conn = c;
	*ret_peer = t;
	return 0;
}

static void message(void *peer, struct bytes text)
{
	struct tie *t = peer;

	peer_message(t->peer, text);
}

static struct bytes next(void *peer)
{
	struct tie *t = peer;
	uint8_t *at;
	size_t len;

	return peer_next(t->peer, &at, &len) ? bytes_of(at, len) : BYTES_NULL;
}

static void closed(void *peer)
{
	struct tie *t = peer;

	peer_closed(t->peer);
	free(t);
}

void sockets_hooks(struct ws_hooks *ret)
{
	*ret = (struct ws_hooks){ opened, message, next, closed };
}
