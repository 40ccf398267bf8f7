/* SPDX-License-Identifier: MPL-2.0
 *
 * Who asks waits; who waited in vain once is not followed by others, until the vault is
 * heard again: a disk that stands still must not hold up the store's worker for long.
 */
#include "custodian_inside.h"

#include "samtale/base/fault.h"
#include "samtale/link/report.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_LINK_MS 5000 /* the parent hands it over when it has started us */
#define ANSWER_MS     5000

/* -- asking ------------------------------------------------------------------------ */
static int wait_until_up(struct custodian *c)
{
	while (!c->is_up && !c->closing)
		if (!c->reader || !lock_wait(c->lock, c->fresh_until))
			return fault_here(EAGAIN);
	return c->is_up ? 0 : fault_here(EAGAIN);
}

/* Before there is a reader, who asks reads. */
static bool read_myself(struct custodian *c)
{
	struct pollfd fd = { .fd = c->fd, .events = POLLIN };

	return poll(&fd, 1, ANSWER_MS) == 1 && custodian_link_read(c);
}

static int wait_for_answer(struct custodian *c, const struct waiter *w)
{
	int64_t until = lock_deadline(ANSWER_MS);
	bool goes_on = true;

	while (w->state == WAITS && goes_on)
		goes_on = c->reader ? lock_wait(c->lock, until) : read_myself(c);
	c->is_stuck = w->state == WAITS;
	return w->state == ANSWERED ? 0 : fault_here(EAGAIN);
}

static void forget(struct custodian *c, const struct waiter *w)
{
	struct waiter **at = &c->waiters;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
}

static int ask(struct custodian *c, struct waiter *w, struct vault_question *q)
{
	int r = c->is_stuck ? fault_here(EAGAIN) : wait_until_up(c);

	if (r < 0)
		return fault_pass(r);
	do
		w->id = q->id = ++c->last_id;
	while (w->id == HELLO_ID);
	w->next = c->waiters;
	c->waiters = w;
	r = custodian_link_put(c, q);
	if (r == 0)
		r = wait_for_answer(c, w);
	forget(c, w);
	return r < 0 ? fault_pass(r) : 0;
}

/* Of a result as the functions of this room say it. */
static int outcome_of(enum vault_result result)
{
	switch (result) {
	case VAULT_RESULT_DONE:
		return 0;
	case VAULT_RESULT_TAKEN:
		return VAULT_RESULT_TAKEN;
	case VAULT_RESULT_FULL:
		return fault_here(ENOSPC);
	case VAULT_RESULT_FAILED:
	case VAULT_RESULT_COUNT:
		break;
	}
	return fault_here(EIO);
}

static int read_answer(struct custodian *c, const struct vault_question *q,
	const struct secret *body, struct vault_answer *ret)
{
	struct frame f = {
		.kind = VAULT_ANSWER, .id = q->id, .body = secret_bytes(body)
	};

	if (vault_answer_read(&f, q->kind, ret) == 0)
		return outcome_of(ret->result);
	lock_take(c->lock);
	custodian_link_give_up(c);
	lock_leave(c->lock);
	return fault_here(EAGAIN);
}

int custodian_ask(
	struct custodian *c, struct vault_question *q, struct custodian_reply *ret)
{
	struct custodian_reply reply;
	struct waiter w = { .state = WAITS };
	int r;

	lock_take(c->lock);
	r = ask(c, &w, q);
	lock_leave(c->lock);
	if (r == 0)
		r = read_answer(c, q, w.answer, &reply.answer);
	reply.body = w.answer;
	if (r == 0 && ret)
		*ret = reply;
	else
		custodian_reply_drop(&reply);
	return r;
}

void custodian_reply_drop(struct custodian_reply *r)
{
	r->body = secret_free(r->body);
}

/* -- the life ---------------------------------------------------------------------- */
static int first_link(struct custodian *c)
{
	struct pollfd parent = { .fd = c->parts.report_fd, .events = POLLIN };
	enum report_kind kind;
	int fd, r;

	if (poll(&parent, 1, FIRST_LINK_MS) != 1)
		return fault_here(EAGAIN);
	r = report_take_link(c->parts.report_fd, &kind, &fd);
	if (r != 0)
		return r < 0 ? fault_pass(r) : fault_here(EAGAIN);
	if (kind == REPORT_VAULT_LINK)
		return custodian_link_begin(c, fd);
	(void)close(fd);
	return fault_here(EPROTO);
}

