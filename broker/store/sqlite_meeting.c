/* SPDX-License-Identifier: MPL-2.0
 *
 * Bookings in SQLite.
 */
#include "database.h"
#include "questions.h"

#include "samtale/base/fault.h"

#include <stdlib.h>

static void put_sealed(struct query *q, const struct sealed *s)
{
	query_put_blob(q, bytes_of(s->at, s->len));
}

static void put_hash(struct query *q, const struct token_hash *h, bool has)
{
	query_put_blob(q, bytes_of(h->at, has ? sizeof(h->at) : 0));
}

static void put_booking(struct query *q, const struct booking *b)
{
	query_put_i64(q, b->number);
	query_put_i64(q, b->owner);
	query_put_text(q, b->team);
	query_put_i64(q, b->starts_ms);
	query_put_i64(q, b->minutes);
	query_put_i64(q, b->form);
	query_put_i64(q, b->chosen_by);
	query_put_i64(q, b->state);
	query_put_i64(q, b->outcome);
	query_put_text(q, b->language);
	query_put_i64(q, b->pin_required);
	query_put_i64(q, b->phone_by_citizen);
	query_put_text(q, b->contact_phone);
	put_sealed(q, &b->label);
	put_sealed(q, &b->phone);
	put_sealed(q, &b->way);
	put_sealed(q, &b->case_ref);
	put_hash(q, &b->case_tag, b->has_case);
	put_hash(q, &b->link, b->has_link);
	put_hash(q, &b->pin, b->has_link);
	query_put_i64(q, b->link_generation);
	query_put_i64(q, b->contact_gone);
	query_put_i64(q, b->record_gone);
	query_put_i64(q, b->created_ms);
	query_put_i64(q, b->changed_ms);
	query_put_i64(q, b->started_ms);
	query_put_i64(q, b->ended_ms);
	put_hash(q, &b->phone_tag, b->has_phone_tag);
}

static void get_sealed(struct query *q, struct sealed *s)
{
	s->len = (uint16_t)query_get_blob(q, s->at, sizeof(s->at));
}

static uint8_t get_u8(struct query *q)
{
	uint32_t v = query_get_u32(q);

	if (v > UINT8_MAX)
		q->bad = true;
	return (uint8_t)v;
}

static void get_booking(struct query *q, struct booking *b)
{
	*b = (struct booking){ 0 };
	b->id = query_get_i64(q);
	b->version = query_get_i64(q);
	b->number = query_get_u32(q);
	b->owner = query_get_i64(q);
	query_get_text(q, b->team, sizeof(b->team));
	b->starts_ms = query_get_i64(q);
	b->minutes = query_get_u32(q);
	b->form = get_u8(q);
	b->chosen_by = get_u8(q);
	b->state = get_u8(q);
	b->outcome = get_u8(q);
	query_get_text(q, b->language, sizeof(b->language));
	b->pin_required = query_get_bool(q);
	b->phone_by_citizen = query_get_bool(q);
	query_get_text(q, b->contact_phone, sizeof(b->contact_phone));
	get_sealed(q, &b->label);
	get_sealed(q, &b->phone);
	get_sealed(q, &b->way);
	get_sealed(q, &b->case_ref);
	b->has_case = query_get_fixed(q, b->case_tag.at, sizeof(b->case_tag.at));
	b->has_link = query_get_fixed(q, b->link.at, sizeof(b->link.at));
	(void)query_get_fixed(q, b->pin.at, sizeof(b->pin.at));
	b->link_generation = query_get_u32(q);
	b->contact_gone = query_get_bool(q);
	b->record_gone = query_get_bool(q);
	b->created_ms = query_get_i64(q);
	b->changed_ms = query_get_i64(q);
	b->started_ms = query_get_i64(q);
	b->ended_ms = query_get_i64(q);
	b->has_phone_tag = query_get_fixed(q, b->phone_tag.at, sizeof(b->phone_tag.at));
}

static int meeting_insert(struct store *s, struct booking *b)
{
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_BOOKING_INSERT);
	query_put_i64(&q, b->id);
	put_booking(&q, b);
	r = query_run(&q);
	if (r == 0)
		b->version = 1;
	return r;
}

