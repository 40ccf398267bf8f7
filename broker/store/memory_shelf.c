/* SPDX-License-Identifier: MPL-2.0
 *
 * The shelf of wrapped keys in memory, for tests.
 */
#include "memory_rows.h"

#include "samtale/base/fault.h"
#include "samtale/store/memory.h"

#include <errno.h>
#include <stdlib.h>

struct memory_shelf {
	struct key_shelf shelf;
	ROWS(struct shelf_row) rows; /* by meeting */
};

/* First row that is not below the meeting. */
static size_t place(const struct memory_shelf *m, int64_t meeting)
{
	size_t i = 0;

	while (i < m->rows.n && m->rows.at[i].meeting < meeting)
		i++;
	return i;
}

static struct shelf_row *find(struct memory_shelf *m, int64_t meeting)
{
	size_t i = place(m, meeting);

	return i < m->rows.n && m->rows.at[i].meeting == meeting ? &m->rows.at[i] : NULL;
}

static int shelf_put(void *arg, const struct shelf_row *row)
{
	struct memory_shelf *m = arg;
	size_t i = place(m, row->meeting);
	struct shelf_row *last;

	if (find(m, row->meeting))
		return SHELF_E_TAKEN;
	last = ROWS_ADD(&m->rows);
	if (!last)
		return fault_here(ENOMEM);
	memmove(&m->rows.at[i + 1], &m->rows.at[i], (m->rows.n - 1 - i) * sizeof(*row));
	m->rows.at[i] = *row;
	return 0;
}

static int shelf_get(void *arg, int64_t meeting, struct shelf_row *ret)
{
	const struct shelf_row *row = find(arg, meeting);

	if (!row)
		return SHELF_E_NONE;
	*ret = *row;
	return 0;
}

static void sweep(struct memory_shelf *m, struct shelf_row *row)
{
	if (!row->has_ck && !row->has_mk)
		ROWS_DROP(&m->rows, (size_t)(row - m->rows.at));
}

static int shelf_drop_ck(void *arg, int64_t meeting)
{
	struct shelf_row *row = find(arg, meeting);

	if (row) {
		row->has_ck = false;
		memset(row->ck, 0, sizeof(row->ck));
		sweep(arg, row);
	}
	return 0;
}

static int shelf_drop_mk(void *arg, int64_t meeting)
{
	struct shelf_row *row = find(arg, meeting);

	if (row) {
		row->has_mk = row->has_case = false;
		memset(row->mk, 0, sizeof(row->mk));
		sweep(arg, row);
	}
	return 0;
}

static int shelf_list(
	void *arg, int64_t after, struct shelf_row *rows, size_t cap, size_t *ret_n)
{
	struct memory_shelf *m = arg;
	size_t n = 0;

	for (size_t i = place(m, after); i < m->rows.n && n < cap; i++)
		if (m->rows.at[i].meeting > after)
			rows[n++] = m->rows.at[i];
	*ret_n = n;
	return 0;
}

static int shelf_change(void *arg, const struct shelf_row *row)
{
	struct shelf_row *old = find(arg, row->meeting);

	if (!old)
		return SHELF_E_NONE;
	*old = *row;
	return 0;
}

static int shelf_find(void *arg, const struct token_hash *tag, int64_t after,
	int64_t *ids, size_t cap, size_t *ret_n)
{
	const struct memory_shelf *m = arg;
	size_t n = 0;

	for (size_t i = place(m, after); i < m->rows.n && n < cap; i++) {
		const struct shelf_row *row = &m->rows.at[i];

		if (row->meeting > after && row->has_case &&
			memcmp(row->case_tag.at, tag->at, sizeof(tag->at)) == 0)
			ids[n++] = row->meeting;
	}
	*ret_n = n;
	return 0;
}

int memory_shelf_new(struct key_shelf **ret)
{
	struct memory_shelf *m = calloc(1, sizeof(*m));

	if (!m)
		return fault_here(ENOMEM);
	m->shelf = (struct key_shelf){ m, shelf_put, shelf_get, shelf_drop_ck,
		shelf_drop_mk, shelf_list, shelf_change, shelf_find };
	*ret = &m->shelf;
	return 0;
}

struct key_shelf *memory_shelf_free(struct key_shelf *k)
{
	if (k) {
		struct memory_shelf *m = k->arg;

		free(m->rows.at);
		free(m);
	}
	return NULL;
}
