/* SPDX-License-Identifier: MPL-2.0
 *
 * The way back from a backup, into a folder that holds no database. What fell due since
 * it was made is deleted before anybody is served from it, and a restore that cannot be
 * put on record is taken back.
 */
#include "note.h"
#include "progress.h"
#include "rows.h"
#include "session.h"

#include "samtale/base/fault.h"
#include "samtale/store/keys_db.h"
#include "samtale/store/sqlite.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/seal_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- where to -------------------------------------------------------------------- */
struct restore {
	struct place to;
	struct seal_stream_opener with;
	int database, keys; /* sealed files; keys: -1 when there is none */
	bool wrote_keys;
	struct secret *offline;
	struct session *log; /* of the target, when its own key opens the copy */
};
#define RESTORE_NULL                                                                     \
	{                                                                                \
		.database = -1, .keys = -1                                               \
	}

static void restore_deinit(struct restore *r)
{
	if (r->database >= 0)
		(void)close(r->database);
	if (r->keys >= 0)
		(void)close(r->keys);
	(void)secret_free(r->offline);
	(void)session_close(r->log);
}

/* Another folder than the configured one has its vault beside it, never that of the
 * installation that serves. */
static int find_place(struct phrase_call *c, struct place *ret)
{
	struct place_source source = *c->source;
	const char *to = phrase_value(&c->words, "to");
	bool is_own = strcmp(to, c->place->folder) == 0;
	char set[PLACE_PATH_MAX + 32];
	struct place_error e;

	if (source.set_count + 2 > PLACE_SETS_MAX)
		return phrase_fail(c, "Too many --set.");
	(void)snprintf(set, sizeof(set), "data.folder=%s", to);
	source.sets[source.set_count++] = set;
	if (!is_own)
		source.sets[source.set_count++] = "data.vault_folder=";
	return place_load(ret, &source, &e) == 0 ? 0 : phrase_fail(c, "%s", e.sentence);
}

static int make_folders(struct phrase_call *c, const struct place *to)
{
	struct phrase_call at = *c;

	at.place = to;
	return setup_folders(&at);
}

static int find_target(struct phrase_call *c, struct place *ret)
{
	int r = find_place(c, ret);

	if (r != 0)
		return r;
	if (access(ret->database, F_OK) == 0)
		return phrase_fail(c, "%s holds a database already.", ret->folder);
	if (access(ret->node_key, R_OK) != 0)
		return phrase_fail(c,
			"Put the installation's node key at %s first; without it "
			"nothing in the backup opens.",
			ret->node_key);
	if (access(ret->auditors, R_OK) != 0)
		return phrase_fail(c,
			"Put the auditors' public lines at %s first: nothing is used "
			"without a record that they can read.",
			ret->auditors);
	return 0;
}

/* -- with what ------------------------------------------------------------------- */
static int open_sealed(struct phrase_call *c, const char *file, int *ret_fd)
{
	*ret_fd = open(file, O_RDONLY | O_CLOEXEC);
	return *ret_fd >= 0
		       ? 0
		       : phrase_fail(c, "%s cannot be read: %s.", file, strerror(errno));
}

static int load_offline(struct phrase_call *c, struct restore *r)
{
	const char *file = phrase_value(&c->words, "key");
	struct place_error e;
	int outcome = file ? backup_key_load(&r->offline, file) : 0;

	place_secret_sentence(outcome, "The backup key", file, &e);
	r->with.secret_key = r->offline;
	return outcome == 0 ? 0 : phrase_fail(c, "%s", e.sentence);
}

/* All that root alone may read is open before the folder's owner writes. */
static int open_all(struct phrase_call *c, struct restore *r)
{
	const char *keys = phrase_value(&c->words, "keys");
	int code = find_target(c, &r->to);

	if (code == 0 && keys && !phrase_value(&c->words, "key"))
		code = phrase_fail(c, "A key backup opens with --key alone.");
	if (code == 0)
		code = load_offline(c, r);
	if (code == 0)
		code = open_sealed(c, phrase_value(&c->words, "file"), &r->database);
	if (code == 0 && keys)
		code = open_sealed(c, keys, &r->keys);
	return code == 0 ? make_folders(c, &r->to) : code;
}

static int64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
}

/* -- the files ------------------------------------------------------------------- */
static int restore_database(struct phrase_call *c, const struct restore *with)
{
	int r;

	progress_begin(STDERR_FILENO, "read", with->database, size_of(with->database));
	r = sqlite_restore(with->to.database, &with->with, with->database);
	progress_end();
	if (r == SQLITE_STORE_E_NEWER)
		return phrase_fail(
			c, "The backup was written by a newer version of Samtale.");
	if (r == SQLITE_STORE_E_DAMAGED)
		return phrase_fail(c,
			"The backup does not open: wrong key, damaged or cut.%s",
			with->offline ? ""
				      : " All but the copy made before an upgrade need "
					"--key.");
	return r == 0 ? 0 : phrase_fault(c, r);
}

