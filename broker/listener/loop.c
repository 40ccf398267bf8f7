/* SPDX-License-Identifier: MPL-2.0
 *
 * The loop over libev: an epoll loop of our own (never libev's default loop) and five
 * kinds of watcher. Each watcher is one allocation that stops itself when freed; none
 * fires after that. Strict aliasing: libev's macros cast watchers, so only the functions
 * are used.
 */
#include "samtale/listener/loop.h"

#include "loop_ev.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <time.h>

struct loop {
	struct ev_loop *ev;
};

struct loop_timer {
	ev_timer watcher;
	struct loop *loop;
	loop_fn *fn;
	void *arg;
};

struct loop_wake {
	ev_async watcher;
	struct loop *loop;
	loop_fn *fn;
	void *arg;
};

struct loop_watch {
	ev_io watcher;
	struct loop *loop;
	loop_fn *fn;
	void *arg;
	unsigned want;
};

struct loop_signal {
	ev_signal watcher;
	struct loop *loop;
	loop_signal_fn *fn;
	void *arg;
};

struct loop_turn {
	ev_prepare watcher;
	struct loop *loop;
	loop_fn *fn;
	void *arg;
};

int loop_new(struct loop **ret)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return fault_here(ENOMEM);
	loop->ev = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (!loop->ev) {
		free(loop);
		return fault_here(ENOSYS);
	}
	*ret = loop;
	return 0;
}

struct loop *loop_free(struct loop *loop)
{
	if (!loop)
		return NULL;
	ev_loop_destroy(loop->ev);
	free(loop);
	return NULL;
}

struct ev_loop *loop_ev(struct loop *loop)
{
	return loop->ev;
}

void loop_run(struct loop *loop)
{
	ev_run(loop->ev, 0);
}

void loop_stop(struct loop *loop)
{
	ev_break(loop->ev, EVBREAK_ALL);
}

int64_t loop_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -- timers ------------------------------------------------------------------------ */
static void timer_fired(struct ev_loop *ev, ev_timer *w, int events)
{
	struct loop_timer *t = w->data;

	(void)ev;
	(void)events;
	t->fn(t->arg);
}

int loop_timer_new(struct loop_timer **ret, struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	if (!t)
		return fault_here(ENOMEM);
	*t = (struct loop_timer){ .loop = loop, .fn = fn, .arg = arg };
	ev_timer_init(&t->watcher, timer_fired, 0, 0);
	t->watcher.data = t;
	*ret = t;
	return 0;
}

struct loop_timer *loop_timer_free(struct loop_timer *t)
{
	if (t)
		loop_timer_stop(t);
	free(t);
	return NULL;
}

static void timer_start(struct loop_timer *t, int64_t after_ms, int64_t every_ms)
{
	ev_timer_stop(t->loop->ev, &t->watcher);
	ev_now_update(
		t->loop->ev); /* a long callback before this is not part of the wait */
	ev_timer_set(&t->watcher, (double)after_ms / 1000.0, (double)every_ms / 1000.0);
	ev_timer_start(t->loop->ev, &t->watcher);
}

void loop_timer_once(struct loop_timer *t, int64_t after_ms)
{
	timer_start(t, after_ms, 0);
}

void loop_timer_every(struct loop_timer *t, int64_t every_ms)
{
	timer_start(t, every_ms, every_ms);
}

void loop_timer_stop(struct loop_timer *t)
{
	ev_timer_stop(t->loop->ev, &t->watcher);
}

/* -- wake-ups ---------------------------------------------------------------------- */
static void wake_fired(struct ev_loop *ev, ev_async *w, int events)
{
	struct loop_wake *wake = w->data;

	(void)ev;
	(void)events;
	wake->fn(wake->arg);
}

