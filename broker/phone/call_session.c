/* SPDX-License-Identifier: MPL-2.0
 *
 * A call's session with libre: the handlers that libre calls, and what is sent by it. No
 * handler but the last word of a session runs the owner's hooks while libre still needs
 * the session.
 */
#include "call_inside.h"

#include "cause.h"

#include "samtale/base/fault.h"

#include <errno.h>

#define HEADERS_MAX 3072
#define ANONYMOUS   "sip:anonymous@anonymous.invalid"

/* libre does MD5 by itself, in the dialog too; it owns the copies. */
static int credentials(char **user, char **password, const char *realm, void *arg)
{
	const struct call *c = arg;
	const struct trunk *t = c->t;
	const struct pl secret = { (const char *)t->password, t->password_len };
	(void)realm;

	if (!t->s->phone_user[0] || !t->password_len)
		return EAUTH;
	const int e = str_dup(user, t->s->phone_user);
	return e ? e : pl_strdup(password, &secret);
}

static int describe(struct call *c, bool offer, struct mbuf **ret)
{
	return call_sdp_write(&c->sdp, offer, ret) == 0 ? 0 : ENOMEM;
}

static int agree(struct call *c, struct mbuf *body, bool offer)
{
	if (call_sdp_take(&c->sdp, body, offer, c->rtp) != 0) {
		c->bad_media = !c->answered;
		return EPROTO;
	}
	if (c->answered)
		c->open = true;
	call_news(c);
	return 0;
}

/* A re-INVITE, or an INVITE of ours that was sent without SDP (which it never is). */
static int on_offer(struct mbuf **ret, const struct sip_msg *msg, void *arg)
{
	struct call *c = arg;
	if (!mbuf_get_left(msg->mb))
		return describe(c, true, ret);
	const int e = agree(c, msg->mb, true);
	return e ? e : describe(c, false, ret);
}

/* A 2xx, or the ACK to an offer of ours. One without SDP repeats what 183 said. */
static int on_answer(const struct sip_msg *msg, void *arg)
{
	struct call *c = arg;
	if (!mbuf_get_left(msg->mb) && c->sdp.agreed)
		return 0;
	return agree(c, msg->mb, false);
}

static void on_progress(const struct sip_msg *msg, void *arg)
{
	struct call *c = mem_ref(arg);
	enum phone_progress p = c->progress;

	c->heard = true;
	if (msg->scode > 100 && mbuf_get_left(msg->mb)) {
		if (agree(c, msg->mb, false) == 0) {
			c->open = true;
			p = PHONE_PROGRESS_EARLY;
		}
	} else if (msg->scode == 180 && p == PHONE_PROGRESS_CALLING) {
		p = PHONE_PROGRESS_RINGING;
	}
	if (p != c->progress && !c->over) {
		c->progress = p;
		c->hooks.progress(c->hooks.port.arg, p);
	}
	mem_deref(c);
}

/* libre cannot answer the challenge to our BYE where it is SHA-256, so it goes along. */
static void prepare_bye(struct call *c, const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	char header[HEADERS_MAX], uri[TRUNK_URI_MAX];
	struct sip_addr addr;

	if (!c->challenges || !contact || sip_addr_decode(&addr, &contact->val) != 0 ||
		!bytes_to_str(pl_bytes(&addr.auri), uri, sizeof(uri)))
		return;
	const struct digest_request request = { .method = "BYE", .uri = uri, .count = 2 };
	if (trunk_authorize(c->t, &c->challenge, &request, header, sizeof(header)) == 0)
		(void)sipsess_set_close_headers(c->sess, "%s", header);
	explicit_bzero(header, sizeof(header));
}

/* Who calls is sent sound after his ACK only: it has our tag, so our answer reached him,
 * and an INVITE under the trunk's address turns us against nobody. */
static void on_established(const struct sip_msg *msg, void *arg)
{
	struct call *c = mem_ref(arg);
	if (!c->outgoing) {
		c->open = c->sdp.agreed;
		call_news(c);
	} else if (!c->answered) {
		prepare_bye(c, msg);
		c->progress = PHONE_PROGRESS_ANSWERED;
		c->open = true;
		call_begin(c);
		c->hooks.progress(c->hooks.port.arg, PHONE_PROGRESS_ANSWERED);
		call_news(c);
	}
	mem_deref(c);
}

/* "Signal=5" of application/dtmf-relay, or the key alone of application/dtmf. */
static char key_of(const struct sip_msg *msg)
{
	struct pl key, body;
	pl_set_mbuf(&body, msg->mb);
	if (msg_ctype_cmp(&msg->ctyp, "application", "dtmf-relay")) {
		if (re_regex(body.p, body.l, "Signal[ ]*=[ ]*[0-9*#A-D]1", NULL, NULL,
			    &key))
			return 0;
		return *key.p;
	}
	if (msg_ctype_cmp(&msg->ctyp, "application", "dtmf") &&
		!re_regex(body.p, body.l, "[0-9*#A-D]1", &key))
		return *key.p;
	return 0;
}

static void on_info(struct sip *sip, const struct sip_msg *msg, void *arg)
{
	struct call *c = mem_ref(arg);
	const char key = key_of(msg);

	(void)sip_reply(sip, msg, key || !pl_isset(&msg->ctyp.type) ? 200 : 415,
		key || !pl_isset(&msg->ctyp.type) ? "OK" : "Unsupported Media Type");
	if (key && c->taken && !c->over && !strcmp(c->t->s->phone_dtmf, "info"))
		c->hooks.port.key(c->hooks.port.arg, key);
	mem_deref(c);
}

