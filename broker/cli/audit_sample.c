/* SPDX-License-Identifier: MPL-2.0
 *
 * The fixed control procedure: so many uses by staff, drawn by lot, as a page to print,
 * fill in and sign. The lot is a hash of the seed and the record's number: the same seed
 * draws the same ones, so that nobody can draw until it suits, and anybody can draw
 * again.
 */
#include "audit_inner.h"
#include "json_text.h"
#include "rows.h"

#include "samtale/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_MAX 200
#define SEED_TEXT  17
#define SEED_MAX   64

struct lot {
	uint8_t hash[HASH_BYTES];
	struct read_record record;
};

struct sample {
	const char *seed;
	size_t wanted, n;
	uint64_t candidates;
	struct lot *lots; /* the lowest hashes so far, ascending */
	struct staff_names names;
};

/* -- drawing --------------------------------------------------------------------- */
/* What a person may have had no business to see, in the leader's words: those of the
 * catalogue speak to the citizen. */
static const struct use {
	enum audit_what what;
	const char *danish;
} uses[] = {
	{ AUDIT_DAY_READ, "Så en liste over dagens aftaler" },
	{ AUDIT_SEARCH, "Søgte efter aftaler" },
	{ AUDIT_NUMBER_SHOWN, "Fik vist borgerens telefonnummer" },
	{ AUDIT_INVITATION_SHOWN, "Fik vist mødets link og kode" },
	{ AUDIT_RECORD_READ, "Læste oversigten over et holdt møde" },
	{ AUDIT_MEETING_READ, "Så en aftale" },
	{ AUDIT_CALL_BACK_SHOWN, "Fik vist nummeret på en, der venter på opkald" },
	{ AUDIT_CALL_BACKS_READ, "Så listen over dem, der venter på opkald" },
	{ AUDIT_TAKEN_OVER, "Overtog en kollegas aftale" },
	{ AUDIT_CASE_FOUND, "Fandt aftaler ud fra sagens nummer" },
	{ AUDIT_MINUTES_SIGNED, "Hentede et mødes underskrevne tider" },
	{ AUDIT_KEY_OPENED, "Åbnede mødets oplysninger" },
};

/* NULL: nothing of that kind. */
static const struct use *use_of(const struct record *r)
{
	if (r->role != AUDIT_CONSULTANT && r->role != AUDIT_CHAIR &&
		r->role != AUDIT_ADMINISTRATOR)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (r->event == uses[i].what)
			return &uses[i];
	return NULL;
}

static void put(struct sample *s, const struct lot *lot)
{
	size_t at = s->n < s->wanted ? s->n++ : s->n - 1;

	for (; at > 0 && memcmp(lot->hash, s->lots[at - 1].hash, HASH_BYTES) < 0; at--)
		s->lots[at] = s->lots[at - 1];
	s->lots[at] = *lot;
}

static int take(void *arg, const struct read_record *r)
{
	struct sample *s = arg;
	struct lot lot = { .record = *r };
	uint8_t number[8];
	struct writer w = writer_of(number, sizeof(number));
	const struct bytes parts[] = { bytes_str(s->seed), bytes_of(number, 8) };

	if (!use_of(&r->record))
		return 0;
	s->candidates++;
	write_u64(&w, r->sequence);
	hash_parts(NULL, parts, ARRAY_LEN(parts), lot.hash);
	if (s->n < s->wanted || memcmp(lot.hash, s->lots[s->n - 1].hash, HASH_BYTES) < 0)
		put(s, &lot);
	return 0;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x = ((const struct lot *)a)->record.sequence;
	uint64_t y = ((const struct lot *)b)->record.sequence;

	return (x > y) - (x < y);
}

/* -- the page -------------------------------------------------------------------- */
static void put_html(FILE *to, const char *text)
{
	for (; *text; text++) {
		uint8_t room[8];
		struct writer w = writer_of(room, sizeof(room));

		write_html(&w, bytes_of(text, 1));
		(void)fwrite(room, 1, w.len, to);
	}
}

static void put_cell(FILE *to, const char *text)
{
	(void)fputs("<td>", to);
	put_html(to, text);
	(void)fputs("</td>", to);
}

