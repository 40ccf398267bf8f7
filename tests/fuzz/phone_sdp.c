/* SPDX-License-Identifier: MPL-2.0
 *
 * SDP of the trunk, as an offer that is answered and as the answer to an offer. Promise:
 * what was taken can be answered, and a refused one is a documented outcome.
 */
#include "call_inside.h"
#include "fuzz.h"

static void nothing(void *arg, const struct audio_packet *p)
{
	(void)arg;
	(void)p;
}

static struct trunk *stage(bool secure, struct call_rtp **ret)
{
	static struct settings settings[2];
	static struct trunk t[2];
	static struct call_rtp *rtp[2];
	const struct rtp_hooks hooks = { NULL, nothing, nothing };
	struct trunk *mine = &t[secure];

	if (!rtp[secure]) {
		settings_init(&settings[secure]);
		memcpy(settings[secure].phone_srtp, secure ? "on" : "off",
			secure ? 3 : 4);
		mine->s = &settings[secure];
		memcpy(mine->public, "127.0.0.1", 10);
		PROMISE(sa_set_str(&mine->local, "127.0.0.1", 0) == 0);
		if (secure)
			srtp_box_start();
		PROMISE(call_rtp_new(&rtp[secure], mine, &hooks) == 0);
	}
	*ret = rtp[secure];
	return mine;
}

static void try_it(const uint8_t *at, size_t len, bool secure, bool offer)
{
	struct call_rtp *rtp;
	struct call_sdp sdp;
	struct mbuf *desc = NULL, *body = mbuf_alloc(len + 1);
	const struct trunk *t = stage(secure, &rtp);

	PROMISE(body && mbuf_write_mem(body, at, len) == 0);
	body->pos = 0;
	PROMISE(call_sdp_init(&sdp, t, call_rtp_port(rtp)) == 0);
	if (!offer) {
		PROMISE(call_sdp_write(&sdp, true, &desc) == 0);
		desc = mem_deref(desc);
	}
	const int e = call_sdp_take(&sdp, body, offer, rtp);
	PROMISE(e == 0 || e == SDP_E_BAD);
	if (e == 0 && offer) {
		PROMISE(call_sdp_write(&sdp, false, &desc) == 0);
		desc = mem_deref(desc);
	}
	call_sdp_deinit(&sdp);
	mem_deref(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	for (unsigned i = 0; i < 4; i++)
		try_it(at, len, i & 1, i & 2);
	return 0;
}
