/* SPDX-License-Identifier: MPL-2.0
 *
 * The inventory as a table in memory, and its two plain printouts. Default, floor and
 * ceiling are those of settings.def and stand nowhere else.
 */
#include "samtale/privacy/data.h"

#include "samtale/base/clock.h"
#include "samtale/store/call.h"

#include <inttypes.h>
#include <string.h>

/* Periods that no setting rules are words of data.def: these are what they say. */
_Static_assert(CALL_KEEP_MS == 7 * MS_DAY, "CALL says 7 days");
_Static_assert(CALL_BACK_KEEP_MS == 24 * MS_HOUR, "CALL_BACK says 24 hours");
_Static_assert(RETENTION_COPY_DAYS == 35, "COPY says 35 days");

#define KIND(id) (1u << RETENTION_##id)

const struct datum data_table[] = {
#define DATUM(id, columns, kinds, settings, basis, subject, place, seal, when, ...)      \
	{ #id, columns, kinds, settings, BASIS_##basis, SUBJECT_##subject,               \
		PLACE_##place, DATA_##seal, FACT_##when, __VA_ARGS__ },
#include "samtale/privacy/data.def"
#undef DATUM
};
const size_t data_count = ARRAY_LEN(data_table);

/* -- words ------------------------------------------------------------------------- */
const struct said *data_basis_said(enum data_basis basis)
{
	static const struct said said[BASIS_COUNT] = {
		[BASIS_TASK] = SAID("art. 6, stk. 1, litra e", "Art. 6(1)(e)"),
		[BASIS_TASK_RECORD] = SAID(
			"art. 6, stk. 1, litra e; offentlighedslovens § 13",
			"Art. 6(1)(e); duty to take notes (Danish Access to Public "
			"Administration Files Act, s. 13)"),
		[BASIS_TASK_SECURITY] =
			SAID("art. 6, stk. 1, litra e; art. 32", "Art. 6(1)(e); Art. 32"),
		[BASIS_SECURITY] = SAID("art. 6, stk. 1, litra c og e; art. 32",
			"Art. 6(1)(c) and (e); Art. 32"),
		[BASIS_SECURITY_ACCOUNT] =
			SAID("art. 6, stk. 1, litra c og e; art. 5, stk. 2; art. 32",
				"Art. 6(1)(c) and (e); Art. 5(2); Art. 32"),
		[BASIS_HEALTH] = SAID("art. 6, stk. 1, litra e; art. 9, stk. 2, litra f",
			"Art. 6(1)(e); Art. 9(2)(f)"),
	};

	return &said[basis];
}

const struct said *data_subject_said(enum data_subject subject)
{
	static const struct said said[SUBJECT_COUNT] = {
		[SUBJECT_CITIZEN] = SAID("borger", "citizen"),
		[SUBJECT_STAFF] = SAID("medarbejder", "staff"),
		[SUBJECT_BOTH] = SAID("borger og medarbejder", "citizen and staff"),
		[SUBJECT_NOBODY] = SAID("ingen personer", "no person"),
	};

	return &said[subject];
}

const struct said *data_place_said(enum data_place place)
{
	static const struct said said[PLACE_COUNT] = {
		[PLACE_DATABASE] = SAID("database (samtale.db)", "database (samtale.db)"),
		[PLACE_KEYS] = SAID("keys.db, aldrig i en kopi af data",
			"keys.db, in no data backup"),
		[PLACE_LOG] = SAID("loggens filer i vault-mappen",
			"the log's files in the vault folder"),
		[PLACE_VAULT] = SAID("vault-mappen", "vault folder"),
		[PLACE_FOLDER] = SAID("datamappen", "data folder"),
		[PLACE_BACKUP] =
			SAID("hvor kommunen lægger dem", "where the host puts them"),
		[PLACE_MEMORY] = SAID("kun hukommelse", "memory only"),
		[PLACE_PASSING] = SAID("ingen steder", "nowhere"),
		[PLACE_JOURNAL] = SAID("systemets journal", "system journal"),
		[PLACE_DEVICE] = SAID("borgerens browser", "the citizen's browser"),
	};

	return &said[place];
}

const struct said *data_seal_said(enum data_seal seal)
{
	static const struct said said[DATA_SEAL_COUNT] = {
		[DATA_OPEN] = SAID("ikke låst", "not sealed"),
		[DATA_CK] =
			SAID("låst med mødets nøgle ck", "sealed under the meeting's ck"),
		[DATA_MK] =
			SAID("låst med mødets nøgle mk", "sealed under the meeting's mk"),
		[DATA_NODE] = SAID("låst med node-nøglen", "sealed under the node key"),
		[DATA_HASH] = SAID("hash med nøgle", "keyed hash"),
		[DATA_AUDITORS] = SAID("låst til auditorerne, den indre del med mk",
			"sealed to the auditors, the inner part under mk"),
		[DATA_OFFLINE] =
			SAID("låst til en ydre nøgle", "sealed to an offline key"),
		[DATA_MEDIA] = SAID("krypteret mellem deltagerne (DTLS-SRTP); i telefon "
				    "kun til gatewayen",
			"encrypted between those who take part (DTLS-SRTP); by telephone "
			"as "
			"far as the gateway only"),
	};

	return &said[seal];
}

const struct said *data_never(void)
{
	static const struct said said = SAID(
		"Gemmes aldrig: optagelser, udskrifter, chat, filer, borgerens navn, "
		"link og "
		"koder i klar tekst, CPR-numre, steder, netadresser på disk.",
		"Never kept: recordings, transcripts, chat, files, names of citizens, "
		"links "
		"and PINs in clear, CPR numbers, locations, network addresses on disk.");

	return &said;
}

/* -- limits ------------------------------------------------------------------------ */
/* A unit of settings.def, which is English. */
static const char *unit_in(enum language language, const char *unit)
{
	static const struct said units[] = {
		SAID("timer", "h"),
		SAID("min.", "min"),
		SAID("minutter", "minutes"),
		SAID("dage", "days"),
		SAID("arbejdsdage", "working days"),
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (strcmp(units[i].in[LANGUAGE_EN], unit) == 0)
			return units[i].in[language];
	return unit;
}

static void write_limit(const struct speaker *s, const char *name)
{
	struct setting_value v;

	if (!settings_find(s->settings, name, &v) || v.text) {
		s->to->bad = true;
		return;
	}
	write_fmt(s->to, "%s = %" PRId64 " %s (%" PRId64 "–%" PRId64 ")", name, v.number,
		unit_in(s->language, v.unit), v.min, v.max);
}

void data_write_limits(const struct speaker *s, const struct datum *d)
{
	for (const char *at = d->settings; *at;) {
		size_t len = strcspn(at, " ");
		char name[64];

		if (!bytes_to_str(bytes_of(at, len), name, sizeof(name)))
			s->to->bad = true;
		else
			write_limit(s, name);
		at += len;
		if (*at)
			at++, write_str(s->to, "; ");
	}
}

/* -- printouts --------------------------------------------------------------------- */
struct line {
	struct said head;
	const struct said *said; /* NULL: the limits */
};

static void explain_datum(const struct speaker *s, const struct datum *d)
{
	const struct line lines[] = {
		{ SAID("  til         ", "  for         "), &d->purpose },
		{ SAID("  hjemmel     ", "  basis       "), data_basis_said(d->basis) },
		{ SAID("  indtil      ", "  until       "), &d->until },
		{ SAID("  grænser     ", "  limits      "), NULL },
		{ SAID("  hvor        ", "  where       "), data_place_said(d->place) },
		{ SAID("  låst        ", "  sealed      "), data_seal_said(d->seal) },
		{ SAID("  læses af    ", "  read by     "), &d->readers },
	};

	speak_said(s, &d->what);
	write_str(s->to, "\n");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (!lines[i].said && !d->settings[0])
			continue;
		speak_said(s, &lines[i].head);
		if (lines[i].said)
			speak_said(s, lines[i].said);
		else
			data_write_limits(s, d);
		write_str(s->to, "\n");
	}
}

void data_explain(const struct speaker *s)
{
	for (size_t i = 0; i < data_count; i++)
		if (fact_holds(data_table[i].when, s->settings))
			explain_datum(s, &data_table[i]);
	speak_said(s, data_never());
	write_str(s->to, "\n");
}

static void cell(const struct speaker *s, const struct said *said)
{
	write_str(s->to, " ");
	speak_said(s, said);
	write_str(s->to, " |");
}

static void manual_row(const struct speaker *s, const struct datum *d)
{
	write_str(s->to, "|");
	cell(s, &d->what);
	cell(s, &d->purpose);
	cell(s, data_basis_said(d->basis));
	cell(s, &d->until);
	write_str(s->to, " ");
	data_write_limits(s, d);
	write_str(s->to, " |");
	cell(s, data_place_said(d->place));
	cell(s, data_seal_said(d->seal));
	cell(s, &d->readers);
	write_str(s->to, "\n");
}

static void manual_table(const struct speaker *s)
{
	static const struct said heads =
		SAID("## På dansk\n\n| Oplysning | Til | Hjemmel (GDPR) | Gemmes til | "
		     "Indstilling (gulv–loft) | Hvor | Låst | Læses af |\n",
			"## In English\n\n| Datum | Purpose | Basis (GDPR) | Kept until "
			"| Setting (floor–ceiling) | Where | Sealed | Read by |\n");

	write_str(s->to, heads.in[s->language]);
	write_str(s->to, "|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < data_count; i++)
		manual_row(s, &data_table[i]);
	write_str(s->to, "\n");
	speak_said(s, data_never());
	write_str(s->to, "\n");
}

void data_manual(struct writer *to, const struct settings *s)
{
	struct speaker english = { to, s, LANGUAGE_EN, false };
	struct speaker danish = { to, s, LANGUAGE_DA, false };

	write_str(to,
		"# What is kept, and for how long\n\n"
		"Printed from `include/samtale/privacy/data.def` (`ninja "
		"privacy-pages`); "
		"tests compare this page with the code, every column of both databases "
		"and "
		"every kind of deletion with a row. Periods are the defaults: your own "
		"are printed by `samtale retention explain` and stand in "
		"`samtale report privacy`. Deletion is on by default and cannot be "
		"turned "
		"off; a setting moves within its floor and ceiling only.\n\n");
	manual_table(&english);
	write_str(to, "\n");
	manual_table(&danish);
}
