/* SPDX-License-Identifier: MPL-2.0
 *
 * A small sealed log for the targets that need one: made once, below /tmp, and removed at
 * the end. Its keys are other ones each time, so inputs name its parts: see each target.
 */
#pragma once

#include "fuzz.h"

#include "made_log.h"

#include <dirent.h>
#include <unistd.h>

static char fuzz_folder[] = "/tmp/samtale-fuzz-XXXXXX";
static struct made_log fuzz_log;

static inline void fuzz_path(const char *name, char ret[64])
{
	PROMISE(snprintf(ret, 64, "%s/%s", fuzz_folder, name) < 64);
}

static inline void fuzz_log_remove(void)
{
	DIR *d = opendir(fuzz_folder);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
	(void)rmdir(fuzz_folder);
}

static inline void fuzz_log_make(void)
{
	if (fuzz_log.folder)
		return;
	PROMISE(mkdtemp(fuzz_folder));
	PROMISE(atexit(fuzz_log_remove) == 0);
	made_new(&fuzz_log, fuzz_folder, 1);
	made_start(&fuzz_log, CHECKPOINT_START);
	made_record(&fuzz_log, 1, NULL);
	made_wait(&fuzz_log, 1000);
	made_checkpoint(&fuzz_log, CHECKPOINT_EPOCH);
	made_close(&fuzz_log);
}

static inline void fuzz_write(const char *name, struct bytes content)
{
	char path[64];
	FILE *f;

	fuzz_path(name, path);
	f = fopen(path, "wb");
	PROMISE(f && fwrite(content.at, 1, content.len, f) == content.len);
	PROMISE(fclose(f) == 0);
}

static inline size_t fuzz_read(const char *name, void *ret, size_t max)
{
	char path[64];
	FILE *f;
	size_t n;

	fuzz_path(name, path);
	f = fopen(path, "rb");
	PROMISE(f);
	n = fread(ret, 1, max, f);
	PROMISE(fclose(f) == 0);
	return n;
}
