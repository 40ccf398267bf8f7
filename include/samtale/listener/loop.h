/* SPDX-License-Identifier: MPL-2.0
 *
 * The one event loop of a process. Every callback runs on the thread that is inside
 * loop_run(); loop_wake_send() alone may be called from any thread. What is created on a
 * loop is freed before the loop.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_wake;
struct loop_watch;
struct loop_signal;
struct loop_turn;

typedef void loop_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signal_number);

/* Faults: -ENOMEM, -ENOSYS when epoll is missing. */
must_check int loop_new(struct loop **ret);
struct loop *loop_free(struct loop *loop);
DEFINE_FREEP(struct loop, loop_free, loop_freep)
/* Runs until loop_stop(), which any callback may call. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Milliseconds on the clock that transport time-outs run on. Unlike clock_boot_ms() no
 * test moves it: a shifted calendar must not look like silent peers. */
int64_t loop_now_ms(void);

/* -- timers: stopped when new; start again replaces the time left ------------------ */
must_check int loop_timer_new(
	struct loop_timer **ret, struct loop *loop, loop_fn *fn, void *arg);
struct loop_timer *loop_timer_free(struct loop_timer *t);
DEFINE_FREEP(struct loop_timer, loop_timer_free, loop_timer_freep)
void loop_timer_once(struct loop_timer *t, int64_t after_ms);
void loop_timer_every(struct loop_timer *t, int64_t every_ms);
void loop_timer_stop(struct loop_timer *t);

/* -- wake-ups: fn runs once or more after any number of sends ---------------------- */
must_check int loop_wake_new(
	struct loop_wake **ret, struct loop *loop, loop_fn *fn, void *arg);
struct loop_wake *loop_wake_free(struct loop_wake *w);
DEFINE_FREEP(struct loop_wake, loop_wake_free, loop_wake_freep)
/* Safe from any thread. Fits struct worker_hooks.wake with the loop_wake as arg. */
void loop_wake_send(void *loop_wake);

/* -- descriptors: fn runs while fd is readable or writable as asked; fd stays the
 * caller's */
enum loop_want { LOOP_NOTHING = 0, LOOP_READ = 1, LOOP_WRITE = 2 };
must_check int loop_watch_new(
	struct loop_watch **ret, struct loop *loop, int fd, loop_fn *fn, void *arg);
struct loop_watch *loop_watch_free(struct loop_watch *w);
DEFINE_FREEP(struct loop_watch, loop_watch_free, loop_watch_freep)
/* want: LOOP_READ, LOOP_WRITE, both or LOOP_NOTHING. New watches want nothing. */
void loop_watch_want(struct loop_watch *w, unsigned want);

/* -- signals, delivered as ordinary callbacks -------------------------------------- */
must_check int loop_signal_new(struct loop_signal **ret, struct loop *loop,
	int signal_number, loop_signal_fn *fn, void *arg);
struct loop_signal *loop_signal_free(struct loop_signal *s);
DEFINE_FREEP(struct loop_signal, loop_signal_free, loop_signal_freep)

/* -- the end of a turn: fn runs every time before the loop waits ------------------- */
must_check int loop_turn_new(
	struct loop_turn **ret, struct loop *loop, loop_fn *fn, void *arg);
struct loop_turn *loop_turn_free(struct loop_turn *t);
DEFINE_FREEP(struct loop_turn, loop_turn_free, loop_turn_freep)
