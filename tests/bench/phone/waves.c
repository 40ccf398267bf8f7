/* SPDX-License-Identifier: MPL-2.0
 *
 * A first half of the calls warms the gateway up; what it holds when all of that is over
 * is what it may hold when all of the rest is over.
 */
#include "waves.h"

#include <stdio.h>

#define AT_ONCE   20
#define CALLS_MAX 5000
#define START_MS  1500
#define LONG      200 /* calls; fewer are a test that has no time: by TCP */
/* Over UDP, SIP repeats itself for 32 s: for so long a transaction is remembered. */
#define REST_NS       UINT64_C(34000000000)
#define REST_SHORT_NS UINT64_C(500000000)
#define GROWTH_KIB    512

static struct {
	struct server *server;
	struct waves waves;
	unsigned warm;
	struct tmr tick;
	uint64_t next_ns, rest_ns, calm_ns;
	long rss_kib;
	unsigned descriptors;
	bool is_warm;
} me;

/* -- what is left ------------------------------------------------------------------ */
static bool is_grown(const char *what, long before, long after, long allowed)
{
	(void)printf("%s: %ld after %u calls, %ld after %u\n", what, before, me.warm,
		after, me.waves.count);
	return after > before + allowed;
}

static void judge(void)
{
	long rss = rss_anon_kib(me.server->pid);
	unsigned fds = descriptors(me.server->pid);

	(void)printf("%u legs began and ended\n", me.waves.ended);
	if (is_grown("descriptors", me.descriptors, fds, 0))
		me.waves.failed = true;
	if (is_grown("private memory, KiB", me.rss_kib, rss, GROWTH_KIB))
		me.waves.failed = true;
}

/* All calls of this part are over. True: of all. */
static bool is_calm(uint64_t now)
{
	unsigned part = me.is_warm ? me.waves.count : me.warm;

	if (me.waves.over < part) {
		me.calm_ns = now;
		return false;
	}
	if (now - me.calm_ns < me.rest_ns)
		return false;
	if (me.is_warm)
		return true;
	me.is_warm = true;
	me.rss_kib = rss_anon_kib(me.server->pid);
	me.descriptors = descriptors(me.server->pid);
	return false;
}

static void step_all(uint64_t now)
{
	unsigned part = me.is_warm ? me.waves.count : me.warm, busy = 0;

	for (unsigned i = 0; i < me.waves.begun; i++) {
		struct wave_call *o = &me.waves.list[i];

		if (o->stage == OVER)
			continue;
		busy += o->kind != BROWSER_IS_KILLED || o->stage != ENDS;
		wave_step(o, now);
	}
	if (me.waves.begun < part && busy < AT_ONCE)
		wave_step(&me.waves.list[me.waves.begun++], now);
}

static void tick(void *arg)
{
	uint64_t now = now_ns();

	(void)arg;
	for (; me.next_ns <= now; me.next_ns += TICK_NS)
		for (unsigned i = 0; i < me.waves.begun; i++)
			if (me.waves.list[i].stage != OVER)
				wave_speak(&me.waves.list[i]);
	step_all(now);
	if (is_calm(now)) {
		judge();
		re_cancel();
	} else if (me.waves.failed) {
		re_cancel();
	} else {
		tmr_start(&me.tick, (me.next_ns - now) / 1000000U + 1, tick, NULL);
	}
}

static void start(void *arg)
{
	(void)arg;
	me.next_ns = now_ns();
	tick(NULL);
}

static void stop(int signal_number)
{
	(void)signal_number;
	me.waves.failed = true;
	re_cancel();
}

/* Who is given up takes long: early in the second part, and there alone. */
static enum wave_kind kind_of(unsigned i)
{
	enum wave_kind kind = (enum wave_kind)(i % KINDS);

	if (kind == BROWSER_IS_KILLED && (i < me.warm || i > me.warm + 2 * KINDS))
		return TELEPHONE_HANGS_UP;
	return kind;
}

int waves_run(const char *program, const char *prompts, unsigned calls)
{
	static struct wave_call list[CALLS_MAX];
	const struct gateway_plan plan = { .program = program,
		.prompts = prompts,
		.far = { .habit = waves_habit, .tcp = calls < LONG },
		.report = waves_reported };

	if (!prompts || calls < 2 * KINDS || calls > CALLS_MAX ||
		dtls_id_new(&me.waves.id) < 0)
		return 2;
	me.waves.count = calls;
	me.waves.list = list;
	waves_begin(&me.waves);
	me.warm = calls / 2;
	me.rest_ns = calls < LONG ? REST_SHORT_NS : REST_NS;
	for (unsigned i = 0; i < calls; i++)
		list[i] = (struct wave_call){ .number = i, .kind = kind_of(i) };
	me.server = gateway_start(&plan);
	tmr_init(&me.tick);
	tmr_start(&me.tick, START_MS, start, NULL);
	(void)re_main(stop);
	if (!server_stop(me.server)) {
		(void)fprintf(stderr, "the gateway did not end cleanly\n");
		me.waves.failed = true;
	}
	return me.waves.failed;
}
