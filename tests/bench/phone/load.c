/* SPDX-License-Identifier: MPL-2.0
 *
 *	phone-load GATEWAY PROMPTS --calls N --seconds S [--mixed]
 *
 * Starts the gateway, brings N calls up, each between a browser and a telephone, lets
 *them talk for S seconds and prints one line of JSON: processor time of the gateway per
 * call-minute, memory per call, how long an order takes to be an INVITE, how long from
 *the confirmation to sound both ways, and the delay that the gateway adds. --mixed: a
 *second telephone in each room, so that nothing can be relayed; figures are per
 *telephone.
 */
#include "load.h"

#include "samtale/link/report.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CALLS_MAX 1000
#define SETTLE_NS                                                                        \
	(2 * 1000000000ULL) /* a relay begins when sound has flowed for a while */

struct one {
	struct browser_peer *browser;
	struct far_call *phone[2];
	struct pair pair;
	uint64_t dialled_ns, confirmed_ns, both_ns;
	bool dialled, confirmed, answered[2];
	uint64_t got_before[2];
};

static struct {
	pid_t pid;
	int reports, link;
	struct frame_stream *in;
	struct one one[CALLS_MAX];
	unsigned calls, phones, seconds;
	struct far *far;
	struct dtls_id *id;
	struct tmr tick;
	uint64_t next_ns, all_up_ns, measured_from_ns;
	double cpu_before;
	long rss_before;
	struct delays to_phone, to_browser, invite, both;
	unsigned up;
	int failed;
} me;

uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void note(struct delays *d, uint64_t ns)
{
	if (!d->list)
		d->list = calloc(DELAYS_MAX, sizeof(*d->list));
	if (d->list && d->n < DELAYS_MAX)
		d->list[d->n++] = ns;
}

/* -- sound ------------------------------------------------------------------------- */
struct mbuf *stream_packet(struct stream *s, struct beep *b)
{
	struct mbuf *mb = mbuf_alloc(12 + AUDIO_TICK + SRTP_GROWTH);
	bool loud = s->count++ % BEEP_EVERY == 10 || (b && b->at_once);

	if (!mb)
		abort();
	(void)mbuf_write_u8(mb, 0x80);
	(void)mbuf_write_u8(mb, 8);
	(void)mbuf_write_u16(mb, htons(s->seq++));
	(void)mbuf_write_u32(mb, htonl(s->ts));
	(void)mbuf_write_u32(mb, htonl(s->ssrc));
	s->ts += AUDIO_TICK;
	(void)mbuf_fill(mb,
		loud ? g711_encode(G711_ALAW, 20000) : g711_encode(G711_ALAW, 0),
		AUDIO_TICK);
	mb->pos = 0;
	if (loud && b) {
		b->sent_ns = now_ns();
		b->waited_for = true;
		b->at_once = false;
	}
	return mb;
}

void stream_heard(struct beep *b, const uint8_t *packet, size_t len, struct delays *d)
{
	int16_t first;

	if (!b->waited_for || len < 12 + AUDIO_TICK)
		return;
	first = g711_decode((packet[1] & 0x7f) == 8 ? G711_ALAW : G711_ULAW, packet[12]);
	if (abs(first) < 5000)
		return;
	b->waited_for = false;
	if (me.measured_from_ns)
		note(d, now_ns() - b->sent_ns);
}

/* -- the gateway ------------------------------------------------------------------- */
static double cpu_seconds(void)
{
	char path[64], text[1024], *at;
	unsigned long user = 0, system = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)me.pid);
	f = fopen(path, "re");
	if (!f || !fgets(text, sizeof(text), f))
		abort();
	(void)fclose(f);
	at = strrchr(text, ')');
	if (!at || sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			   &user, &system) != 2)
		abort();
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long rss_kib(void)
{
	char path[64], line[256];
	long kib = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)me.pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kib = strtol(line + 8, NULL, 10);
	if (f)
		(void)fclose(f);
	return kib;
}

