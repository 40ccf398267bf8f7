/* SPDX-License-Identifier: MPL-2.0
 *
 * The report as one HTML document: head, style and chapters in their order. It has no
 * script and fetches nothing.
 */
#include "samtale/privacy/report.h"

#include "passages.h"
#include "picture.h"
#include "tables.h"

#include "samtale/base/clock.h"

#include <time.h>

enum section {
	SECTION_FILL,
	SECTION_OVERVIEW,
	SECTION_PURPOSE,
	SECTION_MEASURES,
	SECTION_PARTIES,
	SECTION_DELETION,
	SECTION_NEED,
	SECTION_RIGHTS
};

static const struct passage passages[] = {
#define TEXT(section, when, tag, da, en)                                                 \
	{ SECTION_##section, FACT_##when, #tag, SAID(da, en) },
#include "report.def"
#undef TEXT
};

static const char style[] =
	":root{color-scheme:light}*{box-sizing:border-box}"
	"body{font:16px/1.5 system-ui,sans-serif;color:#12232b;background:#fff;"
	"max-width:70rem;margin:0 auto;padding:2rem 1.25rem 4rem}"
	"h1{font-size:2rem;line-height:1.2;margin:0 0 .25rem}"
	"h2{font-size:1.4rem;margin:2.5rem 0 .75rem;padding-top:.75rem;"
	"border-top:3px solid #0b5a6b}"
	"h3{font-size:1.1rem;margin:1.75rem 0 .5rem}h4{margin:1.25rem 0 .25rem}"
	"p,li{max-width:46rem}p{margin:.5rem 0}ul{padding-left:1.25rem}li{margin:.25rem "
	"0}"
	".about{color:#3a4d56;margin-bottom:1.5rem}a{color:#0b5a6b}"
	"nav ol{columns:18rem 2;max-width:46rem;margin:0 0 1.5rem;padding-left:1.25rem}"
	"table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4;"
	"margin:.75rem 0}th,td{border:1px solid #b7c6cb;padding:.45rem .55rem;"
	"text-align:left;vertical-align:top}"
	"th{background:#e3eff1}tbody tr:nth-child(even){background:#f7fafa}"
	"td small{display:block;color:#3a4d56;font-size:.92em;margin-top:.2rem}"
	"td.no{text-align:center;font-weight:700}"
	"code,pre{font:.85em ui-monospace,monospace}code{overflow-wrap:anywhere}"
	"pre{background:#eef3f4;padding:.6rem .8rem;border-radius:.4rem;max-width:46rem;"
	"white-space:pre-wrap}.tests{width:22%}.tests code{display:block;font-size:.8em;"
	"margin-bottom:.3rem;color:#3a4d56}"
	"b.low,b.medium,b.high{display:inline-block;padding:0 .5rem;border-radius:1rem;"
	"border:1.5px "
	"solid}b.low{color:#1d6b3a}b.medium{color:#8a5a00}b.high{color:#a3142b;"
	"border-width:3px}"
	".todo{background:#fff6e3;border:2px solid #8a5a00;border-radius:.5rem;"
	"padding:.75rem 1.25rem 1rem}.todo h2{border:0;margin:.25rem 0;padding:0}"
	".todo ul{list-style:none;padding:0}.todo li{max-width:none;display:flex;"
	"flex-wrap:wrap;gap:.5rem;align-items:flex-end;margin:.6rem 0}"
	".warn{border-left:6px solid #a3142b;background:#fdeff1;padding:.5rem 1rem;"
	"font-weight:600}.box{width:1rem;height:1rem;border:1.5px solid "
	"#8a5a00;flex:none;margin-bottom:.2rem}"
	".line{flex:1 1 12rem;border-bottom:1px solid #8a5a00;min-height:1.2rem}"
	".notice{border-left:4px solid #0b5a6b;padding-left:1.25rem}"
	".notice{margin-bottom:2rem}.notice h3{font-size:1.3rem}"
	"svg.pic{width:100%;height:auto;display:block;margin:1rem 0}"
	".scroll{overflow-x:auto}"
	"@media "
	"print{@page{size:A4;margin:14mm}body{font-size:10pt;padding:0;max-width:none}"
	"table{font-size:8pt}.scroll{overflow:visible}tr,svg,.todo,pre{break-inside:"
	"avoid}"
	"h2,h3,h4{break-after:avoid}thead{display:table-header-group}nav{display:none}}";

/* -- chapters ---------------------------------------------------------------------- */
static void say(const struct speaker *s, enum section section)
{
	const struct passages all = { passages, ARRAY_LEN(passages), 0 };

	passages_write(s, &all, (int)section);
}

static void heading(const struct speaker *s, const char *da, const char *en)
{
	const struct said said = SAID(da, en);

	passage_said(s, "h3", &said);
}

static void scrolled(const struct speaker *s, void (*table)(const struct speaker *))
{
	write_fmt(s->to,
		"<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
		"aria-label=\"%s\">\n",
		s->language == LANGUAGE_EN ? "Table" : "Tabel");
	table(s);
	speak_raw(s, "</div>\n");
}

static void chapter_overview(const struct speaker *s)
{
	say(s, SECTION_OVERVIEW);
	picture_body(s);
	scrolled(s, picture_table);
}

static void chapter_record(const struct speaker *s)
{
	say(s, SECTION_PURPOSE);
	scrolled(s, tables_record);
	heading(s, "Sikkerhed (art. 32)", "Security (Art. 32)");
	say(s, SECTION_MEASURES);
}

static void chapter_parties(const struct speaker *s)
{
	say(s, SECTION_PARTIES);
}

static void chapter_deletion(const struct speaker *s)
{
	say(s, SECTION_DELETION);
}

static void chapter_impact(const struct speaker *s)
{
	heading(s, "Nødvendighed og proportionalitet", "Necessity and proportionality");
	say(s, SECTION_NEED);
	heading(s, "Trusler, værn og det, der er tilbage",
		"Threats, controls and what is left");
	scrolled(s, tables_threats);
	heading(s, "Hvem får hvad", "Who gets what");
	scrolled(s, tables_blast);
}

static void chapter_rights(const struct speaker *s)
{
	say(s, SECTION_RIGHTS);
}

static void chapter_pages(const struct speaker *s)
{
	for (int which = 0; which < NOTICE_COUNT; which++) {
		speak_raw(s, "<div class=\"notice\">\n");
		notice_say(s, which, 2);
		speak_raw(s, "</div>\n");
	}
}

static const struct chapter {
	const char *id;
	struct said title;
	void (*write)(const struct speaker *s);
} chapters[] = {
	{ "flow", SAID("Overblik: hvor data løber", "Overview: where data flows"),
		chapter_overview },
	{ "record",
		SAID("Fortegnelse over behandlingen (art. 30)",
			"Record of processing (Art. 30)"),
		chapter_record },
	{ "parties", SAID("Tredjeparter", "Third parties"), chapter_parties },
	{ "deletion", SAID("Sletning og dens grænser", "Deletion and its limits"),
		chapter_deletion },
	{ "impact",
		SAID("Bilag til konsekvensanalysen (art. 35)",
			"Annex for the impact assessment (Art. 35)"),
		chapter_impact },
	{ "rights",
		SAID("Sådan gør man: rettigheder, brud, kontrol",
			"How to: rights, breach, control"),
		chapter_rights },
	{ "pages", SAID("Det, borgeren læser", "What the citizen reads"), chapter_pages },
};

/* -- the document ------------------------------------------------------------------ */
static void write_date(const struct speaker *s, int64_t utc_ms)
{
	time_t at = (time_t)(utc_ms / MS_SECOND);
	struct tm tm;
	char text[32];

	if (gmtime_r(&at, &tm) && strftime(text, sizeof(text), "%Y-%m-%d", &tm) > 0)
		write_str(s->to, text);
	else
		s->to->bad = true;
}

static void begin_document(const struct speaker *s, const struct said *title)
{
	write_fmt(s->to,
		"<!DOCTYPE html>\n<!-- SPDX-License-Identifier: MPL-2.0 -->\n"
		"<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n<title>",
		language_code(s->language));
	speak_said(s, title);
	speak_raw(s, " – ");
	speak(s, "{org.name}");
	speak_raw(s, "</title>\n<style>");
	speak_raw(s, style);
	speak_raw(s, "</style>\n</head>\n<body>\n");
}

static void write_head(const struct speaker *s, const struct report_about *about)
{
	static const struct said words =
		SAID("Skrevet {date} ud fra den kørende opsætning, "
		     "Samtale ",
			"Written {date} from the running configuration, Samtale ");
	const char *text = words.in[s->language], *date = strstr(text, "{date}");

	write_bytes(s->to, bytes_of(text, (size_t)(date - text)));
	write_date(s, about->utc_ms);
	write_str(s->to, date + strlen("{date}"));
	write_str(s->to, about->version);
}

/* Who can read the log decides what the rest of the report is worth. */
static void write_auditors(const struct speaker *s, const struct report_about *about)
{
	static const struct said said[] = {
		SAID("Loggens auditorer kunne ikke læses herfra: skriv rapporten som "
		     "root på "
		     "maskinen.",
			"The log's auditors could not be read from here: write the "
			"report as "
			"root on the host."),
		SAID("Loggen læses af én auditor alene: ingen dobbelt kontrol.",
			"The log is read by one auditor alone: no dual control."),
		SAID("Loggen læses kun af to auditorer sammen.",
			"The log is read by two auditors together only."),
		SAID("Loggen læses kun af to af tre auditorer sammen.",
			"The log is read by any two of three auditors together only."),
	};
	static const struct said trial = SAID("Kun til afprøvning, ikke til rigtige "
					      "borgere: auditorens nøgle ligger på "
					      "selve maskinen, og loggen kan læses dér.",
		"For trying out, not for real citizens: the auditor's key lies on the "
		"host "
		"itself, and the log can be read there.");
	unsigned n = about->auditors < ARRAY_LEN(said) ? about->auditors : 0;

	speak_raw(s, n >= 2 && !about->development ? "<p>" : "<p class=\"warn\">");
	speak_said(s, about->development ? &trial : &said[n]);
	speak_raw(s, "</p>\n");
}

static void write_contents(const struct speaker *s)
{
	write_fmt(s->to, "<nav aria-label=\"%s\"><ol>\n",
		s->language == LANGUAGE_EN ? "Contents" : "Indhold");
	for (size_t i = 0; i < ARRAY_LEN(chapters); i++) {
		write_fmt(s->to, "<li><a href=\"#%s\">", chapters[i].id);
		speak_said(s, &chapters[i].title);
		speak_raw(s, "</a></li>\n");
	}
	speak_raw(s, "</ol></nav>\n");
}

static void write_todo(const struct speaker *s)
{
	static const struct said head =
		SAID("Det skal I selv udfylde", "What you fill in yourselves");

	speak_raw(s, "<section class=\"todo\">\n");
	passage_said(s, "h2", &head);
	say(s, SECTION_FILL);
	speak_raw(s, "</section>\n");
}

void report_write(const struct speaker *s, const struct report_about *about)
{
	static const struct said title =
		SAID("Databeskyttelse i Samtale", "Data protection in Samtale");

	begin_document(s, &title);
	speak_raw(s, "<main>\n");
	passage_said(s, "h1", &title);
	speak_raw(s, "<p class=\"about\"><strong>");
	speak(s, "{org.name}");
	speak_raw(s, "</strong><br>");
	write_head(s, about);
	speak_raw(s, "</p>\n");
	write_auditors(s, about);
	write_contents(s);
	write_todo(s);
	for (size_t i = 0; i < ARRAY_LEN(chapters); i++) {
		write_fmt(s->to, "<section>\n<h2 id=\"%s\">%zu. ", chapters[i].id, i + 1);
		speak_said(s, &chapters[i].title);
		speak_raw(s, "</h2>\n");
		chapters[i].write(s);
		speak_raw(s, "</section>\n");
	}
	speak_raw(s, "</main>\n</body>\n</html>\n");
}

void report_notice_write(const struct speaker *s, enum notice which)
{
	const struct said title =
		SAID(notice_title(which, LANGUAGE_DA), notice_title(which, LANGUAGE_EN));

	begin_document(s, &title);
	speak_raw(s, "<main>\n");
	notice_write(s->to, s->settings, which, s->language);
	speak_raw(s, "</main>\n</body>\n</html>\n");
}
