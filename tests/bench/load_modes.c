/* SPDX-License-Identifier: MPL-2.0
 *
 * What is measured: set-ups, meetings (alone or beside a crowd that does nothing), a
 * crowd (memory of each, idle, latency of what it relays, what stays when it left), and a
 * server whose descriptors are used up.
 */
#include "load.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct talk *talks;
static unsigned talk_count;

static void make_talks(unsigned n)
{
	if (opt.seats && opt.first + n > opt.seat_count)
		die("load: too few seats");
	talks = must_alloc(NULL, (n + 1) * sizeof(*talks));
	for (unsigned i = 0; i < n; i++)
		talks[i] = (struct talk){ .number = opt.first + i, .epoch = 1 };
	talk_count = n;
}

static double seconds_since(uint64_t ns)
{
	return (double)(now_ns() - ns) / NS_PER_S;
}

/* Serves whatever comes for so long; the crowd keeps itself alive. */
static void pass(unsigned s, unsigned crowd)
{
	uint64_t end = now_ns() + s * (uint64_t)NS_PER_S;

	while (now_ns() < end) {
		wire_turn(now_ns() + NS_PER_S / 50);
		talks_ping(talks, crowd, now_ns());
	}
}

static void count_alive(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (int s = 0; s < 2; s++)
			fig.alive += talks[i].side[s] != NULL;
}

/* The work between before and after, with time for the server to see the last close. */
static void work(struct talk *t, unsigned n, unsigned sides)
{
	uint64_t from = now_ns();

	for (unsigned i = 0; i < n; i++)
		t[i].counted = true;
	cost_read(&fig.before);
	(void)talks_run(t, n, sides);
	fig.wall_s = seconds_since(from);
	pass(opt.settle_s, (unsigned)(t - talks));
	cost_read(&fig.after);
}

void mode_setup(void)
{
	mode_setup_only = true;
	make_talks(opt.count);
	work(talks, opt.count, 1);
}

void mode_meeting(void)
{
	unsigned crowd = opt.crowd / 2;

	make_talks(crowd + opt.count);
	mode_keeps = crowd > 0;
	if (crowd > 0) {
		(void)talks_run(talks, crowd, 2);
		pass(opt.settle_s, crowd);
		count_alive(crowd);
	}
	work(talks + crowd, opt.count, 2);
}

/* -- a crowd --------------------------------------------------------------------------
 */
static void send_one(void)
{
	for (int tries = 0; tries < 16; tries++) {
		uint64_t r = random_next();
		struct talk *t = &talks[(r >> 1) % talk_count];
		unsigned s = r & 1;

		if (!t->side[0] || !t->side[1] || t->sent_ns[s])
			continue;
		t->sent_ns[s] = now_ns();
		talk_candidate(t->side[s]);
		fig.sent++;
		return;
	}
}

/* A process that is not the one that relays: stopped, then let go on. */
static unsigned stop_signals;

static void stand_still(uint64_t since_ns)
{
	static const int signals[] = { SIGSTOP, SIGCONT };
	uint64_t at_s = stop_signals == 0 ? 1 : 1 + opt.stop_s;

	if (opt.stop_pid == 0 || stop_signals == 2 || since_ns < at_s * NS_PER_S)
		return;
	if (kill((pid_t)opt.stop_pid, signals[stop_signals++]) < 0)
		die("load: --stop");
}

static void relay(void)
{
	uint64_t from = now_ns(), end = from + opt.hold_s * (uint64_t)NS_PER_S;
	uint64_t gap = NS_PER_S / opt.rate, due = from + gap;

	mode_measures = true;
	cost_read(&fig.relay_from);
	while (now_ns() < end) {
		uint64_t now = now_ns();

		stand_still(now - from);
		talks_ping(talks, talk_count, now);
		for (; due <= now; due += gap) {
			sample_add(&fig.late, now - due);
			send_one();
		}
		wire_turn(due < end ? due : end);
	}
	if (stop_signals == 1)
		stand_still(UINT64_MAX);
	fig.relay_s = seconds_since(from);
	cost_read(&fig.relay_to);
	pass(1, talk_count);
}

static void all_leave(void)
{
	for (unsigned i = 0; i < talk_count; i++) {
		for (int s = 0; s < 2; s++) {
			if (talks[i].side[s])
				opt.tongue->leave(talks[i].side[s]);
			ws_goodbye(talks[i].side[s]);
		}
		if (i % 64 == 63)
			wire_turn(now_ns() + NS_PER_S / 10000);
	}
	mode_keeps = false;
	pass(3, 0);
}

void mode_crowd(void)
{
	uint64_t from;

	make_talks(opt.crowd / 2);
	mode_keeps = true;
	cost_read(&fig.rest);
	(void)talks_run(talks, talk_count, 2);
	pass(opt.settle_s, talk_count);
	cost_read(&fig.full);
	fig.idle_from = fig.full;
	from = now_ns();
	pass(opt.idle_s, talk_count);
	fig.idle_s = seconds_since(from);
	cost_read(&fig.idle_to);
	if (opt.rate > 0 && opt.hold_s > 0)
		relay();
	count_alive(talk_count);
	all_leave();
	cost_read(&fig.left);
}

/* -- descriptors used up --------------------------------------------------------------
 */
#define KNOCKS 512

struct knock {
	int fd;
	uint64_t born_ns;
};

/* A TLS alert before the end is a clear word; a bare end or silence is not. */
static void knock_look(struct knock *k)
{
	char got[64];
	ssize_t n = recv(k->fd, got, sizeof(got), MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN && now_ns() - k->born_ns < 2ull * NS_PER_S)
		return;
	if (n >= 7 && got[0] == 21)
		fig.refused_clear++;
	else if (n < 0 && errno == EAGAIN)
		fig.let_in++;
	else
		fig.refused_other++;
	(void)close(k->fd);
	k->fd = -1;
}

static void knock_for(unsigned s)
{
	static struct knock knocks[KNOCKS];
	uint64_t end = now_ns() + s * (uint64_t)NS_PER_S, due = now_ns();
	unsigned at = 0, salt = 0;

	for (unsigned i = 0; i < KNOCKS; i++)
		knocks[i].fd = -1;
	while (now_ns() < end) {
		if (opt.rate > 0 && now_ns() >= due) {
			due += NS_PER_S / opt.rate;
			at = (at + 1) % KNOCKS;
			if (knocks[at].fd < 0)
				knocks[at] =
					(struct knock){ wire_connect(salt++), now_ns() };
		}
		wire_turn(now_ns() + NS_PER_S / 500);
		for (unsigned i = 0; i < KNOCKS; i++)
			if (knocks[i].fd >= 0)
				knock_look(&knocks[i]);
		talks_ping(talks, talk_count, now_ns());
	}
	for (unsigned i = 0; i < KNOCKS; i++)
		if (knocks[i].fd >= 0)
			(void)close(knocks[i].fd);
}

void mode_full(void)
{
	uint64_t from;

	make_talks(opt.crowd);
	mode_keeps = mode_only_stays = true;
	(void)talks_run(talks, talk_count, 1);
	pass(opt.settle_s, talk_count);
	count_alive(talk_count);
	from = now_ns();
	cost_read(&fig.before);
	knock_for(opt.hold_s);
	cost_read(&fig.after);
	fig.wall_s = seconds_since(from);
}
