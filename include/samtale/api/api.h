/* SPDX-License-Identifier: MPL-2.0
 *
 * The HTTP half of the product, docs/openapi.yaml: links, sign-in, bookings. One table of
 * routes; a route decodes on the loop, asks the store on its worker, answers on the loop.
 * The caller is whoever speaks HTTP; this room never sees a socket.
 */
#pragma once

#include "samtale/base/bytes.h"

struct api;
struct audit;
struct desk;
struct house;
struct node_key;
struct settings;
struct vault;
struct worker;

struct api_parts { /* all borrowed; must outlive the api */
	struct desk *desk;
	struct vault *vault;
	const struct node_key *node;
	struct worker *password_worker;
	struct audit *audit;
	struct house *house;
	const struct settings *settings;
	const char *origin; /* what links begin with: https://HOST */
	bool trial;         /* pages and answers say that this is for trying out */
};

/* Faults: -ENOMEM. */
must_check int api_new(struct api **ret, const struct api_parts *parts);
/* Every call must have been answered: free the workers first. */
struct api *api_free(struct api *a);
DEFINE_FREEP(struct api, api_free, api_freep)
/* After SIGHUP. */
void api_set_settings(struct api *a, const struct settings *s);

enum api_method { API_GET, API_POST, API_PATCH, API_OTHER };

struct api_request { /* borrowed for the call */
	enum api_method method;
	struct bytes path; /* without a query, for example /api/v1/link/peek */
	struct bytes body;
	struct bytes cookie; /* the header as it came */
	bool is_json;        /* Content-Type: application/json */
	bool is_same_origin; /* Origin is ours, and Sec-Fetch-Site, if sent, says so too
			      */
	uint64_t prefix;     /* key of the address prefix, for throttling; RAM only */
	bool own_network;    /* many people behind that prefix */
};

struct api_reply { /* borrowed for the call */
	int status;
	struct bytes body;      /* JSON */
	char set_cookie[160];   /* "" for none */
	unsigned retry_after_s; /* 0 for none */
};

/* Comes exactly once per api_handle(), on the loop, perhaps before it returns. */
typedef void (*api_answer_fn)(void *exchange, const struct api_reply *reply);

void api_handle(
	struct api *a, const struct api_request *r, api_answer_fn answer, void *exchange);
/* Calls that were not answered yet. */
unsigned api_open_calls(const struct api *a);
