/* SPDX-License-Identifier: MPL-2.0
 *
 * Phrases that need no database, and the one that makes it. `init` never touches what is
 * already there: run twice it says so and is content.
 */
#include "audit_inner.h"
#include "rows.h"
#include "session.h"
#include "terminal.h"

#include "samtale/base/fault.h"
#include "samtale/store/sqlite.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SAMTALE_VERSION
#define SAMTALE_VERSION "unknown"
#endif

int run_version(struct phrase_call *c)
{
	(void)fprintf(c->out, "samtale " SAMTALE_VERSION "\n");
	return 0;
}

int run_help(struct phrase_call *c)
{
	const char *word = phrase_value(&c->words, "word");

	if (phrase_value(&c->words, "man")) {
		phrase_manual(c->out);
		return 0;
	}
	if (!word)
		(void)fprintf(c->out, "usage: samtale [--config FILE] PHRASE...\n\n");
	if (phrase_help(c->out, word) > 0)
		return 0;
	return phrase_fail(
		c, "No phrase begins with %s; `samtale help` prints all.", word);
}

/* -- config ---------------------------------------------------------------------- */
/* That the file parses was seen before any phrase runs. */
int run_config_check(struct phrase_call *c)
{
	(void)fprintf(c->out, "%s: no error\n", c->source->config);
	return 0;
}

static void show_text(FILE *to, const char *key, const char *value)
{
	(void)fprintf(to, "%s = %s\n", key, value);
}

