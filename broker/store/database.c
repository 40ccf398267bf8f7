/* SPDX-License-Identifier: MPL-2.0
 *
 * Opens a database the one way we open any: private file, WAL, every commit on disk, what
 * is deleted is overwritten. A file that is not ours, or newer than we are, is not
 * touched. Result codes become faults here and nowhere else.
 */
#include "database.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS  5000
#define PATH_CAP 600

int database_fault(sqlite3 *db, int rc)
{
	int system = sqlite3_system_errno(db);

	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_UNIQUE ||
			rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
			rc == SQLITE_CONSTRAINT_ROWID)
			return STORE_E_TAKEN;
		return fault_here(EINVAL);
	case SQLITE_FULL:
		return fault_here(ENOSPC);
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return fault_here(EROFS);
	case SQLITE_CANTOPEN:
		return fault_here(system == ENOENT || system == ENOSPC || system == EMFILE
					  ? system
					  : EROFS);
	case SQLITE_IOERR:
		return fault_here(system == ENOSPC || system == EDQUOT ? ENOSPC
				  : system == EROFS                    ? EROFS
								       : EIO);
	case SQLITE_NOMEM:
		return fault_here(ENOMEM);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fault_here(EBUSY);
	default:
		return fault_here(EIO);
	}
}

const char *store_fault_sentence(int fault)
{
	switch (fault) {
	case -ENOSPC:
		return "The disk of the data folder or of the vault's is full; nothing "
		       "was lost, nothing new is saved until there is room.";
	case -EROFS:
	case -EACCES:
		return "The data folder or the vault's cannot be written; check owner "
		       "and rights, and whether a disk is mounted read-only.";
	case -EBUSY:
		return "The database is in use by another program.";
	case -ENOENT:
		return "There is no database in the data folder.";
	case -ENOMEM:
		return "There is not enough memory.";
	default:
		return "The database could not be read or written; see the system's log "
		       "for "
		       "errors of the disk.";
	}
}

int database_exec(sqlite3 *db, const char *sql)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : database_fault(db, rc);
}

static int one_number(sqlite3 *db, const char *sql, int64_t *ret)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : database_fault(db, rc);
}

int database_look(sqlite3 *db, const struct schema *schema, unsigned *ret_version)
{
	int64_t id = 0, version = 0, tables = 0;
	int r = one_number(db, "SELECT count(*) FROM sqlite_schema", &tables);

	if (r == 0)
		r = one_number(db, "PRAGMA application_id", &id);
	if (r == 0)
		r = one_number(db, "PRAGMA user_version", &version);
	if (r == -EIO)
		return SQLITE_STORE_E_DAMAGED; /* cannot even be read as a database */
	if (r != 0)
		return fault_fold(r);
	if (tables == 0 && id == 0 && version == 0) {
		*ret_version = 0;
		return 0;
	}
	if (id != schema->application_id || version < 1)
		return SQLITE_STORE_E_DAMAGED;
	if (version > schema->count)
		return SQLITE_STORE_E_NEWER;
	*ret_version = (unsigned)version;
	return 0;
}

int database_check(sqlite3 *db, bool quick)
{
	sqlite3_stmt *st = NULL;
	bool ok = false;
	int rc = sqlite3_prepare_v2(db,
		quick ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)", -1, &st,
		NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		ok = bytes_equal_str(
			bytes_str((const char *)sqlite3_column_text(st, 0)), "ok");
	(void)sqlite3_finalize(st);
	return ok ? 0 : SQLITE_STORE_E_DAMAGED;
}

/* -- open -------------------------------------------------------------------------- */

/* SQLite would create with the umask's rights; the journals follow the file's own. */
static int create_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return fault_here(errno == EACCES || errno == EPERM ? EROFS : errno);
	(void)close(fd);
	return 0;
}

/* A clean stop removes the write-ahead log. */
static bool was_unclean(const char *path)
{
	char wal[PATH_CAP];
	struct stat st;
	int n = snprintf(wal, sizeof(wal), "%s-wal", path);

	return n > 0 && (size_t)n < sizeof(wal) && stat(wal, &st) == 0 && st.st_size > 0;
}

static int set_pragmas(sqlite3 *db)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	return database_exec(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		"PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
		"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;");
}

