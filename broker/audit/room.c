/* SPDX-License-Identifier: MPL-2.0
 *
 * Room for the log on a disk that others fill. Blocks are set aside before they are
 * written, so a full disk is met before anything is sealed; and a file of zeros is kept
 * to be given up piece by piece for those who may.
 */
#include "samtale/base/fault.h"
#include "tail.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((uint64_t)256 * 1024)

enum aside { SET_ASIDE, NO_ROOM, CANNOT, FAILED };

static enum aside set_aside(int fd, int mode, uint64_t from, uint64_t len)
{
	int r;

	do
		r = fallocate(fd, mode, (off_t)from, (off_t)len);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return SET_ASIDE;
	if (errno == ENOSPC || errno == EDQUOT)
		return NO_ROOM;
	return errno == EOPNOTSUPP || errno == ENOSYS ? CANNOT : FAILED;
}

static void refill(struct room *m)
{
	while (m->bytes < m->wanted) {
		uint64_t len =
			m->wanted - m->bytes < PIECE ? m->wanted - m->bytes : PIECE;
		enum aside done = set_aside(m->fd, 0, m->bytes, len);

		if (done == CANNOT)
			m->wanted = m->bytes;
		if (done != SET_ASIDE)
			break;
		m->bytes += len;
	}
	/* What a failed try left behind. When it stays, room_open() looks at the blocks.
	 */
	if (m->bytes < m->wanted && ftruncate(m->fd, (off_t)m->bytes) < 0)
		return;
}

/* A copy may have come without its blocks. */
static int zeros_there(int fd, uint64_t *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fault_here(errno);
	*ret = (uint64_t)st.st_size;
	if ((uint64_t)st.st_blocks * 512 >= *ret)
		return 0;
	*ret = 0;
	return ftruncate(fd, 0) < 0 ? fault_here(errno) : 0;
}

int room_open(struct room *ret, int folder, uint64_t wanted)
{
	struct room m = { .wanted = wanted };
	int r;

	m.fd = openat(folder, ROOM_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (m.fd < 0)
		return fault_here(errno);
	r = zeros_there(m.fd, &m.bytes);
	if (r < 0) {
		(void)close(m.fd);
		return r;
	}
	if (m.bytes > wanted)
		m.bytes = wanted;
	refill(&m);
	*ret = m;
	return 0;
}

void room_close(struct room *m)
{
	if (m->fd >= 0)
		(void)close(m->fd);
	*m = ROOM_NULL;
}

static bool give_piece(struct room *m)
{
	uint64_t left = m->bytes > PIECE ? m->bytes - PIECE : 0;

	if (m->bytes == 0 || ftruncate(m->fd, (off_t)left) < 0)
		return false;
	m->bytes = left;
	return true;
}

bool room_is_refusing(const struct room *m)
{
	return m->bytes < m->wanted || m->is_full;
}

int room_make(struct room *m, struct tail *t, uint64_t more, bool may_use_it)
{
	uint64_t need = t->end + more;
	uint64_t len = (more + PIECE - 1) / PIECE * PIECE;

	if (!may_use_it && m->bytes < m->wanted)
		return TAIL_E_FULL;
	if (need <= t->allocated)
		return 0;
	for (;;) {
		switch (set_aside(t->fd, FALLOC_FL_KEEP_SIZE, t->allocated, len)) {
		case SET_ASIDE:
			t->allocated += len;
			m->is_full &= may_use_it;
			return 0;
		case CANNOT:
		case FAILED:
			return 0; /* then writing it tells */
		case NO_ROOM:
			break;
		}
		m->is_full = true;
		if (!may_use_it || !give_piece(m))
			return TAIL_E_FULL;
	}
}

void room_look(struct room *m, struct tail *t)
{
	refill(m);
	if (m->is_full && room_make(m, t, 1, false) == 0)
		m->is_full = false;
}
