/* SPDX-License-Identifier: MPL-2.0
 *
 * Backups are sealed to a key that lies elsewhere: this host can write them, not read
 * them. The meetings' keys go into a file of their own, of which only the newest is kept,
 * so that what was destroyed here is destroyed there too.
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

/* -- keygen ---------------------------------------------------------------------- */
int run_backup_keygen(struct phrase_call *c)
{
	const char *prefix = phrase_value(&c->words, "prefix");
	char secret[PLACE_PATH_MAX], public[PLACE_PATH_MAX];
	int r;

	if (snprintf(secret, sizeof(secret), "%s.key", prefix) >= (int)sizeof(secret) ||
		snprintf(public, sizeof(public), "%s.pub", prefix) >= (int)sizeof(public))
		return phrase_fail(c, "The prefix is too long.");
	r = backup_key_create(secret, public);
	if (r == -EEXIST)
		return phrase_fail(c, "%s or %s is there already; it is not replaced.",
			secret, public);
	if (r < 0)
		return phrase_fail(c, "%s cannot be written: %s.", secret, strerror(-r));
	(void)fprintf(c->out,
		"%s opens backups: keep it offline, away from this host.\n"
		"%s seals them: copy it to the data folder as backup.pub.\n",
		secret, public);
	return 0;
}

/* -- writing --------------------------------------------------------------------- */
struct copy {
	const char *path; /* database */
	int (*write)(const char *path, struct seal_stream *to);
	bool is_keys; /* of the other the date is kept, for `doctor` */
};

static int write_stream(const struct copy *copy, struct seal_stream *to, int fd)
{
	int r;

	progress_begin(STDERR_FILENO, "written", fd, 0);
	r = copy->write(copy->path, to);
	progress_end();
	return r;
}

/* Written beside the target and moved there whole: an old backup stays until then. */
static int write_copy(const struct copy *copy, const uint8_t public[SEAL_PUBLIC_BYTES],
	const char *part, const char *file)
{
	owned(seal_stream_freep) struct seal_stream *to = NULL;
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0)
		return fault_here(errno);
	r = seal_stream_to_public(&to, public, seal_sink_fd, &fd);
	if (r == 0)
		r = write_stream(copy, to, fd);
	if (r == 0 && fsync(fd) != 0)
		r = fault_here(errno);
	if (close(fd) != 0 && r == 0)
		r = fault_here(errno);
	if (r == 0 && rename(part, file) != 0)
		r = fault_here(errno);
	if (r != 0)
		(void)unlink(part);
	return r;
}

