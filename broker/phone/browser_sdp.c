/* SPDX-License-Identifier: MPL-2.0
 *
 * libre parses the offer and encodes the answer; what it must not be fed (long texts, NUL
 * bytes) is turned away first, and what it echoes (mid, payload types) is checked first.
 */
#include "browser_sdp.h"

#include "samtale/base/fault.h"
#include "samtale/base/limits.h"

#include <errno.h>
#include <strings.h>

#define MID_MAX 32

struct talk { /* one offer on its way to an answer */
	struct sdp_session *session;
	struct sdp_media *audio;
	struct sdp_format *alaw, *ulaw, *event;
	struct browser_offer offer;
};

static void session_freep(struct sdp_session **at)
{
	*at = mem_deref(*at);
}

static void mbuf_freep(struct mbuf **at)
{
	*at = mem_deref(*at);
}

/* -- the offer --------------------------------------------------------------------- */
static bool is_bearable(struct bytes offer)
{
	size_t lines = 0;

	if (offer.len == 0 || offer.len > LIMIT_SDP || memchr(offer.at, 0, offer.len))
		return false;
	for (size_t i = 0; i < offer.len; i++)
		lines += offer.at[i] == '\n';
	return lines <= LIMIT_SDP_LINES;
}

static int prepare(struct talk *t, const struct browser_answer *mine)
{
	const struct sa *at = mine->ip4 ? mine->ip4 : mine->ip6;
	int err = sdp_session_alloc(&t->session, at);

	if (!err)
		err = sdp_media_add(
			&t->audio, t->session, "audio", mine->port, "UDP/TLS/RTP/SAVPF");
	if (!err)
		err = sdp_format_add(&t->alaw, t->audio, false, "8", "PCMA", 8000, 1,
			NULL, NULL, NULL, false, NULL);
	if (!err)
		err = sdp_format_add(&t->ulaw, t->audio, false, "0", "PCMU", 8000, 1,
			NULL, NULL, NULL, false, NULL);
	if (!err)
		err = sdp_format_add(&t->event, t->audio, false, NULL, "telephone-event",
			8000, 1, NULL, NULL, NULL, false, "0-15");
	return err ? fault_here(err) : 0;
}

/* Outcome as of sdp_decode(): a positive errno is the offer's, ENOMEM is ours. */
static int decode(struct talk *t, struct bytes offer)
{
	owned(mbuf_freep) struct mbuf *mb = mbuf_alloc(offer.len + 2);
	int err;

	if (!mb)
		return fault_here(ENOMEM);
	err = mbuf_write_mem(mb, offer.at, offer.len);
	/* libre wants the last line ended too */
	if (!err && offer.at[offer.len - 1] != '\n')
		err = mbuf_write_str(mb, "\r\n");
	mb->pos = 0;
	if (!err)
		err = sdp_decode(t->session, mb, true);
	if (err == ENOMEM)
		return fault_here(ENOMEM);
	return err ? BROWSER_SDP_E_OFFER : 0;
}

static struct bytes attribute(const struct talk *t, const char *name)
{
	return bytes_str(sdp_media_session_rattr(t->audio, t->session, name));
}

static bool is_digest(const char *name, const char *value, void *arg)
{
	(void)name;
	(void)arg;
	return value && strncasecmp(value, "sha-256 ", 8) == 0;
}

static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 32) >= 'a' && (c | 32) <= 'f')
		return (c | 32) - 'a' + 10;
	return -1;
}

