/* SPDX-License-Identifier: MPL-2.0
 *
 * How fast the real vault process takes records over its link: started and locked down as
 * in service, asked as the serving process asks. Each question is to be on the disk
 * before its answer: three of four are an event of a meeting, the fourth wants that
 * meeting's keys. Or the parent of a whole broker whose vault is flooded meanwhile.
 *
 *   bench-log-link CONFIG [--seconds N] [--rate N]   after `samtale init`; a line of JSON
 *   bench-log-link CONFIG --serve N [--sync-ms M]    N a second until SIGTERM; each sync
 * of the vault takes M ms longer
 */
#include "../../broker/daemon/child.h"

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/link/vault.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_SECOND INT64_C(1000000000)
#define RING      1024 /* questions that are out at once, at most */
#define AT_ONCE   64

static struct {
	const char *config;
	unsigned seconds, rate, serve;
} opt = { .seconds = 5, .rate = 2000 };

static unsigned sync_ms; /* of the process that is started next */
static volatile sig_atomic_t ending;
static struct child vault, serving;
static int64_t meeting;

static struct {
	int fd;
	struct frame_stream *frames;
	int64_t came[RING]; /* by id: when the question was there to be asked */
	uint8_t kind[RING];
	uint32_t asked, answered;
} link_of;

static struct {
	double *at; /* ms */
	size_t n, cap;
} waited;

/* In place of the C library's, also for SQLite: a disk as slow as we like. */
int fdatasync(int fd)
{
	if (sync_ms > 0)
		(void)poll(NULL, 0, (int)sync_ms);
	return (int)syscall(SYS_fdatasync, fd);
}

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

/* -- the processes ----------------------------------------------------------------- */
static void reported(void *arg, enum child_name name, const struct frame *f)
{
	struct child *c = arg;

	(void)name;
	c->is_ready |= f->kind == REPORT_READY;
}

static void start(struct child *c, enum child_name name)
{
	const struct options options = { .source = { .config = opt.config },
		.foreground = true };
	struct child_birth birth = { .options = &options, .now_ms = clock_boot_ms() };

	for (size_t i = 0; i < ARRAY_LEN(birth.not_for_it); i++)
		birth.not_for_it[i] = -1;
	must(child_start(c, &child_rows[name], &birth) == 0, "start");
	if (name == CHILD_SERVE) /* it waits for that */
		must(child_link(&vault, c, REPORT_VAULT_LINK) == 0, "link");
	while (!c->is_ready && !c->is_mute) {
		struct pollfd fd = { .fd = c->fd, .events = POLLIN };

		(void)poll(&fd, 1, -1);
		child_read(c, name, reported, c);
	}
	must(c->is_ready, "a process did not start");
}

static void end(struct child *c)
{
	child_signal(c, SIGTERM);
	(void)waitpid(c->pid, NULL, 0);
	child_forget(c);
}

/* -- our link ---------------------------------------------------------------------- */
static void link_make(void)
{
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) ==
			0,
		"socketpair");
	must(report_give_link(vault.fd, REPORT_VAULT_LINK, pair[1]) == 0, "link");
	(void)close(pair[1]);
	link_of.fd = pair[0];
	must(frame_stream_new(&link_of.frames) == 0, "frames");
}

static void ask(struct vault_question *q, int64_t came_ns)
{
	static uint8_t buf[16 * 1024];
	struct writer w = writer_of(buf, sizeof(buf));

	must(link_of.asked - link_of.answered < RING, "too many questions are out");
	q->id = ++link_of.asked;
	link_of.came[q->id % RING] = came_ns;
	link_of.kind[q->id % RING] = (uint8_t)q->kind;
	vault_question_write(&w, q);
	must(writer_ok(&w) &&
			send(link_of.fd, buf, w.len, MSG_NOSIGNAL) == (ssize_t)w.len,
		"the vault's link");
}

static void ask_next(int64_t came_ns)
{
	static struct vault_question note = { .kind = VAULT_ASK_NOTE,
		.n = 1,
		.events = { { .what = AUDIT_MEETING_READ,
			.purpose = AUDIT_FOR_OWN_MEETING,
			.role = AUDIT_CONSULTANT,
			.actor = 7 } } };
	static struct vault_question open = {
		.kind = VAULT_ASK_OPEN, .purpose = VAULT_CHANGE, .actor = 7, .n = 1
	};

	note.events[0].meeting = (uint64_t)meeting;
	open.meetings[0] = meeting;
	ask(link_of.asked % 4 == 3 ? &open : &note, came_ns);
}

static void hear(const struct frame *f, int64_t now)
{
	struct vault_answer a;

	if (f->kind != VAULT_ANSWER)
		return; /* a checkpoint */
	must(vault_answer_read(f, link_of.kind[f->id % RING], &a) == 0 &&
			a.result == VAULT_RESULT_DONE,
		"an answer");
	link_of.answered++;
	if (waited.n < waited.cap)
		waited.at[waited.n++] = (double)(now - link_of.came[f->id % RING]) / 1e6;
}

