/* SPDX-License-Identifier: MPL-2.0
 *
 * Bytes in, groups of questions to the custody, bytes out. A link is known by a number
 * that is never used again, so that no answer can reach another link than asked.
 */
#include "vault_links.h"

#include "samtale/base/fault.h"
#include "samtale/link/vault.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct end {             /* our end of a link */
	unsigned number; /* 0: this place is free */
	int fd;
	struct frame_stream *frames;
};

struct vault_links {
	struct custody *custody;
	struct end ends[VAULT_LINKS_MAX];
	unsigned last_number, dropped;
	int fault; /* the first of a commit, while serving */
};

static void end_close(struct end *e)
{
	e->frames = frame_stream_free(e->frames);
	(void)close(e->fd);
	*e = (struct end){ .fd = -1 };
}

/* What they sent, or did not take, is not ours: they get a fresh one. */
static void end_drop(struct vault_links *l, struct end *e)
{
	end_close(e);
	l->dropped++;
}

/* -- out --------------------------------------------------------------------------- */
/* The serving process reads all the time. Whoever lets a whole socket fill up is not it.
 */
static void put(struct vault_links *l, struct end *e, struct bytes frames)
{
	ssize_t n = send(e->fd, frames.at, frames.len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n == (ssize_t)frames.len)
		return;
	if (n < 0 && errno != EAGAIN)
		end_close(e); /* it is gone */
	else
		end_drop(l, e);
}

static void answer(void *arg, unsigned number, struct bytes frames)
{
	struct vault_links *l = arg;

	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		if (l->ends[i].number == number)
			put(l, &l->ends[i], frames);
}

static void tell(struct vault_links *l, struct end *e, const char *checkpoint)
{
	uint8_t buf[FRAME_HEAD + VAULT_LINK_LINE + 2];
	struct writer w = writer_of(buf, sizeof(buf));

	vault_anchor_write(&w, bytes_str(checkpoint));
	if (writer_ok(&w))
		put(l, e, writer_bytes(&w));
}

void vault_links_tell(struct vault_links *l, const char *checkpoint)
{
	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		if (l->ends[i].number)
			tell(l, &l->ends[i], checkpoint);
}

/* -- in ---------------------------------------------------------------------------- */
/* Faults are answered as such; they are for the log of the operation alone. */
static int noted(struct vault_links *l, int r)
{
	if (r < 0 && l->fault == 0)
		l->fault = r;
	return r;
}

static void settle(struct vault_links *l)
{
	(void)noted(l, custody_settle(l->custody, answer, l));
}

/* A full group is settled first; its answers may have closed this link. */
static bool ask(struct vault_links *l, const struct end *e, const struct frame *f)
{
	unsigned number = e->number;
	int r = noted(l, custody_ask(l->custody, number, f));

	if (r == CUSTODY_E_LATER) {
		settle(l);
		if (e->number != number)
			return true;
		r = noted(l, custody_ask(l->custody, number, f));
	}
	return r <= 0;
}

static void ask_all(struct vault_links *l, struct end *e)
{
	struct frame f;
	int r = 0;

	while (e->number && (r = frame_stream_next(e->frames, &f)) == 0)
		if (!ask(l, e, &f))
			break;
	if (e->number && r != FRAME_E_MORE)
		end_drop(l, e);
}

static void hear(struct vault_links *l, struct end *e)
{
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (frame_stream_room(e->frames, &at, &room) < 0) {
		end_drop(l, e);
		return;
	}
	n = read(e->fd, at, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end_close(e);
		return;
	}
	frame_stream_added(e->frames, (size_t)n);
	ask_all(l, e);
}

void vault_links_watch(const struct vault_links *l, struct pollfd fds[VAULT_LINKS_MAX])
{
	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		fds[i] = (struct pollfd){ .fd = l->ends[i].fd, .events = POLLIN };
}

int vault_links_serve(struct vault_links *l, const struct pollfd fds[VAULT_LINKS_MAX],
	unsigned *ret_dropped)
{
	l->fault = 0;
	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		if (fds[i].revents && l->ends[i].number)
			hear(l, &l->ends[i]);
	settle(l);
	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		if (l->ends[i].number)
			frame_stream_wipe(l->ends[i].frames);
	*ret_dropped = l->dropped;
	l->dropped = 0;
	return l->fault < 0 ? fault_pass(l->fault) : 0;
}

/* -- the life ---------------------------------------------------------------------- */
/* The oldest gives way: its other end is a serving process that is being replaced. */
static struct end *free_end(struct vault_links *l)
{
	struct end *oldest = &l->ends[0];

	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		if (l->ends[i].number < oldest->number)
			oldest = &l->ends[i];
	if (oldest->number)
		end_close(oldest);
	return oldest;
}

void vault_links_take(struct vault_links *l, int fd, const char *newest)
{
	struct end *e = free_end(l);

	*e = (struct end){ .number = ++l->last_number, .fd = fd };
	if (frame_stream_new(&e->frames) < 0)
		end_drop(l, e);
	else if (newest[0])
		tell(l, e, newest);
}

unsigned vault_links_count(const struct vault_links *l)
{
	unsigned n = 0;

	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		n += l->ends[i].number != 0;
	return n;
}

int vault_links_new(struct vault_links **ret, struct custody *custody)
{
	struct vault_links *l = calloc(1, sizeof(*l));

	if (!l)
		return fault_here(ENOMEM);
	l->custody = custody;
	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		l->ends[i].fd = -1;
	*ret = l;
	return 0;
}

struct vault_links *vault_links_free(struct vault_links *l)
{
	if (!l)
		return NULL;
	for (size_t i = 0; i < VAULT_LINKS_MAX; i++)
		if (l->ends[i].number)
			end_close(&l->ends[i]);
	free(l);
	return NULL;
}
