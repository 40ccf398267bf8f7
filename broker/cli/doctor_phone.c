/* SPDX-License-Identifier: MPL-2.0
 *
 * The telephone, in one line per finding: the settings by themselves, the operator's
 * server, and what the broker that runs says; doctor_ports.c looks at this machine. What
 * the gateway would refuse to start with is bad; what it starts with, but citizens or
 * their data would suffer from, is a warning.
 */
#include "client.h"
#include "doctor.h"
#include "sip_probe.h"

#include "samtale/listener/prefix.h"
#include "samtale/vault/secret.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOPIC    "phone"
#define PROBE_MS 5000
#define DIGITS   "0123456789"

/* -- what the broker says -------------------------------------------------------- */
struct trunk_state { /* words of `samtale status`; "" when nobody serves */
	char word[16];
	char cause[24];
};

static bool is(const struct trunk_state *t, const char *word)
{
	return strcmp(t->word, word) == 0;
}

static void read_state(const char *text, struct trunk_state *ret)
{
	const char *line = strstr(text, "\ntrunk "), *word = line ? line + 7 : "";
	size_t n = strcspn(word, " \n");

	if (!bytes_to_str(bytes_of(word, n), ret->word, sizeof(ret->word)))
		return; /* nothing was said of it */
	word += n + strspn(word + n, " ");
	if (!bytes_to_str(
		    bytes_of(word, strcspn(word, "\n")), ret->cause, sizeof(ret->cause)))
		ret->cause[0] = '\0';
}

static void ask_broker(const struct doctor *d, struct trunk_state *ret)
{
	static const char *const words[] = { "status" };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	struct client_request q = { 1, words, to, to };
	int code, r = to ? client_run(d->c->place->control, &q, &code) : -ENOMEM;

	*ret = (struct trunk_state){ 0 };
	if (to)
		(void)fclose(to);
	if (r == 0 && text)
		read_state(text, ret);
	free(text);
}

static void look_at_state(struct doctor *d, const struct trunk_state *t)
{
	if (!t->word[0])
		doctor_find(d, MARK_WARN, TOPIC,
			"No broker serves, so nobody uses the trunk now.");
	else if (is(t, "up"))
		doctor_find(d, MARK_OK, TOPIC, "The broker's trunk is up.");
	else if (is(t, "off"))
		doctor_find(d, MARK_BAD, TOPIC,
			"The broker runs without its gateway: reload it after a change "
			"of "
			"[phone], and look for PHONE_ in the journal.");
	else
		doctor_find(d, MARK_BAD, TOPIC, "The broker's trunk is %s (%s).", t->word,
			t->cause);
}

/* -- the settings by themselves -------------------------------------------------- */
static bool is_e164(const char *number)
{
	size_t n = strspn(number[0] ? number + 1 : number, DIGITS);

	return number[0] == '+' && number[1] != '0' && number[n + 1] == '\0' && n >= 7 &&
	       n <= 15 && (strncmp(number, "+45", 3) != 0 || n == 10);
}

static void look_at_number(struct doctor *d, const struct settings *s)
{
	if (!s->phone_number[0])
		doctor_find(d, MARK_BAD, TOPIC,
			"phone.number is empty: those we call see no number that they "
			"can call back.");
	else if (!is_e164(s->phone_number))
		doctor_find(d, MARK_BAD, TOPIC,
			"phone.number: \"%s\" is not a number such as +4512345678.",
			s->phone_number);
	else
		doctor_find(d, MARK_OK, TOPIC, "Our number is %s%s.", s->phone_number,
			strcmp(s->phone_caller_id, "hidden") == 0
				? ", hidden from those we call: they cannot call back"
				: "");
}

static void look_at_secrecy(struct doctor *d, const struct settings *s)
{
	bool tls = strcmp(s->phone_transport, "tls") == 0,
	     srtp = strcmp(s->phone_srtp, "on") == 0;

	if (srtp && !tls)
		doctor_find(d, MARK_BAD, TOPIC,
			"phone.srtp = on needs phone.transport = tls: the keys would "
			"travel in plain.");
	else if (!tls)
		doctor_find(d, MARK_WARN, TOPIC,
			"phone.transport = %s: numbers and sound can be read on the way "
			"to "
			"the operator; only for a line of your own.",
			s->phone_transport);
	else if (!srtp)
		doctor_find(d, MARK_WARN, TOPIC,
			"phone.srtp = off: sound can be heard on the way to the "
			"operator; "
			"ask whether they take SRTP (SDES).");
	else
		doctor_find(d, MARK_OK, TOPIC,
			"SIP and sound are encrypted as far as the operator.");
}

static void look_at_password(struct doctor *d)
{
	const struct place *p = d->c->place;
	const struct settings *s = &p->settings;
	struct secret *secret = NULL;
	struct place_error e = { "The trunk's password is missing: set "
				 "phone.password_file." };
	int r;

	if (!s->phone_user[0]) {
		doctor_find(d, MARK_OK, TOPIC,
			"No user is set: the operator must know our address.");
		return;
	}
	r = p->phone_password[0] ? secret_line_load(&secret, p->phone_password, 256)
				 : SECRET_E_MISSING;
	(void)secret_free(secret);
	if (p->phone_password[0])
		place_secret_sentence(r, "The trunk's password", p->phone_password, &e);
	if (doctor_is_credential(d, s->phone_password_file, r))
		doctor_find(d, MARK_OK, TOPIC,
			"Its password is given as a credential to the service.");
	else
		doctor_find(d, r == 0 ? MARK_OK : MARK_BAD, TOPIC, "%s",
			r == 0 ? "The trunk's password is there and closed to others."
			       : e.sentence);
}

