/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of the serving process: parse, open, lock down, serve; at the end tell
 * everybody to come back, wait for a while until they are gone, take everything apart.
 */
#include "broker.h"

#include "confine.h"
#include "control.h"
#include "custodian.h"
#include "gateway.h"
#include "keeper.h"
#include "process.h"
#include "recorder.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/daemon/notify.h"
#include "samtale/link/report.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define DRAIN_MS      (5 * MS_SECOND)
#define DRAIN_LOOK_MS 10
#define AT_ONCE_MS    200
#define RECORD_MS     (2 * MS_SECOND) /* for what is still to go on record at the end */

/* -- the end --------------------------------------------------------------------- */
static unsigned still_open(const struct broker *b)
{
	struct listener_figures f;

	listener_figures(b->listener, &f);
	return f.connections_now + api_open_calls(b->api) + desk_depth(b->desk) +
	       worker_depth(b->passwords);
}

static void drain_more(void *arg)
{
	struct broker *b = arg;

	if (still_open(b) == 0 || loop_now_ms() >= b->stop_by_ms)
		loop_stop(b->loop);
}

static void begin_stop(struct broker *b)
{
	b->stopping = true;
	b->stop_by_ms = loop_now_ms() + DRAIN_MS;
	log_event(EV_STOPPING);
	listener_stop_accepting(b->listener);
	house_stop(b->house);
	listener_close_all(b->listener, close_code_number(CLOSE_RESTARTING),
		close_code_name(CLOSE_RESTARTING));
	loop_timer_every(b->drain, DRAIN_LOOK_MS);
}

static void note_life(struct broker *b, enum audit_what what)
{
	struct audit_event e = { .what = what,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_SYSTEM };

	if (audit_note_soon(b->audit, &e) < 0)
		log_event(EV_AUDIT_FAILED);
}

/* The second one ends it at once; whatever was answered is on the disk. */
static void asked_to_end(void *arg, int signal_number)
{
	struct broker *b = arg;

	(void)signal_number;
	if (b->stopping) {
		note_life(b, AUDIT_SERVICE_STOPPED);
		recorder_flush(b->recorder, AT_ONCE_MS);
		_exit(0);
	}
	begin_stop(b);
}

static void asked_to_reload(void *arg, int signal_number)
{
	(void)signal_number;
	broker_reload(arg);
}

/* Down come links to the other processes, and the end: the parent is gone. */
static void parent_spoke(void *arg)
{
	struct broker *b = arg;
	enum report_kind kind;
	int fd, r;

	while ((r = report_take_link(b->report_fd, &kind, &fd)) == 0) {
		if (kind == REPORT_VAULT_LINK)
			custodian_take(b->custodian, fd);
		else
			gateway_take(b->gateway, fd);
	}
	if (r != REPORT_E_GONE)
		return;
	loop_watch_want(b->parent_watch, LOOP_NOTHING);
	if (!b->stopping)
		begin_stop(b);
}

static void beat(void *arg)
{
	struct broker *b = arg;

	report_send(b->report_fd, REPORT_BEAT, "");
}

static int listen_to_parent(struct broker *b)
{
	int64_t watchdog_ms = notify_watchdog_ms();
	int r = loop_signal_new(&b->hup, b->loop, SIGHUP, asked_to_reload, b);

	if (r == 0)
		r = loop_signal_new(&b->term, b->loop, SIGTERM, asked_to_end, b);
	if (r == 0)
		r = loop_watch_new(
			&b->parent_watch, b->loop, b->report_fd, parent_spoke, b);
	if (r == 0)
		r = loop_timer_new(&b->drain, b->loop, drain_more, b);
	if (r == 0)
		r = loop_timer_new(&b->beat, b->loop, beat, b);
	if (r < 0)
		return fault_pass(r);
	loop_watch_want(b->parent_watch, LOOP_READ);
	if (watchdog_ms > 0)
		loop_timer_every(b->beat, watchdog_ms / 3 + 1);
	return 0;
}

static void leave_parent(struct broker *b)
{
	b->beat = loop_timer_free(b->beat);
	b->drain = loop_timer_free(b->drain);
	b->parent_watch = loop_watch_free(b->parent_watch);
	b->term = loop_signal_free(b->term);
	b->hup = loop_signal_free(b->hup);
}

/* -- the life -------------------------------------------------------------------- */
static int live(struct broker *b)
{
	unsigned open;
	int r = confine_calls();

	if (r == 0)
		r = listen_to_parent(b);
	if (r < 0)
		return EXIT_FAILURE;
	note_life(b, AUDIT_SERVICE_STARTED);
	house_recover(b->house);
	keeper_run(b->keeper);
	log_event(EV_STARTED, F_COUNT("port", listener_port(b->listener)),
		F_MS("start_ms", clock_utc_ms() - b->started_ms));
	report_send(b->report_fd, REPORT_READY, listener_origin(b->listener));
	loop_run(b->loop);

	note_life(b, AUDIT_SERVICE_STOPPED);
	recorder_flush(b->recorder, RECORD_MS);
	open = still_open(b);
	log_event(EV_STOPPED, F_COUNT("open", open));
	if (open > 0) /* not taken apart under somebody's feet */
		_exit(EXIT_SUCCESS);
	leave_parent(b);
	return EXIT_SUCCESS;
}

int broker_serve(const struct options *options, int report_fd)
{
	struct place place;
	struct place_error error;
	struct broker b = { .options = options,
		.report_fd = report_fd,
		.lock_fd = -1,
		.started_ms = clock_utc_ms(),
		.started_loop_ms = loop_now_ms() };
	int r;

	if (process_begin("samtale-serve", SIGKILL) < 0)
		return EXIT_FAILURE;
	if (place_load(&place, &options->source, &error) != 0)
		return process_complain(error.sentence);
	b.place = malloc(sizeof(place));
	if (!b.place)
		return EXIT_FAILURE;
	*b.place = place;
	process_log_level(&place.settings);
	place_set_timezone(&place);
	if (broker_assemble(&b, &error) != 0) {
		free(b.place);
		return process_complain(error.sentence);
	}
	r = live(&b);
	broker_dismantle(&b);
	free(b.place);
	return r;
}
