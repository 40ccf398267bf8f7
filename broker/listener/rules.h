/* SPDX-License-Identifier: MPL-2.0
 *
 * The rules of a request's head as small pure questions about bytes, so that they can be
 * tested and fuzzed without a socket.
 */
#pragma once

#include "samtale/base/bytes.h"

#include <stdbool.h>

/* A path that nobody can misread: '/' alone, or segments of [A-Za-z0-9._~-], none empty,
 * "." or "..". A '/' at the end is refused too, except in "/". */
bool rule_path(struct bytes path);
/* Visible ASCII, blanks and bytes from 0x80 on; no control character. */
bool rule_header_value(struct bytes value);
/* Visible ASCII and blanks only: what may go out. */
bool rule_header_out(struct bytes value);
/* The Host header is exactly our authority, letters of either case. */
bool rule_host(struct bytes host, struct bytes authority);
/* "https://name[:port]" -> "name[:port]" and "name" without brackets of an IPv6 address.
 * Outcome: false for anything with a path, user, or another scheme. */
must_check bool rule_origin(
	struct bytes origin, struct bytes *ret_authority, struct bytes *ret_host);
/* word is one of the comma-separated words; any_case: letters of either case. */
bool rule_list_has(struct bytes list, const char *word, bool any_case);
/* Accept-Encoding names it and does not give it q=0. */
bool rule_accepts(struct bytes accept_encoding, const char *encoding);
/* If-None-Match holds this entity tag, compared weakly, or '*'. */
bool rule_etag(struct bytes if_none_match, const char *etag);
