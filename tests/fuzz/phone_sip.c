/* SPDX-License-Identifier: MPL-2.0
 *
 * A SIP message as it comes from the trunk: libre's decoder, then each header that we
 * look into ourselves. Promises: a number that was read is E.164, a cause is one of ours.
 */
#include "cause.h"
#include "digest.h"
#include "fuzz.h"
#include "number.h"

#include "re.h"

static struct bytes of(const struct pl *pl)
{
	return bytes_of(pl->p, pl->p ? pl->l : 0);
}

static void try_number(const struct pl *user)
{
	char number[NUMBER_MAX];
	if (!number_read(of(user), number)) {
		PROMISE(number[0] == 0);
		return;
	}
	PROMISE(number[0] == '+' && strlen(number) >= 8 && strlen(number) < NUMBER_MAX);
	for (const char *c = number + 1; *c; c++)
		PROMISE(*c >= '0' && *c <= '9');
}

static bool try_header(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct digest_challenge challenge;
	struct sip_addr addr;
	struct pl value;
	(void)arg;

	if (!sip_addr_decode(&addr, &hdr->val)) {
		try_number(&addr.uri.user);
		try_number(&addr.uri.host);
		(void)msg_param_decode(&addr.params, "expires", &value);
	}
	if (digest_read(of(&hdr->val), &challenge)) {
		char line[2048];
		const struct digest_request r = { "u", BYTES_LIT("p"), "BYE", "sip:x", 1,
			1 };
		struct writer w = writer_of(line, sizeof(line));
		PROMISE(digest_write(&w, &challenge, &r) == 0 && writer_ok(&w));
		/* One line it stays, whatever the challenge holds. */
		PROMISE(memchr(line, '\n', w.len) == line + w.len - 1);
	}
	PROMISE(cause_of_status(msg->scode, of(&hdr->val)) < PHONE_CAUSE_COUNT);
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1);
	struct sip_msg *msg = NULL;
	if (!mb)
		return 0;
	(void)mbuf_write_mem(mb, at, len);
	mb->pos = 0;
	if (sip_msg_decode(&msg, mb) == 0) {
		try_number(&msg->from.uri.user);
		(void)sip_msg_hdr_apply(msg, true, SIP_HDR_NONE, try_header, NULL);
		for (struct le *le = msg->hdrl.head; le; le = le->next)
			(void)try_header(le->data, msg, NULL);
		(void)msg_ctype_cmp(&msg->ctyp, "application", "sdp");
	}
	mem_deref(msg);
	mem_deref(mb);
	return 0;
}
