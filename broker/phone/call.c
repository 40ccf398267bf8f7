/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of a call: placed or come, ringing, answered, over. Limits of ringing, length
 * and silence are kept here, for libre has none. The owner is told of sound and hold by a
 * timer of 0 ms, because libre is still at work on the call when it learns of them, and
 * the owner may end the call in any hook.
 */
#include "call_inside.h"

#include "cause.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>

#define REPORT_TICKS 5

static void call_destroy(void *arg)
{
	struct call *c = arg;
	tmr_cancel(&c->ring);
	tmr_cancel(&c->end);
	tmr_cancel(&c->tick);
	tmr_cancel(&c->news);
	c->rtp = call_rtp_free(c->rtp);
	call_sdp_deinit(&c->sdp);
}

/* -- telling the owner -----------------------------------------------------------------
 */
void call_over(struct call *c, enum phone_cause why)
{
	if (c->over)
		return;
	c->over = true;
	c->sess = mem_deref(c->sess);
	tmr_cancel(&c->ring);
	tmr_cancel(&c->end);
	tmr_cancel(&c->tick);
	tmr_cancel(&c->news);
	if (c->taken)
		c->hooks.port.over(c->hooks.port.arg, why); /* c may be gone now */
	else
		(void)call_end(c, why);
}

static void on_news(void *arg)
{
	struct call *c = mem_ref(arg);
	if (c->open && !c->told_open) {
		c->told_open = true;
		c->hooks.port.open(c->hooks.port.arg);
	}
	if (!c->over && c->open && c->sdp.held != c->told_held) {
		c->told_held = c->sdp.held;
		c->quiet_since_ms = clock_boot_ms();
		c->hooks.port.held(c->hooks.port.arg, c->told_held);
	}
	mem_deref(c);
}

void call_news(struct call *c)
{
	if (!c->over && c->taken)
		tmr_start(&c->news, 0, on_news, c);
}

static void on_audio(void *arg, const struct audio_packet *p)
{
	const struct call *c = arg;
	if (c->open && !c->over && c->taken)
		c->hooks.port.audio(c->hooks.port.arg, p);
}

static void on_event(void *arg, const struct audio_packet *p)
{
	struct call *c = mem_ref(arg);
	if (c->open && !c->over && c->taken)
		c->hooks.port.event(c->hooks.port.arg, p);
	mem_deref(c);
}

/* -- its clocks
 * -------------------------------------------------------------------------- */
static void on_ring_end(void *arg)
{
	call_over(arg, PHONE_CAUSE_NO_ANSWER);
}

static void on_length_end(void *arg)
{
	call_over(arg, PHONE_CAUSE_TOO_LONG);
}

static void on_tick(void *arg)
{
	struct call *c = arg;
	struct port_figures f;
	const int64_t now = clock_boot_ms();

	tmr_start(&c->tick, 1000, on_tick, c);
	if (++c->ticks % REPORT_TICKS == 0)
		call_rtp_report(c->rtp);
	call_rtp_figures(c->rtp, &f);
	if (c->sdp.one_way)
		c->quiet_since_ms = now;
	if (f.last_in_ms > c->quiet_since_ms)
		c->quiet_since_ms = f.last_in_ms;
	if (now - c->quiet_since_ms > (int64_t)c->silence_s * MS_SECOND)
		call_over(c, PHONE_CAUSE_SILENT);
}

void call_begin(struct call *c)
{
	c->answered = true;
	c->answered_ms = c->quiet_since_ms = clock_boot_ms();
	tmr_cancel(&c->ring);
	tmr_start(&c->end, (uint64_t)c->max_s * 1000, on_length_end, c);
	tmr_start(&c->tick, 1000, on_tick, c);
}

/* -- making one
 * ---------------------------------------------------------------------------- */