/* Checked by opening it: keys.db refuses what is not its own. */
static int restore_keys(struct phrase_call *c, struct restore *with)
{
	const char *path = with->to.keys;
	struct keys_db *keys = NULL;
	int out, r;

	if (with->keys < 0)
		return 0;
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return phrase_fail(c, "%s cannot be written: %s.", path, strerror(errno));
	with->wrote_keys = true;
	r = seal_stream_open(&with->with, with->keys, seal_sink_fd, &out);
	if (r == 0 && fsync(out) != 0)
		r = fault_here(errno);
	(void)close(out);
	if (r == 0)
		r = keys_db_open(&keys, path);
	(void)keys_db_close(keys);
	if (r == 0)
		return 0;
	return r < 0 ? phrase_fail(c, "%s cannot be written: %s.", path, strerror(-r))
		     : phrase_fail(
			       c, "The key backup does not open: wrong key or damaged.");
}

/* -- on record ------------------------------------------------------------------- */
/* What is missing in the vault's folder is made: a key to sign with, and, when there was
 * no key backup, an empty keys.db. */
static int make_vault(struct phrase_call *c, const struct restore *with)
{
	struct custody_parts parts = session_custody(&with->to);
	bool had_keys = access(with->to.keys, F_OK) == 0;
	struct custody_error e;
	int r = custody_make(&parts, NULL, &e);

	if (r != 0)
		return r < 0 ? phrase_fault(c, r) : phrase_fail(c, "%s", e.sentence);
	if (!had_keys)
		(void)fputs("There was no key backup: what was sealed stays shut, and "
			    "every account needs `samtale user reset`.\n",
			c->out);
	return 0;
}

/* A copy of the log, brought along, may end before its last checkpoint. `samtale audit
 * accept-loss` cannot help here: it wants keys.db, which this restores. */
static int accept_loss(struct phrase_call *c, struct restore *with)
{
	struct phrase_call at = *c;
	int r;

	if (!phrase_value(&c->words, "accept-loss"))
		return 0;
	at.place = &with->to;
	r = session_open_loss(&with->log, &at);
	with->log = session_close(with->log);
	return r;
}

/* The copy that was made before an upgrade opens with a key of the node. */
static int find_own_key(struct phrase_call *c, struct restore *with)
{
	struct phrase_call at = *c;
	int r;

	if (with->offline)
		return 0;
	at.place = &with->to;
	r = session_open_log(&with->log, &at);
	if (r == 0)
		with->with.key = node_key_get(session_node(with->log), NODE_COPY_SEAL);
	return r;
}

/* What fell due since the backup dies before anybody is served from it. */
static int note_and_delete(struct phrase_call *c)
{
	int r = note_event(c, AUDIT_RESTORED, 0, 0);

	return r == 0 ? run_retention_run(c) : phrase_fault(c, r);
}

static int replay_retention(struct phrase_call *c, struct restore *with)
{
	struct phrase_call at = *c;
	struct session *s = NULL;
	int r;

	with->log = session_close(with->log);
	at.place = &with->to;
	at.words.count = 0; /* no --dry-run */
	r = session_open(&s, &at);
	if (r == 0)
		r = session_run(s, &at, note_and_delete);
	(void)session_close(s);
	return r;
}

/* A restore that is not on record did not happen. */
static void take_back(const struct restore *with, bool has_database)
{
	if (has_database)
		(void)unlink(with->to.database);
	if (with->wrote_keys)
		(void)unlink(with->to.keys);
}

static int restore_all(struct phrase_call *c, struct restore *with)
{
	bool has_database = false;
	int r = restore_keys(c, with);

	if (r == 0)
		r = make_vault(c, with);
	if (r == 0)
		r = accept_loss(c, with);
	if (r == 0)
		r = find_own_key(c, with);
	if (r == 0) {
		r = restore_database(c, with);
		has_database = r == 0;
	}
	if (r == 0)
		r = replay_retention(c, with);
	if (r != 0)
		take_back(with, has_database);
	return r;
}

int run_restore(struct phrase_call *c)
{
	struct restore with = RESTORE_NULL;
	int r = open_all(c, &with);

	if (r == 0)
		r = restore_all(c, &with);
	if (r == 0)
		(void)fprintf(c->out,
			"%s is restored; deleted is what the lines above say\n",
			with.to.folder);
	restore_deinit(&with);
	return r;
}
