/* SPDX-License-Identifier: MPL-2.0
 *
 * SRTP on libsrtp2. Two sessions, so that a packet of ours sent back to us never meets
 * its own key. The receiving one has a wildcard stream and knows the SSRC through us
 * alone: we look at it before the library does, which therefore never keeps more than the
 * bound streams and a few former ones (kept for their replay windows: a packet recorded
 * before a re-negotiation must not bind its old SSRC again).
 */
#include "srtp_box.h"

#include "samtale/base/fault.h"

#include <srtp2/srtp.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#define RTP_HEADER    12
#define RTCP_HEADER   8
#define PACKET_MAX    2048
#define REPLAY_WINDOW 128 /* packets; 2.5 s of speech */
#define FORMER        8   /* streams whose replay windows are kept */

struct bound {
	bool set;
	uint32_t ssrc; /* network order */
};

struct srtp_box {
	srtp_t send, receive;
	struct bound rtp,
		rtcp; /* a browser may report under another SSRC than it sends */
	struct bound former[FORMER];
	unsigned next_former;
};

static bool started;

static int session_new(
	srtp_t *ret, enum srtp_suite suite, struct bytes key, srtp_ssrc_type_t direction)
{
	uint8_t copy[SRTP_KEY_MAX];
	srtp_policy_t policy = { .ssrc.type = direction, .window_size = REPLAY_WINDOW };
	srtp_err_status_t status;

	if (suite == SRTP_AEAD_AES128_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	if (!started || key.len != (size_t)policy.rtp.cipher_key_len)
		return fault_here(EINVAL);
	memcpy(copy, key.at, key.len); /* the library asks for a key it could write to */
	policy.key = copy;
	status = srtp_create(ret, &policy);
	explicit_bzero(copy, sizeof(copy));
	if (status == srtp_err_status_alloc_fail)
		return fault_here(ENOMEM);
	return status == srtp_err_status_ok ? 0 : fault_here(EINVAL);
}

int srtp_box_new(struct srtp_box **ret, enum srtp_suite suite, struct bytes send_key,
	struct bytes receive_key)
{
	owned(srtp_box_freep) struct srtp_box *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return fault_here(ENOMEM);
	r = session_new(&b->send, suite, send_key, ssrc_any_outbound);
	if (r < 0)
		return fault_pass(r);
	r = session_new(&b->receive, suite, receive_key, ssrc_any_inbound);
	if (r < 0)
		return fault_pass(r);
	*ret = b;
	b = NULL;
	return 0;
}

struct srtp_box *srtp_box_free(struct srtp_box *b)
{
	if (!b)
		return NULL;
	if (b->send)
		(void)srtp_dealloc(b->send);
	if (b->receive)
		(void)srtp_dealloc(b->receive);
	free(b);
	return NULL;
}

/* -- the library -------------------------------------------------------------------- */

/* Debian's libsrtp2 uses NSS, which loads its ciphers from files with the first context
 * and forgets them with the last: one of each suite must be there before the process
 * gives up its files, and stay. */
static struct srtp_box *held[2];

static struct srtp_box *hold(enum srtp_suite suite, size_t key_len)
{
	static const uint8_t key[SRTP_KEY_MAX];
	struct srtp_box *b;
	uint8_t packet[RTP_HEADER + SRTP_GROWTH] = { 0x80 };
	size_t len = RTP_HEADER;

	if (srtp_box_new(&b, suite, bytes_of(key, key_len), bytes_of(key, key_len)) < 0)
		return NULL;
	if (!srtp_box_protect(b, packet, &len))
		started = false;
	return b;
}

bool srtp_box_start(void)
{
	started = srtp_init() == srtp_err_status_ok;
	held[0] = hold(SRTP_AES128_SHA1_80, 30);
	held[1] = hold(SRTP_AEAD_AES128_GCM, 28);
	started = started && held[0] && held[1];
	return started;
}

void srtp_box_stop(void)
{
	for (size_t i = 0; i < ARRAY_LEN(held); i++)
		held[i] = srtp_box_free(held[i]);
	if (started)
		(void)srtp_shutdown();
	started = false;
}

/* -- one packet -------------------------------------------------------------------- */

typedef srtp_err_status_t pass_fn(srtp_t session, void *packet, int *len);

static bool pass(srtp_t session, pass_fn *fn, uint8_t *buf, size_t *len)
{
	int n = (int)*len;

	if (fn(session, buf, &n) != srtp_err_status_ok)
		return false;
	*len = (size_t)n;
	return true;
}

bool srtp_box_protect(struct srtp_box *b, uint8_t *buf, size_t *len)
{
	return *len >= RTP_HEADER && *len <= PACKET_MAX &&
	       pass(b->send, srtp_protect, buf, len);
}

bool srtp_box_protect_rtcp(struct srtp_box *b, uint8_t *buf, size_t *len)
{
	return *len >= RTCP_HEADER && *len <= PACKET_MAX &&
	       pass(b->send, srtp_protect_rtcp, buf, len);
}

/* ssrc_at: where the header has it. */
static bool open_bound(struct srtp_box *b, struct bound *bound, size_t ssrc_at,
	uint8_t *buf, size_t *len)
{
	bool is_rtp = bound == &b->rtp;
	uint32_t ssrc;

	if (*len < ssrc_at + sizeof(ssrc) || *len > PACKET_MAX || buf[0] >> 6 != 2)
		return false;
	memcpy(&ssrc, buf + ssrc_at, sizeof(ssrc));
	if (bound->set && bound->ssrc != ssrc)
		return false;
	if (!pass(b->receive, is_rtp ? srtp_unprotect : srtp_unprotect_rtcp, buf, len))
		return false;
	*bound = (struct bound){ true, ssrc };
	return true;
}

bool srtp_box_open(struct srtp_box *b, uint8_t *buf, size_t *len)
{
	return open_bound(b, &b->rtp, 8, buf, len);
}

bool srtp_box_open_rtcp(struct srtp_box *b, uint8_t *buf, size_t *len)
{
	return open_bound(b, &b->rtcp, 4, buf, len);
}

/* -- which SSRC -------------------------------------------------------------------- */

static bool is_former(const struct srtp_box *b, struct bound bound)
{
	for (size_t i = 0; i < FORMER; i++)
		if (b->former[i].set && b->former[i].ssrc == bound.ssrc)
			return true;
	return false;
}

static void retire(struct srtp_box *b, struct bound *bound)
{
	struct bound *place = &b->former[b->next_former];

	if (bound->set && !is_former(b, *bound)) {
		if (place->set)
			(void)srtp_remove_stream(b->receive, place->ssrc);
		*place = *bound;
		b->next_former = (b->next_former + 1) % FORMER;
	}
	bound->set = false;
}

void srtp_box_set_ssrc(struct srtp_box *b, uint32_t ssrc)
{
	if (!b->rtp.set || b->rtp.ssrc != htonl(ssrc))
		retire(b, &b->rtp);
	b->rtp = (struct bound){ true, htonl(ssrc) };
}

void srtp_box_forget_ssrc(struct srtp_box *b)
{
	retire(b, &b->rtp);
	retire(b, &b->rtcp);
}
