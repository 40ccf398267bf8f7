/* SPDX-License-Identifier: MPL-2.0
 *
 * A file that only grows at its end, and never by half; and the reserve that it grows
 * from on a full disk.
 */
#pragma once

#include "samtale/base/bytes.h"

struct tail {
	int fd;             /* -1: none */
	uint64_t end;       /* what is durable */
	uint64_t allocated; /* blocks are there up to here */
	bool needs_cut;     /* more may lie there, which does not count */
};
#define TAIL_NULL ((struct tail){ .fd = -1 })

#define TAIL_E_FULL 1 /* no room on the disk, or none for this class */

/* Opens or makes it, 0600, with what it holds as its end. */
must_check int tail_open(struct tail *ret, int folder, const char *name);
/* Gives the room beyond the end back. */
void tail_close(struct tail *t);
/* All of b is on the disk, or nothing of it counts and the file is cut back to its end,
 * now or by tail_settle(). Outcome: FULL. */
must_check int tail_append(struct tail *t, struct bytes b);
/* Cuts the file to its end and syncs that. 0 also when there was nothing to do. */
must_check int tail_settle(struct tail *t);

/* -- room -------------------------------------------------------------------------- */
struct room {
	int fd;
	uint64_t bytes, wanted; /* wanted is 0 where the file system cannot set aside */
	bool is_full;           /* the last that might not touch it found no room */
};
#define ROOM_NULL ((struct room){ .fd = -1 })
#define ROOM_FILE "reserve"

must_check int room_open(struct room *ret, int folder, uint64_t wanted);
void room_close(struct room *m);
/* Sets the next `more` bytes of the tail aside, so that writing them finds room. Who may
 * not use the reserve is turned away as soon as a part of it is gone. Outcome: FULL. */
must_check int room_make(struct room *m, struct tail *t, uint64_t more, bool may_use_it);
/* Fills it again as far as there is room, and looks whether the tail could grow. */
void room_look(struct room *m, struct tail *t);
/* Those who may not use it are turned away. */
bool room_is_refusing(const struct room *m);

/* -- files ------------------------------------------------------------------------- */
/* For owned(); -1 is none. */
void file_closep(int *fd);
/* Fewer bytes than len: the file ends there. */
must_check int file_read_at(int fd, void *ret, size_t len, uint64_t at, size_t *ret_len);
must_check int file_size(int fd, uint64_t *ret);
/* What was made, renamed or removed in it is durable. */
must_check int folder_sync(int folder);
