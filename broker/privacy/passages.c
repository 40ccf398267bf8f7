/* SPDX-License-Identifier: MPL-2.0
 *
 * Rows to HTML: neighbouring items become one list.
 */
#include "passages.h"

#include <string.h>

static bool is_item(const struct passage *p)
{
	return strcmp(p->tag, "li") == 0 || strcmp(p->tag, "fill") == 0;
}

static void write_fill(const struct speaker *s, const struct said *said)
{
	speak_raw(s, "<li><span class=\"box\" aria-hidden=\"true\"></span>");
	speak_said(s, said);
	speak_raw(s, "<span class=\"line\"></span></li>\n");
}

void passage_said(const struct speaker *s, const char *tag, const struct said *said)
{
	speak_tag(s, tag, said->in[s->language]);
}

static void write_passage(const struct speaker *s, const struct passage *p, int deeper)
{
	char tag[] = { 'h', p->tag[1], '\0' };

	if (strcmp(p->tag, "fill") == 0) {
		write_fill(s, &p->said);
	} else if (p->tag[0] == 'h') {
		tag[1] = (char)(tag[1] + deeper);
		passage_said(s, tag, &p->said);
	} else {
		passage_said(s, p->tag, &p->said);
	}
}

void passages_write(const struct speaker *s, const struct passages *all, int section)
{
	bool in_list = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct passage *p = &all->rows[i];

		if (p->section != section || !fact_holds(p->when, s->settings))
			continue;
		if (is_item(p) != in_list)
			speak_raw(s, in_list ? "</ul>\n" : "<ul>\n");
		in_list = is_item(p);
		write_passage(s, p, all->deeper);
	}
	if (in_list)
		speak_raw(s, "</ul>\n");
}
