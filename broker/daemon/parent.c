/* SPDX-License-Identifier: MPL-2.0
 *
 * The parent: starts the children, passes signals on, speaks to the service manager, and
 * starts again what crashed. It opens no port, no database and no key, so that it can
 * hardly crash itself. When two children are to talk to each other it hands each one end
 * of a fresh socket, and keeps none.
 */
#include "parent.h"
#include "way.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/daemon/notify.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100
#define BACKOFF_LAST_MS  (30 * MS_SECOND)
#define NOT_STARTED_MS   (5 * MS_MINUTE) /* longest wait of what never became ready */
#define CALM_MS          MS_MINUTE /* alive so long: the next crash is the first again */
#define STOP_MS          (10 * MS_SECOND) /* a child that does not end is killed */
#define STOP_VAULT_MS    (3 * MS_SECOND)  /* what the vault has after all others */

struct parent {
	const struct options *options;
	struct child children[CHILD_COUNT];
	sigset_t before;
	int signals;
	struct way ways[WAY_COUNT];
	int64_t watchdog_ms, kill_at_ms; /* kill_at_ms 0: not stopping */
	bool phone_wanted;               /* by the configuration */
	bool said_ready, failed;
};

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* -- children -------------------------------------------------------------------- */
/* The gateway is not even tried before the broker serves: a start that fails must not
 * have registered anywhere. */
static void want_phone(struct parent *p)
{
	struct child *c = &p->children[CHILD_PHONE];

	if (!p->phone_wanted || c->pid > 0 || !p->children[CHILD_SERVE].was_ready)
		return;
	c->start_at_ms = clock_boot_ms();
	c->backoff_ms = BACKOFF_FIRST_MS;
}

static void start(struct parent *p, enum child_name i)
{
	struct child *c = &p->children[i];
	struct child_birth birth = { .options = p->options,
		.signals_before = p->before,
		.now_ms = clock_boot_ms() };
	int r;

	for (size_t k = 0; k < CHILD_COUNT; k++)
		birth.not_for_it[k] = p->children[k].pid > 0 ? p->children[k].fd : -1;
	birth.not_for_it[CHILD_COUNT] = p->signals;
	r = child_start(c, &child_rows[i], &birth);
	if (r == CHILD_E_MISSING) {
		log_event(EV_PHONE_MISSING);
		c->start_at_ms = CHILD_NEVER;
	} else if (r != 0) {
		c->start_at_ms = birth.now_ms + BACKOFF_LAST_MS;
	} else if (i == CHILD_SERVE) {
		way_open(&p->ways[WAY_VAULT], WAY_VAULT, p->children);
	}
}

/* The vault ends last: what the serving process does at its end goes on record. */
static void end_vault(struct parent *p)
{
	if (p->children[CHILD_SERVE].pid == 0)
		child_signal(&p->children[CHILD_VAULT], SIGTERM);
}

static void begin_stop(struct parent *p)
{
	p->kill_at_ms = clock_boot_ms() + STOP_MS;
	child_signal(&p->children[CHILD_SERVE], SIGTERM);
	child_signal(&p->children[CHILD_PHONE], SIGTERM);
	end_vault(p);
}

static void start_later(struct child *c, int64_t longest_ms)
{
	c->start_at_ms = clock_boot_ms() + c->backoff_ms;
	c->backoff_ms = sooner(c->backoff_ms * 2, longest_ms);
}

