/* SPDX-License-Identifier: MPL-2.0
 *
 * For custodian*.c only: what both halves share. Everything is under one lock, and
 * nothing under it waits but for the link itself.
 */
#pragma once

#include "custodian.h"

#include "samtale/base/lock.h"
#include "samtale/base/work.h"

#define HELLO_ID      0    /* of the reader's own question on every later link */
#define FRESH_LINK_MS 1000 /* a vault that crashed is back, or welcomes us, by then */

struct waiter {
	struct waiter *next;
	uint32_t id;
	enum { WAITS, ANSWERED, GONE } state;
	struct secret *answer; /* the frame's body */
};

struct custodian {
	struct custodian_parts parts;
	struct lock *lock;
	struct worker *reader; /* NULL: not started, who asks reads */
	struct job reading;
	int wake; /* eventfd: the reader looks at next_fd and closing */

	/* Under the lock: */
	int fd, next_fd; /* -1: none */
	struct frame_stream *frames;
	bool is_up;          /* its vault is ours: questions may go */
	bool is_bad;         /* it has to be given up */
	bool is_stuck;       /* an answer is overdue: nobody waits for more */
	int64_t fresh_until; /* not up: so long for the next one; nobody waits after */
	bool closing;
	struct waiter *waiters;
	struct secret *subkeys; /* of the first welcome */
	uint32_t last_id;
	uint64_t lost;
};

/* -- custodian_link.c: under the lock ---------------------------------------------- */
must_check int custodian_link_begin(struct custodian *c, int fd);
void custodian_link_end(struct custodian *c);
/* Sends a question. Faults: -ENOMEM, -EMSGSIZE, -EAGAIN. */
must_check int custodian_link_put(struct custodian *c, const struct vault_question *q);
/* What came is not our language: it ends, and a fresh one is asked for. */
void custodian_link_give_up(struct custodian *c);
/* What the socket has now. False: the link is over. */
bool custodian_link_read(struct custodian *c);
/* The reader's one job: until closing. */
void custodian_link_reader(struct job *reading);
void custodian_link_wake(struct custodian *c);