static void look_at_prefixes(struct doctor *d, const char *key, const char *text)
{
	struct prefix_list list;
	struct bytes bad;

	if (!prefix_list_parse(bytes_str(text), &list, &bad))
		doctor_find(d, MARK_BAD, TOPIC,
			"%s: %.*s is not a prefix such as 192.0.2.0/24 or 2001:db8::/32.",
			key, (int)bad.len, (const char *)bad.at);
}

/* Words such as +45, divided by blanks. */
static void look_at_dial_plan(struct doctor *d, const char *key, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, " "), digits;

		digits = text[0] == '+' ? strspn(text + 1, DIGITS) : 0;
		if (n > 0 && (digits == 0 || digits + 1 != n))
			doctor_find(d, MARK_BAD, TOPIC,
				"%s: %.*s is not the beginning of a number such as +45.",
				key, (int)(n < 40 ? n : 40), text);
		text += n + strspn(text + n, " ");
	}
}

/* -- prompts --------------------------------------------------------------------- */
static bool is_wav(const char *path)
{
	char head[12] = "";
	FILE *f = fopen(path, "re");
	bool good = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
		    memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0;

	if (f)
		(void)fclose(f);
	return good;
}

static void look_at_own_prompts(struct doctor *d, const char *folder)
{
	char pattern[512];
	glob_t found = { 0 };
	size_t bad = 0;

	(void)snprintf(pattern, sizeof(pattern), "%s/*/*.wav", folder);
	if (glob(pattern, 0, NULL, &found) != 0)
		doctor_find(d, MARK_WARN, TOPIC,
			"phone.prompts: %s has no da/*.wav or en/*.wav; the standard "
			"sentences are spoken.",
			folder);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!is_wav(found.gl_pathv[i]) && bad++ == 0)
			doctor_find(d, MARK_BAD, TOPIC,
				"phone.prompts: %s is not a WAV file.",
				found.gl_pathv[i]);
	if (found.gl_pathc > 0 && bad == 0)
		doctor_find(d, MARK_OK, TOPIC, "%zu own sentences replace standard ones.",
			found.gl_pathc);
	globfree(&found);
}

/* The program and its sentences lie where the build or the package put them. */
static void look_at_program(struct doctor *d)
{
	const char *folder = d->c->place->settings.phone_prompts;
	char path[PLACE_PATH_MAX];

	if (!place_find_beside("samtale-phone", path))
		doctor_find(d, MARK_BAD, TOPIC,
			"samtale-phone is not installed beside `samtale`; calls are "
			"placed by hand.");
	if (folder[0])
		look_at_own_prompts(d, folder);
}

/* -- the operator ---------------------------------------------------------------- */
static enum mark mark_of(
	const struct settings *s, const struct sip_answer *a, const struct trunk_state *t)
{
	switch (a->found) {
	case SIP_ANSWERS:
		return MARK_OK;
	case SIP_SIGN_IN: /* with a user, the registration shows whether it is right */
		return s->phone_user[0] ? MARK_OK : MARK_BAD;
	case SIP_SILENT:
	case SIP_FORBIDDEN: /* some speak to the gateway's own port alone */
		return is(t, "up") ? MARK_WARN : MARK_BAD;
	default:
		return MARK_BAD;
	}
}

static void look_at_operator(struct doctor *d, const struct trunk_state *t)
{
	const struct settings *s = &d->c->place->settings;
	struct sip_target target;
	struct sip_answer a;
	bool at;
	char status[16] = "";

	if (!sip_target_of(s, &target)) {
		doctor_find(d, MARK_BAD, TOPIC,
			"phone.server: \"%s\" is not a host such as sip.example.dk or "
			"192.0.2.1:5060.",
			s->phone_server);
		return;
	}
	sip_probe(&target, s, PROBE_MS, &a);
	if (a.status)
		(void)snprintf(status, sizeof(status), " (%u)", a.status);
	at = a.at[0] && strcmp(a.at, s->phone_server) != 0;
	doctor_find(d, mark_of(s, &a, t), TOPIC, "%s%s%s%s %s%s%s.", s->phone_server,
		at ? " (" : "", at ? a.at : "", at ? ")" : "",
		sip_found_sentence(a.found),
		a.found == SIP_SIGN_IN && !s->phone_user[0]
			? ": set phone.user and phone.password_file"
			: "",
		status);
}

void doctor_phone(struct doctor *d)
{
	const struct settings *s = &d->c->place->settings;
	struct trunk_state t;

	if (!s->phone_server[0]) {
		doctor_find(d, MARK_OK, TOPIC,
			"No trunk is set: consultants place calls by hand.");
		return;
	}
	ask_broker(d, &t);
	look_at_number(d, s);
	look_at_secrecy(d, s);
	look_at_password(d);
	look_at_prefixes(d, "phone.sources", s->phone_sources);
	look_at_prefixes(d, "phone.media_sources", s->phone_media_sources);
	look_at_dial_plan(d, "phone.allowed", s->phone_allowed);
	look_at_dial_plan(d, "phone.refused", s->phone_refused);
	look_at_program(d);
	doctor_phone_addresses(d);
	if (!t.word[0] || is(&t, "off")) /* else they are the gateway's own */
		doctor_phone_ports(d);
	look_at_operator(d, &t);
	look_at_state(d, &t);
}
