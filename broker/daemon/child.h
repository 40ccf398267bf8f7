/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one process of the service, as the parent sees it. The vault and
 * the serving one are copies of the parent; the telephone gateway is a program of its
 * own, because it is made of other libraries, and the service lives without it.
 */
#pragma once

#include "samtale/daemon/options.h"
#include "samtale/link/report.h"

#include <signal.h>
#include <sys/types.h>

#define CHILD_NEVER INT64_MAX /* start_at_ms of one that waits to be asked for */

/* In the order of their starts; the end is the other way round. */
enum child_name { CHILD_VAULT, CHILD_SERVE, CHILD_PHONE, CHILD_COUNT };

struct child_row {
	const char *name;
	int (*run)(const struct options *, int report_fd); /* in a copy of the parent */
	const char *program; /* or found beside this one and executed; report_fd is 3 */
	bool is_essential;   /* its first start must succeed, or the service ends */
	bool is_service;     /* it ends: so do all; it hangs: the manager is told. Any
			      * other is started anew */
};
extern const struct child_row child_rows[CHILD_COUNT];

struct child {
	pid_t pid; /* 0: not running */
	int fd;
	struct frame_stream *reports;
	int64_t started_ms, start_at_ms; /* boot clock */
	int64_t backoff_ms;
	int64_t beat_ms;
	bool is_ready;  /* has said so since it was started */
	bool was_ready; /* once */
	bool is_mute;   /* it closed its end; SIGCHLD comes soon or late */
};

struct child_birth {
	const struct options *options;
	sigset_t signals_before;         /* the parent's mask is not the child's */
	int not_for_it[CHILD_COUNT + 1]; /* descriptors of the parent; -1: none */
	int64_t now_ms;
};

/* Outcome: the program is not installed. Faults. */
#define CHILD_E_MISSING 1
must_check int child_start(
	struct child *c, const struct child_row *row, const struct child_birth *birth);
/* Reads once what it reports, and hands on every frame that is whole. */
void child_read(struct child *c, enum child_name name,
	void (*reported)(void *arg, enum child_name name, const struct frame *f),
	void *arg);
/* It ended: what the parent held of it. */
void child_forget(struct child *c);

/* Nothing when it does not run. */
void child_signal(const struct child *c, int signal_number);
/* Hands each one end of a fresh socket. An end that could not be handed over is closed,
 * which the other child sees. Faults. */
must_check int child_link(
	const struct child *a, const struct child *b, enum report_kind kind);

/* Blocks the signals and returns a descriptor that they are read from (signalfd(2)), or
 * a fault. ret_before: the mask of before; may be NULL. */
must_check int signals_open(const int *numbers, size_t n, sigset_t *ret_before);
