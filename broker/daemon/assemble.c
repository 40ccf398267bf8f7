/* SPDX-License-Identifier: MPL-2.0
 *
 * Who may talk to whom: each row makes one part out of those above it, and unmakes it
 * again. Teardown walks the same tables backwards, so it cannot differ from them.
 */
#include "control.h"
#include "custodian.h"
#include "gateway.h"
#include "keeper.h"
#include "recorder.h"
#include "remote.h"
#include "step.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/daemon/web_assets.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

int step_complain(struct place_error *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(e->sentence, sizeof(e->sentence), fmt, args);
	va_end(args);
	return PLACE_E_BAD;
}

/* -- what is remembered ---------------------------------------------------------- */
static int make_store(struct broker *b, struct place_error *e)
{
	struct sqlite_parts parts = {
		.path = b->place->database, .node = b->node, .must_exist = true
	};
	const char *sentence = "";
	int r = sqlite_store_open(&b->store, &parts, &sentence);

	if (r == -ENOENT)
		return step_complain(e,
			"There is no database in %s; `samtale init` makes one.",
			b->place->folder);
	return r == 0 ? 0 : step_complain(e, "%s: %s", b->place->database, sentence);
}

static void unmake_store(struct broker *b)
{
	b->store = sqlite_store_close(b->store);
}

static void reap_desk(void *arg)
{
	struct broker *b = arg;

	desk_reap(b->desk);
}

static int make_desk(struct broker *b, struct place_error *e)
{
	struct desk_parts parts = { .store = b->store, .wake = loop_wake_send };
	int r = loop_wake_new(&b->desk_wake, b->loop, reap_desk, b);

	(void)e;
	if (r < 0)
		return fault_pass(r);
	parts.wake_arg = b->desk_wake;
	return desk_new(&b->desk, &parts);
}

static void unmake_desk(struct broker *b)
{
	b->desk = desk_free(b->desk);
	b->desk_wake = loop_wake_free(b->desk_wake);
}

/* -- keys and records ------------------------------------------------------------ */
/* The first thread of this process: every right that it must not have is given up. */
static int make_recorder(struct broker *b, struct place_error *e)
{
	struct recorder_parts parts = { .custodian = b->custodian,
		.loop = b->loop,
		.reloaded = broker_auditors_reloaded,
		.arg = b };
	int r = custodian_start(b->custodian);

	(void)e;
	return r < 0 ? fault_pass(r) : recorder_new(&b->recorder, &parts);
}

static void unmake_recorder(struct broker *b)
{
	b->recorder = recorder_free(b->recorder);
}

static int make_audit(struct broker *b, struct place_error *e)
{
	struct audit_sink sink = recorder_sink(b->recorder);

	(void)e;
	return audit_new(&b->audit, &sink);
}

static void unmake_audit(struct broker *b)
{
	b->audit = audit_free(b->audit);
}

static int make_vault(struct broker *b, struct place_error *e)
{
	(void)e;
	return vault_remote_new(
		&b->vault, &remote_ops, b->custodian, desk_submit, b->desk);
}

static void unmake_vault(struct broker *b)
{
	b->vault = vault_free(b->vault);
}

static void reap_passwords(void *arg)
{
	struct broker *b = arg;

	worker_reap(b->passwords);
}

static int make_passwords(struct broker *b, struct place_error *e)
{
	struct worker_hooks hooks = { .wake = loop_wake_send };
	int r = loop_wake_new(&b->password_wake, b->loop, reap_passwords, b);

	(void)e;
	if (r < 0)
		return fault_pass(r);
	hooks.arg = b->password_wake;
	return worker_new(&b->passwords, "password", LIMIT_PASSWORD_QUEUE, &hooks);
}

static void unmake_passwords(struct broker *b)
{
	b->passwords = worker_free(b->passwords);
	b->password_wake = loop_wake_free(b->password_wake);
}

/* -- meetings -------------------------------------------------------------------- */
static void house_due(void *arg)
{
	struct broker *b = arg;

	house_tick(b->house);
}

static void arm_house(void *arg, int64_t boot_ms)
{
	struct broker *b = arg;
	int64_t wait = boot_ms == INT64_MAX ? INT64_MAX : boot_ms - clock_boot_ms();

	if (boot_ms == INT64_MAX)
		loop_timer_stop(b->house_timer);
	else
		loop_timer_once(b->house_timer, wait < 0        ? 0
						: wait < MS_DAY ? wait
								: MS_DAY);
}

static int make_house(struct broker *b, struct place_error *e)
{
	struct house_parts parts = { .desk = b->desk,
		.vault = b->vault,
		.node = b->node,
		.audit = b->audit,
		.settings = &b->place->settings,
		.turn_secret = b->turn_secret,
		.build = web_build,
		.clock = { .arg = b, .arm = arm_house } };
	int r = loop_timer_new(&b->house_timer, b->loop, house_due, b);

	(void)e;
	return r < 0 ? fault_pass(r) : house_new(&b->house, &parts);
}

