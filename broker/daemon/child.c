/* SPDX-License-Identifier: MPL-2.0
 *
 * How a process of the service is born. Descriptors of the parent are all closed on exec;
 * what a child may see is its report socket, the terminal's three, and argv without a
 * secret.
 */
#include "child.h"

#include "broker.h"
#include "vault_child.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPORT_FD 3

const struct child_row child_rows[CHILD_COUNT] = {
	[CHILD_VAULT] = { "vault", vault_child_run, NULL, true, false },
	[CHILD_SERVE] = { "serve", broker_serve, NULL, true, true },
	[CHILD_PHONE] = { "phone", NULL, "samtale-phone", false, false },
};

/* -- the program ----------------------------------------------------------------- */
static void be_program(const char *path, const struct options *o, int fd)
{
	const char *argv[4 + 2 * PLACE_SETS_MAX] = { path };
	unsigned n = 1; /* the last one stays NULL */

	if (o->source.config) {
		argv[n++] = "--config";
		argv[n++] = o->source.config;
	}
	for (unsigned i = 0; i < o->source.set_count; i++) {
		argv[n++] = "--set";
		argv[n++] = o->source.sets[i];
	}
	/* When the parent dies it hangs up its calls; the socket's end says the same. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	if ((fd == REPORT_FD ? fcntl(fd, F_SETFD, 0) : dup2(fd, REPORT_FD)) < 0)
		_exit(EXIT_FAILURE);
	(void)execv(path, (char *const *)(uintptr_t)argv);
	(void)fprintf(stderr, "samtale-broker: %s cannot be started: %s.\n", path,
		strerror(errno));
	_exit(EXIT_FAILURE);
}

/* -- birth ----------------------------------------------------------------------- */
static void be_child(const struct child_row *row, const struct child_birth *birth,
	const char *path, int fd)
{
	for (size_t i = 0; i < ARRAY_LEN(birth->not_for_it); i++)
		if (birth->not_for_it[i] >= 0)
			(void)close(birth->not_for_it[i]);
	(void)sigprocmask(SIG_SETMASK, &birth->signals_before, NULL);
	if (row->program)
		be_program(path, birth->options, fd);
	exit(row->run(birth->options, fd));
}

static int fork_child(struct child *c, const struct child_row *row,
	const struct child_birth *birth, const char *path)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_here(errno);
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		be_child(row, birth, path, pair[1]);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return fault_here(errno);
	}
	c->pid = pid;
	c->fd = pair[0];
	return 0;
}

int child_start(
	struct child *c, const struct child_row *row, const struct child_birth *birth)
{
	char path[PLACE_PATH_MAX] = "";
	int r;

	if (row->program && !place_find_beside(row->program, path))
		return CHILD_E_MISSING;
	r = frame_stream_new(&c->reports);
	if (r == 0)
		r = fork_child(c, row, birth, path);
	if (r < 0) {
		c->reports = frame_stream_free(c->reports);
		return fault_pass(r);
	}
	c->started_ms = c->beat_ms = birth->now_ms;
	return 0;
}

void child_read(struct child *c, enum child_name name,
	void (*reported)(void *arg, enum child_name name, const struct frame *f),
	void *arg)
{
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (!c->reports || frame_stream_room(c->reports, &at, &room) != 0)
		return;
	n = read(c->fd, at, room);
	c->is_mute = n == 0;
	if (n <= 0)
		return; /* its end is seen by SIGCHLD */
	frame_stream_added(c->reports, (size_t)n);
	while (frame_stream_next(c->reports, &f) == 0)
		reported(arg, name, &f);
}

void child_forget(struct child *c)
{
	(void)close(c->fd);
	c->reports = frame_stream_free(c->reports);
	c->pid = 0;
	c->is_ready = c->is_mute = false;
}

void child_signal(const struct child *c, int signal_number)
{
	if (c->pid > 0)
		(void)kill(c->pid, signal_number);
}

int child_link(const struct child *a, const struct child *b, enum report_kind kind)
{
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_here(errno);
	r = report_give_link(a->fd, kind, pair[0]);
	if (r == 0)
		r = report_give_link(b->fd, kind, pair[1]);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return r < 0 ? fault_pass(r) : 0;
}

int signals_open(const int *numbers, size_t n, sigset_t *ret_before)
{
	sigset_t mine;
	int fd;

	(void)sigemptyset(&mine);
	for (size_t i = 0; i < n; i++)
		(void)sigaddset(&mine, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &mine, ret_before);
	fd = signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? fault_here(errno) : fd;
}
