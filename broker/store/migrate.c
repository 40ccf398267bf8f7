/* SPDX-License-Identifier: MPL-2.0
 *
 * Brings a database forward, one transaction a step, after a sealed copy of it has been
 * put beside it. There is no way back but that copy; docs/install.md says how. Copies
 * that are old are removed by the deletion run.
 */
#include "database.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/seal_stream.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_CAP  600
#define COPY_MARK ".before-"

/* FNV-1a: it notices an edited step, it guards against nobody. */
static int64_t checksum(const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return (int64_t)h;
}

static int one_row(sqlite3 *db, const char *sql, const int64_t *values, int n)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	for (int i = 0; i < n && rc == SQLITE_OK; i++)
		rc = sqlite3_bind_int64(st, i + 1, values[i]);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	(void)sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? rc : database_fault(db, rc);
}

/* Has every step that was taken the text that we know? */
static int check_history(sqlite3 *db, const struct schema *schema, unsigned version)
{
	for (unsigned i = 0; i < version; i++) {
		int64_t values[] = { i + 1, checksum(schema->steps[i]) };
		int rc = one_row(db,
			"SELECT 1 FROM migration WHERE version = ?1 AND checksum = ?2",
			values, 2);

		if (rc == SQLITE_DONE)
			return SQLITE_STORE_E_DAMAGED;
		if (rc != SQLITE_ROW)
			return fault_fold(rc);
	}
	return 0;
}

static int take_step(sqlite3 *db, const struct schema *schema, unsigned step)
{
	int64_t values[] = { step + 1, checksum(schema->steps[step]), clock_utc_ms() };
	char pragmas[96];
	int r = database_exec(db, schema->steps[step]);

	if (r == 0)
		r = one_row(db,
			"INSERT INTO migration (version, checksum, applied) "
			"VALUES (?1, ?2, ?3)",
			values, 3);
	if (r != SQLITE_DONE)
		return fault_fold(r);
	/* A pragma takes no parameter; both are numbers of ours. */
	(void)snprintf(pragmas, sizeof(pragmas),
		"PRAGMA application_id = %u; PRAGMA user_version = %u;",
		(unsigned)schema->application_id, step + 1);
	return database_exec(db, pragmas);
}

static int sealed_copy(const struct sqlite_parts *parts, unsigned version)
{
	owned(seal_stream_freep) struct seal_stream *stream = NULL;
	char path[PATH_CAP];
	int fd, r;
	int n = snprintf(
		path, sizeof(path), "%s" COPY_MARK "%u", parts->path, version + 1);

	if (n < 0 || (size_t)n >= sizeof(path))
		return fault_here(ENAMETOOLONG);
	/* One left behind is of an upgrade that failed: this one is newer. */
	if (unlink(path) < 0 && errno != ENOENT)
		return fault_here(errno);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_here(errno);
	r = seal_stream_to_key(
		&stream, node_key_get(parts->node, NODE_COPY_SEAL), seal_sink_fd, &fd);
	if (r == 0)
		r = database_copy(parts->path, stream);
	if (r == 0 && fsync(fd) < 0)
		r = fault_here(errno);
	(void)close(fd);
	if (r != 0)
		(void)unlink(path);
	return r;
}

int database_migrate(
	struct database *d, const struct schema *schema, const struct sqlite_parts *parts)
{
	unsigned version = 0;
	int r = database_look(d->db, schema, &version);

	if (r == 0)
		r = check_history(d->db, schema, version);
	if (r != 0)
		return r;
	if (version == schema->count)
		return 0;
	if (version > 0 && parts->node)
		r = sealed_copy(parts, version);
	for (unsigned step = version; r == 0 && step < schema->count; step++) {
		r = database_exec(d->db, "BEGIN IMMEDIATE");
		if (r == 0 && step == 0)
			r = database_exec(d->db,
				"CREATE TABLE migration (version INTEGER PRIMARY KEY,"
				" checksum INTEGER NOT NULL, applied INTEGER NOT NULL)"
				" STRICT");
		if (r == 0)
			r = take_step(d->db, schema, step);
		if (r == 0)
			r = database_exec(d->db, "COMMIT");
		if (r != 0 && !sqlite3_get_autocommit(d->db))
			(void)sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
	}
	return fault_fold(r);
}

/* -- old copies -------------------------------------------------------------------- */
static bool is_copy_of(const char *name, const char *database)
{
	size_t len = strlen(database);

	return strncmp(name, database, len) == 0 &&
	       strncmp(name + len, COPY_MARK, strlen(COPY_MARK)) == 0;
}

static int sweep_folder(
	DIR *folder, const char *database, int64_t before_ms, bool drop, size_t *ret_n)
{
	const struct dirent *e;
	struct stat st;
	size_t n = 0;

	while ((e = readdir(folder))) {
		if (!is_copy_of(e->d_name, database) ||
			fstatat(dirfd(folder), e->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
				0 ||
			!S_ISREG(st.st_mode) ||
			(int64_t)st.st_mtime * MS_SECOND >= before_ms)
			continue;
		if (drop && unlinkat(dirfd(folder), e->d_name, 0) != 0)
			return fault_here(errno);
		n++;
	}
	*ret_n = n;
	return 0;
}

int database_copies_old(struct database *d, int64_t before_ms, bool drop, size_t *ret_n)
{
	const char *path = sqlite3_db_filename(d->db, "main"); /* made absolute */
	const char *slash = path ? strrchr(path, '/') : NULL;
	owned(heap_freep) char *name = NULL;
	DIR *folder;
	int r;

	if (!slash)
		return fault_here(ENOENT);
	name = strndup(path, (size_t)(slash - path) + 1);
	if (!name)
		return fault_here(ENOMEM);
	folder = opendir(name);
	if (!folder)
		return fault_here(errno);
	r = sweep_folder(folder, slash + 1, before_ms, drop, ret_n);
	(void)closedir(folder);
	return fault_fold(r);
}
