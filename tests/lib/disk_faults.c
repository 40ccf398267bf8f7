/* SPDX-License-Identifier: MPL-2.0
 *
 * The wrapped calls. meson sets _FILE_OFFSET_BITS=64, so most have 64 in their names.
 */
#include "disk_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
	struct disk_fault f;
	unsigned calls;
	int sync_error;
} disk;

ssize_t __real_pwrite64(int fd, const void *at, size_t len, off_t where);
int __real_ftruncate64(int fd, off_t len);
int __real_renameat(int from, const char *old, int to, const char *name);
int __real_openat64(int folder, const char *name, int mode, ...);
ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off_t where);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd);
int __wrap_ftruncate64(int fd, off_t len);
int __wrap_fallocate64(int fd, int mode, off_t from, off_t len);
int __wrap_renameat(int from, const char *old, int to, const char *name);
int __wrap_openat64(int folder, const char *name, int mode, ...);

void disk_fail(struct disk_fault f)
{
	disk.f = f;
	disk.calls = 0;
	disk.sync_error = 0;
}

unsigned disk_calls(void)
{
	return disk.calls;
}

void disk_sync_fails(int error)
{
	disk.sync_error = error;
}

static bool is_hit(void)
{
	disk.calls++;
	return disk.f.at > 0 && disk.calls >= disk.f.at &&
	       disk.calls - disk.f.at < disk.f.times;
}

static bool fails(void)
{
	if (!is_hit() || disk.f.error == 0)
		return false;
	errno = disk.f.error;
	return true;
}

ssize_t __wrap_pwrite64(int fd, const void *at, size_t len, off_t where)
{
	if (is_hit()) {
		ssize_t n = __real_pwrite64(fd, at, (len + 1) / 2, where);

		if (disk.f.error == 0)
			return n;
		errno = disk.f.error; /* half of it may be on the disk all the same */
		return -1;
	}
	return __real_pwrite64(fd, at, len, where);
}

/* Nobody cuts the power in a test, so a sync that succeeds does nothing. */
static int sync_tried(void)
{
	if (disk.sync_error == 0)
		return fails() ? -1 : 0;
	errno = disk.sync_error;
	return -1;
}

int __wrap_fdatasync(int fd)
{
	(void)fd;
	return sync_tried();
}

int __wrap_fsync(int fd)
{
	(void)fd;
	return sync_tried();
}

int __wrap_ftruncate64(int fd, off_t len)
{
	return fails() ? -1 : __real_ftruncate64(fd, len);
}

int __wrap_fallocate64(int fd, int mode, off_t from, off_t len)
{
	if (fails())
		return -1;
	/* There is room enough, so only what can be seen of it is done. */
	return (mode & FALLOC_FL_KEEP_SIZE) ? 0 : __real_ftruncate64(fd, from + len);
}

int __wrap_renameat(int from, const char *old, int to, const char *name)
{
	return fails() ? -1 : __real_renameat(from, old, to, name);
}

int __wrap_openat64(int folder, const char *name, int mode, ...)
{
	mode_t bits = 0;
	va_list rest;

	if (mode & O_CREAT) {
		va_start(rest, mode);
		bits = va_arg(rest, mode_t);
		va_end(rest);
	}
	if (fails())
		return -1;
	return (mode & O_CREAT) ? __real_openat64(folder, name, mode, bits)
				: __real_openat64(folder, name, mode);
}
