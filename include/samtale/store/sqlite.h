/* SPDX-License-Identifier: MPL-2.0
 *
 * The store in one SQLite file: WAL, synchronous=FULL, STRICT tables, secure_delete,
 * prepared statements only. One thread at a time: the store's worker.
 */
#pragma once

#include "samtale/store/store.h"

struct node_key;
struct seal_stream;

#define SQLITE_STORE_E_NEWER   1 /* written by a newer version: it is left untouched */
#define SQLITE_STORE_E_DAMAGED 2 /* not a database of ours, or its check failed */

struct sqlite_parts {
	const char *path;
	/* Seals the copy taken before a migration (NODE_COPY_SEAL), beside the database
	 * as <path>.before-<version>. NULL: no copy (tests). Borrowed for the call. */
	const struct node_key *node;
	bool must_exist; /* the command line tool never creates one: -ENOENT */
};

/* Opens or creates, checks after an unclean stop, migrates. Outcomes above. Faults:
 * -ENOSPC, -EROFS, -EBUSY, -ENOENT, -errno. ret_sentence, when not NULL: what to tell the
 * person, literal or static. */
must_check int sqlite_store_open(
	struct store **ret, const struct sqlite_parts *parts, const char **ret_sentence);
struct store *sqlite_store_close(struct store *s);
DEFINE_FREEP(struct store, sqlite_store_close, sqlite_store_closep)

unsigned sqlite_store_schema(void); /* the version this program writes */

/* -- backup and restore; own connection: any thread or process --------------------- */

/* A consistent copy while the service runs, sealed. Finishes the stream. */
must_check int sqlite_backup(const char *path, struct seal_stream *to);
/* Checks a plain database file as restore must before it is put in place: ours, whole,
 * not newer. Outcomes: SQLITE_STORE_E_NEWER, SQLITE_STORE_E_DAMAGED. */
must_check int sqlite_check_file(const char *path);
/* Opens the sealed file in_fd beside `path`, checks it and moves it into place. The
 * service must be stopped: -EBUSY. Retention is replayed by the caller before serving.
 * Outcomes: SQLITE_STORE_E_NEWER, SQLITE_STORE_E_DAMAGED (also: wrong key). */
struct seal_stream_opener;
must_check int sqlite_restore(
	const char *path, const struct seal_stream_opener *with, int in_fd);
