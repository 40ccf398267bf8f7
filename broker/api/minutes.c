/* SPDX-License-Identifier: MPL-2.0
 *
 * The signed minutes of a meeting that is over, for the consultant who held it and her
 * team. That they were given out is on record before the vault is asked.
 */
#include "call.h"

#include "samtale/store/minutes.h"

#include <errno.h>

#define MINUTES_JSON_MAX (2 * MINUTES_TEXT_MAX + 128)

static int refuse(struct call *c, int outcome)
{
	if (outcome < 0)
		return call_recorded(c, outcome);
	if (outcome == MINUTES_E_NOT_ENDED)
		call_refuse(c, 409, "not_ended");
	else
		call_refuse(c, 404, "record_gone");
	return CALL_E_REFUSED;
}

static int ask_minutes(struct call *c, struct store *s)
{
	const struct api_parts *parts = &c->api->parts;
	struct minutes_ask ask = { s, parts->vault, parts->node, c->id, c->user.id };
	uint8_t text[MINUTES_TEXT_MAX];
	struct writer w = writer_of(text, sizeof(text));
	struct minutes m;
	int r = card_reach(c, s, REACH_TEAM);

	if (r != 0)
		return r;
	if (c->row.state != BOOKING_ENDED)
		return refuse(c, MINUTES_E_NOT_ENDED);
	r = call_note(c, AUDIT_MINUTES_SIGNED, call_purpose(c), c->id, 0);
	if (r != 0)
		return r;
	r = minutes_find(&ask, &m);
	if (r == 0)
		r = minutes_issue(parts->vault, &m, parts->settings->org_name, &w);
	if (r != 0)
		return refuse(c, r);
	jout_text(call_body(c, MINUTES_JSON_MAX), "minutes", writer_bytes(&w));
	jout_str(&c->out, "receipt", m.receipt);
	return 0;
}

const struct route minutes_routes[] = {
	{ API_GET, "staff/meetings/{id}/minutes", ROUTE_STAFF, RECORD(MINUTES_SIGNED),
		NULL, ask_minutes, call_send, NULL },
	{ .path = NULL },
};
