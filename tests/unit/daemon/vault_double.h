/* SPDX-License-Identifier: MPL-2.0
 *
 * The other end of a custodian's link, played by the test on a thread of its own: reads
 * questions, answers them as it is told to.
 */
#pragma once

#include "../../../broker/daemon/custodian.h"

#include "samtale/link/report.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DOUBLE_LINKS 8

enum manner {
	ANSWERS,  /* DONE, or what `result` says */
	SILENT,   /* reads, says nothing */
	DIES,     /* closes the link at the first question after the welcome */
	BABBLES,  /* answers in another language */
	STRANGER, /* its keys are others */
};

struct vault_double {
	int parent, child; /* the report socket's ends */
	_Atomic int manner;
	_Atomic int result;
	_Atomic unsigned asked[VAULT_FRAME_COUNT], events;
	_Atomic uint32_t last_value;
	pthread_t threads[DOUBLE_LINKS];
	unsigned links;
	int fds[DOUBLE_LINKS];
};

struct double_link {
	struct vault_double *d;
	int fd;
};

static void double_welcome(struct vault_double *d, struct writer *w, uint32_t id)
{
	size_t begun = vault_answer_begin(w, id, VAULT_RESULT_DONE);

	write_u8(w, NODE_SUBKEY_COUNT);
	for (int i = 0; i < NODE_SUBKEY_COUNT * KEY_BYTES; i++)
		write_u8(w, (uint8_t)(d->manner == STRANGER ? 7 : i));
	for (int i = 0; i < VAULT_LINK_KEY; i++)
		write_u8(w, 9);
	write_u8(w, 1); /* development */
	frame_end(w, begun);
}

static void double_rest(struct writer *w, const struct vault_question *q)
{
	struct vault_keys k = { .has = 3 };

	switch (q->kind) {
	case VAULT_ASK_OPEN:
	case VAULT_ASK_CREATE:
		write_u16(w, q->n);
		for (uint16_t i = 0; i < q->n; i++) {
			k.meeting = q->meetings[i];
			memset(k.ck, (int)k.meeting, sizeof(k.ck));
			vault_keys_write(w, &k);
		}
		break;
	case VAULT_ASK_SHELF:
	case VAULT_ASK_FIND_CASE:
		write_u16(w, 2);
		write_u64(w, (uint64_t)q->after + 1);
		write_u64(w, (uint64_t)q->after + 2);
		break;
	case VAULT_ASK_STATE:
		vault_state_write(
			w, &(struct vault_state){ .size = 42, .is_development = true });
		break;
	case VAULT_ASK_PRUNE:
		write_u32(w, 0);
		break;
	default:
		break;
	}
}

/* False: the link is over. */
static bool double_answer(struct vault_double *d, int fd, const struct frame *f)
{
	static _Thread_local uint8_t buf[64 * 1024];
	struct writer w = writer_of(buf, sizeof(buf));
	static _Thread_local struct vault_question q;
	int result = d->result;
	size_t begun;

	assert(vault_question_read(f, &q) == 0);
	d->asked[q.kind]++;
	if (q.kind == VAULT_ASK_NOTE && d->manner == ANSWERS && result == 0) {
		d->events += q.n;
		d->last_value = q.events[q.n - 1].value;
	}
	if (q.kind == VAULT_ASK_HELLO) {
		double_welcome(d, &w, q.id);
		return send(fd, w.at, w.len, MSG_NOSIGNAL) == (ssize_t)w.len;
	}
	if (d->manner == SILENT)
		return true;
	if (d->manner == DIES)
		return false;
	if (d->manner == BABBLES)
		return send(fd, "\0\0\0\5\377abcd", 9, MSG_NOSIGNAL) == 9;
	begun = vault_answer_begin(&w, q.id, (enum vault_result)result);
	if (result == VAULT_RESULT_DONE)
		double_rest(&w, &q);
	frame_end(&w, begun);
	assert(writer_ok(&w));
	return send(fd, w.at, w.len, MSG_NOSIGNAL) == (ssize_t)w.len;
}

static void *double_main(void *arg)
{
	struct double_link *l = arg;
	owned(frame_stream_freep) struct frame_stream *s = NULL;
	struct frame f;
	bool goes_on = frame_stream_new(&s) == 0;

	while (goes_on) {
		uint8_t *at;
		size_t room;
		ssize_t n;

		if (frame_stream_room(s, &at, &room) < 0)
			break;
		n = recv(l->fd, at, room, 0);
		if (n <= 0)
			break;
		frame_stream_added(s, (size_t)n);
		while (goes_on && frame_stream_next(s, &f) == 0)
			goes_on = double_answer(l->d, l->fd, &f);
	}
	(void)shutdown(l->fd, SHUT_RDWR);
	free(l);
	return NULL;
}

/* The parent hands out a link; which: to the report socket, or the end itself. */
static int double_make_link(struct vault_double *d)
{
	struct double_link *l = malloc(sizeof(*l));
	int pair[2];

	assert(l && d->links < DOUBLE_LINKS);
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	*l = (struct double_link){ d, pair[1] };
	d->fds[d->links] = pair[1];
	assert(pthread_create(&d->threads[d->links++], NULL, double_main, l) == 0);
	return pair[0];
}

static void double_give_link(struct vault_double *d)
{
	int fd = double_make_link(d);

	assert(report_give_link(d->parent, REPORT_VAULT_LINK, fd) == 0);
	(void)close(fd);
}

/* It crashes: every link of it ends. */
static void double_crash(struct vault_double *d)
{
	for (unsigned i = 0; i < d->links; i++)
		(void)shutdown(d->fds[i], SHUT_RDWR);
}

static void double_open(struct vault_double *d)
{
	int pair[2];

	*d = (struct vault_double){ 0 };
	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	d->parent = pair[0];
	d->child = pair[1];
}

static void double_close(struct vault_double *d)
{
	double_crash(d);
	for (unsigned i = 0; i < d->links; i++) {
		(void)pthread_join(d->threads[i], NULL);
		(void)close(d->fds[i]);
	}
	(void)close(d->parent);
	(void)close(d->child);
}
