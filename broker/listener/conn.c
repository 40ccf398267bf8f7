/* SPDX-License-Identifier: MPL-2.0
 *
 * A connection from accept to the library's last word: counted at the gate, in exactly
 * one phase with a deadline, freed in one place. Nothing else in the room frees a struct
 * conn.
 */
#include "room.h"

#include <assert.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

static const int64_t phase_length_ms[] = {
	[PHASE_HEAD] = 15000,
	[PHASE_BODY] = 10000,
	[PHASE_THINK] = 30000,
	[PHASE_ANSWER] = 20000,
	[PHASE_QUIET] = 25000,
	[PHASE_PINGED] = 35000,
	[PHASE_CLOSING] = 5000,
};
_Static_assert(ARRAY_LEN(phase_length_ms) == PHASE_COUNT, "one length per phase");

static void leave_queue(struct conn *c)
{
	struct phase_queue *q = &c->l->phases[c->phase];

	if (q->first == c)
		q->first = c->next;
	if (q->last == c)
		q->last = c->prev;
	if (c->prev)
		c->prev->next = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->prev = c->next = NULL;
}

static void enter_queue(struct conn *c, enum phase phase)
{
	struct phase_queue *q = &c->l->phases[phase];

	c->phase = phase;
	c->due_ms = loop_now_ms() + phase_length_ms[phase];
	c->prev = q->last;
	if (q->last)
		q->last->next = c;
	else
		q->first = c;
	q->last = c;
}

void conn_phase(struct conn *c, enum phase phase)
{
	leave_queue(c);
	enter_queue(c, phase);
}

static struct conn *conn_new(struct listener *l, const struct net_prefix *peer)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->l = l;
	c->peer = *peer;
	enter_queue(c, PHASE_HEAD);
	return c;
}

static void conn_free(struct conn *c)
{
	struct listener *l = c->l;

	exchange_gone(c);
	socket_gone(c);
	if (c->place)
		gate_leave(l->gate, c->place);
	gate_left(l->gate);
	leave_queue(c);
	free(c);
	l->trim_due = true;
}

/* A peer that is not one of our proxies is the client: it is counted before its first
 * byte is read. A proxy's clients are counted request by request. */
static bool may_enter(struct conn *c)
{
	if (c->peer.bits == 0 || prefix_list_holds(&c->l->trusted, &c->peer))
		return true;
	return conn_place(c, &c->peer);
}

bool conn_place(struct conn *c, const struct net_prefix *client)
{
	struct net_prefix key = prefix_key(client);
	struct gate_place *place = NULL;

	if (c->place && prefix_equal(&key, &c->client))
		return true;
	c->is_own = prefix_list_holds(&c->l->own, client);
	if (gate_enter(c->l->gate, &key, c->is_own, &place) != 0)
		return false;
	if (c->place)
		gate_leave(c->l->gate, c->place);
	c->place = place;
	c->client = key;
	return true;
}

void conn_accepted(struct listener *l, int fd, const struct net_prefix *peer)
{
	struct conn *c = conn_new(l, peer);
	lws_adopt_desc_t adopt = {
		.vh = l->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
		.fd = { .sockfd = fd },
		.opaque = c,
	};
	struct lws *wsi;

	if (!c) {
		(void)close(fd);
		gate_left(l->gate);
		return;
	}
	if (!may_enter(c)) {
		refused(l, REFUSED_PREFIX);
		(void)close(fd);
		conn_free(c);
		return;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	l->figures.accepted++;
	/* The library closes fd when it fails, but tells conn_gone() only from a certain
	 * point on; l->adopting is cleared there. */
	l->adopting = c;
	wsi = lws_adopt_descriptor_vhost_via_info(&adopt);
	if (wsi && l->adopting)
		c->wsi = wsi;
	else if (l->adopting)
		conn_free(c);
	l->adopting = NULL;
}

void conn_gone(struct conn *c)
{
	struct listener *l = c->l;

	if (l->adopting == c)
		l->adopting = NULL;
	if (!c->had_head && c->phase == PHASE_HEAD)
		refused(l, REFUSED_HANDSHAKE);
	conn_free(c);
}

/* Ends it without further words. A connection that survives, because the library still
 * holds bytes for a peer that takes none, loses its socket and dies of that. */
void conn_kill(struct conn *c, enum refusal why)
{
	struct listener *l = c->l;

	if (why != REFUSAL_COUNT)
		refused(l, why);
	if (!c->wsi) /* not adopted yet: cannot be reached from the loop */
		return;
	if (c->phase == PHASE_CLOSING)
		(void)shutdown(lws_get_socket_fd(c->wsi), SHUT_RDWR);
	conn_phase(c, PHASE_CLOSING);
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

static void conn_due(struct conn *c)
{
	switch (c->phase) {
	case PHASE_QUIET:
		conn_phase(c, PHASE_PINGED);
		socket_quiet(c);
		break;
	case PHASE_PINGED:
		socket_silent(c);
		break;
	case PHASE_HEAD:
	case PHASE_BODY:
	case PHASE_ANSWER:
		conn_kill(c, REFUSED_SLOW);
		break;
	case PHASE_THINK: /* our own fault, not the peer's */
	case PHASE_CLOSING:
	case PHASE_COUNT:
		conn_kill(c, REFUSAL_COUNT);
		break;
	}
}

void conn_sweep(struct listener *l, int64_t now_ms)
{
	for (unsigned p = 0; p < PHASE_COUNT; p++)
		while (l->phases[p].first && l->phases[p].first->due_ms <= now_ms)
			conn_due(l->phases[p].first);
}
