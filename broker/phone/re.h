/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the one door to libre. Its headers need three definitions that its
 * pkg-config file does not give: without USE_OPENSSL some functions are declared nowhere,
 * without HAVE_INET6 an address has another shape than in the library. Include it after
 * the headers of the room: it brings short names (list, sa, pl, tmr, mbuf) with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef HAVE_INTTYPES_H
#define HAVE_INTTYPES_H 1
#endif
#ifndef HAVE_STDBOOL_H
#define HAVE_STDBOOL_H 1
#endif
#ifndef HAVE_INET6
#define HAVE_INET6 1
#endif
#ifndef USE_OPENSSL
#define USE_OPENSSL 1
#endif

/* By this path it is a system header, whose own warnings are not ours, and it cannot be
 * mistaken for this file. Its enum srtp_suite has our name (srtp_box.h): it is
 * re_srtp_suite to us. */
#define srtp_suite re_srtp_suite
#include <re/re.h>
/* dbg_init() alone: nothing of ours prints by it. */
#define DEBUG_MODULE ""
#define DEBUG_LEVEL  0
#include <re/re_dbg.h>
#undef srtp_suite
