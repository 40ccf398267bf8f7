/* SPDX-License-Identifier: MPL-2.0
 *
 * The memory of a writer, read from outside after two segments: no key of a record
 * that was made, no part of a segment's key and no signing key of a checkpoint that is
 * durable is anywhere in it; those of what comes next are, or the search finds nothing.
 */
#include "log_read.h"

#include <signal.h>
#include <sys/wait.h>

#define RECORDS   40
#define DRAWS_MAX 64
#define KEYS_MAX  (DRAWS_MAX * (2 * RECORDS + 4))

void __real_random_fill(void *at, size_t len);
void __wrap_random_fill(void *at, size_t len);

static struct bench bench;
static int draws_to = -1;

/* Every key begins as a draw: the writer tells them all, and keeps none of it. */
void __wrap_random_fill(void *at, size_t len)
{
	__real_random_fill(at, len);
	if (draws_to >= 0 && len == KEY_BYTES)
		assert_int_equal(write(draws_to, at, len), len);
}

static void nothing(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static void be_the_writer(void)
{
	bench.parts.anchor = nothing;
	if (bench_open(&bench) != 0)
		_exit(1);
	for (unsigned i = 0; i < RECORDS / 2; i++)
		if (bench_write(&bench, 1) != 0)
			_exit(2);
	clock_shift(MS_DAY); /* another segment, another checkpoint */
	(void)audit_log_tick(bench.log);
	for (unsigned i = 0; i < RECORDS / 2; i++)
		if (bench_write(&bench, 1) != 0)
			_exit(3);
	(void)raise(SIGSTOP);
	_exit(0);
}

/* -- what must not be there -------------------------------------------------------- */
struct wanted {
	struct key of[KEYS_MAX];
	bool found[KEYS_MAX];
	size_t n;
	uint8_t begins[65536 / 8]; /* a key begins with these two bytes */
};

static struct wanted wanted;

static size_t want(const struct key *k)
{
	unsigned two = (unsigned)k->at[0] << 8 | k->at[1];

	assert_true(wanted.n < KEYS_MAX);
	wanted.begins[two / 8] |= (uint8_t)(1 << two % 8);
	wanted.of[wanted.n] = *k;
	return wanted.n++;
}

static void look_at(const uint8_t *at)
{
	unsigned two = (unsigned)at[0] << 8 | at[1];

	if (!(wanted.begins[two / 8] & 1 << two % 8))
		return;
	for (size_t i = 0; i < wanted.n; i++)
		if (memcmp(wanted.of[i].at, at, KEY_BYTES) == 0)
			wanted.found[i] = true;
}

static void look_in(int mem, unsigned long from, unsigned long to)
{
	static uint8_t page[4096 + KEY_BYTES];

	for (; from < to; from += 4096) {
		size_t len = to - from < sizeof(page) ? 4096 : sizeof(page);
		ssize_t n = pread(mem, page, len, (off_t)from);

		for (ssize_t i = 0; i + KEY_BYTES <= n; i++)
			look_at(page + i);
	}
}

static void look_everywhere(pid_t child)
{
	char path[64], line[512];
	unsigned long from, to;
	FILE *maps;
	int mem;

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
	mem = open(path, O_RDONLY);
	assert_true(mem >= 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)child);
	maps = fopen(path, "r");
	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		char *end;

		from = strtoul(line, &end, 16);
		to = strtoul(end + 1, &end, 16);
		if (end[1] == 'r')
			look_in(mem, from, to);
	}
	assert_int_equal(fclose(maps), 0);
	assert_int_equal(close(mem), 0);
}

static size_t draws_hear(int fd, struct key draws[DRAWS_MAX])
{
	size_t n = 0;

	while (read(fd, &draws[n], KEY_BYTES) == KEY_BYTES)
		assert_true(++n < DRAWS_MAX);
	return n;
}

static void no_key_of_what_was_made_is_left(void **state)
{
	struct key draws[DRAWS_MAX], k, rk;
	size_t n, first_of[DRAWS_MAX], still = 0;
	int ends[2], status;
	pid_t child;

	(void)state;
	bench_make(&bench, 3);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		draws_to = ends[1];
		be_the_writer();
	}
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	if (!WIFSTOPPED(status))
		fail_msg("the writer ended: %d", WEXITSTATUS(status));
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	n = draws_hear(ends[0], draws);
	assert_true(n >= 10); /* 2 segments of K and three X, 2 checkpoints */
	for (size_t i = 0; i < n; i++) {
		first_of[i] = want(&draws[i]);
		k = draws[i];
		for (unsigned j = 0; j <= RECORDS; j++) {
			ratchet_step(&k, &rk);
			(void)want(&rk);
			(void)want(&k);
		}
	}
	look_everywhere(child);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(close(ends[0]), 0);
	for (size_t i = 0; i < wanted.n; i++)
		still += wanted.found[i];
	/* k of the record that comes next, and the key of the next checkpoint, which was
	 * drawn before the second segment's K and its three X. */
	assert_int_equal(still, 2);
	assert_true(wanted.found[first_of[n - 5]]);
	bench_remove(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_of_what_was_made_is_left),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
