/* SPDX-License-Identifier: MPL-2.0
 *
 * Between libre's messages and digest.c: collects the challenges of a response and picks
 * the strongest that we can answer (RFC 8760).
 */
#include "trunk_inside.h"

#include "samtale/base/fault.h"

#include <errno.h>

struct search {
	struct digest_challenge best;
	bool proxy, found;
};

static bool look(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct search *s = arg;
	struct digest_challenge c;
	(void)msg;

	if (!digest_read(pl_bytes(&hdr->val), &c))
		return false;
	if (!s->found || c.algorithm > s->best.algorithm) {
		s->best = c;
		s->best.proxy = s->proxy;
		s->found = true;
	}
	return false;
}

bool trunk_challenged(
	const struct trunk *t, const struct sip_msg *msg, struct digest_challenge *ret)
{
	struct search s = { .found = false };

	if (!msg || (msg->scode != 401 && msg->scode != 407) || !t->s->phone_user[0] ||
		!t->password_len)
		return false;
	s.proxy = msg->scode == 407;
	(void)sip_msg_hdr_apply(msg, true,
		s.proxy ? SIP_HDR_PROXY_AUTHENTICATE : SIP_HDR_WWW_AUTHENTICATE, look,
		&s);
	if (s.found)
		*ret = s.best;
	return s.found;
}

int trunk_authorize(const struct trunk *t, const struct digest_challenge *c,
	const struct digest_request *r, char *buf, size_t cap)
{
	struct digest_request mine = *r;
	struct writer w = writer_of(buf, cap - 1);

	mine.user = t->s->phone_user;
	mine.password = bytes_of(t->password, t->password_len);
	mine.cnonce = rand_u64();
	const int e = digest_write(&w, c, &mine);
	if (e)
		return fault_pass(e);
	if (!writer_ok(&w))
		return fault_here(EMSGSIZE);
	buf[w.len] = 0;
	return 0;
}