static void child_died(struct child *c, const struct child_row *row, int status)
{
	log_event(EV_CHILD_DIED, F_WORD("child", row->name),
		F_COUNT("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
		F_MS("again_in", c->backoff_ms));
	notify_send("STATUS=a process died and is started again\n");
	start_later(c, BACKOFF_LAST_MS);
}

/* It ended before it was ready, by itself. */
static void phone_not_started(struct parent *p, int code)
{
	struct child *c = &p->children[CHILD_PHONE];

	if (code == REPORT_EXIT_SETTINGS) {
		log_event(EV_PHONE_OFF);
		c->start_at_ms = CHILD_NEVER;
		return;
	}
	if (c->backoff_ms < MS_SECOND)
		c->backoff_ms = MS_SECOND;
	log_event(EV_PHONE_NOT_STARTED, F_MS("again_in", c->backoff_ms));
	start_later(c, NOT_STARTED_MS);
}

static void child_ended(struct parent *p, enum child_name i, int status)
{
	struct child *c = &p->children[i];
	const struct child_row *row = &child_rows[i];
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0,
	     was_ready_now = c->is_ready;

	child_forget(c);
	if (p->kill_at_ms) {
		end_vault(p);
	} else if ((row->is_essential && !c->was_ready) || (row->is_service && clean)) {
		p->failed = p->failed || !clean;
		if (WIFSIGNALED(status)) /* else it has said why itself */
			log_event(EV_CHILD_DIED, F_WORD("child", row->name),
				F_COUNT("signal", WTERMSIG(status)));
		begin_stop(p);
	} else if (!row->is_essential && !was_ready_now && WIFEXITED(status)) {
		phone_not_started(p, WEXITSTATUS(status));
	} else {
		child_died(c, row, status);
	}
}

static void reap(struct parent *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < CHILD_COUNT; i++)
			if (p->children[i].pid == pid)
				child_ended(p, (enum child_name)i, status);
}

/* -- reports --------------------------------------------------------------------- */
static void say_ready(struct parent *p, struct bytes text)
{
	char origin[513], lines[sizeof(origin) + 64];

	if (!bytes_to_str(text, origin, sizeof(origin)))
		return; /* longer than an origin can be: none of our children */
	(void)snprintf(lines, sizeof(lines), "READY=1\nSTATUS=serving %s\n", origin);
	notify_send(lines);
	if (p->said_ready)
		return;
	p->said_ready = true;
	(void)printf("ready %s\n", origin);
	(void)fflush(stdout);
}

static void became_ready(struct parent *p, enum child_name i, struct bytes text)
{
	bool is_first = !p->children[i].was_ready;

	p->children[i].is_ready = p->children[i].was_ready = true;
	if (i == CHILD_SERVE) {
		say_ready(p, text);
		if (is_first)
			want_phone(p);
	}
	if (p->kill_at_ms)
		return;
	if (i == CHILD_VAULT)
		way_open(&p->ways[WAY_VAULT], WAY_VAULT, p->children);
	else
		way_open(&p->ways[WAY_PHONE], WAY_PHONE, p->children);
}

static void reported(void *arg, enum child_name i, const struct frame *f)
{
	struct parent *p = arg;
	enum way_name bad;

	switch (f->kind) {
	case REPORT_READY:
		became_ready(p, i, f->body);
		break;
	case REPORT_RELOADED:
		notify_send("READY=1\n");
		break;
	case REPORT_BEAT:
		p->children[i].beat_ms = clock_boot_ms();
		break;
	default: /* our own child sends nothing else */
		if (way_of_complaint(f->kind, &bad))
			way_open_later(&p->ways[bad], bad);
		break;
	}
}

/* -- signals --------------------------------------------------------------------- */
static void stop(struct parent *p)
{
	if (!p->kill_at_ms)
		notify_send("STOPPING=1\nSTATUS=stopping\n");
	begin_stop(p); /* a second one makes the child end at once */
}

/* The gateway has no reload: it is started when it is wanted now and was not before, or
 * when what kept it from starting may have been put right. */
static void reload_phone(struct parent *p)
{
	struct place *place = malloc(sizeof(*place));
	struct place_error error;

	if (place && place_load(place, &p->options->source, &error) == 0)
		p->phone_wanted = place->settings.phone_server[0] != '\0';
	free(place);
	if (!p->phone_wanted && p->children[CHILD_PHONE].pid == 0)
		p->children[CHILD_PHONE].start_at_ms = CHILD_NEVER;
	want_phone(p);
}

