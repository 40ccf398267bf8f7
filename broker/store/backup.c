/* SPDX-License-Identifier: MPL-2.0
 *
 * Copies out, sealed, while the service runs; copies in, checked, while it does not. The
 * plain copy in between lies beside the database, private as it is, and is gone at the
 * end of each call.
 */
#include "database.h"

#include "samtale/base/fault.h"
#include "samtale/vault/seal_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_CAP 640
#define CHUNK    (64 * 1024)

static int path_beside(char out[PATH_CAP], const char *path, const char *ending)
{
	int n = snprintf(out, PATH_CAP, "%s%s", path, ending);

	return n < 0 || n >= PATH_CAP ? fault_here(ENAMETOOLONG) : 0;
}

static int open_plain(sqlite3 **ret, const char *path)
{
	sqlite3 *db = NULL;
	int r = 0;
	int rc = sqlite3_open_v2(path, &db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL);

	if (rc != SQLITE_OK)
		r = db ? database_fault(db, rc) : fault_here(ENOMEM);
	if (r != 0) {
		(void)sqlite3_close(db);
		return fault_fold(r);
	}
	(void)sqlite3_busy_timeout(db, 2000);
	*ret = db;
	return 0;
}

/* A new private file; one left behind by an earlier try is removed. */
static int create_new(const char *path)
{
	int fd;

	if (unlink(path) < 0 && errno != ENOENT)
		return fault_here(errno);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? fault_here(errno) : fd;
}

/* -- out --------------------------------------------------------------------------- */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (!b)
		return fault_fold(database_fault(to, sqlite3_extended_errcode(to)));
	rc = sqlite3_backup_step(b, -1); /* one read transaction: one moment in time */
	(void)sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : fault_fold(database_fault(to, rc));
}

static int copy_to_file(const char *path, const char *copy)
{
	sqlite3 *from = NULL, *to = NULL;
	int fd, r;

	fd = create_new(copy);
	if (fd < 0)
		return fault_pass(fd);
	(void)close(fd);
	r = open_plain(&from, path);
	if (r == 0)
		r = open_plain(&to, copy);
	if (r == 0)
		r = database_exec(to, "PRAGMA synchronous = OFF"); /* thrown away soon */
	if (r == 0)
		r = copy_pages(from, to);
	/* One file, without a log beside it. */
	if (r == 0)
		r = database_exec(to, "PRAGMA journal_mode = DELETE");
	(void)sqlite3_close(to);
	(void)sqlite3_close(from);
	return fault_fold(r);
}

static int seal_file(const char *path, struct seal_stream *to)
{
	owned(heap_freep) uint8_t *buf = malloc(CHUNK);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0 || !buf) {
		r = fault_here(buf ? errno : ENOMEM);
		if (fd >= 0)
			(void)close(fd);
		return r;
	}
	for (;;) {
		ssize_t n = read(fd, buf, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = fault_here(errno);
		if (n > 0)
			r = seal_stream_write(to, bytes_of(buf, (size_t)n));
		if (n <= 0 || r < 0)
			break;
	}
	(void)close(fd);
	return r < 0 ? fault_pass(r) : seal_stream_finish(to);
}

int database_copy(const char *path, struct seal_stream *to)
{
	char copy[PATH_CAP];
	int r = path_beside(copy, path, ".copy");

	if (r == 0)
		r = copy_to_file(path, copy);
	if (r == 0)
		r = seal_file(copy, to);
	(void)unlink(copy);
	return r;
}

int sqlite_backup(const char *path, struct seal_stream *to)
{
	return database_copy(path, to);
}

/* -- in ---------------------------------------------------------------------------- */
int sqlite_check_file(const char *path)
{
	sqlite3 *db = NULL;
	unsigned version = 0;
	int r = open_plain(&db, path);

	if (r < 0)
		return fault_pass(r);
	r = database_look(db, &schema_samtale, &version);
	if (r == 0)
		r = version > 0 ? database_check(db, false) : SQLITE_STORE_E_DAMAGED;
	(void)sqlite3_close(db);
	return r;
}

/* Whoever has a WAL database open keeps it from leaving that mode: so this fails while
 * the service runs, and leaves neither -wal nor -shm behind when it does not. */
static int settle_old(const char *path)
{
	char beside[PATH_CAP];
	sqlite3 *db = NULL;
	int r;

	if (access(path, F_OK) < 0 && errno != ENOENT)
		return fault_here(errno);
	r = open_plain(&db, path);
	if (r == 0)
		r = database_exec(db, "PRAGMA journal_mode = DELETE");
	(void)sqlite3_close(db);
	if (r == -EBUSY)
		return fault_pass(r);
	/* Damaged or moved away: that is why it is being restored. Its journals must not
	 * be replayed into the new file. */
	for (int i = 0; i < 2; i++) {
		r = path_beside(beside, path, i ? "-shm" : "-wal");
		if (r < 0)
			return fault_pass(r);
		if (unlink(beside) < 0 && errno != ENOENT)
			return fault_here(errno);
	}
	return 0;
}

static int put_in_place(const char *path, const char *fresh)
{
	int r = settle_old(path);

	if (r < 0)
		return fault_pass(r);
	if (rename(fresh, path) < 0)
		return fault_here(errno);
	return secret_folder_sync(path);
}

int sqlite_restore(const char *path, const struct seal_stream_opener *with, int in_fd)
{
	char fresh[PATH_CAP];
	int fd, r = path_beside(fresh, path, ".restore");

	if (r < 0)
		return fault_pass(r);
	fd = create_new(fresh);
	if (fd < 0)
		return fault_pass(fd);
	r = seal_stream_open(with, in_fd, seal_sink_fd, &fd);
	if (r == SEAL_STREAM_E_BAD)
		r = SQLITE_STORE_E_DAMAGED;
	if (r == 0 && fsync(fd) < 0)
		r = fault_here(errno);
	(void)close(fd);
	if (r == 0)
		r = sqlite_check_file(fresh);
	if (r == 0)
		r = put_in_place(path, fresh);
	if (r != 0)
		(void)unlink(fresh);
	return r;
}