int loop_wake_new(struct loop_wake **ret, struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_wake *w = calloc(1, sizeof(*w));

	if (!w)
		return fault_here(ENOMEM);
	*w = (struct loop_wake){ .loop = loop, .fn = fn, .arg = arg };
	ev_async_init(&w->watcher, wake_fired);
	w->watcher.data = w;
	ev_async_start(loop->ev, &w->watcher);
	*ret = w;
	return 0;
}

struct loop_wake *loop_wake_free(struct loop_wake *w)
{
	if (w)
		ev_async_stop(w->loop->ev, &w->watcher);
	free(w);
	return NULL;
}

void loop_wake_send(void *loop_wake)
{
	struct loop_wake *w = loop_wake;

	ev_async_send(w->loop->ev, &w->watcher);
}

/* -- descriptors ------------------------------------------------------------------- */
static void watch_fired(struct ev_loop *ev, ev_io *w, int events)
{
	struct loop_watch *watch = w->data;

	(void)ev;
	(void)events;
	watch->fn(watch->arg);
}

int loop_watch_new(
	struct loop_watch **ret, struct loop *loop, int fd, loop_fn *fn, void *arg)
{
	struct loop_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return fault_here(ENOMEM);
	*w = (struct loop_watch){ .loop = loop, .fn = fn, .arg = arg };
	ev_io_init(&w->watcher, watch_fired, fd, 0);
	w->watcher.data = w;
	*ret = w;
	return 0;
}

struct loop_watch *loop_watch_free(struct loop_watch *w)
{
	if (w)
		ev_io_stop(w->loop->ev, &w->watcher);
	free(w);
	return NULL;
}

void loop_watch_want(struct loop_watch *w, unsigned want)
{
	if (w->want == want)
		return;
	w->want = want;
	ev_io_stop(w->loop->ev, &w->watcher);
	if (want == LOOP_NOTHING)
		return;
	ev_io_set(&w->watcher, w->watcher.fd,
		(want & LOOP_READ ? EV_READ : 0) | (want & LOOP_WRITE ? EV_WRITE : 0));
	ev_io_start(w->loop->ev, &w->watcher);
}

/* -- signals ----------------------------------------------------------------------- */
static void signal_fired(struct ev_loop *ev, ev_signal *w, int events)
{
	struct loop_signal *s = w->data;

	(void)ev;
	(void)events;
	s->fn(s->arg, w->signum);
}

int loop_signal_new(struct loop_signal **ret, struct loop *loop, int signal_number,
	loop_signal_fn *fn, void *arg)
{
	struct loop_signal *s = calloc(1, sizeof(*s));

	if (!s)
		return fault_here(ENOMEM);
	*s = (struct loop_signal){ .loop = loop, .fn = fn, .arg = arg };
	ev_signal_init(&s->watcher, signal_fired, signal_number);
	s->watcher.data = s;
	ev_signal_start(loop->ev, &s->watcher);
	*ret = s;
	return 0;
}

struct loop_signal *loop_signal_free(struct loop_signal *s)
{
	if (s)
		ev_signal_stop(s->loop->ev, &s->watcher);
	free(s);
	return NULL;
}

/* -- the end of a turn ------------------------------------------------------------- */
static void turn_ended(struct ev_loop *ev, ev_prepare *w, int events)
{
	struct loop_turn *turn = w->data;

	(void)ev;
	(void)events;
	turn->fn(turn->arg);
}

int loop_turn_new(struct loop_turn **ret, struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_turn *t = calloc(1, sizeof(*t));

	if (!t)
		return fault_here(ENOMEM);
	*t = (struct loop_turn){ .loop = loop, .fn = fn, .arg = arg };
	ev_prepare_init(&t->watcher, turn_ended);
	t->watcher.data = t;
	ev_prepare_start(loop->ev, &t->watcher);
	*ret = t;
	return 0;
}

struct loop_turn *loop_turn_free(struct loop_turn *t)
{
	if (t)
		ev_prepare_stop(t->loop->ev, &t->watcher);
	free(t);
	return NULL;
}
