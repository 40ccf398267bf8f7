/* SPDX-License-Identifier: MPL-2.0
 *
 * Every request of the trunk passes here before libre's sessions see it, and what nobody
 * took ends here too: libre would print it, numbers and all, to stderr. We support no
 * extension, so whatever a request requires is refused (RFC 3261, 8.2.2.3).
 */
#include "trunk_inside.h"

static bool from_trunk(const struct trunk *t, const struct sa *src)
{
	if (sources_hold(&t->own, &src->u.sa))
		return true;
	for (unsigned i = 0; i < t->targets.count; i++)
		if (sa_cmp(&t->targets.list[i], src, SA_ADDR))
			return true;
	return false;
}

/* Before anything parses it, true: dropped. */
static bool on_datagram(struct sa *src, struct mbuf *mb, void *arg)
{
	(void)mb;
	return !from_trunk(arg, src);
}

void trunk_guard(struct trunk *t, const struct sip_msg *msg)
{
	if (msg->tp == SIP_TRANSP_UDP && !t->guard)
		(void)udp_register_helper(&t->guard, msg->sock, 0, NULL, on_datagram, t);
}

static bool copy_unsupported(
	const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	(void)msg;
	return mbuf_printf(arg, "Unsupported: %r\r\n", &hdr->val) != 0;
}

static bool refuse_required(struct trunk *t, const struct sip_msg *msg)
{
	if (!sip_msg_hdr(msg, SIP_HDR_REQUIRE) &&
		!sip_msg_hdr(msg, SIP_HDR_PROXY_REQUIRE))
		return false;
	struct mbuf *mb = mbuf_alloc(128);
	if (mb) {
		(void)sip_msg_hdr_apply(msg, true, SIP_HDR_REQUIRE, copy_unsupported, mb);
		(void)sip_msg_hdr_apply(
			msg, true, SIP_HDR_PROXY_REQUIRE, copy_unsupported, mb);
		(void)sip_treplyf(NULL, NULL, t->sip, msg, false, 420, "Bad Extension",
			"%b"
			"Content-Length: 0\r\n\r\n",
			mb->buf, mb->end);
	}
	mem_deref(mb);
	return true;
}

static void answer_options(struct trunk *t, const struct sip_msg *msg)
{
	(void)sip_replyf(t->sip, msg, t->closing ? 503 : 200,
		t->closing ? "Service Unavailable" : "OK",
		"Contact: <%s>\r\n" TRUNK_ALLOW "Accept: application/sdp\r\n"
		"Content-Length: 0\r\n\r\n",
		t->contact);
}

static void answer_update(struct trunk *t, const struct sip_msg *msg)
{
	struct call *c = call_of_dialog(t, msg);
	if (c)
		call_update(c, msg);
	else
		(void)sip_reply(t->sip, msg, 481, "Call Does Not Exist");
}

bool trunk_request(const struct sip_msg *msg, void *arg)
{
	static const char *const for_sessions[] = { "INVITE", "BYE", "INFO", "CANCEL",
		"ACK" };
	struct trunk *t = arg;

	trunk_guard(t, msg);
	/* A stream; or it came before there was a filter, or before the list changed. */
	if (!from_trunk(t, &msg->src))
		return true;
	const bool quiet =
		!pl_strcmp(&msg->met, "ACK") || !pl_strcmp(&msg->met, "CANCEL");
	if (!quiet && refuse_required(t, msg))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(for_sessions); i++)
		if (!pl_strcmp(&msg->met, for_sessions[i]))
			return false;
	if (!pl_strcmp(&msg->met, "OPTIONS"))
		answer_options(t, msg);
	else if (!pl_strcmp(&msg->met, "UPDATE"))
		answer_update(t, msg);
	else /* REFER among them: nobody but the broker places calls */
		(void)sip_replyf(t->sip, msg, 405, "Method Not Allowed",
			TRUNK_ALLOW "Content-Length: 0\r\n\r\n");
	return true;
}

bool trunk_stray_request(const struct sip_msg *msg, void *arg)
{
	struct trunk *t = arg;
	(void)sip_reply(t->sip, msg, 481, "Transaction Does Not Exist");
	return true;
}

bool trunk_stray_response(const struct sip_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return true;
}

void trunk_invited(const struct sip_msg *msg, void *arg)
{
	struct trunk *t = arg;
	/* Without a transaction: a flood leaves nothing behind. */
	if (t->closing || t->call_count >= (unsigned)t->s->phone_calls)
		(void)sip_reply(t->sip, msg, 503, "Service Unavailable");
	else
		call_come(t, msg);
}
