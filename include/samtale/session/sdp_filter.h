/* SPDX-License-Identifier: MPL-2.0
 *
 * What may pass of a session description and of a candidate. SDP is not parsed deeply: it
 * is read line by line, and only lines on the allow-list are written out again. In relay
 * mode no address of either side's own passes: not as a candidate, not as the related
 * address or another extension of a relayed one, not in o=, c= or a=rtcp. Pure; fuzzed.
 */
#pragma once

#include "samtale/base/bytes.h"

#define SDP_E_BAD 1

/* Appends what may pass, at most twice what came. Outcome: SDP_E_BAD (nothing can be
 * used of out): over LIMIT_SDP or LIMIT_SDP_LINES, a line end other than CRLF, a byte
 * outside of printable ASCII, an m-line that is not audio, video or application over
 * DTLS, or no SHA-256 fingerprint, setup or ice-ufrag. */
must_check int sdp_filter(struct bytes sdp, bool relay_only, struct writer *out);

#define CANDIDATE_E_DROP 1

/* One candidate line without "a=", "candidate:1 1 udp ...". Appends what may pass, at
 * most twice what came. Outcome: CANDIDATE_E_DROP (not a candidate, or, in relay mode,
 * not a relayed one; nothing was written). */
must_check int candidate_filter(struct bytes line, bool relay_only, struct writer *out);
