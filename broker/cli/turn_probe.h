/* SPDX-License-Identifier: MPL-2.0
 *
 * Asks a TURN server whether it is there (STUN Binding, RFC 8489 section 6), for `samtale
 * doctor`. It sends no credential and asks for no allocation.
 */
#pragma once

#include "samtale/base/bytes.h"

enum turn_by { TURN_UDP, TURN_TCP, TURN_TLS };

struct turn_target {
	char host[256];
	char port[6];
	enum turn_by by;
};

/* One URL of RFC 7065: turn:HOST[:PORT][?transport=udp|tcp], turns:HOST[:PORT][...]. An
 * IPv6 address stands in brackets. False: not one. */
must_check bool turn_target_parse(struct bytes url, struct turn_target *ret);

enum turn_found {
	TURN_ANSWERS, /* it spoke STUN; over TLS: the port takes connections */
	TURN_NO_NAME, /* the name has no address */
	TURN_REFUSED, /* nothing listens there */
	TURN_SILENT,  /* no answer within the time */
	TURN_STRANGE, /* something answered that does not speak STUN */
};
/* Blocks for at most timeout_ms beside looking the name up. */
enum turn_found turn_probe(const struct turn_target *t, int timeout_ms);
const char *turn_found_sentence(enum turn_found found);
