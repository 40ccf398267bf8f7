/* SPDX-License-Identifier: MPL-2.0
 *
 * Who did not get through is called back, not sent away: at one of today's meetings it
 * becomes that meeting's *call me*, with the caller's number as one that the citizen gave
 * (the consultant accepts it or not); else it waits in the store, sealed, for the team.
 */
#include "switchboard.h"

struct back {
	struct desk_task task; /* first */
	struct switchboard *board;
	uint64_t caller;
	struct call_back row;
};

/* A hidden caller hears the same whatever is kept: without a meeting nothing could be, so
 * another word would tell him which meeting numbers are real. */
static void say(struct switchboard *b, uint64_t caller, bool kept)
{
	const struct caller *c = caller_find(b, caller);

	b->figures.call_backs += kept;
	if (c) /* else he hung up */
		call_in_verdict(b, c->leg,
			kept && c->number[0] ? PHONE_VERDICT_CALL_BACK
					     : PHONE_VERDICT_LATER);
}

/* -- for the team ------------------------------------------------------------------ */

static int back_ask(struct desk_task *task, struct store *s)
{
	const struct back *k = container_of(task, struct back, task);

	return s->call->back_add(s, &k->row);
}

static void back_answer(struct desk_task *task, int result)
{
	struct back *k = container_of(task, struct back, task);

	if (result != 0)
		log_event(EV_CALL_FAILED, F_ERRNO(result < 0 ? -result : EEXIST));
	else
		house_call_backs_changed(k->board->house, k->row.team);
	say(k->board, k->caller, result == 0);
	free(k);
}

/* False: it cannot be kept. */
static bool keep_for_team(struct caller *c, const char *team)
{
	const struct house_parts *parts = &c->board->house->parts;
	struct back *k = c->number[0] ? calloc(1, sizeof(*k)) : NULL;

	if (!k)
		return false;
	k->task.ask = back_ask;
	k->task.answer = back_answer;
	k->board = c->board;
	k->caller = c->id;
	k->row.id = random_id();
	k->row.created_ms = clock_utc_ms();
	memcpy(k->row.team, team, strlen(team) + 1);
	board_note(c->board, AUDIT_CALL_BACK_ASKED, 0, 0, true);
	if (seal_text(node_key_get(parts->node, NODE_CALL_BACK_SEAL), SEAL_CALL_BACK,
		    k->row.id, c->number, &k->row.number) == 0 &&
		desk_put(parts->desk, &k->task) == 0)
		return true;
	free(k);
	return false;
}

/* -- for a meeting ----------------------------------------------------------------- */

struct wish {
	struct switchboard *board;
	uint64_t caller;
	char team[LIMIT_TEAM + 1];
};

/* A meeting that takes no wish (over, or no number at all) leaves it to the team. */
static void wished(void *arg, int result, const struct house_called *got)
{
	struct wish *w = arg;
	struct caller *c = caller_find(w->board, w->caller);

	(void)got;
	if (result == 0)
		say(w->board, w->caller, true);
	else if (c && !keep_for_team(c, w->team))
		say(w->board, w->caller, false);
	free(w);
}

/* Who calls from the number on file gives no other one. */
static bool is_on_file(const struct caller *c, const struct booking *row)
{
	struct token_hash tag;

	return row->has_phone_tag &&
	       phone_tag(c->board->house->parts.node, bytes_str(c->number), &tag) &&
	       secret_equal(bytes_of(tag.at, sizeof(tag.at)),
		       bytes_of(row->phone_tag.at, sizeof(row->phone_tag.at)));
}

static bool wish_at(struct caller *c, const struct booking *row)
{
	struct house_call ask = { .meeting = row->id };
	struct wish *w = calloc(1, sizeof(*w));

	if (!w)
		return false;
	w->board = c->board;
	w->caller = c->id;
	memcpy(w->team, row->team, sizeof(w->team));
	if (!is_on_file(c, row))
		memcpy(ask.phone, c->number, sizeof(ask.phone));
	house_call_me(c->board->house, &ask, wished, w);
	secret_wipe(&ask, sizeof(ask));
	return true;
}

void call_back_begin(struct caller *c, const struct booking *row)
{
	int64_t from_ms, to_ms;
	bool is_todays, kept;

	board_today(&from_ms, &to_ms);
	is_todays = row && row->starts_ms >= from_ms && row->starts_ms < to_ms &&
		    row->state != BOOKING_ENDED;
	kept = is_todays ? wish_at(c, row) : keep_for_team(c, row ? row->team : "");
	if (!kept)
		say(c->board, c->id, false);
}