static int read_welcome(struct custodian *c, const struct vault_answer *hello,
	struct custodian_welcome *ret)
{
	size_t len = NODE_SUBKEY_COUNT * KEY_BYTES;
	struct key *keys;
	int r;

	if (hello->n != NODE_SUBKEY_COUNT || hello->subkeys.len != len)
		return fault_here(EPROTO);
	c->subkeys = secret_new(len);
	keys = secret_alloc(len);
	if (!c->subkeys || !keys) {
		secret_drop(keys);
		return fault_here(ENOMEM);
	}
	memcpy(c->subkeys->at, hello->subkeys.at, len);
	memcpy(keys, hello->subkeys.at, len);
	r = node_key_from_subkeys(&ret->node, keys);
	secret_drop(keys);
	ret->is_development = hello->is_development;
	memcpy(ret->signing, hello->public_key.at, sizeof(ret->signing));
	return r < 0 ? fault_pass(r) : 0;
}

static int be_welcomed(struct custodian *c, struct custodian_welcome *ret)
{
	struct vault_question q = { .kind = VAULT_ASK_HELLO,
		.version = VAULT_LINK_VERSION };
	struct custodian_reply hello;
	int r = first_link(c);

	if (r < 0)
		return fault_pass(r);
	c->is_up = true;
	r = custodian_ask(c, &q, &hello);
	if (r != 0)
		return fault_fold(r);
	r = read_welcome(c, &hello.answer, ret);
	custodian_reply_drop(&hello);
	return r < 0 ? fault_pass(r) : 0;
}

static int make_tools(struct custodian *c)
{
	int r = lock_new(&c->lock);

	if (r < 0)
		return fault_pass(r);
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return c->wake < 0 ? fault_here(errno) : 0;
}

int custodian_new(struct custodian **ret, const struct custodian_parts *parts,
	struct custodian_welcome *ret_welcome)
{
	owned(custodian_freep) struct custodian *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return fault_here(ENOMEM);
	c->parts = *parts;
	c->fd = c->next_fd = c->wake = -1;
	r = make_tools(c);
	if (r == 0)
		r = be_welcomed(c, ret_welcome);
	if (r < 0)
		return fault_pass(r);
	*ret = c;
	c = NULL;
	return 0;
}

static void has_read(struct job *reading)
{
	(void)reading; /* it is part of the custodian */
}

int custodian_start(struct custodian *c)
{
	struct worker_hooks none = { 0 };
	int r = worker_new(&c->reader, "vault-link", 1, &none);

	if (r < 0)
		return fault_pass(r);
	c->reading = (struct job){ .run = custodian_link_reader, .done = has_read };
	return fault_fold(worker_put(c->reader, &c->reading));
}

struct custodian *custodian_free(struct custodian *c)
{
	if (!c)
		return NULL;
	if (c->lock) {
		lock_take(c->lock);
		c->closing = true;
		lock_leave(c->lock);
		custodian_link_wake(c);
		c->reader = worker_free(c->reader);
		custodian_link_end(c);
	}
	if (c->next_fd >= 0)
		(void)close(c->next_fd);
	if (c->wake >= 0)
		(void)close(c->wake);
	(void)secret_free(c->subkeys);
	(void)lock_free(c->lock);
	free(c);
	return NULL;
}

void custodian_take(struct custodian *c, int fd)
{
	lock_take(c->lock);
	if (c->next_fd >= 0)
		(void)close(c->next_fd);
	c->next_fd = fd;
	c->fresh_until = lock_deadline(FRESH_LINK_MS); /* its welcome is on the way */
	lock_leave(c->lock);
	custodian_link_wake(c);
}

bool custodian_is_up(struct custodian *c)
{
	bool is_up;

	lock_take(c->lock);
	is_up = c->is_up;
	lock_leave(c->lock);
	return is_up;
}

uint64_t custodian_lost(struct custodian *c)
{
	uint64_t lost;

	lock_take(c->lock);
	lost = c->lost;
	lock_leave(c->lock);
	return lost;
}
