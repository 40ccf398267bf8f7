/* SPDX-License-Identifier: MPL-2.0
 *
 * The ways to end a connection, from close_codes.def: a stable code, a name, a counter.
 */
#pragma once

#include <stdint.h>

enum close_code {
#define CLOSE(id, code, name, sentence) CLOSE_##id,
#include "samtale/session/close_codes.def"
#undef CLOSE
	CLOSE_COUNT
};

uint16_t close_code_number(enum close_code c);
const char *close_code_name(enum close_code c); /* also the close frame's reason */

/* Counts one, for the metrics; a code that means trouble (4010 and above) is logged. */
void close_code_note(enum close_code c);
uint64_t close_code_count(enum close_code c);
