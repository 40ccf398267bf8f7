/* SPDX-License-Identifier: MPL-2.0
 *
 * Every maximum in one place. Over it is an outcome, never growth.
 */
#pragma once

/* -- wire -- */
#define LIMIT_WS_MESSAGE    (16 * 1024) /* one inbound message, bytes */
#define LIMIT_WS_FRAMES     64          /* unfinished frames of one inbound message */
#define LIMIT_OUTBOX        (64 * 1024) /* queued to one peer, bytes; over it: closed */
#define LIMIT_WS_PER_SECOND 50          /* messages a second from one connection, burst */
#define LIMIT_HEAD          (8 * 1024)  /* request line and headers, bytes */
#define LIMIT_PATH          256         /* path of a request, bytes */
#define LIMIT_BODY          (16 * 1024) /* one HTTP body, bytes */
#define LIMIT_SDP           (12 * 1024) /* one SDP, bytes */
#define LIMIT_SDP_LINES     400
#define LIMIT_CANDIDATE     512          /* one candidate line, bytes */
#define LIMIT_CANDIDATES    32           /* candidates in one message */
#define LIMIT_FRAME         (256 * 1024) /* one frame between our processes, bytes */

/* -- names and fields, bytes of UTF-8 -- */
#define LIMIT_USERNAME     64
#define LIMIT_NAME         64
#define LIMIT_TEAM         64
#define LIMIT_LABEL        80
#define LIMIT_CASE_REF     64
#define LIMIT_PHONE        20
#define LIMIT_PASSWORD     256
#define LIMIT_PASSWORD_MIN 12

/* -- meeting -- */
#define LIMIT_ENTRIES 4 /* devices in one citizen's lobby at once */
#define LIMIT_KNOWN_CALLERS                                                              \
	2 /* of them, telephones that came by their number alone: it can be forged */
#define LIMIT_INTERVALS 64 /* changes of form kept for one meeting */

/* -- queues -- */
#define LIMIT_PASSWORD_QUEUE 32
#define LIMIT_STORE_QUEUE    4096
#define LIMIT_VIEWS          1024 /* what staff looked at in the last quarter of an hour */
#define LIMIT_AUDIT_QUEUE    4096 /* events of talks that the vault has not taken yet */
#define LIMIT_GATEWAY_OUTBOX                                                             \
	(512 * 1024) /* orders that the gateway has not read, bytes */
