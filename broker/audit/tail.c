/* SPDX-License-Identifier: MPL-2.0
 *
 * Appending that counts as a whole or not at all. After a failed write or sync nobody
 * knows what lies on the disk, so the file is cut back and the cut is synced before
 * anything else is written there.
 */
#include "tail.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void file_closep(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

int file_read_at(int fd, void *ret, size_t len, uint64_t at, size_t *ret_len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, (uint8_t *)ret + got, len - got, (off_t)(at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_len = got;
	return 0;
}

int file_size(int fd, uint64_t *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fault_here(errno);
	if (!S_ISREG(st.st_mode))
		return fault_here(EINVAL);
	*ret = (uint64_t)st.st_size;
	return 0;
}

int folder_sync(int folder)
{
	return fsync(folder) < 0 ? fault_here(errno) : 0;
}

int tail_open(struct tail *ret, int folder, const char *name)
{
	struct tail t = TAIL_NULL;
	int r;

	t.fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (t.fd < 0)
		return fault_here(errno);
	r = file_size(t.fd, &t.end);
	if (r < 0) {
		(void)close(t.fd);
		return r;
	}
	t.allocated = t.end;
	*ret = t;
	return 0;
}

void tail_close(struct tail *t)
{
	if (t->fd < 0)
		return;
	/* What stays when this fails is cut at the next start. */
	if ((t->allocated > t->end || t->needs_cut) &&
		ftruncate(t->fd, (off_t)t->end) < 0)
		t->needs_cut = true;
	(void)close(t->fd);
	*t = TAIL_NULL;
}

int tail_settle(struct tail *t)
{
	if (!t->needs_cut)
		return 0;
	if (ftruncate(t->fd, (off_t)t->end) < 0 || fdatasync(t->fd) < 0)
		return fault_here(errno);
	t->allocated = t->end;
	t->needs_cut = false;
	return 0;
}

static int write_at(int fd, struct bytes b, uint64_t at)
{
	while (b.len > 0) {
		ssize_t n = pwrite(fd, b.at, b.len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return EIO;
		at += (uint64_t)n;
		b = bytes_of(b.at + n, b.len - (size_t)n);
	}
	return fdatasync(fd) < 0 ? errno : 0;
}

int tail_append(struct tail *t, struct bytes b)
{
	int r = tail_settle(t);
	int why;

	if (r < 0)
		return fault_pass(r);
	why = write_at(t->fd, b, t->end);
	if (why == 0) {
		t->end += b.len;
		if (t->allocated < t->end)
			t->allocated = t->end;
		return 0;
	}
	t->needs_cut = true;
	if (tail_settle(t) < 0) /* then at the next try; until then nothing is taken */
		return fault_here(why);
	return why == ENOSPC || why == EDQUOT ? TAIL_E_FULL : fault_here(why);
}
