/* SPDX-License-Identifier: MPL-2.0
 *
 * What is kept and for how long, printed from the inventory with the periods in force, so
 * the page cannot promise another; and the deletion run by hand.
 */
#include "json_text.h"
#include "note.h"
#include "rows.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/privacy/data.h"
#include "samtale/store/retention.h"

#include <errno.h>
#include <stdlib.h>

/* -- explain --------------------------------------------------------------------- */
#define FIELD_MAX 1024

static void put_field(
	FILE *to, const struct settings *s, const char *name, const struct said *said)
{
	char text[FIELD_MAX];
	struct writer w = writer_of(text, sizeof(text) - 1);
	const struct speaker speaker = { &w, s, LANGUAGE_EN, false };

	speak_said(&speaker, said);
	text[w.len] = '\0';
	(void)fprintf(to, ",\"%s\":", name);
	json_text_put(to, text);
}

static void put_datum(FILE *to, const struct settings *s, const struct datum *d)
{
	(void)fprintf(to, "{\"id\":\"%s\",\"settings\":\"%s\"", d->id, d->settings);
	put_field(to, s, "what", &d->what);
	put_field(to, s, "purpose", &d->purpose);
	put_field(to, s, "basis", data_basis_said(d->basis));
	put_field(to, s, "until", &d->until);
	put_field(to, s, "where", data_place_said(d->place));
	put_field(to, s, "sealed", data_seal_said(d->seal));
	put_field(to, s, "readers", &d->readers);
	(void)fputs("}", to);
}

static void explain_json(FILE *to, const struct settings *s)
{
	const char *between = "[";

	for (size_t i = 0; i < data_count; i++) {
		if (!fact_holds(data_table[i].when, s))
			continue;
		(void)fputs(between, to);
		put_datum(to, s, &data_table[i]);
		between = ",\n";
	}
	(void)fputs("]\n", to);
}

int run_retention_explain(struct phrase_call *c)
{
	const struct settings *settings = &c->place->settings;
	owned(heap_freep) char *text = malloc(DATA_TEXT_MAX);
	struct writer w = writer_of(text, text ? DATA_TEXT_MAX : 0);
	const struct speaker speaker = { &w, settings, LANGUAGE_EN, false };

	if (phrase_value(&c->words, "json")) {
		explain_json(c->out, settings);
		return 0;
	}
	data_explain(&speaker);
	if (!writer_ok(&w))
		return phrase_fault(c, fault_here(text ? EMSGSIZE : ENOMEM));
	(void)fwrite(text, 1, w.len, c->out);
	return 0;
}

/* -- run ------------------------------------------------------------------------- */
static struct retention_policy policy_of(const struct settings *s)
{
	return (struct retention_policy){
		.contact_hours = s->data_contact_hours,
		.contact_days = s->data_contact_days,
		.booking_days = s->data_booking_days,
		.attendance_days = s->data_attendance_days,
		.record_days = s->data_record_days,
	};
}

int run_retention_run(struct phrase_call *c)
{
	struct retention_policy policy = policy_of(&c->place->settings);
	bool dry = phrase_value(&c->words, "dry-run");
	struct retention_counts counts;
	struct retention_run run = { .store = c->store,
		.vault = c->vault,
		.policy = &policy,
		.now_ms = clock_utc_ms(),
		.dry = dry };
	size_t n = 0;
	int r = retention_run_here(&run, &counts);

	if (r < 0)
		return phrase_fault(c, r);
	for (int kind = 0; kind < RETENTION_KIND_COUNT; kind++) {
		n += counts.of[kind];
		(void)fprintf(c->out, "%-10s %zu\n",
			retention_kind_name((enum retention_kind)kind), counts.of[kind]);
	}
	if (counts.more)
		(void)fputs("There is more: the service goes on with it.\n", c->out);
	if (dry)
		return 0;
	r = note_event(c, AUDIT_DELETION_RUN, 0, audit_count_of(n));
	return r < 0 ? phrase_fault(c, r) : 0;
}
