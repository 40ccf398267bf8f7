/* SPDX-License-Identifier: MPL-2.0
 *
 * Between the listener's HTTP and the api: translates, decides what "same origin" means,
 * and answers the few paths that are neither an asset nor an api call.
 */
#include "broker.h"

#include "site.h"

#include "samtale/base/fault.h"

#include <stdio.h>
#include <stdlib.h>

static enum api_method method_of(const struct http_exchange *x)
{
	switch (http_method(x)) {
	case HTTP_GET:
		return API_GET;
	case HTTP_POST:
		return API_POST;
	case HTTP_PATCH:
		return API_PATCH;
	default:
		return API_OTHER;
	}
}

/* A browser that says where the question comes from must say: from our own page. */
static bool is_same_origin(const struct broker *b, const struct http_exchange *x)
{
	struct bytes site = http_header(x, HTTP_SEC_FETCH_SITE);

	return bytes_equal_str(
		       http_header(x, HTTP_ORIGIN), listener_origin(b->listener)) &&
	       (site.len == 0 || bytes_equal_str(site, "same-origin"));
}

/* A GET has no Origin. Signed-in data still answers no other site, nor a sibling. */
static bool may_read(const struct http_exchange *x)
{
	struct bytes site = http_header(x, HTTP_SEC_FETCH_SITE);

	return site.len == 0 || bytes_equal_str(site, "same-origin") ||
	       bytes_equal_str(site, "none");
}

static bool is_json(const struct http_exchange *x)
{
	static const char type[] = "application/json";
	struct bytes given = http_header(x, HTTP_CONTENT_TYPE);
	size_t len = sizeof(type) - 1;

	return given.len >= len && memcmp(given.at, type, len) == 0 &&
	       (given.len == len || given.at[len] == ';' || given.at[len] == ' ');
}

/* Counters of failures are kept by this; the address itself goes no further. */
static uint64_t prefix_number(const struct broker *b, const struct net_prefix *p)
{
	uint64_t h = b->prefix_key ^ p->bits;

	for (size_t i = 0; i < sizeof(p->at); i++)
		h = (h ^ p->at[i]) * UINT64_C(1099511628211);
	return h;
}

static void answer_from_api(void *exchange, const struct api_reply *reply)
{
	struct http_header headers[2];
	char seconds[16];
	struct http_answer a = { .status = reply->status,
		.type = "application/json",
		.headers = headers,
		.body = reply->body };

	if (reply->set_cookie[0])
		headers[a.header_count++] = (struct http_header){ "set-cookie",
			bytes_str(reply->set_cookie) };
	if (reply->retry_after_s) {
		(void)snprintf(seconds, sizeof(seconds), "%u", reply->retry_after_s);
		headers[a.header_count++] =
			(struct http_header){ "retry-after", bytes_str(seconds) };
	}
	http_answer(exchange, &a);
}

static void ask_api(struct broker *b, struct http_exchange *x)
{
	struct net_prefix client = http_client(x);
	struct api_request r = {
		.method = method_of(x),
		.path = http_path(x),
		.body = http_body(x),
		.cookie = http_header(x, HTTP_COOKIE),
		.is_json = is_json(x),
		.is_same_origin = is_same_origin(b, x),
		.prefix = prefix_number(b, &client),
		.own_network = http_is_own_network(x),
	};

	if (r.method == API_GET && !may_read(x)) {
		http_answer(
			x, &(struct http_answer){ .status = 403,
				   .type = "application/json",
				   .body = BYTES_LIT("{\"error\":\"wrong_origin\"}") });
		return;
	}
	api_handle(b->api, &r, answer_from_api, x);
}

static bool begins(struct bytes path, const char *with)
{
	size_t len = strlen(with);

	return path.len >= len && memcmp(path.at, with, len) == 0;
}

void web_request(void *broker, struct http_exchange *x)
{
	struct broker *b = broker;
	struct bytes path = http_path(x);

	if (begins(path, "/api/"))
		ask_api(b, x);
	else if (bytes_equal_str(path, "/healthz"))
		health_alive(x);
	else if (bytes_equal_str(path, "/readyz"))
		health_ready(b, x);
	else
		http_answer(x, &(struct http_answer){ .status = 404,
				       .type = "text/html; charset=utf-8",
				       .body = site_not_found(b->site) });
}