static void order(enum phone_kind kind, uint32_t leg, uint64_t room, struct bytes text)
{
	static uint8_t buf[32 * 1024];
	struct writer w = writer_of(buf, sizeof(buf));
	struct phone_message m = { .kind = kind,
		.leg = leg,
		.room = room,
		.text = text,
		.value = kind == PHONE_ORDER_DIAL ? 30 : 0,
		.flags = kind == PHONE_ORDER_BROWSER ? PHONE_OWNER : 0,
		.word = kind == PHONE_ORDER_DIAL ? PHONE_CONFIRM_OWNER : 0 };

	phone_message_write(&w, &m);
	if (!writer_ok(&w) || write(me.link, w.at, w.len) != (ssize_t)w.len)
		abort();
}

/* Leg 10 i + 1 is the browser of room i, + 2 and + 3 its telephones. */
static void number_of(unsigned i, unsigned k, char buf[32])
{
	(void)snprintf(buf, 32, "+45%08u", 20000000 + i * 10 + k);
}

static void reported(const struct phone_message *m)
{
	struct one *o = &me.one[m->leg / 10 % CALLS_MAX];
	struct pl sdp = { (const char *)m->text.at, m->text.len };

	if (m->kind == PHONE_REPORT_SDP && browser_peer_answer(o->browser, &sdp))
		me.failed++;
	if (m->kind == PHONE_REPORT_ENDED) {
		(void)fprintf(stderr, "leg %u ended: %s\n", m->leg,
			phone_cause_name((enum phone_cause)m->word));
		me.failed++;
	}
	if (m->kind == PHONE_REPORT_PROGRESS && m->word == PHONE_PROGRESS_ANSWERED)
		o->answered[m->leg % 10 - 2] = true;
}

static void readable(int flags, void *arg)
{
	struct phone_message m;
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;

	(void)flags;
	(void)arg;
	if (frame_stream_room(me.in, &at, &room) != 0)
		abort();
	n = read(me.link, at, room);
	if (n <= 0) {
		(void)fprintf(stderr, "the gateway hung up on us\n");
		me.failed++;
		re_cancel();
		return;
	}
	frame_stream_added(me.in, (size_t)n);
	while (frame_stream_next(me.in, &f) == 0)
		if (phone_message_read(&f, false, &m) == 0)
			reported(&m);
}

static void write_config(const char *path, const char *prompts, uint16_t sip_port)
{
	FILE *f = fopen(path, "we");

	if (!f)
		abort();
	(void)fprintf(f,
		"[phone]\nserver = 127.0.0.1:%u\ntransport = udp\nnumber = +4570101010\n"
		"sip_port = 0\nmedia_port = 20000\naddress = 127.0.0.1\ncalls = 1000\n"
		"prompts = %s\nsilence_seconds = 600\n",
		sip_port, prompts);
	(void)fclose(f);
}

static void start(const char *program, const char *config)
{
	int pair[2], link[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link))
		abort();
	me.pid = fork();
	if (me.pid == 0) {
		if (dup2(pair[1], 3) == 3 && (pair[1] != 3 || fcntl(3, F_SETFD, 0) == 0))
			execl(program, program, "--config", config, (char *)NULL);
		_exit(127);
	}
	(void)close(pair[1]);
	me.reports = pair[0];
	me.link = link[0];
	if (report_give_link(pair[0], link[1]) < 0 || frame_stream_new(&me.in) < 0 ||
		fd_listen(me.link, FD_READ, readable, NULL))
		abort();
	(void)close(link[1]);
}

