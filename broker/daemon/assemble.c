/* SPDX-License-Identifier: MPL-2.0
 *
 * Who may talk to whom: each row makes one part out of those above it, and unmakes it
 * again. Teardown walks the same table backwards, so it cannot differ from it. The order
 * is: take the folder, open what needs rights, lock the files, then start threads.
 */
#include "broker.h"

#include "control.h"
#include "keeper.h"
#include "lockdown.h"
#include "site.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/daemon/web_assets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES    100 /* a killed broker's processes are gone within a second */
#define LOCK_PAUSE_NS (10 * 1000 * 1000)
#define SOCKET_MODE   0660

static int printf_like(2, 3) complain(struct place_error *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(e->sentence, sizeof(e->sentence), fmt, args);
	va_end(args);
	return PLACE_E_BAD;
}

/* -- the data folder ------------------------------------------------------------------
 */
static int make_lock(struct broker *b, struct place_error *e)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	int fd = open(b->place->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == ENOENT)
		return complain(e,
			"The data folder %s is missing; `samtale init` makes it.",
			b->place->folder);
	if (fd < 0)
		return complain(e, "The data folder %s cannot be written: %s.",
			b->place->folder, strerror(errno));
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i == LOCK_TRIES) {
			(void)close(fd);
			return complain(e,
				"The data folder %s is in use by another broker.",
				b->place->folder);
		}
		(void)nanosleep(&pause, NULL);
	}
	b->lock_fd = fd;
	return 0;
}

static void unmake_lock(struct broker *b)
{
	(void)close(b->lock_fd);
}

/* -- secrets --------------------------------------------------------------------------
 */
static int make_node(struct broker *b, struct place_error *e)
{
	const struct place *p = b->place;
	int r = secret_start();

	if (r == 0)
		r = node_key_load(&b->node, p->node_key);
	if (r == SECRET_E_MISSING)
		return complain(e,
			"The node key %s is missing; `samtale init` makes it, a "
			"restored installation needs its own back.",
			p->node_key);
	place_secret_sentence(r, "The node key", p->node_key, e);
	random_fill(&b->prefix_key, sizeof(b->prefix_key));
	return r == 0 ? 0 : PLACE_E_BAD;
}

static void unmake_node(struct broker *b)
{
	b->node = node_key_free(b->node);
}

int broker_turn_secret(const struct place *p, struct secret **ret, struct place_error *e)
{
	int r;

	*ret = NULL;
	if (!p->settings.media_turn_urls[0])
		return 0;
	if (!p->turn_secret[0])
		return complain(e, "media.turn_urls needs the server's secret: set "
				   "media.turn_secret_file.");
	r = secret_line_load(ret, p->turn_secret, 512);
	place_secret_sentence(r, "The TURN secret", p->turn_secret, e);
	return r == 0 ? 0 : PLACE_E_BAD;
}

static int make_turn(struct broker *b, struct place_error *e)
{
	return broker_turn_secret(b->place, &b->turn_secret, e);
}

static void unmake_turn(struct broker *b)
{
	b->turn_secret = secret_free(b->turn_secret);
}

/* -- the loop and the port ------------------------------------------------------------
 */
static int make_loop(struct broker *b, struct place_error *e)
{
	(void)e;
	return loop_new(&b->loop);
}

static void unmake_loop(struct broker *b)
{
	b->loop = loop_free(b->loop);
}

static int parse_prefixes(
	const char *key, const char *text, struct prefix_list *ret, struct place_error *e)
{
	struct bytes bad;

	if (prefix_list_parse(bytes_str(text), ret, &bad))
		return 0;
	return complain(e,
		"%s: %.*s is not a prefix such as 10.0.0.0/8 or 2001:db8::/32.", key,
		(int)(bad.len < 64 ? bad.len : 64), (const char *)bad.at);
}

static int make_listener(struct broker *b, struct place_error *e)
{
	const struct settings *s = &b->place->settings;
	struct listener_hooks hooks = { .arg = b, .http = web_request };
	struct listener_error bad;
	struct listener_settings l = {
		.address = s->listener_address,
		.port = (uint16_t)s->listener_port,
		.socket_path = s->listener_socket,
		.socket_mode = SOCKET_MODE,
		.certificate = s->listener_certificate,
		.key = s->listener_private_key,
		.origin = s->listener_origin,
		.ws_path = "/ws",
		.connections = (unsigned)s->listener_connections,
		.per_prefix = (unsigned)s->listener_connections_per_prefix,
		.per_own_prefix = (unsigned)s->listener_connections_per_own,
		.hsts_seconds = (uint32_t)s->listener_hsts_seconds,
	};
	int r = parse_prefixes("listener.trusted_proxies", s->listener_trusted_proxies,
		&l.trusted_proxies, e);

	if (r == 0)
		r = parse_prefixes("listener.own_networks", s->listener_own_networks,
			&l.own_networks, e);
	if (r != 0)
		return r;
	sockets_hooks(&hooks.ws);
	r = listener_new(&b->listener, b->loop, &l, &hooks, &bad);
	return r == LISTENER_E_BAD ? complain(e, "%s", bad.sentence) : r;
}

static void unmake_listener(struct broker *b)
{
	b->listener = listener_free(b->listener);
}

static int make_site(struct broker *b, struct place_error *e)
{
	struct site_words words = { .settings = &b->place->settings,
		.origin = listener_origin(b->listener),
		.utc_ms = clock_utc_ms(),
		.trial = b->trial };
	const struct asset *assets;
	unsigned count;
	int r = site_new(&b->site, &words);

	(void)e;
	if (r < 0)
		return fault_pass(r);
	assets = site_assets(b->site, &count);
	return listener_set_assets(b->listener, assets, count);
}

