/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: which addresses may send us SIP. The kernel drops everything else
 * (SO_ATTACH_FILTER on the bound socket): a datagram is never queued, a connection never
 * begins, so nothing of libre sees a byte of it and a flood costs next to nothing.
 */
#pragma once

#include "samtale/base/bytes.h"

#include <sys/socket.h>

#define SOURCES_MAX 64

struct source { /* a prefix; IPv4 as the last 4 bytes of ::ffff:0:0/96 */
	uint8_t address[16];
	uint8_t bits; /* 0 … 128 */
};
struct sources {
	struct source list[SOURCES_MAX];
	unsigned count;
};

/* Adds "192.0.2.0/24 2001:db8::/32 192.0.2.7", separated by spaces. Outcome: false when
 * one is no address or prefix, or when there are too many. */
must_check bool sources_add_text(struct sources *s, const char *prefixes);
/* Outcome: false when there are too many. Other families than IP are ignored. */
must_check bool sources_add(struct sources *s, const struct sockaddr *one);
bool sources_hold(const struct sources *s, const struct sockaddr *from);

/* The socket of this process that is bound to port; type: SOCK_DGRAM or SOCK_STREAM (a
 * listening one). -1: none. */
int filter_find_socket(int type, uint16_t port);
/* From now on only s may send to it. Replaces an older filter. Faults. */
must_check int filter_attach(int fd, const struct sources *s);
void filter_detach(int fd); /* anybody may, as far as the kernel lets us say so */
