/* SPDX-License-Identifier: MPL-2.0
 *
 * Asks whether the log holds, and says so in sentences; the exit code is the verdict.
 * Needs no secret: whoever has a copy of the folder and the node's public key can ask.
 */
#include "audit_inner.h"
#include "note.h"
#include "rows.h"

#include "samtale/base/clock.h"

#include <inttypes.h>

static const char *const kinds[] = {
#define FINDING(id, is_broken, sentence) #id,
#include "samtale/audit/findings.def"
#undef FINDING
};

static const char *const verdicts[] = { [VERIFY_OK] = "OK",
	[VERIFY_BROKEN] = "BROKEN",
	[VERIFY_CANNOT] = "CANNOT",
	[VERIFY_NOTABLE] = "NOTABLE",
	[VERIFY_UNANCHORED] = "UNANCHORED" };

struct asked {
	struct phrase_call *c;
	bool json;
	uint64_t findings;
	int64_t told_ms; /* of the last line of progress */
};

/* -- findings -------------------------------------------------------------------- */
static void found(void *arg, const struct verify_finding *f)
{
	struct asked *a = arg;
	FILE *out = a->c->out;
	char when[WHEN_TEXT] = "";

	if (f->utc_ms && a->json)
		when_utc(f->utc_ms, when);
	else if (f->utc_ms)
		when_second(f->utc_ms, when);
	if (a->json)
		(void)fprintf(out,
			"%s{\"finding\":\"%s\",\"segment\":%" PRIu32
			",\"record\":%" PRIu64 ",\"time\":\"%s\"}",
			a->findings ? "," : "", kinds[f->kind], f->segment, f->sequence,
			when);
	a->findings++;
	if (a->json)
		return;
	(void)fprintf(out, "%s", kinds[f->kind]);
	if (f->segment)
		(void)fprintf(out, " segment %" PRIu32, f->segment);
	if (f->sequence)
		(void)fprintf(out, " record %" PRIu64, f->sequence);
	(void)fprintf(
		out, "%s%s: %s\n", *when ? " " : "", when, verify_sentence(f->kind));
}

/* One line a second, when it takes longer than one. */
static void progress(void *arg, uint64_t done, uint64_t all)
{
	struct asked *a = arg;

	if (clock_boot_ms() - a->told_ms < MS_SECOND)
		return;
	a->told_ms = clock_boot_ms();
	(void)fprintf(a->c->err, "verified: %" PRIu64 " of %" PRIu64 " MiB\n", done >> 20,
		all >> 20);
}

/* -- the verdict ----------------------------------------------------------------- */
static void print_verdict(struct asked *a, const struct verify_result *v)
{
	char anchored[WHEN_TEXT] = "", last[WHEN_TEXT] = "";
	FILE *out = a->c->out;

	when_second(v->anchored_ms, anchored);
	when_second(v->last_ms, last);
	switch (v->verdict) {
	case VERIFY_OK:
		(void)fprintf(out, "OK: everything holds and agrees with every anchor");
		break;
	case VERIFY_BROKEN:
		(void)fprintf(out, "BROKEN: from the first line above on nothing can be "
				   "relied on. Keep the folder as it is, copy it, and "
				   "tell the data protection officer");
		break;
	case VERIFY_NOTABLE:
		(void)fprintf(out, "It holds, but look at the lines above");
		break;
	default:
		(void)fprintf(out, "Consistent");
	}
	if (v->verdict == VERIFY_NOTABLE || v->verdict == VERIFY_UNANCHORED)
		(void)fprintf(out,
			v->anchored_ms ? ", unanchored since %s" : ", unanchored",
			anchored);
	(void)fprintf(out,
		"\n%" PRIu64 " records in %" PRIu32 " segments, up to %s; %" PRIu64
		" checkpoints, %" PRIu64 " anchors agree\n",
		v->records, v->segments, last, v->checkpoints, v->anchors);
}

static void print_json(struct asked *a, const struct verify_result *v)
{
	(void)fprintf(a->c->out,
		"],\"verdict\":\"%s\",\"code\":%d,\"records\":%" PRIu64
		",\"segments\":%" PRIu32 ",\"sealed\":%" PRIu64 ",\"last\":%" PRIu64
		",\"checkpoints\":%" PRIu64 ",\"anchors\":%" PRIu64
		",\"anchored_ms\":%" PRId64 ",\"last_ms\":%" PRId64 "}\n",
		verdicts[v->verdict], v->verdict, v->records, v->segments, v->sealed,
		v->last, v->checkpoints, v->anchors, v->anchored_ms, v->last_ms);
}

static int say(struct asked *a, const struct verify_result *v)
{
	if (a->json)
		print_json(a, v);
	else if (v->verdict != VERIFY_CANNOT)
		print_verdict(a, v);
	if (v->verdict == VERIFY_CANNOT)
		(void)phrase_fail(a->c, "%s",
			v->sentence ? v->sentence : "The log could not be checked.");
	return (int)v->verdict;
}

/* -- in -------------------------------------------------------------------------- */
/* Of this installation's own log the result is put on record; that it could not be is
 * said, and changes nothing about the result. */
static void note_verdict(struct phrase_call *c, int code)
{
	if (phrase_value(&c->words, "log") || !c->has_place)
		return;
	if (note_put(c, "verify", (uint32_t)code) != 0)
		(void)fputs("The result above is not on record.\n", c->err);
}

static int verify(struct asked *a, struct verify_parts *parts)
{
	const char *export = phrase_value(&a->c->words, "export");
	struct verify_result v;
	int code;

	if (a->json)
		(void)fputs("{\"findings\":[", a->c->out);
	if (verify_log(parts, &v) < 0)
		return phrase_fail(a->c, "Out of memory.") + 1;
	code = say(a, &v);
	if (export && (code == VERIFY_OK || code >= VERIFY_NOTABLE)) {
		int e = audit_verify_export(a->c, parts->folder, export);

		code = e == VERIFY_OK ? code : e;
	}
	return code;
}

/* Whatever was set when records were deleted, they were at least so old. */
static int64_t least_kept_ms(const struct settings *s)
{
	struct setting_value keep;

	return settings_find(s, "audit.keep_days", &keep) ? keep.min * MS_DAY : 0;
}

int run_audit_verify(struct phrase_call *c)
{
	const char *log = phrase_value(&c->words, "log");
	const char *signing = phrase_value(&c->words, "signing");
	const char *anchors = phrase_value(&c->words, "anchors");
	struct asked a = { .c = c,
		.json = phrase_value(&c->words, "json"),
		.told_ms = clock_boot_ms() };
	struct verify_parts parts = { .folder = log ? log : c->place->audit,
		.anchors = &anchors,
		.anchor_n = anchors ? 1 : 0,
		.epoch_ms = c->has_place && !log
				    ? c->place->settings.audit_epoch_minutes * MS_MINUTE
				    : 0,
		.keep_ms = least_kept_ms(&c->place->settings),
		.found = found,
		.progress = progress,
		.arg = &a };
	int code;

	if (!log && !c->has_place) {
		(void)phrase_fail(c, "Which log? Give --log and --signing.");
		return VERIFY_CANNOT;
	}
	if (audit_load_signing(
		    c, signing ? signing : c->place->signing_public, parts.signing) != 0)
		return VERIFY_CANNOT;
	code = verify(&a, &parts);
	note_verdict(c, code);
	return code;
}
