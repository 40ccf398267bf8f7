/* SPDX-License-Identifier: MPL-2.0
 *
 * One connection that speaks samtale.v1: before hello it is nobody, then a citizen's
 * device in a seat or a member of staff. What a peer sends is charged before it is read,
 * what is queued for it is bounded, and a slow or loud one costs only itself.
 *
 * All calls on the loop's thread. A peer is opened after the WebSocket handshake and
 * lives until peer_closed(), which the connection's owner calls exactly once.
 */
#pragma once

#include "samtale/session/close_code.h"
#include "samtale/vault/token.h"

struct house;
struct peer;

/* How a peer reaches its connection. Both calls only note something: neither may call
 * back into this room before it returns. */
struct peer_link {
	void *conn;
	/* Something is queued: call peer_next() when the connection is writable. */
	void (*wake)(void *conn);
	/* Send what peer_next() still gives, then this close frame, then close. Called at
	 * most once; what still arrives is ignored. */
	void (*close)(void *conn, uint16_t code, const char *reason);
};

/* What the upgrade request's cookies say; hashes only. Whether they are worth anything
 * is looked up at hello. */
struct peer_credentials {
	bool has_device;
	struct token_hash device; /* TOKEN_DEVICE of __Host-device */
	bool has_session;
	struct token_hash session; /* TOKEN_SESSION of __Host-staff */
};

/* Faults: -ENOMEM. */
must_check int peer_open(struct peer **ret, struct house *h,
	const struct peer_credentials *who, const struct peer_link *link);

/* One whole text message. Not for fragments: the listener joins them up to
 * LIMIT_WS_MESSAGE and ends longer ones by peer_refuse(p, CLOSE_TOO_BIG). */
void peer_message(struct peer *p, struct bytes text);
/* The listener saw something that costs the connection (NOT_TEXT, TOO_BIG). */
void peer_refuse(struct peer *p, enum close_code why);

/* The next message to send, or false. There are PEER_HEADROOM writable bytes in front of
 * *ret_at for the frame's head; all stays valid until the next call with this peer. The
 * same bytes may be queued for another peer: write the head anew each time. */
#define PEER_HEADROOM 16
must_check bool peer_next(struct peer *p, uint8_t **ret_at, size_t *ret_len);
bool peer_is_idle(const struct peer *p); /* nothing is queued */

/* The connection is gone. Frees the peer. */
void peer_closed(struct peer *p);
