/* SPDX-License-Identifier: MPL-2.0
 *
 * The rows of refusals.def as words. Codes are stable: they are in answers and in
 * metrics.
 */
#include "samtale/listener/listener.h"

const char *refusal_code(enum refusal r)
{
	static const char *const codes[] = {
#define REFUSAL(id, status, code, sentence) code,
#include "samtale/listener/refusals.def"
#undef REFUSAL
	};

	return codes[r];
}

const char *refusal_sentence(enum refusal r)
{
	static const char *const sentences[] = {
#define REFUSAL(id, status, code, sentence) sentence,
#include "samtale/listener/refusals.def"
#undef REFUSAL
	};

	return sentences[r];
}