/* -- the run ----------------------------------------------------------------------- */
static void begin(unsigned i)
{
	struct one *o = &me.one[i];
	struct mbuf *offer = mbuf_alloc(2048);

	if (!offer || browser_peer_new(&o->browser, me.id, offer))
		abort();
	o->pair.d_phone = &me.to_phone;
	o->pair.d_browser = &me.to_browser;
	browser_peer_pair(o->browser, &o->pair);
	order(PHONE_ORDER_BROWSER, 10 * i + 1, i + 1, bytes_of(offer->buf, offer->end));
	mem_deref(offer);
}

static void dial(unsigned i)
{
	struct one *o = &me.one[i];
	char number[32];

	o->dialled = true;
	o->dialled_ns = now_ns();
	for (unsigned k = 0; k < me.phones; k++) {
		number_of(i, k, number);
		order(PHONE_ORDER_DIAL, 10 * i + 2 + k, i + 1, bytes_str(number));
	}
}

static void find_phones(unsigned i)
{
	struct one *o = &me.one[i];
	char number[32];

	for (unsigned k = 0; k < me.phones; k++) {
		if (o->phone[k])
			continue;
		number_of(i, k, number);
		o->phone[k] = far_find(me.far, number);
		if (o->phone[k] && k == 0) {
			far_call_pair(o->phone[k], &o->pair);
			note(&me.invite, far_call_came_ns(o->phone[k]) - o->dialled_ns);
		}
	}
}

static void confirm(unsigned i)
{
	struct one *o = &me.one[i];

	for (unsigned k = 0; k < me.phones; k++)
		if (!o->answered[k])
			return;
	o->confirmed = true;
	o->confirmed_ns = now_ns();
	o->pair.to_phone = o->pair.to_browser = (struct beep){ .at_once = true };
	for (unsigned k = 0; k < me.phones; k++)
		order(PHONE_ORDER_CONFIRM, 10 * i + 2 + k, 0, BYTES_NULL);
}

