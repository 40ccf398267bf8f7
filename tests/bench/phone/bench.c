/* SPDX-License-Identifier: MPL-2.0
 *
 *	bench-phone [options] PROGRAM
 *
 * Starts PROGRAM (samtale-phone, or rtpengine), brings rooms up, lets everybody in them
 * speak for a while and prints one line of JSON.
 *
 *	--prompts FOLDER   of samtale-phone
 *	--rooms N, --seconds S
 *	--room SHAPE       what a room is: call (browser and telephone: is relayed), mixed
 *	                   (the same and a silent telephone on hold, so that nothing can
 *	                   be relayed), phones (browser, two telephones), browsers (two
 *	                   browsers, telephone)
 *	--suite NAME       gcm; sha1: AES-CM with HMAC-SHA1-80
 *	--waves N          no load but N calls of every kind, begun and ended: waves.c
 *
 * Packets of a room leave in a slot of their own of the 20 ms, so that the server meets
 * no bursts that are ours.
 */
#include "load.h"
#include "waves.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define SLOTS     10
#define SLOT_NS   (TICK_NS / SLOTS)
#define SETTLE_NS UINT64_C(3000000000) /* relaying begins when sound has flowed */
#define UP_NS     UINT64_C(120000000000)
#define START_MS  1500 /* the first OPTIONS has been answered */

#define GCM  "SRTP_AEAD_AES_128_GCM"
#define SHA1 "SRTP_AES128_CM_SHA1_80"

enum kind { CALL, MIXED, PHONES, BROWSERS };

static const struct {
	const char *name;
	struct shape shape;
} shapes[] = {
	[CALL] = { "call", { 1, 1, false } },
	[MIXED] = { "mixed", { 1, 2, true } },
	[PHONES] = { "phones", { 1, 2, false } },
	[BROWSERS] = { "browsers", { 2, 1, false } },
};

struct options {
	const char *program, *prompts, *suite;
	enum kind kind;
	unsigned rooms, waves;
	uint64_t seconds;
};

struct state { /* of all, at one moment */
	uint64_t ns, came, lost, dropped;
	double cpu_s;
};

static struct {
	struct rooms rooms;
	uint64_t seconds, began_ns, next_ns, up_ns;
	unsigned slot;
	long rss_before;
	struct state from;
	struct spans late; /* we ourselves */
	struct tmr tick;
	bool good;
} me;

static void listen_to(struct state *s, const struct voice *v)
{
	s->came += v->in.came;
	s->lost += v->in.lost;
}

static struct state look(void)
{
	const struct shape *shape = &me.rooms.shape;
	struct state s = { .ns = now_ns(),
		.cpu_s = cpu_seconds(me.rooms.server->pid),
		.dropped = datagrams_dropped(me.rooms.server->pid) };

	for (unsigned i = 0; i < me.rooms.count; i++) {
		struct room *room = &me.rooms.list[i];

		for (unsigned k = 0; k < shape->browsers; k++)
			listen_to(&s, browser_peer_voice(room->browser[k]));
		for (unsigned k = 0; k < shape->phones; k++)
			listen_to(&s, telephone_voice(room->phone[k]));
	}
	return s;
}

static void measure(void)
{
	for (unsigned i = 0; i < me.rooms.count; i++) {
		me.rooms.list[i].to_phone.into = &me.rooms.to_phone;
		me.rooms.list[i].to_browser.into = &me.rooms.to_browser;
	}
	me.late.n = 0;
	me.from = look();
}

static void print(void)
{
	struct state to = look();
	double seconds = (double)(to.ns - me.from.ns) / 1e9, n = me.rooms.count;
	double listeners = n * (me.rooms.shape.browsers + me.rooms.shape.phones);
	double expected = listeners * seconds * 1e9 / (double)TICK_NS;

	(void)printf("{\"rooms\": %u, \"seconds\": %.1f, \"cpu_percent\": %.2f, "
		     "\"cpu_per_room_minute\": %.4f, \"kib_per_room\": %.1f, ",
		me.rooms.count, seconds, 100 * (to.cpu_s - me.from.cpu_s) / seconds,
		(to.cpu_s - me.from.cpu_s) / (seconds / 60 * n),
		(double)(rss_anon_kib(me.rooms.server->pid) - me.rss_before) / n);
	(void)printf("\"invite_ms\": %.2f, \"both_ways_ms\": %.1f, "
		     "\"both_ways_p99_ms\": %.1f, \"to_phone_p50_ms\": %.2f, "
		     "\"to_phone_p99_ms\": %.2f, \"to_browser_p50_ms\": %.2f, "
		     "\"to_browser_p99_ms\": %.2f, ",
		spans_ms(&me.rooms.invite, 0.5), spans_ms(&me.rooms.both_ways, 0.5),
		spans_ms(&me.rooms.both_ways, 0.99), spans_ms(&me.rooms.to_phone, 0.5),
		spans_ms(&me.rooms.to_phone, 0.99), spans_ms(&me.rooms.to_browser, 0.5),
		spans_ms(&me.rooms.to_browser, 0.99));
	(void)printf("\"lost\": %llu, \"dropped\": %llu, \"heard_percent\": %.2f, "
		     "\"late_p99_ms\": %.2f}\n",
		(unsigned long long)(to.lost - me.from.lost),
		(unsigned long long)(to.dropped - me.from.dropped),
		100 * (double)(to.came - me.from.came) / expected,
		spans_ms(&me.late, 0.99));
}

