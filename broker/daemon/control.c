/* SPDX-License-Identifier: MPL-2.0
 *
 * A handful of local connections, one request each. What a phrase wrote is queued whole
 * and sent as the socket takes it; a client that goes away loses its answer, never the
 * phrase.
 */
#include "control.h"

#include "broker.h"
#include "errand.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GUESTS_MAX 8
#define BACKLOG    8

struct guest {
	struct control *c;
	struct guest *next;
	int fd; /* -1: gone, an errand is still out */
	struct loop_watch *watch;
	struct frame_stream *frames;
	uint8_t *out;
	size_t out_len, out_at;
	bool asked, answered;
};

struct control {
	struct broker *b;
	int fd;
	char *path;
	struct loop_watch *watch;
	struct guest *guests;
	unsigned count;
};

/* -- guests ---------------------------------------------------------------------- */
static void guest_hang_up(struct guest *g)
{
	g->watch = loop_watch_free(g->watch);
	if (g->fd >= 0)
		(void)close(g->fd);
	g->fd = -1;
}

static void guest_free(struct guest *g)
{
	struct guest **at = &g->c->guests;

	guest_hang_up(g);
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	g->c->count--;
	(void)frame_stream_free(g->frames);
	free(g->out);
	free(g);
}

/* While its errand is out, only the socket goes. */
static void guest_leaves(struct guest *g)
{
	if (g->asked && !g->answered)
		guest_hang_up(g);
	else
		guest_free(g);
}

/* -- answers --------------------------------------------------------------------- */
static void write_chunks(struct writer *w, enum control_kind kind, struct bytes text)
{
	while (text.len > 0) {
		size_t n = text.len < CONTROL_CHUNK_MAX ? text.len : CONTROL_CHUNK_MAX;

		control_answer_write(w, 1,
			&(struct control_answer){
				.kind = kind, .chunk = bytes_of(text.at, n) });
		text = bytes_of(text.at + n, text.len - n);
	}
}

static size_t size_of(const struct errand_result *r)
{
	size_t text = r->out.len + r->err.len;

	return text + (text / CONTROL_CHUNK_MAX + 4) * (FRAME_HEAD + 8);
}

static void push(struct guest *g)
{
	while (g->out_at < g->out_len) {
		ssize_t n = send(g->fd, g->out + g->out_at, g->out_len - g->out_at,
			MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			loop_watch_want(g->watch, LOOP_WRITE);
			return;
		}
		if (n < 0)
			break;
		g->out_at += (size_t)n;
	}
	guest_free(g);
}

static void answered(void *arg, const struct errand_result *r)
{
	struct guest *g = arg;
	size_t cap = size_of(r);
	struct writer w;

	g->answered = true;
	g->out = g->fd >= 0 ? malloc(cap) : NULL;
	if (!g->out) {
		guest_free(g);
		return;
	}
	w = writer_of(g->out, cap);
	write_chunks(&w, CONTROL_STDOUT, r->out);
	write_chunks(&w, CONTROL_STDERR, r->err);
	control_answer_write(&w, 1,
		&(struct control_answer){
			.kind = CONTROL_EXIT, .code = (uint8_t)r->code });
	g->out_len = writer_ok(&w) ? w.len : 0;
	push(g);
}

/* -- requests -------------------------------------------------------------------- */
static void ask(struct guest *g)
{
	struct control_request q;
	struct frame f;
	int r = frame_stream_next(g->frames, &f);

	if (r == FRAME_E_MORE)
		return;
	if (r != 0 || control_request_read(&f, &q) != 0) {
		guest_free(g);
		return;
	}
	g->asked = true;
	loop_watch_want(g->watch, LOOP_NOTHING);
	errand_run(g->c->b, &q, answered, g);
}

static void guest_speaks(void *arg)
{
	struct guest *g = arg;
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (g->out) {
		push(g);
		return;
	}
	if (frame_stream_room(g->frames, &at, &room) != 0) {
		guest_leaves(g);
		return;
	}
	n = recv(g->fd, at, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		guest_leaves(g);
		return;
	}
	frame_stream_added(g->frames, (size_t)n);
	ask(g);
}

static bool may_ask(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	       (who.uid == 0 || who.uid == geteuid());
}

static void guest_comes(void *arg)
{
	struct control *c = arg;
	struct guest *g;
	int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	g = c->count < GUESTS_MAX && may_ask(fd) ? calloc(1, sizeof(*g)) : NULL;
	if (!g) {
		log_event(EV_CONTROL_REFUSED);
		(void)close(fd);
		return;
	}
	*g = (struct guest){ .c = c, .fd = fd, .next = c->guests };
	c->guests = g;
	c->count++;
	if (frame_stream_new(&g->frames) < 0 ||
		loop_watch_new(&g->watch, c->b->loop, fd, guest_speaks, g) < 0) {
		guest_free(g);
		return;
	}
	loop_watch_want(g->watch, LOOP_READ);
}

/* -- the socket ------------------------------------------------------------------ */
/* The folder's lock is ours: a socket that is there was left behind. */
static int open_socket(struct control *c)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (!bytes_to_str(bytes_str(c->path), at.sun_path, sizeof(at.sun_path)))
		return fault_here(ENAMETOOLONG);
	(void)unlink(c->path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Linux gives the file the mode of the socket: ours alone from its first moment.
	 */
	if (c->fd < 0 || fchmod(c->fd, 0600) != 0 ||
		bind(c->fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
		listen(c->fd, BACKLOG) != 0)
		return fault_here(errno);
	return 0;
}

int control_new(struct control **ret, struct broker *b)
{
	owned(control_freep) struct control *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return fault_here(ENOMEM);
	c->b = b;
	c->fd = -1;
	c->path = strdup(b->place->control);
	if (!c->path)
		return fault_here(ENOMEM);
	r = open_socket(c);
	if (r == 0)
		r = loop_watch_new(&c->watch, b->loop, c->fd, guest_comes, c);
	if (r < 0)
		return fault_pass(r);
	loop_watch_want(c->watch, LOOP_READ);
	*ret = c;
	c = NULL;
	return 0;
}

struct control *control_free(struct control *c)
{
	if (!c)
		return NULL;
	while (c->guests)
		guest_free(c->guests);
	(void)loop_watch_free(c->watch);
	if (c->fd >= 0) {
		(void)close(c->fd);
		(void)unlink(c->path);
	}
	free(c->path);
	free(c);
	return NULL;
}
