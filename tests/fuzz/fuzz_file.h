/* SPDX-License-Identifier: MPL-2.0
 *
 * The input as a file, for decoders that read one; never on a disk.
 */
#pragma once

#include "fuzz.h"

#include "samtale/base/bytes.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* The one memory file of this process, holding those bytes, at its start. */
static inline int fuzz_file(struct bytes content)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("input", MFD_CLOEXEC);
	PROMISE(fd >= 0 && ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	PROMISE(write(fd, content.at, content.len) == (ssize_t)content.len);
	PROMISE(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* Its name, until the next call. */
static inline const char *fuzz_file_path(struct bytes content)
{
	static char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fuzz_file(content));
	return path;
}
