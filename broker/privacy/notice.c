/* SPDX-License-Identifier: MPL-2.0
 *
 * The citizen's pages from the rows of notice.def, in their order.
 */
#include "samtale/privacy/notice.h"

#include <string.h>

struct passage {
	enum notice which;
	enum fact when;
	const char *tag;
	struct said said;
};

static const struct passage passages[] = {
#define TEXT(which, when, tag, da, en)                                                   \
	{ NOTICE_##which, FACT_##when, #tag, SAID(da, en) },
#include "notice.def"
#undef TEXT
};

const char *notice_title(enum notice which, enum language language)
{
	for (size_t i = 0; i < ARRAY_LEN(passages); i++)
		if (passages[i].which == which && strcmp(passages[i].tag, "h1") == 0)
			return passages[i].said.in[language];
	return "";
}

void notice_write(struct writer *to, const struct settings *s, enum notice which,
	enum language language)
{
	const struct speaker speaker = { to, s, language, true };
	bool in_list = false;

	for (size_t i = 0; i < ARRAY_LEN(passages); i++) {
		const struct passage *p = &passages[i];
		bool item = strcmp(p->tag, "li") == 0;

		if (p->which != which || !fact_holds(p->when, s))
			continue;
		if (item != in_list)
			speak_raw(&speaker, item ? "<ul>\n" : "</ul>\n");
		in_list = item;
		speak_tag(&speaker, p->tag, p->said.in[language]);
	}
	if (in_list)
		speak_raw(&speaker, "</ul>\n");
}
