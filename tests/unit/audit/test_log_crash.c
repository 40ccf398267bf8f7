/* SPDX-License-Identifier: MPL-2.0
 *
 * A writer that is killed at random points under load, again and again in the same
 * folder: each time the next one goes on, and at the end every record that was
 * acknowledged through the pipe is there. SAMTALE_CRASHES sets how often (1,000 in the
 * long form), SAMTALE_SEED repeats a run.
 */
#define SEEN_MAX 200000
#include "log_read.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define CRASHES       120
#define FOLDER_LASTS  40 /* crashes, then a fresh one */
#define KILL_BELOW_US 12000

struct told { /* what the writer says through the pipe, once it is acknowledged */
	uint64_t sequence;
	uint32_t value;
};

static struct bench bench;
static struct seen seen;
static struct told told[SEEN_MAX];
static size_t told_n;

static unsigned number_from(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);
	uint64_t n;

	return text && bytes_to_u64(bytes_str(text), UINT32_MAX, &n) ? (unsigned)n
								     : otherwise;
}

/* -- the writer -------------------------------------------------------------------- */
static void write_one_group(int pipe_fd)
{
	struct told group[8];
	size_t n = 1 + random_below(ARRAY_LEN(group));

	for (size_t i = 0; i < n; i++) {
		struct record r = { .event = AUDIT_SEARCH,
			.value = random_below(1u << 30) };

		group[i] = (struct told){ audit_log_next(bench.log), r.value };
		if (audit_log_put(bench.log, &r, false) != 0)
			_exit(2);
	}
	if (audit_log_commit(bench.log, random_below(8) == 0) != 0)
		_exit(3);
	if (write(pipe_fd, group, n * sizeof(*group)) != (ssize_t)(n * sizeof(*group)))
		_exit(4);
}

static void nothing(void *arg, const char *line)
{
	(void)arg;
	(void)line;
}

static void be_the_writer(int pipe_fd)
{
	bench.parts.anchor = nothing;
	bench.parts.epoch_ms = 3;
	if (bench_open(&bench) != 0)
		_exit(1);
	for (;;) {
		write_one_group(pipe_fd);
		if (random_below(16) == 0)
			clock_shift(MS_SECOND);
		if (random_below(64) == 0)
			clock_shift(MS_DAY);
		(void)audit_log_tick(bench.log);
	}
}

/* -- who kills it ------------------------------------------------------------------ */
static void hear(int fd)
{
	ssize_t n;

	while ((n = read(fd, &told[told_n], sizeof(*told) * 64)) > 0) {
		assert_int_equal((size_t)n % sizeof(*told), 0);
		told_n += (size_t)n / sizeof(*told);
		assert_true(told_n + 64 < SEEN_MAX);
	}
	assert_int_equal(n, 0);
}

static void crash_once(unsigned after_us)
{
	const struct timespec wait = { 0, (long)after_us * 1000 };
	int ends[2], status;
	struct pollfd first = { .events = POLLIN };
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	first.fd = ends[0];
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)close(ends[0]);
		be_the_writer(ends[1]);
	}
	(void)close(ends[1]);
	/* A quarter of them dies while it opens; the others are under load. */
	if (random() % 4 > 0)
		assert_true(poll(&first, 1, 10000) > 0);
	(void)nanosleep(&wait, NULL);
	assert_int_equal(kill(child, SIGKILL), 0);
	hear(ends[0]);
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		fail_msg("the writer ended by itself: %d", WEXITSTATUS(status));
}

static void check_folder(void)
{
	struct verify_result v;

	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	v = bench_verify(&bench, false);
	if (v.verdict != VERIFY_NOTABLE && v.verdict != VERIFY_UNANCHORED)
		fail_msg("verdict %d", v.verdict);
	bench_see(&bench, &seen);
	for (size_t i = 0; i < told_n; i++) {
		assert_true(told[i].sequence <= seen.n);
		assert_int_equal(seen.of[told[i].sequence - 1].value, told[i].value);
	}
}

static void killed_at_any_point_nothing_acknowledged_is_lost(void **state)
{
	unsigned crashes = number_from("SAMTALE_CRASHES", CRASHES);
	unsigned seed = number_from("SAMTALE_SEED", random_below(1u << 30));
	size_t all = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned i = 0; i < crashes; i++) {
		if (i % FOLDER_LASTS == 0)
			bench_make(&bench, 1);
		crash_once((unsigned)random() % KILL_BELOW_US);
		if (i % FOLDER_LASTS != FOLDER_LASTS - 1 && i != crashes - 1)
			continue;
		check_folder();
		bench_remove(&bench);
		all += told_n;
		told_n = 0;
	}
	print_message("%u crashes, %zu acknowledged\n", crashes, all);
	assert_true(all > crashes); /* or it was never under load */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_any_point_nothing_acknowledged_is_lost),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
