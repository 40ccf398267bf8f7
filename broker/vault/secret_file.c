/* SPDX-License-Identifier: MPL-2.0
 *
 * Secrets in files: read only when nobody else may read them, written once, never
 * replaced. What was read passes through guarded memory alone.
 */
#include "parts.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* systemd makes credentials readable by an ACL, which shows as the group's bits. */
static bool is_credential(const char *path)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	size_t len = folder ? strlen(folder) : 0;

	return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/' &&
	       !strstr(path, "/../");
}

/* Nobody else may write either kind; nobody else may read a secret. */
static mode_t forbidden_bits(const char *path, bool is_public)
{
	if (is_public)
		return S_IWGRP | S_IWOTH;
	return is_credential(path) ? S_IRWXO | S_IWGRP : S_IRWXO | S_IRWXG;
}

static int check_file(int fd, mode_t forbidden, size_t max, size_t *ret_len)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fault_here(errno);
	if (!S_ISREG(st.st_mode))
		return fault_here(EINVAL);
	if (st.st_mode & forbidden)
		return SECRET_E_READABLE;
	if (st.st_size <= 0 || (uintmax_t)st.st_size > max)
		return SECRET_E_LENGTH;
	*ret_len = (size_t)st.st_size;
	return 0;
}

static int read_all(int fd, uint8_t *at, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		if (n == 0)
			return SECRET_E_LENGTH; /* it shrank while we read */
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int file_load(struct secret **ret, const char *path, size_t max, bool is_public)
{
	owned(secret_freep) struct secret *s = NULL;
	owned(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len = 0;
	int r;

	if (fd < 0)
		return errno == ENOENT ? SECRET_E_MISSING : fault_here(errno);
	r = check_file(fd, forbidden_bits(path, is_public), max, &len);
	if (r != 0)
		return r;
	s = secret_new(len);
	if (!s)
		return fault_here(ENOMEM);
	r = read_all(fd, s->at, len);
	if (r != 0)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

int secret_file_load(struct secret **ret, const char *path, size_t max)
{
	return file_load(ret, path, max, false);
}

int line_load(struct secret **ret, const char *path, size_t max, bool is_public)
{
	owned(secret_freep) struct secret *s = NULL;
	int r = file_load(&s, path, max + 2, is_public);

	if (r != 0)
		return r;
	if (s->len > 0 && s->at[s->len - 1] == '\n')
		s->len--;
	if (s->len > 0 && s->at[s->len - 1] == '\r')
		s->len--;
	if (s->len == 0 || s->len > max)
		return SECRET_E_LENGTH;
	*ret = s;
	s = NULL;
	return 0;
}

int secret_line_load(struct secret **ret, const char *path, size_t max)
{
	return line_load(ret, path, max, false);
}

static int write_all(int fd, struct bytes content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.at, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		content = bytes_of(content.at + n, content.len - (size_t)n);
	}
	return fsync(fd) < 0 ? fault_here(errno) : 0;
}

int secret_folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	owned(heap_freep) char *folder =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	owned(close_fd) int fd = -1;

	if (!folder)
		return fault_here(ENOMEM);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return fault_here(errno);
	return 0;
}

int secret_file_create(const char *path, struct bytes content, unsigned mode)
{
	owned(close_fd) int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int r;

	if (fd < 0)
		return fault_here(errno);
	r = write_all(fd, content);
	if (r == 0)
		r = secret_folder_sync(path);
	if (r < 0)
		(void)unlink(path); /* ours: O_EXCL made it */
	return r;
}
