/* SPDX-License-Identifier: MPL-2.0
 *
 * Sends at once what the socket takes and keeps the rest. Too much of a rest shuts the
 * socket, and its end is then read like any other end.
 */
#include "wire.h"

#include "samtale/base/fault.h"

#include "re.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct wire {
	int fd;
	struct wire_hooks hooks;
	struct frame_stream *in;
	uint8_t out[WIRE_OUTBOX];
	size_t out_len;
	bool reads, is_freed; /* freed while it reads: then reading frees it */
};

static void ready(int flags, void *arg);

static int want(struct wire *w)
{
	int flags = FD_READ | (w->out_len > 0 ? FD_WRITE : 0);

	return fd_listen(w->fd, flags, ready, w);
}

static void flush(struct wire *w)
{
	ssize_t n;

	if (w->out_len == 0)
		return;
	n = send(w->fd, w->out, w->out_len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n <= 0)
		return; /* full for now, or over: then reading says so */
	w->out_len -= (size_t)n;
	memmove(w->out, w->out + n, w->out_len);
	explicit_bzero(w->out + w->out_len, (size_t)n); /* numbers, digits */
}

void wire_send(struct wire *w, struct bytes frames)
{
	bool waited = w->out_len > 0;

	if (frames.len > sizeof(w->out) - w->out_len) {
		(void)shutdown(w->fd, SHUT_RDWR);
		return;
	}
	memcpy(w->out + w->out_len, frames.at, frames.len);
	w->out_len += frames.len;
	if (!waited)
		flush(w);
	if ((w->out_len > 0) != waited && want(w) != 0)
		(void)shutdown(w->fd, SHUT_RDWR);
}

/* False: the link is over. */
static bool read_some(struct wire *w)
{
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (frame_stream_room(w->in, &at, &room) != 0)
		return false;
	n = recv(w->fd, at, room, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	frame_stream_added(w->in, (size_t)n);
	return n > 0;
}

static void destroy(struct wire *w)
{
	(void)close(w->fd);
	frame_stream_free(w->in);
	free(w);
}

static void read_frames(struct wire *w)
{
	bool good = read_some(w);
	struct frame f;
	int r = FRAME_E_MORE;

	w->reads = true;
	while (good && !w->is_freed && (r = frame_stream_next(w->in, &f)) == 0)
		good = w->hooks.frame(w->hooks.arg, &f);
	if (!w->is_freed && (!good || r == FRAME_E_BAD)) {
		fd_close(w->fd);
		w->hooks.down(w->hooks.arg);
	}
	w->reads = false;
	if (w->is_freed)
		destroy(w);
}

static void ready(int flags, void *arg)
{
	struct wire *w = arg;

	if (flags & FD_WRITE) {
		flush(w);
		if (w->out_len == 0 && want(w) != 0)
			(void)shutdown(w->fd, SHUT_RDWR);
	}
	if (flags & (FD_READ | FD_EXCEPT))
		read_frames(w);
}

int wire_new(struct wire **ret, int fd, const struct wire_hooks *hooks)
{
	struct wire *w = calloc(1, sizeof(*w));
	int r;

	if (!w) {
		(void)close(fd);
		return fault_here(ENOMEM);
	}
	w->fd = fd;
	w->hooks = *hooks;
	r = frame_stream_new(&w->in);
	if (r == 0 && want(w) != 0)
		r = fault_here(ENOMEM);
	if (r < 0) {
		wire_free(w);
		return fault_pass(r);
	}
	*ret = w;
	return 0;
}

struct wire *wire_free(struct wire *w)
{
	if (!w)
		return NULL;
	fd_close(w->fd);
	w->is_freed = true;
	if (!w->reads)
		destroy(w);
	return NULL;
}
