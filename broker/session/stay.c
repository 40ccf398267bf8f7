/* SPDX-License-Identifier: MPL-2.0
 *
 * A live talk never signs out: the sign-in of a consultant who is in a meeting is carried
 * on in small steps, so that she also comes back when her connection blinks. With the
 * talk over, it ends within STAY_MS.
 */
#include "inner.h"

#define STAY_MS       (30 * MS_MINUTE)
#define STAY_AHEAD_MS (10 * MS_MINUTE)

struct stay {
	struct desk_task task; /* first */
	struct token_hash hash;
	int64_t expires_ms;
};

static int stay_ask(struct desk_task *task, struct store *s)
{
	const struct stay *stay = container_of(task, struct stay, task);
	struct staff_session row;
	int r = s->staff_session->get(s, &stay->hash, &row);

	if (r != 0 || row.expires_ms >= stay->expires_ms)
		return r == STORE_E_NONE ? 0 : r; /* signed out meanwhile: let it be */
	row.expires_ms = stay->expires_ms;
	r = s->staff_session->drop(s, &stay->hash);
	return r == 0 ? s->staff_session->put(s, &row) : r;
}

static void stay_answer(struct desk_task *task, int result)
{
	(void)result; /* asked again before the time is up */
	free(container_of(task, struct stay, task));
}

void peer_stay(struct peer *p)
{
	int64_t now = clock_utc_ms();
	struct stay *stay;

	if (!p->live || p->expires_ms - now > STAY_AHEAD_MS)
		return;
	stay = calloc(1, sizeof(*stay));
	if (!stay)
		return;
	stay->task.ask = stay_ask;
	stay->task.answer = stay_answer;
	stay->hash = p->who.session;
	stay->expires_ms = now + STAY_MS;
	if (desk_put(p->house->parts.desk, &stay->task) == 0)
		p->expires_ms = stay->expires_ms;
	else
		free(stay);
}
