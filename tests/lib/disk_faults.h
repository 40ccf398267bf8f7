/* SPDX-License-Identifier: MPL-2.0
 *
 * A disk that fails when it is told to: what writes, syncs, cuts, sets blocks aside,
 * makes and renames files passes through here, is counted, and fails from the n-th call
 * on. The test's executable depends on dep_disk_faults (tests/lib/meson.build); only our
 * own objects and static libraries are led here.
 */
#pragma once

#include <stdbool.h>

struct disk_fault {
	unsigned at;    /* the first call that fails, from 1; 0: none */
	unsigned times; /* how many calls fail from there on */
	int error; /* 0: a write writes half of it once, and the disk is fine again */
};

/* Counting begins anew. */
void disk_fail(struct disk_fault f);
/* Calls since then. */
unsigned disk_calls(void);
/* Only syncs fail, all of them, until disk_fail(). */
void disk_sync_fails(int error);
