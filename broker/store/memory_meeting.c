/* SPDX-License-Identifier: MPL-2.0
 *
 * Bookings in memory.
 */
#include "memory_rows.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

static bool same(const struct token_hash *a, const struct token_hash *b)
{
	return secret_equal(
		bytes_of(a->at, sizeof(a->at)), bytes_of(b->at, sizeof(b->at)));
}

struct booking *memory_booking(struct memory_store *m, int64_t id)
{
	for (size_t i = 0; i < m->bookings.n; i++)
		if (m->bookings.at[i].id == id)
			return &m->bookings.at[i];
	return NULL;
}

static bool is_taken(struct memory_store *m, const struct booking *b)
{
	for (size_t i = 0; i < m->bookings.n; i++) {
		const struct booking *o = &m->bookings.at[i];

		if (o->id != b->id &&
			(o->number == b->number ||
				(o->has_link && b->has_link && same(&o->link, &b->link))))
			return true;
	}
	return false;
}

static bool has_owner(struct memory_store *m, int64_t owner)
{
	for (size_t i = 0; i < m->users.n; i++)
		if (m->users.at[i].id == owner)
			return true;
	return false;
}

/* What a row without a link or a case cannot hold. */
static struct booking as_stored(const struct booking *b)
{
	struct booking row = *b;

	if (!row.has_link) {
		row.link = (struct token_hash){ 0 };
		row.pin = (struct token_hash){ 0 };
	}
	if (!row.has_case)
		row.case_tag = (struct token_hash){ 0 };
	if (!row.has_phone_tag)
		row.phone_tag = (struct token_hash){ 0 };
	return row;
}

static int meeting_insert(struct store *s, struct booking *b)
{
	struct memory_store *m = memory_of(s);
	struct booking *row;

	if (memory_booking(m, b->id) || is_taken(m, b))
		return STORE_E_TAKEN;
	if (!has_owner(m, b->owner))
		return fault_here(EINVAL);
	row = ROWS_ADD(&m->bookings);
	if (!row)
		return fault_here(ENOMEM);
	b->version = 1;
	*row = as_stored(b);
	return 0;
}

static int copy_out(const struct booking *b, struct booking *ret)
{
	if (!b)
		return STORE_E_NONE;
	*ret = *b;
	return 0;
}

static int meeting_get(struct store *s, int64_t id, struct booking *ret)
{
	return copy_out(memory_booking(memory_of(s), id), ret);
}

static int meeting_by_link(
	struct store *s, const struct token_hash *h, struct booking *ret)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = 0; i < m->bookings.n; i++)
		if (m->bookings.at[i].has_link && same(&m->bookings.at[i].link, h))
			return copy_out(&m->bookings.at[i], ret);
	return STORE_E_NONE;
}

static int meeting_by_number(struct store *s, uint32_t number, struct booking *ret)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = 0; i < m->bookings.n; i++)
		if (m->bookings.at[i].number == number)
			return copy_out(&m->bookings.at[i], ret);
	return STORE_E_NONE;
}

static int meeting_update(struct store *s, struct booking *b)
{
	struct memory_store *m = memory_of(s);
	struct booking *row = memory_booking(m, b->id);

	if (!row)
		return STORE_E_NONE;
	if (row->version != b->version)
		return STORE_E_CONFLICT;
	if (is_taken(m, b))
		return STORE_E_TAKEN;
	if (!has_owner(m, b->owner))
		return fault_here(EINVAL);
	b->version++;
	*row = as_stored(b);
	return 0;
}

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_start(const void *a, const void *b)
{
	const struct booking *x = a, *y = b;
	int order = compare(x->starts_ms, y->starts_ms);

	return order ? order : compare(x->id, y->id);
}

static int by_start_newest(const void *a, const void *b)
{
	const struct booking *x = a, *y = b;
	int order = compare(y->starts_ms, x->starts_ms);

	return order ? order : compare(x->id, y->id);
}

typedef bool (*pick_fn)(const struct booking *b, const void *arg);

static int pick(struct store *s, pick_fn fits, const void *arg,
	int (*order)(const void *, const void *), struct booking_list *ret)
{
	struct memory_store *m = memory_of(s);
	struct booking *rows = calloc(m->bookings.n + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < m->bookings.n; i++)
		if (fits(&m->bookings.at[i], arg))
			rows[n++] = m->bookings.at[i];
	qsort(rows, n, sizeof(*rows), order);
	ret->at = rows;
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	return 0;
}

static bool is_in_span(const struct booking *b, const void *arg)
{
	const struct booking_span *span = arg;

	return b->starts_ms >= span->from_ms && b->starts_ms < span->to_ms &&
	       (span->owner == 0 || b->owner == span->owner) &&
	       (!span->team || strcmp(b->team, span->team) == 0);
}

static bool has_case(const struct booking *b, const void *arg)
{
	return b->has_case && same(&b->case_tag, arg);
}

static bool is_running(const struct booking *b, const void *arg)
{
	(void)arg;
	return b->state == BOOKING_OPEN || b->state == BOOKING_LIVE ||
	       b->state == BOOKING_PAUSED;
}

static int meeting_between(
	struct store *s, const struct booking_span *span, struct booking_list *ret)
{
	return pick(s, is_in_span, span, by_start, ret);
}

static int meeting_by_case(
	struct store *s, const struct token_hash *tag, struct booking_list *ret)
{
	return pick(s, has_case, tag, by_start_newest, ret);
}

static bool may_be_called_by(
	struct memory_store *m, const struct booking *b, const struct booking_caller *who)
{
	bool in_span = b->starts_ms >= who->from_ms && b->starts_ms < who->to_ms;

	return b->has_phone_tag && same(&b->phone_tag, &who->tag) &&
	       b->state != BOOKING_ENDED &&
	       (in_span || b->state == BOOKING_LIVE || b->state == BOOKING_PAUSED ||
		       memory_was_called(m, b->id, who->tried_ms));
}

static int meeting_by_caller(
	struct store *s, const struct booking_caller *who, struct booking *ret)
{
	struct memory_store *m = memory_of(s);
	const struct booking *one = NULL, *called = NULL;
	size_t n = 0, n_called = 0;

	for (size_t i = 0; i < m->bookings.n; i++) {
		const struct booking *b = &m->bookings.at[i];

		if (!may_be_called_by(m, b, who))
			continue;
		one = b;
		n++;
		if (memory_was_called(m, b->id, who->tried_ms)) {
			called = b;
			n_called++;
		}
	}
	if (n > 1)
		one = n_called == 1 ? called : NULL;
	return copy_out(one, ret);
}

static int meeting_unfinished(struct store *s, struct booking_list *ret)
{
	return pick(s, is_running, NULL, by_start, ret);
}

const struct meeting_questions memory_meeting = {
	.insert = meeting_insert,
	.get = meeting_get,
	.by_link = meeting_by_link,
	.by_number = meeting_by_number,
	.update = meeting_update,
	.between = meeting_between,
	.by_case = meeting_by_case,
	.by_caller = meeting_by_caller,
	.unfinished = meeting_unfinished,
};
