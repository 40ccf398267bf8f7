/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of ways to be turned away and its counters.
 */
#include "samtale/session/close_code.h"

#include "samtale/base/ops_log.h"

static const struct row {
	uint16_t number;
	const char *name;
} rows[] = {
#define CLOSE(id, code, name, sentence) { (code), (name) },
#include "samtale/session/close_codes.def"
#undef CLOSE
};
_Static_assert(ARRAY_LEN(rows) == CLOSE_COUNT, "one row per close code");

static uint64_t counts[CLOSE_COUNT]; /* the loop's thread only */

uint16_t close_code_number(enum close_code c)
{
	return rows[c].number;
}

const char *close_code_name(enum close_code c)
{
	return rows[c].name;
}

void close_code_note(enum close_code c)
{
	counts[c]++;
	if (rows[c].number >= 4010 || c == CLOSE_FAULT)
		log_event(EV_PEER_CLOSED, F_WORD("why", rows[c].name));
}

uint64_t close_code_count(enum close_code c)
{
	return counts[c];
}
