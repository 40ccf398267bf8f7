/* SPDX-License-Identifier: MPL-2.0
 *
 * The command line of samtale-broker.
 */
#pragma once

#include "samtale/cli/place.h"

#include <stdio.h>

struct options { /* texts borrowed from argv */
	struct place_source source;
	bool test_clock; /* `samtale clock shift` may move the clocks */
	bool foreground; /* a person is at the terminal: no warning about root */
};

#define OPTIONS_E_END   1 /* --help or --version: printed, nothing to do */
#define OPTIONS_E_USAGE 2 /* *ret_complaint says what is wrong */

must_check int options_parse(
	struct options *ret, int argc, char *const argv[], const char **ret_complaint);
void options_help(FILE *to);