static void put_row(FILE *to, const struct sample *s, size_t i)
{
	const struct read_record *r = &s->lots[i].record;
	const struct record *x = &r->record;
	char when[WHEN_TEXT], who[96], about[LIMIT_CASE_REF + 32],
		name[LIMIT_USERNAME + 1], reference[LIMIT_CASE_REF + 1];

	when_danish(x->utc_ms, when);
	staff_name(&s->names, x->actor, name);
	if (x->actor)
		(void)snprintf(who, sizeof(who), "nr. %" PRIu32 "%s%s", x->actor,
			*name ? ", " : "", name);
	else
		(void)snprintf(
			who, sizeof(who), "%s", audit_role_da((enum audit_role)x->role));
	audit_case_of(r, reference);
	if (r->has_meeting)
		(void)snprintf(about, sizeof(about), "møde %" PRId64 "%s%s",
			r->inner.meeting, *reference ? ", sag " : "", reference);
	else
		(void)snprintf(about, sizeof(about), "%s",
			x->has_inner ? "slettet" : "intet bestemt møde");
	(void)fprintf(to,
		"<tr><td>%zu</td><td>%s<br><small>linje %" PRIu64 "</small></td>", i + 1,
		when, r->sequence);
	put_cell(to, who);
	put_cell(to, use_of(x)->danish);
	put_cell(to, audit_purpose_da((enum audit_purpose)x->purpose));
	put_cell(to, about);
	(void)fputs("<td>☐ ja<br>☐ nej</td><td>☐ ja<br>☐ nej</td><td class=\"note\"></td>"
		    "</tr>\n",
		to);
}

static const char page_head[] =
	"<!doctype html>\n<html lang=\"da\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<title>Stikprøve af opslag</title>\n<style>\n"
	"@page { size: A4 landscape; margin: 12mm; }\n"
	"body { font: 11pt/1.4 sans-serif; max-width: 270mm; margin: 1em auto; }\n"
	"table { border-collapse: collapse; width: 100%; }\n"
	"th, td { border: 1px solid #555; padding: 4px 6px; text-align: left; "
	"vertical-align: top; }\n"
	"thead { display: table-header-group; }\ntr { break-inside: avoid; }\n"
	".note { width: 22%; }\n.sign td { border: 0; border-bottom: 1px solid #555; "
	"height: 14mm; vertical-align: bottom; }\n"
	"</style>\n</head>\n<body>\n<h1>Stikprøve af opslag</h1>\n";

static const char page_how[] =
	"<p>Sådan gør du: Gå hver linje igennem sammen med medarbejderen. Sæt kryds. "
	"Skriv en "
	"bemærkning, hvis svaret er nej. Kan et opslag ikke forklares, så ring til "
	"databeskyttelsesrådgiveren samme dag. Skriv under og gem siden lige så længe "
	"som "
	"loggen.</p>\n"
	"<table>\n<thead><tr><th>Nr.</th><th>Tid</th><th>Medarbejder</th><th>Hvad skete "
	"der?"
	"</th><th>Oplyst formål</th><th>Møde</th><th>Eget møde?</th><th>Er formålet i "
	"orden?"
	"</th><th>Bemærkning</th></tr></thead>\n<tbody>\n";

static const char page_sign[] =
	"</tbody>\n</table>\n<table class=\"sign\">\n"
	"<tr><td>Kontrolleret af:</td><td>Dato:</td><td>Underskrift:</td></tr>\n"
	"<tr><td>Set af "
	"databeskyttelsesrådgiver:</td><td>Dato:</td><td>Underskrift:</td></tr>\n"
	"</table>\n</body>\n</html>\n";

static void put_facts(struct phrase_call *c, const struct sample *s,
	const struct bundle_facts *f, const struct when_span *span)
{
	char from[WHEN_TEXT] = "loggens start", to[WHEN_TEXT] = "i dag", now[WHEN_TEXT];
	int64_t first = span->from_ms > f->from_ms ? span->from_ms : f->from_ms;
	int64_t last = span->to_ms < f->to_ms ? span->to_ms : f->to_ms;

	if (first > 0)
		when_danish(first, from);
	if (last < INT64_MAX)
		when_danish(last, to);
	when_danish(clock_utc_ms(), now);
	(void)fputs("<p>", c->out);
	put_html(c->out, c->has_place ? c->place->settings.org_name : "");
	(void)fprintf(c->out,
		"<br>Periode: %s til %s. Lavet %s.<br>Der var %" PRIu64
		" opslag i perioden. %zu er trukket ved lodtrækning. Lodtrækningens tal: "
		"<strong>",
		from, to, now, s->candidates, s->n);
	put_html(c->out, s->seed);
	(void)fputs("</strong></p>\n", c->out);
}