/* Answers that are there, or come within so long. */
static void listen_for(int64_t ns)
{
	const struct timespec t = { ns / NS_SECOND, ns % NS_SECOND };
	struct pollfd fd = { .fd = link_of.fd, .events = POLLIN };
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;

	if (ppoll(&fd, 1, &t, NULL) < 1)
		return;
	must(frame_stream_room(link_of.frames, &at, &room) == 0, "frames");
	n = recv(link_of.fd, at, room, 0);
	must(n > 0, "the vault's link");
	frame_stream_added(link_of.frames, (size_t)n);
	while (frame_stream_next(link_of.frames, &f) == 0)
		hear(&f, now_ns());
}

/* -- what is measured -------------------------------------------------------------- */
static void make_meeting(void)
{
	struct vault_question q = { .kind = VAULT_ASK_CREATE,
		.purpose = VAULT_BOOK,
		.actor = 7,
		.n = 1,
		.text = BYTES_LIT("2026-000001") };

	meeting = q.meetings[0] = random_id();
	ask(&q, now_ns());
	while (link_of.answered < link_of.asked)
		listen_for(NS_SECOND);
}

/* So many always out. Questions a second. */
static double as_fast_as_it_goes(unsigned out, int64_t for_ns)
{
	uint32_t before = link_of.answered;
	int64_t from = now_ns(), took;

	while ((took = now_ns() - from) < for_ns) {
		while (link_of.asked - link_of.answered < out)
			ask_next(now_ns());
		listen_for(NS_SECOND);
	}
	before = link_of.answered - before;
	while (link_of.answered < link_of.asked)
		listen_for(NS_SECOND);
	return (double)before * (double)NS_SECOND / (double)took;
}

/* Question i comes at from + i / rate, whether the vault is ready or not. */
static void as_they_come(unsigned rate, int64_t for_ns)
{
	int64_t step = NS_SECOND / rate, due = now_ns();

	for (int64_t end_ns = due + for_ns; due < end_ns && !ending;) {
		int64_t now = now_ns();

		for (; due <= now && link_of.asked - link_of.answered < RING; due += step)
			ask_next(due);
		listen_for(due > now ? due - now : 0);
	}
	while (link_of.answered < link_of.asked && !ending)
		listen_for(NS_SECOND);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(void)
{
	int64_t for_ns = opt.seconds * NS_SECOND;
	double alone, together;

	make_meeting();
	alone = as_fast_as_it_goes(1, for_ns);
	together = as_fast_as_it_goes(AT_ONCE, for_ns);
	waited.cap = (size_t)opt.rate * opt.seconds;
	waited.at = calloc(waited.cap, sizeof(*waited.at));
	must(waited.at != NULL, "memory");
	as_they_come(opt.rate, for_ns);
	must(waited.n > 0, "answers");
	qsort(waited.at, waited.n, sizeof(*waited.at), by_size);
	printf("{\"alone\":%.0f,\"together\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
	       "\"most_ms\":%.3f}\n",
		alone, together, waited.at[waited.n / 2], waited.at[waited.n * 99 / 100],
		waited.at[waited.n - 1]);
	free(waited.at);
}

static void asked_to_end(int number)
{
	(void)number;
	ending = 1;
}

static void serve(void)
{
	sync_ms = 0; /* the vault's alone */
	start(&serving, CHILD_SERVE);
	make_meeting();
	as_they_come(opt.serve, INT64_C(86400) * NS_SECOND);
	end(&serving);
}

/* -- options ----------------------------------------------------------------------- */
static bool take_option(const char *name, const char *value)
{
	const struct {
		const char *name;
		unsigned *at;
	} numbers[] = { { "--seconds", &opt.seconds }, { "--rate", &opt.rate },
		{ "--serve", &opt.serve }, { "--sync-ms", &sync_ms } };
	uint64_t n;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (strcmp(numbers[i].name, name) != 0)
			continue;
		if (!bytes_to_u64(bytes_str(value), 1000000, &n))
			return false;
		*numbers[i].at = (unsigned)n;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	bool is_right = argc >= 2 && argc % 2 == 0;

	for (int i = 2; is_right && i < argc; i += 2)
		is_right = take_option(argv[i], argv[i + 1]);
	if (!is_right || opt.seconds == 0 || opt.rate == 0) {
		(void)fputs("usage: bench-log-link CONFIG [--seconds N] [--rate N] "
			    "[--serve N] [--sync-ms N]\n",
			stderr);
		return 2;
	}
	must(secret_start() == 0, "libsodium");
	opt.config = argv[1];
	(void)signal(SIGTERM, asked_to_end);
	start(&vault, CHILD_VAULT);
	link_make();
	if (opt.serve > 0)
		serve();
	else
		measure();
	(void)close(link_of.fd);
	link_of.frames = frame_stream_free(link_of.frames);
	end(&vault);
	return 0;
}
