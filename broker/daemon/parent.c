/* SPDX-License-Identifier: MPL-2.0
 *
 * The parent: starts the children, passes signals on, speaks to the service manager, and
 * starts again what crashed. It opens no port, no database and no key, so that it can
 * hardly crash itself. A child is a copy of the parent, not a new program: starting is
 * quick and the memory is shared.
 */
#include "parent.h"
#include "broker.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/daemon/notify.h"
#include "samtale/link/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  (30 * MS_SECOND)
#define CALM_MS          MS_MINUTE /* alive so long: the next crash is the first again */
#define STOP_MS          (10 * MS_SECOND) /* a child that does not end is killed */

/* One row per child; vault, phone and egress get theirs when they become processes. */
static const struct child_row {
	const char *name;
	int (*run)(const struct options *, int report_fd);
} child_rows[] = {
	{ "serve", broker_serve },
};

struct child {
	pid_t pid; /* 0: not running */
	int fd;
	struct frame_stream *reports;
	int64_t started_ms, start_at_ms; /* boot clock */
	int64_t backoff_ms;
	int64_t beat_ms;
	bool was_ready;
};

struct parent {
	const struct options *options;
	struct child children[ARRAY_LEN(child_rows)];
	sigset_t before;
	int signals;
	int64_t watchdog_ms, kill_at_ms; /* kill_at_ms 0: not stopping */
	bool said_ready, failed;
};

/* -- children -------------------------------------------------------------------- */
static void child_main(struct parent *p, size_t i, int fd)
{
	for (size_t k = 0; k < ARRAY_LEN(child_rows); k++)
		if (p->children[k].pid > 0)
			(void)close(p->children[k].fd);
	(void)close(p->signals);
	(void)sigprocmask(SIG_SETMASK, &p->before, NULL);
	exit(child_rows[i].run(p->options, fd));
}

static int start(struct parent *p, size_t i)
{
	struct child *c = &p->children[i];
	int pair[2];
	pid_t pid;
	int r = frame_stream_new(&c->reports);

	if (r < 0)
		return fault_pass(r);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_here(errno);
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid < 0) {
		(void)close(pair[0]);
		(void)close(pair[1]);
		return fault_here(errno);
	}
	if (pid == 0) {
		(void)close(pair[0]);
		child_main(p, i, pair[1]);
	}
	(void)close(pair[1]);
	c->pid = pid;
	c->fd = pair[0];
	c->started_ms = c->beat_ms = clock_boot_ms();
	return 0;
}

static void forget(struct child *c)
{
	(void)close(c->fd);
	c->reports = frame_stream_free(c->reports);
	c->pid = 0;
}

/* The first start must succeed; from then on a child is started again and again. */
static void child_ended(struct parent *p, size_t i, int status)
{
	struct child *c = &p->children[i];
	int64_t now = clock_boot_ms();
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	forget(c);
	if (p->kill_at_ms)
		return;
	if (!c->was_ready || clean) {
		p->failed = p->failed || !clean;
		p->kill_at_ms = now + STOP_MS;
		return;
	}
	log_event(EV_CHILD_DIED, F_WORD("child", child_rows[i].name),
		F_COUNT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
		F_MS("again_in", c->backoff_ms));
	notify_send("STATUS=a process died and is started again\n");
	c->start_at_ms = now + c->backoff_ms;
	c->backoff_ms =
		c->backoff_ms * 2 < BACKOFF_LAST_MS ? c->backoff_ms * 2 : BACKOFF_LAST_MS;
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
			if (p->children[i].pid == pid)
				child_ended(p, i, status);
}

static void tell_all(struct parent *p, int signal_number)
{
	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
		if (p->children[i].pid > 0)
			(void)kill(p->children[i].pid, signal_number);
}

/* -- reports --------------------------------------------------------------------- */
static void say_ready(struct parent *p, struct bytes origin)
{
	char lines[700];

	(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=serving %.*s\n",
		(int)(origin.len < 512 ? origin.len : 512), (const char *)origin.at);
	notify_send(lines);
	if (p->said_ready)
		return;
	p->said_ready = true;
	(void)printf("ready %.*s\n", (int)(origin.len < 512 ? origin.len : 512),
		(const char *)origin.at);
	(void)fflush(stdout);
}

static void reported(struct parent *p, struct child *c, const struct frame *f)
{
	switch (f->kind) {
	case REPORT_READY:
		c->was_ready = true;
		say_ready(p, f->body);
		break;
	case REPORT_RELOADED:
		notify_send("READY=1\n");
		break;
	case REPORT_BEAT:
		c->beat_ms = clock_boot_ms();
		break;
	default: /* our own child sends nothing else */
		break;
	}
}

