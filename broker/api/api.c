/* SPDX-License-Identifier: MPL-2.0
 *
 * Finds the route, checks what every route needs (JSON, our own origin, a sign-in that is
 * still good) and starts the call. Nothing reaches a route's code before these checks.
 */
#include "call.h"

#include "samtale/api/field.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <errno.h>
#include <stdlib.h>

#define PREFIX "/api/v1/"
#define TOUCH_AFTER_MS                                                                   \
	MS_MINUTE /* a read does not write the session's row every time                  \
		   */

static const struct route *const tables[] = { link_routes, seat_routes, account_routes,
	setup_routes, day_routes, booking_routes, change_routes, call_back_routes,
	minutes_routes };

int api_new(struct api **ret, const struct api_parts *parts)
{
	struct api *a = calloc(1, sizeof(*a));

	if (!a)
		return fault_here(ENOMEM);
	a->parts = *parts;
	a->throttle = house_throttle(parts->house);
	api_set_settings(a, parts->settings);
	*ret = a;
	return 0;
}

struct api *api_free(struct api *a)
{
	free(a);
	return NULL;
}

void api_set_settings(struct api *a, const struct settings *s)
{
	a->parts.settings = s;
	throttle_set_lock(a->throttle, (unsigned)s->staff_failures_until_lock,
		s->staff_lock_minutes * MS_MINUTE);
}

unsigned api_open_calls(const struct api *a)
{
	return a->open_calls;
}

const struct route *api_route(size_t at)
{
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (const struct route *route = tables[t]; route->path; route++)
			if (at-- == 0)
				return route;
	return NULL;
}

/* -- finding the route ----------------------------------------------------------------
 */

static struct bytes part_of(struct bytes *path)
{
	const uint8_t *slash = memchr(path->at, '/', path->len);
	size_t len = slash ? (size_t)(slash - path->at) : path->len;
	struct bytes part = bytes_of(path->at, len);

	path->at += len + (slash ? 1 : 0);
	path->len -= len + (slash ? 1 : 0);
	return part;
}

static bool part_fits(struct call *c, struct bytes pattern, struct bytes part)
{
	uint64_t id;

	if (bytes_equal_str(pattern, "{id}")) {
		if (part.len > 16 || !bytes_to_u64(part, (1ull << 53) - 1, &id) ||
			id == 0)
			return false;
		c->id = (int64_t)id;
		return true;
	}
	if (bytes_equal_str(pattern, "{date}"))
		return bytes_to_str(part, c->day.date, sizeof(c->day.date));
	return bytes_equal(pattern, part);
}

static bool path_fits(struct call *c, const char *pattern, struct bytes path)
{
	struct bytes p = bytes_str(pattern);

	if (path.len && path.at[path.len - 1] == '/')
		return false;
	while (p.len && path.len)
		if (!part_fits(c, part_of(&p), part_of(&path)))
			return false;
	return p.len == 0 && path.len == 0;
}

/* Sets c->route, or refuses with 404 or 405. */
static void find_route(struct call *c, const struct api_request *r)
{
	size_t skip = sizeof(PREFIX) - 1;
	bool other_method = false;

	if (r->path.len <= skip || memcmp(r->path.at, PREFIX, skip) != 0) {
		call_refuse(c, 404, "not_found");
		return;
	}
	for (size_t t = 0; t < ARRAY_LEN(tables); t++)
		for (const struct route *route = tables[t]; route->path; route++) {
			struct bytes path =
				bytes_of(r->path.at + skip, r->path.len - skip);

			if (!path_fits(c, route->path, path))
				continue;
			other_method = route->method != r->method;
			if (!other_method) {
				c->route = route;
				return;
			}
		}
	call_refuse(c, other_method ? 405 : 404, other_method ? "method" : "not_found");
}

/* -- what every call needs ------------------------------------------------------------
 */

static void read_cookies(struct call *c, struct bytes header)
{
	const struct node_key *node = c->api->parts.node;
	struct bytes device = field_cookie(header, "__Host-device");
	struct bytes session = field_cookie(header, "__Host-staff");

	c->has_device = token_hash(node, TOKEN_DEVICE, device, &c->device);
	c->has_session = token_hash(node, TOKEN_SESSION, session, &c->session_hash);
}

static void read_request(struct call *c, const struct api_request *r)
{
	int outcome;

	read_cookies(c, r->cookie);
	if ((c->route->needs & ROUTE_STAFF) && !c->has_session) {
		call_refuse(c, 401, "signed_out");
		return;
	}
	if (r->method == API_GET) {
		if (c->route->read)
			c->route->read(c);
		return;
	}
	if (!r->is_same_origin) {
		call_refuse(c, 403, "wrong_origin");
		return;
	}
	if (!r->is_json) {
		call_refuse(c, 415, "not_json");
		return;
	}
	outcome = jin_open(&c->in, r->body, LIMIT_BODY);
	if (outcome != 0) {
		call_refuse(c, 400, "bad_request");
		return;
	}
	if (c->route->read)
		c->route->read(c);
	if (!jin_ok(&c->in))
		call_refuse_field(c, 400, "bad_request", c->in.bad_field);
}

/* Worker. Who is signed in; refuses with 401. Outcome: CALL_E_IDLE. */
static int ask_staff(struct call *c, struct store *s)
{
	const struct settings *set = c->api->parts.settings;
	int64_t now = clock_utc_ms(), idle;
	int r = s->staff_session->get(s, &c->session_hash, &c->session);

	if (r == 0)
		r = s->user->by_id(s, c->session.user, &c->user);
	if (r < 0)
		return fault_pass(r);
	if (r != 0 || c->user.disabled) {
		call_refuse(c, 401, "signed_out");
		return CALL_E_REFUSED;
	}
	idle = now - c->session.used_ms;
	if (c->session.expires_ms <= now && !c->in_talk)
		return CALL_E_IDLE;
	if (c->route->needs & ROUTE_EVEN_LOCKED)
		return 0;
	if (idle > set->staff_idle_lock_minutes * MS_MINUTE && !c->in_talk)
		return CALL_E_IDLE;
	if (idle > TOUCH_AFTER_MS)
		return s->staff_session->touch(s, &c->session_hash, now);
	return 0;
}

static int ask_route(struct call *c, struct store *s)
{
	if (c->route->needs & ROUTE_STAFF) {
		int r = ask_staff(c, s);

		if (r != 0)
			return r;
	}
	return c->route->ask ? c->route->ask(c, s) : 0;
}

void api_handle(
	struct api *a, const struct api_request *r, api_answer_fn answer, void *exchange)
{
	struct call *c = calloc(1, sizeof(*c));

	if (!c) {
		struct api_reply busy = { .status = 503,
			.body = BYTES_LIT("{\"error\":\"busy\"}"),
			.retry_after_s = 2 };

		answer(exchange, &busy);
		return;
	}
	a->open_calls++;
	c->api = a;
	c->answer = answer;
	c->exchange = exchange;
	c->prefix = r->prefix;
	c->own_network = r->own_network;
	find_route(c, r);
	if (c->route)
		read_request(c, r);
	if (c->error || !c->route)
		call_send(c);
	else if (c->route->ask || (c->route->needs & ROUTE_STAFF))
		call_again(c, ask_route, c->route->answer);
	else
		c->route->answer(c);
}