static void unmake_site(struct broker *b)
{
	b->site = site_free(b->site);
}

static int make_locked_files(struct broker *b, struct place_error *e)
{
	(void)e;
	return lockdown_files(b->options->source.config, b->place);
}

/* -- what is remembered ----------------------------------------------------------------
 */
static int make_store(struct broker *b, struct place_error *e)
{
	struct sqlite_parts parts = {
		.path = b->place->database, .node = b->node, .must_exist = true
	};
	const char *sentence = "";
	int r = sqlite_store_open(&b->store, &parts, &sentence);

	if (r == -ENOENT)
		return complain(e,
			"There is no database in %s; `samtale init` makes one.",
			b->place->folder);
	return r == 0 ? 0 : complain(e, "%s: %s", b->place->database, sentence);
}

static void unmake_store(struct broker *b)
{
	b->store = sqlite_store_close(b->store);
}

static int make_keys(struct broker *b, struct place_error *e)
{
	int r = keys_db_open(&b->keys, b->place->keys);

	if (r == 0)
		return 0;
	return complain(e, "%s: %s", b->place->keys,
		r == SQLITE_STORE_E_NEWER
			? "It was written by a newer version of Samtale."
		: r == SQLITE_STORE_E_DAMAGED
			? "It is damaged; restore the newest key backup."
			: store_fault_sentence(r));
}

static void unmake_keys(struct broker *b)
{
	b->keys = keys_db_close(b->keys);
}

static void reap_desk(void *arg)
{
	struct broker *b = arg;

	desk_reap(b->desk);
}

static int make_desk(struct broker *b, struct place_error *e)
{
	struct desk_parts parts = {
		.store = b->store, .keys = b->keys, .wake = loop_wake_send
	};
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

/* -- keys and records -------------------------------------------------------------------
 */
static int make_audit(struct broker *b, struct place_error *e)
{
	(void)e;
	return audit_new(&b->audit, NULL, NULL);
}

static void unmake_audit(struct broker *b)
{
	b->audit = audit_free(b->audit);
}

/* Where the sealed log will refuse: no record, no key. Until then the rooms above note
 * what the key was for. */
static int record_use(void *arg, const struct vault_use *use)
{
	(void)arg;
	(void)use;
	return 0;
}

static int make_vault(struct broker *b, struct place_error *e)
{
	struct vault_parts parts = { .node = b->node,
		.shelf = keys_db_shelf(b->keys),
		.record = record_use,
		.record_arg = b,
		.submit = desk_submit,
		.submit_arg = b->desk };

	(void)e;
	return vault_new(&b->vault, &parts);
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

/* -- meetings --------------------------------------------------------------------------
 */
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

/* -- around it --------------------------------------------------------------------------
 */
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
		return complain(e,
			"metrics.address: expected a loopback address with port, "
			"for example 127.0.0.1:9464, or the path of a unix socket.");
	return r == 0 ? 0
		      : complain(e, "metrics.address %s cannot be opened: %s.", address,
				strerror(-r));
}

static void unmake_metrics(struct broker *b)
{
	b->metrics = metrics_free(b->metrics);
}

static int make_control(struct broker *b, struct place_error *e)
{
	int r = control_new(&b->control, b);

	return r == 0 ? 0
		      : complain(e, "The control socket %s cannot be opened: %s.",
				b->place->control, strerror(-r));
}

static void unmake_control(struct broker *b)
{
	b->control = control_free(b->control);
}

/* -- the table
 * --------------------------------------------------------------------------- */
static const struct step {
	int (*make)(struct broker *, struct place_error *); /* may be out of words */
	void (*unmake)(struct broker *);
	const char *what;
} steps[] = {
	{ make_lock, unmake_lock, "the data folder" },
	{ make_node, unmake_node, "the node key" },
	{ make_turn, unmake_turn, "the TURN secret" },
	{ make_loop, unmake_loop, "the event loop" },
	{ make_listener, unmake_listener, "the listener" },
	{ make_site, unmake_site, "the pages" },
	{ make_locked_files, NULL, "the lockdown of files" },
	{ make_store, unmake_store, "the database" },
	{ make_keys, unmake_keys, "the key database" },
	{ make_desk, unmake_desk, "the store's worker" },
	{ make_audit, unmake_audit, "the record" },
	{ make_vault, unmake_vault, "the vault" },
	{ make_passwords, unmake_passwords, "the password worker" },
	{ make_house, unmake_house, "the house" },
	{ make_api, unmake_api, "the api" },
	{ make_turn_end, unmake_turn_end, "the loop's end of turn" },
	{ make_keeper, unmake_keeper, "the keeper" },
	{ make_metrics, unmake_metrics, "the metrics" },
	{ make_control, unmake_control, "the control socket" },
};

static void unmake_from(struct broker *b, size_t count)
{
	while (count-- > 0)
		if (steps[count].unmake)
			steps[count].unmake(b);
}

int broker_assemble(struct broker *b, struct place_error *ret_error)
{
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		int r;

		ret_error->sentence[0] = '\0';
		r = steps[i].make(b, ret_error);
		if (r == 0)
			continue;
		if (!ret_error->sentence[0])
			(void)complain(ret_error, "%s could not be started: %s.",
				steps[i].what, r < 0 ? strerror(-r) : "out of order");
		unmake_from(b, i + 1); /* half of a part may be there */
		return PLACE_E_BAD;
	}
	return 0;
}

void broker_dismantle(struct broker *b)
{
	unmake_from(b, ARRAY_LEN(steps));
}
