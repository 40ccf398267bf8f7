/* SPDX-License-Identifier: MPL-2.0
 *
 * Random damage to a sealed log, of every kind that its design names, done as somebody
 * would who holds the disk and every key but those that are gone. Repeatable from a seed.
 */
#pragma once

#include "made_log.h"

enum mutation {
	MUTATE_BIT,        /* one bit of any file */
	MUTATE_TRUNCATE,   /* a file's end cut off */
	MUTATE_SWAP,       /* two segments under each other's name */
	MUTATE_SPLICE,     /* a frame put where another one belongs, its CRC made right */
	MUTATE_DROP_FRAME, /* a frame taken out */
	MUTATE_DOUBLE_LINE, /* a line of `checkpoints` twice */
	MUTATE_DROP_LINE,   /* a line taken out */
	MUTATE_CLOCK,       /* a line with an earlier time */
	MUTATE_CUT_IDLE,    /* the last lines cut off, down to an idle one */
	MUTATE_RESEAL, /* an old frame changed, everything after it made right, and the
			* end signed by the newest key there is */
	MUTATE_OLDER,  /* the whole folder as it was at an earlier checkpoint */
	MUTATE_GO_ON,  /* the same, and a start after it that the node's key signs */
	MUTATE_DELETE, /* a file */
	MUTATION_COUNT
};

#define SNAP_FILES 16
#define SNAP_OLDER 24

struct snap_file {
	char name[32];
	uint8_t *at; /* room for one frame or line more */
	size_t len;
};
struct snap { /* of a folder: segments, `checkpoints`, `chain` */
	struct snap_file file[SNAP_FILES];
	size_t n;
};
void snap_take(struct snap *s, const char *folder);
void snap_copy(const struct snap *from, struct snap *ret);
void snap_drop(struct snap *s);
/* One of its files under another path. */
void snap_save(const struct snap *s, const char *name, const char *path);
/* Writes what differs from *there, the folder's content. */
void snap_write(const struct snap *s, const struct snap *there, const char *folder);

/* A log of several segments with start, unclean start, idle epochs, a deleted segment and
 * records that no checkpoint seals yet. `older`: as it was at each of its checkpoints, as
 * an older backup; whole: before its first segment was deleted. */
struct mutable_log {
	struct made_log made;
	struct snap now, whole, older[SNAP_OLDER];
	struct made_log older_made[SNAP_OLDER]; /* for who goes on from there */
	size_t older_n;
};
void mutable_new(struct mutable_log *m, const char *folder);
void mutable_drop(struct mutable_log *m);

struct dice {
	uint64_t state;
};
uint64_t dice_roll(struct dice *d, uint64_t below);
/* False: it changed nothing; roll again. */
bool mutate(
	const struct mutable_log *m, enum mutation how, struct dice *d, struct snap *ret);
/* True when *s is the log as it was at one of its checkpoints, and perhaps something
 * behind it that no checkpoint sealed: what nobody can tell without an anchor.
 * *ret_is_cut: some of its checkpoints are gone, so the newest anchor tells. */
bool is_clean_prefix(const struct mutable_log *m, const struct snap *s, bool *ret_is_cut);
