/* SPDX-License-Identifier: MPL-2.0
 *
 * An offer of a browser. What is answered is answered whole, with one law and one
 * candidate, has no control character in any line, and names no address but ours.
 */
#include "browser_sdp.h"

#include "samtale/base/limits.h"

#include "fuzz.h"

static uint8_t answer[LIMIT_SDP];

static unsigned count(struct bytes text, const char *part)
{
	const uint8_t *at = text.at, *end = text.at + text.len;
	unsigned n = 0;

	while ((at = memmem(at, (size_t)(end - at), part, strlen(part))) != NULL) {
		at += strlen(part);
		n++;
	}
	return n;
}

static void check_answer(struct bytes text, const struct browser_offer *offer)
{
	PROMISE(text.len > 2 && text.at[text.len - 1] == '\n');
	PROMISE(!memchr(text.at, 0, text.len));
	PROMISE(count(text, "\r\na=candidate:") == 1);
	PROMISE(count(text, "\r\na=candidate:4 1 UDP 2130706175 192.0.2.7 40001 typ "
			    "host\r\n") == 1);
	PROMISE(count(text, "\r\na=setup:passive\r\n") == 1);
	PROMISE(count(text, "\r\nm=audio 40001 UDP/TLS/RTP/SAVPF ") == 1);
	PROMISE(offer->audio_pt == (offer->law == G711_ALAW ? 8 : 0) ||
		(offer->audio_pt >= 96 && offer->audio_pt <= 127));
	PROMISE(offer->event_pt >= -1 && offer->event_pt <= 127);
	PROMISE(memchr(offer->ufrag, 0, sizeof(offer->ufrag)));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct writer w = writer_of(answer, sizeof(answer));
	struct browser_answer mine = { .ufrag = "ours4567",
		.pwd = "ourpassword",
		.fingerprint = "sha-256 AA",
		.cname = "cn",
		.port = 40001,
		.ssrc = 99 };
	struct browser_offer offer;
	struct sa ip4;
	int err;

	PROMISE(sa_set_str(&ip4, "192.0.2.7", 0) == 0);
	mine.ip4 = &ip4;
	err = browser_sdp_answer(bytes_of(at, len), &mine, &w, &offer);
	PROMISE(err == 0 || err == BROWSER_SDP_E_OFFER || err == BROWSER_SDP_E_ROOM);
	PROMISE((err == 0) == (w.len > 0));
	if (err == 0)
		check_answer(writer_bytes(&w), &offer);
	return 0;
}
