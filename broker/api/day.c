/* SPDX-License-Identifier: MPL-2.0
 *
 * Reading: the day, the team's day, finding, one card. Each read is on record before a
 * key is released.
 */
#include "call.h"

#include "samtale/api/field.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#define FIND_BACK_MS  (35 * MS_DAY) /* labels are searched this far back and ahead */
#define FIND_AHEAD_MS (120 * MS_DAY)

/* -- the day --------------------------------------------------------------------------
 */

static void read_day(struct call *c)
{
	if (!field_day(bytes_str(c->day.date), &c->day.from_ms, &c->day.to_ms))
		call_refuse_field(c, 400, "bad_request", "date");
}

static void read_team_day(struct call *c)
{
	c->day.team = true;
	read_day(c);
}

static int ask_day(struct call *c, struct store *s)
{
	struct booking_list rows = STORE_LIST_NULL;
	struct booking_span span = { c->day.from_ms, c->day.to_ms, c->user.id, NULL };
	int r;

	if (c->day.team && c->user.team[0]) {
		span.owner = 0;
		span.team = c->user.team;
	}
	r = s->meeting->between(s, &span, &rows);
	if (r == 0)
		r = call_note_view(c, AUDIT_DAY_READ,
			c->day.team ? AUDIT_FOR_COLLEAGUE : AUDIT_FOR_OWN_MEETING, 0,
			audit_count_of(rows.n));
	if (r == 0)
		r = cards_open(
			c, s, c->day.team ? VAULT_TEAM : VAULT_DAY, rows.at, rows.n);
	c->cards.more = rows.more;
	free(rows.at);
	return r;
}

static void write_cards(struct call *c, struct jout *o)
{
	jout_array(o, "cards");
	for (size_t i = 0; i < c->cards.n; i++)
		card_write(c, &c->cards.at[i], NULL, o);
	jout_end_array(o);
	jout_bool(o, "more", c->cards.more);
}

static void answer_day(struct call *c)
{
	struct jout *o = call_body(c, 256 + c->cards.n * CARD_JSON_MAX);

	if (c->day.date[0])
		jout_str(o, "date", c->day.date);
	write_cards(c, o);
	call_send(c);
}

/* -- finding --------------------------------------------------------------------------
 */

static void read_find(struct call *c)
{
	struct bytes text = jin_text(&c->in, "text", 2, sizeof(c->day.text) - 1);

	if (!bytes_to_str(text, c->day.text, sizeof(c->day.text)))
		jin_refuse(&c->in, "text");
}

static bool may_see(const struct call *c, const struct booking *b)
{
	return b->owner == c->user.id ||
	       (c->user.team[0] && strcmp(b->team, c->user.team) == 0);
}

/* Keeps what fits in place, in order. */
static void keep_mine(const struct call *c, struct booking_list *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++)
		if (may_see(c, &rows->at[i]))
			rows->at[n++] = rows->at[i];
	rows->n = n;
}

static int find_case(struct call *c, struct store *s, struct booking_list *ret)
{
	struct token_hash tag;

	if (!case_tag(c->api->parts.node, bytes_str(c->day.text), &tag))
		return 0;
	return s->meeting->by_case(s, &tag, ret);
}

static int find_number(struct call *c, struct store *s, struct booking_list *ret)
{
	uint64_t n;
	int r;

	if (strlen(c->day.text) != 8 ||
		!bytes_to_u64(bytes_str(c->day.text), 99999999, &n))
		return 0;
	ret->at = calloc(1, sizeof(*ret->at));
	if (!ret->at)
		return fault_here(ENOMEM);
	r = s->meeting->by_number(s, (uint32_t)n, ret->at);
	ret->n = r == 0 ? 1 : 0;
	return r < 0 ? fault_pass(r) : 0;
}

/* Labels are sealed: open what she may see around now, keep what holds the text. */
static int find_label(struct call *c, struct store *s)
{
	struct booking_list rows = STORE_LIST_NULL;
	int64_t now = clock_utc_ms();
	struct booking_span span = { now - FIND_BACK_MS, now + FIND_AHEAD_MS, c->user.id,
		NULL };
	size_t n = 0;
	int r;

	if (c->user.team[0]) {
		span.owner = 0;
		span.team = c->user.team;
	}
	r = s->meeting->between(s, &span, &rows);
	if (r == 0)
		r = cards_open(c, s, VAULT_SEARCH, rows.at, rows.n);
	c->cards.more = rows.more;
	free(rows.at);
	for (size_t i = 0; r == 0 && i < c->cards.n; i++)
		if (strcasestr(c->cards.at[i].label, c->day.text))
			c->cards.at[n++] = c->cards.at[i];
	if (r == 0 && c->cards.at) {
		secret_wipe(c->cards.at + n, (c->cards.n - n) * sizeof(*c->cards.at));
		c->cards.n = n;
	}
	return r;
}

static int find_exact(struct call *c, struct store *s,
	int (*find)(struct call *, struct store *, struct booking_list *))
{
	struct booking_list rows = STORE_LIST_NULL;
	int r = find(c, s, &rows);

	keep_mine(c, &rows);
	if (r == 0 && rows.n)
		r = cards_open(c, s, VAULT_SEARCH, rows.at, rows.n);
	free(rows.at);
	return r;
}

/* What the text matched: of the row SEARCH. */
enum find_by { BY_NOTHING, BY_CASE, BY_NUMBER, BY_LABEL };
#define HITS_MAX 999

static int ask_find(struct call *c, struct store *s)
{
	enum find_by by = BY_CASE;
	size_t hits;
	int r = find_exact(c, s, find_case);

	if (r == 0 && c->cards.n == 0) {
		by = BY_NUMBER;
		r = find_exact(c, s, find_number);
	}
	if (r == 0 && c->cards.n == 0) {
		by = BY_LABEL;
		r = find_label(c, s);
	}
	if (r != 0)
		return r;
	hits = c->cards.n < HITS_MAX ? c->cards.n : HITS_MAX;
	/* On record before anything of it leaves. */
	return call_note(c, AUDIT_SEARCH, AUDIT_FOR_ENQUIRY, 0,
		(uint32_t)((hits ? by : BY_NOTHING) * 1000 + hits));
}

/* -- one card -------------------------------------------------------------------------
 */

static int ask_card(struct call *c, struct store *s)
{
	int r = card_reach(c, s, REACH_TEAM);

	if (r == 0)
		r = call_note_view(c, AUDIT_MEETING_READ, call_purpose(c), c->id, 0);
	return r == 0 ? cards_open(c, s,
				call_purpose(c) == AUDIT_FOR_OWN_MEETING ? VAULT_VIEW
									 : VAULT_TEAM,
				&c->row, 1)
		      : r;
}

void call_answer_card(struct call *c)
{
	card_write(c, &c->cards.at[0], "card", call_body(c, CARD_JSON_MAX));
	call_send(c);
}

const struct route day_routes[] = {
	{ API_GET, "staff/day/{date}", ROUTE_STAFF, RECORD(DAY_READ), read_day, ask_day,
		answer_day, NULL },
	{ API_GET, "staff/day/{date}/team", ROUTE_STAFF, RECORD(DAY_READ), read_team_day,
		ask_day, answer_day, NULL },
	{ API_POST, "staff/find", ROUTE_STAFF, RECORD(SEARCH), read_find, ask_find,
		answer_day, NULL },
	{ API_GET, "staff/meetings/{id}", ROUTE_STAFF, RECORD(MEETING_READ), NULL,
		ask_card, call_answer_card, NULL },
	{ .path = NULL },
};
