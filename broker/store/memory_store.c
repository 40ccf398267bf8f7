/* SPDX-License-Identifier: MPL-2.0
 *
 * The in-memory store and shelf put together, with the smaller subjects.
 */
#include "samtale/store/memory.h"

#include "memory_rows.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

bool memory_grow(void *at_pointer, size_t *cap, size_t n, size_t row_size)
{
	size_t want = *cap > 0 ? *cap * 2 : 16, size;
	void *at, *more;

	if (n < *cap)
		return true;
	if (__builtin_mul_overflow(want, row_size, &size))
		return false;
	memcpy(&at, at_pointer, sizeof(at));
	more = realloc(at, size);
	if (!more)
		return false;
	memcpy(at_pointer, &more, sizeof(more));
	*cap = want;
	return true;
}

/* -- records ----------------------------------------------------------------------- */
static struct record *record_copy(
	int64_t meeting, int64_t changed_ms, struct bytes sealed)
{
	struct record *row = malloc(sizeof(*row) + sealed.len);

	if (!row)
		return NULL;
	row->meeting = meeting;
	row->changed_ms = changed_ms;
	row->len = sealed.len;
	memcpy(row->blob, sealed.at, sealed.len);
	return row;
}

static int blob_put(struct store *s, bool live, struct record *made)
{
	struct memory_store *m = memory_of(s);
	struct blob_row *rows = live ? m->live.at : m->attendance.at;
	size_t n = live ? m->live.n : m->attendance.n;
	struct blob_row *row = NULL;

	if (!made)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < n; i++)
		if (rows[i].meeting == made->meeting)
			row = &rows[i];
	if (row)
		free(row->record);
	else
		row = live ? ROWS_ADD(&m->live) : ROWS_ADD(&m->attendance);
	if (!row) {
		free(made);
		return fault_here(ENOMEM);
	}
	*row = (struct blob_row){ made->meeting, made->changed_ms, made };
	return 0;
}

static int blob_get(
	const struct blob_row *rows, size_t n, int64_t meeting, struct record **ret)
{
	for (size_t i = 0; i < n; i++) {
		const struct record *r = rows[i].record;

		if (r->meeting != meeting)
			continue;
		*ret = record_copy(meeting, r->changed_ms, bytes_of(r->blob, r->len));
		return *ret ? 0 : fault_here(ENOMEM);
	}
	return STORE_E_NONE;
}

static int live_put(struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed)
{
	if (sealed.len == 0 || sealed.len > LIMIT_RECORD_BLOB)
		return fault_here(EMSGSIZE);
	return blob_put(s, true, record_copy(meeting, now_ms, sealed));
}

static int attendance_put(
	struct store *s, int64_t meeting, int64_t now_ms, struct bytes sealed)
{
	if (sealed.len == 0 || sealed.len > LIMIT_RECORD_BLOB)
		return fault_here(EMSGSIZE);
	return blob_put(s, false, record_copy(meeting, now_ms, sealed));
}

static int live_get(struct store *s, int64_t meeting, struct record **ret)
{
	return blob_get(memory_of(s)->live.at, memory_of(s)->live.n, meeting, ret);
}

static int attendance_get(struct store *s, int64_t meeting, struct record **ret)
{
	return blob_get(
		memory_of(s)->attendance.at, memory_of(s)->attendance.n, meeting, ret);
}

static int live_drop(struct store *s, int64_t meeting)
{
	struct memory_store *m = memory_of(s);

	for (size_t i = m->live.n; i-- > 0;)
		if (m->live.at[i].meeting == meeting) {
			free(m->live.at[i].record);
			ROWS_DROP(&m->live, i);
		}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int live_list(struct store *s, int64_t **ret, size_t *ret_n)
{
	struct memory_store *m = memory_of(s);
	int64_t *ids = calloc(m->live.n + 1, sizeof(*ids));

	if (!ids)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < m->live.n; i++)
		ids[i] = m->live.at[i].meeting;
	qsort(ids, m->live.n, sizeof(*ids), by_id);
	*ret = ids;
	*ret_n = m->live.n;
	return 0;
}

static const struct record_questions memory_record = {
	.live_put = live_put,
	.live_get = live_get,
	.live_drop = live_drop,
	.live_list = live_list,
	.attendance_put = attendance_put,
	.attendance_get = attendance_get,
};