/* True: the run is over. */
static bool step(uint64_t now)
{
	rooms_follow(&me.rooms);
	if (!me.up_ns && me.rooms.up == me.rooms.count)
		me.up_ns = now;
	if (!me.from.ns && me.up_ns && now - me.up_ns > SETTLE_NS)
		measure();
	if (!me.up_ns && now - me.began_ns > UP_NS) {
		(void)fprintf(stderr, "only %u rooms came up\n", me.rooms.up);
		return true;
	}
	if (!me.from.ns || now_ns() - me.from.ns < me.seconds * 1000000000U)
		return false;
	print();
	me.good = true;
	return true;
}

static void tick(void *arg)
{
	uint64_t now = now_ns();

	(void)arg;
	while (me.next_ns <= now) {
		spans_add(&me.late, now - me.next_ns);
		for (unsigned i = me.slot; i < me.rooms.count; i += SLOTS)
			room_speak(&me.rooms.list[i]);
		me.slot = (me.slot + 1) % SLOTS;
		me.next_ns += SLOT_NS;
	}
	if (step(now))
		re_cancel();
	else
		tmr_start(&me.tick, (me.next_ns - now) / 1000000U + 1, tick, NULL);
}

static void settled(void *arg)
{
	(void)arg;
	me.rss_before = rss_anon_kib(me.rooms.server->pid);
	me.began_ns = me.next_ns = now_ns();
	tick(NULL);
}

static void stop(int signal_number)
{
	(void)signal_number;
	re_cancel();
}

/* -- options ----------------------------------------------------------------------- */
static bool take_kind(struct options *o, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (strcmp(name, shapes[i].name) == 0) {
			o->kind = (enum kind)i;
			return true;
		}
	return false;
}

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option names[] = { { "prompts", 1, NULL, 'p' },
		{ "rooms", 1, NULL, 'n' }, { "seconds", 1, NULL, 's' },
		{ "room", 1, NULL, 'r' }, { "suite", 1, NULL, 'c' },
		{ "waves", 1, NULL, 'w' }, { NULL, 0, NULL, 0 } };
	bool good = true;

	*o = (struct options){ .suite = GCM, .rooms = 10, .seconds = 10 };
	for (int c; (c = getopt_long(argc, argv, "", names, NULL)) != -1;) {
		if (c == 'p')
			o->prompts = optarg;
		else if (c == 'n')
			o->rooms = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 's')
			o->seconds = strtoul(optarg, NULL, 10);
		else if (c == 'c')
			o->suite = strcmp(optarg, "sha1") == 0 ? SHA1 : GCM;
		else if (c == 'w')
			o->waves = (unsigned)strtoul(optarg, NULL, 10);
		else
			good = good && c == 'r' && take_kind(o, optarg);
	}
	o->program = optind + 1 == argc ? argv[optind] : NULL;
	return good && o->program && o->rooms > 0 && o->rooms <= ROOMS_MAX;
}

static bool start(const struct options *o)
{
	struct rooms *all = &me.rooms;
	const struct gateway_plan plan = { .program = o->program, .prompts = o->prompts };

	all->count = o->rooms;
	all->shape = shapes[o->kind].shape;
	all->list = calloc(o->rooms, sizeof(*all->list));
	if (!all->list || dtls_id_new(&all->id) < 0)
		return false;
	for (unsigned i = 0; i < o->rooms; i++)
		all->list[i] = (struct room){ .all = all, .number = i };
	if (tls_set_srtp(dtls_id_tls(all->id), o->suite))
		return false;
	all->server = o->prompts ? gateway_start(&plan) : engine_start(o->program);
	me.seconds = o->seconds;
	tmr_init(&me.tick);
	tmr_start(&me.tick, START_MS, settled, NULL);
	return true;
}

int main(int argc, char **argv)
{
	struct rlimit many = { 16384, 16384 };
	struct options o;

	if (!parse(argc, argv, &o)) {
		(void)fprintf(stderr,
			"bench-phone: see the head of tests/bench/phone/bench.c\n");
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &many);
	if (fd_setsize(16384) || libre_init())
		return 1;
	(void)poll_method_set(METHOD_EPOLL);
	srtp_box_start();
	if (o.waves > 0)
		return waves_run(o.program, o.prompts, o.waves);
	if (!start(&o))
		return 1;
	(void)re_main(stop);
	(void)server_stop(me.rooms.server);
	return me.good ? 0 : 1;
}
