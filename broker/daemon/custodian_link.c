/* SPDX-License-Identifier: MPL-2.0
 *
 * The bytes of the link. One thread reads it, so that checkpoints arrive while nobody
 * asks, and several may wait for their answers at once. Only the reader closes a link:
 * whoever finds that it takes nothing shuts it down, and the reader sees the end.
 */
#include "custodian_inside.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/link/report.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTION_MAX (16 * 1024) /* minutes to sign, or ids of 512 meetings */

/* -- the end of a link ------------------------------------------------------------- */
static void not_up(struct custodian *c)
{
	if (c->is_up)
		c->fresh_until = lock_deadline(FRESH_LINK_MS);
	c->is_up = false;
}

void custodian_link_end(struct custodian *c)
{
	if (c->fd < 0)
		return;
	c->frames = frame_stream_free(c->frames);
	(void)close(c->fd);
	c->fd = -1;
	c->is_stuck = false;
	not_up(c);
	c->lost++;
	for (struct waiter *w = c->waiters; w; w = w->next)
		if (w->state == WAITS)
			w->state = GONE;
	lock_tell(c->lock);
	if (c->closing)
		return;
	if (c->is_bad) {
		log_event(EV_VAULT_LINK_CLOSED);
		report_send(c->parts.report_fd, REPORT_VAULT_LINK_BAD, "");
	} else {
		log_event(EV_VAULT_LOST);
	}
}

void custodian_link_give_up(struct custodian *c)
{
	c->is_bad = true;
	not_up(c);
	if (c->fd >= 0)
		(void)shutdown(c->fd, SHUT_RDWR);
}

/* -- out --------------------------------------------------------------------------- */
static int send_all(struct custodian *c, const struct writer *w)
{
	if (!writer_ok(w))
		return fault_here(EMSGSIZE);
	if (send(c->fd, w->at, w->len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)w->len)
		return 0;
	custodian_link_give_up(c); /* it reads all the time, or it is gone */
	return fault_here(EAGAIN);
}

int custodian_link_put(struct custodian *c, const struct vault_question *q)
{
	uint8_t *buf = malloc(QUESTION_MAX);
	struct writer w = writer_of(buf, QUESTION_MAX);
	int r;

	if (!buf)
		return fault_here(ENOMEM);
	vault_question_write(&w, q);
	r = send_all(c, &w);
	secret_wipe(buf, w.len); /* case references */
	free(buf);
	return r < 0 ? fault_pass(r) : 0;
}

/* -- in ---------------------------------------------------------------------------- */
static struct waiter *find(struct custodian *c, uint32_t id)
{
	struct waiter *w = c->waiters;

	while (w && w->id != id)
		w = w->next;
	return w;
}

/* Late ones find nobody: the question was given up. */
static void hear_answer(struct custodian *c, const struct frame *f)
{
	struct waiter *w = find(c, f->id);

	if (!w || w->state != WAITS)
		return;
	w->answer = secret_new(f->body.len);
	if (w->answer)
		memcpy(w->answer->at, f->body.at, f->body.len);
	w->state = w->answer ? ANSWERED : GONE;
	lock_tell(c->lock);
}

/* The vault of a later link must be the one that we got our keys from. */
static bool hear_welcome(struct custodian *c, const struct frame *f)
{
	struct vault_answer a;
	bool is_ours = vault_answer_read(f, VAULT_ASK_HELLO, &a) == 0 &&
		       a.result == VAULT_RESULT_DONE &&
		       secret_equal(a.subkeys, secret_bytes(c->subkeys));

	if (is_ours) {
		c->is_up = true;
		lock_tell(c->lock);
	} else {
		log_event(EV_VAULT_STRANGE);
	}
	return is_ours;
}

static bool hear(struct custodian *c, const struct frame *f)
{
	struct bytes line;

	if (f->kind == VAULT_ANSWER && f->id == HELLO_ID)
		return hear_welcome(c, f);
	if (f->kind == VAULT_ANSWER) {
		hear_answer(c, f);
		return true;
	}
	if (vault_anchor_read(f, &line) != 0)
		return false;
	c->parts.anchor(c->parts.arg, line);
	return true;
}

bool custodian_link_read(struct custodian *c)
{
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;
	int r;

	if (frame_stream_room(c->frames, &at, &room) < 0)
		return false;
	n = recv(c->fd, at, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	frame_stream_added(c->frames, (size_t)n);
	c->is_stuck = false;
	while ((r = frame_stream_next(c->frames, &f)) == 0)
		if (!hear(c, &f))
			break;
	frame_stream_wipe(c->frames);
	c->is_bad = c->is_bad || r != FRAME_E_MORE;
	return !c->is_bad;
}

/* -- the reader -------------------------------------------------------------------- */
int custodian_link_begin(struct custodian *c, int fd)
{
	int r = frame_stream_new(&c->frames);

	if (r < 0) {
		(void)close(fd);
		return fault_pass(r);
	}
	c->fd = fd;
	c->is_bad = false;
	return 0;
}

static void take_next(struct custodian *c)
{
	const struct vault_question hello = {
		.kind = VAULT_ASK_HELLO, .id = HELLO_ID, .version = VAULT_LINK_VERSION
	};
	int fd = c->next_fd;

	if (fd < 0)
		return;
	custodian_link_end(c);
	c->next_fd = -1;
	if (custodian_link_begin(c, fd) == 0 && custodian_link_put(c, &hello) < 0)
		custodian_link_give_up(c);
}

void custodian_link_reader(struct job *reading)
{
	struct custodian *c = container_of(reading, struct custodian, reading);
	uint64_t n;

	lock_take(c->lock);
	while (!c->closing) {
		struct pollfd fds[] = { { .fd = c->wake, .events = POLLIN },
			{ .fd = c->fd, .events = POLLIN } };

		lock_leave(c->lock);
		(void)poll(fds, ARRAY_LEN(fds), -1);
		lock_take(c->lock);
		if (fds[1].revents && !custodian_link_read(c))
			custodian_link_end(c);
		if (fds[0].revents && read(c->wake, &n, sizeof(n)) > 0)
			take_next(c);
	}
	lock_leave(c->lock);
}

void custodian_link_wake(struct custodian *c)
{
	uint64_t one = 1;

	(void)!write(c->wake, &one, sizeof(one));
}
