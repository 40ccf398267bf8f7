/* SPDX-License-Identifier: MPL-2.0
 *
 * How fast the sealed log takes records: one at a time, in full groups, and as they come
 * at a rate, when each waits from its arrival until it is on the disk. Everything is as
 * in service: three auditors, inner parts, checkpoints, the reserve. Made in a folder of
 * its own below FOLDER, and removed.
 *
 *   bench-log FOLDER [SECONDS [RATE]]    5 seconds of each, 2,000 a second; a line of
 * JSON
 */
#include "samtale/audit/log.h"
#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES   256
#define URGENT_EVERY 100 /* every so many records a critical one */
#define NS_SECOND    INT64_C(1000000000)

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_SECOND + t.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	const struct timespec t = { ns / NS_SECOND, ns % NS_SECOND };

	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* -- the log ----------------------------------------------------------------------- */
static struct audit_log *log_make(const char *folder)
{
	static struct auditor_set auditors = { .scheme = SHARE_TWO_OF_THREE,
		.n = AUDITORS_MAX };
	static const struct key signing = { { 1 } };
	struct audit_log_parts parts = { .folder = folder,
		.auditors = &auditors,
		.signing = &signing,
		.epoch_ms = 5 * MS_MINUTE };
	struct audit_log *l = NULL;
	const char *sentence = "";
	struct key secret;

	for (size_t i = 0; i < auditors.n; i++)
		public_pair(&secret, auditors.of[i].key);
	must(audit_log_open(&l, &parts, &sentence) == 0, sentence);
	return l;
}

static void put(struct audit_log *l)
{
	static const struct key mk = { { 2 } };
	const struct record_inner inner = { .meeting = 1, .case_len = 1 };
	struct record r = { .event = AUDIT_KEY_OPENED, .actor = 7 };
	int done;

	do {
		record_seal_inner(&r, &mk, audit_log_id(l), audit_log_next(l), &inner);
		done = audit_log_put(l, &r, false);
		if (done == -EAGAIN) /* the segment is full */
			must(audit_log_commit(l, false) == 0, "commit");
	} while (done == -EAGAIN);
	must(done == 0, "put");
}

static void commit(struct audit_log *l, uint64_t n)
{
	must(audit_log_commit(l, n % URGENT_EVERY == 0) == 0, "commit");
	(void)audit_log_tick(l);
}

/* -- what is measured -------------------------------------------------------------- */
static double in_groups(struct audit_log *l, unsigned of, int64_t for_ns)
{
	int64_t from = now_ns();
	uint64_t n = 0;

	while (now_ns() - from < for_ns) {
		for (unsigned i = 0; i < of; i++, n++)
			put(l);
		commit(l, n);
	}
	return (double)n * (double)NS_SECOND / (double)(now_ns() - from);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Record i arrives at from + i / rate, whether we are ready or not. */
static void as_they_come(struct audit_log *l, unsigned rate, int64_t for_ns)
{
	size_t all = (size_t)(for_ns / NS_SECOND) * rate, taken = 0, done = 0;
	int64_t *waited = calloc(all, sizeof(*waited));
	int64_t step = NS_SECOND / rate, from = now_ns();

	must(waited != NULL, "memory");
	while (done < all) {
		int64_t now = now_ns();

		if (from + (int64_t)taken * step > now)
			sleep_until(from + (int64_t)taken * step);
		now = now_ns();
		while (taken < all && taken - done < LOG_GROUP_MAX &&
			from + (int64_t)taken * step <= now) {
			put(l);
			taken++;
		}
		commit(l, taken);
		for (now = now_ns(); done < taken; done++)
			waited[done] = now - (from + (int64_t)done * step);
	}
	qsort(waited, all, sizeof(*waited), by_time);
	printf("\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"most_ms\":%.3f}\n",
		(double)waited[all / 2] / 1e6, (double)waited[all * 99 / 100] / 1e6,
		(double)waited[all - 1] / 1e6);
	free(waited);
}

static void folder_remove(const char *path)
{
	DIR *d = opendir(path);
	char below[PATH_BYTES + 300];
	struct dirent *e;

	must(d != NULL, path);
	while ((e = readdir(d))) {
		(void)snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.')
			must(unlink(below) == 0, below);
	}
	(void)closedir(d);
	must(rmdir(path) == 0, path);
}

static unsigned number_of(const char *text)
{
	uint64_t n = 0;

	must(bytes_to_u64(bytes_str(text), 1000000, &n) && n > 0, "a number is needed");
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	unsigned seconds = argc > 2 ? number_of(argv[2]) : 5;
	unsigned rate = argc > 3 ? number_of(argv[3]) : 2000;
	char folder[PATH_BYTES];
	struct audit_log *l;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: bench-log FOLDER [SECONDS [RATE]]\n");
		return 2;
	}
	must(secret_start() == 0, "libsodium");
	(void)snprintf(folder, sizeof(folder), "%s/samtale-bench-log-XXXXXX", argv[1]);
	must(mkdtemp(folder) != NULL, folder);
	l = log_make(folder);
	printf("{\"alone\":%.0f,", in_groups(l, 1, seconds * NS_SECOND));
	printf("\"together\":%.0f,", in_groups(l, LOG_GROUP_MAX, seconds * NS_SECOND));
	as_they_come(l, rate, seconds * NS_SECOND);
	audit_log_close(l);
	folder_remove(folder);
	return 0;
}