static int call_new(struct call **ret, struct trunk *t)
{
	struct call *c = mem_zalloc(sizeof(*c), call_destroy);
	if (!c)
		return fault_here(ENOMEM);
	c->t = t;
	tmr_init(&c->ring);
	tmr_init(&c->end);
	tmr_init(&c->tick);
	tmr_init(&c->news);
	const struct rtp_hooks hooks = { c, on_audio, on_event };
	int e = call_rtp_new(&c->rtp, t, &hooks);
	if (!e)
		e = call_sdp_init(&c->sdp, t, call_rtp_port(c->rtp));
	if (e) {
		mem_deref(c);
		return e;
	}
	list_append(&t->calls, &c->le, c);
	t->call_count++;
	*ret = c;
	return 0;
}

static void discard(struct call *c)
{
	list_unlink(&c->le);
	c->t->call_count--;
	mem_deref(c);
}

int call_dial(struct call **ret, struct trunk *t, const struct call_dial *dial,
	const struct call_hooks *hooks)
{
	struct call *c = NULL;

	if (!number_is_e164(dial->number))
		return fault_here(
			EINVAL); /* checked by who orders; never into a header */
	if (t->closing || t->state == PHONE_TRUNK_DOWN || !t->targets.count)
		return CALL_E_DOWN;
	if (t->call_count >= (unsigned)t->s->phone_calls)
		return CALL_E_FULL;
	const int e = call_new(&c, t);
	if (e)
		return e == RTP_E_FULL ? CALL_E_FULL : e;
	c->outgoing = c->taken = true;
	c->hooks = *hooks;
	c->hide = dial->hide;
	c->max_s = dial->max_s;
	c->silence_s = dial->silence_s;
	c->progress = PHONE_PROGRESS_CALLING;
	if (re_snprintf(c->to, sizeof(c->to), "sip:%b@%s", dial->number.at,
		    dial->number.len, t->domain) < 0 ||
		call_connect(c, "") != 0) {
		discard(c);
		return CALL_E_DOWN;
	}
	tmr_start(&c->ring, (uint64_t)dial->ring_s * 1000, on_ring_end, c);
	trunk_ping_doubt(t->ping);
	*ret = c;
	return 0;
}

/* A number that its owner wants hidden stays hidden, asserted or not (RFC 3323, 3325). */
static bool wants_privacy(const struct sip_msg *msg)
{
	const struct sip_hdr *privacy = sip_msg_hdr(msg, SIP_HDR_PRIVACY);
	return !pl_strcasecmp(&msg->from.uri.user, "anonymous") ||
	       (privacy && (!re_regex(privacy->val.p, privacy->val.l, "id") ||
				   !re_regex(privacy->val.p, privacy->val.l, "user") ||
				   !re_regex(privacy->val.p, privacy->val.l, "header")));
}

static void read_caller(const struct sip_msg *msg, char number[NUMBER_MAX])
{
	const struct sip_hdr *asserted = sip_msg_hdr(msg, SIP_HDR_P_ASSERTED_IDENTITY);
	struct sip_addr addr;

	number[0] = 0;
	if (wants_privacy(msg))
		return;
	if (asserted && !sip_addr_decode(&addr, &asserted->val)) {
		const bool tel = !pl_strcasecmp(&addr.uri.scheme, "tel");
		if (number_read(pl_bytes(tel ? &addr.uri.host : &addr.uri.user), number))
			return;
	}
	if (!number_read(pl_bytes(&msg->from.uri.user), number))
		number[0] = 0;
}

static void refuse(struct trunk *t, const struct sip_msg *msg, enum phone_cause why)
{
	const struct cause_status s = cause_to_status(why);
	(void)sip_treply(NULL, t->sip, msg, s.scode, s.reason);
}

void call_come(struct trunk *t, const struct sip_msg *msg)
{
	char number[NUMBER_MAX];
	struct call *c = NULL;

	if (call_new(&c, t) != 0) {
		refuse(t, msg, PHONE_CAUSE_FULL);
		return;
	}
	if (mbuf_get_left(msg->mb) &&
		call_sdp_take(&c->sdp, msg->mb, true, c->rtp) != 0) {
		refuse(t, msg, PHONE_CAUSE_BAD_MEDIA);
		discard(c);
		return;
	}
	if (call_accept(c, msg) != 0) {
		refuse(t, msg, PHONE_CAUSE_FULL);
		discard(c);
		return;
	}
	read_caller(msg, number);
	mem_ref(c);
	t->hooks.incoming(t->hooks.arg, c, bytes_str(number));
	if (!c->taken && !c->over)
		(void)call_end(c, PHONE_CAUSE_FULL);
	mem_deref(c);
}

