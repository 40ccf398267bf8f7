/* SPDX-License-Identifier: MPL-2.0
 *
 * Phrases that need no database, and the one that makes it. `init` never touches what is
 * already there: run twice it says so and is content.
 */
#include "rows.h"
#include "session.h"

#include "samtale/base/fault.h"
#include "samtale/store/keys_db.h"
#include "samtale/store/sqlite.h"
#include "samtale/vault/node_key.h"

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

/* -- init ------------------------------------------------------------------------ */
static int make_folder(struct phrase_call *c)
{
	const char *folder = c->place->folder;
	struct stat st;
	int r;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return phrase_fail(c, "The data folder %s cannot be made: %s.", folder,
			strerror(errno));
	r = place_become_owner(c->place);
	if (r < 0 || stat(folder, &st) != 0 || !S_ISDIR(st.st_mode) ||
		euidaccess(folder, W_OK) != 0)
		return phrase_fail(c, "The data folder %s cannot be written.", folder);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return phrase_fail(
			c, "Others may enter the data folder %s; chmod 700 it.", folder);
	if (mkdir(c->place->vault, 0700) != 0 && errno != EEXIST)
		return phrase_fail(c, "The vault folder %s cannot be made: %s.",
			c->place->vault, strerror(errno));
	return 0;
}

static int make_node_key(struct phrase_call *c, const char *path)
{
	int r = node_key_create(path);

	if (r == 0 || r == -EEXIST)
		return 0;
	return phrase_fail(c, "%s cannot be written: %s.", path, strerror(-r));
}

static int make_databases(struct phrase_call *c, const struct node_key *node)
{
	struct sqlite_parts parts = { .path = c->place->database, .node = node };
	struct keys_db *keys = NULL;
	struct store *store = NULL;
	const char *sentence = "";
	int r = sqlite_store_open(&store, &parts, &sentence);

	(void)sqlite_store_close(store);
	if (r != 0)
		return phrase_fail(c, "%s: %s", c->place->database, sentence);
	r = keys_db_open(&keys, c->place->keys);
	(void)keys_db_close(keys);
	return r == 0 ? 0
		      : phrase_fail(c, "%s: %s", c->place->keys,
				store_fault_sentence(r < 0 ? r : -EIO));
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

int run_init(struct phrase_call *c)
{
	owned(node_key_freep) struct node_key *node = NULL;
	bool trial = phrase_value(&c->words, "trial"), again;
	struct place_error e;
	int r = make_folder(c);

	again = access(c->place->database, F_OK) == 0 &&
		access(c->place->node_key, F_OK) == 0;
	if (r == 0 && again && (!trial || access(c->place->trial, F_OK) == 0)) {
		(void)fprintf(c->out, "%s is ready already\n", c->place->folder);
		return 0;
	}
	if (r == 0)
		r = make_node_key(c, c->place->node_key);
	if (r != 0)
		return r;
	r = node_key_load(&node, c->place->node_key);
	place_secret_sentence(r, "The node key", c->place->node_key, &e);
	if (r != 0)
		return phrase_fail(c, "%s", e.sentence);
	r = make_databases(c, node);
	if (r == 0 && trial)
		r = make_trial(c);
	if (r == 0)
		(void)fprintf(c->out, "%s is ready; back up %s apart from it\n",
			c->place->folder, c->place->node_key);
	return r;
}
