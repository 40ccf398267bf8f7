/* SPDX-License-Identifier: MPL-2.0
 *
 * Backups are sealed to a key that lies elsewhere: this host can write them, not read
 * them. The meetings' keys go into a file of their own, of which only the newest is kept,
 * so that what was destroyed here is destroyed there too.
 */
#include "note.h"
#include "progress.h"
#include "rows.h"

#include "samtale/base/fault.h"
#include "samtale/store/keys_db.h"
#include "samtale/store/sqlite.h"
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