/* Sound both ways: the next beep of each side has come through. */
static void follow(unsigned i)
{
	struct one *o = &me.one[i];

	if (o->both_ns)
		return;
	if (!o->browser) {
		begin(i);
	} else if (!o->dialled) {
		if (browser_peer_is_up(o->browser))
			dial(i);
	} else if (!o->confirmed) {
		find_phones(i);
		confirm(i);
	} else if (o->pair.to_phone.sent_ns > o->confirmed_ns &&
		   o->pair.to_browser.sent_ns > o->confirmed_ns &&
		   !o->pair.to_phone.waited_for && !o->pair.to_browser.waited_for) {
		o->both_ns = now_ns();
		note(&me.both, o->both_ns - o->confirmed_ns);
		me.up++;
	}
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static double at_ms(struct delays *d, double part)
{
	if (d->n == 0)
		return -1;
	qsort(d->list, d->n, sizeof(*d->list), by_size);
	return (double)d->list[(size_t)((double)(d->n - 1) * part)] / 1e6;
}

static void finish(void)
{
	double seconds = (double)(now_ns() - me.measured_from_ns) / 1e9;
	double minutes = seconds / 60 * me.calls * me.phones;
	uint64_t sent = 0, got = 0;

	for (unsigned i = 0; i < me.calls; i++) {
		sent += browser_peer_counts(me.one[i].browser)->sent -
			me.one[i].got_before[0];
		got += far_call_counts(me.one[i].phone[0])->got - me.one[i].got_before[1];
	}
	(void)printf(
		"{\"calls\": %u, \"seconds\": %.1f, \"cpu_per_call_minute\": %.4f, "
		"\"kib_per_call\": %.1f, \"invite_ms\": %.2f, \"both_ways_ms\": %.1f, "
		"\"to_phone_p50_ms\": %.2f, \"to_phone_p99_ms\": %.2f, "
		"\"to_browser_p50_ms\": %.2f, \"to_browser_p99_ms\": %.2f, "
		"\"sent\": %llu, \"got\": %llu, \"failed\": %d}\n",
		me.calls * me.phones, seconds, (cpu_seconds() - me.cpu_before) / minutes,
		(double)(rss_kib() - me.rss_before) / (me.calls * me.phones),
		at_ms(&me.invite, 0.5), at_ms(&me.both, 0.5), at_ms(&me.to_phone, 0.5),
		at_ms(&me.to_phone, 0.99), at_ms(&me.to_browser, 0.5),
		at_ms(&me.to_browser, 0.99), (unsigned long long)sent,
		(unsigned long long)got, me.failed);
	re_cancel();
}

static void measure(void)
{
	me.measured_from_ns = now_ns();
	me.cpu_before = cpu_seconds();
	for (unsigned i = 0; i < me.calls; i++) {
		me.one[i].got_before[0] = browser_peer_counts(me.one[i].browser)->sent;
		me.one[i].got_before[1] = far_call_counts(me.one[i].phone[0])->got;
	}
}

static void tick(void *arg)
{
	uint64_t now = now_ns();
	unsigned begun = 0;

	(void)arg;
	while (me.next_ns <= now) {
		for (unsigned i = 0; i < me.calls; i++) {
			if (me.one[i].browser)
				browser_peer_tick(me.one[i].browser);
			for (unsigned k = 0; k < me.phones; k++)
				if (me.one[i].phone[k])
					far_call_tick(me.one[i].phone[k]);
		}
		me.next_ns += TICK_MS * 1000000U;
	}
	for (unsigned i = 0; i < me.calls && begun < 4; i++) {
		begun += !me.one[i].browser; /* not all handshakes at once */
		follow(i);
	}
	if (!me.all_up_ns && me.up == me.calls)
		me.all_up_ns = now;
	if (!me.measured_from_ns && me.all_up_ns && now - me.all_up_ns > SETTLE_NS)
		measure();
	if (me.measured_from_ns &&
		now_ns() - me.measured_from_ns > me.seconds * 1000000000ULL)
		finish();
	else
		tmr_start(&me.tick, (me.next_ns - now) / 1000000U + 1, tick, NULL);
}

static void settled(void *arg)
{
	(void)arg;
	me.rss_before = rss_kib();
	me.next_ns = now_ns();
	tick(NULL);
}

static void stop(int signal_number)
{
	(void)signal_number;
	re_cancel();
}

static bool parse(int argc, char **argv)
{
	me.calls = 10;
	me.seconds = 10;
	me.phones = 1;
	for (int i = 3; i < argc; i++) {
		if (strcmp(argv[i], "--mixed") == 0)
			me.phones = 2;
		else if (strcmp(argv[i], "--calls") == 0 && i + 1 < argc)
			me.calls = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
			me.seconds = (unsigned)strtoul(argv[++i], NULL, 10);
		else
			return false;
	}
	return argc >= 3 && me.calls > 0 && me.calls <= CALLS_MAX;
}

int main(int argc, char **argv)
{
	struct rlimit many = { 16384, 16384 };
	char config[] = "/tmp/phone-load-XXXXXX";
	struct sa bound;
	int fd;

	if (!parse(argc, argv)) {
		(void)fprintf(stderr, "usage: phone-load GATEWAY PROMPTS [--calls N] "
				      "[--seconds S] [--mixed]\n");
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &many);
	fd = mkstemp(config);
	if (fd < 0 || fd_setsize(16384) || libre_init())
		return 1;
	(void)close(fd);
	(void)poll_method_set(METHOD_EPOLL);
	srtp_box_start();
	if (dtls_id_new(&me.id) < 0 || far_new(&me.far, &bound))
		return 1;
	write_config(config, argv[2], sa_port(&bound));
	start(argv[1], config);
	tmr_start(
		&me.tick, 1500, settled, NULL); /* the first OPTIONS has been answered */
	(void)re_main(stop);
	(void)kill(me.pid, SIGTERM);
	(void)waitpid(me.pid, NULL, 0);
	(void)unlink(config);
	return me.failed > 0 || !me.measured_from_ns;
}
