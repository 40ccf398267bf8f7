/* SPDX-License-Identifier: MPL-2.0
 *
 * A certificate and its key are looked at before they are used: both readable, both PEM,
 * made for each other, in date, for our name, the key closed to others. One clear
 * sentence says what is wrong; it names files and dates, never a secret.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdint.h>

#define CERTIFICATE_E_BAD  1
#define CERTIFICATE_E_SOON 2 /* good, but ends within 14 days: the sentence says when */

struct certificate_files {
	const char *certificate; /* PEM, chain, leaf first */
	const char *key;         /* PEM */
	const char *host;        /* name or address that browsers use */
};

struct certificate_sentence {
	char at[512]; /* one sentence, no newline */
};

/* For `samtale doctor`: touches nothing but the two files.
 * Outcomes: 0, *ret says until when it is good; CERTIFICATE_E_BAD; CERTIFICATE_E_SOON. */
must_check int certificate_check(const struct certificate_files *files, int64_t utc_ms,
	struct certificate_sentence *ret);
