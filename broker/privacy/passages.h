/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: running text as rows, each with the fact that makes it true.
 */
#pragma once

#include "samtale/privacy/words.h"

struct passage {
	int section;
	enum fact when;
	const char *tag; /* li are gathered into lists; fill: a line to be written on */
	struct said said;
};

struct passages { /* borrowed */
	const struct passage *rows;
	size_t n;
	int deeper; /* headings by so many levels, when it stands inside another page */
};

/* The rows of that section that are true here, in their order, as HTML. */
void passages_write(const struct speaker *s, const struct passages *p, int section);
/* A cell or a heading. */
void passage_said(const struct speaker *s, const char *tag, const struct said *said);
/* notice_write() inside another page. */
void notice_say(const struct speaker *s, int which, int deeper);