static void reload(struct parent *p)
{
	notify_reloading();
	child_signal(&p->children[CHILD_SERVE], SIGHUP);
	reload_phone(p);
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

/* -- the turn -------------------------------------------------------------------- */
/* Its loop does not turn any more. */
static bool hangs(const struct parent *p, const struct child *c, int64_t now_ms)
{
	return p->watchdog_ms > 0 && c->is_ready && now_ms - c->beat_ms > p->watchdog_ms;
}

/* Kills what does not end, or hangs; forgets the crashes of what has lived long. */
static void look_after(struct parent *p, enum child_name i, int64_t now)
{
	struct child *c = &p->children[i];
	int64_t grace = i == CHILD_VAULT ? STOP_VAULT_MS : 0;

	if ((p->kill_at_ms && now >= p->kill_at_ms + grace) ||
		(!child_rows[i].is_service && hangs(p, c, now)))
		child_signal(c, SIGKILL);
	if (c->pid > 0 && now - c->started_ms > CALM_MS)
		c->backoff_ms = BACKOFF_FIRST_MS;
}

/* Nothing is served that cannot be put on record. */
static bool may_start(const struct parent *p, enum child_name i)
{
	return p->children[i].pid == 0 && !p->kill_at_ms &&
	       (i != CHILD_SERVE || p->children[CHILD_VAULT].is_ready);
}

/* Links in place of those that were given up; returns how long to wait for the next. */
static int64_t mend_ways(struct parent *p, int64_t now)
{
	int64_t wait = INT32_MAX;

	for (int i = 0; i < WAY_COUNT && !p->kill_at_ms; i++) {
		struct way *w = &p->ways[i];

		if (w->due_ms && now >= w->due_ms)
			way_open(w, (enum way_name)i, p->children);
		if (w->due_ms)
			wait = sooner(wait, w->due_ms - now);
	}
	return wait;
}

/* Starts what is due, kills what does not end; returns how long to wait at most. */
static int64_t act(struct parent *p)
{
	int64_t now = clock_boot_ms(), wait = mend_ways(p, now);

	for (int i = 0; i < CHILD_COUNT; i++) {
		struct child *c = &p->children[i];

		look_after(p, (enum child_name)i, now);
		if (!may_start(p, (enum child_name)i))
			continue;
		if (now >= c->start_at_ms)
			start(p, (enum child_name)i);
		if (c->pid == 0 && c->start_at_ms != CHILD_NEVER)
			wait = sooner(wait, c->start_at_ms - now);
	}
	if (p->kill_at_ms)
		wait = sooner(wait, p->kill_at_ms > now ? p->kill_at_ms - now : 100);
	if (p->watchdog_ms > 0)
		wait = sooner(wait, p->watchdog_ms / 3);
	return wait;
}

/* Only while the loop turns that is the service. */
static void feed_watchdog(const struct parent *p)
{
	int64_t now = clock_boot_ms();

	if (p->watchdog_ms <= 0)
		return;
	for (size_t i = 0; i < CHILD_COUNT; i++)
		if (child_rows[i].is_service && hangs(p, &p->children[i], now))
			return;
	notify_send("WATCHDOG=1\n");
}

static bool is_over(const struct parent *p)
{
	for (size_t i = 0; i < CHILD_COUNT; i++)
		if (p->children[i].pid > 0)
			return false;
	return p->kill_at_ms > 0;
}

static void turn(struct parent *p)
{
	struct pollfd fds[CHILD_COUNT + 1];
	int64_t wait = act(p);

	fds[0] = (struct pollfd){ .fd = p->signals, .events = POLLIN };
	for (size_t i = 0; i < CHILD_COUNT; i++) {
		const struct child *c = &p->children[i];

		fds[i + 1] =
			(struct pollfd){ .fd = c->pid > 0 && !c->is_mute ? c->fd : -1,
				.events = POLLIN };
	}
	(void)poll(fds, ARRAY_LEN(fds), (int)wait);
	for (size_t i = 0; i < CHILD_COUNT; i++)
		if (fds[i + 1].revents & POLLIN)
			child_read(&p->children[i], (enum child_name)i, reported, p);
	if (fds[0].revents & POLLIN)
		read_signals(p);
	feed_watchdog(p);
}

int parent_run(const struct options *options, bool phone_wanted)
{
	static const int signals[] = { SIGCHLD, SIGHUP, SIGINT, SIGTERM };
	struct parent p = { .options = options,
		.watchdog_ms = notify_watchdog_ms(),
		.phone_wanted = phone_wanted };

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (size_t i = 0; i < CHILD_COUNT; i++)
		p.children[i].backoff_ms = BACKOFF_FIRST_MS;
	p.children[CHILD_PHONE].start_at_ms = CHILD_NEVER;
	p.signals = signals_open(signals, ARRAY_LEN(signals), &p.before);
	if (p.signals < 0)
		return EXIT_FAILURE;
	if (geteuid() == 0 && !options->foreground)
		log_event(EV_RUNS_AS_ROOT);
	while (!is_over(&p))
		turn(&p);
	(void)close(p.signals);
	return p.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
