/* SPDX-License-Identifier: MPL-2.0
 *
 * Drops what RFC 3966 calls visual separators, then looks at the prefix. Eight digits are
 * a Danish number, for the trunk is a Danish one; a longer number without + or 00 is not
 * taken, for nobody knows where it is.
 */
#include "number.h"

static bool finish(const char *prefix, const char *digits, char ret[NUMBER_MAX])
{
	struct writer w = writer_of(ret, NUMBER_MAX - 1);
	write_str(&w, "+");
	write_str(&w, prefix);
	write_str(&w, digits);
	/* The shortest number in E.164 use has seven digits with its country; no country
	 * begins with 0. */
	if (!writer_ok(&w) || w.len < 8 || ret[1] == '0') {
		ret[0] = 0;
		return false;
	}
	ret[w.len] = 0;
	return true;
}

bool number_read(struct bytes user, char ret[NUMBER_MAX])
{
	char digits[20];
	size_t n = 0;
	bool plus = false;

	ret[0] = 0;
	for (size_t i = 0; i < user.len && user.at[i] != ';'; i++) {
		const char c = (char)user.at[i];
		if (c == '-' || c == '.' || c == '(' || c == ')' || c == ' ')
			continue;
		if (c == '+' && i == 0) {
			plus = true;
			continue;
		}
		if (c < '0' || c > '9' || n == sizeof(digits) - 1)
			return false;
		digits[n++] = c;
	}
	digits[n] = 0;
	if (plus)
		return finish("", digits, ret);
	if (n > 2 && digits[0] == '0' && digits[1] == '0')
		return finish("", digits + 2, ret);
	if (n == 10 && digits[0] == '4' && digits[1] == '5')
		return finish("", digits, ret);
	if (n == 8 && digits[0] != '0')
		return finish("45", digits, ret);
	return false;
}

bool number_is_e164(struct bytes b)
{
	if (b.len < 8 || b.len > 16 || b.at[0] != '+' || b.at[1] == '0')
		return false;
	for (size_t i = 1; i < b.len; i++)
		if (b.at[i] < '0' || b.at[i] > '9')
			return false;
	return true;
}
