/* SPDX-License-Identifier: MPL-2.0
 *
 * The two pages that every citizen may read before a talk: how data are looked after, and
 * how accessible the service is. Only what is true of this installation stands there.
 */
#pragma once

#include "samtale/privacy/words.h"

enum notice {
	NOTICE_PRIVACY,       /* GDPR Art. 13, in plain words */
	NOTICE_ACCESSIBILITY, /* Directive (EU) 2016/2102 Art. 7 */
	NOTICE_COUNT
};

#define NOTICE_BYTES_MAX (16 * 1024) /* what one takes at most */

/* Plain text for <title> and links, to be escaped by nobody: it has no mark-up. */
const char *notice_title(enum notice which, enum language language);
/* Appends what stands in <main>: h1, then h2, p, ul; no class, no script, no link out.
 * All that comes from a setting is escaped. */
void notice_write(struct writer *to, const struct settings *s, enum notice which,
	enum language language);
