/* SPDX-License-Identifier: MPL-2.0
 *
 * Which numbers may be called: E.164, inside of an allowed prefix and outside of every
 * refused one. Against toll fraud the rules that no setting opens stand here: a Danish
 * number has eight digits and is a subscriber's, and what begins like a satellite or a
 * premium service of no country is never called.
 */
#include "samtale/base/callable.h"

#include "samtale/base/bytes.h"

#include <string.h>

static const char *const never[] = { "+870", "+878", "+881", "+882", "+883", "+888",
	"+979" };

static bool begins_with(const char *number, struct bytes prefix)
{
	return prefix.len > 0 && strlen(number) >= prefix.len &&
	       memcmp(number, prefix.at, prefix.len) == 0;
}

static bool is_among(const char *number, const char *prefixes)
{
	while (*prefixes) {
		size_t n = strcspn(prefixes, " ");

		if (begins_with(number, bytes_of(prefixes, n)))
			return true;
		prefixes += n + strspn(prefixes + n, " ");
	}
	return false;
}

/* + and 7 to 15 digits, the first not 0 (E.164). */
static bool is_e164(const char *number)
{
	size_t digits = number[0] == '+' ? strspn(number + 1, "0123456789") : 0;

	return digits >= 7 && digits <= 15 && number[1 + digits] == '\0' &&
	       number[1] != '0';
}

/* 0… and 1… are no subscribers: 112, 114, 118 … */
static bool is_danish_subscriber(const char *number)
{
	return strlen(number) == 11 && number[3] >= '2';
}

void callable_of(const struct settings *s, struct callable *ret)
{
	memcpy(ret->allowed, s->phone_allowed, sizeof(s->phone_allowed));
	memcpy(ret->refused, s->phone_refused, sizeof(s->phone_refused));
}

bool callable_is(const struct callable *c, const char *number)
{
	if (!is_e164(number))
		return false;
	if (begins_with(number, BYTES_LIT("+45")) && !is_danish_subscriber(number))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (begins_with(number, bytes_str(never[i])))
			return false;
	return is_among(number, c->allowed) && !is_among(number, c->refused);
}
