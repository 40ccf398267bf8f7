/* SPDX-License-Identifier: MPL-2.0
 *
 * Which records of a bundle a person asked for. A case is looked for twice: once for its
 * meetings, since a reference may have been given later than the first record, and once
 * for everything about those.
 */
#include "audit_inner.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* -- the filter ------------------------------------------------------------------ */
static int number_of(const char *word, const char *(*name)(unsigned), unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (strcasecmp(name(i), word) == 0)
			return (int)i;
	return -1;
}

static const char *event_name(unsigned i)
{
	return audit_name((enum audit_what)i);
}

static const char *purpose_name(unsigned i)
{
	return audit_purpose_name((enum audit_purpose)i);
}

static int read_words(struct phrase_call *c, struct audit_filter *f)
{
	const char *event = phrase_value(&c->words, "event");
	const char *purpose = phrase_value(&c->words, "purpose");
	const char *actor = phrase_value(&c->words, "actor");
	uint64_t n;

	if (event) {
		f->event = number_of(event, event_name, AUDIT_WHAT_COUNT);
		if (f->event < 0)
			return phrase_fail(c,
				"There is no event %s; docs/audit-events.md names them.",
				event);
	}
	if (purpose) {
		f->purpose = number_of(purpose, purpose_name, AUDIT_PURPOSE_COUNT);
		if (f->purpose < 0)
			return phrase_fail(c,
				"--purpose is own_meeting, colleague, enquiry, "
				"administration or citizen.");
	}
	if (actor) {
		if (!bytes_to_u64(bytes_str(actor), UINT32_MAX, &n))
			return phrase_fail(c, "--actor is the number of an account; "
					      "`samtale user list` says whose it is.");
		f->actor = (int64_t)n;
	}
	return 0;
}

int audit_filter_read(struct phrase_call *c, struct audit_filter *ret)
{
	*ret = (struct audit_filter)AUDIT_FILTER_NULL;
	if (!when_days(phrase_value(&c->words, "from"), phrase_value(&c->words, "to"),
		    &ret->span))
		return phrase_fail(c, "--from and --to are days such as 2026-11-22, the "
				      "first and the last.");
	ret->case_ref = phrase_value(&c->words, "case");
	return read_words(c, ret);
}

void audit_filter_deinit(struct audit_filter *f)
{
	free(f->meetings);
	f->meetings = NULL;
	f->meeting_n = 0;
}

/* -- the meetings of a case ------------------------------------------------------ */
/* Blanks and the case of letters do not count, as for case_tag(). */
static struct bytes fold(struct bytes text, uint8_t ret[LIMIT_CASE_REF])
{
	size_t n = 0;

	for (size_t i = 0; i < text.len && n < LIMIT_CASE_REF; i++)
		if (text.at[i] != ' ' && text.at[i] != '\t')
			ret[n++] = (uint8_t)tolower(text.at[i]);
	return bytes_of(ret, n);
}

static bool is_same_case(const struct record_inner *inner, const char *typed)
{
	uint8_t a[LIMIT_CASE_REF], b[LIMIT_CASE_REF];
	struct bytes mine = fold(bytes_of(inner->case_ref, inner->case_len), a);

	return mine.len > 0 && bytes_equal(mine, fold(bytes_str(typed), b));
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool is_known(const struct audit_filter *f, int64_t meeting)
{
	return bsearch(&meeting, f->meetings, f->meeting_n, sizeof(meeting), compare);
}

void audit_case_of(const struct read_record *r, char ret[LIMIT_CASE_REF + 1])
{
	struct bytes text = bytes_of(r->inner.case_ref, r->inner.case_len);

	if (!r->has_meeting || !bytes_is_clean_text(text, false) ||
		!bytes_to_str(text, ret, LIMIT_CASE_REF + 1))
		ret[0] = '\0';
}

/* Few of all meetings are of one case: sorted in at once. */
static int add_meeting(struct audit_filter *f, int64_t meeting)
{
	int64_t *grown;

	if (f->meetings && is_known(f, meeting))
		return 0;
	grown = realloc(f->meetings, (f->meeting_n + 1) * sizeof(*grown));
	if (!grown)
		return fault_here(ENOMEM);
	f->meetings = grown;
	grown[f->meeting_n++] = meeting;
	qsort(grown, f->meeting_n, sizeof(*grown), compare);
	return 0;
}

int audit_find_case(struct phrase_call *c, struct audit_opened *o, struct audit_filter *f)
{
	struct read_record r = { 0 };
	int e = audit_need_meetings(c, o);

	if (e != 0)
		return e;
	while ((e = log_reader_next(o->reader, &r)) == 0 || e == READER_E_BAD)
		if (e == 0 && r.has_meeting && is_same_case(&r.inner, f->case_ref) &&
			add_meeting(f, r.inner.meeting) < 0)
			return phrase_fault(c, -ENOMEM);
	return e == READER_E_END ? audit_open_again(c, o)
				 : audit_reader_fail(c, e, o->bundle);
}

/* -- the walk -------------------------------------------------------------------- */
static bool lets_through(const struct audit_filter *f, const struct read_record *r)
{
	const struct record *x = &r->record;

	return x->utc_ms >= f->span.from_ms && x->utc_ms < f->span.to_ms &&
	       (f->event < 0 || x->event == f->event) &&
	       (f->purpose < 0 || x->purpose == f->purpose) &&
	       (f->actor < 0 || x->actor == f->actor) &&
	       (!f->case_ref ||
		       (r->has_meeting && f->meetings && is_known(f, r->inner.meeting)));
}

/* One line a second, when it takes longer than one; the clock is asked now and then. */
static void tell(struct phrase_call *c, struct audit_walk *w)
{
	struct bundle_facts f;

	if (w->seen++ % 4096 != 0)
		return;
	if (w->told_ms == 0)
		w->told_ms = clock_boot_ms();
	if (clock_boot_ms() - w->told_ms < MS_SECOND)
		return;
	w->told_ms = clock_boot_ms();
	log_reader_facts(w->opened->reader, &f);
	(void)fprintf(
		c->err, "read: %" PRIu64 " of %" PRIu64 " records\n", w->seen, f.records);
}

int audit_walk(struct phrase_call *c, struct audit_walk *w)
{
	struct read_record r = { 0 };
	int e = 0, taken = 0;

	if (w->filter->case_ref && !w->filter->meetings &&
		audit_find_case(c, w->opened, w->filter) != 0)
		return 1;
	while (taken == 0 && ((e = log_reader_next(w->opened->reader, &r)) == 0 ||
				     e == READER_E_BAD)) {
		tell(c, w);
		if (e == READER_E_BAD) {
			w->closed++;
		} else if (lets_through(w->filter, &r)) {
			taken = w->take(w->arg, &r);
			w->taken++;
		}
	}
	if (taken != 0)
		return phrase_fault(c, fault_fold(taken));
	if (e != READER_E_END)
		return audit_reader_fail(c, e, w->opened->bundle);
	if (w->closed > 0)
		(void)fprintf(c->err,
			"%" PRIu64 " times a record or the rest of a segment did not "
			"open: it is damaged, or sealed to other auditors. `samtale "
			"audit verify` says whether it was changed.\n",
			w->closed);
	return 0;
}