static int open_steps(
	struct database *d, const struct schema *schema, const struct sqlite_parts *parts)
{
	bool unclean = was_unclean(parts->path);
	unsigned version = 0;
	int rc, r = parts->must_exist ? 0 : create_private(parts->path);

	if (r < 0)
		return fault_pass(r);
	rc = sqlite3_open_v2(parts->path, &d->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
		NULL);
	if (!d->db)
		return fault_here(ENOMEM);
	if (rc != SQLITE_OK)
		return database_fault(d->db, rc);
	(void)sqlite3_busy_timeout(d->db, BUSY_MS);
	r = database_look(d->db, schema, &version);
	if (r == 0 && sqlite3_db_readonly(d->db, "main") == 1)
		return fault_here(EROFS);
	if (r == 0)
		r = set_pragmas(d->db);
	if (r == 0 && unclean && version > 0)
		r = database_check(d->db, true);
	if (r == 0)
		r = database_migrate(d, schema, parts);
	return r;
}

int database_open(struct database *d, const struct schema *schema,
	const struct sqlite_parts *parts, const char **ret_sentence)
{
	int r;

	*d = (struct database){ 0 };
	r = open_steps(d, schema, parts);
	if (r == 0)
		return 0;
	database_close(d);
	if (!ret_sentence)
		return r;
	if (r == SQLITE_STORE_E_NEWER)
		*ret_sentence =
			"The database was written by a newer version of Samtale; "
			"install that version, or restore the copy made before the "
			"upgrade.";
	else if (r == SQLITE_STORE_E_DAMAGED)
		*ret_sentence =
			"The database is damaged or not one of Samtale's; restore "
			"the newest backup.";
	else
		*ret_sentence = store_fault_sentence(r);
	return r;
}

void database_close(struct database *d)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(d->cached[i]);
	(void)sqlite3_close(d->db);
	*d = (struct database){ 0 };
}

/* -- batch ------------------------------------------------------------------------- */
static int run(struct store *s, enum sql_id id)
{
	struct query q;

	query_begin(&q, database_of(s), id);
	return fault_fold(query_run(&q));
}

static int batch_begin(struct store *s)
{
	/* Takes a lock in shared memory, writes nothing: reading goes on on a full disk.
	 */
	return run(s, SQL_BEGIN);
}

static void batch_abandon(struct store *s)
{
	struct database *d = database_of(s);

	d->truncate = false;
	if (!sqlite3_get_autocommit(d->db))
		(void)run(s, SQL_ROLLBACK);
}

/* Does not wait for a reader in another process (a backup): the next commit tries again.
 */
static void empty_log(struct database *d)
{
	(void)sqlite3_busy_timeout(d->db, 0);
	if (sqlite3_wal_checkpoint_v2(
		    d->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK)
		d->truncate = false;
	(void)sqlite3_busy_timeout(d->db, BUSY_MS);
}

static int batch_commit(struct store *s)
{
	struct database *d = database_of(s);
	int r = run(s, SQL_COMMIT);

	if (r < 0) {
		batch_abandon(s);
		return r;
	}
	if (d->truncate)
		empty_log(d);
	return 0;
}

static int batch_save(struct store *s)
{
	/* On a full disk SQLite may have rolled all of the batch back by itself. A
	 * savepoint would silently begin a transaction of its own. */
	if (sqlite3_get_autocommit(database_of(s)->db))
		return fault_here(ENOSPC);
	return run(s, SQL_SAVE);
}

static int batch_keep(struct store *s)
{
	if (sqlite3_get_autocommit(database_of(s)->db))
		return fault_here(ENOSPC);
	return run(s, SQL_KEEP);
}

static int batch_undo(struct store *s)
{
	int r;

	if (sqlite3_get_autocommit(database_of(s)->db))
		return fault_here(ENOSPC);
	r = run(s, SQL_UNDO);
	return r == 0 ? run(s, SQL_KEEP) : r;
}

const struct store_batch sqlite_batch = {
	.begin = batch_begin,
	.commit = batch_commit,
	.abandon = batch_abandon,
	.save = batch_save,
	.keep = batch_keep,
	.undo = batch_undo,
};
