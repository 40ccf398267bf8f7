/* SPDX-License-Identifier: MPL-2.0
 *
 * The first half of a start: takes the data folder, reads the secrets, opens the port,
 * and then gives up the rights that were needed for it. No thread exists yet.
 */
#include "anchors.h"
#include "confine.h"
#include "custodian.h"
#include "site.h"
#include "step.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES    100 /* a killed broker's processes are gone within a second */
#define LOCK_PAUSE_NS (10 * 1000 * 1000)
#define SOCKET_MODE   0660

/* -- the data folder ------------------------------------------------------------- */
static int make_lock(struct broker *b, struct place_error *e)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	int fd = open(b->place->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == ENOENT)
		return step_complain(e,
			"The data folder %s is missing; `samtale init` makes it.",
			b->place->folder);
	if (fd < 0)
		return step_complain(e, "The data folder %s cannot be written: %s.",
			b->place->folder, strerror(errno));
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i == LOCK_TRIES) {
			(void)close(fd);
			return step_complain(e,
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

/* -- the vault ------------------------------------------------------------------- */
static int make_anchors(struct broker *b, struct place_error *e)
{
	const char *to = b->place->settings.audit_syslog;
	int r = anchors_new(&b->anchors, to);

	if (r == 0)
		return 0;
	if (r == ANCHORS_E_ADDRESS)
		return step_complain(e,
			"audit.syslog: %s is not an address with a port, for example "
			"10.0.0.5:514 or [2001:db8::5]:514.",
			to);
	return step_complain(
		e, "audit.syslog: there is no way to %s: %s.", to, strerror(-r));
}

static void unmake_anchors(struct broker *b)
{
	b->anchors = anchors_free(b->anchors);
}

static void send_anchor(void *arg, struct bytes line)
{
	struct broker *b = arg;

	anchors_send(b->anchors, line);
}

/* The keys of this node are the vault's to give: files of them we could not open. */
static int make_custodian(struct broker *b, struct place_error *e)
{
	struct custodian_parts parts = {
		.report_fd = b->report_fd, .anchor = send_anchor, .arg = b
	};
	struct custodian_welcome welcome;
	int r = secret_start();

	if (r < 0)
		return fault_pass(r);
	r = custodian_new(&b->custodian, &parts, &welcome);
	if (r < 0)
		return step_complain(e, "The vault does not answer: %s.", strerror(-r));
	b->node = welcome.node;
	b->trial = welcome.is_development;
	memcpy(b->signing, welcome.signing, sizeof(b->signing));
	random_fill(&b->prefix_key, sizeof(b->prefix_key));
	return 0;
}

static void unmake_custodian(struct broker *b)
{
	b->node = node_key_free(b->node);
	b->custodian = custodian_free(b->custodian);
}

/* -- secrets --------------------------------------------------------------------- */
int broker_turn_secret(const struct place *p, struct secret **ret, struct place_error *e)
{
	int r;

	*ret = NULL;
	if (!p->settings.media_turn_urls[0])
		return 0;
	if (!p->turn_secret[0])
		return step_complain(e, "media.turn_urls needs the server's secret: set "
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

/* -- the loop and the port ------------------------------------------------------- */
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
	return step_complain(e,
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
	return r == LISTENER_E_BAD ? step_complain(e, "%s", bad.sentence) : r;
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
		.trial = b->trial,
		.signing = b->signing };
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
	return confine_files(b->options->source.config, b->place);
}

const struct step opening_steps[] = {
	{ make_lock, unmake_lock, "The data folder" },
	{ make_anchors, unmake_anchors, "The way to the log server" },
	{ make_custodian, unmake_custodian, "The way to the vault" },
	{ make_turn, unmake_turn, "The TURN secret" },
	{ make_loop, unmake_loop, "The event loop" },
	{ make_listener, unmake_listener, "The listener" },
	{ make_site, unmake_site, "The pages" },
	{ make_locked_files, NULL, "The lockdown of files" },
	{ NULL, NULL, NULL },
};
