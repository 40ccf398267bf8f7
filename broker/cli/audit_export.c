/* SPDX-License-Identifier: MPL-2.0
 *
 * What a citizen may demand: who did what with the data of a case, in plain Danish and as
 * JSON, with proofs apart. Staff are named by role; by person only when two auditors gave
 * their shares, which a log of one auditor never can.
 */
#include "audit_inner.h"
#include "json_text.h"
#include "note.h"
#include "rows.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct export
{
	struct phrase_call *c;
	struct audit_opened *opened;
	struct staff_names names;
	bool with_staff;
	uint64_t rows;
	FILE *text, *json, *proof;
	char paths[3][PLACE_PATH_MAX];
};

/* -- files ----------------------------------------------------------------------- */
static FILE *create(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd >= 0 ? fdopen(fd, "w") : NULL;
}

static int open_files(struct export *x)
{
	static const char *const suffixes[] = { ".txt", ".json", ".proof" };
	FILE **files[] = { &x->text, &x->json, &x->proof };
	const char *prefix = phrase_value(&x->c->words, "out");

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (snprintf(x->paths[i], PLACE_PATH_MAX, "%s%s", prefix, suffixes[i]) >=
			PLACE_PATH_MAX)
			return phrase_fail(x->c, "The prefix is too long.");
		*files[i] = create(x->paths[i]);
		if (!*files[i]) {
			int why = errno;

			x->paths[i][0] = '\0'; /* not ours to take away again */
			return phrase_fail(x->c, "%s%s cannot be written: %s.", prefix,
				suffixes[i], strerror(why));
		}
	}
	return 0;
}

static bool is_closed_well(FILE *f)
{
	bool is_well = !ferror(f);

	return fclose(f) == 0 && is_well;
}

/* Whole or not at all. */
static int close_files(struct export *x, int r)
{
	FILE *files[] = { x->text, x->json, x->proof };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (files[i] && !is_closed_well(files[i]) && r == 0)
			r = phrase_fail(x->c, "%s could not be written: %s.", x->paths[i],
				strerror(errno));
	for (size_t i = 0; i < ARRAY_LEN(files) && r != 0; i++)
		if (x->paths[i][0])
			(void)unlink(x->paths[i]);
	return r;
}

/* -- rows ------------------------------------------------------------------------ */
static void write_text(struct export *x, const struct read_record *r, const char *name)
{
	const struct record *e = &r->record;
	char when[WHEN_TEXT];

	when_danish(e->utc_ms, when);
	(void)fprintf(
		x->text, "%s  %s\n", when, audit_sentence_da((enum audit_what)e->event));
	(void)fprintf(x->text, "                        Hvem: %s",
		e->role == AUDIT_CITIZEN
			? "dig, eller en, der havde dit link eller din kode"
			: audit_role_da((enum audit_role)e->role));
	if (x->with_staff && e->actor)
		(void)fprintf(x->text, " (nr. %" PRIu32 "%s%s)", e->actor,
			*name ? ", " : "", name);
	if (e->role != AUDIT_CITIZEN)
		(void)fprintf(x->text, ". Hvorfor: %s",
			e->purpose == AUDIT_FOR_OWN_MEETING
				? "det er medarbejderens eget møde"
				: audit_purpose_da((enum audit_purpose)e->purpose));
	(void)fprintf(x->text, ".%s\n",
		e->outcome == AUDIT_DONE      ? ""
		: e->outcome == AUDIT_REFUSED ? " Det blev afvist."
					      : " Det lykkedes ikke.");
}

static void write_json(struct export *x, const struct read_record *r, const char *name)
{
	char row[EXPORT_ROW_MAX];

	audit_export_row(&r->record, r->sequence, x->with_staff, row);
	(void)fprintf(x->json,
		"%s%s,\"meeting\":\"%" PRId64 "\",\"what\":", x->rows ? ",\n" : "", row,
		r->inner.meeting);
	json_text_put(x->json, audit_sentence_da((enum audit_what)r->record.event));
	if (x->with_staff) {
		(void)fputs(",\"name\":", x->json);
		json_text_put(x->json, name);
	}
	(void)fputc('}', x->json);
}

static int take(void *arg, const struct read_record *r)
{
	struct export *x = arg;
	char name[LIMIT_USERNAME + 1], proof[PROOF_TEXT_MAX];
	wiped(struct record_proof, p);

	staff_name(&x->names, r->record.actor, name);
	write_text(x, r, name);
	write_json(x, r, name);
	log_reader_proof(x->opened->reader, &p);
	proof_write(&p, proof);
	(void)fprintf(x->proof, "%s\n", proof);
	secret_wipe(proof, sizeof(proof));
	x->rows++;
	return ferror(x->json) || ferror(x->text) || ferror(x->proof) ? fault_here(EIO)
								      : 0;
}

