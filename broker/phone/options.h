/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the command line of samtale-phone, and the settings that it names.
 */
#pragma once

#include "samtale/base/settings.h"

#define OPTIONS_PATH_MAX 512

struct options {
	struct settings settings;
	char prompts[OPTIONS_PATH_MAX]; /* folder of the standard sentences */
	bool test_clock;
};

#define OPTIONS_E_END 1 /* --help or --version: printed, nothing to do */
#define OPTIONS_E_BAD 2 /* *ret_error has the sentence */

/* Faults: the configuration cannot be read. */
must_check int options_parse(struct options *ret, int argc, char *const argv[],
	struct setting_error *ret_error);
