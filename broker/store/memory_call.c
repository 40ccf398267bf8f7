/* SPDX-License-Identifier: MPL-2.0
 *
 * Placed calls and call-backs in memory.
 */
#include "memory_rows.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

bool memory_was_called(const struct memory_store *m, int64_t meeting, int64_t since_ms)
{
	for (size_t i = 0; i < m->calls.n; i++)
		if (m->calls.at[i].a.meeting == meeting &&
			m->calls.at[i].a.at_ms >= since_ms)
			return true;
	return false;
}

static uint64_t cost_of(
	const struct call_row *row, int64_t now_ms, const struct call_price *price)
{
	int64_t lasted = now_ms - row->a.at_ms;

	if (row->over)
		return row->ore;
	if (lasted > price->longest_ms)
		lasted = price->longest_ms;
	return (uint64_t)(lasted / MS_MINUTE + 1) * price->ore_per_minute;
}

static int call_counts(struct store *s, const struct call_attempt *who,
	const struct call_price *price, struct call_counts *ret)
{
	struct memory_store *m = memory_of(s);
	struct call_counts c = { 0 };

	for (size_t i = 0; i < m->calls.n; i++) {
		const struct call_row *row = &m->calls.at[i];

		if (row->a.at_ms <= who->at_ms - MS_DAY)
			continue;
		c.day++;
		c.day_ore += cost_of(row, who->at_ms, price);
		c.meeting_day += row->a.meeting == who->meeting;
		c.user_hour +=
			row->a.user == who->user && row->a.at_ms > who->at_ms - MS_HOUR;
	}
	*ret = c;
	return 0;
}

static int call_placed(struct store *s, const struct call_attempt *a)
{
	struct call_row *row = ROWS_ADD(&memory_of(s)->calls);

	if (!row)
		return fault_here(ENOMEM);
	*row = (struct call_row){ .a = *a };
	return 0;
}

static int call_over(
	struct store *s, int64_t meeting, uint32_t leg, uint32_t seconds, uint32_t ore)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = m->calls.n; i-- > 0;) {
		struct call_row *row = &m->calls.at[i];

		if (row->over || row->a.meeting != meeting || row->a.leg != leg)
			continue;
		row->over = true;
		row->seconds = seconds;
		row->ore = ore;
		return 0;
	}
	return STORE_E_NONE;
}

/* -- call-backs -------------------------------------------------------------------- */
static struct call_back *find(struct memory_store *m, int64_t id)
{
	for (size_t i = 0; i < m->call_backs.n; i++)
		if (m->call_backs.at[i].id == id)
			return &m->call_backs.at[i];
	return NULL;
}

static int back_add(struct store *s, const struct call_back *b)
{
	struct memory_store *m = memory_of(s);
	struct call_back *row;

	if (find(m, b->id))
		return STORE_E_TAKEN;
	row = ROWS_ADD(&m->call_backs);
	if (!row)
		return fault_here(ENOMEM);
	*row = *b;
	return 0;
}

static int back_get(struct store *s, int64_t id, struct call_back *ret)
{
	const struct call_back *row = find(memory_of(s), id);

	if (!row)
		return STORE_E_NONE;
	*ret = *row;
	return 0;
}

static int by_age(const void *a, const void *b)
{
	const struct call_back *x = a, *y = b;

	if (x->created_ms != y->created_ms)
		return x->created_ms < y->created_ms ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static int back_list(
	struct store *s, const char *team, int64_t after_ms, struct call_back_list *ret)
{
	struct memory_store *m = memory_of(s);
	struct call_back *rows = calloc(m->call_backs.n + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < m->call_backs.n; i++) {
		const struct call_back *b = &m->call_backs.at[i];

		if (b->created_ms > after_ms &&
			(!b->team[0] || strcmp(b->team, team) == 0))
			rows[n++] = *b;
	}
	qsort(rows, n, sizeof(*rows), by_age);
	ret->at = rows;
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	return 0;
}

static int back_drop(struct store *s, int64_t id)
{
	struct memory_store *m = memory_of(s);
	struct call_back *row = find(m, id);

	if (!row)
		return STORE_E_NONE;
	ROWS_DROP(&m->call_backs, (size_t)(row - m->call_backs.at));
	return 0;
}

/* -- what is old ------------------------------------------------------------------- */
static int calls_old(struct store *s, int64_t before_ms, bool drop, size_t *ret_n)
{
	struct memory_store *m = memory_of(s);
	size_t n = 0;

	for (size_t i = m->calls.n; i-- > 0;) {
		if (m->calls.at[i].a.at_ms >= before_ms)
			continue;
		n++;
		if (drop)
			ROWS_DROP(&m->calls, i);
	}
	*ret_n = n;
	return 0;
}

static int backs_old(struct store *s, int64_t before_ms, bool drop, size_t *ret_n)
{
	struct memory_store *m = memory_of(s);
	size_t n = 0;

	for (size_t i = m->call_backs.n; i-- > 0;) {
		if (m->call_backs.at[i].created_ms >= before_ms)
			continue;
		n++;
		if (drop)
			ROWS_DROP(&m->call_backs, i);
	}
	*ret_n = n;
	return 0;
}

const struct call_questions memory_call = {
	.counts = call_counts,
	.placed = call_placed,
	.over = call_over,
	.back_add = back_add,
	.back_get = back_get,
	.back_list = back_list,
	.back_drop = back_drop,
	.calls_old = calls_old,
	.backs_old = backs_old,
};
