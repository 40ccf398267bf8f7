/* SPDX-License-Identifier: MPL-2.0
 *
 * OPTIONS to the trunk. Any final answer means that it lives, except 408 and 503, by
 * which a proxy says that nothing is behind it. libre would wait 32 s for a datagram that
 * nobody answers; here five seconds without an answer are enough, of which UDP sends four
 * times. A connection that is lost between two pings is noticed at once.
 */
#include "trunk_inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define LOOKUP_EVERY 20      /* pings: the server's addresses may change */
#define FRESH_MS     2000    /* an answer so young needs no other before a call */
#define WATCH_S      4000000 /* never: the watch is to tell of the loss, not to send */

struct trunk_ping {
	struct trunk *t;
	struct sip_request *request;
	struct sip_keepalive *watch; /* of the connection that the last answer came by */
	struct tmr next, patience;
	int64_t answered_ms;
	uint32_t cseq;
	char call_id[24];
};

static void on_due(void *arg)
{
	trunk_ping_now(arg);
}

static void schedule(struct trunk_ping *p)
{
	const bool fine = p->t->state == PHONE_TRUNK_UP;
	tmr_start(&p->next, fine ? TRUNK_PING_MS : TRUNK_RETRY_MS, on_due, p);
}

static void forget(struct trunk_ping *p)
{
	tmr_cancel(&p->patience);
	p->request = mem_deref(p->request);
}

static void on_no_answer(void *arg)
{
	struct trunk_ping *p = arg;
	forget(p);
	trunk_silent(p->t, false);
	schedule(p);
}

static bool is_fresh(const struct trunk_ping *p)
{
	return clock_boot_ms() - p->answered_ms <= FRESH_MS;
}

/* An idle one may be closed by any server, so this is a question, not yet a miss. One
 * that closes after each answer is not asked in a circle. */
static void on_lost(int err, void *arg)
{
	struct trunk_ping *p = arg;
	(void)err;
	if (!p->request)
		tmr_start(&p->next, is_fresh(p) ? TRUNK_RETRY_MS : 0, on_due, p);
}

static void watch(struct trunk_ping *p, const struct sip_msg *msg)
{
	p->watch = mem_deref(p->watch);
	if (msg->tp != SIP_TRANSP_UDP)
		(void)sip_keepalive_start(&p->watch, p->t->sip, msg, WATCH_S, on_lost, p);
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct trunk_ping *p = arg;

	if (!err && msg->scode < 200)
		return;
	tmr_cancel(&p->patience);
	if (!err)
		trunk_guard(p->t, msg);
	if (err || msg->scode == 408 || msg->scode == 503) {
		trunk_silent(p->t, false);
	} else {
		p->answered_ms = clock_boot_ms();
		watch(p, msg);
		trunk_answers(p->t);
	}
	schedule(p);
}

/* Contact needs the local address, which is known only here (RFC 3261, 11.1). */
static int on_send(enum sip_transp tp, const struct sa *src, const struct sa *dst,
	struct mbuf *mb, void *arg)
{
	const struct trunk_ping *p = arg;
	(void)tp;
	(void)src;
	(void)dst;
	return mbuf_printf(mb, "Contact: <%s>\r\n", p->t->contact);
}

void trunk_ping_now(struct trunk_ping *p)
{
	struct trunk *t = p->t;
	char route[TRUNK_URI_MAX], uri[TRUNK_URI_MAX];
	struct uri via;
	struct pl pl;

	if (p->request || t->closing)
		return;
	if (!trunk_route(t, route)) {
		trunk_lookup_start(t->lookup);
		schedule(p);
		return;
	}
	if (p->cseq % LOOKUP_EVERY == LOOKUP_EVERY - 1)
		trunk_lookup_start(t->lookup);
	pl_set_str(&pl, route);
	(void)re_snprintf(uri, sizeof(uri), "sip:%s", t->domain);
	tmr_start(&p->patience, TRUNK_PATIENCE_MS, on_no_answer, p);
	if (uri_decode(&via, &pl) == 0 &&
		sip_requestf(&p->request, t->sip, true, "OPTIONS", uri, &via, NULL,
			on_send, on_response, p,
			"To: <%s>\r\n"
			"From: <%s>;tag=%016llx\r\n"
			"Call-ID: %s\r\n"
			"CSeq: %u OPTIONS\r\n"
			"Accept: application/sdp\r\n"
			"Content-Length: 0\r\n\r\n",
			uri, uri, rand_u64(), p->call_id, ++p->cseq) == 0)
		return;
	/* Not even sent: no route to it. */
	on_no_answer(p);
}

void trunk_ping_doubt(struct trunk_ping *p)
{
	if (!is_fresh(p))
		trunk_ping_now(p);
}

int trunk_ping_new(struct trunk_ping **ret, struct trunk *t)
{
	struct trunk_ping *p = calloc(1, sizeof(*p));
	if (!p)
		return fault_here(ENOMEM);
	p->t = t;
	tmr_init(&p->next);
	tmr_init(&p->patience);
	(void)re_snprintf(p->call_id, sizeof(p->call_id), "%016llx", rand_u64());
	p->answered_ms = INT64_MIN / 2;
	*ret = p;
	return 0;
}

struct trunk_ping *trunk_ping_free(struct trunk_ping *p)
{
	if (p) {
		tmr_cancel(&p->next);
		p->watch = mem_deref(p->watch);
		forget(p);
	}
	free(p);
	return NULL;
}