static void print_page(struct phrase_call *c, const struct sample *s,
	const struct audit_opened *o, const struct when_span *span)
{
	struct bundle_facts f;

	log_reader_facts(o->reader, &f);
	(void)fputs(page_head, c->out);
	put_facts(c, s, &f, span);
	(void)fputs(page_how, c->out);
	for (size_t i = 0; i < s->n; i++)
		put_row(c->out, s, i);
	(void)fputs(page_sign, c->out);
}

/* -- for other programs ---------------------------------------------------------- */
static void put_object(FILE *to, const struct read_record *r)
{
	char when[WHEN_TEXT], reference[LIMIT_CASE_REF + 1];

	when_utc(r->record.utc_ms, when);
	audit_case_of(r, reference);
	(void)fprintf(to,
		"{\"sequence\":%" PRIu64 ",\"time\":\"%s\",\"event\":\"%s\",\"actor\":"
		"%" PRIu32 ",\"purpose\":\"%s\",\"meeting\":\"",
		r->sequence, when, audit_name((enum audit_what)r->record.event),
		r->record.actor,
		audit_purpose_name((enum audit_purpose)r->record.purpose));
	if (r->has_meeting)
		(void)fprintf(to, "%" PRId64, r->inner.meeting);
	(void)fputs("\",\"case\":", to);
	json_text_put(to, reference);
	(void)fputc('}', to);
}

static void print_json(struct phrase_call *c, const struct sample *s)
{
	(void)fputs("{\"seed\":", c->out);
	json_text_put(c->out, s->seed);
	(void)fprintf(c->out, ",\"uses\":%" PRIu64 ",\"drawn\":[", s->candidates);
	for (size_t i = 0; i < s->n; i++) {
		(void)fputs(i ? ",\n" : "\n", c->out);
		put_object(c->out, &s->lots[i].record);
	}
	(void)fputs("]}\n", c->out);
}

/* -- in -------------------------------------------------------------------------- */
static int read_wishes(struct phrase_call *c, struct sample *s, char seed[SEED_TEXT])
{
	uint64_t n;

	if (!bytes_to_u64(bytes_str(phrase_value(&c->words, "random")), SAMPLE_MAX, &n) ||
		n == 0)
		return phrase_fail(
			c, "--random is how many to draw, 1 to %d.", SAMPLE_MAX);
	s->wanted = (size_t)n;
	s->seed = phrase_value(&c->words, "seed");
	if (!s->seed) {
		(void)snprintf(seed, SEED_TEXT, "%08" PRIx32 "%08" PRIx32,
			random_below(UINT32_MAX), random_below(UINT32_MAX));
		s->seed = seed;
	}
	if (strlen(s->seed) > SEED_MAX)
		return phrase_fail(
			c, "--seed is at most %d letters and digits.", SEED_MAX);
	s->lots = calloc(s->wanted, sizeof(*s->lots));
	return s->lots ? 0 : phrase_fault(c, -ENOMEM);
}

int run_audit_sample(struct phrase_call *c)
{
	char seed[SEED_TEXT];
	struct sample s = { 0 };
	struct audit_filter f = AUDIT_FILTER_NULL;
	struct audit_opened o = AUDIT_OPENED_NULL;
	struct audit_walk w = { .opened = &o, .filter = &f, .take = take, .arg = &s };
	int r = read_wishes(c, &s, seed);

	if (r == 0)
		r = audit_filter_read(c, &f);
	if (r == 0)
		r = audit_open(c, &o);
	if (r == 0)
		r = audit_need_meetings(c, &o);
	if (r == 0)
		r = audit_walk(c, &w);
	if (r == 0) {
		staff_names_read(c, &s.names);
		qsort(s.lots, s.n, sizeof(*s.lots), by_time);
		if (phrase_value(&c->words, "json"))
			print_json(c, &s);
		else
			print_page(c, &s, &o, &f.span);
	}
	staff_names_deinit(&s.names);
	audit_opened_deinit(&o);
	audit_filter_deinit(&f);
	free(s.lots);
	return r;
}
