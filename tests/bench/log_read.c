/* SPDX-License-Identifier: MPL-2.0
 *
 * How long the log's readers take: verify of a large log, and all that it takes to read a
 * day: bundle, two shares, and every record opened. The log is made here first, in a
 * folder of its own below FOLDER, and removed.
 *
 *   bench-log-read FOLDER [RECORDS [DAY]]    1,000,000 and 25,000; a line of JSON
 */
#include "made_log.h"

#include "samtale/audit/reader.h"
#include "samtale/audit/verify.h"

#include <dirent.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EPOCH_RECORDS 87 /* 25,000 a day, an epoch every five minutes */
#define EPOCH_MS      300000
#define MEETINGS      5000 /* a day's, each with a key */
#define PATH_BYTES    256

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct key mk_of(uint32_t meeting)
{
	struct key mk = { { 0 } };

	memcpy(mk.at, &meeting, sizeof(meeting));
	return mk;
}

static void make(
	struct made_log *m, const char *folder, uint32_t records, size_t auditors)
{
	made_new(m, folder, auditors);
	made_start(m, CHECKPOINT_START);
	for (uint32_t i = 1; i < records; i++) {
		struct key mk = mk_of(i % MEETINGS);

		if (i % SEGMENT_RECORDS == 0)
			made_segment(m);
		made_record(m, (uint16_t)(i % 60), &mk);
		if (i % EPOCH_RECORDS == 0) {
			made_wait(m, EPOCH_MS);
			made_checkpoint(m, CHECKPOINT_EPOCH);
		}
	}
	made_checkpoint(m, CHECKPOINT_END);
	made_close(m);
}

static void verify(const struct made_log *m)
{
	struct verify_parts parts = { .folder = m->folder };
	struct verify_result result;
	double start = now_s();

	memcpy(parts.signing, m->signing_public, sizeof(parts.signing));
	must(verify_log(&parts, &result) == 0 && result.verdict == VERIFY_UNANCHORED,
		"verify");
	printf("{\"verify_s\":%.3f,", now_s() - start);
}

static int next_key(void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key)
{
	uint32_t *next = arg;

	*ret_key = *next < MEETINGS;
	*ret_meeting = *next;
	*ret_mk = mk_of((*next)++);
	return 0;
}

static void read_day(const struct made_log *m)
{
	char path[3][PATH_BYTES];
	const char *const shares[] = { path[1], path[2] };
	uint32_t next = 0, records = 0, meetings = 0;
	struct bundle_parts parts = { .folder = m->folder,
		.auditors = &m->auditors,
		.to_ms = INT64_MAX,
		.next_key = next_key,
		.arg = &next };
	struct log_reader *r = NULL;
	struct read_record got;
	double times[4] = { now_s() };

	for (size_t i = 0; i < 3; i++)
		(void)snprintf(path[i], PATH_BYTES, "%s/part-%zu", m->folder, i);
	must(bundle_write(path[0], &parts) == 0, "bundle");
	times[1] = now_s();
	for (size_t i = 0; i < 2; i++)
		must(share_write(shares[i], path[0], &m->secrets[i]) == 0, "share");
	times[2] = now_s();
	must(log_reader_open(&r, path[0], shares, 2) == 0, "open");
	while (log_reader_next(r, &got) == 0) {
		records++;
		meetings += got.has_meeting;
	}
	times[3] = now_s();
	(void)log_reader_close(r);
	must(records > 0 && meetings == records - 1, "read");
	printf("\"bundle_s\":%.3f,\"shares_s\":%.3f,\"read_s\":%.3f}\n",
		times[1] - times[0], times[2] - times[1], times[3] - times[2]);
}

static void clear(const char *folder)
{
	DIR *d = opendir(folder);
	char path[PATH_BYTES * 2];

	must(d, folder);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (e->d_name[0] != '.')
			must(unlink(path) == 0, path);
	}
	(void)closedir(d);
}

int main(int argc, char **argv)
{
	char folder[PATH_BYTES];
	uint32_t records = 1000000, day = 25000;
	struct made_log m;

	if (argc < 2 || argc > 4) {
		(void)fputs("usage: bench-log-read FOLDER [RECORDS [DAY]]\n", stderr);
		return 2;
	}
	if (argc > 2)
		records = (uint32_t)strtoul(argv[2], NULL, 10);
	if (argc > 3)
		day = (uint32_t)strtoul(argv[3], NULL, 10);
	(void)snprintf(folder, sizeof(folder), "%s/bench-log-XXXXXX", argv[1]);
	must(mkdtemp(folder), folder);
	make(&m, folder, records, 3);
	verify(&m);
	clear(folder);
	make(&m, folder, day, 3);
	read_day(&m);
	clear(folder);
	must(rmdir(folder) == 0, folder);
	return 0;
}
