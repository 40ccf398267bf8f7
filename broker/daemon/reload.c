/* SPDX-License-Identifier: MPL-2.0
 *
 * SIGHUP. All of the new configuration is read and checked before any of it is used; with
 * an error the old one serves on. The certificate is looked at on its own: a good one is
 * taken even when the configuration is not.
 */
#include "broker.h"

#include "keeper.h"
#include "recorder.h"
#include "site.h"

#include "samtale/base/clock.h"
#include "samtale/base/ops_log.h"
#include "samtale/link/report.h"

#include <stdio.h>
#include <stdlib.h>

/* What the telephone gateway read when it started. */
static bool phone_needs_restart(const struct settings *a, const struct settings *b)
{
	if (!a->phone_server[0] || !b->phone_server[0])
		return a->phone_server[0]; /* a new trunk is started by the reload */
	return strcmp(a->phone_server, b->phone_server) != 0 ||
	       strcmp(a->phone_transport, b->phone_transport) != 0 ||
	       strcmp(a->phone_ca_file, b->phone_ca_file) != 0 ||
	       strcmp(a->phone_user, b->phone_user) != 0 ||
	       strcmp(a->phone_password_file, b->phone_password_file) != 0 ||
	       strcmp(a->phone_domain, b->phone_domain) != 0 ||
	       strcmp(a->phone_number, b->phone_number) != 0 ||
	       strcmp(a->phone_sources, b->phone_sources) != 0 ||
	       strcmp(a->phone_media_sources, b->phone_media_sources) != 0 ||
	       strcmp(a->phone_srtp, b->phone_srtp) != 0 ||
	       strcmp(a->phone_dtmf, b->phone_dtmf) != 0 ||
	       strcmp(a->phone_address, b->phone_address) != 0 ||
	       strcmp(a->phone_public_address, b->phone_public_address) != 0 ||
	       strcmp(a->phone_public_address6, b->phone_public_address6) != 0 ||
	       a->phone_sip_port != b->phone_sip_port ||
	       a->phone_media_port != b->phone_media_port ||
	       a->phone_silence_seconds != b->phone_silence_seconds ||
	       a->phone_call_minutes != b->phone_call_minutes ||
	       a->phone_calls != b->phone_calls ||
	       strcmp(a->phone_allowed, b->phone_allowed) != 0 ||
	       strcmp(a->phone_refused, b->phone_refused) != 0 ||
	       strcmp(a->phone_prompts, b->phone_prompts) != 0;
}

/* What only a start can change: open ports, open files, the clock's zone. */
static bool needs_restart(const struct settings *a, const struct settings *b)
{
	return phone_needs_restart(a, b) ||
	       strcmp(a->listener_address, b->listener_address) != 0 ||
	       a->listener_port != b->listener_port ||
	       strcmp(a->listener_socket, b->listener_socket) != 0 ||
	       strcmp(a->listener_origin, b->listener_origin) != 0 ||
	       strcmp(a->listener_certificate, b->listener_certificate) != 0 ||
	       strcmp(a->listener_private_key, b->listener_private_key) != 0 ||
	       strcmp(a->listener_trusted_proxies, b->listener_trusted_proxies) != 0 ||
	       strcmp(a->listener_own_networks, b->listener_own_networks) != 0 ||
	       a->listener_connections != b->listener_connections ||
	       a->listener_connections_per_prefix != b->listener_connections_per_prefix ||
	       a->listener_connections_per_own != b->listener_connections_per_own ||
	       a->listener_hsts_seconds != b->listener_hsts_seconds ||
	       strcmp(a->metrics_address, b->metrics_address) != 0 ||
	       strcmp(a->org_timezone, b->org_timezone) != 0 ||
	       strcmp(a->data_folder, b->data_folder) != 0 ||
	       strcmp(a->data_vault_folder, b->data_vault_folder) != 0 ||
	       a->audit_keep_days != b->audit_keep_days ||
	       a->audit_epoch_minutes != b->audit_epoch_minutes ||
	       strcmp(a->audit_syslog, b->audit_syslog) != 0 ||
	       strcmp(a->data_node_key_file, b->data_node_key_file) != 0;
}

struct fresh { /* a configuration that was read and found good */
	struct place *place;
	struct secret *turn_secret;
	struct site *site;
};

static void fresh_drop(struct fresh *f)
{
	free(f->place);
	(void)secret_free(f->turn_secret);
	(void)site_free(f->site);
	*f = (struct fresh){ 0 };
}

static int fresh_load(struct broker *b, struct fresh *f, struct place_error *e)
{
	struct site_words words = {
		.origin = listener_origin(b->listener),
		.utc_ms = clock_utc_ms(),
		.trial = b->trial,
		.signing = b->signing,
	};
	int r;

	(void)snprintf(e->sentence, sizeof(e->sentence), "Out of memory.");
	f->place = malloc(sizeof(*f->place));
	if (!f->place)
		return PLACE_E_BAD;
	r = place_load(f->place, &b->options->source, e);
	if (r == 0)
		r = broker_turn_secret(f->place, &f->turn_secret, e);
	words.settings = &f->place->settings;
	return r == 0 ? site_new(&f->site, &words) : r;
}

/* What was replaced stays until nobody can look into it any more. */
static void use(struct broker *b, struct fresh *f)
{
	struct place *old = b->place;
	struct secret *old_secret = b->turn_secret;
	unsigned count;
	const struct asset *assets = site_assets(f->site, &count);

	if (needs_restart(&old->settings, &f->place->settings))
		log_event(EV_NEEDS_RESTART);
	b->place = f->place;
	b->turn_secret = f->turn_secret;
	house_set_settings(b->house, &b->place->settings, b->turn_secret);
	api_set_settings(b->api, &b->place->settings);
	if (listener_set_assets(b->listener, assets, count) == 0)
		b->site = site_follow(f->site, b->site);
	else
		(void)site_free(f->site);
	free(old);
	(void)secret_free(old_secret);
	*f = (struct fresh){ 0 };
}

static bool is_noted(const struct broker *b, bool loaded)
{
	struct audit_event e = { .what = AUDIT_CONFIG_RELOADED,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = loaded ? AUDIT_DONE : AUDIT_FAILED,
		.role = AUDIT_ADMINISTRATOR };

	return audit_note_soon(b->audit, &e) == 0;
}

static void say(const char *sentence)
{
	(void)fprintf(stderr, "samtale-broker: %s\n", sentence);
}

void broker_auditors_reloaded(void *broker, int result, bool is_development)
{
	const struct broker *b = broker;

	if (result < 0)
		log_event(EV_AUDITORS_REFUSED);
	else if (is_development != b->trial)
		log_event(EV_NEEDS_RESTART); /* the banner is in pages and answers */
}

void broker_reload(struct broker *b)
{
	struct fresh fresh = { 0 };
	struct certificate_sentence certificate;
	struct place_error e;
	bool loaded = fresh_load(b, &fresh, &e) == 0;

	if (!is_noted(b, loaded)) {
		log_event(EV_AUDIT_FAILED);
	} else if (!loaded) {
		say(e.sentence);
		log_event(EV_RELOAD_REFUSED);
	} else {
		use(b, &fresh);
		log_event(EV_RELOADED);
		keeper_run(b->keeper);
		recorder_reload(b->recorder);
	}
	fresh_drop(&fresh);
	if (listener_reload_certificate(b->listener, &certificate) == CERTIFICATE_E_BAD)
		say(certificate.at);
	b->ready.at_ms = 0;
	report_send(b->report_fd, REPORT_RELOADED, "");
}
