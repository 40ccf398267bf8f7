/* SPDX-License-Identifier: MPL-2.0
 *
 * The weekly counters as CSV for a spreadsheet (RFC 4180), small cells hidden.
 */
#include "hide.h"
#include "rows.h"

#include "samtale/base/fault.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LAST_WEEK 999999

static const char *const forms[] = { "", "video", "phone" };
static const char *const outcomes[] = { "", "held", "no_show", "not_reached", "cancelled",
	"technical", "consultant_absent", "unfinished" };
static const char *const causes[] = { "none", "booked", "asked", "media", "not_come",
	"other" };
static const char *const waits[] = { "none", "under 1 min", "1-5 min", "5-15 min",
	"over 15 min" };

#define NAME_OF(names, i) ((i) < ARRAY_LEN(names) ? names[i] : "unknown")

/* "2026-W47" as 202647. */
static bool take_week(const char *text, int32_t *ret)
{
	uint64_t year, week;

	if (!text)
		return true;
	if (strlen(text) != 8 || text[4] != '-' || text[5] != 'W' ||
		!bytes_to_u64(bytes_of(text, 4), 9999, &year) ||
		!bytes_to_u64(bytes_of(text + 6, 2), 53, &week) || week == 0)
		return false;
	*ret = (int32_t)(year * 100 + week);
	return true;
}

/* A cell that a spreadsheet would run as a formula is told to be text. */
static void put_field(FILE *to, const char *text)
{
	(void)fputc('"', to);
	if (strchr("=+-@", text[0]) && text[0])
		(void)fputc('\'', to);
	for (; *text; text++) {
		if (*text == '"')
			(void)fputc('"', to);
		(void)fputc(*text, to);
	}
	(void)fputc('"', to);
}

static void print(FILE *to, const struct stat_cell_list *cells)
{
	(void)fputs("week,team,form,outcome,hand_off,waiting,meetings\r\n", to);
	for (size_t i = 0; i < cells->n; i++) {
		const struct stat_cell *s = &cells->at[i];
		char count[24];

		hide_count(s->count, count);
		(void)fprintf(to, "%d-W%02d,", s->week / 100, s->week % 100);
		put_field(to, s->team);
		(void)fprintf(to, ",%s,%s,%s,%s,%s\r\n", NAME_OF(forms, s->form),
			NAME_OF(outcomes, s->outcome), NAME_OF(causes, s->cause),
			NAME_OF(waits, s->waiting), count);
	}
}

int run_stats(struct phrase_call *c)
{
	struct stat_cell_list cells = STORE_LIST_NULL;
	struct user_list users = STORE_LIST_NULL;
	int32_t from = 0, to = LAST_WEEK;
	int r;

	if (!take_week(phrase_value(&c->words, "from"), &from) ||
		!take_week(phrase_value(&c->words, "to"), &to))
		return phrase_fail(c, "A week is written as 2026-W47.");
	r = c->store->stats->list(c->store, from, to, &cells);
	if (r == 0)
		r = c->store->user->list(c->store, NULL, &users);
	if (r == 0) {
		hide_small_teams(&cells, &users);
		print(c->out, &cells);
	}
	if (r == 0 && cells.more)
		(void)fputs("There is more; ask for fewer weeks with --from and --to.\n",
			c->err);
	free(cells.at);
	free(users.at);
	return r == 0 ? 0 : phrase_fault(c, fault_fold(r));
}
