/* SPDX-License-Identifier: MPL-2.0
 *
 * Fills {{name}} in the pages that were compiled in. Pure.
 */
#pragma once

#include "samtale/base/bytes.h"

struct template_value {
	const char *name;
	struct bytes text;
	bool is_html; /* as it is; otherwise & < > " ' are escaped */
};

/* Writes text with every {{name}} replaced. A name without a value makes the writer bad,
 * and so does a {{ that never ends. */
void template_fill(struct writer *to, struct bytes text,
	const struct template_value *values, size_t count);
