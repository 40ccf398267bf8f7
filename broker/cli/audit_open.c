/* SPDX-License-Identifier: MPL-2.0
 *
 * Opens what is to be read. Only a trial, whose auditor's secret lies on the host with an
 * empty passphrase, can do without a bundle: all steps are taken at once, in a folder of
 * their own that is gone afterwards.
 */
#include "audit_inner.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVELOPMENT_FILE "development.auditor"

void audit_opened_deinit(struct audit_opened *o)
{
	o->reader = log_reader_close(o->reader);
	if (!o->folder[0])
		return;
	(void)unlink(o->bundle);
	(void)unlink(o->shares[0]);
	(void)rmdir(o->folder);
	o->folder[0] = '\0';
}

static bool take_path(const char *value, char ret[PLACE_PATH_MAX])
{
	return bytes_to_str(bytes_str(value), ret, PLACE_PATH_MAX);
}

static int take_files(struct phrase_call *c, struct audit_opened *o)
{
	static const char *const names[AUDIT_SHARES] = { "share", "share2", "share3",
		"share4" };

	if (!take_path(phrase_value(&c->words, "bundle"), o->bundle))
		return phrase_fail(c, "The bundle's name is too long.");
	for (size_t i = 0; i < AUDIT_SHARES; i++) {
		const char *value = phrase_value(&c->words, names[i]);

		if (value && !take_path(value, o->shares[o->share_n++]))
			return phrase_fail(c, "The share's name is too long.");
	}
	return 0;
}

/* -- in a trial ------------------------------------------------------------------ */
static int make_folder(struct phrase_call *c, struct audit_opened *o)
{
	(void)snprintf(o->folder, sizeof(o->folder), "/tmp/samtale-reading-XXXXXX");
	if (mkdtemp(o->folder)) {
		(void)snprintf(o->bundle, sizeof(o->bundle), "%s/bundle", o->folder);
		(void)snprintf(o->shares[0], sizeof(o->shares[0]), "%s/share", o->folder);
		o->share_n = 1;
		return 0;
	}
	o->folder[0] = '\0';
	return phrase_fail(c, "No folder can be made below /tmp: %s.", strerror(errno));
}

static int make_files(
	struct phrase_call *c, struct audit_opened *o, const char *secret_file)
{
	owned(audit_secret_freep) struct key *secret = NULL;
	struct when_span span;
	int r;

	if (!when_days(phrase_value(&c->words, "from"), phrase_value(&c->words, "to"),
		    &span))
		return phrase_fail(c, "--from and --to are days such as 2026-11-22.");
	r = audit_load_secret(c, secret_file, BYTES_LIT(""), &secret);
	if (r == 0)
		r = make_folder(c, o);
	if (r == 0)
		r = audit_write_bundle(c, o->bundle, &span);
	if (r != 0)
		return r;
	r = share_write(o->shares[0], o->bundle, secret);
	return r == 0 ? 0 : audit_reader_fail(c, r, o->bundle);
}

static int make_all(struct phrase_call *c, struct audit_opened *o)
{
	char secret_file[PLACE_PATH_MAX + 32];
	int r;

	if (!c->has_place)
		return phrase_fail(c, "Give a bundle and the auditors' shares of it; "
				      "`samtale help audit` says how they are made.");
	r = place_become_owner(c->place);
	if (r < 0)
		return phrase_fail(c, "The owner of %s cannot be acted for: %s.",
			c->place->folder, strerror(-r));
	(void)snprintf(secret_file, sizeof(secret_file), "%s/" DEVELOPMENT_FILE,
		c->place->vault);
	if (access(secret_file, F_OK) != 0)
		return phrase_fail(c,
			"This is no trial: give a bundle and the auditors' shares of it; "
			"`samtale help audit` says how they are made.");
	return make_files(c, o, secret_file);
}

/* -- both ------------------------------------------------------------------------ */
int audit_open_again(struct phrase_call *c, struct audit_opened *o)
{
	const char *shares[AUDIT_SHARES];
	int r;

	for (size_t i = 0; i < AUDIT_SHARES; i++)
		shares[i] = o->shares[i];
	o->reader = log_reader_close(o->reader);
	r = log_reader_open(&o->reader, o->bundle, shares, o->share_n);
	return r == 0 ? 0 : audit_reader_fail(c, r, o->bundle);
}

int audit_open(struct phrase_call *c, struct audit_opened *ret)
{
	int r = phrase_value(&c->words, "bundle") ? take_files(c, ret) : make_all(c, ret);

	return r == 0 ? audit_open_again(c, ret) : r;
}

int audit_need_meetings(struct phrase_call *c, const struct audit_opened *o)
{
	struct bundle_facts f;

	log_reader_facts(o->reader, &f);
	return f.has_keys ? 0
			  : phrase_fail(c,
				    "The shares are those of former auditors and open no "
				    "meeting: give those of today's auditors too.");
}