/* Its date says when; it stays the folder's owner's. */
static void touch(const struct place *p)
{
	int fd = open(p->backup_stamp, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;

	if (fd < 0)
		return;
	(void)futimens(fd, NULL);
	if (stat(p->folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) != 0)
		(void)unlink(p->backup_stamp);
	(void)close(fd);
}

/* -- a backup -------------------------------------------------------------------- */
static int back_up(struct phrase_call *c, const struct copy *copy)
{
	const char *file = phrase_value(&c->words, "file");
	const char *to = phrase_value(&c->words, "to");
	uint8_t public[SEAL_PUBLIC_BYTES];
	char part[PLACE_PATH_MAX];
	int r = backup_public_load(to ? to : c->place->backup_public, public);

	if (r == SECRET_E_MISSING)
		return phrase_fail(c,
			"There is no %s to seal to; `samtale key backup-keygen` "
			"makes a pair.",
			to ? to : c->place->backup_public);
	if (r != 0)
		return phrase_fail(c, "%s is no public backup key.",
			to ? to : c->place->backup_public);
	if (snprintf(part, sizeof(part), "%s.part", file) >= (int)sizeof(part))
		return phrase_fail(c, "The file's name is too long.");
	if (access(copy->path, R_OK) != 0)
		return phrase_fail(
			c, "%s cannot be read: %s.", copy->path, strerror(errno));
	r = note_put(c, copy->is_keys ? "key-backup" : "backup", 0);
	if (r != 0)
		return r;
	r = write_copy(copy, public, part, file);
	if (r != 0)
		return phrase_fail(c, "%s could not be written: %s.", file,
			r < 0 ? strerror(-r) : "the copy failed");
	if (!copy->is_keys)
		touch(c->place);
	(void)fprintf(c->out, "%s is written\n", file);
	return 0;
}

int run_backup(struct phrase_call *c)
{
	return back_up(c, &(struct copy){ c->place->database, sqlite_backup, false });
}

int run_key_backup(struct phrase_call *c)
{
	return back_up(c, &(struct copy){ c->place->keys, keys_db_backup, true });
}

/* -- restoring ------------------------------------------------------------------- */
struct restore {
	struct place to;
	struct seal_stream_opener with;
	int database, keys; /* sealed files; keys: -1 when there is none */
	struct secret *offline;
	struct node_key *node;
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
	(void)node_key_free(r->node);
}

static int find_target(struct phrase_call *c, struct place *ret)
{
	struct place_source source = *c->source;
	char set[PLACE_PATH_MAX + 32];
	struct place_error e;

	if (source.set_count == PLACE_SETS_MAX)
		return phrase_fail(c, "Too many --set.");
	(void)snprintf(set, sizeof(set), "data.folder=%s", phrase_value(&c->words, "to"));
	source.sets[source.set_count++] = set;
	if (place_load(ret, &source, &e) != 0)
		return phrase_fail(c, "%s", e.sentence);
	if (mkdir(ret->folder, 0700) != 0 && errno != EEXIST)
		return phrase_fail(
			c, "%s cannot be made: %s.", ret->folder, strerror(errno));
	if (access(ret->database, F_OK) == 0)
		return phrase_fail(c, "%s holds a database already.", ret->folder);
	if (access(ret->node_key, R_OK) != 0)
		return phrase_fail(c,
			"Put the installation's node key at %s first; without it "
			"nothing in the backup opens.",
			ret->node_key);
	return 0;
}

static int open_sealed(struct phrase_call *c, const char *file, int *ret_fd)
{
	*ret_fd = open(file, O_RDONLY | O_CLOEXEC);
	return *ret_fd >= 0
		       ? 0
		       : phrase_fail(c, "%s cannot be read: %s.", file, strerror(errno));
}

/* A backup opens with the offline key, the copy made before an upgrade with the node's.
 */
static int load_opener(struct phrase_call *c, struct restore *r)
{
	const char *file = phrase_value(&c->words, "key");
	struct place_error e;
	int outcome = file ? backup_key_load(&r->offline, file)
			   : node_key_load(&r->node, r->to.node_key);

	place_secret_sentence(outcome, file ? "The backup key" : "The node key",
		file ? file : r->to.node_key, &e);
	if (outcome != 0)
		return phrase_fail(c, "%s", e.sentence);
	r->with.secret_key = r->offline;
	r->with.key = file ? NULL : node_key_get(r->node, NODE_COPY_SEAL);
	return 0;
}

/* All that root alone may read is open before the folder's owner writes. */
static int open_all(struct phrase_call *c, struct restore *r)
{
	const char *keys = phrase_value(&c->words, "keys");
	int code = find_target(c, &r->to), fault;

	if (code == 0)
		code = load_opener(c, r);
	if (code == 0)
		code = open_sealed(c, phrase_value(&c->words, "file"), &r->database);
	if (code == 0 && keys)
		code = open_sealed(c, keys, &r->keys);
	if (code != 0)
		return code;
	fault = place_become_owner(&r->to);
	return fault == 0 ? 0
			  : phrase_fail(c, "The owner of %s cannot be acted for: %s.",
				    r->to.folder, strerror(-fault));
}

static int64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
}

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
static int restore_keys(struct phrase_call *c, const struct restore *with)
{
	const char *path = with->to.keys;
	struct keys_db *keys = NULL;
	int out, r;

	if (with->keys < 0)
		return 0;
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return phrase_fail(c, "%s cannot be written: %s.", path, strerror(errno));
	r = seal_stream_open(&with->with, with->keys, seal_sink_fd, &out);
	if (r == 0 && fsync(out) != 0)
		r = fault_here(errno);
	(void)close(out);
	if (r == 0)
		r = keys_db_open(&keys, path);
	(void)keys_db_close(keys);
	if (r == 0)
		return 0;
	(void)unlink(path);
	return r < 0 ? phrase_fail(c, "%s cannot be written: %s.", path, strerror(-r))
		     : phrase_fail(
			       c, "The key backup does not open: wrong key or damaged.");
}

/* What fell due since the backup dies before anybody is served from it. */
static int replay_retention(struct phrase_call *c, const struct place *to)
{
	struct phrase_call at = *c;
	struct session *s = NULL;
	int r;

	at.place = to;
	at.words.count = 0; /* no --dry-run */
	r = session_open(&s, &at);
	if (r == 0)
		r = session_run(s, &at, run_retention_run);
	(void)session_close(s);
	return r;
}

int run_restore(struct phrase_call *c)
{
	struct restore with = RESTORE_NULL;
	int r = open_all(c, &with);

	if (r == 0)
		r = restore_keys(c, &with);
	if (r == 0)
		r = restore_database(c, &with);
	if (r == 0)
		r = replay_retention(c, &with.to);
	if (r == 0)
		(void)fprintf(c->out,
			"%s is restored; deleted is what the lines above say\n",
			with.to.folder);
	restore_deinit(&with);
	return r;
}
