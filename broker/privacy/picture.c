/* SPDX-License-Identifier: MPL-2.0
 *
 * Where data flows, drawn from the configuration in force: boxes and arrows of flow.def
 * that are true here, the arrows numbered in their order, and a table that tells what
 * each of them carries. Colours are set apart by line and shape too, and pass WCAG AA.
 */
#include "picture.h"

#include "passages.h"

#include <string.h>

enum node_id {
#define NODE(id, ...) NODE_##id,
#include "flow.def"
	NODE_COUNT
};

struct node {
	enum fact when;
	int x, y, w, h;
	const char *kind; /* class in the picture */
	struct said title, line;
};

static const struct node nodes[NODE_COUNT] = {
#define NODE(id, when, x, y, w, h, kind, ...)                                            \
	[NODE_##id] = { FACT_##when, x, y, w, h, #kind, __VA_ARGS__ },
#include "flow.def"
};

enum ways { WAYS_ONE, WAYS_BOTH };

struct flow {
	enum fact when;
	enum node_id from, to;
	int x1, y1, x2, y2, bend; /* bend: how far its middle is pulled down */
	enum ways ways;
	struct said what, protection, kept;
};

static const struct flow flows[] = {
#define FLOW(when, from, to, x1, y1, x2, y2, bend, ways, ...)                            \
	{ FACT_##when, NODE_##from, NODE_##to, x1, y1, x2, y2, bend, WAYS_##ways,        \
		__VA_ARGS__ },
#include "flow.def"
};

static const char style[] =
	"<style>"
	".pic{background:#fff}.pic text{font:14px system-ui,sans-serif;fill:#12232b}"
	".pic .t{font-weight:600}.pic .l{font-size:12px;fill:#3a4d56}"
	".pic rect{fill:#fff;stroke:#0b5a6b;stroke-width:1.5}"
	".pic .frame rect{fill:#eef6f7;stroke-width:2;stroke-dasharray:none}"
	".pic .person rect{fill:#fff6e3;stroke:#8a5a00}"
	".pic .outside rect{fill:#f3f0f7;stroke:#54417a;stroke-dasharray:6 4}"
	".pic .safe rect{fill:#dff0e4;stroke:#1d6b3a;stroke-width:2.5}"
	".pic path.a{fill:none;stroke:#33474f;stroke-width:1.8}"
	".pic circle{fill:#12232b;stroke:#fff;stroke-width:2}"
	".pic text.n{fill:#fff;font-size:12.5px;font-weight:700;text-anchor:middle}"
	"</style>"
	"<defs><marker id=\"end\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" "
	"markerWidth=\"8\" markerHeight=\"8\" orient=\"auto-start-reverse\">"
	"<path d=\"M0 0 10 5 0 10z\" fill=\"#33474f\"/></marker></defs>\n";

/* -- drawing ----------------------------------------------------------------------- */
static void draw_node(const struct speaker *s, const struct node *n)
{
	bool frame = strcmp(n->kind, "frame") == 0;
	int x = frame ? n->x + 12 : n->x + n->w / 2;
	int y = frame ? n->y + 22 : n->y + n->h / 2 + (n->line.in[0][0] ? -3 : 5);
	const char *anchor = frame ? "start" : "middle";

	write_fmt(s->to,
		"<g class=\"%s\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		"rx=\"10\"/><text class=\"t\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">",
		n->kind, n->x, n->y, n->w, n->h, x, y, anchor);
	speak_said(s, &n->title);
	write_fmt(s->to, "</text><text class=\"l\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">",
		x, y + 19, anchor);
	speak_said(s, &n->line);
	speak_raw(s, "</text></g>\n");
}

static void draw_arrow(const struct speaker *s, const struct flow *f)
{
	write_fmt(s->to,
		"<path class=\"a\"%s marker-end=\"url(#end)\" "
		"d=\"M%d %dQ%d %d %d %d\"/>\n",
		f->ways == WAYS_BOTH ? " marker-start=\"url(#end)\"" : "", f->x1, f->y1,
		(f->x1 + f->x2) / 2, (f->y1 + f->y2) / 2 + 2 * f->bend, f->x2, f->y2);
}

static void draw_number(const struct speaker *s, const struct flow *f, unsigned number)
{
	int x = (f->x1 + f->x2) / 2, y = (f->y1 + f->y2) / 2 + f->bend;

	write_fmt(s->to,
		"<circle cx=\"%d\" cy=\"%d\" r=\"12\"/>"
		"<text class=\"n\" x=\"%d\" y=\"%d\">%u</text>\n",
		x, y, x, y + 4, number);
}

static void draw_all(const struct speaker *s)
{
	unsigned number = 0;

	speak_raw(s, style);
	for (size_t i = 0; i < NODE_COUNT; i++)
		if (fact_holds(nodes[i].when, s->settings))
			draw_node(s, &nodes[i]);
	for (size_t i = 0; i < ARRAY_LEN(flows); i++)
		if (fact_holds(flows[i].when, s->settings))
			draw_arrow(s, &flows[i]);
	for (size_t i = 0; i < ARRAY_LEN(flows); i++)
		if (fact_holds(flows[i].when, s->settings))
			draw_number(s, &flows[i], ++number);
}

/* What the picture says to who cannot see it; the table has the rest. */
static void describe(const struct speaker *s)
{
	static const struct said title = SAID("Hvor data løber", "Where data flows");
	unsigned number = 0;

	speak_raw(s, "<title id=\"pic-title\">");
	speak_said(s, &title);
	speak_raw(s, "</title>\n<desc id=\"pic-desc\">");
	for (size_t i = 0; i < ARRAY_LEN(flows); i++) {
		const struct flow *f = &flows[i];

		if (!fact_holds(f->when, s->settings))
			continue;
		write_fmt(s->to, "%u. ", ++number);
		speak_said(s, &nodes[f->from].title);
		speak_raw(s, " – ");
		speak_said(s, &nodes[f->to].title);
		speak_raw(s, ": ");
		speak_said(s, &f->what);
		speak_raw(s, ". ");
	}
	speak_raw(s, "</desc>\n");
}

static void begin_svg(const struct speaker *s, const char *space)
{
	write_fmt(s->to,
		"<svg%s class=\"pic\" viewBox=\"0 0 1100 760\" lang=\"%s\" role=\"img\" "
		"aria-labelledby=\"pic-title pic-desc\">\n",
		space, language_code(s->language));
}

void picture_body(const struct speaker *s)
{
	begin_svg(s, "");
	describe(s);
	draw_all(s);
	speak_raw(s, "</svg>\n");
}

void picture_write(const struct speaker *s)
{
	begin_svg(s, " xmlns=\"http://www.w3.org/2000/svg\"");
	describe(s);
	draw_all(s);
	speak_raw(s, "</svg>\n");
}

/* -- its key ----------------------------------------------------------------------- */
static void table_row(const struct speaker *s, const struct flow *f, unsigned number)
{
	write_fmt(s->to, "<tr><td class=\"no\">%u</td><td>", number);
	speak_said(s, &nodes[f->from].title);
	speak_raw(s, f->ways == WAYS_BOTH ? " ↔ " : " → ");
	speak_said(s, &nodes[f->to].title);
	speak_raw(s, "</td>");
	passage_said(s, "td", &f->what);
	passage_said(s, "td", &f->protection);
	passage_said(s, "td", &f->kept);
	speak_raw(s, "</tr>\n");
}

void picture_table(const struct speaker *s)
{
	static const struct said heads[] = {
		SAID("Nr.", "No."),
		SAID("Mellem", "Between"),
		SAID("Hvad", "What"),
		SAID("Beskyttelse", "Protection"),
		SAID("Hvad gemmes", "What is kept"),
	};
	unsigned number = 0;

	speak_raw(s, "<table><thead><tr>");
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		passage_said(s, "th", &heads[i]);
	speak_raw(s, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < ARRAY_LEN(flows); i++)
		if (fact_holds(flows[i].when, s->settings))
			table_row(s, &flows[i], ++number);
	speak_raw(s, "</tbody></table>\n");
}