/* -- counters, facts --------------------------------------------------------------- */
static int cell_order(const void *a, const void *b)
{
	const struct stat_cell *x = a, *y = b;
	int team = strcmp(x->team, y->team);

	if (x->week != y->week)
		return x->week < y->week ? -1 : 1;
	if (team)
		return team;
	if (x->form != y->form)
		return x->form - y->form;
	if (x->outcome != y->outcome)
		return x->outcome - y->outcome;
	return x->cause != y->cause ? x->cause - y->cause : x->waiting - y->waiting;
}

static int stats_add(struct store *s, const struct stat_cell *cell)
{
	struct memory_store *m = memory_of(s);
	struct stat_cell *row;

	for (size_t i = 0; i < m->stats.n; i++)
		if (cell_order(&m->stats.at[i], cell) == 0) {
			m->stats.at[i].count += cell->count;
			return 0;
		}
	row = ROWS_ADD(&m->stats);
	if (!row)
		return fault_here(ENOMEM);
	*row = *cell;
	return 0;
}

static int stats_list(
	struct store *s, int32_t from_week, int32_t to_week, struct stat_cell_list *ret)
{
	struct memory_store *m = memory_of(s);
	struct stat_cell *rows = calloc(m->stats.n + 1, sizeof(*rows));
	size_t n = 0;

	if (!rows)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < m->stats.n; i++)
		if (m->stats.at[i].week >= from_week && m->stats.at[i].week <= to_week)
			rows[n++] = m->stats.at[i];
	qsort(rows, n, sizeof(*rows), cell_order);
	ret->at = rows;
	ret->more = n > STORE_ROWS_MAX;
	ret->n = ret->more ? STORE_ROWS_MAX : n;
	return 0;
}

static const struct stats_questions memory_stats = { .add = stats_add,
	.list = stats_list };

static int meta_put(struct store *s, const char *key, const char *value)
{
	struct memory_store *m = memory_of(s);
	struct meta_row made = { 0 }, *row = NULL;

	if (!bytes_to_str(bytes_str(key), made.key, sizeof(made.key)) ||
		!bytes_to_str(bytes_str(value), made.value, sizeof(made.value)))
		return fault_here(EMSGSIZE);
	for (size_t i = 0; i < m->meta.n; i++)
		if (strcmp(m->meta.at[i].key, key) == 0)
			row = &m->meta.at[i];
	if (!row)
		row = ROWS_ADD(&m->meta);
	if (!row)
		return fault_here(ENOMEM);
	*row = made;
	return 0;
}

static int meta_get(struct store *s, const char *key, char ret[META_VALUE_MAX + 1])
{
	struct memory_store *m = memory_of(s);

	for (size_t i = 0; i < m->meta.n; i++)
		if (strcmp(m->meta.at[i].key, key) == 0) {
			memcpy(ret, m->meta.at[i].value, sizeof(m->meta.at[i].value));
			return 0;
		}
	return STORE_E_NONE;
}

static const struct meta_questions memory_meta = { .put = meta_put, .get = meta_get };

/* -- the whole --------------------------------------------------------------------- */
static int nothing(struct store *s)
{
	(void)s;
	return 0;
}

static void nothing_to_abandon(struct store *s)
{
	(void)s;
}

static const struct store_batch memory_batch = { nothing, nothing, nothing_to_abandon,
	nothing, nothing, nothing };

int memory_store_new(struct store **ret)
{
	struct memory_store *m = calloc(1, sizeof(*m));

	if (!m)
		return fault_here(ENOMEM);
	m->store = (struct store){
		.user = &memory_user,
		.staff_session = &memory_staff_session,
		.meeting = &memory_meeting,
		.record = &memory_record,
		.stats = &memory_stats,
		.call = &memory_call,
		.meta = &memory_meta,
		.retention = &memory_retention,
		.batch = &memory_batch,
	};
	*ret = &m->store;
	return 0;
}

struct store *memory_store_free(struct store *s)
{
	struct memory_store *m;

	if (!s)
		return NULL;
	m = memory_of(s);
	for (size_t i = 0; i < m->live.n; i++)
		free(m->live.at[i].record);
	for (size_t i = 0; i < m->attendance.n; i++)
		free(m->attendance.at[i].record);
	free(m->users.at);
	free(m->sessions.at);
	free(m->bookings.at);
	free(m->live.at);
	free(m->attendance.at);
	free(m->shredding.at);
	free(m->stats.at);
	free(m->calls.at);
	free(m->call_backs.at);
	free(m->meta.at);
	free(m);
	return NULL;
}
