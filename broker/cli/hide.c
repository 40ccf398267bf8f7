/* SPDX-License-Identifier: MPL-2.0
 *
 * Only counts are printed, never sums beside them, so a hidden cell cannot be found by
 * subtraction.
 */
#include "hide.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_small(const char *team, const struct user_list *users)
{
	unsigned n = 0;

	for (size_t i = 0; i < users->n; i++)
		n += strcmp(users->at[i].team, team) == 0;
	return n < HIDE_TEAM_LEAST;
}

static bool is_same(const struct stat_cell *a, const struct stat_cell *b)
{
	return a->week == b->week && a->form == b->form && a->outcome == b->outcome &&
	       a->cause == b->cause && a->waiting == b->waiting &&
	       strcmp(a->team, b->team) == 0;
}

static void add_up(
	struct stat_cell_list *cells, size_t *kept, const struct stat_cell *cell)
{
	for (size_t i = 0; i < *kept; i++)
		if (is_same(&cells->at[i], cell)) {
			cells->at[i].count += cell->count;
			return;
		}
	cells->at[(*kept)++] = *cell;
}

void hide_small_teams(struct stat_cell_list *cells, const struct user_list *users)
{
	size_t kept = 0;

	for (size_t i = 0; i < cells->n; i++) {
		struct stat_cell cell = cells->at[i];

		if (is_small(cell.team, users))
			(void)snprintf(cell.team, sizeof(cell.team), HIDE_SMALL_TEAM);
		add_up(cells, &kept, &cell);
	}
	cells->n = kept;
}

void hide_count(int64_t count, char ret[24])
{
	if (count < HIDE_LEAST)
		(void)snprintf(ret, 24, "<%d", HIDE_LEAST);
	else
		(void)snprintf(ret, 24, "%" PRId64, count);
}
