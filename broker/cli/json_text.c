/* SPDX-License-Identifier: MPL-2.0
 *
 * Escapes what JSON demands, control characters too, though none should come here.
 */
#include "json_text.h"

void json_text_put(FILE *to, const char *text)
{
	(void)fputc('"', to);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			(void)fprintf(to, "\\%c", c);
		else if (c < 0x20)
			(void)fprintf(to, "\\u%04x", c);
		else
			(void)fputc(c, to);
	}
	(void)fputc('"', to);
}

void json_texts_put(FILE *to, const char *const (*pairs)[2], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(to, "%s\"%s\":", i == 0 ? "{" : ",", pairs[i][0]);
		json_text_put(to, pairs[i][1]);
	}
	(void)fputs("}\n", to);
}
