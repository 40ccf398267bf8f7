/* SPDX-License-Identifier: MPL-2.0
 *
 * One installation: its settings and where its files lie. The daemon and the command read
 * both from here, so they can never disagree about a path.
 */
#pragma once

#include "samtale/base/settings.h"

#define PLACE_PATH_MAX 512
#define PLACE_SETS_MAX 32

struct place_source {                     /* borrowed; must outlive the place */
	const char *config;               /* file; NULL: defaults alone */
	const char *sets[PLACE_SETS_MAX]; /* "section.key=value", from the command line */
	unsigned set_count;
};

struct place {
	struct settings settings;
	char folder[PLACE_PATH_MAX];
	char database[PLACE_PATH_MAX]; /* samtale.db */
	char vault[PLACE_PATH_MAX];    /* folder of all that follows up to signing.pub */
	char keys[PLACE_PATH_MAX];     /* keys.db */
	char audit[PLACE_PATH_MAX];    /* folder of the sealed log */
	char auditors[PLACE_PATH_MAX]; /* their public halves */
	char signing_public[PLACE_PATH_MAX]; /* signing.pub */
	char control[PLACE_PATH_MAX];        /* control.sock */
	char lock[PLACE_PATH_MAX];           /* held by the broker that serves */
	char trial[PLACE_PATH_MAX];         /* trial.ini: the demo account, trials only */
	char backup_public[PLACE_PATH_MAX]; /* backup.pub: whom backups are sealed to */
	char backup_stamp[PLACE_PATH_MAX];  /* its date is that of the last backup */
	char node_key[PLACE_PATH_MAX];
	char turn_secret[PLACE_PATH_MAX];    /* "" when there is none */
	char phone_password[PLACE_PATH_MAX]; /* the same; read by the gateway and doctor
					      */
};

struct place_error {
	char sentence[1024]; /* file, line, key, what was expected */
};

#define PLACE_E_BAD 1

/* Reads the file, then the single settings over it, and works out every path. Touches
 * nothing else. Outcome: PLACE_E_BAD, *ret_error filled, *ret untouched. */
must_check int place_load(struct place *ret, const struct place_source *source,
	struct place_error *ret_error);
/* Where another program of ours lies: in this one's folder, or in phone/ of it in a build
 * folder. Outcome: false, there is none that may be run. */
must_check bool place_find_beside(const char *name, char ret[PLACE_PATH_MAX]);
/* What makes the serving process able to enter the vault's folder, because that lies in a
 * folder that it needs: "data.folder", or the setting of a file that it reads and that
 * may be replaced; config: that file, or NULL. NULL: nothing does. */
const char *place_vault_exposed_by(const struct place *p, const char *config);
/* TZ of this process is that of the organisation. Before the first thread. */
void place_set_timezone(const struct place *p);
/* Root acts as the owner of the data folder from now on, so that what it makes there
 * stays the service's. Nothing for others, and nothing while there is no folder. Faults:
 * -errno. */
must_check int place_become_owner(const struct place *p);
/* One sentence for an outcome of node_key_load() or secret_file_load(); "" for 0. */
void place_secret_sentence(
	int outcome, const char *what, const char *path, struct place_error *ret);