static int one_booking(struct query *q, struct booking *ret)
{
	struct booking b;
	int r = query_next(q);

	if (r != QUERY_E_ROW)
		return r == 0 ? STORE_E_NONE : fault_pass(r);
	get_booking(q, &b);
	r = query_end(q, 0);
	if (r == 0)
		*ret = b;
	return r;
}

static int meeting_get(struct store *s, int64_t id, struct booking *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_BOOKING_GET);
	query_put_i64(&q, id);
	return one_booking(&q, ret);
}

static int meeting_by_link(
	struct store *s, const struct token_hash *h, struct booking *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_BOOKING_BY_LINK);
	put_hash(&q, h, true);
	return one_booking(&q, ret);
}

static int meeting_by_number(struct store *s, uint32_t number, struct booking *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_BOOKING_BY_NUMBER);
	query_put_i64(&q, number);
	return one_booking(&q, ret);
}

static int meeting_update(struct store *s, struct booking *b)
{
	struct booking now;
	struct query q;
	int r;

	query_begin(&q, database_of(s), SQL_BOOKING_UPDATE);
	query_put_i64(&q, b->id);
	query_put_i64(&q, b->version);
	put_booking(&q, b);
	r = query_run_one(&q);
	if (r == STORE_E_NONE && meeting_get(s, b->id, &now) == 0)
		return STORE_E_CONFLICT;
	if (r == 0)
		b->version++;
	return r;
}

/* Every row of a query whose parameters are bound; the last is how many at most. */
static int all_bookings(struct query *q, struct booking_list *ret)
{
	owned(heap_freep) struct booking *rows = NULL;
	size_t cap = 0, n = 0;
	int r;

	query_put_i64(q, STORE_ROWS_MAX + 1);
	while ((r = query_next(q)) == QUERY_E_ROW) {
		void *at = rows;

		r = rows_grow(&at, &cap, n, sizeof(*rows));
		rows = at;
		if (r < 0)
			return query_end(q, r);
		get_booking(q, &rows[n++]);
	}
	if (r < 0 || q->bad)
		return query_end(q, r);
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	ret->at = rows;
	rows = NULL;
	return 0;
}

static int meeting_between(
	struct store *s, const struct booking_span *span, struct booking_list *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_BOOKING_BETWEEN);
	query_put_i64(&q, span->from_ms);
	query_put_i64(&q, span->to_ms);
	query_put_i64(&q, span->owner);
	query_put_text(&q, span->team);
	return all_bookings(&q, ret);
}

static int meeting_by_case(
	struct store *s, const struct token_hash *tag, struct booking_list *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_BOOKING_BY_CASE);
	put_hash(&q, tag, true);
	return all_bookings(&q, ret);
}

/* At most two rows, the one that was called before the one that was not. */
static int meeting_by_caller(
	struct store *s, const struct booking_caller *who, struct booking *ret)
{
	struct booking rows[2];
	bool tried[2] = { false };
	struct query q;
	int n = 0, r;

	query_begin(&q, database_of(s), SQL_BOOKING_BY_CALLER);
	put_hash(&q, &who->tag, true);
	query_put_i64(&q, who->from_ms);
	query_put_i64(&q, who->to_ms);
	query_put_i64(&q, who->tried_ms);
	while ((r = query_next(&q)) == QUERY_E_ROW && n < 2) {
		get_booking(&q, &rows[n]);
		tried[n++] = query_get_bool(&q);
	}
	r = query_end(&q, r);
	if (r < 0)
		return fault_pass(r);
	if (n == 0 || (n == 2 && tried[0] == tried[1]))
		return STORE_E_NONE;
	*ret = rows[0];
	return 0;
}

static int meeting_unfinished(struct store *s, struct booking_list *ret)
{
	struct query q;

	query_begin(&q, database_of(s), SQL_BOOKING_UNFINISHED);
	return all_bookings(&q, ret);
}

const struct meeting_questions sqlite_meeting = {
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