/* -- around them ----------------------------------------------------------------- */
static void write_head(struct export *x, const struct audit_filter *f)
{
	struct bundle_facts facts;
	char from[WHEN_TEXT] = "starten", to[WHEN_TEXT] = "i dag", now[WHEN_TEXT];

	log_reader_facts(x->opened->reader, &facts);
	if (facts.from_ms > 0)
		when_danish(facts.from_ms, from);
	if (facts.to_ms < INT64_MAX)
		when_danish(facts.to_ms, to);
	when_danish(clock_utc_ms(), now);
	(void)fprintf(x->text,
		"Hvem har brugt oplysningerne i din sag?\n"
		"=======================================\n\n"
		"Sag: %s. Fra %s til %s.\n"
		"Listen er lavet den %s af %s.\n\n"
		"Hver gang nogen bruger oplysninger om dine møder, skriver systemet det "
		"i en log.\n"
		"Ser den samme medarbejder det samme flere gange på et kvarter, står det "
		"kun én gang.\n"
		"Ingen kan ændre loggen, uden at det ses. Her er alt, hvad der står om "
		"din sag.\n%s\n",
		f->case_ref, from, to, now,
		x->c->has_place ? x->c->place->settings.org_name : "kommunen",
		x->with_staff ? ""
			      : "Medarbejdere står med deres rolle og ikke med navn.\n");
	(void)fputs("{\"case\":", x->json);
	json_text_put(x->json, f->case_ref);
	(void)fprintf(x->json, ",\"with_staff\":%s,\"records\":[\n",
		x->with_staff ? "true" : "false");
}

static void write_foot(struct export *x, const struct audit_walk *w)
{
	if (x->rows == 0)
		(void)fputs("Der står ikke noget om sagen i loggen.\n", x->text);
	(void)fprintf(x->text,
		"\nI alt %" PRIu64 " linjer.%s\n"
		"Har du spørgsmål, eller er der noget, du ikke forstår? Så ring til "
		"os%s%s.\n"
		"Du kan også klage til Datatilsynet: www.datatilsynet.dk, telefon 33 19 "
		"32 "
		"00.\n",
		x->rows,
		w->closed ? " Noget af loggen kunne ikke læses; spørg os, hvorfor." : "",
		x->c->has_place && x->c->place->settings.org_phone[0] ? " på " : "",
		x->c->has_place ? x->c->place->settings.org_phone : "");
	(void)fputs("\n]}\n", x->json);
}

static int write_all(struct export *x, struct audit_filter *f)
{
	struct audit_walk w = {
		.opened = x->opened, .filter = f, .take = take, .arg = x
	};
	int r = open_files(x);

	if (r != 0)
		return r;
	write_head(x, f);
	r = audit_walk(x->c, &w);
	write_foot(x, &w);
	return r;
}

/* On a host it goes on record as the use that it is; away from it the bundle has. */
static int note(struct phrase_call *c, size_t meetings)
{
	return c->has_place && access(c->place->vault, F_OK) == 0
		       ? note_put(c, "export", audit_count_of(meetings))
		       : 0;
}

static int is_allowed(struct export *x)
{
	if (!x->with_staff || x->opened->share_n >= 2)
		return 0;
	return phrase_fail(x->c, "--with-staff needs the shares of two auditors. A log "
				 "with one auditor cannot name staff.");
}

static void say_written(const struct export *x)
{
	const char *const files[][2] = { { "text", x->paths[0] }, { "json", x->paths[1] },
		{ "proof", x->paths[2] } };

	if (phrase_value(&x->c->words, "json"))
		json_texts_put(x->c->out, files, ARRAY_LEN(files));
	else
		(void)fprintf(x->c->out,
			"%" PRIu64
			" records; %s and %s are for the citizen, %s stays with "
			"you: with it `samtale audit verify --export %s` proves them\n",
			x->rows, x->paths[0], x->paths[1], x->paths[2], x->paths[1]);
}

int run_audit_export(struct phrase_call *c)
{
	struct audit_opened o = AUDIT_OPENED_NULL;
	struct export x = {
		.c = c, .opened = &o, .with_staff = phrase_value(&c->words, "with-staff")
	};
	struct audit_filter f = AUDIT_FILTER_NULL;
	int r = audit_open(c, &o);

	f.case_ref = phrase_value(&c->words, "case");
	if (r == 0)
		r = is_allowed(&x);
	if (r == 0)
		r = audit_find_case(c, &o, &f);
	if (r == 0)
		r = note(c, f.meeting_n);
	if (r == 0) {
		if (x.with_staff)
			staff_names_read(c, &x.names);
		r = close_files(&x, write_all(&x, &f));
	}
	if (r == 0)
		say_written(&x);
	staff_names_deinit(&x.names);
	audit_opened_deinit(&o);
	audit_filter_deinit(&f);
	return r;
}
