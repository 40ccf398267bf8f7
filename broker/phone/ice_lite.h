/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what an ICE-lite agent (RFC 8445) knows of one peer: the two names
 * and the password of the checks, the addresses that a right check came from, and which
 * of them we send to. It never checks by itself and never reads a candidate, so a peer
 * behind any NAT or relay is just an address. Pure but for the random names.
 */
#pragma once

#include "samtale/base/bytes.h"

#include "re.h"

#define ICE_UFRAG     8
#define ICE_PWD       32
#define ICE_UFRAG_MAX 256 /* of a peer, RFC 8839 5.4 */
#define ICE_PATHS     8   /* addresses of one peer; the one heard from longest ago goes */

struct ice_path {
	struct sa at;
	int64_t checked_ms;
};

struct ice_lite {
	char ufrag[ICE_UFRAG + 1], pwd[ICE_PWD + 1];
	char username[ICE_UFRAG + 1 + ICE_UFRAG_MAX + 1]; /* that a check must carry */
	struct ice_path path[ICE_PATHS];
	unsigned paths, chosen; /* chosen: only while paths > 0 */
	int64_t checked_ms;     /* the last right check; 0: none */
};

/* Letters and digits from the kernel, and a NUL; 5 bits in each. */
void ice_random_text(char *buf, size_t len);

void ice_lite_init(struct ice_lite *ice);
/* Outcome: false, it is no ice-ufrag (4 … 256 ice-chars). */
must_check bool ice_lite_set_peer(struct ice_lite *ice, struct bytes ufrag);
/* A right check came from there. The first is chosen, and any later one that nominates.
 */
void ice_lite_checked(
	struct ice_lite *ice, const struct sa *src, bool nominates, int64_t now_ms);
must_check bool ice_lite_is_known(const struct ice_lite *ice, const struct sa *src);
const struct sa *ice_lite_chosen(const struct ice_lite *ice); /* NULL: no check yet */