static void read_reports(struct parent *p, struct child *c)
{
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (!c->reports || frame_stream_room(c->reports, &at, &room) != 0)
		return;
	n = read(c->fd, at, room);
	if (n <= 0)
		return; /* its end is seen by SIGCHLD */
	frame_stream_added(c->reports, (size_t)n);
	while (frame_stream_next(c->reports, &f) == 0)
		reported(p, c, &f);
}

/* -- signals --------------------------------------------------------------------- */
static void stop(struct parent *p)
{
	if (!p->kill_at_ms)
		notify_send("STOPPING=1\nSTATUS=stopping\n");
	p->kill_at_ms = clock_boot_ms() + STOP_MS;
	tell_all(p, SIGTERM); /* a second one makes the child end at once */
}

static void reload(struct parent *p)
{
	struct timespec now;
	char lines[96];

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%lld\n",
		(long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_send(lines);
	tell_all(p, SIGHUP);
}

static void read_signals(struct parent *p)
{
	struct signalfd_siginfo info;

	while (read(p->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(p);
		else if (info.ssi_signo == SIGHUP)
			reload(p);
		else
			stop(p);
	}
}

static int open_signals(struct parent *p)
{
	sigset_t mine;

	(void)sigemptyset(&mine);
	(void)sigaddset(&mine, SIGCHLD);
	(void)sigaddset(&mine, SIGHUP);
	(void)sigaddset(&mine, SIGINT);
	(void)sigaddset(&mine, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &mine, &p->before);
	p->signals = signalfd(-1, &mine, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signals < 0 ? fault_here(errno) : 0;
}

/* -- the turn -------------------------------------------------------------------- */
static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Starts what is due, kills what does not end; returns how long to wait at most. */
static int64_t act(struct parent *p)
{
	int64_t now = clock_boot_ms(), wait = INT32_MAX;

	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++) {
		struct child *c = &p->children[i];

		if (c->pid > 0 && p->kill_at_ms && now >= p->kill_at_ms)
			(void)kill(c->pid, SIGKILL);
		if (c->pid > 0 && now - c->started_ms > CALM_MS)
			c->backoff_ms = BACKOFF_FIRST_MS;
		if (c->pid > 0 || p->kill_at_ms)
			continue;
		if (now >= c->start_at_ms && start(p, i) < 0)
			c->start_at_ms = now + BACKOFF_LAST_MS;
		if (c->pid == 0)
			wait = sooner(wait, c->start_at_ms - now);
	}
	if (p->kill_at_ms)
		wait = sooner(wait, p->kill_at_ms > now ? p->kill_at_ms - now : 100);
	if (p->watchdog_ms > 0)
		wait = sooner(wait, p->watchdog_ms / 3);
	return wait;
}

/* Only while every child's own loop turns. */
static void feed_watchdog(const struct parent *p)
{
	int64_t now = clock_boot_ms();

	if (p->watchdog_ms <= 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
		if (p->children[i].pid > 0 && p->children[i].was_ready &&
			now - p->children[i].beat_ms > p->watchdog_ms)
			return;
	notify_send("WATCHDOG=1\n");
}

static bool is_over(const struct parent *p)
{
	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
		if (p->children[i].pid > 0)
			return false;
	return p->kill_at_ms > 0;
}

static void turn(struct parent *p)
{
	struct pollfd fds[ARRAY_LEN(child_rows) + 1];
	int64_t wait = act(p);

	fds[0] = (struct pollfd){ .fd = p->signals, .events = POLLIN };
	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
		fds[i + 1] =
			(struct pollfd){ .fd = p->children[i].pid > 0 ? p->children[i].fd
								      : -1,
				.events = POLLIN };
	(void)poll(fds, ARRAY_LEN(fds), (int)wait);
	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
		if (fds[i + 1].revents & POLLIN)
			read_reports(p, &p->children[i]);
	if (fds[0].revents & POLLIN)
		read_signals(p);
	feed_watchdog(p);
}

int parent_run(const struct options *options)
{
	struct parent p = { .options = options, .watchdog_ms = notify_watchdog_ms() };

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (size_t i = 0; i < ARRAY_LEN(child_rows); i++)
		p.children[i].backoff_ms = BACKOFF_FIRST_MS;
	if (open_signals(&p) < 0)
		return EXIT_FAILURE;
	if (geteuid() == 0 && !options->foreground)
		log_event(EV_RUNS_AS_ROOT);
	while (!is_over(&p))
		turn(&p);
	(void)close(p.signals);
	return p.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
