/* SPDX-License-Identifier: MPL-2.0
 *
 * An older installation kept node.key and keys.db in its data folder. They are moved
 * into the vault's, each by one rename; across file systems the key is copied, made
 * durable and only then overwritten where it was, and keys.db is left to a person.
 */
#include "inside.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int move(const char *from, const char *to)
{
	int r;

	if (rename(from, to) < 0)
		return -errno; /* -EXDEV has its own way on */
	r = secret_folder_sync(to);
	return r == 0 ? secret_folder_sync(from) : r;
}

/* A disk may keep what was overwritten; a name on another file system is no better. */
static int overwrite(const char *path, size_t len)
{
	static const uint8_t zeros[KEY_BYTES];
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	bool good = fd >= 0 && len <= sizeof(zeros) &&
		    write(fd, zeros, len) == (ssize_t)len && fsync(fd) == 0;
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	if (!good)
		return fault_here(why);
	return unlink(path) < 0 ? fault_here(errno) : secret_folder_sync(path);
}

static int carry_key(const char *from, const char *to)
{
	struct key *key = NULL;
	int r = node_key_read(&key, from);

	if (r != 0)
		return fault_fold(r);
	r = secret_file_create(to, bytes_of(key->at, KEY_BYTES), 0600);
	secret_drop(key);
	return r == 0 ? overwrite(from, KEY_BYTES) : r;
}

/* Opened and closed once where it lies: its write-ahead log is in it then. */
static int empty_log(const char *path)
{
	struct keys_db *keys = NULL;
	int r = keys_db_open(&keys, path);

	(void)keys_db_close(keys);
	return fault_fold(r);
}

static int say_not_moved(
	struct custody_error *e, const char *from, const char *to, int fault)
{
	if (fault == -EXDEV)
		return custody_say(e,
			"%s and the vault's folder lie on two file systems. Stop the "
			"broker, move the file to %s yourself with the same owner and "
			"mode 600, overwrite it where it was, and say `samtale init` "
			"again.",
			from, to);
	return custody_say(
		e, "%s could not be moved to %s: %s.", from, to, strerror(-fault));
}

int custody_move_in(const struct custody_paths *paths, const char *old_folder,
	struct custody_error *e)
{
	char keys[CUSTODY_PATH_MAX], node[CUSTODY_PATH_MAX];
	int r = 0;

	if (snprintf(keys, sizeof(keys), "%s/keys.db", old_folder) >= (int)sizeof(keys) ||
		snprintf(node, sizeof(node), "%s/node.key", old_folder) >=
			(int)sizeof(node))
		return custody_say(e, "The path %s is too long.", old_folder);
	if (!is_there(paths->keys) && is_there(keys)) {
		r = empty_log(keys);
		if (r == 0)
			r = move(keys, paths->keys);
		if (r < 0)
			return say_not_moved(e, keys, paths->keys, r);
	}
	if (!is_there(paths->node) && is_there(node)) {
		r = move(node, paths->node);
		if (r == -EXDEV)
			r = carry_key(node, paths->node);
		if (r < 0)
			return say_not_moved(e, node, paths->node, r);
	}
	return 0;
}
