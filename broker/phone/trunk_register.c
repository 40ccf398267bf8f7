/* SPDX-License-Identifier: MPL-2.0
 *
 * Our registration with the operator (RFC 3261, 10). An own client instead of libre's,
 * for that one cannot answer a challenge of SHA-256. Refreshed after 80 % of what was
 * granted; refused credentials are tried again every minute, never faster, so that the
 * account is not locked.
 */
#include "trunk_inside.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define WISHED_S   600
#define REFUSED_MS 60000
#define FAILED_MS  5000
#define HEADER_MAX 2048

struct trunk_registrar {
	struct trunk *t;
	struct sip_request *request;
	struct tmr next;
	char call_id[24], tag[24];
	uint32_t cseq;
	struct digest_challenge challenge;
	uint32_t count; /* uses of the challenge; 0: there is none */
	unsigned tries; /* challenges in a row */
	bool in, leaving;
};

static void send_register(struct trunk_registrar *r);

static void on_due(void *arg)
{
	send_register(arg);
}

static uint32_t granted_s(const struct sip_msg *msg)
{
	struct pl value;
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);

	if (contact && !msg_param_decode(&contact->val, "expires", &value))
		return pl_u32(&value);
	return pl_isset(&msg->expires) ? pl_u32(&msg->expires) : WISHED_S;
}

static void succeeded(struct trunk_registrar *r, const struct sip_msg *msg)
{
	uint32_t s = granted_s(msg);
	if (s < 10)
		s = 10;
	if (s > WISHED_S)
		s = WISHED_S;
	r->tries = 0;
	r->in = true;
	tmr_start(&r->next, (uint64_t)s * 800, on_due, r);
	trunk_answers(r->t);
}

static void failed(struct trunk_registrar *r, bool refused)
{
	r->tries = 0;
	r->in = false;
	trunk_silent(r->t, refused);
	tmr_start(&r->next, refused ? REFUSED_MS : FAILED_MS, on_due, r);
}

/* True: answered by another try. A second challenge in a row counts only when it says
 * that our nonce was stale; else the password is wrong. */
static bool answer_challenge(struct trunk_registrar *r, const struct sip_msg *msg)
{
	struct digest_challenge c;
	if (!trunk_challenged(r->t, msg, &c) || r->tries >= 3 ||
		(r->tries > 0 && !c.stale))
		return false;
	r->challenge = c;
	r->count = 0;
	r->tries++;
	send_register(r);
	return true;
}

static void on_response(int err, const struct sip_msg *msg, void *arg)
{
	struct trunk_registrar *r = arg;

	if (!err && msg->scode < 200)
		return;
	if (!err && (msg->scode == 401 || msg->scode == 407) && answer_challenge(r, msg))
		return;
	if (r->leaving) {
		r->in = false;
		return;
	}
	if (!err && msg->scode < 300)
		succeeded(r, msg);
	else
		failed(r, !err && msg->scode < 500 && msg->scode != 408);
}

static int authorization(
	struct trunk_registrar *r, const char *uri, char *buf, size_t cap)
{
	buf[0] = 0;
	if (!r->challenge.nonce[0])
		return 0;
	const struct digest_request request = {
		.method = "REGISTER", .uri = uri, .count = ++r->count
	};
	return trunk_authorize(r->t, &r->challenge, &request, buf, cap);
}

static void send_register(struct trunk_registrar *r)
{
	struct trunk *t = r->t;
	char route[TRUNK_URI_MAX], uri[TRUNK_URI_MAX], header[HEADER_MAX];
	struct uri via;
	struct pl pl;

	if (r->request)
		return;
	(void)re_snprintf(uri, sizeof(uri), "sip:%s", t->domain);
	if (!trunk_route(t, route) ||
		authorization(r, uri, header, sizeof(header)) != 0) {
		tmr_start(&r->next, FAILED_MS, on_due, r);
		return;
	}
	pl_set_str(&pl, route);
	int e = uri_decode(&via, &pl);
	if (!e)
		e = sip_requestf(&r->request, t->sip, true, "REGISTER", uri, &via, NULL,
			NULL, on_response, r,
			"%s"
			"To: <sip:%s@%s>\r\n"
			"From: <sip:%s@%s>;tag=%s\r\n"
			"Call-ID: %s\r\n"
			"CSeq: %u REGISTER\r\n"
			"Contact: <%s>;expires=%u\r\n" TRUNK_ALLOW
			"Content-Length: 0\r\n\r\n",
			header, t->s->phone_user, t->domain, t->s->phone_user, t->domain,
			r->tag, r->call_id, ++r->cseq, t->contact,
			r->leaving ? 0 : WISHED_S);
	explicit_bzero(header, sizeof(header));
	if (e && !r->leaving)
		failed(r, false);
}

void trunk_registrar_start(struct trunk_registrar *r)
{
	r->in = false;
	tmr_cancel(&r->next);
	send_register(r);
}

void trunk_registrar_lost(struct trunk_registrar *r)
{
	r->in = false;
	tmr_cancel(&r->next);
}

void trunk_registrar_leave(struct trunk_registrar *r)
{
	tmr_cancel(&r->next);
	r->request = mem_deref(r->request);
	if (!r->in)
		return;
	r->leaving = true;
	send_register(r);
}

bool trunk_registrar_is_in(const struct trunk_registrar *r)
{
	return r->in;
}

bool trunk_registrar_is_busy(const struct trunk_registrar *r)
{
	return r->request || tmr_isrunning(&r->next);
}

int trunk_registrar_new(struct trunk_registrar **ret, struct trunk *t)
{
	struct trunk_registrar *r = calloc(1, sizeof(*r));
	if (!r)
		return fault_here(ENOMEM);
	r->t = t;
	tmr_init(&r->next);
	(void)re_snprintf(r->call_id, sizeof(r->call_id), "%016llx", rand_u64());
	(void)re_snprintf(r->tag, sizeof(r->tag), "%016llx", rand_u64());
	*ret = r;
	return 0;
}

struct trunk_registrar *trunk_registrar_free(struct trunk_registrar *r)
{
	if (r) {
		tmr_cancel(&r->next);
		r->request = mem_deref(r->request);
	}
	free(r);
	return NULL;
}
