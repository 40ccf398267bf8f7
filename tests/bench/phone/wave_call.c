/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of one call, of whatever kind; those that talk go on until both heard each
 * other. A leg that is reported ended twice, or before its time, is a failure.
 */
#include "waves.h"

#include <stdio.h>
#include <stdlib.h>

#define LEGS       10 /* numbers of one call: browser 1, telephones 5 and 6 */
#define NUMBER     20000000
#define MOMENT_NS  UINT64_C(100000000)
#define PATIENT_NS UINT64_C(45000000000)

static struct waves
	*all; /* libre's and the gateway's callbacks have no argument for it */

void waves_begin(struct waves *w)
{
	all = w;
}

static void fail(const struct wave_call *o, const char *what)
{
	(void)fprintf(stderr, "call %u of kind %u, stage %u: %s\n", o->number, o->kind,
		o->stage, what);
	all->failed = true;
}

/* -- what the broker says ---------------------------------------------------------- */
static uint32_t leg_of(const struct wave_call *o, unsigned k)
{
	return LEGS * (o->number + 1) + k;
}

static struct phone_message about(
	const struct wave_call *o, enum phone_kind kind, uint32_t leg)
{
	return (struct phone_message){ .kind = kind, .leg = leg, .room = o->number + 1 };
}

static void order(
	const struct wave_call *o, enum phone_kind kind, unsigned k, uint8_t flags)
{
	struct phone_message m = about(o, kind, k ? leg_of(o, k) : o->in_leg);

	m.flags = flags;
	if (kind == PHONE_ORDER_HANG_UP)
		m.word = PHONE_CAUSE_HUNG_UP;
	gateway_order(&m);
}

static void number_of(const struct wave_call *o, unsigned k, char ret[16])
{
	(void)snprintf(ret, 16, "+45%08u", NUMBER + LEGS * o->number + k);
}

enum far_habit waves_habit(const char *number)
{
	unsigned i = ((unsigned)strtoul(number + 3, NULL, 10) - NUMBER) / LEGS;

	if (i >= all->count)
		return FAR_ANSWERS;
	return all->list[i].kind == WE_CANCEL ? FAR_RINGS
	       : all->list[i].kind == IS_BUSY ? FAR_IS_BUSY
					      : FAR_ANSWERS;
}

static void dial(struct wave_call *o, unsigned k)
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

static void answer(struct wave_call *o, enum phone_answer word)
{
	struct phone_message m = about(o, PHONE_ORDER_ANSWER, o->in_leg);

	m.word = (uint8_t)word;
	gateway_order(&m);
}

/* -- the life of a call ------------------------------------------------------------ */
static bool calls_in(const struct wave_call *o)
{
	return o->kind == CALLS_IN || o->kind == IS_REFUSED;
}

static void begin(struct wave_call *o)
{
	struct mbuf *offer = mbuf_alloc(2048);
	struct phone_message m = about(o, PHONE_ORDER_BROWSER, leg_of(o, 1));

	if (!offer || browser_peer_new(&o->browser, all->id, offer))
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

static void call(struct wave_call *o)
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

static void talk(struct wave_call *o)
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

static bool heard_each_other(const struct wave_call *o)
{
	return o->kind == WE_CANCEL || (o->to_phone.heard_ns && o->to_browser.heard_ns);
}

static void hang_up_there(const struct wave_call *o)
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

static void end(struct wave_call *o)
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

void wave_step(struct wave_call *o, uint64_t now)
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
static void all_answered(struct wave_call *o)
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

static void incoming(struct wave_call *o, uint32_t leg)
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

static void ended(struct wave_call *o, uint32_t leg, enum phone_cause why)
{
	bool is_browser = leg == leg_of(o, 1);

	if (o->open == 0) {
		fail(o, "a leg ended twice");
		return;
	}
	if (o->stage < ENDS && o->kind != IS_BUSY && o->kind != IS_REFUSED)
		fail(o, phone_cause_name(why));
	o->open--;
	all->ended++;
	if (!is_browser && (o->kind == IS_BUSY || o->kind == IS_REFUSED)) {
		o->stage = ENDS;
		order(o, PHONE_ORDER_HANG_UP, 1, 0);
	}
	if (o->open > 0 || o->stage != ENDS)
		return;
	o->stage = OVER;
	o->browser = mem_deref(o->browser);
	all->over++;
}

static struct wave_call *find(const struct phone_message *m)
{
	unsigned i = m->leg / LEGS - 1;

	if (m->kind == PHONE_REPORT_INCOMING && m->text.len == 11)
		i = ((unsigned)strtoul((const char *)m->text.at + 3, NULL, 10) - NUMBER) /
		    LEGS;
	else if (m->leg & PHONE_LEG_INCOMING)
		for (i = 0; i < all->begun && all->list[i].in_leg != m->leg;)
			i++;
	return i < all->begun ? &all->list[i] : NULL;
}

void waves_reported(const struct phone_message *m)
{
	struct wave_call *o = find(m);
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

void wave_speak(const struct wave_call *o)
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
