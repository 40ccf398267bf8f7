/* SPDX-License-Identifier: MPL-2.0
 *
 * Folders for the second verifier: good logs, one with something to look at, older copies
 * and random mutations, some with anchors; and what the first verifier says of each.
 *
 *   log_folders FOLDER COUNT SEED   writes FOLDER/list, one row each:
 *                                   VERDICT NAME FOLDER SIGNING-PUBLIC-HEX [ANCHORS]
 */
#include "mutate_log.h"

#include "samtale/audit/verify.h"

#include <stdlib.h>
#include <sys/stat.h>

#define PATH_BYTES 256

static FILE *list;
static const char *out;
static unsigned made;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(2);
}

static void folder_new(char ret[PATH_BYTES])
{
	must(snprintf(ret, PATH_BYTES, "%s/%05u", out, made++) < PATH_BYTES, "path");
	must(mkdir(ret, 0700) == 0, ret);
}

static void judge(const struct made_log *m, const char *name, const char *folder,
	const char *anchors)
{
	struct verify_parts parts = {
		.folder = folder, .anchors = &anchors, .anchor_n = anchors ? 1 : 0
	};
	struct verify_result result;

	memcpy(parts.signing, m->signing_public, sizeof(parts.signing));
	must(verify_log(&parts, &result) == 0, "verify");
	(void)fprintf(list, "%d %s %s ", result.verdict, name, folder);
	for (size_t i = 0; i < SIGN_PUBLIC; i++)
		(void)fprintf(list, "%02x", m->signing_public[i]);
	(void)fprintf(list, " %s\n", anchors ? anchors : "");
}

/* The log as it is now, in a folder of its own. */
static void judge_copy(struct made_log *m, const char *name, const char *anchors)
{
	static const struct snap empty;
	char folder[PATH_BYTES];
	struct snap s;

	must(fflush(m->segment) == 0, "flush");
	folder_new(folder);
	snap_take(&s, m->folder);
	snap_write(&s, &empty, folder);
	snap_drop(&s);
	judge(m, name, folder, anchors);
}

/* Nothing to look at, with a clean end and a start, and deleted segments. */
static void judge_good(void)
{
	char folder[PATH_BYTES], anchors[PATH_BYTES + 16];
	struct made_log m;

	folder_new(folder);
	(void)snprintf(anchors, sizeof(anchors), "%s/checkpoints", folder);
	made_new(&m, folder, 3);
	made_start(&m, CHECKPOINT_START);
	made_record(&m, 1, NULL);
	made_checkpoint(&m, CHECKPOINT_END);
	made_wait(&m, 100000000);
	made_reboot(&m);
	made_start(&m, CHECKPOINT_START);
	made_segment(&m);
	made_segment(&m); /* the one before holds no record */
	made_record(&m, 1, NULL);
	made_checkpoint(&m, CHECKPOINT_EPOCH);
	judge_copy(&m, "good", NULL);
	judge_copy(&m, "anchored", anchors);
	made_prune(&m, 2);
	judge_copy(&m, "deleted", anchors);
	made_close(&m);
}

static void judge_notable(void)
{
	char folder[PATH_BYTES];
	struct made_log m;
	uint8_t block[LOG_FRAME_BYTES] = { 1 };

	folder_new(folder);
	made_new(&m, folder, 1);
	made_start(&m, CHECKPOINT_START);
	must(fwrite(block, sizeof(block), 1, m.segment) == 1, "block");
	chain_next(m.at.chain, block);
	m.at.sequence++;
	judge_copy(&m, "damage", NULL);
	made_start(&m, CHECKPOINT_UNCLEAN);
	judge_copy(&m, "gap", NULL);
	m.utc_ms += 5000;
	m.dropped = 9;
	made_checkpoint(&m, CHECKPOINT_EPOCH);
	judge_copy(&m, "clock", NULL);
	m.at.sequence += 3; /* as if three records had been lost */
	made_checkpoint(&m, CHECKPOINT_EPOCH);
	judge_copy(&m, "shorter", NULL);
	made_start(&m, CHECKPOINT_LOSS);
	judge_copy(&m, "loss", NULL);
	made_close(&m);
}

static void judge_mutants(unsigned count, uint64_t seed)
{
	static const struct snap empty;
	static struct mutable_log m;
	struct dice d = { seed };
	char folder[PATH_BYTES], anchors[PATH_BYTES + 16];

	folder_new(folder);
	mutable_new(&m, folder);
	judge(&m.made, "whole", folder, NULL);
	(void)snprintf(anchors, sizeof(anchors), "%s/anchors", folder);
	snap_save(&m.now, "checkpoints", anchors);
	judge(&m.made, "whole", folder, anchors);
	for (unsigned i = 0; i < count; i++) {
		enum mutation how = (enum mutation)(i % MUTATION_COUNT);
		char name[16];
		struct snap s;

		while (!mutate(&m, how, &d, &s))
			;
		folder_new(folder);
		snap_write(&s, &empty, folder);
		(void)snprintf(name, sizeof(name), "mutation-%u", (unsigned)how);
		judge(&m.made, name, folder, dice_roll(&d, 2) ? anchors : NULL);
		snap_drop(&s);
	}
	mutable_drop(&m);
}

int main(int argc, char **argv)
{
	char path[PATH_BYTES];

	if (argc != 4) {
		(void)fputs("usage: log_folders FOLDER COUNT SEED\n", stderr);
		return 2;
	}
	out = argv[1];
	must(snprintf(path, sizeof(path), "%s/list", out) < PATH_BYTES, "path");
	list = fopen(path, "w");
	must(list, path);
	judge_good();
	judge_notable();
	judge_mutants((unsigned)strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	must(fclose(list) == 0, path);
	return 0;
}