static bool read_digest(struct talk *t)
{
	const char *text =
		sdp_media_rattr_apply(t->audio, "fingerprint", is_digest, NULL);

	if (!text)
		text = sdp_session_rattr_apply(
			t->session, "fingerprint", is_digest, NULL);
	if (!text || strlen(text) != 8 + 3 * DTLS_ID_DIGEST - 1)
		return false;
	text += 8;
	for (unsigned i = 0; i < DTLS_ID_DIGEST; i++, text += 3) {
		int high = nibble(text[0]), low = nibble(text[1]);

		if (high < 0 || low < 0 || (i + 1 < DTLS_ID_DIGEST && text[2] != ':'))
			return false;
		t->offer.digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool read_payload_type(const struct sdp_format *f, uint8_t *ret)
{
	uint64_t n;

	if (!f->sup || !bytes_to_u64(bytes_str(f->id), 127, &n))
		return false;
	*ret = (uint8_t)n;
	return true;
}

/* One law in the answer, so that there is nothing to switch between. */
static bool read_formats(struct talk *t)
{
	bool alaw = read_payload_type(t->alaw, &t->offer.audio_pt), has_event;
	uint8_t event;

	if (!alaw && !read_payload_type(t->ulaw, &t->offer.audio_pt))
		return false;
	t->offer.law = alaw ? G711_ALAW : G711_ULAW;
	t->alaw->sup = alaw;
	t->ulaw->sup = !alaw;
	has_event = read_payload_type(t->event, &event);
	t->event->sup = has_event;
	t->offer.event_pt = has_event ? event : -1;
	return true;
}

static void read_ssrc(struct talk *t)
{
	struct bytes text = bytes_str(sdp_media_rattr(t->audio, "ssrc"));
	uint64_t n;

	text.len = text.at ? strcspn((const char *)text.at, " ") : 0;
	t->offer.has_ssrc = bytes_to_u64(text, UINT32_MAX, &n);
	t->offer.ssrc = t->offer.has_ssrc ? (uint32_t)n : 0;
}

static bool read_offer(struct talk *t)
{
	struct bytes setup = attribute(t, "setup"), mid = attribute(t, "mid");

	if (sdp_media_rport(t->audio) == 0 || !read_formats(t) || !read_digest(t))
		return false;
	if (attribute(t, "ice-pwd").len < 22 || attribute(t, "ice-ufrag").len < 4 ||
		!bytes_to_str(attribute(t, "ice-ufrag"), t->offer.ufrag,
			sizeof(t->offer.ufrag)))
		return false;
	if (!bytes_equal_str(setup, "actpass") && !bytes_equal_str(setup, "active"))
		return false;
	if (!sdp_media_rattr(t->audio, "rtcp-mux") || mid.len > MID_MAX ||
		(mid.len > 0 && !bytes_is_clean_text(mid, false)))
		return false;
	read_ssrc(t);
	return true;
}

/* -- the answer -------------------------------------------------------------------- */
static int set_candidate(
	struct talk *t, const struct sa *at, const struct browser_answer *mine)
{
	if (!at)
		return 0;
	/* Host candidates; IPv6 first, as RFC 8421 wants it. */
	return sdp_media_set_lattr(t->audio, false, "candidate",
		"%u 1 UDP %u %j %u typ host", sa_af(at) == AF_INET6 ? 6 : 4,
		sa_af(at) == AF_INET6 ? 2130706431u : 2130706175u, at, mine->port);
}

static bool is_bundle(const char *name, const char *value, void *arg)
{
	(void)name;
	(void)arg;
	return value && strncmp(value, "BUNDLE ", 7) == 0;
}

static int set_identity(struct talk *t, const struct browser_answer *mine)
{
	const char *mid = sdp_media_rattr(t->audio, "mid");
	struct sdp_media *m = t->audio;
	int err = sdp_session_set_lattr(t->session, true, "ice-lite", NULL);

	if (mid)
		err |= sdp_media_set_lattr(m, true, "mid", "%s", mid);
	if (mid && sdp_session_rattr_apply(t->session, "group", is_bundle, NULL))
		err |= sdp_session_set_lattr(t->session, true, "group", "BUNDLE %s", mid);
	err |= sdp_media_set_lattr(m, true, "rtcp-mux", NULL);
	err |= sdp_media_set_lattr(m, true, "setup", "passive");
	err |= sdp_media_set_lattr(m, true, "fingerprint", "%s", mine->fingerprint);
	err |= sdp_media_set_lattr(m, true, "ice-ufrag", "%s", mine->ufrag);
	err |= sdp_media_set_lattr(m, true, "ice-pwd", "%s", mine->pwd);
	err |= sdp_media_set_lattr(m, true, "ptime", "20");
	err |= sdp_media_set_lattr(m, true, "msid", "phone phone");
	err |= sdp_media_set_lattr(
		m, true, "ssrc", "%u cname:%s", mine->ssrc, mine->cname);
	err |= set_candidate(t, mine->ip6, mine);
	err |= set_candidate(t, mine->ip4, mine);
	err |= sdp_media_set_lattr(m, true, "end-of-candidates", NULL);
	return err ? fault_here(ENOMEM) : 0;
}

static int encode(struct talk *t, struct writer *w)
{
	owned(mbuf_freep) struct mbuf *mb = NULL;

	if (sdp_encode(&mb, t->session, false))
		return fault_here(ENOMEM);
	if (w->bad || mbuf_get_left(mb) > w->cap - w->len)
		return BROWSER_SDP_E_ROOM;
	write_bytes(w, bytes_of(mbuf_buf(mb), mbuf_get_left(mb)));
	return 0;
}

int browser_sdp_answer(struct bytes offer, const struct browser_answer *mine,
	struct writer *w, struct browser_offer *ret)
{
	owned(session_freep) struct sdp_session *session = NULL;
	struct talk t = { .session = NULL };
	int err;

	if (!is_bearable(offer))
		return BROWSER_SDP_E_OFFER;
	err = prepare(&t, mine);
	session = t.session;
	if (!err)
		err = decode(&t, offer);
	if (!err && !read_offer(&t))
		err = BROWSER_SDP_E_OFFER;
	if (!err)
		err = set_identity(&t, mine);
	if (!err)
		err = encode(&t, w);
	if (!err)
		*ret = t.offer;
	return err;
}
