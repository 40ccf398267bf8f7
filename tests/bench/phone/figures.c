/* SPDX-License-Identifier: MPL-2.0
 *
 * What the kernel tells about a process, and spans of time. A process that cannot be read
 * is a benchmark that measures nothing: it stops here.
 */
#include "load.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SPANS_MAX 200000

uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

void spans_add(struct spans *s, uint64_t ns)
{
	if (!s->list)
		s->list = calloc(SPANS_MAX, sizeof(*s->list));
	if (s->list && s->n < SPANS_MAX)
		s->list[s->n++] = ns;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

double spans_ms(struct spans *s, double part)
{
	if (s->n == 0)
		return -1;
	qsort(s->list, s->n, sizeof(*s->list), by_size);
	return (double)s->list[(size_t)((double)(s->n - 1) * part)] / 1e6;
}

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	f = fopen(path, "re");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

/* The number that is word n of a line, from 0. */
static unsigned long word_number(const char *line, unsigned n)
{
	for (line += strspn(line, " "); n > 0; n--) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return strtoul(line, NULL, 10);
}

double cpu_seconds(pid_t pid)
{
	char text[1024], *at;
	FILE *f = open_proc(pid, "stat");

	if (!fgets(text, sizeof(text), f))
		abort();
	(void)fclose(f);
	at = strrchr(text, ')'); /* behind the name: state, then numbers */
	if (!at)
		abort();
	return (double)(word_number(at + 1, 11) + word_number(at + 1, 12)) /
	       (double)sysconf(_SC_CLK_TCK);
}

long rss_anon_kib(pid_t pid)
{
	char line[256];
	long kib = 0;
	FILE *f = open_proc(pid, "status");

	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtol(line + 8, NULL, 10);
	(void)fclose(f);
	return kib;
}

/* -- descriptors ------------------------------------------------------------------- */
static bool next_descriptor(DIR *folder, const char **ret_name)
{
	struct dirent *e;

	while ((e = readdir(folder)))
		if (isdigit((unsigned char)e->d_name[0])) {
			*ret_name = e->d_name;
			return true;
		}
	return false;
}

static DIR *open_descriptors(pid_t pid, char path[64])
{
	DIR *folder;

	(void)snprintf(path, 64, "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (!folder)
		exit(1);
	return folder;
}

unsigned descriptors(pid_t pid)
{
	char path[64];
	DIR *folder = open_descriptors(pid, path);
	const char *name;
	unsigned n = 0;

	while (next_descriptor(folder, &name))
		n++;
	(void)closedir(folder);
	return n;
}

static size_t socket_inodes(pid_t pid, unsigned long *ret, size_t most)
{
	char path[64];
	DIR *folder = open_descriptors(pid, path);
	const char *name;
	size_t n = 0;

	while (n < most && next_descriptor(folder, &name)) {
		char link[64];
		ssize_t len = readlinkat(dirfd(folder), name, link, sizeof(link) - 1);

		link[len > 0 ? len : 0] = '\0';
		if (strncmp(link, "socket:[", 8) == 0)
			ret[n++] = strtoul(link + 8, NULL, 10);
	}
	(void)closedir(folder);
	return n;
}

static bool holds(const unsigned long *list, size_t n, unsigned long one)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == one)
			return true;
	return false;
}

uint64_t datagrams_dropped(pid_t pid)
{
	static unsigned long mine[16384];
	size_t n = socket_inodes(pid, mine, ARRAY_LEN(mine));
	FILE *f = open_proc(pid, "net/udp");
	uint64_t sum = 0;
	char line[512];

	while (fgets(line, sizeof(line), f))
		if (holds(mine, n, word_number(line, 9))) /* the socket's inode */
			sum += word_number(line, 12);
	(void)fclose(f);
	return sum;
}
