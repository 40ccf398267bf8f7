/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one text as a JSON string. The rest of what phrases print as JSON
 * is numbers and words of our own.
 */
#pragma once

#include <stdio.h>

/* With its quotation marks. text is clean UTF-8 on one line. */
void json_text_put(FILE *to, const char *text);

/* One object of texts, on a line: a name and its text, n times. */
void json_texts_put(FILE *to, const char *const (*pairs)[2], size_t n);
