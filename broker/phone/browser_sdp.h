/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: a browser's offer in, our answer out (RFC 8866, 8829, 8839, 8842).
 * One audio line with G.711, A-law where it is offered so that the telephone side needs
 * no transcoding, and telephone-event; every other line is refused with port 0. The
 * browser's candidates are not read.
 */
#pragma once

#include "dtls_id.h"
#include "media.h"
#include "re.h"

#define BROWSER_CNAME 16

struct browser_answer { /* what is ours; borrowed */
	const char *ufrag, *pwd, *fingerprint, *cname;
	const struct sa *ip4, *ip6; /* of the candidates; one may be NULL */
	uint16_t port;
	uint32_t ssrc;
};

struct browser_offer { /* what is the browser's and matters later */
	uint8_t digest[DTLS_ID_DIGEST];
	char ufrag[257];
	enum g711_law law;
	uint8_t audio_pt;
	int event_pt; /* -1: none */
	bool has_ssrc;
	uint32_t ssrc;
};

#define BROWSER_SDP_E_OFFER 1 /* nothing we can answer */
#define BROWSER_SDP_E_ROOM  2 /* the answer does not fit the writer */
/* Nothing is written unless 0 is returned. Faults: -ENOMEM. */
must_check int browser_sdp_answer(struct bytes offer, const struct browser_answer *mine,
	struct writer *w, struct browser_offer *ret);