/* Another try where libre gave up because a challenge was not MD5 (ENOSYS); what it could
 * read it has answered itself. */
static bool try_again(struct call *c, int err, const struct sip_msg *msg)
{
	struct digest_challenge challenge;
	char header[HEADERS_MAX];

	if (err != ENOSYS || !c->outgoing || c->answered || c->challenges >= 2 ||
		!trunk_challenged(c->t, msg, &challenge) ||
		(c->challenges > 0 && !challenge.stale))
		return false;
	const struct digest_request request = {
		.method = "INVITE", .uri = c->to, .count = 1
	};
	c->challenge = challenge;
	c->challenges++;
	c->sess = mem_deref(c->sess);
	const bool sent = trunk_authorize(c->t, &challenge, &request, header,
				  sizeof(header)) == 0 &&
			  call_connect(c, header) == 0;
	explicit_bzero(header, sizeof(header));
	return sent;
}

static enum phone_cause cause_of_end(
	const struct call *c, int err, const struct sip_msg *msg)
{
	if (c->bad_media)
		return PHONE_CAUSE_BAD_MEDIA;
	if (msg && msg->scode >= 300) {
		const struct sip_hdr *reason = sip_msg_hdr(msg, SIP_HDR_REASON);
		return cause_of_status(
			msg->scode, reason ? pl_bytes(&reason->val) : BYTES_NULL);
	}
	/* libre says ECONNRESET for a BYE and for a CANCEL. */
	return err == ECONNRESET || err == 0 ? PHONE_CAUSE_HUNG_UP
					     : PHONE_CAUSE_LINE_DOWN;
}

static void on_close(int err, const struct sip_msg *msg, void *arg)
{
	struct call *c = mem_ref(arg);
	if (!try_again(c, err, msg))
		call_over(c, cause_of_end(c, err, msg));
	mem_deref(c);
}

/* -- sent by us
 * -------------------------------------------------------------------------- */
/* Who calls (RFC 3325): asserted to the trunk, which hides it on demand. */
static bool write_headers(const struct call *c, const char *authorization, char *buf)
{
	const struct settings *s = c->t->s;
	struct writer w = writer_of(buf, HEADERS_MAX - 1);

	write_str(&w, TRUNK_ALLOW);
	if (s->phone_number[0])
		write_fmt(&w, "P-Asserted-Identity: <sip:%s@%s>\r\n", s->phone_number,
			c->t->domain);
	if (c->hide)
		write_str(&w, "Privacy: id\r\n");
	write_str(&w, authorization);
	buf[w.len] = 0;
	return writer_ok(&w);
}

int call_connect(struct call *c, const char *authorization)
{
	struct trunk *t = c->t;
	const struct settings *s = t->s;
	char headers[HEADERS_MAX], from[TRUNK_URI_MAX], route[TRUNK_URI_MAX];
	struct mbuf *desc = NULL;

	const char *user = s->phone_number[0] ? s->phone_number
			   : s->phone_user[0] ? s->phone_user
					      : "samtale";
	if (re_snprintf(from, sizeof(from), "sip:%s@%s", user, t->domain) < 0 ||
		!trunk_route(t, route) || !write_headers(c, authorization, headers))
		return fault_here(EMSGSIZE);
	int e = call_sdp_write(&c->sdp, true, &desc);
	if (e)
		return fault_pass(e);
	const char *routes[] = { route };
	e = sipsess_connect(&c->sess, t->sessions, c->to, c->hide ? "Anonymous" : NULL,
		c->hide ? ANONYMOUS : from, t->contact, routes, 1, "application/sdp",
		desc, credentials, c, false, on_offer, on_answer, on_progress,
		on_established, on_info, NULL, on_close, c, "%s", headers);
	explicit_bzero(headers, sizeof(headers));
	mem_deref(desc);
	return e ? fault_here(e) : 0;
}

int call_accept(struct call *c, const struct sip_msg *msg)
{
	const int e = sipsess_accept(&c->sess, c->t->sessions, msg, 180, "Ringing",
		c->t->contact, "application/sdp", NULL, credentials, c, false, on_offer,
		on_answer, on_established, on_info, NULL, on_close, c, TRUNK_ALLOW);
	return e ? fault_here(e) : 0;
}

/* libre knows no UPDATE (RFC 3311): a session refresh has no body, else it is an offer.
 */
void call_update(struct call *c, const struct sip_msg *msg)
{
	struct mbuf *desc = NULL;
	struct sip_dialog *dialog = sipsess_dialog(c->sess);
	struct sip *sip = c->t->sip;

	if (!sip_dialog_rseq_valid(dialog, msg)) {
		(void)sip_treply(NULL, sip, msg, 500, "Server Internal Error");
		return;
	}
	if (mbuf_get_left(msg->mb)) {
		if (!c->answered) { /* our own offer is still open */
			(void)sip_treply(NULL, sip, msg, 491, "Request Pending");
			return;
		}
		if (agree(c, msg->mb, true) != 0 || describe(c, false, &desc) != 0) {
			(void)sip_treply(NULL, sip, msg, 488, "Not Acceptable Here");
			return;
		}
	}
	if (sip_msg_hdr(msg, SIP_HDR_CONTACT))
		(void)sip_dialog_update(dialog, msg);
	(void)sip_treplyf(NULL, NULL, sip, msg, false, 200, "OK",
		"Contact: <%s>\r\n" TRUNK_ALLOW "%sContent-Length: %zu\r\n\r\n%b",
		c->t->contact, desc ? "Content-Type: application/sdp\r\n" : "",
		mbuf_get_left(desc), desc ? mbuf_buf(desc) : NULL, mbuf_get_left(desc));
	mem_deref(desc);
}
