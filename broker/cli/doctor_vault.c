/* SPDX-License-Identifier: MPL-2.0
 *
 * What `samtale doctor` says about the vault: who can read the sealed log, whether a copy
 * of its checkpoints lies off this host, and whether its folder is its own.
 */
#include "doctor.h"

#include "samtale/audit/auditor.h"
#include "samtale/audit/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ROOM_LOW ((uint64_t)256 * 1024 * 1024)

/* -- auditors -------------------------------------------------------------------- */
static void say_scheme(struct doctor *d, const struct auditor_set *set)
{
	static const struct {
		enum mark mark;
		const char *sentence;
	} schemes[] = {
		[1] = { MARK_WARN, "One auditor can read the log alone, and nobody can "
				   "when that key is lost. With three, any two read "
				   "together." },
		[2] = { MARK_OK, "Two auditors read the log, only together; the loss of "
				 "one key makes it unreadable." },
		[3] = { MARK_OK, "Any two of three auditors read the log together." },
	};

	if (set->n < ARRAY_LEN(schemes))
		doctor_find(d, schemes[set->n].mark, "auditors", "%s",
			schemes[set->n].sentence);
}

/* The trial's own auditor, whatever it is called by now. */
static bool has_trials_secret(const struct place *p)
{
	char path[PLACE_PATH_MAX + 32];

	(void)snprintf(path, sizeof(path), "%s/development.auditor", p->vault);
	return access(path, F_OK) == 0;
}

static void look_at_auditors(struct doctor *d)
{
	const char *path = d->c->place->auditors;
	struct auditor_set set;
	int r = auditor_set_load(path, &set);

	if (r < 0)
		doctor_find(d, MARK_BAD, "auditors", "%s cannot be read: %s.", path,
			strerror(-r));
	else if (r == AUDITOR_E_MISSING)
		doctor_find(d, MARK_BAD, "auditors",
			"There are none, and without them the broker does not start: "
			"`samtale audit keygen` makes a pair, `samtale init --auditors "
			"FILE` takes the public halves.");
	else if (r != 0)
		doctor_find(d, MARK_BAD, "auditors",
			"%s is not a list of one to three auditors, each once.", path);
	else if (!auditor_set_is_development(&set) && has_trials_secret(d->c->place))
		doctor_find(d, MARK_BAD, "auditors",
			"The secret half of the trial's auditor lies here still, "
			"development.auditor in %s, and opens what was sealed to it "
			"under whatever name: `shred -u` it.",
			d->c->place->vault);
	else if (!auditor_set_is_development(&set))
		say_scheme(d, &set);
	else
		doctor_find(d, MARK_WARN, "trial",
			"Kun til afprøvning – ikke til rigtige borgere: the auditor "
			"called DEVELOPMENT is the trial's own, and its secret half "
			"lies on this host.");
}

/* -- the folder ------------------------------------------------------------------ */
static void look_at_rights(struct doctor *d)
{
	const struct place *p = d->c->place;
	const char *source = d->c->source ? d->c->source->config : NULL;
	const char *exposed = place_vault_exposed_by(p, source);
	struct stat st;

	if (stat(p->vault, &st) != 0)
		doctor_find(d, MARK_BAD, "vault", "%s: %s; `samtale init` makes it.",
			p->vault, strerror(errno));
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		doctor_find(d, MARK_BAD, "vault", "Others may enter %s; chmod 700 it.",
			p->vault);
	else if (exposed)
		doctor_find(d, MARK_BAD, "vault",
			"%s lies in the folder of %s, which the serving process may "
			"enter; move one of them.",
			p->vault, exposed);
	else
		doctor_find(d, MARK_OK, "vault", "%s is the vault's alone.", p->vault);
}

static void look_at_room(struct doctor *d)
{
	const struct place *p = d->c->place;
	char path[PLACE_PATH_MAX + 16];
	struct statvfs disk;
	struct stat st;
	uint64_t free_bytes;

	if (statvfs(p->vault, &disk) != 0)
		return;
	free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	(void)snprintf(path, sizeof(path), "%s/reserve", p->audit);
	if (disk.f_flag & ST_RDONLY)
		doctor_find(d, MARK_BAD, "log room",
			"%s is mounted read-only: nothing can be put on record.",
			p->vault);
	else if (stat(path, &st) == 0 && (uint64_t)st.st_blocks * 512 < LOG_RESERVE_BYTES)
		doctor_find(d, MARK_BAD, "log room",
			"The log lives on its reserve: staff reading is refused until "
			"there is room on the disk of %s.",
			p->vault);
	else
		doctor_find(d, free_bytes < ROOM_LOW ? MARK_WARN : MARK_OK, "log room",
			"%llu MiB are free for the log.",
			(unsigned long long)(free_bytes >> 20));
}

/* -- off this host --------------------------------------------------------------- */
/* A service that listens here may pass it on, which cannot be seen from here. */
static bool is_this_host(const char *to)
{
	return strncmp(to, "127.", 4) == 0 || strncmp(to, "[::1]", 5) == 0 ||
	       strncmp(to, "0.0.0.0:", 8) == 0 || strncmp(to, "[::]", 4) == 0;
}

static void look_at_anchors(struct doctor *d)
{
	const char *to = d->c->place->settings.audit_syslog;

	if (is_this_host(to))
		doctor_find(d, MARK_WARN, "anchors",
			"Checkpoints are sent to %s, which is this host: they are safe "
			"only when the log service there passes them on at once.",
			to);
	else if (to[0])
		doctor_find(d, MARK_OK, "anchors",
			"Every checkpoint of the log is sent to %s.", to);
	else
		doctor_find(d, MARK_WARN, "anchors",
			"No checkpoint of the log leaves this host: who owns it could "
			"put an older log back unseen. Set audit.syslog.");
}

void doctor_vault(struct doctor *d)
{
	look_at_rights(d);
	look_at_auditors(d);
	look_at_anchors(d);
	look_at_room(d);
}
