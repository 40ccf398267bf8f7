/* SPDX-License-Identifier: MPL-2.0
 *
 * What the server costs, as the kernel counts it. CPU comes from each process's CPU clock
 * (the counter behind /proc/PID/stat, in nanoseconds instead of ticks of 10 ms), memory
 * from /proc/PID/smaps_rollup, so the generator's own load is in neither.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct figures fig;

_Noreturn void die(const char *what)
{
	perror(what);
	exit(2);
}

void *must_alloc(void *old, size_t size)
{
	void *at = realloc(old, size);

	if (!at)
		die("load: memory");
	return at;
}

uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* xorshift64: fast and the same in every run. */
uint64_t random_next(void)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* -- server ---------------------------------------------------------------------------
 */
static uint64_t cpu_of(int pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) {
		(void)fprintf(stderr, "load: server process %d is gone\n", pid);
		exit(3);
	}
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static long field(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncmp(line, name, n) == 0 ? strtol(line + n, NULL, 10) : 0;
}

static void memory_of(int pid, struct cost *c)
{
	char line[256];
	FILE *f;

	(void)snprintf(line, sizeof(line), "/proc/%d/smaps_rollup", pid);
	f = fopen(line, "r");
	if (!f)
		die("load: memory of the server (needs its rights)");
	while (fgets(line, sizeof(line), f)) {
		c->rss_kib += field(line, "Rss:");
		c->private_kib +=
			field(line, "Private_Clean:") + field(line, "Private_Dirty:");
	}
	(void)fclose(f);
}

void cost_read(struct cost *ret)
{
	*ret = (struct cost){ 0 };
	for (unsigned i = 0; i < opt.pid_count; i++) {
		ret->cpu_ns += cpu_of(opt.pids[i]);
		memory_of(opt.pids[i], ret);
	}
}

/* -- samples --------------------------------------------------------------------------
 */
void sample_add(struct samples *s, uint64_t ns)
{
	uint64_t us = ns / 1000;

	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 4096;
		s->us = must_alloc(s->us, s->cap * sizeof(*s->us));
	}
	s->us[s->n++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

double sample_at(struct samples *s, double p)
{
	if (s->n == 0)
		return 0;
	qsort(s->us, s->n, sizeof(*s->us), by_size);
	return s->us[(size_t)((double)(s->n - 1) * p + 0.5)];
}
