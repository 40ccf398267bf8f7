/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: tells a person who waits that something goes on.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdint.h>

/* From now on until progress_end(), one line a second to the descriptor `to`: how far fd
 * has come, of how much when that is known (size > 0). Work that takes less says nothing.
 * `what` is a literal. One at a time in a process. */
void progress_begin(int to, const char *what, int fd, int64_t size);
void progress_end(void);