void call_take(struct call *c, const struct call_hooks *hooks, unsigned max_s,
	unsigned silence_s)
{
	c->hooks = *hooks;
	c->taken = true;
	c->max_s = max_s;
	c->silence_s = silence_s;
}

int call_answer(struct call *c)
{
	struct mbuf *desc = NULL;

	if (c->over || c->answered || !c->sess)
		return 0; /* over() is on its way or came */
	const int e = call_sdp_write(&c->sdp, !c->sdp.agreed, &desc);
	if (e)
		return fault_pass(e);
	const int failed = sipsess_answer(c->sess, 200, "OK", desc, TRUNK_ALLOW);
	mem_deref(desc);
	if (failed)
		return fault_here(failed);
	call_begin(c); /* open with the ACK: call_session.c */
	return 0;
}

struct call *call_end(struct call *c, enum phone_cause why)
{
	if (!c)
		return NULL;
	if (c->sess && !c->outgoing && !c->answered) {
		const struct cause_status s = cause_to_status(why);
		(void)sipsess_reject(c->sess, s.scode, s.reason, NULL);
	}
	c->over = true;
	c->taken = false;
	c->sess = mem_deref(c->sess);
	tmr_cancel(&c->ring);
	tmr_cancel(&c->end);
	tmr_cancel(&c->tick);
	tmr_cancel(&c->news);
	discard(c);
	return NULL;
}

/* -- all of them
 * ---------------------------------------------------------------------------- */
struct call *call_of_dialog(const struct trunk *t, const struct sip_msg *msg)
{
	for (const struct le *le = t->calls.head; le; le = le->next) {
		struct call *c = le->data;
		struct sip_dialog *dialog = sipsess_dialog(c->sess);
		if (!dialog)
			continue;
		if (sip_dialog_established(dialog) ? sip_dialog_cmp(dialog, msg)
						   : sip_dialog_cmp_half(dialog, msg))
			return c;
	}
	return NULL;
}

void call_redirected(struct trunk *t, const struct sip_msg *msg)
{
	struct call *c = call_of_dialog(t, msg);
	if (c && c->outgoing && !c->answered && !pl_strcmp(&msg->cseq.met, "INVITE"))
		call_over(c, PHONE_CAUSE_DECLINED);
}

void call_line_down(struct trunk *t)
{
	struct le *le = t->calls.head;
	while (le) {
		struct call *c = le->data;
		le = le->next;
		if (c->outgoing && !c->heard)
			call_over(c, PHONE_CAUSE_LINE_DOWN);
	}
}

void call_line_moved(struct trunk *t)
{
	struct le *le = t->calls.head;
	while (le) {
		struct call *c = le->data;
		le = le->next;
		if (!c->outgoing || c->heard || c->over)
			continue;
		c->sess = mem_deref(c->sess);
		if (call_connect(c, "") != 0)
			call_over(c, PHONE_CAUSE_LINE_DOWN);
	}
}

void call_close_all(struct trunk *t)
{
	while (t->calls.head) {
		struct call *c = t->calls.head->data;
		struct le *first = &c->le;
		call_over(c, PHONE_CAUSE_CANCELLED);
		if (t->calls.head == first)
			break; /* its owner frees it later */
	}
}

/* -- sound
 * ------------------------------------------------------------------------------------ */
void call_send(struct call *c, const struct audio_packet *p)
{
	if (c->open && !c->over && !c->sdp.held)
		call_rtp_send(c->rtp, p);
}

enum g711_law call_law(const struct call *c)
{
	return call_rtp_law(c->rtp);
}

bool call_is_open(const struct call *c)
{
	return c->open && !c->over;
}

bool call_is_held(const struct call *c)
{
	return c->sdp.held;
}

int64_t call_answered_ms(const struct call *c)
{
	return c->answered_ms;
}

void call_figures(const struct call *c, struct port_figures *ret)
{
	call_rtp_figures(c->rtp, ret);
}
