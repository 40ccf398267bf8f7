/* SPDX-License-Identifier: MPL-2.0
 *
 * One HTTP request and its answer. The exchange belongs to whoever got it from
 * listener_hooks.http until http_answer(), which must be called exactly once, at once or
 * later, on the loop's thread. It does not matter whether the client is still there: the
 * exchange outlives it, and answering a client that left does nothing.
 *
 * What arrives here has passed the guards: known method, the right Host, a clean path,
 * one length, a whole body of at most LIMIT_BODY bytes, and no query string under /api.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/listener/prefix.h"

#include <stdbool.h>

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PATCH };

/* The only request headers that anybody above gets to see. */
enum http_header_id {
	HTTP_COOKIE,
	HTTP_ORIGIN,
	HTTP_SEC_FETCH_SITE,
	HTTP_CONTENT_TYPE,
	HTTP_ACCEPT_LANGUAGE,
	HTTP_IF_NONE_MATCH,
	HTTP_HEADER_ID_COUNT
};

struct http_exchange;

struct http_header {
	const char *name;   /* literal, without colon */
	struct bytes value; /* visible ASCII; anything else leaves the header out */
};

enum http_method http_method(const struct http_exchange *x);
/* Starts with '/', of [A-Za-z0-9._~/-] only, no empty, "." or ".." segment. */
struct bytes http_path(const struct http_exchange *x);
/* The query was there but is dropped: nobody can keep it. */
struct bytes http_header(const struct http_exchange *x, enum http_header_id id);
struct bytes http_body(const struct http_exchange *x);
/* /32 or /56 of the client, behind trusted proxies too; 0 bits when it is unknown (a
 * trusted proxy that does not say). */
struct net_prefix http_client(const struct http_exchange *x);
bool http_is_own_network(const struct http_exchange *x);
/* The client left; a slow answer need not be made. http_answer() is still due. */
bool http_is_gone(const struct http_exchange *x);

struct http_answer {
	int status;
	const char *type;  /* Content-Type, literal; NULL without a body */
	const char *cache; /* Cache-Control, literal; NULL: no-store */
	const struct http_header *headers; /* e.g. Set-Cookie, Location, Retry-After */
	unsigned header_count;
	struct bytes body; /* copied; left out of answers to HEAD */
};

/* Ends the exchange; x is gone after it. The security headers, Content-Length and
 * Date-free framing are added here. Out of memory: the connection is closed. */
void http_answer(struct http_exchange *x, const struct http_answer *answer);
