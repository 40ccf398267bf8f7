/* SPDX-License-Identifier: MPL-2.0
 *
 * Each call is of one kind: who calls, who hangs up, what goes wrong. Those that talk go
 * on until both heard each other. A first part warms the gateway up; what it holds when
 * all of that is over is what it may hold when all of the rest is over. Killed browsers
 * are given up by the gateway after 15 s alone.
 */
#include "waves.h"

#include "load.h"

#include <stdio.h>
#include <stdlib.h>

#define AT_ONCE    20
#define CALLS_MAX  5000
#define LEGS       10 /* numbers of one call: browser 1, telephones 5 and 6 */
#define NUMBER     20000000
#define MOMENT_NS  UINT64_C(100000000)
#define PATIENT_NS UINT64_C(45000000000)
#define START_MS   1500
#define LONG       200 /* calls; fewer are a test that has no time */
/* Operators repeat themselves for 32 s: for so long a SIP transaction is remembered. */
#define REST_NS       UINT64_C(34000000000)
#define REST_SHORT_NS UINT64_C(500000000)
#define GROWTH_KIB    512

enum kind {
	WE_CLOSE_THE_ROOM,
	TELEPHONE_HANGS_UP,
	WE_CANCEL,
	IS_BUSY,
	BROWSER_CLOSES,
	BROWSER_IS_KILLED,
	CALLS_IN,
	IS_REFUSED,
	NEVER_CONFIRMED,
	TWO_TELEPHONES,
	KINDS
};
enum stage { WAITS, BEGUN, DIALLED, TALKS, ENDS, OVER };

struct one {
	enum kind kind;
	enum stage stage;
	uint64_t begun_ns, due_ns; /* due: of the next step, in TALKS */
	struct browser_peer *browser;
	uint32_t in_leg; /* of somebody who called in */
	unsigned open;   /* legs that are not reported ended */
	unsigned answered;
	struct beep to_phone, to_browser;
};

static struct {
	struct server *server;
	struct dtls_id *id;
	struct one one[CALLS_MAX];
	unsigned count, warm, begun, over, ended;
	struct tmr tick;
	uint64_t next_ns, rest_ns, calm_ns;
	long rss_kib;
	unsigned descriptors;
	bool is_warm, failed;
} me;

static void fail(const struct one *o, const char *what)
{
	(void)fprintf(stderr, "call %u of kind %u, stage %u: %s\n",
		(unsigned)(o - me.one), o->kind, o->stage, what);
	me.failed = true;
}

/* -- what the broker says ---------------------------------------------------------- */
static uint32_t leg_of(const struct one *o, unsigned k)
{
	return LEGS * (uint32_t)(o - me.one + 1) + k;
}

static struct phone_message about(const struct one *o, enum phone_kind kind, uint32_t leg)
{
	return (struct phone_message){
		.kind = kind, .leg = leg, .room = (uint64_t)(o - me.one) + 1
	};
}

static void order(const struct one *o, enum phone_kind kind, unsigned k, uint8_t flags)
{
	struct phone_message m = about(o, kind, k ? leg_of(o, k) : o->in_leg);

	m.flags = flags;
	if (kind == PHONE_ORDER_HANG_UP)
		m.word = PHONE_CAUSE_HUNG_UP;
	gateway_order(&m);
}

static void number_of(const struct one *o, unsigned k, char ret[16])
{
	(void)snprintf(ret, 16, "+45%08u", NUMBER + LEGS * (unsigned)(o - me.one) + k);
}

static enum far_habit habit(const char *number)
{
	unsigned i = ((unsigned)strtoul(number + 3, NULL, 10) - NUMBER) / LEGS;

	if (i >= me.count)
		return FAR_ANSWERS;
	return me.one[i].kind == WE_CANCEL ? FAR_RINGS
	       : me.one[i].kind == IS_BUSY ? FAR_IS_BUSY
					   : FAR_ANSWERS;
}

static void dial(struct one *o, unsigned k)
{
	char number[16];
	struct phone_message m = about(o, PHONE_ORDER_DIAL, leg_of(o, k));

	number_of(o, k, number);
	m.word = PHONE_CONFIRM_OWNER;
	m.value = 30;
	m.text = bytes_str(number);
	o->open++;
	gateway_order(&m);
}

static void answer(struct one *o, enum phone_answer word)
{
	struct phone_message m = about(o, PHONE_ORDER_ANSWER, o->in_leg);

	m.word = (uint8_t)word;
	gateway_order(&m);
}

/* -- the life of a call ------------------------------------------------------------ */
static bool calls_in(const struct one *o)
{
	return o->kind == CALLS_IN || o->kind == IS_REFUSED;
}

