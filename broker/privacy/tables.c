/* SPDX-License-Identifier: MPL-2.0
 *
 * The report's tables: the inventory, the threats with what proves each control, and who
 * would learn what. A threat without a test says so, it is never left out.
 */
#include "tables.h"

#include "passages.h"

#include "samtale/privacy/data.h"

#include <string.h>

static void begin_table(const struct speaker *s, const struct said *heads, size_t n)
{
	speak_raw(s, "<table><thead><tr>");
	for (size_t i = 0; i < n; i++)
		passage_said(s, "th", &heads[i]);
	speak_raw(s, "</tr></thead><tbody>\n");
}

static void end_table(const struct speaker *s)
{
	speak_raw(s, "</tbody></table>\n");
}

/* -- record ------------------------------------------------------------------------ */
static void record_row(const struct speaker *s, const struct datum *d)
{
	speak_raw(s, "<tr><td>");
	speak_said(s, &d->what);
	speak_raw(s, "<small>");
	speak_said(s, data_subject_said(d->subject));
	speak_raw(s, "</small></td>");
	passage_said(s, "td", &d->purpose);
	passage_said(s, "td", data_basis_said(d->basis));
	speak_raw(s, "<td>");
	speak_said(s, &d->until);
	speak_raw(s, "<small>");
	data_write_limits(s, d);
	speak_raw(s, "</small></td><td>");
	speak_said(s, data_place_said(d->place));
	speak_raw(s, "<small>");
	speak_said(s, data_seal_said(d->seal));
	speak_raw(s, "</small></td>");
	passage_said(s, "td", &d->readers);
	speak_raw(s, "</tr>\n");
}

void tables_record(const struct speaker *s)
{
	static const struct said heads[] = {
		SAID("Oplysning og registreret", "Datum and data subject"),
		SAID("Formål", "Purpose"),
		SAID("Hjemmel (GDPR)", "Basis (GDPR)"),
		SAID("Gemmes til; indstilling (mindst–højst)",
			"Kept until; setting (floor–ceiling)"),
		SAID("Hvor; låst", "Where; sealed"),
		SAID("Læses af", "Read by"),
	};

	begin_table(s, heads, ARRAY_LEN(heads));
	for (size_t i = 0; i < data_count; i++)
		if (fact_holds(data_table[i].when, s->settings))
			record_row(s, &data_table[i]);
	end_table(s);
	passage_said(s, "p", data_never());
}

/* -- threats ----------------------------------------------------------------------- */
enum level { LEVEL_LOW, LEVEL_MEDIUM, LEVEL_HIGH };

struct threat {
	enum fact when;
	enum level level;
	struct said threat, control;
	const char *tests;
	struct said residual;
};

#define THREAT(when, level, threat, control, tests, residual)                            \
	{ FACT_##when, LEVEL_##level, threat, control, tests, residual },
static const struct threat threats[] = {
#include "threats.def"
};

static void level_cell(const struct speaker *s, const struct threat *t)
{
	static const struct said names[] = { SAID("lav", "low"), SAID("mellem", "medium"),
		SAID("høj", "high") };
	static const char *const marks[] = { "low", "medium", "high" };

	write_fmt(s->to, "<td><b class=\"%s\">", marks[t->level]);
	speak_said(s, &names[t->level]);
	speak_raw(s, "</b><small>");
	speak_said(s, &t->residual);
	speak_raw(s, "</small></td>");
}

/* Long names may break where a reader would break them. */
static void write_test(const struct speaker *s, struct bytes name)
{
	speak_raw(s, "<code>");
	for (size_t i = 0; i < name.len; i++) {
		const char letter[] = { (char)name.at[i], '\0' };

		speak(s, letter);
		if (strchr("_/:", letter[0]))
			speak_raw(s, "<wbr>");
	}
	speak_raw(s, "</code>");
}

/* "file::name file::name": names are told apart by the next tests/. */
static void tests_cell(const struct speaker *s, const char *tests)
{
	static const struct said none = SAID("Ingen: en indstilling", "None: a setting");

	speak_raw(s, "<td class=\"tests\">");
	if (!*tests)
		speak_said(s, &none);
	while (*tests) {
		const char *next = strstr(tests, " tests/");
		size_t len = next ? (size_t)(next - tests) : strlen(tests);

		write_test(s, bytes_of(tests, len));
		tests += next ? len + 1 : len;
	}
	speak_raw(s, "</td>");
}

void tables_threats(const struct speaker *s)
{
	static const struct said heads[] = {
		SAID("Trussel", "Threat"),
		SAID("Værn", "Control"),
		SAID("Bevist af", "Proved by"),
		SAID("Risiko tilbage (forslag)", "Residual risk (proposal)"),
	};

	begin_table(s, heads, ARRAY_LEN(heads));
	for (size_t i = 0; i < ARRAY_LEN(threats); i++) {
		if (!fact_holds(threats[i].when, s->settings))
			continue;
		speak_raw(s, "<tr>");
		passage_said(s, "td", &threats[i].threat);
		passage_said(s, "td", &threats[i].control);
		tests_cell(s, threats[i].tests);
		level_cell(s, &threats[i]);
		speak_raw(s, "</tr>\n");
	}
	end_table(s);
}

/* -- who gets what ----------------------------------------------------------------- */
struct blast {
	enum fact when;
	struct said who, learns;
};

#define BLAST(when, who, learns) { FACT_##when, who, learns },
static const struct blast blasts[] = {
#include "threats.def"
};

void tables_blast(const struct speaker *s)
{
	static const struct said heads[] = {
		SAID("Den, der får fat i", "Who gets hold of"),
		SAID("Får at vide", "Learns"),
	};

	begin_table(s, heads, ARRAY_LEN(heads));
	for (size_t i = 0; i < ARRAY_LEN(blasts); i++) {
		if (!fact_holds(blasts[i].when, s->settings))
			continue;
		speak_raw(s, "<tr>");
		passage_said(s, "td", &blasts[i].who);
		passage_said(s, "td", &blasts[i].learns);
		speak_raw(s, "</tr>\n");
	}
	end_table(s);
}
