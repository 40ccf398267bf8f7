/* SPDX-License-Identifier: MPL-2.0
 *
 * Who called in, did not get through and waits to be called back: a list for the team
 * with the numbers masked, one number shown on record, and the end of it. A request lives
 * for a day at most, here as in the store's deletion run.
 */
#include "call.h"

#include "samtale/base/fault.h"
#include "samtale/store/call.h"
#include "samtale/vault/seal.h"

#include <stdlib.h>

#define CALL_BACK_JSON_MAX (2 * LIMIT_TEAM + 160)

enum { NUMBER_TEXT }; /* place in call.texts */

static int open_number(struct call *c, const struct call_back *b, char ret[OPEN_TEXT_CAP])
{
	return open_text(node_key_get(c->api->parts.node, NODE_CALL_BACK_SEAL),
		SEAL_CALL_BACK, b->id, &b->number, ret);
}

/* -- the list ---------------------------------------------------------------------- */

static int ask_list(struct call *c, struct store *s)
{
	int r = s->call->back_list(
		s, c->user.team, clock_utc_ms() - CALL_BACK_KEEP_MS, &c->call_backs);

	if (r != 0)
		return fault_fold(r);
	return call_note_view(c, AUDIT_CALL_BACKS_READ, AUDIT_FOR_ENQUIRY, 0,
		audit_count_of(c->call_backs.n));
}

/* Its last two digits; what does not open shows none. */
static void write_masked(struct call *c, const struct call_back *b, struct jout *o)
{
	wiped_buf(number, OPEN_TEXT_CAP);
	char masked[16];
	struct writer w = writer_of(masked, sizeof(masked));
	size_t n;

	if (open_number(c, b, (char *)number) != 0)
		number[0] = '\0';
	n = strlen((char *)number);
	write_str(&w, "\xc2\xb7\xc2\xb7\xc2\xb7\xc2\xb7 ");
	if (n >= 2)
		write_str(&w, (char *)number + n - 2);
	jout_text(o, "masked", writer_bytes(&w));
}

static void answer_list(struct call *c)
{
	struct jout *o = call_body(c, 64 + c->call_backs.n * CALL_BACK_JSON_MAX);

	jout_array(o, "callbacks");
	for (size_t i = 0; i < c->call_backs.n; i++) {
		const struct call_back *b = &c->call_backs.at[i];

		jout_object(o, NULL);
		jout_id(o, "id", b->id);
		write_masked(c, b, o);
		jout_int(o, "created", b->created_ms);
		jout_str(o, "team", b->team);
		jout_end_object(o);
	}
	jout_end_array(o);
	call_send(c);
}

/* -- one of them ------------------------------------------------------------------- */

/* Into c->call_back, if it is everybody's or of her team and not too old. */
static int reach(struct call *c, struct store *s)
{
	struct call_back *b = &c->call_back;
	int r = s->call->back_get(s, c->id, b);

	if (r < 0)
		return fault_pass(r);
	if (r == 0 && b->created_ms > clock_utc_ms() - CALL_BACK_KEEP_MS &&
		(!b->team[0] || strcmp(b->team, c->user.team) == 0))
		return 0;
	call_refuse(c, 404, "not_found");
	return CALL_E_REFUSED;
}

static int ask_number(struct call *c, struct store *s)
{
	char text[OPEN_TEXT_CAP];
	int r = reach(c, s);

	if (r == 0)
		r = call_note(c, AUDIT_CALL_BACK_SHOWN, AUDIT_FOR_ENQUIRY, 0, 0);
	if (r != 0)
		return r;
	r = open_number(c, &c->call_back, text);
	if (r > 0) {
		call_refuse(c, 404, "no_number");
		return CALL_E_REFUSED;
	}
	if (r == 0)
		r = call_keep_text(c, NUMBER_TEXT, text);
	secret_wipe(text, sizeof(text));
	return r;
}

static void answer_number(struct call *c)
{
	jout_str(call_body(c, 128), "phone", c->texts[NUMBER_TEXT]);
	call_send(c);
}

static int ask_done(struct call *c, struct store *s)
{
	int r = reach(c, s);

	if (r == 0)
		r = call_note(c, AUDIT_CALL_BACK_DONE, AUDIT_FOR_ENQUIRY, 0, 0);
	return r != 0 ? r : s->call->back_drop(s, c->id);
}

static void answer_done(struct call *c)
{
	house_call_backs_changed(c->api->parts.house, c->call_back.team);
	call_send(c);
}

const struct route call_back_routes[] = {
	{ API_GET, "staff/callbacks", ROUTE_STAFF, RECORD(CALL_BACKS_READ), NULL,
		ask_list, answer_list, NULL },
	{ API_POST, "staff/callbacks/{id}/number", ROUTE_STAFF, RECORD(CALL_BACK_SHOWN),
		NULL, ask_number, answer_number, NULL },
	{ API_POST, "staff/callbacks/{id}/done", ROUTE_STAFF, RECORD(CALL_BACK_DONE),
		NULL, ask_done, answer_done, NULL },
	{ .path = NULL },
};
