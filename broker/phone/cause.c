/* SPDX-License-Identifier: MPL-2.0
 *
 * Two tables: status codes of RFC 3261 and cause values of Q.850 as trunks use them. A
 * gateway to the telephone network often maps every failure to 480 or 503 and tells the
 * truth in Reason only, so that is looked at first.
 */
#include "cause.h"

#include <strings.h>

static const struct {
	uint16_t code;
	enum phone_cause cause;
} by_status[] = {
	{ 400, PHONE_CAUSE_LINE_DOWN },
	{ 401, PHONE_CAUSE_LINE_DOWN }, /* the trunk does not know us */
	{ 402, PHONE_CAUSE_LINE_DOWN },
	{ 403, PHONE_CAUSE_DECLINED },
	{ 404, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 407, PHONE_CAUSE_LINE_DOWN },
	{ 408, PHONE_CAUSE_NO_ANSWER },
	{ 410, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 415, PHONE_CAUSE_BAD_MEDIA },
	{ 480, PHONE_CAUSE_NO_ANSWER },
	{ 484, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 485, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 486, PHONE_CAUSE_BUSY },
	{ 487, PHONE_CAUSE_NO_ANSWER },
	{ 488, PHONE_CAUSE_BAD_MEDIA },
	{ 600, PHONE_CAUSE_BUSY },
	{ 603, PHONE_CAUSE_DECLINED },
	{ 604, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 606, PHONE_CAUSE_BAD_MEDIA },
	{ 607, PHONE_CAUSE_DECLINED },
}, by_q850[] = {
	{ 1, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 17, PHONE_CAUSE_BUSY },
	{ 18, PHONE_CAUSE_NO_ANSWER },
	{ 19, PHONE_CAUSE_NO_ANSWER },
	{ 20, PHONE_CAUSE_NO_ANSWER },
	{ 21, PHONE_CAUSE_DECLINED },
	{ 22, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 28, PHONE_CAUSE_UNKNOWN_NUMBER },
	{ 34, PHONE_CAUSE_LINE_DOWN },
	{ 38, PHONE_CAUSE_LINE_DOWN },
	{ 41, PHONE_CAUSE_LINE_DOWN },
	{ 42, PHONE_CAUSE_LINE_DOWN },
	{ 88, PHONE_CAUSE_BAD_MEDIA },
};

/* The number after "cause=" of a Q.850 reason; 0: none. */
static unsigned q850(struct bytes reason)
{
	static const char name[] = "cause=";
	const size_t n = sizeof(name) - 1;
	unsigned value = 0;

	if (reason.len < 5 || strncasecmp((const char *)reason.at, "Q.850", 5) != 0)
		return 0;
	for (size_t i = 0; reason.len >= n && i <= reason.len - n; i++) {
		if (strncasecmp((const char *)reason.at + i, name, n) != 0)
			continue;
		for (i += n; i < reason.len && value < 1000; i++) {
			if (reason.at[i] < '0' || reason.at[i] > '9')
				break;
			value = value * 10 + (unsigned)(reason.at[i] - '0');
		}
		return value;
	}
	return 0;
}

enum phone_cause cause_of_status(unsigned scode, struct bytes reason)
{
	const unsigned cause = q850(reason);
	for (size_t i = 0; cause && i < ARRAY_LEN(by_q850); i++)
		if (by_q850[i].code == cause)
			return by_q850[i].cause;
	for (size_t i = 0; i < ARRAY_LEN(by_status); i++)
		if (by_status[i].code == scode)
			return by_status[i].cause;
	/* 3xx: we do not follow; 5xx: the trunk's own trouble; else nobody took it. */
	if (scode < 400)
		return PHONE_CAUSE_DECLINED;
	return scode >= 500 && scode < 600 ? PHONE_CAUSE_LINE_DOWN
					   : PHONE_CAUSE_NO_ANSWER;
}

struct cause_status cause_to_status(enum phone_cause why)
{
	switch (why) {
	case PHONE_CAUSE_BUSY:
	case PHONE_CAUSE_CANCELLED:
		return (struct cause_status){ 486, "Busy Here" };
	case PHONE_CAUSE_DECLINED:
	case PHONE_CAUSE_NOT_ALLOWED:
		return (struct cause_status){ 603, "Decline" };
	case PHONE_CAUSE_FULL:
	case PHONE_CAUSE_LIMIT:
		return (struct cause_status){ 503, "Service Unavailable" };
	case PHONE_CAUSE_BAD_MEDIA:
		return (struct cause_status){ 488, "Not Acceptable Here" };
	case PHONE_CAUSE_NO_ANSWER:
		return (struct cause_status){ 480, "Temporarily Unavailable" };
	default:
		return (struct cause_status){ 500, "Server Internal Error" };
	}
}
