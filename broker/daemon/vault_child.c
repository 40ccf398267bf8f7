/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of the vault process: parse, open, lock down, answer; it ends when it was
 * asked to and nobody asks it any more, so that the last record is that of the end. The
 * journal gets every checkpoint from here; the way off this host is the serving
 * process's, for the vault has no network.
 */
#include "vault_child.h"

#include "child.h"
#include "confine.h"
#include "process.h"
#include "step.h"
#include "vault_links.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/daemon/notify.h"
#include "samtale/daemon/options.h"
#include "samtale/link/report.h"
#include "samtale/vault/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES    100 /* a killed broker's processes are gone within a second */
#define LOCK_PAUSE_NS (10 * 1000 * 1000)

struct vault_child {
	int report_fd; /* -1: the parent is gone */
	int signals, lock_fd;
	struct custody *custody;
	struct vault_links *links;
	int64_t beat_every_ms, beat_at_ms; /* every 0: nobody counts them */
	bool ending;
	char checkpoint[CHECKPOINT_LINE_MAX]; /* the newest */
};

/* -- anchors --------------------------------------------------------------------- */
static void anchor(void *arg, const char *line)
{
	struct vault_child *v = arg;

	(void)snprintf(v->checkpoint, sizeof(v->checkpoint), "%s", line);
	log_event(EV_AUDIT_CHECKPOINT, F_CHECKPOINT(line));
	if (v->links)
		vault_links_tell(v->links, line);
}

/* -- opening --------------------------------------------------------------------- */
/* One vault a folder, whoever opens it. */
static int take_folder(
	struct vault_child *v, const struct place *p, struct place_error *e)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	const char *exposed;

	v->lock_fd = open(p->vault, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v->lock_fd < 0)
		return step_complain(e,
			errno == ENOENT
				? "The vault folder %s is missing; `samtale init` "
				  "makes it, a restored installation needs its "
				  "own back."
				: "The vault folder %s cannot be entered.",
			p->vault);
	for (int i = 0; flock(v->lock_fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i == LOCK_TRIES)
			return step_complain(e,
				"The vault folder %s is in use by another broker.",
				p->vault);
		(void)nanosleep(&pause, NULL);
	}
	exposed = place_vault_exposed_by(p, NULL);
	if (exposed && strcmp(exposed, "data.folder") == 0)
		return step_complain(e,
			"data.vault_folder: %s lies in the data folder, which the "
			"serving process may enter; move it out of there.",
			p->vault);
	return 0;
}

static int open_custody(
	struct vault_child *v, const struct place *p, struct place_error *e)
{
	struct custody_parts parts = { .folder = p->vault,
		.node_key = p->node_key,
		.epoch_ms = p->settings.audit_epoch_minutes * MS_MINUTE,
		.keep_days = p->settings.audit_keep_days,
		.anchor = anchor,
		.arg = v,
		.source = RECORD_VAULT };
	struct custody_error bad = { "" };
	int r = custody_open(&v->custody, &parts, &bad);

	if (r == 0)
		r = vault_links_new(&v->links, v->custody);
	if (r == 0)
		return 0;
	if (bad.sentence[0])
		return step_complain(e, "%s", bad.sentence);
	return step_complain(e, "The vault could not be opened: %s.",
		r < 0 ? strerror(-r) : "out of order");
}

static int open_all(struct vault_child *v, const struct place *p, struct place_error *e)
{
	static const int signals[] = { SIGTERM };
	int r = take_folder(v, p, e);

	v->signals = signals_open(signals, ARRAY_LEN(signals), NULL);
	if (r == 0)
		r = open_custody(v, p, e);
	if (r != 0)
		return r;
	if (v->signals < 0 || confine_vault(p) < 0)
		return step_complain(e, "The vault could not be locked down.");
	return 0;
}

/* -- the turn -------------------------------------------------------------------- */
enum { SIGNALS, PARENT, LINKS, FDS = LINKS + VAULT_LINKS_MAX };

static void parent_spoke(struct vault_child *v)
{
	enum report_kind kind;
	int fd, r;

	while ((r = report_take_link(v->report_fd, &kind, &fd)) == 0)
		vault_links_take(v->links, fd, v->checkpoint);
	if (r != REPORT_E_AGAIN) {
		(void)close(v->report_fd);
		v->report_fd = -1;
		v->ending = true;
	}
}

static void serve_links(struct vault_child *v, const struct pollfd *fds)
{
	unsigned dropped = 0;
	int r = vault_links_serve(v->links, fds, &dropped);

	if (r < 0)
		log_event(EV_VAULT_FAILED, F_ERRNO(-r));
	if (dropped == 0)
		return;
	log_event(EV_VAULT_LINK_CLOSED);
	if (v->report_fd >= 0)
		report_send(v->report_fd, REPORT_VAULT_LINK_BAD, "");
}

/* How long to wait at most, in ms. */
static int64_t next_wait(struct vault_child *v)
{
	int64_t due = custody_tick(v->custody), now = clock_boot_ms();

	if (v->beat_every_ms > 0 && v->report_fd >= 0) {
		if (now >= v->beat_at_ms) {
			report_send(v->report_fd, REPORT_BEAT, "");
			v->beat_at_ms = now + v->beat_every_ms;
		}
		due = v->beat_at_ms < due ? v->beat_at_ms : due;
	}
	return due <= now ? 0 : due - now < MS_HOUR ? due - now : MS_HOUR;
}

static void turn(struct vault_child *v)
{
	struct pollfd fds[FDS];
	int64_t wait = next_wait(v);
	struct signalfd_siginfo info;

	fds[SIGNALS] = (struct pollfd){ .fd = v->signals, .events = POLLIN };
	fds[PARENT] = (struct pollfd){ .fd = v->report_fd, .events = POLLIN };
	vault_links_watch(v->links, &fds[LINKS]);
	if (poll(fds, FDS, (int)wait) < 0)
		return;
	if (fds[SIGNALS].revents && read(v->signals, &info, sizeof(info)) > 0)
		v->ending = true;
	serve_links(v, &fds[LINKS]); /* and tells of those dropped since */
	if (fds[PARENT].revents)     /* last: a new link is not among those polled */
		parent_spoke(v);
}

/* -- the life -------------------------------------------------------------------- */
static void close_all(struct vault_child *v)
{
	v->links = vault_links_free(v->links);
	v->custody = custody_close(v->custody);
}

int vault_child_run(const struct options *options, int report_fd)
{
	struct vault_child v = { .report_fd = report_fd, .signals = -1, .lock_fd = -1 };
	struct place place;
	struct place_error error;

	if (process_begin("samtale-vault", SIGTERM) < 0 || secret_start() < 0)
		return EXIT_FAILURE;
	if (place_load(&place, &options->source, &error) != 0)
		return process_complain(error.sentence);
	process_log_level(&place.settings);
	if (open_all(&v, &place, &error) != 0) {
		close_all(&v);
		return process_complain(error.sentence);
	}
	v.beat_every_ms = notify_watchdog_ms() / 3;
	report_send(report_fd, REPORT_READY, "");
	while (!v.ending || vault_links_count(v.links) > 0)
		turn(&v);
	close_all(&v);
	return EXIT_SUCCESS;
}
