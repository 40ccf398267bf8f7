/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: asks the person at the terminal, whatever standard input is.
 */
#pragma once

#include "samtale/cli/phrase.h"

#define PASSPHRASE_MAX 256

struct passphrase { /* a wiped() local */
	size_t len;
	uint8_t at[PASSPHRASE_MAX];
};

/* From the file, else typed without being shown; twice: and once more. Outcome: 1, after
 * one sentence to c->err. Empty is none. */
must_check int terminal_passphrase(
	struct phrase_call *c, const char *file, bool twice, struct passphrase *ret);
/* One line that is shown as it is typed. False: there is no terminal, or nothing came. */
must_check bool terminal_line(const char *question, char *ret, size_t cap);
/* True: it was answered with `yes`. */
must_check bool terminal_confirm(const char *what);
