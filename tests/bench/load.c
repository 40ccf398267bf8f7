/* SPDX-License-Identifier: MPL-2.0
 *
 * Command line and result: reads what to do to which server, does it once, prints one
 * JSON object. It connects to loopback only.
 */
#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct options opt = { .mode = "setup",
	.port = 8443,
	.count = 1000,
	.at_once = 32,
	.settle_s = 1,
	.deadline_s = 300,
	.stop_s = 5 };

static const struct {
	const char *name;
	void (*run)(void);
	bool talks;
} modes[] = {
	{ "setup", mode_setup, true },
	{ "meeting", mode_meeting, true },
	{ "crowd", mode_crowd, true },
	{ "full", mode_full, true },
	{ "redeem", mode_redeem, false },
	{ "sign-in", mode_sign_in, false },
	{ "booking", mode_booking, false },
};

_Noreturn static void usage(void)
{
	(void)fputs(
		"usage: bench-load --speaks relay|mqtt|samtale --port N --pid N [--pid "
		"N]...\n"
		"       --mode setup|meeting|crowd|full|redeem|sign-in|booking\n"
		"  --count N     set-ups, meetings or requests that are counted (1000)\n"
		"  --crowd N     clients that meet first and then stay\n"
		"  --at-once N   in flight (32)       --first N   first seat to use (0)\n"
		"  --idle S      crowd: do nothing    --hold S    crowd: relay; full: "
		"knock\n"
		"  --rate N      messages or knocks a second\n"
		"  --settle S    quiet before the figures are read (1)\n"
		"  --deadline S  give up (300)\n"
		"  --seats FILE  from bench-prepare or --seats-out: meeting token staff "
		"seat device\n"
		"  --seats-out FILE  redeem: where seats and devices go\n"
		"  --password P  sign-in: of the bench's own users\n"
		"  --stop PID    crowd: that process stands still for --stop-s S (5) "
		"seconds,\n"
		"                from the second second of relaying on\n",
		stderr);
	exit(2);
}

/* -- seats ----------------------------------------------------------------------------
 */
static void next_word(char **at, char *ret, size_t cap)
{
	size_t n = strcspn(*at, " \n");

	if (n >= cap)
		die("load: seats");
	memcpy(ret, *at, n);
	ret[n] = '\0';
	*at += n + ((*at)[n] == ' ');
}

static void read_seats(const char *path)
{
	FILE *f = fopen(path, "r");
	char line[512];

	if (!f)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		struct seat *s;
		char *at = line;

		if (opt.seat_count % 1024 == 0)
			opt.seats = must_alloc(
				opt.seats, (opt.seat_count + 1024) * sizeof(*opt.seats));
		s = &opt.seats[opt.seat_count++];
		next_word(&at, s->meeting, sizeof(s->meeting));
		next_word(&at, s->token, sizeof(s->token));
		next_word(&at, s->staff, sizeof(s->staff));
		next_word(&at, s->seat, sizeof(s->seat));
		next_word(&at, s->device, sizeof(s->device));
	}
	(void)fclose(f);
}

/* -- options --------------------------------------------------------------------------
 */
static unsigned number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || end == text || n > 1000000)
		usage();
	return (unsigned)n;
}

static bool take_number(const char *name, const char *value)
{
	const struct {
		const char *name;
		unsigned *at;
	} numbers[] = { { "--port", &opt.port }, { "--count", &opt.count },
		{ "--crowd", &opt.crowd }, { "--at-once", &opt.at_once },
		{ "--first", &opt.first }, { "--idle", &opt.idle_s },
		{ "--hold", &opt.hold_s }, { "--rate", &opt.rate },
		{ "--settle", &opt.settle_s }, { "--deadline", &opt.deadline_s },
		{ "--stop", &opt.stop_pid }, { "--stop-s", &opt.stop_s } };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(numbers[i].name, name) == 0) {
			*numbers[i].at = number(value);
			return true;
		}
	}
	return false;
}

static void take_option(const char *name, const char *value)
{
	if (take_number(name, value))
		return;
	if (strcmp(name, "--pid") == 0 && opt.pid_count < PIDS_MAX)
		opt.pids[opt.pid_count++] = (int)number(value);
	else if (strcmp(name, "--mode") == 0)
		opt.mode = value;
	else if (strcmp(name, "--speaks") == 0)
		opt.tongue = tongue_find(value);
	else if (strcmp(name, "--seats") == 0)
		read_seats(value);
	else if (strcmp(name, "--seats-out") == 0)
		opt.seats_out = value;
	else if (strcmp(name, "--password") == 0)
		opt.password = value;
	else
		usage();
}

/* -- result ---------------------------------------------------------------------------
 */
static double cpu_s(const struct cost *from, const struct cost *to)
{
	return (double)(to->cpu_ns - from->cpu_ns) / NS_PER_S;
}

static void print_spread(const char *name, struct samples *s)
{
	(void)printf(",\"%s_p50_us\":%.0f,\"%s_p99_us\":%.0f,\"%s_n\":%zu", name,
		sample_at(s, .5), name, sample_at(s, .99), name, s->n);
}

static void print_result(void)
{
	struct rusage own;

	(void)getrusage(RUSAGE_SELF, &own);
	(void)printf("{\"mode\":\"%s\",\"setups\":%lu,\"talks\":%lu,\"requests\":%lu,"
		     "\"errors\":%lu,\"alive\":%lu,\"wall_s\":%.3f,\"cpu_s\":%.6f",
		opt.mode, fig.setups, fig.talks, fig.requests, fig.errors, fig.alive,
		fig.wall_s, cpu_s(&fig.before, &fig.after));
	(void)printf(",\"rest_rss_kib\":%ld,\"full_rss_kib\":%ld,\"left_rss_kib\":%ld,"
		     "\"rest_private_kib\":%ld",
		fig.rest.rss_kib, fig.full.rss_kib, fig.left.rss_kib,
		fig.rest.private_kib);
	(void)printf(",\"idle_s\":%.3f,\"idle_cpu_s\":%.6f,\"relay_s\":%.3f,"
		     "\"relay_cpu_s\":%.6f,\"sent\":%lu",
		fig.idle_s, cpu_s(&fig.idle_from, &fig.idle_to), fig.relay_s,
		cpu_s(&fig.relay_from, &fig.relay_to), fig.sent);
	print_spread("latency", &fig.latency);
	print_spread("late", &fig.late);
	print_spread("setup", &fig.setup);
	print_spread("talk", &fig.talk);
	(void)printf(",\"refused_clear\":%lu,\"refused_other\":%lu,\"let_in\":%lu"
		     ",\"load_cpu_s\":%.2f}\n",
		fig.refused_clear, fig.refused_other, fig.let_in,
		(double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) +
			(double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6);
}

int main(int argc, char *argv[])
{
	opt.tongue = tongue_find("relay");
	for (int i = 1; i + 1 < argc; i += 2)
		take_option(argv[i], argv[i + 1]);
	if (argc % 2 == 0 || !opt.tongue || opt.pid_count == 0 || opt.at_once == 0)
		usage();
	(void)signal(SIGPIPE, SIG_IGN);
	wire_start();
	talk_payloads();
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, opt.mode) != 0)
			continue;
		if (modes[i].talks)
			tongue_learn_build();
		modes[i].run();
		print_result();
		return 0;
	}
	usage();
}