static void begin(struct one *o)
{
	struct mbuf *offer = mbuf_alloc(2048);
	struct phone_message m = about(o, PHONE_ORDER_BROWSER, leg_of(o, 1));

	if (!offer || browser_peer_new(&o->browser, me.id, offer))
		abort();
	browser_peer_voice(o->browser)->says = &o->to_phone;
	browser_peer_voice(o->browser)->hears = &o->to_browser;
	m.flags = PHONE_OWNER;
	m.text = bytes_of(offer->buf, offer->end);
	gateway_order(&m);
	mem_deref(offer);
	o->open++;
	o->begun_ns = now_ns();
	o->stage = BEGUN;
}

static void call(struct one *o)
{
	char number[16];

	if (!browser_peer_is_up(o->browser))
		return;
	o->stage = DIALLED;
	if (calls_in(o)) {
		number_of(o, 5, number);
		if (far_call_in(gateway_far(), gateway_sip(), number))
			fail(o, "cannot call");
		return;
	}
	dial(o, 5);
	if (o->kind == TWO_TELEPHONES)
		dial(o, 6);
}

static void talk(struct one *o)
{
	char number[16];
	struct far_call *c;

	number_of(o, 5, number);
	c = far_find(gateway_far(), number);
	if (c) {
		telephone_voice(far_call_telephone(c))->says = &o->to_browser;
		telephone_voice(far_call_telephone(c))->hears = &o->to_phone;
	}
	o->to_phone = o->to_browser = (struct beep){ .at_once = true };
	o->due_ns = now_ns() + MOMENT_NS;
	o->stage = TALKS;
}

static bool heard_each_other(const struct one *o)
{
	return o->kind == WE_CANCEL || (o->to_phone.heard_ns && o->to_browser.heard_ns);
}

static void hang_up_there(const struct one *o)
{
	char number[16];
	struct far_call *c;

	number_of(o, 5, number);
	c = far_find(gateway_far(), number);
	if (c)
		far_hang_up(c);
	else
		fail(o, "the telephone is not in a call");
}

static void end(struct one *o)
{
	o->stage = ENDS;
	if (o->kind == TELEPHONE_HANGS_UP || o->kind == CALLS_IN) {
		hang_up_there(o);
		order(o, PHONE_ORDER_HANG_UP, 1, 0);
	} else if (o->kind == WE_CANCEL || o->kind == NEVER_CONFIRMED) {
		order(o, PHONE_ORDER_HANG_UP, 5, 0);
		order(o, PHONE_ORDER_HANG_UP, 1, 0);
	} else if (o->kind == BROWSER_CLOSES) {
		o->browser = mem_deref(o->browser);
		order(o, PHONE_ORDER_HANG_UP, 5, 0);
	} else if (o->kind == BROWSER_IS_KILLED) {
		browser_peer_kill(o->browser);
		order(o, PHONE_ORDER_HANG_UP, 5, 0);
	} else {
		order(o, PHONE_ORDER_CLOSE_ROOM, 0, 0);
	}
}

static void step(struct one *o, uint64_t now)
{
	if (o->stage == WAITS)
		begin(o);
	else if (o->stage == BEGUN)
		call(o);
	else if (o->stage == TALKS && now >= o->due_ns && heard_each_other(o))
		end(o);
	if (now > o->begun_ns + PATIENT_NS)
		fail(o, "nothing happens");
}

/* -- what the gateway says --------------------------------------------------------- */
static void all_answered(struct one *o)
{
	if (++o->answered < (o->kind == TWO_TELEPHONES ? 2 : 1))
		return;
	if (o->kind != NEVER_CONFIRMED)
		order(o, PHONE_ORDER_CONFIRM, 5, 0);
	if (o->kind == TWO_TELEPHONES) {
		order(o, PHONE_ORDER_CONFIRM, 6, 0);
		order(o, PHONE_ORDER_MUTE, 6, PHONE_ON);
		order(o, PHONE_ORDER_HOLD, 6, PHONE_ON);
	}
	talk(o);
}

static void incoming(struct one *o, uint32_t leg)
{
	o->in_leg = leg;
	o->open++;
	if (o->kind == IS_REFUSED) {
		answer(o, PHONE_ANSWER_REFUSE);
		return;
	}
	answer(o, PHONE_ANSWER_LOBBY);
	order(o, PHONE_ORDER_ADMIT, 0, 0);
	talk(o);
}

static void ended(struct one *o, uint32_t leg, enum phone_cause why)
{
	bool is_browser = leg == leg_of(o, 1);

	if (o->open == 0) {
		fail(o, "a leg ended twice");
		return;
	}
	if (o->stage < ENDS && o->kind != IS_BUSY && o->kind != IS_REFUSED)
		fail(o, phone_cause_name(why));
	o->open--;
	me.ended++;
	if (!is_browser && (o->kind == IS_BUSY || o->kind == IS_REFUSED)) {
		o->stage = ENDS;
		order(o, PHONE_ORDER_HANG_UP, 1, 0);
	}
	if (o->open > 0 || o->stage != ENDS)
		return;
	o->stage = OVER;
	o->browser = mem_deref(o->browser);
	me.over++;
}

