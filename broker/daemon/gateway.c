/* SPDX-License-Identifier: MPL-2.0
 *
 * One link at a time. Orders are sent at once as far as the socket takes them, the rest
 * waits in a bounded outbox. A gateway that speaks another language, or that does not
 * read, loses the link, never the broker; the parent is asked for a fresh one then.
 */
#include "gateway.h"

#include "broker.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/link/report.h"
#include "samtale/session/gateway.h"
#include "samtale/vault/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct gateway {
	struct broker *b;
	struct loop_timer *hang_up; /* never from within a call of the house */
	int fd;                     /* -1: no link */
	struct loop_watch *watch;
	struct frame_stream *frames;
	uint8_t *out;
	size_t out_len;
	uint64_t lost;
};

/* -- the end of a link ------------------------------------------------------------ */
static void drop(struct gateway *g)
{
	if (g->fd < 0)
		return;
	loop_timer_stop(g->hang_up);
	g->watch = loop_watch_free(g->watch);
	g->frames = frame_stream_free(g->frames);
	(void)close(g->fd);
	g->fd = -1;
	secret_wipe(g->out, g->out_len);
	free(g->out);
	g->out = NULL;
	g->out_len = 0;
	g->lost++;
	house_gateway_down(g->b->house);
}

static void ended(struct gateway *g)
{
	drop(g);
	if (!g->b->stopping)
		log_event(EV_GATEWAY_LOST);
}

/* Ours is the fault, or the other's language: both sides live, so they get a new link. */
static void close_bad(void *arg)
{
	struct gateway *g = arg;

	if (g->fd < 0)
		return;
	drop(g);
	log_event(EV_GATEWAY_CLOSED);
	report_send(g->b->report_fd, REPORT_PHONE_LINK_BAD, "");
}

/* -- down ------------------------------------------------------------------------ */
static unsigned wanted(const struct gateway *g)
{
	return LOOP_READ | (g->out_len ? LOOP_WRITE : 0);
}

/* As much as the socket takes; what is wrong with it, reading will find. */
static size_t push(const struct gateway *g, const uint8_t *at, size_t len)
{
	ssize_t n = send(g->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static void push_outbox(struct gateway *g)
{
	size_t n = push(g, g->out, g->out_len);

	g->out_len -= n;
	memmove(g->out, g->out + n, g->out_len);
	secret_wipe(g->out + g->out_len, n); /* numbers, SDP */
	loop_watch_want(g->watch, wanted(g));
}

static bool queue(struct gateway *g, const uint8_t *at, size_t len)
{
	if (!g->out)
		g->out = malloc(LIMIT_GATEWAY_OUTBOX);
	if (!g->out || len > LIMIT_GATEWAY_OUTBOX - g->out_len)
		return false;
	memcpy(g->out + g->out_len, at, len);
	g->out_len += len;
	loop_watch_want(g->watch, wanted(g));
	return true;
}

static bool send_frames(void *arg, struct bytes frames)
{
	struct gateway *g = arg;
	size_t n;

	if (g->fd < 0)
		return false;
	n = g->out_len ? 0 : push(g, frames.at, frames.len);
	if (n == frames.len || queue(g, frames.at + n, frames.len - n))
		return true;
	loop_timer_once(g->hang_up, 0);
	return false;
}

/* -- up -------------------------------------------------------------------------- */
static void hear_frames(struct gateway *g)
{
	struct frame f;
	int r;

	while ((r = frame_stream_next(g->frames, &f)) == 0)
		if (!house_gateway_frame(g->b->house, &f))
			break;
	if (r != FRAME_E_MORE)
		close_bad(g);
}

static void link_speaks(void *arg)
{
	struct gateway *g = arg;
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (g->out_len)
		push_outbox(g);
	if (frame_stream_room(g->frames, &at, &room) < 0) {
		close_bad(g);
		return;
	}
	n = recv(g->fd, at, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ended(g);
		return;
	}
	frame_stream_added(g->frames, (size_t)n);
	hear_frames(g);
}

void gateway_take(struct gateway *g, int fd)
{
	struct gateway_link link = { .arg = g, .send = send_frames };

	drop(g);
	g->fd = fd;
	if (g->b->stopping || frame_stream_new(&g->frames) < 0 ||
		loop_watch_new(&g->watch, g->b->loop, fd, link_speaks, g) < 0) {
		drop(g);
		return;
	}
	loop_watch_want(g->watch, LOOP_READ);
	house_gateway_up(g->b->house, &link);
}

/* -- the life -------------------------------------------------------------------- */
int gateway_new(struct gateway **ret, struct broker *b)
{
	struct gateway *g = calloc(1, sizeof(*g));
	int r;

	if (!g)
		return fault_here(ENOMEM);
	*g = (struct gateway){ .b = b, .fd = -1 };
	r = loop_timer_new(&g->hang_up, b->loop, close_bad, g);
	if (r < 0) {
		free(g);
		return fault_pass(r);
	}
	*ret = g;
	return 0;
}

struct gateway *gateway_free(struct gateway *g)
{
	if (!g)
		return NULL;
	drop(g);
	(void)loop_timer_free(g->hang_up);
	free(g);
	return NULL;
}

uint64_t gateway_lost(const struct gateway *g)
{
	return g->lost;
}
