/* SPDX-License-Identifier: MPL-2.0
 *
 * The citizen's pages from the rows of notice.def, in their order.
 */
#include "samtale/privacy/notice.h"

#include "passages.h"

#include <string.h>

static const struct passage passages[] = {
#define TEXT(which, when, tag, da, en)                                                   \
	{ NOTICE_##which, FACT_##when, #tag, SAID(da, en) },
#include "notice.def"
#undef TEXT
};

const char *notice_title(enum notice which, enum language language)
{
	for (size_t i = 0; i < ARRAY_LEN(passages); i++)
		if (passages[i].section == (int)which &&
			strcmp(passages[i].tag, "h1") == 0)
			return passages[i].said.in[language];
	return "";
}

void notice_say(const struct speaker *s, int which, int deeper)
{
	const struct passages all = { passages, ARRAY_LEN(passages), deeper };

	passages_write(s, &all, which);
}

void notice_write(struct writer *to, const struct settings *s, enum notice which,
	enum language language)
{
	const struct speaker speaker = { to, s, language, true };

	notice_say(&speaker, (int)which, 0);
}