int run_config_show(struct phrase_call *c)
{
	const struct settings *s = &c->place->settings;

	/* Secrets are in files of their own: there is none among the settings. */
#define SECTION(name, sentence) (void)fprintf(c->out, "[" #name "]\n");
#define SET_TEXT(section, key, def, max, sentence)                                       \
	show_text(c->out, #key, s->section##_##key);
#define SET_NUMBER(section, key, def, min, max, unit, sentence)                          \
	(void)fprintf(c->out, #key " = %" PRId64 "\n", s->section##_##key);
#define SET_BOOL(section, key, def, sentence)                                            \
	show_text(c->out, #key, s->section##_##key ? "true" : "false");
#define SET_CHOICE(section, key, def, choices, sentence)                                 \
	show_text(c->out, #key, s->section##_##key);
#include "samtale/base/settings.def"
#undef SECTION
#undef SET_TEXT
#undef SET_NUMBER
#undef SET_BOOL
#undef SET_CHOICE
	return 0;
}

/* -- init: the folders ----------------------------------------------------------- */
/* Made by root where only root may, and given to whom the data belongs. */
static int make_vault_folder(struct phrase_call *c)
{
	const char *vault = c->place->vault;
	struct stat st;

	if (mkdir(vault, 0700) != 0)
		return errno == EEXIST
			       ? 0
			       : phrase_fail(c, "The vault folder %s cannot be made: %s.",
					 vault, strerror(errno));
	if (geteuid() == 0 && (stat(c->place->folder, &st) != 0 ||
				      chown(vault, st.st_uid, st.st_gid) != 0))
		return phrase_fail(c, "The vault folder %s cannot be given away: %s.",
			vault, strerror(errno));
	return 0;
}

static int check_folder(struct phrase_call *c, const char *what, const char *folder)
{
	struct stat st;

	if (stat(folder, &st) != 0 || !S_ISDIR(st.st_mode) ||
		euidaccess(folder, W_OK) != 0)
		return phrase_fail(
			c, "The %s folder %s cannot be written.", what, folder);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return phrase_fail(c, "Others may enter the %s folder %s; chmod 700 it.",
			what, folder);
	return 0;
}

int setup_folders(struct phrase_call *c)
{
	const char *folder = c->place->folder;
	int r;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return phrase_fail(c, "The data folder %s cannot be made: %s.", folder,
			strerror(errno));
	if (make_vault_folder(c) != 0)
		return 1;
	r = place_become_owner(c->place);
	if (r < 0)
		return phrase_fail(c, "The owner of %s cannot be acted for: %s.", folder,
			strerror(-r));
	r = check_folder(c, "data", folder);
	return r == 0 ? check_folder(c, "vault", c->place->vault) : r;
}

/* -- init: who may read the log -------------------------------------------------- */
/* A trial's own: its secret half lies here, so it protects nothing. */
static int make_development(struct phrase_call *c)
{
	char prefix[PLACE_PATH_MAX], public[PLACE_PATH_MAX];
	struct auditors_file f = { 0 };
	int r;

	(void)snprintf(prefix, sizeof(prefix), "%.480s/development", c->place->vault);
	(void)snprintf(public, sizeof(public), "%.490s.auditor.pub", prefix);
	r = auditor_create(prefix, "DEVELOPMENT", BYTES_LIT(""));
	if (r < 0 && r != -EEXIST)
		return phrase_fail(
			c, "%s.auditor cannot be written: %s.", prefix, strerror(-r));
	r = audit_read_auditors(c, public, &f);
	return r == 0 ? audit_put_auditors(c, &f) : r;
}

static const char question[] =
	"Who may read the log? Three people each make a key, away from this host, with "
	"`samtale audit keygen`, and give you a file NAME.auditor.pub; put the three "
	"lines "
	"into one file (docs/reading-the-log.md).\n"
	"File with the auditors' lines: ";

/* Of the file that --auditors names, or of the answer to a question; ret->len 0: a
 * trial's own, or those that are there already. */
static int find_auditors(struct phrase_call *c, struct auditors_file *ret)
{
	const char *file = phrase_value(&c->words, "auditors");
	char typed[PLACE_PATH_MAX];

	if (!file && (access(c->place->auditors, F_OK) == 0 ||
			     phrase_value(&c->words, "trial")))
		return 0;
	if (!file && !terminal_line(question, typed, sizeof(typed)))
		return phrase_fail(c,
			"Who may read the log? Give --auditors FILE with one to three "
			"lines of `samtale audit keygen`; a trial (--trial) makes its "
			"own.");
	return audit_read_auditors(c, file ? file : typed, ret);
}

static int put_auditors(struct phrase_call *c, const struct auditors_file *f)
{
	if (f->len > 0)
		return audit_put_auditors(c, f);
	return access(c->place->auditors, F_OK) == 0 ? 0 : make_development(c);
}

/* -- init: keys, log and database ------------------------------------------------ */
static int make_vault(struct phrase_call *c)
{
	struct custody_parts parts = session_custody(c->place);
	struct custody_error e;
	int r = custody_make(&parts, c->place->folder, &e);

	if (r == CUSTODY_E_BAD)
		return phrase_fail(c, "%s", e.sentence);
	return r == 0 ? 0 : phrase_fault(c, fault_fold(r));
}

/* The log's first records are its start and its auditors. */
static int make_database(struct phrase_call *c)
{
	owned(session_closep) struct session *s = NULL;
	struct sqlite_parts parts = { .path = c->place->database };
	struct store *store = NULL;
	const char *sentence = "";
	int r = session_open_log(&s, c);

	if (r != 0)
		return r;
	parts.node = session_node(s);
	r = sqlite_store_open(&store, &parts, &sentence);
	(void)sqlite_store_close(store);
	return r == 0 ? 0 : phrase_fail(c, "%s: %s", c->place->database, sentence);
}

static int make_trial(struct phrase_call *c)
{
	struct session *s = NULL;
	int r = session_open(&s, c);

	if (r == 0)
		r = session_run(s, c, trial_make);
	(void)session_close(s);
	return r;
}

static bool is_ready(const struct place *p, bool trial)
{
	const char *const files[] = { p->database, p->node_key, p->auditors, p->keys };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (access(files[i], F_OK) != 0)
			return false;
	return !trial || access(p->trial, F_OK) == 0;
}

int run_init(struct phrase_call *c)
{
	bool trial = phrase_value(&c->words, "trial");
	struct auditors_file auditors = { 0 };
	int r;

	if (is_ready(c->place, trial)) {
		(void)fprintf(c->out, "%s is ready already\n", c->place->folder);
		return 0;
	}
	r = find_auditors(c, &auditors);
	if (r == 0)
		r = setup_folders(c);
	if (r == 0)
		r = put_auditors(c, &auditors);
	if (r == 0)
		r = make_vault(c);
	if (r == 0)
		r = make_database(c);
	if (r == 0 && trial)
		r = make_trial(c);
	if (r == 0)
		(void)fprintf(c->out, "%s is ready; back up %s apart from it\n",
			c->place->folder, c->place->node_key);
	return r;
}
