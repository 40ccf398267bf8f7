/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the picture inside a page, and its key.
 */
#pragma once

#include "samtale/privacy/report.h"

/* The svg element, to stand inside HTML. */
void picture_body(const struct speaker *s);
/* One row for each arrow: number, from, to, what, protection, kept. */
void picture_table(const struct speaker *s);
