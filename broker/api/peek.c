/* SPDX-License-Identifier: MPL-2.0
 *
 * What a citizen's page may know of a meeting before there is a WebSocket, and how the
 * house's refusals read over HTTP.
 */
#include "link.h"

#include "samtale/base/fault.h"

int link_unknown(struct call *c)
{
	call_refuse(c, 404, "link_unknown");
	return CALL_E_REFUSED;
}

int link_ask_around(struct call *c, struct store *s)
{
	int r = s->user->by_id(s, c->row.owner, &c->other);

	if (r < 0)
		return fault_pass(r);
	return cards_open(c, s, VAULT_LINK, &c->row, 1);
}

static const char *when_word(struct call *c, const struct house_glance *g)
{
	const struct settings *s = c->api->parts.settings;
	int64_t end = g->starts_ms + (int64_t)c->row.minutes * MS_MINUTE;
	int64_t now = clock_utc_ms();
	bool began = g->phase == BOOKING_LIVE || g->phase == BOOKING_PAUSED;

	/* One that nobody opened ends by itself when somebody next looks at it. */
	if (g->phase == BOOKING_ENDED ||
		(!began && now >= end + s->meeting_abandoned_hours * MS_HOUR))
		return "over";
	if (g->phase == BOOKING_BOOKED &&
		now < g->starts_ms - s->meeting_open_before_minutes * MS_MINUTE)
		return "early";
	return "now";
}

void link_write_peek(struct call *c, struct jout *o)
{
	const struct settings *s = c->api->parts.settings;
	const struct card *card = &c->cards.at[0];
	struct house_glance g;
	char call[OPEN_TEXT_CAP];

	house_glance(c->api->parts.house, &c->row, &g);
	card_call_number(c->api, &c->row, c->other.id ? &c->other : NULL, call);
	jout_object(o, "org");
	jout_str(o, "name", s->org_name);
	jout_str(o, "phone", s->org_phone);
	jout_end_object(o);
	jout_str(o, "consultant", c->other.given);
	jout_int(o, "starts", g.starts_ms);
	jout_int(o, "minutes", c->row.minutes);
	jout_word(o, "booked_form", form_names[c->row.form]);
	jout_word(o, "way", way_names[card->way]);
	jout_str(o, "language", c->row.language);
	jout_word(o, "when", when_word(c, &g));
	jout_word(o, "phase", state_names[g.phase]);
	jout_bool(o, "pin", c->row.pin_required);
	jout_int(o, "late_minutes", g.late_minutes);
	jout_object(o, "call");
	jout_str(o, "number", call);
	jout_str(o, "last2", card->last2);
	jout_bool(o, "asked", g.call_asked);
	jout_end_object(o);
	jout_int(o, "now", clock_utc_ms());
	jout_bool(o, "trial", c->api->parts.trial);
}

void link_answer_peek(struct call *c)
{
	link_write_peek(c, call_body(c, PEEK_BODY));
	call_send(c);
}

void link_house_refuse(struct call *c, int result)
{
	switch (result) {
	case HOUSE_E_NONE:
		call_refuse(c, 404, "link_unknown");
		break;
	case HOUSE_E_EARLY:
		c->error_ms = c->row.starts_ms;
		call_refuse(c, 409, "too_early");
		break;
	case HOUSE_E_OVER:
		call_refuse(c, 409, "over");
		break;
	case HOUSE_E_FULL:
		call_refuse(c, 409, "lobby_full");
		break;
	case HOUSE_E_NO_NUMBER:
		call_refuse_field(c, 422, "phone_missing", "phone");
		break;
	case HOUSE_E_NOT_RECORDED:
		call_refuse(c, 503, "not_recorded");
		break;
	case HOUSE_E_BUSY:
		c->retry_after_s = 2;
		call_refuse(c, 503, "busy");
		break;
	default:
		call_fault(c, result);
	}
}
