/* SPDX-License-Identifier: MPL-2.0
 *
 * What the citizen's routes share: finding a meeting by its link, and the peek.
 */
#pragma once

#include "call.h"

#define PEEK_BODY 1536 /* bytes of JSON at most */

/* Loop. Decodes `token`; refuses with 429 a prefix that was wrong too often. */
void link_read_token(struct call *c);
/* Worker. Finds the meeting of the token into c->row, opened. Refuses with 404. */
must_check int link_ask_token(struct call *c, struct store *s);
/* Worker. Refuses: one answer for mistyped, foreign, replaced, over. */
must_check int link_unknown(struct call *c);
/* Worker. The row's owner, and what of the contact data the citizen's page shows. */
must_check int link_ask_around(struct call *c, struct store *s);
/* Loop. Counts a link that was looked up and not found, and notes it. */
void link_refused(struct call *c);

/* Loop. The fields of Peek (docs/openapi.yaml) into an open object. */
void link_write_peek(struct call *c, struct jout *o);
void link_answer_peek(struct call *c);
/* Loop. A result of the house that is not 0, as a refusal. */
void link_house_refuse(struct call *c, int result);