static struct one *find(const struct phone_message *m)
{
	unsigned i = m->leg / LEGS - 1;

	if (m->kind == PHONE_REPORT_INCOMING && m->text.len == 11)
		i = ((unsigned)strtoul((const char *)m->text.at + 3, NULL, 10) - NUMBER) /
		    LEGS;
	else if (m->leg & PHONE_LEG_INCOMING)
		for (i = 0; i < me.begun && me.one[i].in_leg != m->leg;)
			i++;
	return i < me.begun ? &me.one[i] : NULL;
}

static void reported(const struct phone_message *m)
{
	struct one *o = find(m);
	struct pl sdp = { (const char *)m->text.at, m->text.len };

	if (!o)
		return;
	if (m->kind == PHONE_REPORT_SDP && browser_peer_answer(o->browser, &sdp))
		fail(o, "no answer that a browser takes");
	else if (m->kind == PHONE_REPORT_PROGRESS && m->word == PHONE_PROGRESS_ANSWERED)
		all_answered(o);
	else if (m->kind == PHONE_REPORT_PROGRESS && m->word == PHONE_PROGRESS_RINGING &&
		 o->kind == WE_CANCEL)
		talk(o);
	else if (m->kind == PHONE_REPORT_INCOMING)
		incoming(o, m->leg);
	else if (m->kind == PHONE_REPORT_ENDED)
		ended(o, m->leg, (enum phone_cause)m->word);
}

/* -- what is left ------------------------------------------------------------------ */
static bool is_grown(const char *what, long before, long after, long allowed)
{
	(void)printf("%s: %ld after %u calls, %ld after %u\n", what, before, me.warm,
		after, me.count);
	return after > before + allowed;
}

static void judge(void)
{
	long rss = rss_anon_kib(me.server->pid);
	unsigned fds = descriptors(me.server->pid);

	(void)printf("%u legs began and ended\n", me.ended);
	if (is_grown("descriptors", me.descriptors, fds, 0))
		me.failed = true;
	if (is_grown("private memory, KiB", me.rss_kib, rss, GROWTH_KIB))
		me.failed = true;
}

/* All calls of this part are over. True: of all. */
static bool is_calm(uint64_t now)
{
	unsigned part = me.is_warm ? me.count : me.warm;

	if (me.over < part) {
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
	unsigned part = me.is_warm ? me.count : me.warm, busy = 0;

	for (unsigned i = 0; i < me.begun; i++) {
		struct one *o = &me.one[i];

		if (o->stage == OVER)
			continue;
		busy += o->kind != BROWSER_IS_KILLED || o->stage != ENDS;
		step(o, now);
	}
	if (me.begun < part && busy < AT_ONCE)
		step(&me.one[me.begun++], now);
}

static void speak(const struct one *o)
{
	char number[16];
	struct far_call *c;

	if (o->browser)
		browser_peer_tick(o->browser);
	for (unsigned k = 5; k < 7; k++) {
		number_of(o, k, number);
		c = far_find(gateway_far(), number);
		if (c)
			telephone_tick(far_call_telephone(c));
	}
}

static void tick(void *arg)
{
	uint64_t now = now_ns();

	(void)arg;
	for (; me.next_ns <= now; me.next_ns += TICK_NS)
		for (unsigned i = 0; i < me.begun; i++)
			if (me.one[i].stage != OVER)
				speak(&me.one[i]);
	step_all(now);
	if (is_calm(now)) {
		judge();
		re_cancel();
	} else if (me.failed) {
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
	me.failed = true;
	re_cancel();
}

/* Who is given up takes long: early in the second part, and there alone. */
static enum kind kind_of(unsigned i)
{
	enum kind kind = (enum kind)(i % KINDS);

	if (kind == BROWSER_IS_KILLED && (i < me.warm || i > me.warm + 2 * KINDS))
		return TELEPHONE_HANGS_UP;
	return kind;
}

int waves_run(const char *program, const char *prompts, unsigned calls)
{
	const struct gateway_plan plan = { .program = program,
		.prompts = prompts,
		.far = { .habit = habit, .tcp = calls < LONG },
		.report = reported };

	if (!prompts || calls < 2 * KINDS || calls > CALLS_MAX || dtls_id_new(&me.id) < 0)
		return 2;
	me.count = calls;
	me.warm = calls / 2;
	me.rest_ns = calls < LONG ? REST_SHORT_NS : REST_NS;
	for (unsigned i = 0; i < calls; i++)
		me.one[i].kind = kind_of(i);
	me.server = gateway_start(&plan);
	tmr_init(&me.tick);
	tmr_start(&me.tick, START_MS, start, NULL);
	(void)re_main(stop);
	if (!server_stop(me.server)) {
		(void)fprintf(stderr, "the gateway did not end cleanly\n");
		me.failed = true;
	}
	return me.failed;
}
