/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what a connectivity check must be before anything believes it
 * (RFC 8445 7.3, RFC 8489): a Binding request, in shape to its last byte, ending in
 * MESSAGE-INTEGRITY and FINGERPRINT, both right, for our user. All else is dropped, with
 * no answer that tells that anybody is here.
 */
#pragma once

#include "samtale/base/bytes.h"

struct mbuf;
struct sa;
struct udp_sock;

#define STUN_DOOR_MAX 1024 /* bytes of the longest check that is looked at */

enum stun_verdict {
	STUN_REFUSED,   /* drop it */
	STUN_CONFLICT,  /* right, but claims our role; was answered by 487 */
	STUN_PUZZLE,    /* right, but asks for what we do not know; was answered by 420 */
	STUN_CHECK,     /* right, was answered */
	STUN_NOMINATION /* the same with USE-CANDIDATE */
};

struct stun_door {
	const char *username; /* "ours:theirs" */
	struct bytes password;
};

/* The cheap half: is it a Binding request whose attributes fill it exactly and end in one
 * MESSAGE-INTEGRITY and one FINGERPRINT? Pure. */
must_check bool stun_door_shape(struct bytes datagram);

/* Looks at the datagram and answers it through `us` to `src`. mb: as libre's handlers get
 * it; its position is left where it was. */
must_check enum stun_verdict stun_door_knock(const struct stun_door *door,
	struct udp_sock *us, const struct sa *src, struct mbuf *mb);