static void unmake_house(struct broker *b)
{
	b->house = house_free(b->house);
	b->house_timer = loop_timer_free(b->house_timer);
}

static int make_gateway(struct broker *b, struct place_error *e)
{
	(void)e;
	return gateway_new(&b->gateway, b);
}

static void unmake_gateway(struct broker *b)
{
	b->gateway = gateway_free(b->gateway);
}

static int make_api(struct broker *b, struct place_error *e)
{
	struct api_parts parts = { .desk = b->desk,
		.vault = b->vault,
		.node = b->node,
		.password_worker = b->passwords,
		.audit = b->audit,
		.house = b->house,
		.settings = &b->place->settings,
		.origin = listener_origin(b->listener),
		.trial = b->trial };

	(void)e;
	return api_new(&b->api, &parts);
}

static void unmake_api(struct broker *b)
{
	b->api = api_free(b->api);
}

/* -- around it ------------------------------------------------------------------- */
static void turn_ended(void *arg)
{
	struct broker *b = arg;

	house_flush(b->house);
}

static int make_turn_end(struct broker *b, struct place_error *e)
{
	(void)e;
	return loop_turn_new(&b->turn, b->loop, turn_ended, b);
}

static void unmake_turn_end(struct broker *b)
{
	b->turn = loop_turn_free(b->turn);
}

static int make_keeper(struct broker *b, struct place_error *e)
{
	(void)e;
	return keeper_new(&b->keeper, b);
}

static void unmake_keeper(struct broker *b)
{
	b->keeper = keeper_free(b->keeper);
}

static int make_metrics(struct broker *b, struct place_error *e)
{
	const char *address = b->place->settings.metrics_address;
	int r;

	if (!address[0])
		return 0;
	r = metrics_new(&b->metrics, b->loop, address, figures_write, b);
	if (r == METRICS_E_ADDRESS)
		return step_complain(e,
			"metrics.address: expected a loopback address with port, "
			"for example 127.0.0.1:9464, or the path of a unix socket.");
	return r == 0 ? 0
		      : step_complain(e, "metrics.address %s cannot be opened: %s.",
				address, strerror(-r));
}

static void unmake_metrics(struct broker *b)
{
	b->metrics = metrics_free(b->metrics);
}

static int make_control(struct broker *b, struct place_error *e)
{
	int r = control_new(&b->control, b);

	return r == 0 ? 0
		      : step_complain(e, "The control socket %s cannot be opened: %s.",
				b->place->control, strerror(-r));
}

static void unmake_control(struct broker *b)
{
	b->control = control_free(b->control);
}

/* -- the tables ------------------------------------------------------------------ */
const struct step serving_steps[] = {
	{ make_store, unmake_store, "The database" },
	{ make_recorder, unmake_recorder, "The recorder" },
	{ make_audit, unmake_audit, "The record" },
	{ make_desk, unmake_desk, "The store's worker" },
	{ make_vault, unmake_vault, "The vault" },
	{ make_passwords, unmake_passwords, "The password worker" },
	{ make_house, unmake_house, "The house" },
	{ make_gateway, unmake_gateway, "The way to the telephone gateway" },
	{ make_api, unmake_api, "The api" },
	{ make_turn_end, unmake_turn_end, "The end of the loop's turn" },
	{ make_keeper, unmake_keeper, "The keeper" },
	{ make_metrics, unmake_metrics, "The metrics" },
	{ make_control, unmake_control, "The control socket" },
	{ NULL, NULL, NULL },
};

static int make_one(struct broker *b, const struct step *s, struct place_error *e)
{
	int r;

	e->sentence[0] = '\0';
	r = s->make(b, e);
	if (r == 0)
		return 0;
	if (!e->sentence[0])
		(void)step_complain(e, "%s could not be started: %s.", s->what,
			r < 0 ? strerror(-r) : "out of order");
	return PLACE_E_BAD;
}

static void unmake_from(
	struct broker *b, const struct step *table, const struct step *last)
{
	for (const struct step *s = last; s >= table; s--)
		if (s->unmake)
			s->unmake(b);
}

/* What was made of a table is unmade when its making fails, the half part included. */
static int make_table(struct broker *b, const struct step *table, struct place_error *e)
{
	for (const struct step *s = table; s->make; s++)
		if (make_one(b, s, e) != 0) {
			unmake_from(b, table, s);
			return PLACE_E_BAD;
		}
	return 0;
}

static void unmake_table(struct broker *b, const struct step *table)
{
	const struct step *end = table;

	while (end->make)
		end++;
	unmake_from(b, table, end - 1);
}

int broker_assemble(struct broker *b, struct place_error *ret_error)
{
	int r = make_table(b, opening_steps, ret_error);

	if (r != 0)
		return r;
	r = make_table(b, serving_steps, ret_error);
	if (r != 0)
		unmake_table(b, opening_steps);
	return r;
}

void broker_dismantle(struct broker *b)
{
	unmake_table(b, serving_steps);
	unmake_table(b, opening_steps);
}
