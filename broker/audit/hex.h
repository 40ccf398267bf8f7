/* SPDX-License-Identifier: MPL-2.0
 *
 * Lower-case hex and fields between single spaces, for the room's lines of text. For
 * public values alone: it takes no care of time.
 */
#pragma once

#include "samtale/base/bytes.h"

void write_hex(struct writer *w, struct bytes b);
/* False: not exactly len bytes in lower-case hex. */
must_check bool hex_read(struct bytes text, uint8_t *ret, size_t len);
/* Takes the field up to the next space, and the space; all that is left when there is
 * none. */
struct bytes field_take(struct bytes *line);
